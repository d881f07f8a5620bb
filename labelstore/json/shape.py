"""The shape of JSON values, learned from some of them, as a type into which msgspec decodes others like these.

Structs are decoded, compared and encoded in half the time of dicts. No place has both booleans and numbers, so `==`
takes none for the other; what does not fit is refused.
"""

import re
from typing import Any, Union

from msgspec import UNSET, UnsetType, defstruct

_KEYS = 64
"""An object with more keys is a map, whose values have one shape, and so is one that has only objects."""
_ELEMENTS = 16
"""So many elements of an array are looked at."""
_DEPTH = 32

_NUMBER = int | float
_TYPES: dict[type, Any] = {bool: bool, int: _NUMBER, float: _NUMBER, str: str, type(None): None}
_OTHER: dict[Any, Any] = {bool: _NUMBER, _NUMBER: bool}
"""What does not go with what."""
_unnameable = re.compile(r'["\\\x00-\x1f]').search
"""A key that msgspec does not take as the name of a field."""


class Shape:
    """What the values at one place of JSON texts were."""

    __slots__ = ("_elements", "_members", "_scalars", "_values")

    def __init__(self) -> None:
        self._scalars: list[Any] = []
        self._elements: Shape | None = None
        self._members: dict[str, Shape] | None = None
        self._values: Shape | None = None

    def learn(self, value: Any, depth: int = 0) -> bool:
        """Take a decoded value into account; whether it told something new."""
        if depth == _DEPTH:
            return False
        if isinstance(value, dict):
            return self._learn_object(value, depth + 1)
        if isinstance(value, list):
            is_new = self._elements is None
            elements = self._elements = self._elements or Shape()
            for element in value[:_ELEMENTS]:
                is_new |= elements.learn(element, depth + 1)
            return is_new
        kind = _TYPES[type(value)]
        if kind in self._scalars or _OTHER.get(kind, kind) in self._scalars:
            return False
        self._scalars.append(kind)
        return True

    def _learn_object(self, value: dict[str, Any], depth: int) -> bool:
        is_new = self._members is None
        members = self._members = self._members or {}
        if (
            self._values is None
            and not members
            and value
            and all(isinstance(member, dict) for member in value.values())
        ):
            self._values = Shape()
        for key, member in value.items():
            shape = self._values or members.get(key)
            if shape is None:
                if _unnameable(key):
                    continue
                shape, is_new = members.setdefault(key, Shape()), True
                if len(members) > _KEYS:
                    shape = self._values = Shape()
            is_new |= shape.learn(member, depth)
        return is_new

    def as_type(self) -> Any:
        """The type of such values."""
        types = [*self._scalars]
        if self._elements is not None:
            types.append(list[self._elements.as_type()])  # type: ignore[misc]
        if self._values is not None:
            types.append(dict[str, self._values.as_type()])  # type: ignore[misc]
        elif self._members is not None:
            names = {f"member{number}": key for number, key in enumerate(self._members)}
            shapes = zip(names, self._members.values(), strict=True)
            fields = [(name, Union[shape.as_type(), UnsetType], UNSET) for name, shape in shapes]  # noqa: UP007
            types.append(defstruct("Object", fields, rename=names, forbid_unknown_fields=True, gc=False))
        return Union[tuple(types)] if types else None  # noqa: UP007
