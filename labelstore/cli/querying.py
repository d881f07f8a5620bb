"""`query`: SQL and canned queries, their parameters, and the formats of the result."""

import errno
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import INTERRUPTED, say, stopped
from labelstore.cli.options import Output, Overwrite, Store, check_order, chosen_format
from labelstore.errors import InputError, LabelstoreError, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Container

    from labelstore.engines.database import Database, Result
    from labelstore.engines.limits import Limits
    from labelstore.schema.canned_queries import Query


class Format(StrEnum):
    """The formats of a query's result: those of `output.FORMATS`, and two that Arrow writes."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    TSV = "tsv"
    MARKDOWN = "markdown"
    PARQUET = "parquet"
    ARROW = "arrow"


_WORD = re.compile(r"[a-z0-9-]+")
_BINARY = (Format.PARQUET, Format.ARROW)


def query(
    db: Store,
    sql: Annotated[
        str | None,
        typer.Argument(
            metavar="SQL",
            help='One statement, or the name of a canned query; "@FILE" reads a file, "-" standard input.',
        ),
    ] = None,
    parameters: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="NAME=VALUE", help="The value of $NAME; repeatable.")
    ] = None,
    named: Annotated[str | None, typer.Option(metavar="NAME", help="A canned query instead of SQL.")] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="List the canned queries; with --named, tell about that one.")
    ] = False,
    format: Annotated[
        Format | None,
        typer.Option(
            help="Usual: as the suffix of -o says, else table on a terminal and ndjson elsewhere.", show_default=False
        ),
    ] = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Rows to give; 0 gives all.")] = 0,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, help="Give up after so long.", show_default=False)
    ] = None,
    max_bytes: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Longest value or row, in bytes.  [default: 64 MiB]", show_default=False),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: short for --format json, and for --list.")
    ] = False,
) -> None:
    """Ask a store: run SQL, which can only read, or a canned query.

    Values are given as -p name=value and stand in the SQL as $name. What looks like a number is a number, unless the
    canned query declares a text; -p 'name="12"' is text, and -p name without a value is NULL.

    A value, and a row, may have 64 MiB (--max-bytes), the SQL 1 MiB, a temporary file 16 GiB, and all of it 1.5 GiB of
    memory on Linux. Sorts go to files in TMPDIR, with DuckDB beside the store. Store.query in Python has no limits.

    Bytes are printed in hex; NULL is empty in csv, tsv and markdown. parquet and arrow need -o FILE or a pipe.

    \b
    Examples:
      labelstore query labels.db "select name, count(*) from objects group by name"
      labelstore query labels.db "select * from image_labels where project_name = $p" -p p=Roads -o roads.parquet
      labelstore query labels.db --list
      labelstore query labels.db class-counts -p project=Roads --format markdown
      labelstore query labels.db --named class-counts --list
      labelstore query labels.duckdb @report.sql --limit 100 --timeout 60
    """
    if listed:
        _tell(named, as_json or format is Format.JSON)
        return
    if sql is not None:
        check_order(db, [sql], "query")
        word = sql.strip()
        # no SQL is one word with a hyphen
        if named is None and _WORD.fullmatch(word) and ("-" in word.strip("-") or word in _names()):
            sql, named = None, word
    if (sql is None) == (named is None):
        raise UsageError("query: either SQL or --named NAME; --list tells the names")
    chosen = Format(chosen_format(Format, format, out, as_json))
    if chosen in _BINARY and out == "-" and output.is_terminal():
        raise UsageError(f"{chosen} is not for terminals; write it to a file with -o FILE")
    from labelstore.engines import open_database
    from labelstore.engines.limits import limited_process, query_limits
    from labelstore.files.outputs import check_output, clear_leftovers, is_stream, place, scratch_of
    from labelstore.query.parameters import given
    from labelstore.query.timeout import watched

    found = _named(named) if named is not None else None
    values = given(parameters or (), found)
    limits = query_limits(max_bytes)
    text = _statement(sql, limits) if sql is not None else ""
    text.encode()  # no engine takes a lone surrogate, but not every one says so
    check_output(out, db, *([sql[1:]] if sql is not None and sql.startswith("@") else []), overwrite=overwrite)
    part = None if is_stream(out) else scratch_of(out)
    if part is not None:
        clear_leftovers(out)
    with (
        stopped(lambda _: "the result is not complete" if out == "-" else f"{out} was not written"),
        open_database(db, read_only=True) as database,
        _showable(),
        _tidied(part, out, limits),
        limited_process(limits),
    ):
        database.limits = limits
        with watched(database, timeout, lambda: _remove(part), INTERRUPTED):
            result = _ask(database, text, found, values)
            if result.columns:
                _write(result, chosen, part, out, min(limit, sys.maxsize) or None)
            else:
                say("there is no statement in the SQL")
        if part is not None and part.exists():
            place(part, out, overwrite=overwrite)


def _names() -> "Container[str]":
    from labelstore.schema.canned_queries import queries

    return queries()


def _named(name: str) -> "Query":
    from labelstore.schema.canned_queries import named

    return named(name)


def _ask(database: "Database", text: str, found: "Query | None", values: dict[str, Any]) -> "Result":
    from labelstore.query import ask, ask_named

    return ask(database, text, values) if found is None else ask_named(database, found.name, values)


def _write(result: "Result", format: Format, part: Path | None, out: str, limit: int | None) -> None:
    """The rows into the file `part`, or without one into the stream `out`."""
    from itertools import islice

    from labelstore.files.outputs import output_file

    if format in _BINARY:
        _write_arrow(result, format, part, out, limit)
        return
    rows = result.rows if limit is None else islice(result.rows, limit)
    with output_file(out) if part is None else part.open("wb") as file:
        output.write_rows(format.value, result.columns, rows, file)


def _write_arrow(result: "Result", format: Format, part: Path | None, out: str, limit: int | None) -> None:
    """Parquet, or Arrow's file format; in a stream Arrow's stream format, complete before the first byte is written."""
    from shutil import copyfileobj
    from tempfile import TemporaryDirectory

    from labelstore.engines.arrow import write
    from labelstore.files.outputs import output_file

    if part is not None:
        write(result, part, format.value, limit)
        return
    with TemporaryDirectory() as folder:
        scratch = Path(folder) / "result"
        write(result, scratch, "arrows" if format is Format.ARROW else format.value, limit)
        with scratch.open("rb") as source, output_file(out) as file:
            copyfileobj(source, file)


@contextmanager
def _tidied(part: Path | None, out: str, limits: "Limits") -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise limits.too_much_memory() from None
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise limits.too_much_disk() from None
        if part is None or error.filename != str(part):
            raise
        hint = "name a file that you may write"
        raise StoreError(out, f"cannot be written ({error.strerror})", hint) from error
    finally:
        _remove(part)


def _remove(part: Path | None) -> None:
    if part is not None:
        part.unlink(missing_ok=True)
        part.with_name(part.name + "~").unlink(missing_ok=True)


def _tell(name: str | None, as_json: bool) -> None:
    from itertools import islice

    from labelstore.cli.tables import table
    from labelstore.schema.canned_queries import queries

    if name is not None:
        _tell_one(_named(name), as_json)
    elif as_json:
        output.write_json([_facts(query) for query in queries().values()])
    else:
        rows = [(query.name, query.description.partition(". ")[0].removesuffix(".")) for query in queries().values()]
        for line in islice(table(("name", "what it tells"), rows, output.terminal_width()), 2, None):
            output.write(line + "\n")


def _tell_one(query: "Query", as_json: bool) -> None:
    if as_json:
        output.write_json(_facts(query) | {"sql": query.sql})
        return
    output.write(f"{query.name}: {query.description}\n\n")
    if query.parameters:
        rows = [(f"-p {name}=", default, description) for name, default, description in query.parameters]
        output.write_table(("parameter", "default", "what it is"), rows)
        output.write("\n")
    texts = dict.fromkeys(_without_head(text) for text in query.sql.values())
    for engine, text in zip(query.sql, texts, strict=False):
        output.write((f"-- {engine}\n" if len(texts) > 1 else "") + text)


def _without_head(text: str) -> str:
    lines = text.splitlines(keepends=True)
    while lines and lines[0].startswith("--"):
        lines.pop(0)
    return "".join(lines).rstrip("\n") + "\n"


def _facts(query: "Query") -> dict[str, Any]:
    parameters = [parameter._asdict() for parameter in query.parameters]
    return {"name": query.name, "description": query.description, "parameters": parameters}


def _statement(sql: str, limits: "Limits") -> str:
    """The text of the statement, from where `sql` says it stands."""
    if sql == "-":
        return _read(sys.stdin.buffer, "-", limits)
    if not sql.startswith("@"):
        return sql
    try:
        with Path(sql[1:]).open("rb") as file:
            return _read(file, sql[1:], limits)
    except OSError as error:
        raise InputError(sql[1:], f"cannot be read ({error.strerror})", "name a file with SQL after @") from None


def _read(file: BinaryIO, name: str, limits: "Limits") -> str:
    """The SQL in a file, which may be one without end."""
    from labelstore.engines.limits import size

    text = file.read(limits.statement + 1)
    if len(text) > limits.statement:
        hint = "name a file with SQL after @; values are given with -p"
        raise InputError(name, f"is longer than {size(limits.statement)}, which no SQL may be", hint)
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(name, f"is not UTF-8 text ({error.reason})", "name a file with SQL after @") from None


@contextmanager
def _showable() -> Iterator[None]:
    """Explains values that Python has no word for, such as a DuckDB interval of a million years."""
    try:
        yield
    except UnicodeError:
        raise
    except (ValueError, ArithmeticError, ImportError) as error:
        hint = "cast its columns to varchar"
        raise LabelstoreError(f"this result cannot be shown ({error}); {hint}") from error
