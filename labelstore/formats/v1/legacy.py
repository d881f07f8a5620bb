"""`Label` of the exports of 2018 and 2019 (L0, L1, L2): class name → geometry, without ids or kinds.

Under a class stand its instances, one alone or a list of them, each of them
    well-known text             of all instances of the class, or of one
    [{"x", "y"}, …]             a ring
    {"x", "y"}                  a point
    {"geometry": …}             one of the three; `geometry` may also be null
An object's further members are answers: a text, or a list of texts (a checklist). The same beside the classes answers
a question about the asset. A rectangle is just a polygon of four points, and some early exports count y from the
bottom: nothing is normalised. `Masks`, beside `Label`, has the URL of one picture a class.
"""

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import msgspec

from labelstore.formats.geometry import Wkt, read_wkt
from labelstore.formats.lenient_decoding import Odd, is_large_double, to_json
from labelstore.formats.row_functions import row_maker

if TYPE_CHECKING:
    from labelstore.formats.v1.annotations import AnnotationShredder

Json = dict[str, Any]

_object = row_maker(
    "objects", "object_id end_id label_id ordinal closes opens name kind form classification_count extra"
)
_classification = row_maker(
    "classifications", "classification_id end_id label_id object_id ordinal closes name kind form answer_count"
)
_option = row_maker("answers", "answer_id classification_id ordinal name text")
_EXACT = 2**53


def is_legacy(members: Json) -> bool:
    """Whether what no key of a later `Label` could take is classes."""
    return not any(isinstance(members.get(key), list | dict) for key in ("objects", "classifications", "relationships"))


def shred_legacy(members: Json, label: "AnnotationShredder", first: int = 0) -> tuple[int, int, Json]:
    """Add the rows of the classes that can be read, their objects counted from `first` on.

    Returns how many objects and questions there are, and what is left over.
    """
    shredder = _Legacy(label, first)
    rest = {name: value for name, value in members.items() if not shredder.member(name, value)}
    label.unread += sum(value != [] for value in rest.values())
    return shredder.ordinal - first, shredder.questions, rest


def shred_masks(masks: Json, label: "AnnotationShredder", first: int) -> int:
    """Add the rows of the masks, counted from `first` on; how many there are."""
    shredder = _Legacy(label, first)
    for place, (name, url) in enumerate(masks.items()):
        if isinstance(url, str):
            object_id = label.next()
            label.picture(object_id, url, "map")
            shredder.object(object_id, name, "mask", "mask", (place, len(masks)), {})
        else:
            opens, closes = "" if place else '"Masks":{', "}" if place == len(masks) - 1 else ""
            label.odd(Odd(url), "Masks", place, opens, closes, name)
    return shredder.ordinal - first


