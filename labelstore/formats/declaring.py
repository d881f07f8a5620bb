"""One declaration per JSON object of an export: a class whose lines say `column: type = key("itsJsonKey")`.

    class Review(JsonObject, table="reviews", given="node_id label_id ordinal closes"):
        \"\"\"One review of a label.\"\"\"

        review_id: str = key("id")
        score: Number = key()
        created_at: str = key("createdAt")

A field has the name of its column. From the class come the msgspec struct that decodes the object, `Review.row`, which
makes its row (labelstore/formats/row_functions.py), its pieces of the views that write it back
(labelstore/formats/pieces.py), its table in docs/reference/formats.md, and the records of the exhaustive tests.

`given` names the columns whose values come from around the object, or from a function; `told_by` is a class whose
objects share the row. No column is filled in any other way. What does not fit the struct goes into its `extra`.
"""

import sys
from collections.abc import Callable
from functools import cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from msgspec import UNSET, Struct, StructMeta, UnsetType, field

from labelstore.formats.declaration import DECLARATIONS, Declaration, Member, leaves
from labelstore.formats.lenient_decoding import ABSENT, Extra, to_json
from labelstore.formats.row_functions import row_of
from labelstore.schema.tables import Row

T = TypeVar("T")

Nullable: TypeAlias = T | UnsetType | None
"""A key that is often null: `None` is null, `UNSET` a missing key (`nulls_of` gives those that are null)."""


def key(
    json_key: str = "",
    *,
    by: Callable[[Any], Any] | None = None,
    when: str = "",
    json_if: str = "",
    required: bool = False,
) -> Any:
    """A member with a column. `by` converts its value for the column; it is rebuilt `when` this SQL is true.

    `json_if`, for a member of any type, is a boolean column: true if its column holds JSON, false if the text itself.
    """
    return Member("key", json_key, by=by, when=when, json_if=json_if, required=required)


def array(json_key: str = "", *, count: str, opened: str = "", into: str = "") -> Any:
    """A list of objects, each of them a row; `count` is the column of its length.

    Its first element opens its bracket; if rows of several tables are in it, the object around it does, and `opened` is
    SQL for their number. `into` says where elements go that are not declared, as in `read`.
    """
    return Member("array", json_key, count=count, opened=opened, into=into)


def mapped(json_key: str = "", *, count: str, key_column: str, opened: str = "", into: str = "") -> Any:
    """A map of objects, each of them a row, whose key in the map is `key_column` (SQL); the rest as in `array`."""
    return Member("map", json_key, count=count, key_column=key_column, opened=opened, into=into)


def block(json_key: str = "", *, has: str = "", required: bool = False) -> Any:
    """An object whose members have columns in this row.

    `has` is the column that says whether it is there; without one, the key that it requires does.
    """
    return Member("block", json_key, has=has, required=required)


def part(json_key: str = "", *, exclusive: bool = False) -> Any:
    """An object with a row of its own. An object has at most one of its `exclusive` members."""
    return Member("part", json_key, exclusive=exclusive)


def read(json_key: str = "", *, into: str, exclusive: bool = False, required: bool = False) -> Any:
    """A member that a plain function reads into these tables or columns (`table.column`); `exclusive` as of a part."""
    return Member("read", json_key, into=into, exclusive=exclusive, required=required)


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
        types = _annotations(namespace)
        for field_name, member in members.items():
            is_nullable = UnsetType in leaves(types[field_name])
            default = {} if member.required else {"default": UNSET if is_nullable or member.json_if else ABSENT}
            namespace[field_name] = field(name=member.json_key or field_name, **default)
        if exclusive := tuple(field_name for field_name, member in members.items() if member.exclusive):
            namespace["exclusive"] = exclusive
        cls = super().__new__(mcs, name, bases, namespace, forbid_unknown_fields=True, gc=False, kw_only=True)
        if bases != (Struct,):
            declaration = Declaration(cls, table, tuple(given.split()), extra, members, told_by)
            DECLARATIONS[cls] = declaration
            made: Any = cls
            made.row = staticmethod(partial(_first_row, cls))
        return cls


def _annotations(namespace: dict[str, Any]) -> dict[str, Any]:
    """The annotations of a class that is being made; from Python 3.14 on they are a function until asked for."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format, call_annotate_function, get_annotate_from_class_namespace

        if annotate := get_annotate_from_class_namespace(namespace):
            return call_annotate_function(annotate, Format.FORWARDREF)
    found: dict[str, Any] = namespace.get("__annotations__", {})
    return found


def _first_row(cls: Any, item: Any, **given: Any) -> Row:
    """The first row of a class: compiles the function that makes it and all others."""
    return row_of(cls)(item, **given)


class JsonObject(Struct, metaclass=_DeclaredStruct):
    """A JSON object of an export; `extra` keeps what its fields cannot hold. No struct is part of a cycle."""

    exclusive: ClassVar[tuple[str, ...]] = ()
    """An object has at most one of these fields."""

    row: ClassVar[Callable[..., Row]]
    """The row of an object, with the values of the `given` columns by their names."""

    extra: Extra = ABSENT

    if TYPE_CHECKING:

        def __init_subclass__(
            cls, *, table: str = "", given: str = "", extra: str = "extra", told_by: Any = None
        ) -> None: ...


def nulls_of(cls: Any) -> Callable[[Any], str | None]:
    """A function that returns, as JSON, the nullable keys that are null in an object; None if there are none."""
    told = [declaration for base in reversed(cls.__mro__) if (declaration := DECLARATIONS.get(base))]
    keys = {name: of.json_key(name) for of in told for name, _ in of.of("key") if of.is_nullable(name)}
    values_of = attrgetter(*keys)

    @cache
    def text(*are_null: bool) -> str:
        return to_json({key: None for key, is_null in zip(keys.values(), are_null, strict=True) if is_null})

    def nulls(item: Any) -> str | None:
        values = values_of(item)
        return text(*[value is None for value in values]) if None in values else None

    return nulls
