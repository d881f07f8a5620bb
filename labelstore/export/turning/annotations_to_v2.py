"""The annotations of a v1 label, or of a frame of it, as v2 has them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Raw

from labelstore.export.constructs import (
    FRAME_QUESTION,
    KEY_FRAME,
    LABEL,
    LABEL_QUESTION,
    OBJECT_QUESTION,
    RELATIONSHIP,
    construct_of,
)
from labelstore.export.turning.columns import made, tell_unknown, tell_without, turned
from labelstore.export.turning.ledger import Ledger
from labelstore.export.turning.shapes_to_v2 import shape_in_v2
from labelstore.export.turning.words import Shape, framed, named, related_kind
from labelstore.formats.lenient_decoding import Odd, unfitted
from labelstore.formats.v1 import objects as v1_objects
from labelstore.formats.v1 import questions as v1_questions
from labelstore.formats.v1 import relationships as v1_relationships
from labelstore.formats.v1.record import Frame as V1Frame
from labelstore.formats.v2.labels import Annotations, Frame
from labelstore.formats.v2.objects import Object
from labelstore.formats.v2.questions import Answer, Classification
from labelstore.formats.v2.relationships import Ends, Relationship

OF_A_LOST_OBJECT: Final = "of an object that is left out"
_DIRECTIONS: Final = ("unidirectional", "bidirectional")
_encode = msgspec.json.Encoder().encode


class AnnotationsToV2:
    """Turns the annotations of one label."""

    def __init__(self, ledger: Ledger, asset_type: str) -> None:
        self.ledger = ledger
        self.asset_type = asset_type
        self._frame: int | None = None
        self._seen: dict[str, list[int]] = defaultdict(list)
        """The objects in frames → the numbers of these."""
        self._keys: dict[str, dict[int, bool | None]] = defaultdict(dict)
        """What stands in frames → whether these are its key frames."""

    def whole(self, body: Any) -> Annotations:
        """Of a label without frames."""
        objects = self.objects(body.objects)
        return Annotations(
            objects=objects,
            classifications=self.questions(body.classifications, LABEL_QUESTION),
            relationships=self.relationships(body.relationships, objects),
        )

    def in_frames(self, frames: Iterable[V1Frame | Odd], classifications: Any = None) -> Annotations:
        """Of a label with frames; each is written as text once it is read."""
        texts: dict[str, bytes] = {}
        for frame in self.ledger.sound(frames):
            key = str(frame.frame_number)
            with self.ledger.losing("of a frame whose number another has" if key in texts else ""):
                text = _encode(unfitted(self.frame(frame)))
            texts.setdefault(key, text)
        self._frame = None
        members = (_encode(key) + b":" + text for key, text in texts.items())
        return made(
            Annotations,
            frames=Raw(b"{" + b",".join(members) + b"}"),
            segments={feature_id: spans_of(numbers) for feature_id, numbers in self._seen.items()},
            key_frame_feature_map={name: _key_frames(told) for name, told in self._keys.items() if _tells(told)},
            classifications=self.questions(classifications, LABEL_QUESTION),
        )

    def frame(self, frame: V1Frame) -> Frame:
        """One frame."""
        self._frame = frame.frame_number
        objects = self.objects(frame.objects)
        by_id: dict[str, Object] = {}
        for number, one in enumerate(objects):
            name = one.feature_id or f"#{number}"
            by_id[name if name not in by_id else f"{name}#{number}"] = one
        return turned(
            frame,
            Frame,
            self.ledger.teller(LABEL),
            apart=("frame_number",),
            objects=by_id,
            classifications=self.questions(frame.classifications, FRAME_QUESTION),
            relationships=self.relationships(frame.relationships, objects) or None,
        )

    # -- objects ------------------------------------------------------------------------------------------------------

    def objects(self, objects: Sequence[Any] | None) -> list[Object]:
        """Those of a label or frame that v2 has a kind for."""
        found = (self.object(one) for one in self.ledger.sound(objects))
        return [one for one in found if one is not None]

    def object(self, item: v1_objects.Object) -> Object | None:
        """An object with what is asked about it; None where it is left out."""
        ledger, example = self.ledger, item.feature_id
        shape = shape_in_v2(item, framed(self.asset_type) if self._frame is not None else "", ledger)
        construct = construct_of(shape.kind)
        written = shape.members is not None and not ledger.lost
        if shape.members is None:
            ledger.left_out(construct, shape.why, example)
        else:
            ledger.kept(construct, example)
        if self._frame is not None:
            ledger.track(example, written=written)
        with ledger.losing("" if shape.members is not None else OF_A_LOST_OBJECT):
            if item.keyframe and self._frame is not None:
                ledger.kept(KEY_FRAME, example)
            questions = self.questions(item.classifications, OBJECT_QUESTION, example)
        if not written or shape.members is None:
            return None
        if self._frame is not None and example is not None:
            self._seen[example].append(self._frame)
        self.key(item)
        told = ledger.teller(construct, example)
        self.tell(item, shape, told)
        return turned(
            item,
            Object,
            told,
            apart=("keyframe", "instance_uri", "unit", "format", "version"),
            annotation_kind=shape.word,
            classifications=questions,
            **named(item),
            **shape.members,
        )

    def tell(self, item: v1_objects.Object, shape: Shape, told: Any) -> None:
        """Tell what of an object v2 has no place for, and what is not as the way back writes it."""
        if shape.kind != "mask":
            tell_without(item, ("instance_uri",), told)
        if self._frame is None:
            tell_without(item, ("keyframe",), told)
        if item.unit != ("POINTS" if shape.asset_type == "document" else None):
            tell_without(item, ("unit",), told)
        is_text = item.format == "text.location" and item.version == 1 and item.data is not None
        if not is_text:
            tell_without(item, ("format", "version"), told)
        geometries = [name for name in v1_objects.Object.exclusive if getattr(item, name) is not None]
        if len(geometries) > 1:
            told("with the first of several geometries")

    def key(self, item: Any) -> None:
        """Note whether a frame is a key frame of what stands in it."""
        if self._frame is not None and item.feature_id is not None and not self.ledger.lost:
            self._keys[item.feature_id][self._frame] = item.keyframe

    # -- questions ----------------------------------------------------------------------------------------------------

    def questions(self, items: Sequence[Any] | None, construct: str, example: Any = None) -> list[Classification]:
        """The questions of a list, those in brackets of their own too."""
        flat: list[Any] = []
        for item in items or ():
            flat += item if isinstance(item, list) else [item]
        return [self.question(one, construct, example) for one in self.ledger.sound(flat)]

    def question(self, item: v1_questions.Classification, construct: str, example: Any) -> Classification:
        """A question with its answers."""
        ledger, told = self.ledger, self.ledger.teller(construct, example)
        ledger.kept(construct, example)
        self.key(item)
        many = item.answers
        answers: dict[str, Any] = {}
        about = "" if item.message_id is None else "conversational_"
        if isinstance(item.answer, list):
            told("a dropdown as a checklist")
            many = item.answer
        elif isinstance(item.answer, str):
            answers[f"{about}text_answer"] = Answer(text=item.answer)
        elif item.answer is not None:
            answers[f"{about}radio_answer"] = self.answer(item.answer, construct, example)
        if many is not None:
            found = [self.answer(one, construct, example) for one in ledger.sound(many)]
            answers = {f"{about}checklist_answers": found}
        return turned(item, Classification, told, apart=("keyframe",), **named(item), **answers)

    def answer(self, item: v1_questions.Answer, construct: str, example: Any) -> Answer:
        """An answer with the questions that it leads to."""
        self.key(item)
        return turned(
            item,
            Answer,
            self.ledger.teller(construct, example),
            apart=("keyframe",),
            classifications=self.questions(item.classifications, construct, example),
            **named(item),
        )

    # -- relationships ------------------------------------------------------------------------------------------------

    def relationships(self, items: Sequence[Any] | None, objects: Sequence[Object]) -> list[Relationship]:
        """Those that lead from an object to another one."""
        found = (self.relationship(one, objects) for one in self.ledger.sound(items))
        return [one for one in found if one is not None]

    def relationship(self, item: v1_relationships.Relationship, objects: Sequence[Object]) -> Relationship | None:
        """A relationship, in the newer or the older shape; None where v2 cannot tell it."""
        data, example = item.data, item.feature_id
        direction = item.relationship_type or item.format or _DIRECTIONS[0]
        if data is None or direction not in _DIRECTIONS:
            self.ledger.left_out(RELATIONSHIP, "of a kind that v2 does not know", example)
            return None
        self.ledger.kept(RELATIONSHIP, example)
        told = self.ledger.teller(RELATIONSHIP, example)
        if data.label is not None:
            told('without "label"')
        tell_unknown(data, told)
        if item.relationship_type is None:
            told("in the newer of two shapes")
        if item.version not in (None, 1):
            tell_without(item, ("version",), told)
        is_text = any(one.location or one.conversational_location for one in objects)
        asset_type = "text" if is_text and self.asset_type != "document" else self.asset_type
        ends = made(
            Ends,
            source_feature_id=_either(data.source, data.start_feature_id),
            target_feature_id=_either(data.target, data.end_feature_id),
        )
        return turned(
            item,
            Relationship,
            told,
            apart=("version",),
            annotation_kind=related_kind(direction, asset_type),
            classifications=[],
            **named(item),
            **{f"{direction}_relationship": ends},
        )


def spans_of(numbers: Iterable[int]) -> list[list[int]]:
    """The spans that frames make, both ends included."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number <= spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return spans


def _key_frames(told: dict[int, bool | None]) -> Any:
    """The key frames; where some frames do not tell, which are and which are not."""
    if None not in told.values():
        return [number for number, is_key in told.items() if is_key]
    return {str(number): is_key for number, is_key in told.items() if is_key is not None}


def _tells(told: dict[int, bool | None]) -> bool:
    return any(is_key is not None for is_key in told.values())


def _either(value: str | None, other: str | None) -> str | None:
    return other if value is None else value
