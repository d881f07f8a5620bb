"""A canned query, or SQL of a user, whose result is shown as a gallery: the labels or data rows that its rows name."""

import re
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from datasette.utils import InvalidSql, sqlite_timelimit, validate_sql_select

from labelstore.browsing import metadata
from labelstore.browsing.stores import may_ask
from labelstore.engines.database import together
from labelstore.engines.limits import BROWSE, explained
from labelstore.errors import LabelstoreError, QueryError, UsageError
from labelstore.figures import figure
from labelstore.scenes import ConnectionSource
from labelstore.schema.suggestions import did_you_mean

Pair = tuple[str, str]

MOST_ROWS = 10_000
"""Rows of a result that are looked at."""
COLUMNS = ("label_id", "object_id", "data_row_id")
"""The columns that make a result a gallery; the first of them that it has counts."""
_PARAMETER = re.compile(r":(\w+)")
OURS = ("query", "sql", "page", "show", "sort")
"""Arguments of an address that are no parameters of a question."""
_LABELS = "select label_id, node_id from labels where label_id in ({marks})"
_OBJECTS = """
select o.object_id, l.node_id
from objects as o
join labels as l on l.label_id = o.label_id
where o.object_id in ({marks})
"""
_DATA_ROWS = "select data_row_id, data_row_id from data_rows where data_row_id in ({marks})"
_FOUND = {"label_id": _LABELS, "object_id": _OBJECTS, "data_row_id": _DATA_ROWS}


def makes_gallery(columns: Iterable[str]) -> bool:
    """Whether a result with these columns can be shown as a gallery."""
    return not set(COLUMNS).isdisjoint(columns)


class Asked(NamedTuple):
    """A question of a user; `name` is that of a canned query, `arguments` how the address asks it."""

    name: str | None
    sql: str
    parameters: tuple[Pair, ...]
    arguments: tuple[Pair, ...]


class Answer(NamedTuple):
    """The nodes of labels, or the ids of data rows, each once, and what to say about the rest."""

    is_labels: bool
    keys: Sequence[Any]
    note: str


async def asked_in(datasette: Any, database: str, actor: Any, pairs: Sequence[Pair]) -> Asked | None:
    """The question in an address. Raises `LabelstoreError` for an unknown query, and SQL that may not be asked."""
    given = dict(reversed(pairs))
    name, sql = given.get("query"), given.get("sql")
    if not name and not sql:
        return None
    if name:
        known = metadata.canned_queries()
        if name not in known:
            raise UsageError(f"query: {name[:80]!r} is no canned query; {did_you_mean(name[:80], known) or 'see Home'}")
        sql = known[name]["sql"]
    elif sql and not await may_ask(datasette, database, actor):
        raise UsageError("SQL of your own is not allowed here")
    assert sql is not None
    try:
        validate_sql_select(sql)
    except InvalidSql as error:
        raise UsageError(f"sql: {error}") from None
    parameters = tuple((word, given.get(word, "")) for word in dict.fromkeys(_PARAMETER.findall(sql)))
    asks = ("query", name) if name else ("sql", sql)
    kept = tuple((word, value) for word, value in parameters if value and word not in OURS)
    return Asked(name or None, sql, parameters, (asks, *kept))


def answer(source: ConnectionSource, asked: Asked, milliseconds: int) -> Answer:
    """What the question finds. Raises `QueryError`, also where no column of the result is an id."""
    try:
        with sqlite_timelimit(source.connection, milliseconds):
            cursor = source.connection.cursor()
            cursor.row_factory = None
            cursor.execute(asked.sql, dict(asked.parameters))
            columns = [column[0] for column in cursor.description or ()]
            column = next((one for one in COLUMNS if one in columns), None)
            if column is None:
                raise QueryError("the result has no column label_id, object_id or data_row_id", "select one of them")
            place = columns.index(column)
            values = [row[place] for row in islice(cursor, MOST_ROWS + 1)]
    except LabelstoreError:
        raise
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise QueryError(f"stopped after {milliseconds / 1000:g} seconds", "ask for less") from None
        raise _told(error) from None
    except (sqlite3.Error, MemoryError) as error:
        raise _told(error) from None
    ids = [one for one in dict.fromkeys(values[:MOST_ROWS]) if isinstance(one, str | int)]
    found = dict(_found(source, column, ids))
    keys = list(dict.fromkeys(found[one] for one in ids if one in found))
    note = f"The first {figure(MOST_ROWS)} rows of the result are looked at." if len(values) > MOST_ROWS else ""
    is_labels = column != "data_row_id"
    return Answer(is_labels, array("q", keys) if is_labels else keys, note)


def _told(error: BaseException) -> QueryError:
    return explained(error, BROWSE) or QueryError(f"SQLite: {error}")


def _found(source: ConnectionSource, column: str, ids: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """(id, key) of those that the store holds."""
    for some in together(ids):
        sql = _FOUND[column].format(marks=", ".join("?" * len(some)))
        yield from source.query(sql, some).rows
