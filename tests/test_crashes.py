"""Loads that are killed, run out of disk, lose their file or meet each other: a store is as before or as after."""

import errno
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from labelstore.engines import open_database
from labelstore.engines.sqlite import SqliteDatabase
from labelstore.errors import StoreError
from labelstore.loading import load
from labelstore.loading.store_file import lock_file, locked, remove_leftovers
from labelstore.samples import write
from labelstore.verifying import verify
from tests.soaking import amount

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(sys.platform == "win32", reason="kills processes by POSIX signals"),
]

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("labels.db", "labels.duckdb")
LABELS = {"labels.db": amount(70, 35), "labels.duckdb": amount(25, 12)}
REJECTED = 3
State = tuple[list[Any], ...]


class Case(NamedTuple):
    """A load into a new or an existing store of one engine: its files, and what the store holds before and after."""

    name: str
    existing: Path | None
    files: list[Path]
    before: State | None
    after: State
    grown: int
    """Bytes that the load adds to the store's file."""
    seconds: list[float]
    """How long the load takes, once that was measured."""


def state(store: Path) -> State:
    """What a store holds but for the times of its loads; its views rebuild every record and agree with the loads."""
    with open_database(store, read_only=True) as database:
        loads = list(database.query("select load_id, sha256, bytes, records, added, changed, rejected from loads").rows)
        counts = dict(database.query("select load_id, count(*) from records group by 1").rows)
        sql = "select load_id, identity, json from record_json order by record_id"
        records = list(database.query(sql).rows)
        rejects = list(database.query("select load_id, position from rejects").rows)
        assert all(json for *_, json in records)
        assert len(records) == database.value("select count(*) from records")
        *earlier, last = ((load_id, added + changed) for load_id, _, _, _, added, changed, _ in loads)
        assert counts.get(last[0], 0) == last[1]
        assert all(counts.get(load_id, 0) <= brought for load_id, brought in earlier)
        assert counts.keys() <= {load[0] for load in loads}
        for table in ("labels", "objects", "classifications"):
            key = "object_id" if table == "objects" else "classification_id" if table != "labels" else "node_id"
            sql = f"select count(*) from {table} where {key} >> 24 not in (select record_id from records)"
            assert database.value(sql) == 0, table
    return loads, records, rejects


def check(store: Path) -> None:
    """The engine's own proof that the file is whole."""
    if store.suffix == ".db":
        connection = sqlite3.connect(store)
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        connection.close()
    else:
        with duckdb.connect(str(store)) as database:
            database.execute("force checkpoint")