class _Legacy:
    """The rows of the classes of one `Label`; `ordinal` is that of the next object."""

    def __init__(self, label: "AnnotationShredder", first: int) -> None:
        self.label, self.ordinal = label, first
        self.questions = 0

    def member(self, name: str, value: Any) -> bool:
        """A class or a question; False if it is neither."""
        label = self.label
        if _is_instance(value):
            self.shape(name, value, None)
        elif isinstance(value, list) and any(_is_instance(item) or _is_ring(item) for item in value):
            for place, item in enumerate(value):
                self.shape(name, item, (place, len(value)))
        elif value != [] and _answer_form(value):
            _question(label, None, self.questions, name, value)
            self.questions += 1
        else:
            return False
        return True

    def shape(self, name: str, value: Any, place: tuple[int, int] | None) -> None:
        """One instance of a class; `place` is its number in the list, and the length of that."""
        if place is not None and not (_is_instance(value) or _is_ring(value)):
            self.label.odd(Odd(value), name, place[0], *_brackets(name, *place))
            return
        object_id = self.label.next()
        if isinstance(value, str) and (wkt := read_wkt(value)):
            self.wkt(object_id, wkt.kind, wkt.parts[0], "wkt", value)
            self.object(object_id, name, wkt.kind, "wkt", place, {})
            self.parts(name, wkt)
        elif _is_ring(value):
            self.label.path("polygon", object_id, to_json(value), "ring")
            self.object(object_id, name, "polygon", "ring", place, {})
        elif "geometry" in value:
            self.item(object_id, name, value, place)
        else:
            self.label.point(object_id, float(value["x"]), float(value["y"]), "position")
            self.object(object_id, name, "point", "position", place, _without(value, "x", "y"))

    def item(self, object_id: int, name: str, item: Json, place: tuple[int, int] | None) -> None:
        geometry, others = item["geometry"], _without(item, "geometry")
        if isinstance(geometry, str) and (wkt := read_wkt(geometry)):
            self.wkt(object_id, wkt.kind, wkt.parts[0], "wkt_item", geometry)
            self.object(object_id, name, wkt.kind, "item", place, others)
            self.parts(name, wkt)
        elif _is_ring(geometry):
            self.label.path("polygon", object_id, to_json(geometry), "item")
            self.object(object_id, name, "polygon", "item", place, others)
        elif _is_position(geometry):
            more = _without(geometry, "x", "y")
            extra = to_json(more) if more else None
            self.label.point(object_id, float(geometry["x"]), float(geometry["y"]), "item", extra=extra)
            self.object(object_id, name, "point", "item", place, others)
        else:
            self.object(object_id, name, "unknown", "item", place, others, {"geometry": geometry})

    def wkt(self, object_id: int, kind: str, coordinates: str, form: str, text: str | None) -> None:
        if kind == "point":
            x, y = msgspec.json.decode(coordinates) or (None, None)
            self.label.point(object_id, x, y, form, text)
        else:
            self.label.path(kind, object_id, coordinates, form, text)

    def parts(self, name: str, wkt: Wkt) -> None:
        """The further points or lines of a text are objects of their own, of which nothing more is written."""
        for coordinates in wkt.parts[1:]:
            object_id = self.label.next()
            self.wkt(object_id, wkt.kind, coordinates, "wkt", None)
            self.object(object_id, name, wkt.kind, "part", None, {})

    def object(
        self,
        object_id: int,
        name: str,
        kind: str,
        form: str,
        place: tuple[int, int] | None,
        others: Json,
        extra: Json | None = None,
    ) -> None:
        """The row of an object, and those of its answers among `others`; what is none of them is its extra."""
        label = self.label
        answers = {key: value for key, value in others.items() if _answer_form(value)}
        extra = {**(extra or {}), **_without(others, *answers)}
        label.unread += len(extra)
        for ordinal, (question, value) in enumerate(answers.items()):
            _question(label, object_id, ordinal, question, value)
        label.seen_kinds.add(kind)
        label.objects_total += 1
        label.rows["objects"].append(
            _object(
                object_id,
                label.next() if answers else None,
                label.label_id,
                self.ordinal,
                place is not None and place[0] == place[1] - 1,
                None if place is None else place[0] == 0,
                name,
                kind,
                form,
                len(answers) or None,
                to_json(extra) if extra else None,
            )
        )
        self.ordinal += 1


def _brackets(name: str, place: int, count: int) -> tuple[str, str]:
    """The text around an element of a class's list."""
    return to_json(name) + ":[" if place == 0 else "", "]" if place == count - 1 else ""


def _question(label: "AnnotationShredder", object_id: int | None, ordinal: int, name: str, value: Any) -> None:
    """A question and its answers: a text, or the options of a checklist."""
    form = _answer_form(value)
    options: Sequence[str] = [value] if form == "scalar" else value
    classification_id = label.next()
    for place, text in enumerate(options):
        option = None if form == "scalar" else text
        label.rows["answers"].append(_option(label.next(), classification_id, place, option, text))
    label.rows["classifications"].append(
        _classification(
            classification_id,
            label.next() if options else None,
            label.label_id,
            object_id,
            ordinal,
            0,
            name,
            "text" if form == "scalar" else "checklist",
            form,
            len(options),
        )
    )


def _answer_form(value: Any) -> str | None:
    """scalar for a text, list for a list of texts, None for anything else."""
    if isinstance(value, str):
        return "scalar"
    return "list" if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


def _is_instance(value: Any) -> bool:
    """Whether it can only be an instance of a class: in its list, or alone."""
    if isinstance(value, str):
        return read_wkt(value) is not None
    return isinstance(value, dict) and ("geometry" in value or _is_position(value))


def _is_ring(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_vertex, value))


def _is_vertex(value: Any) -> bool:
    return isinstance(value, dict) and "x" in value and "y" in value


def _is_position(value: Any) -> bool:
    return isinstance(value, dict) and _is_number(value.get("x")) and _is_number(value.get("y"))


def _is_number(value: Any) -> bool:
    """Whether a DOUBLE column holds it exactly."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and (abs(value) <= _EXACT or is_large_double(value))


def _without(members: Json, *keys: str) -> Json:
    return {key: value for key, value in members.items() if key not in keys}
