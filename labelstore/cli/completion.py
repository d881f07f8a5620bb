"""What the shell completes: the names that a store holds, and canned queries. A store that cannot tell says nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import typer

from labelstore.cli.diagnostics import explained

if TYPE_CHECKING:
    from labelstore.engines.database import Database
    from labelstore.query.filters.registry import Filter

_MOST = 1000
"""Names that a shell gets; nobody reads more."""
_SEEN = 20_000
"""Rows that are looked at, from either end, where a name stands in many of them: a TAB has to answer at once."""

_OF_PROJECTS = "select coalesce(name, project_id) from projects"
_OF_FEATURES = f"select distinct name from (select name, role from features limit {_SEEN}) as f where role = '{{role}}'"
_OF_CLASSES = _OF_FEATURES.format(role="object")
_OF_QUESTIONS = _OF_FEATURES.format(role="classification")
_OF_LABELERS = f"""
    select created_by from (select created_by from labels limit {_SEEN}) as oldest
    union select created_by from (select created_by from labels order by node_id desc limit {_SEEN}) as newest"""
_OF_LOADS = "select load_id, file_name from loads order by load_id desc"


@contextmanager
def _silent() -> Iterator[None]:
    """Nothing for an error that a file or an engine can cause; a defect of ours is none."""
    try:
        yield
    except Exception as error:
        if explained(error) is None:
            raise


@contextmanager
def _store(ctx: typer.Context) -> "Iterator[Database]":
    """The store or lake that the command line names so far. Raises `StoreError`."""
    from labelstore.engines import is_store, open_database
    from labelstore.errors import StoreError

    if lake := ctx.params.get("lake"):
        with _lake(lake) as database:
            yield database
        return
    named = ctx.params.get("db") or ctx.params.get("a") or ""
    if not is_store(named):
        raise StoreError(str(named), "is no store")
    with open_database(named, read_only=True) as database:
        yield database


def _lake(named: str) -> "Database":
    """The newest snapshot of a lake on this computer; to ask another one takes too long."""
    from labelstore.errors import StoreError
    from labelstore.lake.opening import open_snapshot

    if "://" in named:
        raise StoreError(named, "is too far away")
    return open_snapshot(named)


def _rows(ctx: typer.Context, sql: str) -> list[Any]:
    with _silent(), _store(ctx) as database:
        return list(islice(database.query(sql).rows, _MOST))
    return []


def _names(ctx: typer.Context, sql: str) -> list[str]:
    """The first column, as far as one can type it."""
    found = {row[0] for row in _rows(ctx, sql)}
    return sorted(name for name in found if isinstance(name, str) and name and name.isprintable())


def projects(ctx: typer.Context) -> list[str]:
    """The projects of the store by name."""
    return _names(ctx, _OF_PROJECTS)


def classes(ctx: typer.Context) -> list[str]:
    """The classes of its objects."""
    return _names(ctx, _OF_CLASSES)


def questions(ctx: typer.Context) -> list[str]:
    """Its questions."""
    return _names(ctx, _OF_QUESTIONS)


def labelers(ctx: typer.Context) -> list[str]:
    """Who made its labels."""
    return _names(ctx, _OF_LABELERS)


def loads(ctx: typer.Context) -> list[tuple[str, str]]:
    """Its loads by number, the newest first, with the name of the file."""
    rows = _rows(ctx, _OF_LOADS)
    return [(str(load), name if isinstance(name, str) and name.isprintable() else "") for load, name in rows]


def tables(ctx: typer.Context) -> list[str]:
    """Its tables and views."""
    with _silent(), _store(ctx) as database:
        return sorted(relation.name for relation in database.relations())
    return []


def canned_queries() -> list[tuple[str, str]]:
    """The canned queries, with what they tell."""
    from labelstore.schema.canned_queries import queries

    return [(query.name, query.description.partition(". ")[0]) for query in queries().values()]


def filter_values(one: "Filter") -> Callable[..., list[str]] | None:
    """What completes the values of a filter; None where the store has to be read for them."""
    if one.word_values:
        return lambda: list(one.word_values)
    known = {"project": projects, "class": classes, "without": classes, "labeler": labelers, "question": questions}
    if one.name in known:
        return known[one.name]

    def counted(ctx: typer.Context) -> list[str]:
        from labelstore.query.filters.value_counts import values_of

        with _silent(), _store(ctx) as database:
            return [found.value for found in values_of(database, one)[:_MOST] if found.value.isprintable()]
        return []

    return counted if one.instant else None


_VALUES: dict[str, Callable[[typer.Context], list[str]]] = {
    "project": projects,
    "class": classes,
    "a": classes,
    "b": classes,
    "labeler": labelers,
    "question": questions,
}


def parameters(ctx: typer.Context, incomplete: str) -> list[str]:
    """NAME=VALUE of the canned query that the command line names: the values that the store has."""
    from labelstore.schema.canned_queries import queries

    query = queries().get(str(ctx.params.get("named") or ctx.params.get("sql") or ""))
    if query is None:
        return []
    begun, chosen, _ = incomplete.partition("=")
    names = [one.name for one in query.parameters if (one.name == begun if chosen else one.name.startswith(begun))]
    if len(names) != 1:
        return [f"{name}=" for name in names]
    values = _VALUES[names[0]](ctx) if names[0] in _VALUES else []
    return [f"{names[0]}={value}" for value in values or [""]]


def commands(ctx: typer.Context) -> list[str]:
    """The commands."""
    root: Any = ctx.find_root().command
    return list(root.commands)


def subcommands(ctx: typer.Context) -> list[str]:
    """Those of the group that the command line names."""
    root: Any = ctx.find_root().command
    return list(getattr(root.commands.get(ctx.params.get("command")), "commands", ()))
