"""`shell`: a SQL prompt on a store."""

import os
import shutil
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli.diagnostics import FAILED
from labelstore.cli.options import Store
from labelstore.cli.sections import Section
from labelstore.errors import LabelstoreError

if TYPE_CHECKING:
    from labelstore.engines.database import Database

SECTION = Section.ASK


class Tool(StrEnum):
    """The prompt of this package, and the programs that `shell` knows."""

    LABELSTORE = "labelstore"
    LITECLI = "litecli"
    SQLITE3 = "sqlite3"
    DUCKDB = "duckdb"
    HARLEQUIN = "harlequin"


_WAYS = {
    Tool.LITECLI: "run: pip install litecli",
    Tool.SQLITE3: "it comes with the operating system's package sqlite3",
    Tool.DUCKDB: "run: pip install duckdb-cli",
    Tool.HARLEQUIN: "run: pip install harlequin",
}


def shell(
    db: Store,
    tool: Annotated[Tool, typer.Option("--program", help="The prompt, or a program to use instead.")] = Tool.LABELSTORE,
) -> None:
    """Open a read-only SQL prompt on a store.

    A statement ends with a semicolon; the name of a canned query is enough. TAB completes names, .help lists what
    else there is. Results look as those of query: .all, .upright and .chart before a question are its --all,
    --format upright and --chart. Statements may also come from a pipe.

    litecli, sqlite3 and harlequin open SQLite stores, duckdb and harlequin DuckDB stores.

    \b
    Examples:
      labelstore shell labels.db
      labelstore shell labels.duckdb --program harlequin
      labelstore shell labels.db < questions.sql
    """
    from labelstore.engines import engine_at, open_database

    with open_database(db, read_only=True) as database:
        if tool is Tool.LABELSTORE:
            if not _answered(database):
                raise typer.Exit(FAILED)
            return
    path = db.absolute()
    commands = {
        Tool(name): [argument.format(path=path, uri=path.as_uri()) for argument in arguments]
        for name, arguments in engine_at(db).prompts.items()
    }
    if tool not in commands:
        raise LabelstoreError(f"{tool} does not open this store; use one of {', '.join(commands)}")
    if not shutil.which(tool):
        raise LabelstoreError(f"{tool}: not installed; {_WAYS[tool]}")
    print(f"{tool}, for reading only", file=sys.stderr)
    sys.stdout.flush()
    os.execvp(tool, [tool, *commands[tool]])


def _answered(database: "Database") -> bool:
    """Answer what is typed, or comes from a pipe; whether every answer worked out."""
    from labelstore.cli import prompt

    if not sys.stdin.isatty():
        return prompt.run(database, _next_line)
    print(f"{database.path}, for reading only; .help lists what to type, .quit or Ctrl-D ends", file=sys.stderr)
    with prompt.edited(prompt.words(database)):
        prompt.run(database, input)
    return True


def _next_line(_: str) -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")
