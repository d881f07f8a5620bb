"""`Label` of the exports of 2018 and 2019 (L0, L1, L2): class name → geometry, without ids or kinds.

Three shapes stand under a class: one string of well-known text, a list of rings of {"x", "y"}, or a list of items
with `geometry` (either of the two) and further answers beside it. A scalar beside the classes answers a question.
A rectangle is just a polygon of four points, and some early exports count y from the bottom: nothing is normalised.
"""

from typing import TYPE_CHECKING, Any

from labelstore.formats.fitting import to_json
from labelstore.formats.geometry import read_wkt

if TYPE_CHECKING:
    from labelstore.formats.v1.annotations import AnnotationShredder


def shred_legacy(members: dict[str, Any], label: "AnnotationShredder") -> tuple[int, int, dict[str, Any]]:
    """Add the rows of the classes that can be read; how many objects and questions, and what is left over."""
    rest: dict[str, Any] = {}
    objects = questions = 0
    for name, value in members.items():
        if isinstance(value, str) and (geometry := read_wkt(value)):
            objects += _shape(label, objects, name, "wkt", geometry, value, None)
        elif isinstance(value, str):
            _question(label, questions, name, value)
            questions += 1
        elif isinstance(value, list) and value and all(_is_ring(item) for item in value):
            for place, ring in enumerate(value):
                objects += _shape(
                    label, objects, name, "ring", ("polygon", to_json(ring)), None, None, place, len(value)
                )
        elif isinstance(value, list) and value and (items := [_item(item) for item in value]) and all(items):
            for place, item in enumerate(items):
                assert item is not None
                objects += _shape(label, objects, name, *item, place, len(value))
        else:
            rest[name] = value
    return objects, questions, rest


def _item(value: Any) -> tuple[str, tuple[str, str], str | None, dict[str, Any] | None] | None:
    """Form, geometry, well-known text and further members of one item of a class; None if it is something else."""
    if not isinstance(value, dict):
        return None
    geometry = value.get("geometry")
    others = {key: member for key, member in value.items() if key != "geometry"} or None
    if isinstance(geometry, str) and (read := read_wkt(geometry)):
        return "wkt_item", read, geometry, others
    if _is_ring(geometry):
        return "item", ("polygon", to_json(geometry)), None, others
    return None


def _is_ring(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(vertex, dict) and vertex.keys() == {"x", "y"} for vertex in value)
    )


def _shape(
    label: "AnnotationShredder",
    ordinal: int,
    name: str,
    form: str,
    geometry: tuple[str, str],
    wkt: str | None,
    others: dict[str, Any] | None,
    place: int | None = None,
    count: int = 0,
) -> int:
    kind, coordinates = geometry
    object_id = label.next()
    if kind == "point":
        x, y = (float(number) for number in coordinates.strip("[]").split(","))
        label.rows["points"].append((object_id, x, y, form, wkt, None))
    else:
        label.path(kind + "s", object_id, coordinates, form, wkt)
    label.seen_kinds.add(kind)
    object_form = "item" if form == "wkt_item" else form
    label.rows["objects"].append(
        (
            object_id,
            None,
            label.label_id,
            None,
            None,
            ordinal,
            place is not None and place == count - 1,
            place == 0,
            None,
            None,
            None,
            name,
            None,
            kind,
            None,
            object_form,
            *(None,) * 12,
            to_json(others) if others else None,
        )
    )
    return 1


def _question(label: "AnnotationShredder", ordinal: int, name: str, text: str) -> None:
    classification_id, answer_id = label.next(), label.next()
    label.rows["answers"].append((answer_id, None, classification_id, 0, *(None,) * 4, text, *(None,) * 6))
    label.rows["classifications"].append(
        (
            classification_id,
            label.next(),
            label.label_id,
            *(None,) * 5,
            ordinal,
            None,
            0,
            None,
            None,
            name,
            None,
            "text",
            *(None,) * 5,
            "scalar",
            1,
            None,
        )
    )
