"""`query`: SQL and canned queries."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli import asking, progress
from labelstore.cli.diagnostics import say
from labelstore.cli.options import AllRows, NoPager, Output, Overwrite, Store
from labelstore.cli.sections import Section

if TYPE_CHECKING:
    from labelstore.engines.database import Database

SECTION = Section.ASK


class EngineName(StrEnum):
    """The engines of `labelstore.engines`."""

    SQLITE = "sqlite"
    DUCKDB = "duckdb"


def query(
    db: Store,
    sql: asking.Sql = None,
    parameters: asking.Parameters = None,
    named: asking.Named = None,
    engine: Annotated[
        EngineName | None,
        typer.Option(help="What answers: duckdb asks the mirror of a SQLite store.", show_default="that of the store"),
    ] = None,
    listed: asking.Listed = False,
    format: asking.ResultFormat = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    limit: asking.Limit = 0,
    timeout: asking.Timeout = None,
    max_bytes: asking.MaxBytes = None,
    as_json: asking.JsonOrList = False,
    all_rows: AllRows = False,
    no_pager: NoPager = False,
    chart: asking.Chart = False,
    chart_of: asking.ChartOf = None,
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
    question = asking.Question(
        sql,
        parameters,
        named,
        listed,
        format,
        out,
        overwrite,
        limit,
        timeout,
        max_bytes,
        as_json,
        all_rows,
        no_pager,
        chart,
        chart_of,
    )
    asking.answer(question, str(db), lambda: _opened(db, engine))


def _opened(db: Path, engine: EngineName | None) -> "Database":
    from labelstore.mirroring import open_engine

    with progress.shown() as line:
        return open_engine(db, engine and engine.value, notify=say, progress=None if line is None else line.counted)
