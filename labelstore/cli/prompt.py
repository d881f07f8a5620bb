"""A SQL prompt: statements and canned queries, one after another, their results as `query` shows them."""

import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from labelstore.cli import canned_queries, output, relations
from labelstore.cli.colors import Style
from labelstore.cli.diagnostics import INTERRUPTED, explained, say, show
from labelstore.cli.results import View
from labelstore.cli.results import show as show_result
from labelstore.cli.row_output import write_rows
from labelstore.cli.terminal import draws_blocks, screen
from labelstore.errors import LabelstoreError, UsageError

if TYPE_CHECKING:
    from labelstore.engines.database import Database
    from labelstore.engines.result import Result

FIRST, NEXT = "labelstore> ", "       ...> "
_HELP = """\
select …;               SQL, over as many lines as it takes, up to a semicolon
class-counts            a canned query; class-counts project=Roads gives it a value
.queries                all canned queries; .queries NAME describes one
.tables                 all tables and views; .tables NAME describes one
.all, .upright, .table, .chart    before SQL or a canned query: all rows, a field a line, a table, bars
.quit                   the end, as Ctrl-D
"""
_LOOKS: dict[str, dict[str, Any]] = {
    ".all": {"all_rows": True, "whole": True},
    ".upright": {"format": "upright"},
    ".table": {"format": "table"},
    ".chart": {"is_chart": True},
}
_ENDS = (".quit", ".exit", "quit", "exit", "\\q")


def run(database: "Database", lines: Callable[[str], str]) -> bool:
    """Answer until the end of the input; whether all could be answered.

    `lines` gives the next line for a prompt; raises `EOFError` after the last.
    """
    pending, is_fine = "", True
    while True:
        try:
            line = lines(NEXT if pending else FIRST)
        except KeyboardInterrupt:
            output.write("\n")
            pending = ""
            continue
        except EOFError:
            break
        if not pending and line.strip() in _ENDS:
            return is_fine
        pending = f"{pending}\n{line}" if pending else line.strip()
        if _is_complete(pending):
            is_fine &= _answered(database, pending)
            pending = ""
    return is_fine & _answered(database, pending)


def _is_complete(text: str) -> bool:
    """Whether it is a statement up to its semicolon, or a line that is no SQL."""
    from labelstore.query.lexer import tokens

    _, rest = _look(text)
    if not rest or rest.startswith(".") or _is_canned(rest):
        return True
    found = list(tokens(rest))
    return not found or found[-1].text == ";"


def _is_canned(text: str) -> bool:
    from labelstore.schema.canned_queries import queries

    return text.partition(" ")[0].rstrip(";") in queries()


def _look(text: str) -> tuple[View, str]:
    """How a result is wanted, by the words before the question, and the question."""
    view = View(hints=(".all", ".upright"), blocks=draws_blocks())
    while True:
        word, _, rest = text.partition(" ")
        if word not in _LOOKS:
            return view, text
        view, text = view._replace(**_LOOKS[word]), rest.strip()


def _answered(database: "Database", text: str) -> bool:
    """Whether one line or statement could be answered; errors and Ctrl-C end no session."""
    try:
        _answer(database, text)
        sys.stdout.flush()
        return True
    except KeyboardInterrupt:
        say("stopped; the result is not complete")
    except BrokenPipeError:
        raise
    except Exception as error:
        said = explained(error)
        if said is None:
            raise
        say(said, Style.ERROR)
        show(getattr(error, "excerpt", ""))
    return False


def _answer(database: "Database", text: str) -> None:
    from labelstore.query.timeout import watched

    view, question = _look(text)
    word, _, rest = question.partition(" ")
    if word in (".help", "help"):
        output.write(_HELP)
    elif word == ".queries":
        canned_queries.show(rest.strip() or None, False)
    elif word == ".tables":
        relations.show(database, rest.strip() or None)
    elif word.startswith("."):
        raise UsageError(f"{word}: no such command; .help lists them")
    elif question:
        with watched(database, None, lambda: None, INTERRUPTED):
            started = time.perf_counter()
            _show(database, _asked(database, question), view, started)


def _asked(database: "Database", question: str) -> "Result":
    from labelstore.query import ask, ask_named
    from labelstore.query.parameters import given
    from labelstore.schema.canned_queries import named

    if not _is_canned(question):
        return ask(database, question)
    try:
        name, *values = shlex.split(question.rstrip("; "))
    except ValueError as error:
        raise UsageError(f"{question}: {error}") from None
    query = named(name)
    return ask_named(database, name, given((value for value in values if value != "-p"), query))


def _show(database: "Database", result: "Result", view: View, started: float) -> None:
    terminal = screen()
    if not result.columns:
        raise LabelstoreError("there is no statement in the SQL")
    if terminal is not None or view.is_chart:
        show_result(result.columns, result.rows, view, terminal, started, database.interrupt)
    else:
        write_rows(view.format or "table", result.columns, result.rows)


def words(database: "Database") -> list[str]:
    """What TAB completes: commands, canned queries, tables and columns."""
    from labelstore.schema.canned_queries import queries

    relations = database.relations()
    columns = {column for relation in relations for column in relation.columns}
    names = {*queries(), *(relation.name for relation in relations), *columns}
    return [*_LOOKS, ".help", ".queries", ".tables", ".quit", *sorted(names)]


@contextmanager
def edited(names: list[str]) -> Iterator[None]:
    """Let `input` edit lines, keep those of this session, and complete `names`; without readline it does not."""
    try:
        import readline
    except ImportError:
        yield
        return

    def complete(text: str, state: int) -> str | None:
        found = [name for name in names if name.startswith(text)]
        return found[state] if state < len(found) else None

    before = readline.get_completer(), readline.get_completer_delims()
    readline.set_completer(complete)
    readline.set_completer_delims(" \t\n()[],;=<>*+/'\"")
    readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")
    try:
        yield
    finally:
        readline.set_completer(before[0])
        readline.set_completer_delims(before[1])
