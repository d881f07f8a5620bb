"""The rows that a command gives: in the format that was asked for, on standard output or in a file."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from labelstore.cli.diagnostics import interruptible
from labelstore.cli.terminal import Screen, is_terminal, screen
from labelstore.errors import UsageError

if TYPE_CHECKING:
    from labelstore.cli.results import View
    from labelstore.cli.row_formats import Row
    from labelstore.engines.database import Database

FOR_PEOPLE = ("table", "upright")
"""The formats that a terminal does not get whole."""
_SUFFIXES = {".txt": "table", ".jsonl": "ndjson", ".md": "markdown", ".feather": "arrow"}


def chosen_format(formats: type[StrEnum], format: StrEnum | None, out: str, as_json: bool) -> str:
    """The format that --format, --json, the suffix of -o or the terminal asks for. Raises `UsageError`."""
    from labelstore.files.outputs import is_stream

    if as_json and format not in (None, "json"):
        raise UsageError(f"--json or --format {format}, not both")
    if as_json or format is not None:
        return "json" if as_json else str(format)
    if is_stream(out):
        return "table" if out == "-" and is_terminal() else "ndjson"
    known = {suffix: name for suffix, name in _SUFFIXES.items() if name in set(formats)}
    known |= {f".{name}": str(name) for name in formats if name not in FOR_PEOPLE}
    found = known.get(Path(out).suffix.lower())
    if found is None:
        raise UsageError(f"{out}: no format has this suffix; name it with --format, or use one of {', '.join(known)}")
    return found


def write_rows(format: str, columns: Sequence[str], rows: Iterable["Row"], file: BinaryIO | None = None) -> int:
    """Write the rows in one of `row_formats.FORMATS`, on standard output without a file; the number of rows."""
    from labelstore.cli.row_formats import FORMATS

    count = 0

    def counted() -> Iterator["Row"]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    target = file or sys.stdout.buffer
    for text in FORMATS[format](columns, counted()):
        target.write(text.encode("utf-8", "backslashreplace"))
    return count


def terminal_for(out: str, format: str) -> Screen | None:
    """The terminal that the rows are shown on; None where all of them go elsewhere, or in another format."""
    return screen() if out == "-" and format in FOR_PEOPLE else None


def view_of(format: StrEnum | None, all_rows: bool, no_pager: bool, limit: int = 0) -> "View":
    """How to show rows on a terminal, by the options of a command; of rows up to a limit, none is left out."""
    from labelstore.cli.results import View

    form = None if format is None else str(format)
    return View(form, all_rows=all_rows or limit > 0, whole=all_rows, paged=not no_pager)


def write_answer(columns: Sequence[str], rows: Iterable["Row"], started: float) -> None:
    """All rows as a table on standard output; a terminal also gets how many there are, and the time since `started`."""
    from labelstore.cli.results import View, show

    terminal = screen()
    if terminal is None:
        write_rows("table", columns, rows)
    else:
        show(columns, rows, View(all_rows=True, hints=None), terminal, started)


@contextmanager
def asked(
    db: Path, *inputs: Path, out: str, overwrite: bool, format: str, view: "View | None" = None
) -> "Iterator[tuple[Database, Callable[[Sequence[str], Iterable[Any]], int]]]":
    """A store, and the function that writes the rows of an answer to `out` and returns their number.

    A terminal shows them as `view` says. `inputs` are files and folders that the same command reads.
    """
    from labelstore.engines import open_database
    from labelstore.files.outputs import check_output, output_file

    def write(columns: Sequence[str], rows: Iterable["Row"]) -> int:
        terminal = terminal_for(out, format)
        if terminal is not None:
            from labelstore.cli.results import View, show

            return show(columns, rows, view or View(hints=None), terminal, started, database.interrupt)
        with output_file(out, overwrite=overwrite) as file:
            return write_rows(format, columns, rows, file)

    started = time.perf_counter()
    check_output(out, db, *inputs, overwrite=overwrite)
    with interruptible(out), open_database(db, read_only=True) as database:
        yield database, write
