"""The types of declared classes → tables by which the compiled core reads JSON (labelstore/core/read.c)."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any, NamedTuple

from msgspec import inspect

from labelstore.formats.lenient_decoding import takes_extra

_MISFIT, _STRUCT_OR_LIST, _MAPPED, _NUMBERED, _AS_JSON, _CLOSED_PATH, _OPEN_PATH, _PLAIN_ARRAY, _POSITIONS = range(9)
_REFUSE, _KEEP, _IGNORE = range(3)
_ANY_NUMBER, _ONLY_INTEGER, _NUMBER_AS_JSON = 1, 2, 3


class Path(Enum):
    """What a list of points is: vertices of a polygon or line, or coordinates of GeoJSON."""

    CLOSED = auto()
    OPEN = auto()
    POSITIONS = auto()


Paths = Mapping[tuple[Any, str], Path]
"""Class and field of points."""

Strangers = Mapping[Any, tuple[str, ...]]
"""Class → keys with which an object is something else, so that the core reads none that has one."""


class Type(NamedTuple):
    """How to read a value, by its first character: the numbers of read.c, and those of types and structs."""

    on_object: int = _MISFIT
    object_of: int = 0
    on_array: int = _MISFIT
    array_of: int = 0
    exactly: int = 0
    """How many elements an array has; 0 for any number, -1 for one or more."""
    on_string: int = 0
    on_number: int = 0
    on_boolean: int = 0
    on_null: int = 0

    def __or__(self, other: "Type") -> "Type":
        """A value of either type, which differ in what they begin with."""
        both = Type(*(one or two for one, two in zip(self, other, strict=True)))
        return both._replace(on_number=_ANY_NUMBER) if self.on_number and other.on_number else both


class Field(NamedTuple):
    """A member of a struct: its key, its type, whether it has to be there."""

    key: str
    type: int
    is_required: bool


class Types:
    """The types that those of some classes lead to. Structs are numbered in the order in which they are met."""

    def __init__(self, paths: Paths, strangers: Strangers) -> None:
        self._paths, self._strangers = paths, strangers
        self.types: list[Type] = [Type()]
        """The first is that of no value at all."""
        self.fields: list[list[Field]] = []
        """By the number of a struct."""
        self.on_others: list[int] = []
        self._numbers: dict[Type, int] = {Type(): 0}
        self._structs: dict[Any, int] = {}
        self._slots: dict[Any, dict[str, int]] = {}

    def struct(self, cls: Any, info: inspect.StructType | None = None) -> int:
        """The number of a struct; `info` is what msgspec says of it, if that was asked."""
        if cls not in self._structs:
            self._structs[cls] = len(self.fields)
            fields: list[Field] = []
            self.fields.append(fields)
            self.on_others.append(_on_others(cls))
            told = inspect.type_info(cls) if info is None else info
            assert isinstance(told, inspect.StructType)
            members = [field for field in told.fields if field.name != "extra"]
            self._slots[cls] = {field.name: place for place, field in enumerate(members)}
            fields.extend(self._fields_of(cls, members))
        return self._structs[cls]

    def slots(self, cls: Any) -> dict[str, int]:
        """The places of the fields of a struct, by their names, of `extra`, and of what a program notes."""
        count = len(self.fields[self.struct(cls)])
        return self._slots[cls] | {"extra": count, "note": count + 1}

    def number(self, found: Type) -> int:
        """The number of a type."""
        if found not in self._numbers:
            self._numbers[found] = len(self.types)
            self.types.append(found)
        return self._numbers[found]

    def of_struct(self, cls: Any, info: inspect.StructType | None = None) -> Type:
        """The type of an object of a class."""
        return Type(on_object=_STRUCT_OR_LIST, object_of=self.struct(cls, info))

    def _fields_of(self, cls: Any, members: Sequence[inspect.Field]) -> Iterator[Field]:
        for field in members:
            path = self._paths.get((cls, field.name))
            found = self._type(field.type) if path is None else self._path(path)
            yield Field(field.encode_name, self.number(found), field.required)
        for key in self._strangers.get(cls, ()):
            yield Field(key, 0, False)

    def _path(self, path: Path) -> Type:
        if path is Path.POSITIONS:  # a single one is a list of its numbers
            return Type(on_array=_POSITIONS, array_of=self.number(Type(on_number=_ANY_NUMBER)), exactly=2)
        return Type(on_array=_CLOSED_PATH if path is Path.CLOSED else _OPEN_PATH)

    def _type(self, kind: inspect.Type) -> Type:
        match kind:
            case inspect.UnionType():
                found = Type()
                for member in kind.types:
                    found |= self._type(member)
                return found
            case inspect.StrType():
                return Type(on_string=1)
            case inspect.BoolType():
                return Type(on_boolean=1)
            case inspect.NoneType():
                return Type(on_null=1)
            case inspect.IntType():
                return Type(on_number=_ONLY_INTEGER)
            case inspect.FloatType():
                return Type(on_number=_ANY_NUMBER)
            case inspect.RawType():
                return Type(on_array=_PLAIN_ARRAY)
            case inspect.ListType(item_type=inspect.AnyType()):
                return Type(on_array=_AS_JSON)
            case inspect.ListType():
                return self._list(kind.item_type)._replace(exactly=-1 if kind.min_length else 0)
            case inspect.TupleType():
                assert all(item == kind.item_types[0] for item in kind.item_types)
                return self._list(kind.item_types[0])._replace(exactly=len(kind.item_types))
            case inspect.DictType():
                return self._map(kind)
            case inspect.StructType():
                return self.of_struct(kind.cls, kind)
            case inspect.AnyType():
                return Type(_AS_JSON, 0, _AS_JSON, 0, 0, 1, _NUMBER_AS_JSON, _AS_JSON, _AS_JSON)
        return Type()  # UnsetType: never a value of JSON

    def _list(self, item: inspect.Type) -> Type:
        return Type(on_array=_STRUCT_OR_LIST, array_of=self.number(self._type(item)))

    def _map(self, kind: inspect.DictType) -> Type:
        if isinstance(kind.value_type, inspect.AnyType):
            return Type(on_object=_AS_JSON)
        is_numbered = isinstance(kind.key_type, inspect.StrType) and kind.key_type.pattern is not None
        values = self.number(self._type(kind.value_type))
        return Type(on_object=_NUMBERED if is_numbered else _MAPPED, object_of=values)


def _on_others(cls: Any) -> int:
    """What the reader does with members that a struct does not declare, as msgspec does."""
    if takes_extra(cls):
        return _KEEP
    return _REFUSE if cls.__struct_config__.forbid_unknown_fields else _IGNORE
