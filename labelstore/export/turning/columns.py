"""A JSON object of one generation as one of another: the keys that go to the same columns of the store."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar

from msgspec import UNSET

from labelstore.export.turning.ledger import UNKNOWN_KEYS
from labelstore.formats.declaration import DECLARATIONS

T = TypeVar("T")

_EXACT: Final = 2**53

Told = Callable[[str], None]
"""Is called with each thing that has no counterpart."""


def says(value: Any) -> bool:
    """Whether a member says anything: it is there, not null, and not empty."""
    return value is not None and value is not UNSET and value not in ([], {})


def turned(item: Any, target: type[T], told: Told, *, apart: tuple[str, ...] = (), **others: Any) -> T:
    """A `target` with what it has of an object of another generation, and with `others`.

    The fields `apart` are the caller's business.
    """
    source: Any = type(item)
    into: Any = target
    shared, without = _fields(source, into, (*apart, *others))
    for name, json_key in without:
        if says(getattr(item, name)):
            told(f'without "{json_key}"')
    tell_unknown(item, told)
    found = {name: _spelled(name, value, target) for name in shared if says(value := getattr(item, name))}
    return made(target, **found, **others)


def made(cls: type[T], **members: Any) -> T:
    """An object of a generation, with those of the members that are there."""
    return cls(**{name: whole(value) for name, value in members.items() if value is not None})


def whole(value: Any) -> Any:
    """A whole number without a fraction, as the engines do not agree about it; -0.0 is not 0."""
    if type(value) is float and value.is_integer() and 0 < abs(value) <= _EXACT:
        return int(value)
    return value


def tell_unknown(item: Any, told: Told, *apart: str) -> None:
    """Tell of members that the declaration of an object does not know, but for those with the keys `apart`."""
    members = {} if item.extra is None else item.extra.members
    if any(says(value) for key, value in members.items() if key not in apart):
        told(UNKNOWN_KEYS)


def tell_without(item: Any, names: tuple[str, ...], told: Told) -> None:
    """Tell which of these fields say something."""
    declared = [of for base in type(item).__mro__ if (of := DECLARATIONS.get(base))]
    for name in names:
        if says(getattr(item, name)):
            told(f'without "{next(of.json_key(name) for of in declared if name in of.members)}"')


@cache
def _fields(source: Any, target: Any, apart: tuple[str, ...]) -> tuple[list[str], list[tuple[str, str]]]:
    """The fields that both have columns for, and those of the first with their keys that the other lacks."""
    one, other = DECLARATIONS[source], DECLARATIONS[target]
    there = {name for name, _ in other.of("key")}
    names = [name for name, _ in one.of("key") if name not in apart]
    return (
        [name for name in names if name in there],
        [(name, one.json_key(name)) for name in names if name not in there],
    )


def _spelled(name: str, value: Any, target: type) -> Any:
    """Times end in Z in v1, in +00:00 in v2."""
    if name.endswith("_at") and isinstance(value, str):
        return time_in(value, target.__module__.split(".")[-2])
    return value


def time_in(time: str, generation: str) -> str:
    """A time in UTC as a generation spells it."""
    for end in ("Z", "+00:00"):
        if time.endswith(end):
            return time.removesuffix(end) + ("Z" if generation == "v1" else "+00:00")
    return time
