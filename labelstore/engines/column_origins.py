"""The declared types of the columns of a SQLite query: its values have types of their own, the tables declare some.

apsw reads them of a statement, through views and subqueries, in an empty store in memory. The module of the standard
library, which asks the store, cannot, and no process may open one file with both.
"""

from functools import cache
from threading import Lock

import apsw

from labelstore.engines.database import Parameters
from labelstore.schema.dialects import SQLITE, view_files

_alone = Lock()


def declared_types(sql: str, parameters: Parameters) -> list[str]:
    """The declared type of each column, "" for an expression; an empty list where SQLite cannot tell."""
    found: list[str] = []

    def describe(running: apsw.Cursor, *_: object) -> bool:
        found.extend((type_ or "").lower() for _, type_ in running.get_description())
        return False

    with _alone:
        cursor = _empty_store().cursor()
        cursor.exec_trace = describe
        try:
            cursor.execute(sql, parameters)
        except apsw.ExecTraceAbort:
            return found
        except (apsw.Error, TypeError, OverflowError):  # a table of the user's own, a value that apsw does not take
            return []
        finally:
            cursor.close(True)
    return []


@cache
def _empty_store() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    connection.execute("begin")
    for statement in SQLITE.statements("schema.sql"):
        connection.execute(statement)
    for view in view_files():
        connection.execute(SQLITE.view(view))
    connection.execute("commit")
    return connection
