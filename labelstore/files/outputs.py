"""Output files and folders: written whole or not at all, and never over what must not be harmed.

One rule for all: an existing file is refused unless the caller allows to overwrite it; databases and their logs, inputs
of the same command, and folders that are not empty are refused even then.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from labelstore.errors import StoreError, UsageError

STANDARD_OUTPUT = "-"
LOGS = ("-wal", "-shm", "-journal", ".wal", ".wal.checkpoint", ".wal.recovery")
"""What the engines write beside the file of a database, and would apply to any file of its name."""
LOSSES = ".losses.json"
"""What ends the name of the report of losses beside what an export wrote."""
MIRROR = ".mirror.duckdb"
"""What ends the name of a store's copy for DuckDB, which stands beside it."""
OUTLIVED = (*LOGS, MIRROR)
"""What belongs to a database and must not be found by another one that takes its place."""
BESIDE = (*OUTLIVED, ".tmp")
"""What the engines and mirrors leave there."""

_MAGICS = (
    (0, b"SQLite format 3\0", "is a database, perhaps a store"),
    (8, b"DUCK", "is a database, perhaps a store"),
    (0, b"\x37\x7f\x06\x82", "belongs to a database"),
    (0, b"\x37\x7f\x06\x83", "belongs to a database"),
    (0, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "belongs to a database"),
)
_DESCRIPTOR = re.compile(r"/dev/(?:std(?P<name>out|err)|fd/(?P<fd>\d+))|/proc/(?:self|thread-self|\d+)/fd/(?P<of>\d+)")
_SCRATCH = re.compile(r"\..+\.(\d+)\.labelstore-writing.*", re.DOTALL)


def check_output(out: str | Path, *inputs: str | Path, overwrite: bool = False, is_copy: bool = False) -> None:
    """Check before anything is computed that `out` can be written; "-" is stdout.

    `inputs` are the files and folders that the same command reads, its store first. Raises `UsageError` for what is
    never overwritten, `StoreError` for a folder, an existing file and a missing parent folder. With `is_copy` an
    existing database was copied from another one, so it may be replaced.
    """
    if is_stream(out):
        return
    path = Path(out)
    if not str(out) or path.is_dir():
        raise StoreError(str(out) or '""', "is no file name" if not str(out) else "is a folder", "name a file")
    _keep(path, str(out), inputs, is_copy)
    path = path.resolve()
    if path.exists() and not overwrite:
        raise StoreError(str(out), "is there already", "name another file, or replace it with --overwrite")
    if not path.parent.is_dir():
        raise StoreError(str(out), f"the folder {path.parent} does not exist", f"make it with: mkdir -p {path.parent}")


def check_folder(out: str | Path, *inputs: str | Path, overwrite: bool = False) -> None:
    """Check that a folder can be made or, if it is empty, filled. Raises `StoreError`.

    `inputs` are what the same command reads, its store first: `UsageError` for a folder that holds or harms them. With
    `overwrite` a folder may be replaced that an export wrote: the report of losses is beside it.
    """
    if not str(out):
        raise StoreError('""', "is no name of a folder", "name a new one")
    path = Path(out).resolve()
    _keep(path, str(out), tuple(read for read in inputs if not Path(read).is_dir()), False)
    for read in inputs:
        if path in (Path(read).resolve(), *Path(read).resolve().parents):
            raise UsageError(f"{out}: holds {read}, which is read; name another folder")
    if path.is_dir() and any(path.iterdir()):
        if overwrite and losses_beside(out).is_file():
            return
        hint = "name a new one"
        if overwrite:
            hint += f"; only what an export wrote is replaced, with {path.name}{LOSSES} beside it"
        raise StoreError(str(out), "is a folder that is not empty", hint)
    if path.exists() and not path.is_dir():
        raise StoreError(str(out), "is no folder", "name a new one")


def losses_beside(out: str | Path) -> Path:
    """Where the report of losses of an export goes."""
    path = Path(out)
    path = path if path.name not in ("", "..") else path.resolve()
    return path.with_name(path.name + LOSSES) if path.name else path / LOSSES


def is_stream(out: str | Path) -> bool:
    """Whether it is stdout, a device or a pipe, which no complete file can replace."""
    if str(out) == STANDARD_OUTPUT or _descriptor(out) is not None:
        return True
    return os.path.exists(out) and not (os.path.isfile(out) or os.path.isdir(out))  # False for a name that is too long


