"""Lenient decoding: a record of an unexpected shape is fitted into the structs, and everything else is kept.

The structs refuse unknown keys and unexpected types; nearly every record decodes straight into them. One that does not
is decoded into plain Python values and fitted here: members of the declared type fill their fields, the others go
verbatim into the `extra` of the struct. A struct without an `extra` field takes a value as a whole or not at all. An
element of a list or map of objects that does not fit is `Odd`, in its position among the others. Both ways end in the
same structs, so there is one way from structs to rows.
"""

import re
from collections.abc import Iterable, Iterator, Sized
from functools import cache
from math import copysign, isfinite
from typing import Annotated, Any, TypeVar, final

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType, inspect

from labelstore.formats.naming import content_digest

T = TypeVar("T")

ABSENT: Any = None
"""Default of a field whose key may be missing. The declared type does not admit null, so null lands in `extra`."""

Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""An integer that a BIGINT column holds exactly."""

Number = Annotated[int, Meta(ge=-(2**53), le=2**53)] | float
"""A number that a DOUBLE column holds exactly."""


class Extra:
    """The members of a JSON object that do not fit its struct. Never decoded: JSON has no value of this type.

    `digest` is that of the whole object, if it lacks its id. `unread`, of a whole record, counts the values of known
    keys that are not of the declared type, nulls excepted.
    """

    __slots__ = ("digest", "members", "unread")

    def __init__(self, members: dict[str, Any], digest: str | None = None) -> None:
        self.members, self.digest = members, digest
        self.unread = 0


@final
class Odd:
    """An element of a list or map of objects that does not belong there, as a JSON value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Misfit(Exception):
    """A record that decodes into its structs but has something that their rows cannot hold, and is to be fitted."""


class _Unfit:
    pass


_UNFIT = _Unfit()


def to_json(value: Any) -> str:
    """JSON text of a decoded value; integers of any length and doubles are exact."""
    return msgspec.json.encode(value).decode()


def extra_json(extra: Extra | None, **members: Any) -> str | None:
    """The JSON object for an `extra` column: the members of `extra`, and further ones that are not None."""
    if extra is None and not members:
        return None
    kept = {} if extra is None else dict(extra.members)
    kept.update((key, value) for key, value in members.items() if value is not None)
    return to_json(kept) if kept else None


def fit(struct: type[T], members: dict[str, Any], *, whole_lists: bool = False) -> T:
    """Make a `struct` of the members of a record that fit, with the others in its `extra`.

    Of the `exclusive` keys of a struct only the first that fits is taken: an object has one geometry. An object that is
    `known_by` an id and lacks it gets a digest of its content. With `whole_lists` a list or map with an odd element is
    odd as a whole.
    """
    fitting = _Fitting(whole_lists)
    record = fitting.struct(struct, members)
    if fitting.unread:
        record.extra = record.extra or Extra({})  # type: ignore[attr-defined]
        record.extra.unread = fitting.unread  # type: ignore[attr-defined]
    return record


def unfitted(value: Any) -> Any:
    """The plain JSON value that a struct or a list of structs was made of; members in the order of the fields."""
    if isinstance(value, list | tuple):
        return [unfitted(item) for item in value]
    if isinstance(value, dict):
        return {key: unfitted(item) for key, item in value.items()}
    if isinstance(value, Odd):
        return value.value
    if not isinstance(value, msgspec.Struct):
        return value
    members = {
        key: unfitted(item)
        for name, key, default in _members(type(value))
        if (item := getattr(value, name)) is not default
    }
    extra = getattr(value, "extra", ABSENT)
    return members if extra is ABSENT else members | extra.members


@cache
def _members(struct: type) -> list[tuple[str, str, Any]]:
    """Field, key and default of each declared member."""
    fields = msgspec.structs.fields(struct)
    return [(field.name, field.encode_name, field.default) for field in fields if field.name != "extra"]


def _surplus(struct: type, known: dict[str, Any]) -> list[str]:
    exclusive: tuple[str, ...] = getattr(struct, "exclusive", ())
    names = {name: key for key, (name, _) in field_types(struct).items()}
    return [names[name] for name in exclusive if name in known][1:]


