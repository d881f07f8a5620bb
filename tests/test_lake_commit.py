"""Claims and commits of a lake: numbers are never shared, a commit happens once, whoever carries it out."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from deltalake import DeltaTable

from labelstore.errors import StoreError
from labelstore.lake.commits import commit as commits
from labelstore.lake.commits.claims import Claim, claim
from labelstore.lake.commits.commit import Intent, Overtaken, commit, completed, create
from labelstore.lake.commits.delta import DeltaTables, lake_tables
from labelstore.lake.commits.snapshot import Lake, Snapshot, open_lake
from labelstore.lake.place import OWN, Place, own
from labelstore.lake.tasks.table_files import TableFile, TableFiles
from labelstore.schema.catalogue import tables


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return create(Place(tmp_path / "lake"))


def intent(lake: Lake, number: int, table: str = "rejects") -> Intent:
    with TableFiles(lake.place, "test") as files:
        files.add(table, [(number, 0, 0, "broken", b"{")])
    return Intent(number, files.written)


def rows(snapshot: Snapshot, table: str = "rejects") -> int:
    return sum(file.rows for file in snapshot.described[table].values())


def test_a_new_lake_has_every_table_and_no_rows(lake: Lake) -> None:
    snapshot = open_lake(lake.place.url).newest()
    assert snapshot.number == 0
    assert set(snapshot.described) == set(lake_tables())
    assert not any(snapshot.described.values())


def test_the_tables_say_what_rows_and_columns_are(lake: Lake) -> None:
    for table in tables():
        if table.name in lake_tables():
            delta = DeltaTable(lake.place.url_of(table.name))
            assert delta.metadata().description == f"One row is {table.description}."
            fields = {field.name: field.metadata.get("comment", "") for field in delta.schema().fields}
            assert fields == {column.name: column.description for column in table.columns}


def test_the_log_of_a_table_keeps_old_versions(lake: Lake) -> None:
    log = next(Path(lake.place.path("records")).glob("_delta_log/*0.json")).read_text(encoding="utf-8")
    assert '"delta.logRetentionDuration":"interval 36500 days"' in log


def test_several_make_the_same_lake(tmp_path: Path) -> None:
    at_once = Barrier(6)

    def make(_: int) -> int:
        at_once.wait()
        return DeltaTables(Place(tmp_path / "lake"))._create("records")

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(make, range(6))) <= {0, 1}
    assert open_lake(create(Place(tmp_path / "lake")).place.url).numbers() == [0]


def test_what_is_no_lake_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"is no lake of labelstore; make one with: labelstore lake load"):
        open_lake(tmp_path)


def test_claims_at_once_share_no_number(lake: Lake) -> None:
    with ThreadPoolExecutor(8) as pool:
        claims = sorted(pool.map(lambda _: claim(lake.place, 10, 2), range(16)), key=lambda one: one.number)
    assert [one.number for one in claims] == list(range(1, 17))
    assert [one.first_number for one in claims] == list(range(0, 160, 10))
    assert [one.first_load for one in claims] == list(range(1, 33, 2))


def test_a_lake_that_is_full_says_so(lake: Lake) -> None:
    with pytest.raises(StoreError, match="no numbers left"):
        claim(lake.place, 1 << 36, 1)
    assert isinstance(claim(lake.place, 1, 1), Claim)


def test_a_commit_is_seen_and_the_snapshot_before_it_stays(lake: Lake) -> None:
    assert rows(commit(lake, 1, lambda _: intent(lake, 1))) == 1
    assert rows(commit(lake, 2, lambda _: intent(lake, 2))) == 2
    assert [rows(lake.at(number)) for number in lake.numbers()] == [0, 1, 2]
    with pytest.raises(StoreError, match="has no snapshot 3; list them"):
        lake.at(3)


def test_a_claim_is_committed_once(lake: Lake) -> None:
    first = commit(lake, 1, lambda _: intent(lake, 1))
    assert commit(lake, 1, lambda _: pytest.fail("prepared again")).number == first.number


def test_who_finds_its_files_gone_finds_its_commit(lake: Lake) -> None:
    """Another process took the load for one that had stopped, completed it, and removed what only a commit needs."""

    def prepare(_: Snapshot) -> Intent:
        commit(lake, 1, lambda _: intent(lake, 1))
        raise FileNotFoundError

    assert rows(commit(lake, 1, prepare)) == 1


def test_an_older_claim_is_overtaken(lake: Lake) -> None:
    commit(lake, 2, lambda _: intent(lake, 2))
    with pytest.raises(Overtaken):
        commit(lake, 1, lambda _: intent(lake, 1))


def test_who_comes_second_prepares_again(lake: Lake) -> None:
    asked: list[int] = []

    def prepare(snapshot: Snapshot) -> Intent:
        asked.append(snapshot.number)
        if len(asked) == 1:  # another load commits meanwhile
            commit(lake, 1, lambda _: intent(lake, 1))
        return intent(lake, 2)

    assert rows(commit(lake, 2, prepare)) == 2
    assert asked == [0, 1]


@pytest.mark.parametrize("table", ["rejects", "projects", ""])
def test_a_commit_that_stopped_is_completed(lake: Lake, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stops before a table, or with all tables committed and the snapshot missing."""
    whole = DeltaTables.commit

    def stops(self: DeltaTables, name: str, *rest: object, **more: object) -> int:
        if name == table:
            raise KeyboardInterrupt
        return whole(self, name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(DeltaTables, "commit", stops)
    if not table:
        monkeypatch.setattr(commits, "now", lambda: pytest.fail("stopped"))
    with pytest.raises((KeyboardInterrupt, pytest.fail.Exception)):
        commit(lake, 1, lambda _: Intent(1, {**intent(lake, 1).added, "projects": []}))
    assert lake.numbers() == [0]
    monkeypatch.undo()
    assert rows(completed(lake)) == 1
    assert rows(completed(lake)) == 1
    assert lake.place.numbers(f"{OWN}/commits") == lake.numbers()[1:] == [1]


def test_two_carry_out_the_same_commit(lake: Lake) -> None:
    from dataclasses import asdict

    lake.place.put_new(own("commits", 1), asdict(intent(lake, 1)))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: completed(lake), range(4)))
    assert [rows(one) for one in found] == [1] * 4
    assert [one.versions["rejects"] for one in found] == [1] * 4


