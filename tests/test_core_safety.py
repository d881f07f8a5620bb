"""Loads through the compiled core with errors, hostile files, threads, many files: nothing hangs, leaks or is lost."""

import gc
import gzip
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import apsw
import pytest

from labelstore import samples
from labelstore.core import rows as core_rows
from labelstore.core.library import library
from labelstore.core.shredding import Shredder
from labelstore.engines import open_database
from labelstore.engines.sqlite import SqliteDatabase
from labelstore.files.records import split_taking
from labelstore.loading import load
from labelstore.loading.ahead import NAME, ahead
from tests.soaking import amount
from tests.test_core_loading import assert_same_both_ways, told

pytestmark = pytest.mark.skipif(library() is None, reason="the core is not compiled")

ROOT = Path(__file__).resolve().parent.parent


def lines(count: int, seed: int = 0, generation: str = "v1") -> list[bytes]:
    make = samples.v1_labels if generation == "v1" else samples.v2_data_rows
    return [json.dumps(record).encode() for record in itertools.islice(make("image", 40, seed=seed), count)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "export.ndjson"
    path.write_bytes(b"\n".join(lines(40)) + b"\n")
    return path


@pytest.fixture
def small_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of some records gets several stretches."""
    monkeypatch.setitem(split_taking.__kwdefaults__ or {}, "chunk_bytes", 20_000)


# -- reading ahead ----------------------------------------------------------------------------------------------------


def endless(ended: threading.Event) -> Generator[int, None, None]:
    try:
        yield from itertools.count()
    finally:
        ended.set()


def alone() -> bool:
    return NAME not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("size", [1, 10**9])
@pytest.mark.parametrize("taken", [0, 1, 500])
def test_an_error_of_who_takes_the_items_ends_the_thread_that_makes_them(size: int, taken: int) -> None:
    """It may wait for room just then."""
    ended = threading.Event()
    items = endless(ended)

    def interrupted() -> None:
        with ahead(items, lambda _: size) as found:
            assert list(itertools.islice(found, taken)) == list(range(taken))
            time.sleep(0.05)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert alone()
    items.close()
    assert ended.is_set()


@pytest.mark.parametrize("error", [ValueError("of its own"), MemoryError(), SystemExit(3)])
def test_an_error_of_the_thread_comes_behind_its_last_item(error: BaseException) -> None:
    def some() -> Iterator[int]:
        yield from range(75)
        raise error

    taken: list[int] = []
    with pytest.raises(type(error)), ahead(some(), lambda _: 1) as found:
        taken.extend(found)
    assert taken == list(range(75))
    assert alone()


def test_small_items_come_together_and_large_ones_alone() -> None:
    made: list[int] = []
    with ahead((made.append(one) or one for one in range(1000)), lambda _: 10**9) as found:  # type: ignore[func-returns-value]
        next(found)
        time.sleep(0.05)
        assert len(made) <= 5


def test_what_waits_is_prepared_by_the_thread() -> None:
    prepared: list[int] = []
    with ahead(iter(range(10)), lambda _: 1 << 20, prepared.append) as found:
        until = time.monotonic() + 10
        while len(prepared) < 2 and time.monotonic() < until:
            time.sleep(0.001)
        assert prepared == [1, 2]  # which the first one, that waits, left time for
        assert list(found) == list(range(10))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.sampled(2)
@pytest.mark.parametrize("how", ["-", "pipe"])
def test_ctrl_c_ends_a_load_that_waits_for_a_pipe(tmp_path: Path, file: Path, how: str) -> None:
    store, pipe = tmp_path / "labels.db", tmp_path / "pipe"
    os.mkfifo(pipe)
    named = "-" if how == "-" else str(pipe)
    command = [sys.executable, "-c", "from labelstore.cli import main; main()", "load", str(store), named]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin
    with process, process.stdin if how == "-" else pipe.open("wb") as into:
        into.write(file.read_bytes()[:50_000])
        into.flush()
        while not list(tmp_path.glob(".labels.db.*.loading.db")):
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert not store.exists()


# -- errors in either thread, and connections that take no extension ---------------------------------------------------


def failing_later(action: Callable[..., Any], error: Exception) -> Callable[..., Any]:
    calls = itertools.count()

    def called(*args: Any, **options: Any) -> Any:
        if next(calls) == 2:
            raise error
        return action(*args, **options)

    return called


@pytest.mark.sampled(3)
@pytest.mark.usefixtures("small_stretches")
@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "No space left on device")])
@pytest.mark.parametrize(
    ("owner", "name"), [(Shredder, "shred"), (core_rows.StretchTables, "insert"), (SqliteDatabase, "insert_stretch")]
)
@pytest.mark.parametrize("is_new", [True, False])
def test_an_error_in_either_thread_changes_nothing(
    tmp_path: Path, file: Path, owner: Any, name: str, error: Exception, is_new: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "labels.db"
    other = tmp_path / "other.ndjson"
    other.write_bytes(lines(1, seed=3)[0])
    before = None if is_new else told(store, load(store, other))[0]
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, failing_later(getattr(owner, name), error))
        with pytest.raises(type(error)):
            load(store, file)
    assert alone()
    assert store.exists() != is_new
    report = load(store, file)
    assert report.total("added") == 40
    assert {path.name for path in tmp_path.iterdir() if "lock" in path.name or "loading" in path.name} == set()
    if before is not None:
        assert set(before["records"]) <= set(told(store, report)[0]["records"])


@pytest.mark.usefixtures("small_stretches")
@pytest.mark.parametrize("is_new", [True, False])
def test_a_disk_that_is_full_while_sqlite_copies_rows(
    tmp_path: Path, file: Path, is_new: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = tmp_path / "labels.db", tmp_path / "other.ndjson"
    inserted: list[Any] = []
    other.write_bytes(lines(1, seed=3)[0])
    before = None if is_new else told(store, load(store, other))[0]
    insert = SqliteDatabase.insert_stretch

    def inserting(database: SqliteDatabase, stretch: Any) -> None:
        if inserted:
            database.execute(f"pragma max_page_count = {database.value('pragma page_count') + 2}")
        insert(database, stretch)
        inserted.append(stretch)

    with monkeypatch.context() as patched:
        patched.setattr(SqliteDatabase, "insert_stretch", inserting)
        with pytest.raises(apsw.FullError):
            load(store, file)
    assert inserted
    assert alone()
    assert store.exists() != is_new
    if before is not None:
        with open_database(store, read_only=True) as database:
            assert database.value("select count(*) from records") == len(before["records"])
    assert load(store, file).total("added") == 40


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("is_new", [True, False])
def test_a_load_that_is_killed_between_stretches(tmp_path: Path, file: Path, is_new: bool) -> None:
    store, other = tmp_path / "labels.db", tmp_path / "other.ndjson"
    other.write_bytes(lines(1, seed=3)[0])
    if not is_new:
        load(store, other)
    code = f"""
import os
from labelstore.engines.sqlite import SqliteDatabase
from labelstore.files.records import split_taking
from labelstore.loading import load

def killing(database, stretch, insert=SqliteDatabase.insert_stretch):
    insert(database, stretch)
    if database.value("select count(*) from records") > 20:
        os.kill(os.getpid(), 9)

SqliteDatabase.insert_stretch = killing
split_taking.__kwdefaults__["chunk_bytes"] = 20_000
load({str(store)!r}, {str(file)!r})
"""
    killed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert store.exists() != is_new
    if not is_new:
        with open_database(store, read_only=True) as database:
            assert database.value("select count(*) from records") == 1
    assert load(store, file).total("added") == 40
    assert not list(tmp_path.glob(".labels.db*"))


def test_nobody_loads_an_extension_afterwards(tmp_path: Path) -> None:
    with open_database(tmp_path / "labels.db", create=True) as database:
        assert isinstance(database, SqliteDatabase)
        assert database.takes_stretches
        with pytest.raises(apsw.Error, match="not authorized"):
            database.value("select load_extension('labels')")


@pytest.mark.parametrize("path", ["/nonexistent/_core.so", "/nonexistent/\udcff/_core.so"])
def test_a_connection_that_takes_no_extension_gets_rows_of_python(
    tmp_path: Path, file: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_rows, "PATH", path)
    assert load(tmp_path / "labels.db", file).total("added") == 40
    with open_database(tmp_path / "labels.db") as database:
        assert not database.takes_stretches
        with pytest.raises(apsw.Error, match="not authorized"):
            database.value("select load_extension('labels')")


def test_sqlite_without_extensions(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Connection(apsw.Connection):
        def __getattribute__(self, name: str) -> Any:
            if "load_extension" in name:
                raise AttributeError(name)
            return super().__getattribute__(name)

    monkeypatch.setattr(apsw, "Connection", Connection)
    assert load(tmp_path / "labels.db", file).total("added") == 40


# -- threads ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_stretches")
def test_loads_of_two_threads_into_two_stores(tmp_path: Path) -> None:
    def loaded(number: int, again: str = "") -> Any:
        store, export = tmp_path / f"{number}{again}.db", tmp_path / f"{number}.ndjson"
        export.write_bytes(b"\n".join(lines(8, number, "v1") + lines(4, number, "v2")) + b"\n")
        return told(store, load(store, export))

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(loaded, range(2)))
    assert together == [loaded(number, "again") for number in range(2)]


def test_a_thread_does_not_bound_the_calls_of_another() -> None:
    """Python ends a process in which one stands deeper than a limit that the other sets."""
    code = """
import json, sys, threading, time
from labelstore import samples
from labelstore.formats.decoding import RecordDecoder, bounded_depth, tolerant

record = next(iter(samples.v1_labels("image", 1)))
plain = json.dumps(record).encode()
question = {"title": 7}
for _ in range(240):
    question = {"title": "q", "value": "q", "answer": {"title": "a", "value": "a", "classifications": [question]}}
record["Label"] = {"objects": 7, "classifications": [question]}
deep = json.dumps(record).encode()
until = time.monotonic() + 1.5

def decode():
    decoder = tolerant(RecordDecoder())
    while time.monotonic() < until:
        assert not isinstance(decoder(plain), Exception)

sys.setswitchinterval(1e-5)
before = sys.getrecursionlimit()
thread = threading.Thread(target=decode)
with bounded_depth():
    thread.start()
    decoder = tolerant(RecordDecoder())
    while time.monotonic() < until:
        assert not isinstance(decoder(deep), Exception)
    thread.join()
assert sys.getrecursionlimit() == before
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, timeout=60)


