"""`shell`: a SQL prompt on a store."""

import os
import shutil
import sys
from enum import StrEnum
from typing import Annotated

import typer

from labelstore.cli.options import Store
from labelstore.cli.sections import Section
from labelstore.errors import LabelstoreError

SECTION = Section.ASK


class Tool(StrEnum):
    """The programs that `shell` knows."""

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
    tool: Annotated[
        Tool | None, typer.Option("--program", help="The program to use.", show_default="the first that is installed")
    ] = None,
) -> None:
    """Open a read-only SQL prompt on a store.

    Runs the first program that is installed: litecli, sqlite3 or harlequin for SQLite, duckdb or harlequin for
    DuckDB.

    \b
    Examples:
      labelstore shell labels.db
      labelstore shell labels.duckdb --program harlequin
    """
    from labelstore.engines import engine_at, open_database

    with open_database(db, read_only=True):
        pass  # it is a store
    path = db.absolute()
    commands = {
        Tool(name): [argument.format(path=path, uri=path.as_uri()) for argument in arguments]
        for name, arguments in engine_at(db).prompts.items()
    }
    if tool is not None and tool not in commands:
        raise LabelstoreError(f"{tool} does not open this store; use one of {', '.join(commands)}")
    wanted = [tool] if tool is not None else list(commands)
    program = next((name for name in wanted if shutil.which(name)), None)
    if program is None:
        raise LabelstoreError(f"{' and '.join(wanted)}: not installed; {_WAYS[wanted[0]]}")
    print(f"{program}, for reading only", file=sys.stderr)
    sys.stdout.flush()
    os.execvp(program, [program, *commands[program]])