def test_files_are_removed_and_added_together(lake: Lake) -> None:
    first = commit(lake, 1, lambda _: intent(lake, 1))
    (old,) = first.described["rejects"]
    second = commit(lake, 2, lambda _: Intent(2, intent(lake, 2).added, {"rejects": [old]}))
    assert old not in second.described["rejects"]
    assert rows(second) == 1
    assert list(lake.at(1).described["rejects"]) == [old]


def test_derived_tables_are_replaced(lake: Lake) -> None:
    def datasets(name: str) -> Intent:
        with TableFiles(lake.place, "test") as files:
            files.add("datasets", [(name, name)])
        return Intent(1, files.written)

    commit(lake, 1, lambda _: datasets("one"))
    assert rows(commit(lake, 2, lambda _: Intent(2, datasets("two").added)), "datasets") == 1
    assert rows(commit(lake, 3, lambda _: Intent(3, {"datasets": []})), "datasets") == 0


def test_statistics_of_nodes_are_kept(lake: Lake) -> None:
    with TableFiles(lake.place, "test") as files:
        files.add("cuboids", [(7, "{}"), (5, None)])
    assert files.written["cuboids"][0][1:] == (2, files.written["cuboids"][0].bytes, 5, 7)
    snapshot = commit(lake, 1, lambda _: Intent(1, files.written))
    assert list(snapshot.described["cuboids"].values()) == files.written["cuboids"]
    assert isinstance(files.written["cuboids"][0], TableFile)
