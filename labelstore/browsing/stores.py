"""Which databases of a Datasette are stores; others are left alone."""

from collections.abc import Callable
from typing import Any, TypeVar

from labelstore.engines.sqlite import is_current_store
from labelstore.scenes import ConnectionSource

T = TypeVar("T")


def is_store(datasette: Any, database: str | None) -> bool:
    """Whether the database of that name is a store of this schema version, by the header of its file."""
    found = datasette.databases.get(database) if database is not None else None
    path = getattr(found, "path", None)
    return path is not None and is_current_store(str(path))


def stores(datasette: Any) -> list[str]:
    """The names of the databases that are stores."""
    return [name for name in datasette.databases if is_store(datasette, name)]


def is_new(datasette: Any) -> bool:
    """Whether this is Datasette 1.0, which keeps queries and metadata itself."""
    return hasattr(datasette, "add_query")


async def read(datasette: Any, database: str, work: Callable[[ConnectionSource], T]) -> T:
    """The result of `work` on a connection to the store, in a thread of Datasette."""
    result: T = await datasette.get_database(database).execute_fn(lambda connection: work(ConnectionSource(connection)))
    return result


async def may_ask(datasette: Any, database: str, actor: Any) -> bool:
    """Whether the actor of a request may ask SQL of their own."""
    if hasattr(datasette, "permission_allowed"):
        return bool(await datasette.permission_allowed(actor, "execute-sql", resource=database, default=True))
    from datasette.resources import DatabaseResource  # of Datasette 1.0

    resource = DatabaseResource(database=database)
    return bool(await datasette.allowed(action="execute-sql", resource=resource, actor=actor))
