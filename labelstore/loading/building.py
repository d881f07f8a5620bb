"""Writing a store: one transaction, or for a new store one rename once it is complete and on the disk."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from labelstore.engines import engine_at, is_store, open_database
from labelstore.engines.database import Database
from labelstore.engines.published_mark import is_published
from labelstore.errors import StoreError
from labelstore.files.outputs import BESIDE, LOGS, is_alive
from labelstore.loading.locking import Patience


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
    scratch = place.with_name(f".{place.name}.{os.getpid()}.loading{path.suffix}")
    try:
        with open_database(scratch, create=True) as database:
            database.build_fast()
            database.begin()
            yield database
            database.commit()
            to_disk = Thread(target=_sync_early, args=(scratch,))  # most of it, while the indexes are made
            to_disk.start()
            database.finish()
            to_disk.join()
            database.share()
        _sync(scratch, os.O_RDWR)
        for suffix in LOGS:  # of a store that was there before
            _remove(place.with_name(place.name + suffix))
        os.replace(scratch, place)
        with suppress(OSError):  # not every system can sync a folder
            _sync(place.parent, os.O_RDONLY)
    finally:
        for name in (scratch.name, *(scratch.name + suffix for suffix in BESIDE)):
            _remove(scratch.with_name(name))


@contextmanager
def scratch_folder(scratch: Path) -> Iterator[Path]:
    """A folder for the parts of a store that is being built, `scratch`."""
    folder = scratch.with_name(scratch.name + ".shards")
    folder.mkdir()
    try:
        yield folder
    finally:
        _remove(folder)


def remove_leftovers(path: Path) -> None:
    """Remove what killed processes left beside the store at `path`, whose lock the caller holds."""
    place = path.resolve()
    tails = "|".join(map(re.escape, ("", *BESIDE, ".shards")))
    ours = re.compile(rf"\.{re.escape(place.name)}\.(\d+)\.loading{re.escape(path.suffix)}(?:{tails})")
    for left in list(place.parent.iterdir()):
        found = ours.fullmatch(left.name)
        # who holds the lock has no scratch files yet
        if found and (int(found[1]) == os.getpid() or not is_alive(int(found[1]))):
            _remove(left)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync_early(path: Path) -> None:
    with suppress(OSError):  # the sync at the end meets the same error, and tells
        _sync(path, os.O_RDWR)


def _sync(path: Path, flags: int) -> None:
    """Have the disk hold what the file or folder says."""
    file = os.open(path, flags)
    try:
        os.fsync(file)
    finally:
        os.close(file)
