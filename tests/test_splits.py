"""What the tasks of a lake read: all splits of a file are the file, wherever it is and however it is packed."""

import gzip
import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest
from pyarrow import parquet

from labelstore.errors import InputError, NotAnExport, WrongSplitError
from labelstore.files import Broken, digest_of, open_sources
from labelstore.files import split as split_file
from labelstore.files.remote_streams import SeekableStream
from labelstore.files.urls import RemoteFile
from labelstore.formats.decoding import skim
from labelstore.lake.load import load
from labelstore.lake.tasks import byte_ranges as byte_ranges_module
from labelstore.lake.tasks.byte_ranges import ByteRange
from labelstore.lake.tasks.splits import Split, open_split, plan_splits, records_of, replanned
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
    assert [found.position for found in items] == list(range(len(items)))
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


def test_more_records_than_numbers(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(b'{"a":1}\n' * 20_000)
    for splits in (planned(path, split_bytes=10**6), planned(path)):
        assert wrong(splits) == list(range(len(splits)))
        assert len(together([split.with_more_numbers() for split in splits])) == 20_000


def wrong(splits: list[Split]) -> list[int]:
    """The places of the splits that are not what was guessed."""
    found = []
    for place, split in enumerate(splits):
        try:
            read(split)
        except WrongSplitError:
            found.append(place)
    return found


def test_wrong_guesses_are_noticed_and_the_splits_joined(tmp_path: Path) -> None:
    """What looks like records is inside of a text, and inside of a list, right where splits begin."""
    path, other = tmp_path / "export", tmp_path / "other"
    text = '", {"ID": "lure' * 4
    lure = {"ID": "lure", "notes": "y" * 60_000, "more": LABELS[:300], "last": text + "z" * 60_000 + text}
    path.write_bytes(json.dumps([*LABELS[:100], lure, *LABELS[100:]]).encode())
    other.write_bytes(LINES)
    splits = planned(path, other, split_bytes=15_000)
    found = wrong(splits)
    assert found == [4]
    for _ in range(5):
        splits = replanned(splits, found)
        if not (found := wrong(splits)):
            break
    assert len(splits) > 20
    assert [split.byte_range for split in splits if split.file_number] == [
        split.byte_range for split in planned(other, split_bytes=15_000)
    ]
    assert together(splits) == unsplit(path) + unsplit(other)


def test_a_file_of_which_all_guesses_are_wrong_is_read_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(json.dumps([*LABELS[:2], {"ID": "all", "of": LABELS}]).encode())
    splits = planned(path, split_bytes=30_000)
    for _ in range(6):
        splits = replanned(splits, wrong(splits))
    assert [split.byte_range for split in splits] == [None]
    assert together(splits) == unsplit(path)


def test_only_cuts_in_very_long_records_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byte_ranges_module, "_LOOK_BYTES", 10_000)
    monkeypatch.setattr(byte_ranges_module, "_MAX_LOOK_BYTES", 20_000)
    path = tmp_path / "export"
    long = json.dumps({"ID": "long", "notes": "x" * 250_000}).encode() + b"\n"
    path.write_bytes(LINES[: LINES.index(b"\n", 200_000) + 1] + long + LINES)
    splits = planned(path)
    assert [round(split.size, -5) for split in splits] == [100_000, 100_000, 300_000, *[100_000] * 7]
    assert together(splits) == unsplit(path)


