"""A short run of benchmarks/fuzz.py: mutants come back exactly or are rejected; and the check itself can fail."""

from pathlib import Path

import pytest

from benchmarks import fuzz
from labelstore.files import Broken, Record
from labelstore.json.equality import same
from tests.soaking import amount


@pytest.mark.soak
@pytest.mark.parametrize(("engine", "mutations"), [("sqlite", amount(20_000, 600)), ("duckdb", amount(4_000, 200))])
def test_mutants_are_stored_exactly_or_rejected(tmp_path: Path, engine: str, mutations: int) -> None:
    summary = fuzz.fuzz(
        mutations, 1, engine, tmp_path, batch=200 if engine == "sqlite" else 100, patience=120, seeds_each=60
    )
    assert summary.is_clean, (str(summary), summary.kept)
    assert summary.mutations == mutations
    assert summary.stored > mutations / 3
    assert summary.rejected > mutations / 10
    assert summary.contested < mutations / 50
    assert summary.swallowed <= summary.intact / 5


def test_a_file_that_fails_is_cut_down_to_its_mutant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "same", lambda source, found: b"label7" not in source and same(source, found))
    summary = fuzz.fuzz(40, 3, "sqlite", tmp_path, batch=40, seeds_each=12)
    assert (summary.differences, summary.failures) == (1, 0)
    (kept,) = summary.kept
    assert b'"label7"' in Path(kept).read_bytes()
    assert len(Path(kept).read_bytes().splitlines()) <= 2


@pytest.mark.parametrize(
    "items",
    [
        [],
        [Record(0, 0, b"{}", {})],
        [Record(0, 0, b"{}", {}), Broken(2, 3, b"{x}", "reason")],
        [Record(0, 0, b"{}", {}), Broken(1, 3, b"{y}", "reason")],
        [Record(0, 0, b"{}", {}), Broken(1, 1, b"}\n{x}", "reason")],
    ],
)
def test_bytes_that_nobody_accounts_for_are_noticed(items: list[Record[object] | Broken]) -> None:
    with pytest.raises(fuzz.Wrong):
        fuzz.account(items, b"{}\n{x}\n")
