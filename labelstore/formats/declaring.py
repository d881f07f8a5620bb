"""One declaration per JSON object of an export: a class whose lines say `column: type = key("itsJsonKey")`.

    class Review(JsonObject, table="reviews", given="node_id label_id ordinal closes"):
        \"\"\"One review of a label.\"\"\"

        review_id: str = key("id")
        score: Number = key()
        created_at: str = key("createdAt")

A field has the name of its column. From the class come the msgspec struct that decodes the object, `Review.row`, which
makes its row (labelstore/formats/row_functions.py), its pieces of the views that write it back
(labelstore/formats/pieces.py), its table in docs/formats.md, and the records of the exhaustive tests.

`given` names the columns whose values come from around the object, or from a function; `told_by` is a class whose
objects share the row. No column is filled otherwise.
What does not fit a struct is in its `extra`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from operator import attrgetter
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Literal,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from msgspec import UNSET, Raw, Struct, StructMeta, UnsetType, field

from labelstore.formats.lenient_decoding import ABSENT, Extra, Integer, to_json
from labelstore.schema.tables import Row, columns

Role = Literal["key", "array", "map", "block", "part", "read"]

T = TypeVar("T")

Nullable: TypeAlias = T | UnsetType | None
"""A key that is often null: `None` is null, `UNSET` a missing key (`nulls_of` gives those that are null)."""


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


def key(
    json_key: str = "",
    *,
    by: Callable[[Any], Any] | None = None,
    when: str = "",
    json_if: str = "",
    required: bool = False,
) -> Any:
    """A member with a column. `by` makes the column's value of the member's; it is written back `when` SQL holds.

    `json_if` is a boolean column, for a member of any type: whether the text of its column is JSON, or is the value.
    """
    return Member("key", json_key, by=by, when=when, json_if=json_if, required=required)


def array(json_key: str = "", *, count: str, opened: str = "") -> Any:
    """A list of objects, each of them a row; `count` is the column of its length.

    Its bracket is opened by its first element; or, if rows of several tables stand in it, by the object around it, and
    `opened` is SQL for their number.
    """
    return Member("array", json_key, count=count, opened=opened)


def mapped(json_key: str = "", *, count: str, key_column: str, opened: str = "") -> Any:
    """A map of objects, each of them a row, whose key in the map is `key_column` (SQL); `opened` as for an array."""
    return Member("map", json_key, count=count, key_column=key_column, opened=opened)


def block(json_key: str = "", *, has: str = "", required: bool = False) -> Any:
    """An object whose members have columns in this row.

    `has` is the column that says that it was there; without one that is told by the key that it requires.
    """
    return Member("block", json_key, has=has, required=required)


def part(json_key: str = "") -> Any:
    """An object with a row of its own."""
    return Member("part", json_key)


def read(json_key: str = "", *, exclusive: bool = False, required: bool = False) -> Any:
    """A member that a plain function reads. Of the `exclusive` ones an object has one."""
    return Member("read", json_key, exclusive=exclusive, required=required)


class _DeclaredStruct(StructMeta):
    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        table: str = "",
        given: str = "",
        extra: str = "extra",
        told_by: Any = None,
    ) -> Any:
        members = {name: member for name, member in namespace.items() if isinstance(member, Member)}
        for field_name, member in members.items():
            is_nullable = UnsetType in _leaves(namespace["__annotations__"][field_name])
            default = {} if member.required else {"default": UNSET if is_nullable or member.json_if else ABSENT}
            namespace[field_name] = field(name=member.json_key or field_name, **default)
        if exclusive := tuple(field_name for field_name, member in members.items() if member.exclusive):
            namespace["exclusive"] = exclusive
        cls = super().__new__(mcs, name, bases, namespace, forbid_unknown_fields=True, gc=False, kw_only=True)
        if bases != (Struct,):
            declaration = Declaration(cls, table, tuple(given.split()), extra, members, told_by)
            DECLARATIONS[cls] = declaration
            made: Any = cls
            made.row = staticmethod(declaration.first_row)
        return cls


class JsonObject(Struct, metaclass=_DeclaredStruct):
    """A JSON object of an export; `extra` keeps what its struct cannot take. No struct can be part of a cycle."""

    exclusive: ClassVar[tuple[str, ...]] = ()
    """Of these fields an object has one."""

    row: ClassVar[Callable[..., Row]]
    """The row of an object, with the values of the `given` columns by their names."""

    extra: Extra = ABSENT

    if TYPE_CHECKING:

        def __init_subclass__(
            cls, *, table: str = "", given: str = "", extra: str = "extra", told_by: Any = None
        ) -> None: ...


@dataclass(eq=False)
class Declaration:
    """What a class declares: its table ("" for a block), the columns given to it, the column of its extra."""

    cls: Any
    table: str
    given: tuple[str, ...]
    extra: str
    members: dict[str, Member]
    told_by: Any
    """The class of an object that shares the row: `columns_of` gives what it tells, the argument `told`."""

    def __str__(self) -> str:
        return ".".join((*self.cls.__module__.split(".")[-2:-1], self.cls.__name__))

    @cached_property
    def types(self) -> dict[str, Any]:
        return get_type_hints(self.cls, include_extras=True)

    @cached_property
    def columns(self) -> dict[str, str]:
        """The columns of the table with their types."""
        return columns()[self.table]

    def of(self, *roles: Role) -> Iterator[tuple[str, Member]]:
        """The members in these roles, by the names of their fields."""
        return ((name, member) for name, member in self.members.items() if member.role in roles)

    def json_key(self, name: str) -> str:
        return self.members[name].json_key or name

    def inner(self, name: str) -> "Declaration | None":
        """What a member's object, or each object of its list or map, is declared as."""
        return next((DECLARATIONS[leaf] for leaf in _leaves(self.types[name]) if leaf in DECLARATIONS), None)

    def blocks(self) -> Iterator[tuple[str, Member, "Declaration"]]:
        """The nested objects whose members have columns in this row."""
        return ((name, member, inner) for name, member in self.of("block") if (inner := self.inner(name)))

    def required_key(self) -> str:
        """The field of the key that the object requires."""
        return next(name for name, member in self.of("key") if member.required)

    def is_nullable(self, name: str) -> bool:
        return UnsetType in _leaves(self.types[name])

    def kind(self, name: str) -> str:
        """What a member's column holds: text, number, integer, boolean, json, or any for `json_if`."""
        if self.members[name].json_if:
            return "any"
        if self.types[name] == Integer:
            return "integer"
        leaves = _leaves(self.types[name])
        for types, kind in (((str,), "text"), ((bool,), "boolean"), ((Raw, list, Any), "json"), ((float,), "number")):
            if any(leaf in leaves for leaf in types):
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
        """Raise TypeError for a key without a column, or with one of another type: nothing is lost in silence."""
        if not self.table:
            return
        if unknown := self.claimed() - set(self.columns):
            raise TypeError(f"{self}: table {self.table} has no column {', '.join(sorted(unknown))}")
        for declaration in (self, *(inner for _, _, inner in self.blocks())):
            for name, _ in declaration.of("key"):
                kind, declared = declaration.kind(name), self.columns[name]
                if name not in self.given and declared != _COLUMN_TYPES[kind]:
                    raise TypeError(f"{declaration}.{name} holds {kind}, its column {self.table}.{name} {declared}")

    def first_row(self, item: Any, **given: Any) -> Row:
        """The first row of the class: its function is made, and makes all others."""
        from labelstore.formats.row_functions import row_of

        return row_of(self.cls)(item, **given)