# -- hostile files ----------------------------------------------------------------------------------------------------


def member(value: bytes) -> bytes:
    """A label with a member that nothing declares."""
    return lines(2, 5)[1][:-1] + b', "new": ' + value + b"}"


# fmt: off
HOSTILE: dict[str, bytes] = {
    "depth": member(b"[" * 5000 + b"]" * 5000),
    "some depth": member(b'{"a":' * 900 + b"1" + b"}" * 900),
    "huge numbers": member(b"[1e400, -1e999, 1" + b"0" * 5000 + b", 1e-999, 9223372036854775808, 1e22]"),
    "no number": member(b"-"),
    "invalid UTF-8": member(b'"\xff\xfe\xc0\xaf"'),
    "a surrogate in UTF-8": member(b'"\xed\xa0\x80"'),
    "half a pair": member(b'"\\ud800"'),
    "the other half": member(b'"\\udc00 \\ud83d\\u0041"'),
    "NUL": member(b'"a\\u0000b"').replace(b'"Created By": "', b'"Created By": "\\u0000a\\u0000'),
    "a NUL byte": member(b'"a\0b"'),
    "keys twice": member(b'{"a": 1, "a": 2}, "ID": "again", "new": 3'),
    "a key twice": member(b'1, "Created By": "b@example.com", "Created By": "c@example.com"'),
    "a long string": member(b'"%b"' % (b"\xc3\xa9" * amount(32 << 20, 2 << 20))),
    "cut": lines(2, 5)[1][:700],
    "a string that goes on": member(b'"abc'),
    "many values": b" ".join(lines(3, 6)),
    "nothing": b"",
    "no object": b"[[]], 1, null, \"a\"",
}
# fmt: on


