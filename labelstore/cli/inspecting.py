"""`schema` and `shell`: what a store's tables are, and a prompt to ask them."""

import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible
from labelstore.cli.options import AsJson, Store
from labelstore.errors import LabelstoreError

_LONGEST = 60


class Tool(StrEnum):
    """The programs that `shell` knows."""

    LITECLI = "litecli"
    SQLITE3 = "sqlite3"
    DUCKDB = "duckdb"
    HARLEQUIN = "harlequin"


def schema(
    db: Store,
    table: Annotated[str | None, typer.Argument(metavar="TABLE", help="A table or view.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the tables and views of a store, or the columns of one, with what each holds.

    Columns come with their value in the first row; long values are cut, except with --json.

    \b
    Examples:
      labelstore schema labels.db
      labelstore schema labels.db objects
      labelstore schema labels.db image_labels --json
    """
    from labelstore.engines import open_database
    from labelstore.query.describe import described, listed

    with interruptible(), open_database(db, read_only=True) as database:
        if table is None:
            entries = listed(database)
            if as_json:
                output.write_json([entry._asdict() for entry in entries])
            else:
                short = [(name, kind, count, about.partition(". ")[0]) for name, kind, count, about in entries]
                output.write_table(("name", "kind", "rows", "one row is"), short)
            return
        about, columns = described(database, table)
    if as_json:
        shown = [column._asdict() | {"example": _plain(column.example)} for column in columns]
        output.write_json(about._asdict() | {"columns": shown})
        return
    counted = "" if about.rows is None else f", {about.rows:,} rows"
    one_row = f": one row is {about.description}" if about.description else ""
    output.write(f"{about.name} ({about.kind}{counted}){one_row}\n\n")
    rows = [(name, type_, _cut(example), description) for name, type_, description, example in columns]
    output.write_table(("column", "type", "example", "what it is"), rows)


def _plain(value: Any) -> Any:
    return (
        value.hex()
        if isinstance(value, bytes)
        else value
        if isinstance(value, int | float | str | None)
        else str(value)
    )


def _cut(value: Any) -> str:
    text = "" if value is None else value[:_LONGEST].hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def shell(
    db: Store,
    tool: Annotated[
        Tool | None, typer.Option("--with", help="The program to use.", show_default="the first that is installed")
    ] = None,
) -> None:
    """Open a SQL prompt on a store, which is opened for reading only.

    Of the programs that are installed, for SQLite the first of litecli, sqlite3 and harlequin; for DuckDB the first
    of duckdb and harlequin.

    \b
    Examples:
      labelstore shell labels.db
      labelstore shell labels.duckdb --with harlequin
    """
    from labelstore.engines import engine_of, open_database

    with open_database(db, read_only=True):
        pass  # it is a store
    commands = _commands(engine_of(db), db.absolute())
    if tool is not None and tool not in commands:
        raise LabelstoreError(f"{tool} does not open this store; use one of {', '.join(commands)}")
    wanted = [tool] if tool is not None else list(commands)
    program = next((name for name in wanted if shutil.which(name)), None)
    if program is None:
        raise LabelstoreError(f"{' and '.join(wanted)}: not installed; {_WAYS[wanted[0]]}")
    print(f"{program}, for reading only", file=sys.stderr)
    sys.stdout.flush()
    os.execvp(program, [program, *commands[program]])


_WAYS = {
    Tool.LITECLI: "run: pip install litecli",
    Tool.SQLITE3: "it comes with the operating system's package sqlite3",
    Tool.DUCKDB: "run: pip install duckdb-cli",
    Tool.HARLEQUIN: "run: pip install harlequin",
}


def _commands(engine: str, path: Path) -> dict[Tool, list[str]]:
    """The arguments of each program that opens a store of the engine, the most helpful program first."""
    uri = path.as_uri() + "?mode=ro"
    if engine == "sqlite":
        return {
            Tool.LITECLI: [uri],
            Tool.SQLITE3: ["-readonly", str(path)],
            Tool.HARLEQUIN: ["--adapter", "sqlite", "--read-only", str(path)],
        }
    return {
        Tool.DUCKDB: ["-readonly", str(path)],
        Tool.HARLEQUIN: ["--adapter", "duckdb", "--read-only", str(path)],
    }
