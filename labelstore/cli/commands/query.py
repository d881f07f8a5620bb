"""`query`: SQL and canned queries."""

import re
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli import canned_queries, completion, progress
from labelstore.cli.diagnostics import say, stopped
from labelstore.cli.options import DEFAULT_FORMAT, AllRows, NoPager, Output, Overwrite, Store, at_most
from labelstore.cli.query_output import BINARY, Format, limited, write
from labelstore.cli.row_output import chosen_format, view_of
from labelstore.cli.sections import Section
from labelstore.cli.session_store import names_store
from labelstore.cli.statements import statement
from labelstore.cli.terminal import draws_blocks, is_terminal
from labelstore.errors import UsageError

if TYPE_CHECKING:
    from labelstore.engines.database import Database

SECTION = Section.ASK


class EngineName(StrEnum):
    """The engines of `labelstore.engines`."""

    SQLITE = "sqlite"
    DUCKDB = "duckdb"


_WORD = re.compile(r"[a-z0-9-]+")


def query(
    db: Store,
    sql: Annotated[
        str | None,
        typer.Argument(
            metavar="SQL",
            help="One statement, or the name of a canned query; @FILE for a file, - for stdin.",
            autocompletion=completion.canned_queries,
        ),
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "-p",
            "--param",
            metavar="NAME=VALUE",
            help="The value of $NAME; repeatable.",
            autocompletion=completion.parameters,
        ),
    ] = None,
    named: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A canned query instead of SQL.", autocompletion=completion.canned_queries),
    ] = None,
    engine: Annotated[
        EngineName | None,
        typer.Option(help="What answers: duckdb asks the mirror of a SQLite store.", show_default="that of the store"),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="List the canned queries; with --named, describe that one.")
    ] = False,
    format: Annotated[Format | None, typer.Option(help=DEFAULT_FORMAT, show_default=False)] = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    limit: Annotated[int, at_most("rows")] = 0,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0, help="Stop the query after this time.", show_default=False),
    ] = None,
    max_bytes: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Largest value or row, in bytes.  [default: 64 MiB]", show_default=False),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON; short for --format json, and for --list.")
    ] = False,
    all_rows: AllRows = False,
    no_pager: NoPager = False,
    chart: Annotated[bool, typer.Option("--chart", help="Draw bars: a name or a time and a number per row.")] = False,
    chart_of: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="The numbers to draw.", show_default="the first that differ"),
    ] = None,
) -> None:
    """Query a store, read-only: SQL or a canned query.

    Values are given as -p name=value and stand in the SQL as $name. A value that looks like a number is a
    number, unless the canned query declares a text; -p 'name="12"' is text, and -p name without a value is
    NULL.

    A value or a row may have 64 MiB (--max-bytes), the SQL 1 MiB, a temporary file 16 GiB, and the whole query
    1.5 GiB of memory on Linux. Sorts spill to files in TMPDIR, with DuckDB beside the store. Store.query in
    Python has no limits.

    --engine duckdb asks a SQLite store by its mirror, a copy beside it that is made first where it is missing or
    out of date (`labelstore mirror`). SQL is that of DuckDB then; canned queries give the same rows.

    A terminal shows the first and the last 20 rows, with --all or --limit all of them. Columns in the middle are
    left out where they do not fit; --format upright prints a field per line. --chart needs one column of names or
    times and one of numbers.

    Bytes are printed in hex; NULL is empty in csv, tsv and markdown. parquet and arrow need -o FILE or a pipe.

    \b
    Examples:
      labelstore query labels.db "select name, count(*) from objects group by name"
      labelstore query labels.db "select * from image_labels where project_name = $p" -p p=Roads -o roads.parquet
      labelstore query labels.db --list
      labelstore query labels.db class-counts -p project=Roads --format markdown
      labelstore query labels.db class-balance --chart
      labelstore query labels.db --named class-counts --list
      labelstore query labels.db --engine duckdb "select kind, median(area) from object_sizes group by kind"
      labelstore query labels.duckdb @report.sql --limit 100 --timeout 60
    """
    if listed:
        canned_queries.show(named, as_json or format is Format.JSON)
        return
    from labelstore.schema.canned_queries import named as canned
    from labelstore.schema.canned_queries import queries

    if sql is not None:
        word = sql.strip()
        # no SQL is one word with a hyphen
        if named is None and _WORD.fullmatch(word) and ("-" in word.strip("-") or word in queries()):
            sql, named = None, word
    if (sql is None) == (named is None):
        told = "" if names_store(str(db)) or sql is not None else f"{db} is taken for the store; "
        raise UsageError(f"{told}give either a statement of SQL or the name of a canned query; --list prints the names")
    chosen = Format(chosen_format(Format, format, out, as_json))
    if chosen in BINARY and out == "-" and is_terminal():
        raise UsageError(f"{chosen} is not for terminals; write it to a file with -o FILE")
    view = view_of(format, all_rows, no_pager, limit)
    if chart or chart_of is not None:
        view = view._replace(is_chart=True, chart_of=chart_of, blocks=draws_blocks())
        if out != "-" or format is not None or as_json:
            raise UsageError("--chart draws on the terminal: leave out -o, --format and --json")
    from labelstore.engines.limits import query_limits
    from labelstore.files.outputs import check_output
    from labelstore.query import ask, ask_named
    from labelstore.query.parameters import given

    found = canned(named) if named is not None else None
    values = given(parameters or (), found)
    limits = query_limits(max_bytes)
    text = statement(sql, limits) if sql is not None else ""
    text.encode()  # no engine takes a lone surrogate, but not every one says so
    check_output(out, db, *([sql[1:]] if sql is not None and sql.startswith("@") else []), overwrite=overwrite)
    with (
        stopped(lambda _: "the result is not complete" if out == "-" else f"{out} was not written"),
        _opened(db, engine) as database,
        limited(database, limits, timeout, out, overwrite) as part,
    ):
        started = time.perf_counter()
        result = ask(database, text, values) if found is None else ask_named(database, found.name, values)
        if result.columns:
            most = min(limit, sys.maxsize) or None
            write(result, chosen, part, out, most, view, started, database.interrupt)
        else:
            say("there is no statement in the SQL")


def _opened(db: Path, engine: EngineName | None) -> "Database":
    from labelstore.mirroring import open_engine

    with progress.shown() as line:
        return open_engine(db, engine and engine.value, notify=say, progress=None if line is None else line.counted)
