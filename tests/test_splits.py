"""What the tasks of a lake read: all splits of a file are the file, wherever it is and however it is packed."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from labelstore.errors import InputError, NeedsOneProcess
from labelstore.files import Broken, open_sources
from labelstore.files import split as split_file
from labelstore.formats.decoding import skim
from labelstore.lake.splits import Split, open_split, plan_splits, records_of, replanned
from labelstore.samples import write
from tests.making import v1

Item = tuple[int, bytes, str]
SPLIT_BYTES = 100_000


def item(found: Any) -> Item:
    return found.byte_offset, found.raw, found.reason if isinstance(found, Broken) else ""


def unsplit(path: Path | str) -> list[Item]:
    (source,) = open_sources([str(path)])
    with source:
        return [item(found) for found in split_file(source, skim)]


def read(split: Split) -> list[Item]:
    """What is in a split that went through JSON, as to a worker."""
    told = Split.from_json(json.loads(json.dumps(split)))
    assert told == split
    with open_split(told) as source:
        assert source.name == split.name
        items = list(records_of(source, told, skim))
    assert [told.index_of(found) for found in items] == list(range(len(items)))
    return [item(found) for found in items]


def planned(*files: Path | str, split_bytes: int = SPLIT_BYTES) -> list[Split]:
    return plan_splits([*map(str, files)], split_bytes=split_bytes)


def together(splits: list[Split]) -> list[Item]:
    return [found for split in splits for found in read(split)]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write(folder, labels=60)
    return folder


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def test_all_samples(samples: Path, memory: Any) -> None:
    """Each byte range in its order, here and at URLs."""
    paths = sorted(path for path in samples.iterdir() if path.is_file())
    assert paths
    for path in paths:
        memory.pipe(f"/in/{path.name}", path.read_bytes())
    splits = planned(*paths)
    remote = planned("memory://in/*")
    assert [split.byte_range for split in remote] == [split.byte_range for split in splits]
    assert [split.file_number for split in splits] == [split.file_number for split in remote]
    assert sum(split.byte_range is not None for split in splits) > len(paths)
    assert sum(split.size for split in splits) == sum(path.stat().st_size for path in paths)
    for number, path in enumerate(paths):
        expected = unsplit(path)
        assert together([split for split in splits if split.file_number == number]) == expected
        assert together([split for split in remote if split.file_number == number]) == expected


LABELS = [v1(f"label-{number}") | {"External ID": "x" * (number % 300)} for number in range(1000)]
LINES = b"".join(json.dumps(label).encode() + b"\n" for label in LABELS)
ARRAY = json.dumps(LABELS).encode()
ROWS = b"ID,External ID,Label\r\n" + b"".join(b"label-%d,%s,Skip\r\n" % (number, b"x" * 300) for number in range(400))


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


FORMS: dict[str, tuple[bytes, bool]] = {
    "array": (ARRAY, True),
    "lines": (LINES, True),
    "pretty array": (json.dumps(LABELS, indent=1).encode(), True),
    "array in an object": (json.dumps({"data": LABELS}).encode(), False),
    "UTF-16": (LINES.decode().encode("utf-16"), False),
    "gzip": (gzip.compress(LINES), False),
    "table": (ROWS, False),
    "zip": (zipped({"one.ndjson": LINES}), False),
    "one record": (json.dumps(v1("a") | {"External ID": "x" * 300_000}).encode(), False),
    "nothing": (b"", False),
}


@pytest.mark.parametrize("form", FORMS)
def test_only_plain_arrays_and_lines_are_divided(tmp_path: Path, memory: Any, form: str) -> None:
    content, is_divided = FORMS[form]
    path = tmp_path / "export"
    path.write_bytes(content)
    memory.pipe("/in/export", content)
    for place in (path, "memory://in/export"):
        splits = planned(place)
        assert (len(splits) > 1, splits[0].byte_range is not None) == (is_divided, is_divided)
        assert together(splits) == unsplit(path)


def test_numbers_are_reserved_by_the_bytes(tmp_path: Path) -> None:
    for name in ("gzip", "lines"):
        (tmp_path / name).write_bytes(FORMS[name][0])
    packed, *lines = planned(tmp_path / "gzip", tmp_path / "lines")
    assert packed.numbers == packed.size // 128 + 1000
    assert [split.numbers for split in lines] == [split.size // 512 + 1000 for split in lines]
    assert {split.file_number for split in lines} == {1}
    assert packed.with_numbers_for(2).numbers == packed.size // 2 + 1000
    assert packed.with_numbers_for(10**6) == packed


def test_more_records_than_numbers(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(b'{"a":1}\n' * 2000)
    (split,) = planned(path)
    with pytest.raises(NeedsOneProcess, match="more records than the 1031 numbers"):
        read(split)
    assert len(together(replanned([split], [0]))) == 2000


def wrong(splits: list[Split]) -> list[int]:
    """The places of the splits that are not what was guessed."""
    found = []
    for place, split in enumerate(splits):
        try:
            read(split)
        except NeedsOneProcess:
            found.append(place)
    return found


def test_wrong_guesses_are_noticed_and_the_splits_joined(tmp_path: Path) -> None:
    """What looks like records is inside of a text, and inside of a list, right where splits begin."""
    path, other = tmp_path / "export", tmp_path / "other"
    text = '", {"ID": "lure' * 4
    lure = {"ID": "lure", "notes": "y" * 60_000, "more": LABELS[:300], "last": text + "z" * 60_000 + text}
    path.write_bytes(json.dumps([*LABELS[:100], lure, *LABELS[100:]]).encode())
    other.write_bytes(LINES)
    splits = planned(path, other, split_bytes=30_000)
    found = wrong(splits)
    assert 0 < len(found) < len(splits) / 2
    for _ in range(len(splits)):
        again = replanned(splits, found)
        assert len(again) < len(splits)
        splits, found = again, wrong(again)
        if not found:
            break
    assert [split.byte_range for split in splits if split.file_number] == [
        split.byte_range for split in planned(other, split_bytes=30_000)
    ]
    assert together(splits) == unsplit(path) + unsplit(other)


def test_a_corrupt_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.gz"
    path.write_bytes(gzip.compress(LINES)[:-2000])
    (split,) = planned(path)
    with pytest.raises(InputError, match=r"bad\.gz: the gzip data ends too early"):
        read(split)
    with pytest.raises(InputError, match="none: no such file"):
        planned(tmp_path / "none")
    with pytest.raises(InputError, match="standard input cannot be read by several processes"):
        planned("-")
