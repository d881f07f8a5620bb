"""Canned queries: the questions of `sql/queries`, each a file that both engines run.

The file's first comment says what is asked and what one row is. The line `-- group: what it is about` puts the query
into one of `GROUPS`. A comment `-- $name = default: what it is` declares a parameter of the query (without ` = default`
it is NULL until given). Where the engines differ, a macro has the words of each (labelstore/schema/macros.py).
"""

import re
from functools import cache
from typing import Any, NamedTuple

from labelstore.errors import NotFoundError
from labelstore.schema.dialects import DIALECTS, SQLITE
from labelstore.schema.suggestions import did_you_mean
from labelstore.schema.tables import sql_names, sql_text

_PARAMETER = re.compile(r"\$(\w+)(?: = ([^:]+))?: (.+)")
_GROUP = "group: "

OTHERS = "Others"
GROUPS = (
    "Classes and answers",
    "Objects and their places",
    "People and time",
    "Reviews and workflow",
    "Agreement",
    "Video and DICOM",
    "Texts, recordings and conversations",
    "Maps",
    OTHERS,
)
"""What canned queries are about, in the order in which pages list them; a file without a group is in the last."""


class Parameter(NamedTuple):
    """A parameter of a canned query; `default` is text, a number or None."""

    name: str
    default: Any
    description: str


class Query(NamedTuple):
    """A canned query: what it tells, what it asks for, its SQL by engine, and what it is about (of `GROUPS`)."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    sql: dict[str, str]
    group: str = OTHERS

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("-", " ").capitalize()

    def values(self, given: dict[str, Any]) -> dict[str, Any]:
        """The values of all parameters; raises `NotFoundError` for one that the query does not have."""
        defaults = {parameter.name: parameter.default for parameter in self.parameters}
        for name in given:
            if name not in defaults:
                known = ", ".join(defaults) or "none"
                raise NotFoundError(f"{self.name} has no parameter {name}; it has {known}")
        return defaults | given


@cache
def queries() -> dict[str, Query]:
    """All canned queries by their names."""
    return {name: _read(name) for name in sql_names("queries")}


@cache
def grouped() -> dict[str, tuple[Query, ...]]:
    """Group → its queries by name, in the order of `GROUPS`; without groups that are empty."""
    found = {group: tuple(query for query in queries().values() if query.group == group) for group in GROUPS}
    return {group: members for group, members in found.items() if members}


def named(name: str) -> Query:
    """The canned query of that name. Raises `NotFoundError`."""
    found = queries().get(name)
    if found is None:
        hint = did_you_mean(name, queries(), 0.4) or "list them with: labelstore query DB --list"
        raise NotFoundError(f"{name}: no query has this name; {hint}")
    return found


def _read(name: str) -> Query:
    text = sql_text(f"queries/{name}.sql")
    texts = {engine: dialect.translate(text) for engine, dialect in DIALECTS.items()}
    description, parameters, group = _head(texts[SQLITE.name])
    return Query(name, description, parameters, texts, group)


def _head(text: str) -> tuple[str, tuple[Parameter, ...], str]:
    """What the comments at the start of a file say: description, parameters, group."""
    told: list[str] = []
    parameters, group = [], OTHERS
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        comment = line.removeprefix("--").strip()
        match = _PARAMETER.fullmatch(comment)
        if match:
            parameters.append(Parameter(match[1], match[2] and _value(match[2]), match[3]))
        elif comment.startswith(_GROUP):
            group = comment.removeprefix(_GROUP)
        elif not parameters:
            told.append(comment)
    return " ".join(told), tuple(parameters), group


def _value(text: str) -> Any:
    import msgspec  # here, for help to come without it

    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
