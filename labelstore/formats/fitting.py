"""Fitting a record of an unexpected shape into the structs of a format, with everything else kept aside.

A format is declared as `msgspec` structs that refuse unknown keys and unexpected types; nearly every record decodes
straight into them. One that does not is decoded into plain Python values and fitted here: each member that its
struct can take goes in, the others go verbatim into the struct's `extra`. A struct without an `extra` field takes a
value as a whole or not at all. So both ways end in the same structs, and there is one way from structs to rows.
"""

import re
from collections.abc import Sized
from functools import cache
from math import isfinite
from typing import Annotated, Any, TypeVar

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
    """The members of a JSON object that its struct could not take. Never decoded: JSON has no value of this type.

    `digest` is that of the whole object, if it lacks the id that it is known by.
    """

    __slots__ = ("digest", "members")

    def __init__(self, members: dict[str, Any], digest: str | None = None) -> None:
        self.members, self.digest = members, digest


class Odd(Extra):
    """The `extra` of a struct that stands for a value which is no object, such as a null in a map; `value` is that.

    Only structs that say `takes_any` stand for one, so that it does not take those beside it out of their rows.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        super().__init__({})
        self.value = value


class Misfit(Exception):
    """A record decodes into its structs but says something that their rows cannot hold: fit it instead."""


class _Unfit:
    pass


_UNFIT = _Unfit()


def to_json(value: Any) -> str:
    """JSON text of a decoded value; integers of any length and doubles come out exactly."""
    return msgspec.json.encode(value).decode()


def extra_json(extra: Extra | None, **members: Any) -> str | None:
    """The JSON object for an `extra` column: what was kept aside, and further members that are not None."""
    if extra is None and not members:
        return None
    if isinstance(extra, Odd):
        return to_json(extra.value)
    kept = {} if extra is None else dict(extra.members)
    kept.update((key, value) for key, value in members.items() if value is not None)
    return to_json(kept) if kept else None


def fit(struct: type[T], members: dict[str, Any]) -> T:
    """Make a `struct` of the members that fit, with the others in its `extra`.

    Where a struct names `exclusive` keys, only the first of them that fits is taken: an object has one geometry. One
    that is `known_by_id` and lacks its id gets a digest of its content.
    """
    types = _field_types(struct)  # type: ignore[arg-type]
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, value in members.items():
        name, kind = types.get(key, ("", None))
        fitted = _UNFIT if kind is None else _fit_value(kind, value)
        if fitted is _UNFIT:
            extra[key] = value
        else:
            known[name] = fitted
    for key in _surplus(struct, known):
        del known[types[key][0]]
        extra[key] = members[key]
    digest = content_digest(members) if getattr(struct, "known_by_id", False) and "id" not in known else None
    if extra or digest:
        known["extra"] = Extra(extra, digest)
    return struct(**known)


def unfitted(value: Any) -> Any:
    """The plain JSON value that a struct or a list of structs was made of; its members in the struct's order."""
    if isinstance(value, list | tuple):
        return [unfitted(item) for item in value]
    if isinstance(value, dict):
        return {key: unfitted(item) for key, item in value.items()}
    if not isinstance(value, msgspec.Struct):
        return value
    members = {
        field.encode_name: unfitted(item)
        for field in msgspec.structs.fields(value)
        if field.name != "extra" and (item := getattr(value, field.name)) is not field.default
    }
    extra = getattr(value, "extra", ABSENT)
    return members if extra is ABSENT else members | extra.members


def _surplus(struct: type, known: dict[str, Any]) -> list[str]:
    exclusive: tuple[str, ...] = getattr(struct, "exclusive", ())
    names = {name: key for key, (name, _) in _field_types(struct).items()}
    return [names[name] for name in exclusive if name in known][1:]


@cache
def _field_types(struct: type) -> dict[str, tuple[str, inspect.Type]]:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: (field.name, field.type) for field in info.fields if field.name != "extra"}


@cache
def _takes_extra(struct: type) -> bool:
    return any(field.name == "extra" for field in msgspec.structs.fields(struct))


def _fit_value(kind: inspect.Type, value: Any) -> Any:
    match kind:
        case inspect.UnionType():
            for member in kind.types:
                fitted = _fit_value(member, value)
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
            return value if _is_integer(value) and (kind.ge or 0) <= value <= (kind.le or 0) else _UNFIT
        case inspect.FloatType():
            return value if isinstance(value, float) and isfinite(value) else _UNFIT
        case inspect.RawType():
            return Raw(msgspec.json.encode(value)) if isinstance(value, list) else _UNFIT
        case inspect.ListType():
            return _fit_list(kind, value) if isinstance(value, list) else _UNFIT
        case inspect.TupleType():
            return _fit_tuple(kind.item_types, value) if isinstance(value, list) else _UNFIT
        case inspect.DictType():
            return _fit_map(kind, value) if isinstance(value, dict) else _UNFIT
        case inspect.AnyType():
            return value
        case inspect.StructType():
            if isinstance(value, dict):
                return _fit_struct(kind.cls, value)
            return kind.cls(extra=Odd(value)) if getattr(kind.cls, "takes_any", False) else _UNFIT
    return _UNFIT  # UnsetType: never a value of JSON


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _fit_list(kind: inspect.ListType, values: list[Any]) -> Any:
    if len(values) < (kind.min_length or 0):
        return _UNFIT
    fitted = [_fit_value(kind.item_type, value) for value in values]
    return _UNFIT if any(value is _UNFIT for value in fitted) else fitted


def _fit_tuple(item_types: tuple[inspect.Type, ...], values: list[Any]) -> Any:
    if len(values) != len(item_types):
        return _UNFIT
    fitted = tuple(map(_fit_value, item_types, values))
    return _UNFIT if any(value is _UNFIT for value in fitted) else fitted


def _fit_map(kind: inspect.DictType, members: dict[str, Any]) -> Any:
    fitted = {key: _fit_value(kind.value_type, value) for key, value in members.items()}
    keys_fit = all(_fit_value(kind.key_type, key) is not _UNFIT for key in members)
    return fitted if keys_fit and all(value is not _UNFIT for value in fitted.values()) else _UNFIT


def _matches(kind: inspect.StrType, value: str) -> bool:
    return kind.pattern is None or re.search(kind.pattern, value) is not None


def _fit_struct(struct: type, members: dict[str, Any]) -> Any:
    try:
        return fit(struct, members) if _takes_extra(struct) else _fit_whole(struct, members)
    except TypeError:  # a key that the struct requires is missing
        return _UNFIT


def _fit_whole(struct: type, members: dict[str, Any]) -> Any:
    types = _field_types(struct)
    known = {}
    for key, value in members.items():
        if key not in types:
            return _UNFIT
        name, kind = types[key]
        known[name] = _fit_value(kind, value)
        if known[name] is _UNFIT:
            return _UNFIT
    return struct(**known)


def given(value: T | UnsetType | None) -> T | None:
    """The value of a field that tells absent from null, with None for both."""
    return None if isinstance(value, UnsetType) else value


def counted(items: Sized | None) -> int | None:
    """The length of an array or map; None without one."""
    return None if items is None else len(items)


def text_or_json(value: Any) -> tuple[str | None, bool]:
    """A string, or any other value as JSON, and whether it is JSON; None for a missing one."""
    is_json = value is not UNSET and not isinstance(value, str)
    return to_json(value) if is_json else given(value), is_json
