"""SQL of a user → rows, or an error that helps."""

from collections.abc import Iterator, Mapping
from typing import Any

from labelstore.engines import limits
from labelstore.engines.database import Database, Parameters
from labelstore.engines.limits import checked
from labelstore.engines.result import Once, Result
from labelstore.errors import LabelstoreError, QueryError, StoreError, UsageError
from labelstore.query.error_hints import explained
from labelstore.query.lexer import parameter_names, tokens
from labelstore.query.moments import PERIOD, utc
from labelstore.query.projects import check_project
from labelstore.schema.canned_queries import named


def ask(database: Database, sql: str, parameters: Parameters = ()) -> Result:
    """Run one statement that may only read. Raises `QueryError`, and `UsageError` for parameters that do not fit."""
    if isinstance(parameters, Mapping):
        _check(sql, database.dialect.parameter_marks, parameters)
    return _run(database, sql, parameters)


def ask_named(database: Database, name: str, given: Mapping[str, Any]) -> Result:
    """Run a canned query. Raises `NotFoundError` for its name or that of a parameter and for an unknown project, and
    `UsageError` for a date of a period that is none.
    """
    query = named(name)
    sql = query.sql[database.engine]
    wanted = set(parameter_names(sql, database.dialect.parameter_marks))
    project = given.get("project") if "project" in wanted else None
    check_project(database, None if project is None else str(project))
    values = {key: value for key, value in query.values(dict(given)).items() if key in wanted}
    return _run(database, sql, values | _period(values))


def _period(values: Mapping[str, Any]) -> dict[str, str]:
    """The ends of a period of time, as SQL reads them. Raises `UsageError`."""
    ends = {name: values.get(name) for name in PERIOD}
    return {name: utc(str(value), name) for name, value in ends.items() if value is not None}


def _check(sql: str, marks: str, given: Mapping[str, Any]) -> None:
    if any(token.kind == "mark" and token.text == "?" for token in tokens(sql)):
        raise UsageError("the SQL has ? in place of a value; name it: $name (on the command line: -p name=VALUE)")
    wanted = parameter_names(sql, marks)
    missing = [name for name in wanted if name not in given]
    surplus = [name for name in given if name not in wanted]
    asked = ", ".join(f"${name}" for name in wanted) or "none"
    if surplus:
        raise UsageError(f"the SQL has no parameter ${surplus[0]}; it has {asked}")
    if missing:
        raise UsageError(
            f"the SQL asks for ${missing[0]}; give it a value (on the command line: -p {missing[0]}=VALUE)"
        )


def _run(database: Database, sql: str, parameters: Parameters) -> Result:
    try:
        result = database.asked(sql, parameters)
    except LabelstoreError:
        raise
    except Exception as error:
        raise _explained(error, sql, database) or error from None
    result.rows = Once(_told(result.rows, sql, database))
    return result


def _told(rows: Iterator[tuple[Any, ...]], sql: str, database: Database) -> Iterator[tuple[Any, ...]]:
    """The rows; an error that comes up on the way is explained like one at the start."""
    if database.limits is not None:
        rows = checked(rows, database.limits)
    try:
        for row in rows:  # noqa: UP028 - "yield from" would close a cursor whose store may be closed by then
            yield row
    except LabelstoreError:
        raise
    except Exception as error:
        if database.is_closed:
            raise StoreError(database.name, "was closed before its result was read", "query again") from None
        raise _explained(error, sql, database) or error from None


def _explained(error: Exception, sql: str, database: Database) -> QueryError | None:
    if database.limits is not None and (stopped := limits.explained(error, database.limits)):
        return stopped
    return explained(error, sql, database)