def test_files_at_urls_are_looked_at_together(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits until another one is opened."""
    memory.pipe({f"/in/{number}.json": ARRAY for number in range(8)})
    opened, together = RemoteFile.open, threading.Barrier(2, timeout=10)

    def waiting(file: RemoteFile) -> Any:
        together.wait()
        return opened(file)

    monkeypatch.setattr(RemoteFile, "open", waiting)
    for place in ("memory://in", "memory://in/*"):
        assert [split.name for split in planned(place, split_bytes=10**6)] == [
            f"memory:///in/{number}.json" for number in range(8)
        ]


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


class Handler(BaseHTTPRequestHandler):
    """A web server of `/in` of fsspec's memory; below `/whole` it only sends whole files, which it does not size."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        is_whole = path.startswith("/whole/")
        content: bytes = fsspec.filesystem("memory").cat(f"/in/{path.rpartition('/')[2]}")
        first, _, last = (self.headers.get("Range") or "").removeprefix("bytes=").partition("-")
        start, stop = (int(first), int(last) + 1) if first and not is_whole else (0, len(content))
        self.send_response(206 if first and not is_whole else 200)
        if not path.startswith("/whole/untold"):
            self.send_header("Content-Length", str(len(content[start:stop])))
        if start or stop < len(content):
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
        self.end_headers()
        if self.command == "GET":
            with suppress(ConnectionError):
                self.wfile.write(content[start:stop])

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


TOKEN = "?token=secret"


def test_a_web_server_that_sends_parts(memory: Any, web: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteFile, "fetch", None)
    packed = {"/in/a.zip": zipped({"a.ndjson": LINES, "b.json": ARRAY}), "/in/a.gz": gzip.compress(LINES)}
    memory.pipe({"/in/a.ndjson": LINES} | packed)
    (tmp_path / "a.ndjson").write_bytes(LINES)
    splits = planned(f"{web}/a.ndjson{TOKEN}")
    assert len(splits) == 8
    assert {split.source for split in splits} == {f"{web}/a.ndjson{TOKEN}"}
    assert {split.name for split in splits} == {f"{web}/a.ndjson"}
    assert together(splits) == together(planned(f"{web}/a.gz")) == unsplit(tmp_path / "a.ndjson")
    one, other = planned(f"{web}/a.zip{TOKEN}")
    assert [len(read(one)), len(read(other))] == [1000, 1000]
    assert (one.name, one.member, one.source) == (f"{web}/a.zip!a.ndjson", "a.ndjson", f"{web}/a.zip{TOKEN}")
    assert digest_of(f"{web}/a.ndjson{TOKEN}") == hashlib.sha256(LINES).hexdigest()


def test_a_lake_keeps_no_token(memory: Any, web: str, tmp_path: Path) -> None:
    memory.pipe("/in/a.ndjson", LINES[: LINES.index(b"\n", 20_000) + 1])
    report = load(tmp_path / "lake", f"{web}/a.ndjson{TOKEN}", split_bytes=10_000, jobs=1)
    assert [file.name for file in report.files] == [f"{web}/a.ndjson"]
    contents = [
        str(parquet.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_text()
        for path in (tmp_path / "lake").rglob("*.*")
        if path.is_file() and path.suffix in (".parquet", ".json")
    ]
    assert any(f"{web}/a.ndjson" in content for content in contents)
    assert not any("secret" in content for content in contents)


@pytest.mark.parametrize("path", ["whole/a", "whole/untold-a"])
def test_a_web_server_that_only_sends_whole_files(memory: Any, web: str, path: str, tmp_path: Path) -> None:
    memory.pipe({f"/in/{path[6:]}.ndjson": LINES, f"/in/{path[6:]}.zip": zipped({"a": LINES, "b": ARRAY})})
    (whole,) = planned(f"{web}/{path}.ndjson{TOKEN}")
    assert (whole.byte_range, whole.size) == (None, len(LINES) if path == "whole/a" else 0)
    assert len(read(whole)) == 1000
    assert [len(read(split)) for split in planned(f"{web}/{path}.zip")] == [1000, 1000]
    cut = whole._replace(byte_range=ByteRange("lines", 0, 9, 99))
    with pytest.raises(InputError, match="only sends whole files; copy it to this computer first") as error:
        read(cut)
    assert "secret" not in str(error.value)


def test_little_of_a_file_is_read_for_each_cut(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.pipe("/in/a.ndjson", LINES * 30)
    counts: list[int] = []
    read_at = SeekableStream._read_at

    def counted(stream: SeekableStream, count: int) -> bytes:
        counts.append(count)
        return read_at(stream, count)

    monkeypatch.setattr(SeekableStream, "_read_at", counted)
    splits = planned("memory://in/a.ndjson", split_bytes=6_000_000)
    assert len(splits) == 4
    assert sum(counts) < 5 << 20
    counts.clear()
    assert 7400 < len(read(splits[2])) < 7600
    assert sum(counts) < splits[2].size + (9 << 20)
    assert len(counts) < 12


def test_a_file_that_changes_is_noticed(tmp_path: Path, memory: Any) -> None:
    memory.pipe({"/in/a.ndjson": LINES, "/in/a.zip": zipped({"a": LINES, "b": LINES})})
    first, *_ = planned("memory://in/a.ndjson")
    one, other = planned("memory://in/a.zip")
    memory.pipe({"/in/a.ndjson": LINES[:5000], "/in/a.zip": zipped({"b": LINES})})
    with pytest.raises(WrongSplitError, match="ends before byte"):
        read(first)
    for split in (one, other):
        with pytest.raises(InputError, match=r"a\.zip!.: is not where it was in its archive"):
            read(split)
    memory.pipe("/in/a.ndjson", LINES)
    with open_split(first) as source:
        assert source.read(10)
        memory.store["/in/a.ndjson"].truncate(500_000)
        with pytest.raises(InputError, match="it has changed while it was read"):
            list(records_of(source, first._replace(byte_range=None), skim))


def test_what_is_no_export_in_folders_and_archives_is_passed_over(tmp_path: Path, memory: Any) -> None:
    files = {"b.json": ARRAY, "a/c.ndjson": LINES, "readme.md": b"Labels", ".d.ndjson": LINES}
    files["a/d.zip"] = zipped({"e.ndjson": LINES, "f.txt": b"no", "g.ndjson": LINES[:2000]})
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
        memory.pipe(f"/in/{name}", content)
    for place, shown in ((str(tmp_path), str(tmp_path)), ("memory://in", "memory:///in")):
        notes: list[str] = []
        splits = plan_splits(place, split_bytes=10**6, notify=notes.append)
        names = ["a/c.ndjson", "a/d.zip!e.ndjson", "a/d.zip!g.ndjson", "b.json"]
        assert sorted(split.name.removeprefix(f"{shown}/") for split in splits) == names
        assert [split.file_number for split in splits] == [0, 1, 2, 3]
        assert [note.partition(" (")[0].removeprefix(shown) for note in notes] == [
            ": passed over what is no export in it: readme.md",
            "/a/d.zip: passed over what is no export in it: f.txt",
        ]
        assert sum(map(len, map(read, splits))) == 3000 + LINES[:2000].count(b"\n") + 1
    memory.pipe("/none/x.txt", b"no")
    with pytest.raises(NotAnExport, match="is a folder without an export"):
        planned("memory://none")
