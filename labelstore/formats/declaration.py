"""What a class declares of a JSON object: its members, their columns, and the list, map or object that contains it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Raw, UnsetType

from labelstore.formats.lenient_decoding import Integer
from labelstore.schema.tables import columns

Role = Literal["key", "array", "map", "block", "part", "read"]


@dataclass(frozen=True)
class Member:
    """A member of a JSON object, as its line declares it."""

    role: Role
    json_key: str
    required: bool = False
    exclusive: bool = False
    by: Callable[[Any], Any] | None = None
    when: str = ""
    json_if: str = ""
    count: str = ""
    key_column: str = ""
    opened: str = ""
    has: str = ""
    into: str = ""


@dataclass(eq=False)
class Declaration:
    """What a class declares: its table ("" for a block), its given columns, the column of its `extra`."""

    cls: Any
    table: str
    given: tuple[str, ...]
    extra: str
    members: dict[str, Member]
    told_by: Any
    """The class of an object that shares the row; its columns are given as `told`, made by `columns_of`."""

    def __str__(self) -> str:
        return ".".join((*self.cls.__module__.split(".")[-2:-1], self.cls.__name__))

    @cached_property
    def types(self) -> dict[str, Any]:
        """The types of the fields."""
        return get_type_hints(self.cls, include_extras=True)

    @cached_property
    def columns(self) -> dict[str, str]:
        """The columns of the table with their types."""
        return columns()[self.table]

    def of(self, *roles: Role) -> Iterator[tuple[str, Member]]:
        """The members in these roles, by the names of their fields."""
        return ((name, member) for name, member in self.members.items() if member.role in roles)

    def json_key(self, name: str) -> str:
        """The key of a member in the JSON object."""
        return self.members[name].json_key or name

    def inner(self, name: str) -> "Declaration | None":
        """The declaration of a member's object, or of the objects in its list or map."""
        return next((DECLARATIONS[leaf] for leaf in leaves(self.types[name]) if leaf in DECLARATIONS), None)

    def blocks(self) -> Iterator[tuple[str, Member, "Declaration"]]:
        """The nested objects whose members have columns in this row."""
        return ((name, member, inner) for name, member in self.of("block") if (inner := self.inner(name)))

    def required_key(self) -> str:
        """The field of the key that the object must have."""
        return next(name for name, member in self.of("key") if member.required)

    def is_nullable(self, name: str) -> bool:
        """Whether null and a missing key of a member are told apart."""
        return UnsetType in leaves(self.types[name])

    def kind(self, name: str) -> str:
        """The type of a member's column: text, number, integer, boolean, json, or any for `json_if`."""
        if self.members[name].json_if:
            return "any"
        if self.types[name] == Integer:
            return "integer"
        parts = leaves(self.types[name])
        for types, kind in (((str,), "text"), ((bool,), "boolean"), ((Raw, list, Any), "json"), ((float,), "number")):
            if any(part in parts for part in types):
                return kind
        return "integer"

    def claimed(self) -> set[str]:
        """The columns that rows of the class fill."""
        found = {name for name, _ in self.of("key")} | set(self.given)
        found |= {column for member in self.members.values() for column in (member.count, member.has, member.json_if)}
        for _, _, inner in self.blocks():
            found |= inner.claimed()
        if self.told_by is not None:
            found |= DECLARATIONS[self.told_by].claimed()
        return (found | {self.extra}) - {""}

    def check(self) -> None:
        """Raise TypeError for a key without a column, or with one of another type, so that nothing is lost silently."""
        self._check_into()
        if not self.table:
            return
        if unknown := self.claimed() - set(self.columns):
            raise TypeError(f"{self}: table {self.table} has no column {', '.join(sorted(unknown))}")
        for declaration in (self, *(inner for _, _, inner in self.blocks())):
            for name, _ in declaration.of("key"):
                kind, declared = declaration.kind(name), self.columns[name]
                if name not in self.given and declared != _COLUMN_TYPES[kind]:
                    raise TypeError(f"{declaration}.{name} holds {kind}, its column {self.table}.{name} {declared}")

    def _check_into(self) -> None:
        for name, member in self.of("array", "map", "read"):
            if not member.into and (member.role == "read" or self.inner(name) is None):
                raise TypeError(f"{self}.{name} does not say where its value goes: into")
            for place in member.into.split():
                table, _, column = place.partition(".")
                if table not in columns() or column not in ("", *columns()[table]):
                    raise TypeError(f"{self}.{name} goes into {place}, which does not exist")


DECLARATIONS: dict[Any, Declaration] = {}
"""Every declared class."""


@dataclass(frozen=True)
class Standing:
    """Where objects are in the one around them: under which key, in a list, in a map or alone.

    `ends_block`: whether the last of them ends the block that contains them.
    """

    json_key: str = ""
    role: Role = "read"
    key_column: str = ""
    ends_block: bool = False

    @property
    def opens(self) -> str:
        """The text that opens the list or map before its first element."""
        return f'"{self.json_key}":' + ("{" if self.role == "map" else "[")

    @property
    def closes(self) -> str:
        """The brackets that close after the last element."""
        return ("}" if self.role == "map" else "]") + ("}" if self.ends_block else "")


@cache
def standing(cls: Any) -> Standing:
    """Where the objects of a class are. If there are several such places, they have the same key."""
    blocks = {inner.cls for outer in DECLARATIONS.values() for _, _, inner in outer.blocks()}
    for outer in DECLARATIONS.values():
        for name, member in outer.of("array", "map", "part"):
            if (inner := outer.inner(name)) and inner.cls is cls:
                return Standing(outer.json_key(name), member.role, member.key_column, outer.cls in blocks)
    return Standing()


_COLUMN_TYPES = {
    "text": "text", "number": "double", "integer": "integer", "boolean": "boolean", "json": "text", "any": "text",
}  # fmt: skip


def leaves(hint: Any) -> list[Any]:
    """The types that a type is made of; `list` for a list of any values."""
    origin = get_origin(hint)
    if origin is list and get_args(hint) == (Any,):
        return [list]
    if origin in (Union, UnionType, list, dict, Annotated):
        return [leaf for inner in get_args(hint) for leaf in leaves(inner)]
    return [hint]