@pytest.mark.sampled(7)
@pytest.mark.usefixtures("small_stretches")
@pytest.mark.parametrize("framing", ["lines", "array"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_values(tmp_path: Path, name: str, framing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = lines(6, 5)
    parts = [*usual[:1], *usual[2:4], HOSTILE[name], *usual[4:]]
    path = tmp_path / "a"
    path.write_bytes(b"\n".join(parts) if framing == "lines" else b"[" + b",".join(parts) + b"]")
    assert_same_both_ways(tmp_path, "db", [[path]], monkeypatch)


def packed(path: Path, data: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ndjson", data)
        archive.writestr("b.ndjson", data[:5000])


LAYOUTS: dict[str, Callable[[Path, list[bytes]], object]] = {
    "CRLF": lambda path, parts: path.write_bytes(b"\r\n".join(parts) + b"\r\n"),
    "BOM": lambda path, parts: path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(parts)),
    "UTF-16": lambda path, parts: path.write_bytes(b"\n".join(parts).decode().encode("utf-16")),
    "gzip": lambda path, parts: path.write_bytes(gzip.compress(b"\n".join(parts))),
    "cut gzip": lambda path, parts: path.write_bytes(gzip.compress(b"\n".join(parts))[:-3000]),
    "damaged gzip": lambda path, parts: path.write_bytes(gzip.compress(b"\n".join(parts))[:2000] + b"\0" * 3000),
    "zip": lambda path, parts: packed(path, b"\n".join(parts)),
    "wrapped": lambda path, parts: path.write_bytes(b'{"data": [' + b",".join(parts) + b"]}"),
    "stream": lambda path, parts: path.write_bytes(
        b"\n".join(json.dumps({"offset": 1, "json_str": part.decode()}).encode() for part in parts)
    ),
    "open array": lambda path, parts: path.write_bytes(b"[" + b",".join(parts)),
    "commas": lambda path, parts: path.write_bytes(b",\n".join(parts)),
    "noise": lambda path, parts: path.write_bytes(b"\n\0\n}{\n".join(parts)),
}


@pytest.mark.sampled(4)
@pytest.mark.usefixtures("small_stretches")
@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    LAYOUTS[name](path, lines(24, 7))
    try:
        assert_same_both_ways(tmp_path, "db", [[path]], monkeypatch)
    except Exception as error:
        told_by = []
        for pure in "10":
            monkeypatch.setenv("LABELSTORE_PURE", pure)
            with pytest.raises(type(error)) as raised:
                load(tmp_path / f"{pure}.db", path)
            told_by.append(str(raised.value))
        assert told_by[0] == told_by[1]


# -- many files and many loads ----------------------------------------------------------------------------------------


def held() -> tuple[int, int]:
    """Bytes of memory, and files that are open."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir("/proc/self/fd"))


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_many_files_and_loads_leave_nothing_behind(tmp_path: Path) -> None:
    """Files of two records, all of them in one load, twice; and loads of one of them, again and again."""
    files = amount(5000, 100)
    names = []
    label = next(iter(samples.v1_labels("image", 1)))
    for number in range(files):
        parts = [label | {"ID": f"l{number}.{at}", "DataRow ID": f"r{number}.{at}"} for at in (0, 1)]
        names.append(tmp_path / f"{number}.ndjson")
        names[-1].write_text("\n".join(map(json.dumps, parts)))

    def loaded(some: list[Path]) -> None:
        store = tmp_path / "labels.db"
        assert load(store, some).total("added") == 2 * len(some)
        store.unlink()

    loaded(names)
    memory, descriptors = held()
    loaded(names)
    for number in range(amount(1000, 10)):
        loaded(names[number : number + 1])
    after, descriptors_after = held()
    assert descriptors_after == descriptors
    assert after - memory < 10_000_000
    assert alone()
