"""A question of a user, SQL or a canned query, as `query` and `lake query` take it; and its answer, written."""

import re
import sys
import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from labelstore.cli import canned_queries, completion
from labelstore.cli.diagnostics import say, stopped
from labelstore.cli.options import DEFAULT_FORMAT, at_most
from labelstore.cli.query_output import BINARY, Format, limited, write
from labelstore.cli.row_output import chosen_format, view_of
from labelstore.cli.session_store import names_store
from labelstore.cli.statements import statement
from labelstore.cli.terminal import draws_blocks, is_terminal
from labelstore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from labelstore.cli.results import View
    from labelstore.engines.database import Database

_WORD = re.compile(r"[a-z0-9-]+")

Sql = Annotated[
    str | None,
    typer.Argument(
        metavar="SQL",
        help="One statement, or the name of a canned query; @FILE for a file, - for stdin.",
        autocompletion=completion.canned_queries,
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--param",
        metavar="NAME=VALUE",
        help="The value of $NAME; repeatable.",
        autocompletion=completion.parameters,
    ),
]
Named = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="A canned query instead of SQL.", autocompletion=completion.canned_queries),
]
Listed = Annotated[bool, typer.Option("--list", help="List the canned queries; with --named, describe that one.")]
ResultFormat = Annotated[Format | None, typer.Option(help=DEFAULT_FORMAT, show_default=False)]
Limit = Annotated[int, at_most("rows")]
Timeout = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", min=0, help="Stop the query after this time.", show_default=False),
]
MaxBytes = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Largest value or row, in bytes.  [default: 64 MiB]", show_default=False),
]
JsonOrList = Annotated[bool, typer.Option("--json", help="Print JSON; short for --format json, and for --list.")]
Chart = Annotated[bool, typer.Option("--chart", help="Draw bars: a name or a time and a number per row.")]
ChartOf = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="The numbers to draw.", show_default="the first that differ"),
]


class Question(NamedTuple):
    """What is asked, and where its answer goes: the options of these names."""

    sql: str | None
    parameters: "Sequence[str] | None"
    named: str | None
    listed: bool
    format: Format | None
    out: str
    overwrite: bool
    limit: int
    timeout: float | None
    max_bytes: int | None
    as_json: bool
    all_rows: bool
    no_pager: bool
    chart: bool
    chart_of: str | None


def answer(
    question: Question, store: str, opened: "Callable[[], AbstractContextManager[Database]]", noun: str = "store"
) -> None:
    """Ask the store, or what else `noun` says, that `opened` opens and that was named `store`; write the answer."""
    if question.listed:
        canned_queries.show(question.named, question.as_json or question.format is Format.JSON)
        return
    question = _told_apart(question, store, noun)
    chosen = Format(chosen_format(Format, question.format, question.out, question.as_json))
    if chosen in BINARY and question.out == "-" and is_terminal():
        raise UsageError(f"{chosen} is not for terminals; write it to a file with -o FILE")
    _write(question, store, opened, chosen, _view(question))


def _told_apart(question: Question, store: str, noun: str) -> Question:
    """The question with either SQL or the name of a canned query. Raises `UsageError` for both and neither."""
    from labelstore.schema.canned_queries import queries

    sql, named = question.sql, question.named
    if sql is not None:
        word = sql.strip()
        # no SQL is one word with a hyphen
        if named is None and _WORD.fullmatch(word) and ("-" in word.strip("-") or word in queries()):
            sql, named = None, word
    if (sql is None) == (named is None):
        told = "" if names_store(store) or sql is not None else f"{store} is taken for the {noun}; "
        raise UsageError(f"{told}give either a statement of SQL or the name of a canned query; --list prints the names")
    return question._replace(sql=sql, named=named)


def _view(question: Question) -> "View":
    view = view_of(question.format, question.all_rows, question.no_pager, question.limit)
    if question.chart or question.chart_of is not None:
        if question.out != "-" or question.format is not None or question.as_json:
            raise UsageError("--chart draws on the terminal: leave out -o, --format and --json")
        return view._replace(is_chart=True, chart_of=question.chart_of, blocks=draws_blocks())
    return view


def _write(
    question: Question,
    store: str,
    opened: "Callable[[], AbstractContextManager[Database]]",
    chosen: Format,
    view: "View",
) -> None:
    from labelstore.engines.limits import query_limits
    from labelstore.files.outputs import check_output
    from labelstore.query import ask, ask_named
    from labelstore.query.parameters import given
    from labelstore.schema.canned_queries import named as canned

    out, sql = question.out, question.sql
    found = canned(question.named) if question.named is not None else None
    values: dict[str, Any] = given(question.parameters or (), found)
    limits = query_limits(question.max_bytes)
    text = statement(sql, limits) if sql is not None else ""
    text.encode()  # no engine takes a lone surrogate, but not every one says so
    read = [store, *([sql[1:]] if sql is not None and sql.startswith("@") else [])]
    check_output(out, *read, overwrite=question.overwrite)
    with (
        stopped(lambda _: "the result is not complete" if out == "-" else f"{out} was not written"),
        opened() as database,
        limited(database, limits, question.timeout, out, question.overwrite) as part,
    ):
        started = time.perf_counter()
        result = ask(database, text, values) if found is None else ask_named(database, found.name, values)
        if result.columns:
            most = min(question.limit, sys.maxsize) or None
            write(result, chosen, part, out, most, view, started, database.interrupt)
        else:
            say("there is no statement in the SQL")
