"""The result of a query, within its limits: on standard output, or in a file that is complete or not there at all."""

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from labelstore.cli.diagnostics import INTERRUPTED
from labelstore.cli.row_output import terminal_for, write_rows
from labelstore.errors import LabelstoreError, StoreError

if TYPE_CHECKING:
    from labelstore.cli.results import View
    from labelstore.engines.database import Database
    from labelstore.engines.limits import Limits
    from labelstore.engines.result import Result


class Format(StrEnum):
    """The formats of a query's result: those of `row_formats.FORMATS`, and two that Arrow writes."""

    TABLE = "table"
    UPRIGHT = "upright"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    TSV = "tsv"
    MARKDOWN = "markdown"
    PARQUET = "parquet"
    ARROW = "arrow"


BINARY = (Format.PARQUET, Format.ARROW)


@contextmanager
def limited(
    database: "Database", limits: "Limits", timeout: float | None, out: str, overwrite: bool
) -> Iterator[Path | None]:
    """Limit a query, and give the result its name at the end.

    Yields the file to write; None if `out` is a stream.
    """
    from labelstore.engines.limits import limited_process
    from labelstore.files.outputs import clear_leftovers, is_stream, place, remove_scratch, scratch_of
    from labelstore.query.timeout import watched

    part = None if is_stream(out) else scratch_of(out)
    if part is not None:
        clear_leftovers(out)

    def tidy() -> None:
        if part is not None:
            remove_scratch(part)

    database.limits = limits
    try:
        with _explained(part, out, limits), limited_process(limits):
            with watched(database, timeout, tidy, INTERRUPTED):
                yield part
            if part is not None and part.exists():
                place(part, out, overwrite=overwrite)
    finally:
        tidy()


def write(
    result: "Result",
    format: Format,
    part: Path | None,
    out: str,
    limit: int | None,
    view: "View | None" = None,
    started: float | None = None,
    give_up: Callable[[], None] = lambda: None,
) -> None:
    """Write the rows to the file `part`, or without one to the stream `out`.

    A terminal shows them as `view` says, asked at `started` by `time.perf_counter`; see `results.show`.
    """
    from itertools import islice

    from labelstore.files.outputs import output_file

    if format in BINARY:
        _write_arrow(result, format, part, out, limit)
        return
    rows = result.rows if limit is None else islice(result.rows, limit)
    terminal = terminal_for(out, format)
    if terminal is not None or (view is not None and view.is_chart):
        from labelstore.cli.results import View, show

        started = time.perf_counter() if started is None else started
        show(result.columns, rows, view or View(hints=None), terminal, started, give_up)
        return
    with output_file(out) if part is None else part.open("wb") as file:
        write_rows(format.value, result.columns, rows, file)


def _write_arrow(result: "Result", format: Format, part: Path | None, out: str, limit: int | None) -> None:
    """Parquet, or Arrow's file format; in a stream Arrow's stream format, complete before the first byte is written."""
    from shutil import copyfileobj
    from tempfile import TemporaryDirectory

    from labelstore.engines.arrow import write
    from labelstore.files.outputs import output_file

    if part is not None:
        write(result.batches(limit=limit), part, format.value)
        return
    with TemporaryDirectory() as folder:
        scratch = Path(folder) / "result"
        write(result.batches(limit=limit), scratch, "arrows" if format is Format.ARROW else format.value)
        with scratch.open("rb") as source, output_file(out) as file:
            copyfileobj(source, file)


@contextmanager
def _explained(part: Path | None, out: str, limits: "Limits") -> Iterator[None]:
    """Explain limits that are reached, and values that Python cannot hold, such as an interval of a million years."""
    try:
        yield
    except UnicodeError:
        raise
    except MemoryError:
        raise limits.too_much_memory() from None
    except (ValueError, ArithmeticError, ImportError) as error:
        hint = "cast its columns to varchar"
        raise LabelstoreError(f"this result cannot be shown ({error}); {hint}") from error
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise limits.too_much_disk() from None
        if part is None or error.filename != str(part):
            raise
        hint = "name a file that you may write"
        raise StoreError(out, f"cannot be written ({error.strerror})", hint) from error
