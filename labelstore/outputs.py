"""Files that results go to: complete or not there at all, and never the store they come from."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from labelstore.errors import StoreError, UsageError

STANDARD_OUTPUT = "-"


def check_output(out: str | Path, store: str | Path) -> None:
    """Look before anything is computed whether `out` can be written; "-" is standard output.

    Raises `UsageError` for the store itself, `StoreError` for a folder and for a file whose folder is not there.
    """
    if str(out) == STANDARD_OUTPUT:
        return
    path = Path(out)
    if not str(out) or path.is_dir():
        raise StoreError(str(out) or '""', "is no file name" if not str(out) else "is a folder", "name a file")
    if path.exists() and Path(store).exists() and path.samefile(store):
        raise UsageError(f"{out}: is the store itself; name another file")
    if not path.parent.is_dir():
        raise StoreError(str(out), f"the folder {path.parent} does not exist", f"make it with: mkdir -p {path.parent}")


def is_stream(out: str | Path) -> bool:
    """Whether it is standard output, a device or a pipe: nothing that a complete file can be put in place of."""
    return str(out) == STANDARD_OUTPUT or (Path(out).exists() and not Path(out).is_file())


@contextmanager
def output_file(out: str | Path) -> Iterator[BinaryIO]:
    """A file to write that gets its name when it is complete; "-" is standard output. Raises `StoreError`."""
    if str(out) == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(out).resolve()
    if is_stream(path):
        with path.open("wb") as file:
            yield file
        return
    scratch = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with scratch.open("wb") as file:
            yield file
        scratch.replace(path)
    except OSError as error:
        raise StoreError(str(out), f"cannot be written ({error.strerror})", "name a file that you may write") from error
    finally:
        scratch.unlink(missing_ok=True)