DECLARATIONS: dict[Any, Declaration] = {}
"""Every declared class."""


@dataclass(frozen=True)
class Standing:
    """Where an object stands in the one around it: under which key, in what, and whether that ends a block."""

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
    """Where the objects of a class stand. Where they have several places, these have the same key."""
    blocks = {inner.cls for outer in DECLARATIONS.values() for _, _, inner in outer.blocks()}
    for outer in DECLARATIONS.values():
        for name, member in outer.of("array", "map", "part"):
            if (inner := outer.inner(name)) and inner.cls is cls:
                return Standing(outer.json_key(name), member.role, member.key_column, outer.cls in blocks)
    return Standing()


_COLUMN_TYPES = {
    "text": "text", "number": "double", "integer": "integer", "boolean": "boolean", "json": "text", "any": "text",
}  # fmt: skip


def _leaves(hint: Any) -> list[Any]:
    """The types that a type is made of; `list` for a list of any values."""
    origin = get_origin(hint)
    if origin is list and get_args(hint) == (Any,):
        return [list]
    if origin in (Union, UnionType, list, dict, Annotated):
        return [leaf for inner in get_args(hint) for leaf in _leaves(inner)]
    return [hint]


def nulls_of(cls: Any) -> Callable[[Any], str | None]:
    """A function that gives as JSON the nullable keys that an object has with null; None if there are none."""
    told = [declaration for base in reversed(cls.__mro__) if (declaration := DECLARATIONS.get(base))]
    keys = {name: of.json_key(name) for of in told for name, _ in of.of("key") if of.is_nullable(name)}
    values_of = attrgetter(*keys)

    def nulls(item: Any) -> str | None:
        values = values_of(item)
        if None not in values:
            return None
        return to_json({key: None for key, value in zip(keys.values(), values, strict=True) if value is None})

    return nulls