@cache
def field_types(struct: type) -> dict[str, tuple[str, inspect.Type]]:
    """Key → field and type of each member that a struct declares, in their order."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: (field.name, field.type) for field in info.fields if field.name != "extra"}


@cache
def takes_extra(struct: type) -> bool:
    """Whether a struct keeps members that it does not declare."""
    return any(field.name == "extra" for field in msgspec.structs.fields(struct))


class _Fitting:
    """One record while it is fitted."""

    def __init__(self, whole_lists: bool) -> None:
        self.whole_lists = whole_lists
        self.unread = 0

    def struct(self, struct: type[T], members: dict[str, Any]) -> T:
        """Raises TypeError if a key is missing that the struct requires."""
        types = field_types(struct)  # type: ignore[arg-type]
        known: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for key, value in members.items():
            name, kind = types.get(key, ("", None))
            fitted = _UNFIT if kind is None else self.value(kind, value)
            if fitted is _UNFIT:
                extra[key] = value
                self.unread += kind is not None and value is not None
            else:
                known[name] = fitted
        for key in _surplus(struct, known):
            del known[types[key][0]]
            extra[key] = members[key]
            self.unread += 1
        known_by: str | None = getattr(struct, "known_by", None)
        digest = content_digest(members) if known_by is not None and known_by not in known else None
        if extra or digest:
            known["extra"] = Extra(extra, digest)
        return struct(**known)

    def value(self, kind: inspect.Type, value: Any) -> Any:
        match kind:
            case inspect.UnionType():
                for member in kind.types:
                    fitted = self.value(member, value)
                    if fitted is not _UNFIT:
                        return fitted
                return _UNFIT
            case inspect.StrType():
                return value if isinstance(value, str) and _matches(kind, value) else _UNFIT
            case inspect.BoolType():
                return value if isinstance(value, bool) else _UNFIT
            case inspect.NoneType():
                return value if value is None else _UNFIT
            case inspect.IntType():
                if isinstance(value, float) and value.is_integer() and (value or copysign(1, value) > 0):
                    value = int(value)  # 10.0 is 10; -0.0 is not 0
                return value if _is_integer(value) and (kind.ge or 0) <= value <= (kind.le or 0) else _UNFIT
            case inspect.FloatType():
                if is_large_double(value):
                    value = float(value)  # SQLite's views write 1e16 as an integer
                return value if isinstance(value, float) and isfinite(value) else _UNFIT
            case inspect.RawType():
                return Raw(msgspec.json.encode(value)) if isinstance(value, list) else _UNFIT
            case inspect.ListType():
                return self.elements(kind, value) if isinstance(value, list) else _UNFIT
            case inspect.TupleType():
                return self.fixed(kind.item_types, value) if isinstance(value, list) else _UNFIT
            case inspect.DictType():
                return self.mapping(kind, value) if isinstance(value, dict) else _UNFIT
            case inspect.AnyType():
                return value
            case inspect.StructType():
                return self.inner(kind.cls, value) if isinstance(value, dict) else _UNFIT
        return _UNFIT  # UnsetType: never a value of JSON

    def elements(self, kind: inspect.ListType, values: list[Any]) -> Any:
        if len(values) < (kind.min_length or 0):
            return _UNFIT
        fitted = [self.value(kind.item_type, value) for value in values]
        if not any(value is _UNFIT for value in fitted):
            return fitted
        return list(map(_kept, fitted, values)) if self.keeps_odd(kind.item_type) else _UNFIT

    def fixed(self, item_types: tuple[inspect.Type, ...], values: list[Any]) -> Any:
        if len(values) != len(item_types):
            return _UNFIT
        fitted = tuple(map(self.value, item_types, values))
        return _UNFIT if any(value is _UNFIT for value in fitted) else fitted

    def mapping(self, kind: inspect.DictType, members: dict[str, Any]) -> Any:
        fits = {key: self.value(kind.key_type, key) is not _UNFIT for key in members}
        fitted = {key: self.value(kind.value_type, value) if fits[key] else _UNFIT for key, value in members.items()}
        if not any(value is _UNFIT for value in fitted.values()):
            return fitted
        if not self.keeps_odd(kind.value_type):
            return _UNFIT
        return dict(zip(members, map(_kept, fitted.values(), members.values()), strict=True))

    def keeps_odd(self, kind: inspect.Type) -> bool:
        return not self.whole_lists and _holds_more(kind)

    def inner(self, struct: type, members: dict[str, Any]) -> Any:
        before = self.unread
        try:
            fitted = self.struct(struct, members) if takes_extra(struct) else self.whole(struct, members)
        except TypeError:  # a key that the struct requires is missing
            fitted = _UNFIT
        if fitted is _UNFIT:
            self.unread = before
        return fitted

    def whole(self, struct: type, members: dict[str, Any]) -> Any:
        types = field_types(struct)
        known = {}
        for key, value in members.items():
            if key not in types:
                return _UNFIT
            name, kind = types[key]
            known[name] = self.value(kind, value)
            if known[name] is _UNFIT:
                return _UNFIT
        return struct(**known)


def is_large_double(value: Any) -> bool:
    """Whether an integer of more than 53 bits is just what a double holds, as SQLite writes a whole one."""
    return _is_integer(value) and 2**53 < abs(value) < 2**63 and float(value) == value


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _matches(kind: inspect.StrType, value: str) -> bool:
    return kind.pattern is None or re.search(kind.pattern, value) is not None


def _kept(fitted: Any, value: Any) -> Any:
    return Odd(value) if fitted is _UNFIT else fitted


def _holds_more(kind: inspect.Type) -> bool:
    """Whether a value of the type is an object or contains some: then each element of a list or map has a row.

    Pairs of numbers have none: a feature whose spans are not all pairs is an odd element of its map.
    """
    if isinstance(kind, inspect.UnionType):
        return any(map(_holds_more, kind.types))
    return isinstance(kind, inspect.StructType | inspect.DictType | inspect.ListType)


def sound(items: Iterable[T | Odd]) -> Iterator[T]:
    """The elements of a list or map that are not odd."""
    return (item for item in items if not isinstance(item, Odd))


def given(value: T | UnsetType | None) -> T | None:
    """The value of a nullable field; None if it is null or absent."""
    return None if isinstance(value, UnsetType) else value


def counted(items: Sized | None) -> int | None:
    """The length of an array or map; None without one."""
    return None if items is None else len(items)


def text_or_json(value: Any) -> tuple[str | None, bool]:
    """A string, or any other value as JSON, and whether it is JSON; None for a missing one."""
    is_json = value is not UNSET and not isinstance(value, str)
    return to_json(value) if is_json else given(value), is_json