def started(store: Path, *arguments: object, limit: int | None = None) -> "subprocess.Popen[str]":
    """`labelstore load` in a process group of its own; no file of it grows above `limit` bytes."""
    code = f"import resource as r, sys; r.setrlimit(r.RLIMIT_FSIZE, ({limit}, {limit}))" if limit else ""
    code += "\nfrom labelstore.cli import main; main()"
    command = [sys.executable, "-c", code, "load", store, *arguments]
    return subprocess.Popen(
        list(map(str, command)), cwd=ROOT, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Exit code and standard error, in which there is no traceback."""
    _, text = process.communicate(timeout=120)
    assert "Traceback" not in text, text
    return process.returncode, text


def await_lock(process: "subprocess.Popen[str]", store: Path) -> None:
    """Wait until the process works on the store."""
    while not lock_file(store).exists():
        assert process.poll() is None, ended(process)
        time.sleep(0.001)


def put(case: Case, folder: Path) -> Path:
    """The store as it was before the load."""
    store = folder / case.name
    for path in folder.iterdir():
        path.unlink()
    if case.existing:
        store.write_bytes(case.existing.read_bytes())
    return store


def seconds_of_a_load(case: Case, folder: Path) -> float:
    """From the lock to the end of the process."""
    store = put(case, folder)
    process = started(store, *case.files)
    await_lock(process, store)
    before = time.monotonic()
    code, text = ended(process)
    assert (code, text) == (REJECTED if case.after[2] else 0, "")
    seconds = time.monotonic() - before
    assert state(store) == case.after
    return seconds


Cases = Callable[[str, str], Case]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    """Makes the loads into a store of this name, new or existing."""
    folder = tmp_path_factory.mktemp("crashes")

    @cache
    def made(name: str) -> dict[str, Case]:
        labels, store = LABELS[name], folder / name
        first, second = (
            [file.path for file in write(folder / f"{name}{seed}", asset_types=("image",), labels=labels, seed=seed)]
            for seed in (1, 2)
        )
        load(store, first)
        before = state(store)
        existing = folder / f"before-{name}"
        existing.write_bytes(store.read_bytes())
        # some records come changed and replace the old ones, others are new, one is none
        lines = first[1].read_text().replace('"name":"Car"', '"name":"Bus"').splitlines(keepends=True)
        changed = folder / f"{name}.ndjson"
        changed.write_text("".join(lines[: labels // 2]) + '{"broken"\n')
        new = [changed, second[0]]
        size = store.stat().st_size
        load(store, new)
        assert verify(store, new).ok
        return {
            "new": Case(name, None, first, None, before, size, []),
            "existing": Case(name, existing, new, before, state(store), store.stat().st_size - size, []),
        }

    return lambda name, kind: made(name)[kind]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("seed", range(amount(3, 1)))
@pytest.mark.parametrize(
    ("name", "kind", "kills"),
    [
        ("labels.db", "new", amount(12, 4)),
        ("labels.db", "existing", amount(12, 4)),
        ("labels.duckdb", "new", amount(5, 2)),
        ("labels.duckdb", "existing", amount(5, 2)),
    ],
)
def test_a_killed_load_leaves_the_store_as_before_or_as_after(
    cases: Cases, tmp_path: Path, name: str, kind: str, kills: int, seed: int
) -> None:
    """The next load, at once, clears up and completes."""
    case, dice = cases(name, kind), random.Random(f"{name} {kind} {seed}")
    if not case.seconds:
        case.seconds.append(seconds_of_a_load(case, tmp_path))
    number = 0
    while number < kills:
        store = put(case, tmp_path)
        process = started(store, *case.files)
        await_lock(process, store)
        time.sleep(dice.uniform(0, case.seconds[0]))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        number += process.returncode == -signal.SIGKILL  # else it had just come to its end
        if case.before is None and not store.exists():
            found = None
        else:
            check(store)
            found = state(store)
            assert found in (case.before, case.after)
        report = load(store, case.files)
        assert report.total("rejected") == len(case.after[2]) - len(case.before[2] if case.before else [])
        if found is None:
            assert report.total("added") == len(case.after[1])
        if number % 4 == 0 or number == kills:
            assert state(store)[1] == case.after[1]
        check(store)
        assert [path.name for path in tmp_path.iterdir()] == [store.name]
    assert verify(store, case.files).ok


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_helper_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    """Its task would never end: it writes to a pipe that nobody reads."""
    store, pipe = tmp_path / "labels.db", tmp_path / "pipe"
    open_database(store, create=True).close()
    os.mkfifo(pipe)
    code = f"""
import time
from labelstore.workers import helpers, send_task
with helpers("labelstore.export.rebuilding", 1) as (helper,):
    task = {{"store": {str(store)!r}, "generation": "v1", "between": "", "ids": [0, 1], "out": {str(pipe)!r}}}
    send_task(helper, task)
    print(helper.pid, flush=True)
    time.sleep(100)
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        helper = int(parent.stdout.readline())
        time.sleep(1.5)
        assert is_running(helper)
        parent.kill()
    until = time.monotonic() + 10
    while is_running(helper) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_running(helper)


KINDS = ("new", "existing")


def unchanged(case: Case, store: Path) -> bool:
    """Whether a load that failed left everything as it was."""
    if case.before is None:
        return os.listdir(store.parent) == []
    return os.listdir(store.parent) == [store.name] and state(store) == case.before


@pytest.mark.sampled(6)
@pytest.mark.parametrize("room", [0.05, 0.9])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ENGINES)
def test_a_full_disk_is_told_and_changes_nothing(
    cases: Cases, tmp_path: Path, name: str, kind: str, room: float
) -> None:
    """There is room for a part of what the load writes to one file: the new store, or the log of the existing one."""
    case = cases(name, kind)
    store, written = put(case, tmp_path), case.grown
    if (name, kind) == ("labels.duckdb", "existing"):
        written //= 20  # the log is smaller than what the store grows by
    code, text = ended(started(store, *case.files, limit=int(room * written)))
    assert (code, text.count("\n")) == (1, 1), text
    assert text.startswith("labelstore: ")
    assert any(word in text.lower() for word in ("full", "disk", "file too large", "no space")), text
    for log in tmp_path.glob("*.wal"):
        assert log.stat().st_size == 0
        log.unlink()
    assert unchanged(case, store)
    load(store, case.files)
    assert state(store) == case.after


