"""Write sample files record by record, in constant memory, and rename them when they are complete."""

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from labelstore.files.outputs import output_folder
from labelstore.samples.legacy import COLUMNS, SUB_GENERATIONS, elements, table_cells
from labelstore.samples.streams import (
    ASSET_TYPES,
    GENERATIONS,
    frame_lines,
    has_frames_file,
    known,
    legacy_labels,
    v1_labels,
    v2_data_rows,
)

Json = dict[str, Any]
OnBytes = Callable[[int], None]
Framing = tuple[bytes, bytes, bytes]  # before, between and after the records

ARRAY: Framing = (b"[", b",\n", b"]\n")
LINES: Framing = (b"", b"\n", b"\n")
BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file to load. `frames` is the folder of its frames files, each named by a label id."""

    path: Path
    generation: str
    asset_type: str
    records: int
    frames: Path | None = None


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name once it is complete."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_records(path: Path, records: Iterable[Json], framing: Framing, on_bytes: OnBytes | None = None) -> int:
    """Write the records and return their number; `on_bytes` gets the size of every block written."""
    before, between, after = framing
    encode = msgspec.json.Encoder().encode
    count = 0
    with whole_file(path) as file:
        block = bytearray(before)
        for count, record in enumerate(records, 1):
            if count > 1:
                block += between
            block += encode(record)
            if len(block) > BLOCK:
                _write_block(file, block, on_bytes)
        if count or before:
            block += after
        _write_block(file, block, on_bytes)
    return count


def _write_block(file: BinaryIO, block: bytearray, on_bytes: OnBytes | None) -> None:
    file.write(block)
    if on_bytes:
        on_bytes(len(block))
    block.clear()


def write(
    directory: str | Path,
    *,
    generations: tuple[str, ...] = GENERATIONS,
    asset_types: tuple[str, ...] | None = None,
    labels: int = 100,
    seed: int = 0,
    on_bytes: OnBytes | None = None,
) -> list[SampleFile]:
    """Write one file per generation and asset type into the directory, which must be empty or is created.

    `labels` is the number of records of each file. `asset_types=None` means all of them, and the legacy
    shapes of 2018 and 2019 besides, once as JSON and once as a table (CSV). `on_bytes` gets the size of every block.
    """
    for generation in generations:
        known(generation, GENERATIONS, "generation")
    for asset_type in asset_types or ():
        known(asset_type, ASSET_TYPES["v2"], "asset type")
    directory = Path(directory)
    files: list[SampleFile] = []
    with output_folder(directory) as folder:
        for generation in generations:
            for asset_type in ASSET_TYPES[generation]:
                if asset_types is None or asset_type in asset_types:
                    maker = _write_v1 if generation == "v1" else _write_v2
                    files.append(maker(folder, asset_type, labels, seed, on_bytes))
            if generation == "v1" and asset_types is None:
                files += [_write_legacy(folder, labels, seed, on_bytes), _write_table(folder, labels, seed, on_bytes)]
    return [
        replace(file, path=directory / file.path.name, frames=file.frames and directory / file.frames.name)
        for file in files
    ]


def _write_v1(directory: Path, asset_type: str, labels: int, seed: int, on_bytes: OnBytes | None) -> SampleFile:
    path = directory / f"v1-{asset_type}.json"
    records = v1_labels(asset_type, labels, seed)
    if asset_type not in ("video", "dicom"):
        return SampleFile(path, "v1", asset_type, write_records(path, records, ARRAY, on_bytes))
    frames = directory / "frames"
    frames.mkdir(exist_ok=True)
    count = write_records(path, _with_frames(records, frames, seed, on_bytes), ARRAY, on_bytes)
    return SampleFile(path, "v1", asset_type, count, frames)


def _with_frames(records: Iterator[Json], frames: Path, seed: int, on_bytes: OnBytes | None) -> Iterator[Json]:
    """The labels, each after its frames file is written."""
    for label in records:
        if has_frames_file(label):
            lines = frame_lines(label, seed)
            write_records(frames / f"{label['ID']}.ndjson", lines, LINES, on_bytes)
        yield label


def _write_v2(directory: Path, asset_type: str, labels: int, seed: int, on_bytes: OnBytes | None) -> SampleFile:
    path = directory / f"v2-{asset_type}.ndjson"
    records = v2_data_rows(asset_type, labels, seed)
    return SampleFile(path, "v2", asset_type, write_records(path, records, LINES, on_bytes))


def _write_legacy(directory: Path, labels: int, seed: int, on_bytes: OnBytes | None) -> SampleFile:
    """All three sub-generations in one array, one after the other."""
    path = directory / "v1-legacy.json"
    names = SUB_GENERATIONS
    shares = [(labels + turn) // len(names) for turn in range(len(names))]
    records = (label for name, share in zip(names, shares, strict=True) for label in legacy_labels(name, share, seed))
    count = write_records(path, records, ARRAY, on_bytes)
    return SampleFile(path, "v1", "image", count)


def _write_table(directory: Path, labels: int, seed: int, on_bytes: OnBytes | None) -> SampleFile:
    """Labels as the CSV exports of 2018 to 2021 had them: a row each, the annotations as JSON in a cell."""
    path = directory / "v1-legacy.csv"
    records = islice(elements("L2", seed, "table"), labels)
    with whole_file(path) as file:
        for cells in chain([COLUMNS], map(table_cells, records)):
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerow(cells)
            _write_block(file, bytearray(text.getvalue().encode()), on_bytes)
    return SampleFile(path, "v1", "image", labels)
