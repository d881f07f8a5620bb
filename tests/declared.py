"""Records made from the declarations of the formats: for each place of each object, and each value of a key.

A place is one way from the root of a record to a struct; no struct comes more than twice on it. What stands on the way
has only the members that it must have.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from msgspec import inspect

from labelstore.formats.v1 import record as v1
from labelstore.formats.v2 import record as v2

ROOTS: dict[str, type] = {"v1": v1.Element, "v2": v2.Line, "frames": v1.Frame}
"""Generation → the struct of its records."""

TOLD_BY = {"data_row", "frameNumber"}
"""Keys without which, or with another kind of value, a JSON object is no record of its generation."""

Json = Any


@dataclass(frozen=True)
class Field:
    """A declared member of a struct."""

    struct: type
    key: str
    type: inspect.Type
    required: bool
    exclusive: bool
    """Whether it is one of those of which an object has one at a time."""

    def __str__(self) -> str:
        return f"{self.struct.__module__.split('.')[-2]}.{self.struct.__name__}.{self.key}"


@dataclass(frozen=True)
class Place:
    """Where a struct can stand: `around` gives the members of the record that has the JSON object there."""

    pointer: str
    struct: type
    around: Callable[[Json], dict[str, Json]]
    depth: int
    """How often the struct comes on the way, itself included."""


@cache
def fields(struct: type) -> list[Field]:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    exclusive = getattr(struct, "exclusive", ())
    return [
        Field(struct, field.encode_name, field.type, field.required, field.name in exclusive)
        for field in info.fields
        if field.name != "extra"
    ]


def places(root: type) -> Iterator[Place]:
    """All places of all structs of a record, the root first."""
    todo: list[tuple[Place, tuple[type, ...]]] = [(Place("", root, lambda members: members, 1), (root,))]
    while todo:
        place, way = todo.pop()
        yield place
        for field in fields(place.struct):
            for step, struct, wrap in _steps(field.type):
                depth = way.count(struct) + 1
                if depth <= 2:
                    inner = Place(f"{place.pointer}/{field.key}{step}", struct, _within(place, field, wrap), depth)
                    todo.append((inner, (*way, struct)))


def _within(place: Place, field: Field, wrap: Callable[[Json], Json]) -> Callable[[Json], dict[str, Json]]:
    return lambda inner: place.around(smallest(place.struct) | {field.key: wrap(inner)})


def _listed(wrap: Callable[[Json], Json], inner: Json) -> Json:
    return [wrap(inner)]


def _mapped(key: Json, wrap: Callable[[Json], Json], inner: Json) -> Json:
    return {key: wrap(inner)}


def _steps(kind: inspect.Type) -> Iterator[tuple[str, type, Callable[[Json], Json]]]:
    """The structs that a value of a type holds next: how it is written, the struct, and the value around it."""
    match kind:
        case inspect.StructType():
            yield "", kind.cls, lambda inner: inner
        case inspect.ListType():
            for step, struct, wrap in _steps(kind.item_type):
                yield f"/*{step}", struct, partial(_listed, wrap)
        case inspect.DictType():
            key = next(proper(kind.key_type))
            for step, struct, wrap in _steps(kind.value_type):
                yield f"/*{step}", struct, partial(_mapped, key, wrap)
        case inspect.UnionType():
            for member in kind.types:
                yield from _steps(member)


@dataclass(frozen=True)
class Container:
    """A list or map of which each element has rows; `around` makes the value of the field of its elements."""

    step: str
    good: tuple[Json, Json]
    key_type: inspect.Type | None
    least: int
    around: Callable[[Json], Json]


def containers(kind: inspect.Type) -> Iterator[Container]:
    """The lists and maps in the type of a field down to the next struct, those of plain values left out."""
    match kind:
        case inspect.ListType() | inspect.DictType():
            item = kind.item_type if isinstance(kind, inspect.ListType) else kind.value_type
            key_type = kind.key_type if isinstance(kind, inspect.DictType) else None
            if not _has_rows(item):
                return
            values = list(proper(item))
            least = kind.min_length or 0
            yield Container("/*", (values[0], values[-1]), key_type, least, lambda inner: inner)
            for inner in containers(item):
                key = None if key_type is None else next(proper(key_type))
                yield Container(
                    f"/*{inner.step}", inner.good, inner.key_type, inner.least,
                    partial(_listed, inner.around) if key is None else partial(_mapped, key, inner.around),
                )  # fmt: skip
        case inspect.UnionType():
            for member in kind.types:
                yield from containers(member)


def _has_rows(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.UnionType):
        return any(map(_has_rows, kind.types))
    return isinstance(kind, inspect.StructType | inspect.ListType | inspect.DictType)


def smallest(struct: type) -> dict[str, Json]:
    """A JSON object with the members that a struct requires."""
    return {field.key: next(proper(field.type)) for field in fields(struct) if field.required}


def proper(kind: inspect.Type) -> Iterator[Json]:
    """Values that a type takes."""
    match kind:
        case inspect.StrType():
            texts = ("plain", "", "5", 'it\'s \\ "ü"\x00')
            yield from (text for text in texts if kind.pattern is None or re.search(kind.pattern, text))
        case inspect.BoolType():
            yield from (True, False)
        case inspect.NoneType():
            yield None
        case inspect.IntType():
            yield from (3, 0, -1)
        case inspect.FloatType():
            yield from (2.5, 0.0)
        case inspect.RawType():
            yield from ([{"x": 1, "y": 2.5}], [], [1, 2], [[1, 2], [3.5, 4]], [[[1, 2], [3, 4], [1, 2]]])
        case inspect.AnyType():
            yield from any_json(0)
        case inspect.ListType():
            items = list(proper(kind.item_type))
            yield [items[0]]
            if not kind.min_length:
                yield []
            yield from ([item] for item in items[1:])
            yield items
        case inspect.TupleType():
            yield [next(proper(item)) for item in kind.item_types]
        case inspect.DictType():
            keys, items = list(proper(kind.key_type)), list(proper(kind.value_type))
            yield {keys[0]: items[0]}
            yield {}
            yield from ({key: item} for key in keys for item in items)
            yield dict.fromkeys(keys, items[-1])
        case inspect.UnionType():
            for member in kind.types:
                yield from proper(member)
        case inspect.StructType():
            yield smallest(kind.cls)


def any_json(number: int) -> list[Json]:
    """A value of each kind of JSON: of the wrong type for nearly every field."""
    return [
        None, True, False, 7, -0.5, 2**70, 1e300, f"text {number}", "", [], {}, [None], [{}], [[]], ["a", 1],
        {"": None}, {"a": {}}, {"5": 1}, {"5": {}}, {"a": [[1, 2]]},
    ]  # fmt: skip


def with_one_field(generation: str, number: int) -> Iterator[tuple[str, dict[str, Json]]]:
    """(Place, record) for each field of each struct with each value, proper or not, where the struct first comes.

    At its other places the field has one proper value, null and one of any type in turn.
    """
    seen: set[type] = set()
    for place in places(ROOTS[generation]):
        if place.depth > 1:
            continue
        is_first = place.struct not in seen
        seen.add(place.struct)
        for field in fields(place.struct):
            values, others = list(proper(field.type)), any_json(number)
            for value in values + others if is_first else (values[0], None, others[number % len(others)]):
                if field.key in TOLD_BY and not _is_record(field.key, value):
                    continue
                number += 1
                record = place.around(smallest(place.struct) | {field.key: value})
                yield f"{place.pointer}/{field.key}", named(record, generation, number)


def with_all_fields(generation: str, number: int) -> Iterator[tuple[str, dict[str, Json]]]:
    """(Place, record) for each place of each struct: with all fields proper, all null, all of another type, in turn.

    Of the keys of which an object has one at a time, each takes its turn.
    """
    for place in places(ROOTS[generation]):
        exclusive = [field.key for field in fields(place.struct) if field.exclusive]
        for one in exclusive or ("",):
            for turn in range(3):
                members = smallest(place.struct)
                for field in fields(place.struct):
                    if field.exclusive and field.key != one:
                        continue
                    values, others = list(proper(field.type)), any_json(number)
                    value = (values[number % len(values)], None, others[number % len(others)])[turn]
                    if field.key not in TOLD_BY or _is_record(field.key, value):
                        members[field.key] = value
                number += 1
                yield f"{place.pointer} ({one or 'all'})", named(place.around(members), generation, number)


def _is_record(key: str, value: Json) -> bool:
    if key == "frameNumber":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return isinstance(value, dict)


def named(record: dict[str, Json], generation: str, number: int) -> dict[str, Json]:
    """The record with ids of its own, so that no other replaces it, but for values that are no ids."""
    if generation == "frames":
        return record | {"frameNumber": number}
    if generation == "v1":
        more = {"Labeled Data": f"https://storage.example.com/{number}.jpg"} | record
        more["ID"] = f"label {number}" if isinstance(record.get("ID", ""), str) else record["ID"]
        return more
    row = {"row_data": f"https://storage.example.com/{number}.jpg"} | record["data_row"]
    if isinstance(row.get("id", ""), str):
        row["id"] = f"row {number}"
    elif not isinstance(row["row_data"], str):
        row["external_id"] = f"external {number}"
    record = record | {"data_row": row}
    for place, label in enumerate(v2_labels(record)):
        if isinstance(label.get("id"), str):
            label["id"] = f"label {number}-{place}"
    return record


def v2_labels(value: Json) -> Iterator[dict[str, Json]]:
    """The labels and predictions of a v2 line, wherever lists of them stand."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for key, item in value.items() if isinstance(value, dict) else ():
        if key in ("labels", "predictions") and isinstance(item, list):
            yield from (label for label in item if isinstance(label, dict))
    for item in items:
        yield from v2_labels(item)
