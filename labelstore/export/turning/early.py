"""Annotations of 2018 and 2019, which stand under the names of their classes, as v2 has them."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Raw

from labelstore.export.annotations import Annotations as Read
from labelstore.export.annotations import Answer as ReadAnswer
from labelstore.export.annotations import Object as ReadObject
from labelstore.export.constructs import HOLE, LABEL_QUESTION, OBJECT_QUESTION, construct_of
from labelstore.export.shapes import Ring, parts_of, points_of
from labelstore.export.turning.annotations_to_v2 import OF_A_LOST_OBJECT
from labelstore.export.turning.columns import made
from labelstore.export.turning.ledger import Ledger
from labelstore.export.turning.words import V1_TO_V2, Shape, machine_name
from labelstore.formats.kinds import V1_KEYS
from labelstore.formats.v2.labels import Annotations
from labelstore.formats.v2.objects import Mask, Object, Point
from labelstore.formats.v2.questions import Answer, Classification

_KEYS = {kind: V1_TO_V2[key] for key, kind in V1_KEYS.items()}


def early_annotations(parts: Iterable[Read], ledger: Ledger) -> Annotations:
    """What stands in a label; what has well-known text, several parts or holes is more than v2 has for one object."""
    found = Annotations(objects=[], classifications=[], relationships=[])
    for part in parts:
        found.classifications += _questions(part.answers, LABEL_QUESTION, ledger)
        for one in part.objects:
            found.objects += _objects(one, ledger)
    return found


def _objects(one: ReadObject, ledger: Ledger) -> list[Object]:
    """An object, or one for each of its parts."""
    construct, shapes = construct_of(one.kind), list(_shapes(one, ledger))
    with ledger.losing("" if shapes else OF_A_LOST_OBJECT):
        questions = _questions(one.answers, OBJECT_QUESTION, ledger)
    if not shapes:
        ledger.left_out(construct, "without a shape that v2 knows")
        return []
    ledger.kept(construct)
    if len(shapes) > 1:
        ledger.changed(construct, "as an object for each of its parts")
    word = Shape(one.kind, "image").word
    return [
        made(
            Object,
            name=one.name,
            value=machine_name(one.name),
            annotation_kind=word,
            classifications=questions,
            **{_KEYS[one.kind]: shape},
        )
        for shape in shapes
    ]


def _shapes(one: ReadObject, ledger: Ledger) -> Iterator[Any]:
    if one.kind == "polygon":
        for part in parts_of(one):
            if part.holes:
                ledger.left_out(HOLE, "v2 has no holes", count=len(part.holes))
            yield _vertices([*part.outline, part.outline[0]])
    elif one.kind in ("polyline", "point"):
        for ring in points_of(one):
            yield Point(x=ring[0][0], y=ring[0][1]) if one.kind == "point" else _vertices(ring)
    elif one.kind == "mask" and one.url is not None:
        yield Mask(url=one.url)


def _vertices(ring: Ring) -> Raw:
    return Raw(msgspec.json.encode([{"x": x, "y": y} for x, y in ring]))


def _questions(answers: Iterable[ReadAnswer], construct: str, ledger: Ledger) -> list[Classification]:
    found = []
    for _, some in groupby(answers, lambda one: one.classification_id):
        options = list(some)
        ledger.kept(construct)
        given = [one for one in options if one.answer_id is not None]
        if options[0].kind == "text":
            said: dict[str, Any] = {"text_answer": made(Answer, text=given[0].text if given else None)}
        else:
            chosen = [made(Answer, name=one.name, value=machine_name(one.name), classifications=[]) for one in given]
            said = {"checklist_answers": chosen}
        name = options[0].question
        found.append(made(Classification, name=name, value=machine_name(name), **said))
    return found
