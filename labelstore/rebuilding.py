"""From a store back to JSON: single labels and data rows, and whole export files."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from labelstore.errors import NotFoundError, StoreError, UsageError
from labelstore.stores import open_database
from labelstore.stores.database import Database

FORMATS = ("labelbox-v1", "labelbox-v2")
"""A JSON array of the labels that came as v1; a line for each data row that came as v2."""


def json_of(database: Database, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(id, JSON) of labels and data rows, in the order asked for.

    A label comes as its v1 element or its v2 label object; a data row as each v2 line that told about it, or where
    only v1 knows it as each of its labels. Raises `NotFoundError` at an id that the store does not hold.
    """
    for wanted in ids:
        found = database.label_json(wanted) or database.data_row_json(wanted)
        if not found:
            raise NotFoundError(f"{wanted}: no label or data row of {database.path} has this id")
        yield from ((wanted, text) for text in found)


def export(store: str | Path, format: str, out: str | Path, *, progress: Callable[[int], None] | None = None) -> int:
    """Write the records of one generation to `out` ("-" is standard output); the number of records written.

    `progress` is called now and then with the number of records so far.
    """
    if format not in FORMATS:
        raise UsageError(f"{format}: unknown format; known are {', '.join(FORMATS)}")
    with open_database(store, read_only=True) as database, _output(out) as file:
        if format == "labelbox-v2":
            return _write(database, "v2", file, b"", b"\n", b"\n", progress)
        return _write(database, "v1", file, b"[", b",\n", b"]\n", progress)


def _write(
    database: Database,
    generation: str,
    file: BinaryIO,
    before: bytes,
    between: bytes,
    after: bytes,
    progress: Callable[[int], None] | None,
) -> int:
    count = 0
    file.write(before)
    for count, (_, text) in enumerate(database.rebuilt_all(generation), 1):
        if count > 1:
            file.write(between)
        file.write(text.encode())
        if progress is not None and count % 1000 == 0:
            progress(count)
    if count or before:
        file.write(after)
    return count


@contextmanager
def _output(out: str | Path) -> Iterator[BinaryIO]:
    if str(out) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(out)
    if path.exists() and not path.is_file():  # a device or a pipe cannot be replaced by a rename
        with path.open("wb") as file:
            yield file
        return
    scratch = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with scratch.open("wb") as file:
            yield file
        scratch.replace(path)
    except OSError as error:
        raise StoreError(str(out), f"cannot be written ({error.strerror})") from error
    finally:
        scratch.unlink(missing_ok=True)
