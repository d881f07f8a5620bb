"""The labels of which a condition of a user's SQL is true."""

from labelstore.engines.database import MARKS, Database
from labelstore.errors import QueryError, UsageError
from labelstore.query.lexer import excerpt, tokens
from labelstore.query.run import ask

OPTION = "--where"
_QUERIES = ("select", "with", "from", "values", "table")
_OTHERS = ("delete", "insert", "update", "create", "drop", "alter", "attach", "pragma")
"""Refused by their names, as statements."""
_BEFORE = "select l.node_id from labels as l where (\n"
_AFTER = "\n)"


def nodes_where(database: Database, text: str) -> set[int]:
    """The nodes of the labels that are meant.

    `text` is a condition on the columns of `labels as l`, such as `seconds_to_label > 60`, or a query whose first
    column is ids of labels. It can only read the store. Raises `QueryError` with the place in `text`, and `UsageError`
    for a parameter, or a query that returns the id of no label.
    """
    first = next((token.text.lower() for token in tokens(text)), "")
    if not first:
        raise UsageError(f"{OPTION}: is empty; write a condition, as in: seconds_to_label > 60")
    if first in (*_QUERIES, *_OTHERS):
        return _of_query(database, text)
    _check_brackets(text)
    try:
        return {row[0] for row in ask(database, _BEFORE + text + _AFTER, {}).rows}
    except QueryError as error:
        raise _in_condition(error, text) from None
    except UsageError:
        raise _no_parameters() from None


def _check_brackets(text: str) -> None:
    """Raise `QueryError` where the text would end its own condition."""
    depth = 0
    for token in tokens(text):
        depth += (token.text == "(") - (token.text == ")") if token.kind == "mark" else 0
        if depth < 0:
            raise QueryError(f"{OPTION}: a bracket closes that none opened", "", *excerpt(text, token.start, token.end))


def _of_query(database: Database, sql: str) -> set[int]:
    try:
        ids = {str(row[0]) for row in ask(database, sql, {}).rows}
    except UsageError:
        raise _no_parameters() from None
    named = database.select_in(f"select node_id from labels where label_id in ({MARKS})", [*ids]) if ids else ()
    nodes = {row[0] for row in named}
    if ids and not nodes:
        raise UsageError(f"{OPTION}: returns the id of no label; begin it with: select label_id")
    return nodes


def _no_parameters() -> UsageError:
    return UsageError(f"{OPTION}: takes no parameters; write their values into the SQL")


def _in_condition(error: QueryError, text: str) -> QueryError:
    """The same error about the condition alone."""
    lines = text.count("\n") + 1
    if type(error) is not QueryError:
        return error
    if error.line is None:
        return QueryError(f"{OPTION}: {error.reason}", error.hint)
    line = error.line - _BEFORE.count("\n")
    if 1 <= line <= lines:
        return QueryError(f"{OPTION}: {error.reason}", error.hint, line, error.excerpt)
    end = len(text.rstrip())
    number, shown = excerpt(text, end, end + 1)
    return QueryError(f"{OPTION}: the condition is not complete", error.hint, number, shown)
