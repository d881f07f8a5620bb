"""The file of a store: one process at a time makes or changes it, in one transaction or by one rename.

The lock is gone with the process, however that ends. A new store gets its name once it is complete and on the disk.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from errno import ENOLCK, ENOSYS, ENOTSUP
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

from labelstore.clock import now
from labelstore.engines import engine_at, is_store, open_database
from labelstore.engines.database import Database
from labelstore.engines.published_mark import is_published
from labelstore.errors import InUseError, StoreError
from labelstore.files.outputs import BESIDE, OUTLIVED, is_alive, remove, remove_scratch
from labelstore.json.truncate import truncated

if TYPE_CHECKING:
    from filelock import FileLock

Notify = Callable[[str], None]
"""Takes a sentence for people."""

T = TypeVar("T")

_UNSUPPORTED = (ENOLCK, ENOSYS, ENOTSUP)
LONGEST_NAME = 200
"""Bytes of the name of a store; a file system takes 255."""
_LONGEST = 200


_PAUSE = 0.1
_BETWEEN_SYNCS = 0.1


class Patience:
    """How long to wait for other processes, in all."""

    def __init__(self, wait: float | None = None, notify: Notify | None = None) -> None:
        self.wait, self.notify = wait, notify
        self._started = time.monotonic()

    def left(self, wait: float | None = None) -> float | None:
        """The seconds that are left of those to wait, or without them of `wait`; None for any number."""
        most = wait if self.wait is None else self.wait
        return None if most is None else max(0.0, most - (time.monotonic() - self._started))

    def attempt(self, action: Callable[[], T], usual: float) -> T:
        """What `action` gives, tried again while it raises `InUseError`, for another program holds the store.

        `usual` are the seconds to wait where nobody says how long.
        """
        told = False
        while True:
            try:
                return action()
            except InUseError as error:
                left = self.left(usual)
                if not left:
                    raise
                if not told and self.notify is not None:
                    self.notify(f"{error.path}: waiting, {error.holder}")
                told = True
            time.sleep(min(_PAUSE, left))


@contextmanager
def locked(
    path: Path, work: str, objects: Sequence[str] = (), *, wait: float | None = None, notify: Notify | None = None
) -> Iterator[Patience]:
    """Hold the lock of the store at `path`, whether or not the store is there.

    `work` and `objects` tell others who wait what is done ("load", its files). Waits at most `wait` seconds, without
    it as long as it takes; `notify` is told who holds the lock, and where there can be none. Raises `InUseError` when
    the time is over, and `StoreError` for a folder in which no lock can be made. What is left of the time may be spent
    on programs that know nothing of this lock.
    """
    from filelock import FileLock

    if not path.resolve().parent.is_dir():
        raise StoreError(str(path), "its folder does not exist", "make the folder first")
    if len(os.fsencode(path.name)) > LONGEST_NAME:
        hint = f"give it one of at most {LONGEST_NAME} bytes"
        raise StoreError(str(path), "has too long a name, for the files beside it have longer ones", hint)
    file = lock_file(path)
    lock = FileLock(file, fallback_to_soft=False)
    patience = Patience(wait, notify)
    try:
        _acquire(lock, path, file, wait, notify)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise StoreError(
                str(path), f"cannot be locked ({error.strerror})", "its folder must be writable"
            ) from error
        if notify is not None:
            notify(f"{path}: its file system has no locks; see to it that nothing else writes the store")
        yield patience
        return
    try:
        _sign(file, work, objects)
        yield patience
    finally:
        with suppress(OSError):  # who waits for it notices that the file has lost its name
            file.unlink()
        lock.release()


def lock_file(path: Path) -> Path:
    """The same for all names of a store."""
    path = path.resolve()
    return path.with_name(f".{path.name}.lock")


def _acquire(lock: "FileLock", path: Path, file: Path, wait: float | None, notify: Notify | None) -> None:
    from filelock import Timeout

    with suppress(Timeout):
        lock.acquire(timeout=0)
        return
    if not file.exists():  # nobody holds it: it was just given back, or cannot be made, which is not worth waiting for
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o644))
    if notify is not None and wait != 0:
        notify(f"{path}: waiting, {_holder(file)}")
    try:
        lock.acquire(timeout=-1 if wait is None else wait)
    except Timeout:
        raise InUseError(str(path), _holder(file)) from None


def _sign(file: Path, work: str, objects: Sequence[str]) -> None:
    """Say who holds the lock. Nothing depends on it, so a full disk may prevent it."""
    with suppress(OSError):
        file.write_text(
            json.dumps({"pid": os.getpid(), "work": work, "objects": list(objects), "since": now("seconds")})
        )


def _holder(file: Path) -> str:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        what = " ".join([said["work"], *said["objects"]])
        return f"process {said['pid']} holds it since {said['since']} ({truncated(what, _LONGEST)})"
    except (OSError, ValueError, KeyError, TypeError):  # it has just been taken or given back
        return "another process holds it"


@contextmanager
def writing(path: Path, patience: Patience | None = None) -> Iterator[Database]:
    """A database in a transaction. A new store is built beside its place and moved there when it is complete.

    `patience` says how long to wait for a program that holds the store; raises `InUseError` when that is over.
    """
    if is_store(path):
        if is_published(path):
            raise StoreError(
                str(path), "is a published copy, which stays as it is", "load into the store it was made of"
            )
        with (patience or Patience()).attempt(lambda: _begun(path), engine_at(path).usual_wait) as database:
            try:
                yield database
                database.commit()
            except BaseException:
                database.rollback()
                raise
        return
    with building(path) as database:
        yield database


def _begun(path: Path) -> Database:
    database = open_database(path)
    try:
        database.share()
        database.begin()
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def building(path: Path) -> Iterator[Database]:
    """An empty store in a transaction, which takes the place of `path` at the end; after an error nothing is left.

    The caller holds the lock of the store.
    """
    place = path.resolve()  # a link stays one
    scratch = scratch_store(path)
    try:
        with open_database(scratch, create=True) as database:
            database.build_fast()
            database.begin()
            yield database
            database.commit()
            with _syncing(scratch):
                database.finish()
            database.share()
        _sync(scratch, os.O_RDWR)
        for suffix in OUTLIVED:  # of a store that was there before
            remove(place.with_name(place.name + suffix))
        os.replace(scratch, place)
        with suppress(OSError):  # not every system can sync a folder
            _sync(place.parent, os.O_RDONLY)
    finally:
        remove_scratch(scratch)


def scratch_store(path: Path) -> Path:
    """Where a new store is built before it gets its name: its suffix tells the engine."""
    place = path.resolve()
    return place.with_name(f".{place.name}.{os.getpid()}.loading{path.suffix}")


@contextmanager
def scratch_folder(scratch: Path) -> Iterator[Path]:
    """A folder for the parts of a store that is being built, `scratch`."""
    folder = scratch.with_name(scratch.name + ".parts")
    folder.mkdir()
    try:
        yield folder
    finally:
        remove(folder)


def remove_leftovers(path: Path) -> None:
    """Remove what killed processes left beside the store at `path`, whose lock the caller holds."""
    place = path.resolve()
    tails = "|".join(map(re.escape, ("", *BESIDE, ".parts")))
    ours = re.compile(rf"\.{re.escape(place.name)}\.(\d+)\.loading{re.escape(path.suffix)}(?:{tails})")
    for left in list(place.parent.iterdir()):
        found = ours.fullmatch(left.name)
        # who holds the lock has no scratch files yet
        if found and (int(found[1]) == os.getpid() or not is_alive(int(found[1]))):
            remove(left)


@contextmanager
def _syncing(path: Path) -> Iterator[None]:
    """Have the disk take what is written meanwhile, so that little is left for the sync at the end."""
    is_over = Event()

    def sync() -> None:
        with suppress(OSError):  # that sync meets the same error, and tells
            _sync(path, os.O_RDWR)
            while not is_over.wait(_BETWEEN_SYNCS):
                _sync(path, os.O_RDWR)

    to_disk = Thread(target=sync)
    to_disk.start()
    try:
        yield
    finally:
        is_over.set()
        to_disk.join()


def _sync(path: Path, flags: int) -> None:
    """Have the disk hold what the file or folder says."""
    file = os.open(path, flags)
    try:
        os.fsync(file)
    finally:
        os.close(file)