@contextmanager
def output_file(out: str | Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Open a file that gets its name when it is complete; "-" is stdout. Raises `StoreError`."""
    descriptor = _descriptor(out)
    if str(out) == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif descriptor is not None:
        sys.stdout.flush()
        with os.fdopen(os.dup(descriptor), "wb") as file:
            yield file
    elif is_stream(out):
        with Path(out).open("wb") as file:
            yield file
    else:
        with output_path(out, overwrite=overwrite) as scratch, scratch.open("wb") as file:
            yield file


@contextmanager
def output_path(out: str | Path, *, overwrite: bool = False) -> Iterator[Path]:
    """The path to write to; the file is renamed to `out` when it is complete. Raises `StoreError`."""
    scratch = scratch_of(out)
    clear_leftovers(out)
    try:
        yield scratch
        place(scratch, out, overwrite=overwrite)
    except OSError as error:
        raise StoreError(str(out), f"cannot be written ({error.strerror})", "name a file that you may write") from error
    finally:
        remove_scratch(scratch)


@contextmanager
def folder_for_parts(out: str | Path) -> Iterator[Path]:
    """A folder for parts of the output: beside `out`, or where temporary files go."""
    if is_stream(out):
        with tempfile.TemporaryDirectory(prefix="labelstore-") as temporary:
            yield Path(temporary)
        return
    scratch = scratch_of(out)
    folder = scratch.with_name(scratch.name + ".parts")
    folder.mkdir()
    try:
        yield folder
    finally:
        remove(folder)


@contextmanager
def output_folder(out: str | Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A folder to fill; it is renamed to `out` when all is complete. Raises `StoreError`."""
    check_folder(out, overwrite=overwrite)
    target = Path(out).resolve()
    scratch = scratch_of(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(target)
        scratch.mkdir()
        yield scratch
        target.mkdir(exist_ok=True)
        check_folder(out, overwrite=overwrite)
        if any(target.iterdir()):  # changed as a whole
            os.rename(target, scratch.with_name(f"{scratch.name}.old"))
            os.rename(scratch, target)
        for child in scratch.iterdir() if scratch.exists() else ():
            os.replace(child, target / child.name)
    except OSError as error:
        raise StoreError(
            str(out), f"cannot be written ({error.strerror})", "name a folder that you may write"
        ) from error
    finally:
        remove_scratch(scratch)


def scratch_of(out: str | Path) -> Path:
    """Where a file is written before it gets its name: beside it, or beside the target of a link."""
    path = Path(out).resolve()
    return path.with_name(f".{path.name}.{os.getpid()}.labelstore-writing")


def place(scratch: Path, out: str | Path, *, overwrite: bool = False) -> None:
    """Give a complete file its name. Without `overwrite`, a file that was made there meanwhile stays."""
    path = Path(out).resolve()
    if overwrite or not path.exists():
        if not overwrite:
            with suppress(OSError):
                os.link(scratch, path)
                return
        if overwrite or not path.exists():
            os.replace(scratch, path)
            return
    raise StoreError(str(out), "is there already", "name another file, or replace it with --overwrite")


def remove_scratch(scratch: Path) -> None:
    """Remove an unfinished file and its companions."""
    for left in scratch.parent.glob(_escaped(scratch.name) + "*"):
        remove(left)


def clear_leftovers(out: str | Path) -> None:
    """Remove what killed processes left beside `out`."""
    with suppress(OSError):
        for left in list(Path(out).resolve().parent.iterdir()):
            found = _SCRATCH.fullmatch(left.name)
            if found and int(found[1]) != os.getpid() and not is_alive(int(found[1])):
                remove(left)


def is_alive(pid: int) -> bool:
    """Whether a process has this id."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _keep(path: Path, name: str, inputs: tuple[str | Path, ...], is_copy: bool) -> None:
    """Raise `UsageError` for what is never overwritten, under whatever name."""
    for number, given in enumerate(inputs):
        read = Path(given)
        if _is_same(path, read):
            what = "the store itself" if number == 0 else "read by the same command"
            raise UsageError(f"{name}: is {what}; name another file")
        if read.is_dir() and path.exists() and read.resolve() in path.resolve().parents:
            raise UsageError(f"{name}: is in the folder {given}, which is read; name another file")
        for beside in _all_beside(read.resolve()):
            if _is_same(path, beside) or path.resolve() == beside:
                raise UsageError(f"{name}: belongs to {given}; name another file")
    path = path.resolve()
    for suffix in BESIDE:
        owner = path.with_name(path.name[: -len(suffix)]) if path.name.lower().endswith(suffix) else None
        if owner is not None and owner.name and _magic(owner):
            raise UsageError(f"{name}: belongs to {owner}; name another file")
    lock = re.fullmatch(r"\.(.+)\.lock", path.name, re.IGNORECASE | re.DOTALL)
    if lock and _magic(path.with_name(lock[1])):
        raise UsageError(f"{name}: belongs to {path.with_name(lock[1])}; name another file")
    if not is_copy and (found := _magic(path)):
        raise UsageError(f"{name}: {found}; name another file")


def _all_beside(store: Path) -> list[Path]:
    return [*(store.with_name(store.name + suffix) for suffix in BESIDE), store.with_name(f".{store.name}.lock")]


def _is_same(path: Path, other: Path) -> bool:
    """Whether both are the same file, also by links or another spelling of the path."""
    try:
        return path.samefile(other)
    except OSError:
        return False


def _magic(path: Path) -> str:
    """The kind of a file that must not be overwritten, by its first bytes; "" for any other."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return ""
    return next((what for offset, magic, what in _MAGICS if head.startswith(magic, offset)), "")


def _descriptor(out: str | Path) -> int | None:
    """The descriptor that a name such as /dev/stdout stands for."""
    name = str(out)
    for _ in range(40):
        if found := _DESCRIPTOR.fullmatch(name):
            return {"out": 1, "err": 2}.get(found["name"] or "") or int(found["fd"] or found["of"] or 0)
        try:
            name = os.path.join(os.path.dirname(name), os.readlink(name))
        except (OSError, ValueError):
            return None
    return None


def _escaped(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it; there may be neither."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