def test_indexes_go_to_the_disk_while_they_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk takes what comes again and again until the store is complete, and then once more."""
    synced = threading.Semaphore(0)
    fsync, finish = os.fsync, SqliteDatabase.finish
    order: list[str] = []

    def counted(file: int) -> None:
        fsync(file)
        order.append("synced")
        synced.release()

    def waiting(database: SqliteDatabase) -> None:
        for _ in range(3):
            assert synced.acquire(timeout=20)
        finish(database)
        order.append("finished")

    monkeypatch.setattr(os, "fsync", counted)
    monkeypatch.setattr(SqliteDatabase, "finish", waiting)
    write(tmp_path / "samples", labels=1)
    load(tmp_path / "labels.db", tmp_path / "samples" / "v1-image.json")
    assert "synced" in order[order.index("finished") :]


@pytest.mark.parametrize("name", ENGINES)
def test_a_log_for_which_the_store_has_no_room_is_kept(cases: Cases, tmp_path: Path, name: str) -> None:
    """The load has succeeded with its log; who opens the store next brings it in."""
    case = cases(name, "existing")
    store = put(case, tmp_path)
    code, _ = ended(started(store, *case.files, limit=store.stat().st_size + 100))
    assert state(store) == (case.after if code == REJECTED else case.before)
    check(store)
    assert state(store) == (case.after if code == REJECTED else case.before)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("how", ["emptied", "cut", "deleted"])
@pytest.mark.parametrize("name", ENGINES)
def test_a_file_pulled_away_while_it_is_read(cases: Cases, tmp_path: Path, name: str, how: str) -> None:
    """All of it is stored, or nothing, or what was whole, and then the exit code tells."""
    case, file = cases(name, "new"), tmp_path / "export.ndjson"
    text = case.files[1].read_bytes()
    file.write_bytes(text * 4)
    (tmp_path / "stores").mkdir()
    store = tmp_path / "stores" / name
    process = started(store, file)
    await_lock(process, store)
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGSTOP)
    if how == "deleted":
        file.unlink()
    else:
        os.truncate(file, 0 if how == "emptied" else len(text) * 2 + 100)
    os.killpg(process.pid, signal.SIGCONT)
    code, said = ended(process)
    if code == 1:
        assert said.count("\n") == 1
        assert os.listdir(store.parent) == []
        return
    assert os.listdir(store.parent) == [name]
    rejected = len(state(store)[2])
    assert code == (REJECTED if rejected else 0)
    check(store)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ENGINES)
def test_two_loads_at_once_store_both(cases: Cases, tmp_path: Path, name: str, kind: str) -> None:
    case = cases(name, kind)
    store = put(case, tmp_path)
    processes = [started(store, file) for file in case.files]
    texts = []
    for process in processes:
        code, text = ended(process)
        assert code in (0, REJECTED)
        texts.append(text)
    waiting = [text for text in texts if text]
    assert len(waiting) <= 1  # none if the second began when the first had ended
    for text in waiting:
        holder = r"process \d+ holds it since \S+ \(load .*\)|another process holds it"  # which has yet to say so
        assert re.fullmatch(rf"labelstore: .*{name}: waiting, (?:{holder})\n", text)
    assert os.listdir(tmp_path) == [name]
    assert sorted(row[2:] for row in state(store)[1]) == sorted(row[2:] for row in case.after[1])
    assert verify(store, case.files).ok


@pytest.mark.parametrize("name", ENGINES)
def test_who_does_not_want_to_wait_is_told_by_whom_the_store_is_held(cases: Cases, tmp_path: Path, name: str) -> None:
    case = cases(name, "new")
    store = tmp_path / name
    with locked(store, "load", ["export.json"]):
        for wait in (0, 0.2):
            code, text = ended(started(store, *case.files, "--wait", wait))
            assert code == 1
            line = text.splitlines()[-1]
            assert f"is in use: process {os.getpid()} holds it since " in line
            assert "(load export.json)" in line
    assert os.listdir(tmp_path) == []


def test_a_lock_file_without_a_process_holds_nobody_up(tmp_path: Path) -> None:
    store = tmp_path / "labels.db"
    lock_file(store).write_text("{")
    with locked(store, "load", wait=0):
        assert lock_file(store).exists()
    assert os.listdir(tmp_path) == []


def test_where_there_are_no_locks_a_load_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    told: list[str] = []
    with locked(tmp_path / "labels.db", "load", notify=told.append):
        pass
    assert "has no locks" in told[0]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def refused(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(StoreError, match="folder does not exist"), locked(tmp_path / "none" / "labels.db", "load"):
        pass
    monkeypatch.setattr(fcntl, "flock", refused)
    with pytest.raises(StoreError, match="cannot be locked"), locked(tmp_path / "labels.db", "load"):
        pass


def test_only_what_dead_loads_of_the_same_store_left_is_removed(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    stay = [
        f".labels.db.{os.getppid()}.loading.db",
        f".other.db.{dead.pid}.loading.db",
        f".labels.db.{dead.pid}.loading.db.txt",
        f".labels.db.{dead.pid}.writing",
        f"labels.db.{dead.pid}.loading.db",
    ]
    go = [f".labels.db.{pid}.loading.db{tail}" for pid in (dead.pid, os.getpid()) for tail in ("", "-wal", "-journal")]
    for name in (*stay, *go):
        (tmp_path / name).touch()
    parts = tmp_path / f".labels.db.{dead.pid}.loading.db.parts"
    parts.mkdir()
    (parts / "staged.db").touch()
    remove_leftovers(tmp_path / "labels.db")
    assert sorted(os.listdir(tmp_path)) == sorted(stay)


def test_the_log_of_a_store_that_is_gone_is_not_taken_for_that_of_a_new_one(cases: Cases, tmp_path: Path) -> None:
    """A load of an existing store is killed, and the store deleted, but not what SQLite has put beside it."""
    case = cases("labels.db", "existing")
    store = put(case, tmp_path)
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table mine (x)")
        connection.execute("insert into mine values (1)")
        connection.commit()
        log = (tmp_path / "labels.db-wal").read_bytes()
    store.unlink()
    (tmp_path / "labels.db-wal").write_bytes(log)
    load(store, cases("labels.db", "new").files)
    assert state(store) == cases("labels.db", "new").after
    check(store)


@pytest.mark.parametrize("kind", KINDS)
def test_readers_of_sqlite_see_the_store_before_or_after_a_load(cases: Cases, tmp_path: Path, kind: str) -> None:
    case = cases("labels.db", kind)
    store = put(case, tmp_path)
    sql = "select (select count(*) from record_json where json is not null), (select count(*) from loads)"
    possible = {(len(held[1]), len(held[0])) for held in (case.before, case.after) if held}
    process = started(store, *case.files)
    seen = 0
    while process.poll() is None:
        if store.exists():
            with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as connection:
                assert connection.execute(sql).fetchone() in possible
            seen += 1
    assert ended(process)[1] == ""
    assert seen or kind == "new"
    assert state(store) == case.after


def query(store: Path) -> tuple[int, str, str]:
    command = [sys.executable, "cli.py", "query", str(store), "select count(*) as n from loads"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_queries_of_sqlite_go_on_during_a_load(cases: Cases, tmp_path: Path) -> None:
    case = cases("labels.db", "existing")
    store = put(case, tmp_path)
    process = started(store, *case.files)
    await_lock(process, store)
    time.sleep(0.1)
    os.killpg(process.pid, signal.SIGSTOP)
    assert query(store) == (0, '{"n":2}\n', "")
    os.killpg(process.pid, signal.SIGCONT)
    ended(process)
    assert query(store) == (0, '{"n":4}\n', "")


def test_a_duckdb_store_is_loaded_or_read_and_says_so(cases: Cases, tmp_path: Path) -> None:
    case = cases("labels.duckdb", "existing")
    store = put(case, tmp_path)
    with duckdb.connect(str(store), read_only=True):
        code, text = ended(started(store, *case.files))
        assert (code, text.count("\n")) == (1, 1)
        assert "is in use by process" in text
        assert query(store) == (0, '{"n":2}\n', "")
    assert unchanged(case, store)
    with duckdb.connect(str(store)):
        code, out, text = query(store)
        assert (code, out, text.count("\n")) == (1, "", 1)
        assert "is in use by process" in text
