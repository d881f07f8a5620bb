"""Strange records in every format: no error but ours, a right account, files that can be read, nothing beside."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from labelstore.errors import LabelstoreError
from labelstore.export.registry import exporter_of, formats
from labelstore.export.writing import export
from labelstore.loading import load
from tests import strategies
from tests.making import ENGINES
from tests.odd_lines import odd_lines
from tests.readable import read
from tests.soaking import amount

FORMATS: Final = sorted({*formats()} - {"labelbox-csv"})
"""Those that hold something of these records."""
TURNS: Final = 5
"""Each example is written in every fifth format."""
CHOICES: Final[dict[str, tuple[Any, ...]]] = {
    "labels": ("all", "winner", "newest"),
    "class_key": ("name", "schema-id"),
    "task": ("detect", "segment"),
    "boxes": ("polygon", "drop"),
    "holes": ("seam", "rle", "fill"),
    "frames": ("all", "key", "2"),
    "name": ("auto", "external-id", "global-key", "id"),
    "empty": ("keep", "drop"),
    "split": ("none", "hash", "stratified"),
    "images": ("copy", "link", "none"),
    "digits": (0, 2),
    "data_row": ("auto", "global-key", "id"),
}


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assets")
    Image.new("RGB", (200, 100), (255, 0, 0)).save(folder / "a.jpg")
    return folder


def ways(format: str, assets: Path, places: list[int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names of what is written, and choices: as a file and as a folder where it can be both."""
    exporter = exporter_of(format)
    for name in {exporter.suffix or "out", "out"} if exporter.folder_takes else {exporter.suffix or "out"}:
        out = f"out{name}" if name != "out" else name
        takes = (*exporter.takes, *(exporter.folder_takes if exporter.is_folder(out) else ()))
        wanted = {
            choice: values[place % len(values)] for (choice, values), place in zip(CHOICES.items(), places, strict=True)
        }
        wanted |= {"missing_size": "skip", "assets": str(assets)}
        yield out, {choice: value for choice, value in wanted.items() if choice in takes}


@pytest.mark.sampled(4)
@ENGINES
@settings(max_examples=amount(300, 10), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    records=st.one_of(odd_lines(), odd_lines(), strategies.v1_files(), strategies.v2_files()),
    turn=st.integers(0, TURNS - 1),
    places=st.lists(st.integers(0, 11), min_size=len(CHOICES), max_size=len(CHOICES)),
)
def test_every_format_takes_strange_records(
    assets: Path, engine: str, records: Any, places: list[int], turn: int
) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        file, store = folder / "export.ndjson", folder / f"labels.{'db' if engine == 'sqlite' else 'duckdb'}"
        file.write_bytes(b"".join(strategies.to_json(record) + b"\n" for record in records))
        load(store, [file])
        chosen = FORMATS[turn::TURNS]
        for format in chosen:
            for name, choices in ways(format, assets, places):
                out = folder / format / f"to {name}" / name
                out.parent.mkdir(parents=True)
                with suppress(LabelstoreError):
                    export(store, format, out, **choices)
                    read(out)
                    assert {path.name for path in out.parent.iterdir()} == {name, f"{name}.losses.json"}
        left = {path.name for path in folder.iterdir() if not path.name.startswith(store.name)}
        assert left == {file.name, *chosen}
