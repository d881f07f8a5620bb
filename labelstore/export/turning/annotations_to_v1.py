"""The annotations of a v2 label, or of a frame of it, as v1 has them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from labelstore.export.turning.annotations_to_v2 import OF_A_LOST_OBJECT, spans_of
from labelstore.export.turning.columns import made, says, tell_unknown, tell_without, turned
from labelstore.export.turning.ledger import Ledger
from labelstore.export.turning.shapes_to_v1 import shape_in_v1
from labelstore.export.turning.words import framed, named, related_kind
from labelstore.formats.lenient_decoding import Odd, fit, sound, unfitted
from labelstore.formats.v1.objects import Object
from labelstore.formats.v1.questions import Answer, Classification
from labelstore.formats.v1.record import Annotations, Frame
from labelstore.formats.v1.relationships import Relationship, RelationshipData
from labelstore.formats.v2 import labels as v2_labels
from labelstore.formats.v2 import objects as v2_objects
from labelstore.formats.v2 import questions as v2_questions
from labelstore.formats.v2 import relationships as v2_relationships
from labelstore.formats.v2.moments import repeats_of, spans_by_feature
from labelstore.formats.v2.times import spans_of as rows_of_spans
from labelstore.formats.v2.times import whole_number

BESIDE_FRAMES: Final = "v1 has nothing beside the frames of a label"
_IN_TIME: Final = "v1 has no spans of a recording"
_OF_AN_AXIS: Final = "v1 has no axes"
_encode = msgspec.json.Encoder().encode


class AnnotationsToV1:
    """Turns the annotations of one label."""

    def __init__(self, ledger: Ledger, asset_type: str) -> None:
        self.ledger = ledger
        self.asset_type = asset_type
        self._frame: int | None = None
        self._group: str | None = None
        self._seen: dict[str, list[int]] = defaultdict(list)
        """The objects in frames → the numbers of these."""
        self._asked: dict[str, set[int]] = defaultdict(set)
        """What stands in frames and may have key frames → the numbers of these."""
        self._keys: Mapping[str, Any] = {}

    def label(self, body: v2_labels.Annotations) -> Annotations | Raw:
        """The content of `Label`: the frames, where there are any; each is written as text once it is read."""
        tell_unknown(body, self.ledger.teller(LABEL))
        frames = b",".join(_encode(unfitted(frame)) for frame in self.frames(body))
        self._frame = self._group = None
        self.moments(body)
        with self.ledger.losing(BESIDE_FRAMES if frames else ""):
            objects, relationships = self.objects(body.objects)
            whole = made(
                Annotations,
                objects=objects,
                classifications=self.questions(body.classifications, LABEL_QUESTION),
                relationships=self.relationships(body.relationships, relationships, objects),
            )
        self.times(body)
        return Raw(b"[" + frames + b"]") if frames else whole

    # -- frames -------------------------------------------------------------------------------------------------------

    def frames(self, body: v2_labels.Annotations) -> Iterator[Frame]:
        """Those of a video, or of all axes of a DICOM series, those with the same number as one."""
        self._keys = {
            name: frozenset(told) if isinstance(told, list) else told
            for name, told in (body.key_frame_feature_map or {}).items()
            if isinstance(told, list | dict)
        }
        for key, frame in self.members(body.frames):
            yield self.frame(int(key), frame)
        of_axes: dict[int, Frame] = {}
        for name, group in self.members(body.groups):
            self._group = name
            with self.ledger.losing(_OF_AN_AXIS):
                self.questions(group.classifications, FRAME_QUESTION)
            for key, frame in self.members(group.frames):
                made_one = self.frame(int(key), frame)
                into = of_axes.setdefault(made_one.frame_number, made_one)
                if into is not made_one:
                    into.objects += made_one.objects
                    into.classifications += made_one.classifications
                    into.relationships = [*(into.relationships or ()), *(made_one.relationships or ())]
        yield from of_axes.values()

    def members(self, items: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
        """The members of a map that belong there."""
        for key, item in (items or {}).items():
            yield from ((key, one) for one in self.ledger.sound((item,)))

    def frame(self, number: int, frame: v2_labels.Frame) -> Frame:
        """One frame."""
        self._frame = number
        told = self.ledger.teller(LABEL)
        objects, related = self.objects((frame.objects or {}).values())
        questions = self.questions(frame.classifications, FRAME_QUESTION)
        relationships = self.relationships(frame.relationships, related, objects)
        return turned(
            frame,
            Frame,
            told,
            frame_number=number,
            classifications=questions,
            objects=objects,
            relationships=relationships or None,
        )

    def moments(self, body: v2_labels.Annotations) -> None:
        """Count what was said in the spans of a recording: an answer stands at both ends of its span."""
        moments = body.timestamp or {}
        repeats = repeats_of(moments, spans_by_feature(rows_of_spans(body.segments or {}))) if moments else {}
        with self.ledger.losing(_IN_TIME):
            for key, moment in self.members(moments):
                construct = LABEL_QUESTION if whole_number(key) is None else FRAME_QUESTION
                for question in sound(moment.classifications or ()):
                    self._count(question, construct, repeats)

    def _count(self, question: v2_questions.Classification, construct: str, repeats: Mapping[int, bool]) -> None:
        if id(question) not in repeats:
            self.ledger.kept(construct)
        for answer in _answers_of(question)[1]:
            if type(answer) is not Odd:
                for inner in sound(answer.classifications or ()):
                    self._count(inner, construct, repeats)

    def times(self, body: v2_labels.Annotations) -> None:
        """Tell of segments and key frames that the frames do not give."""
        told = self.ledger.teller(LABEL)
        tell_without(body, ("groups", "timestamp"), told)
        if body.groups or body.timestamp:
            tell_without(body, ("segments",), told)
        else:
            for name, spans in (body.segments or {}).items():
                there = spans_of(self._seen.get(name, ()))
                listed = [list(span) for span in spans if isinstance(span, tuple)] if isinstance(spans, list) else None
                if says(spans) and listed != there:
                    told('without "segments" that are not those of its frames')
                    break
        for name, keys in self._keys.items():
            numbers = keys if isinstance(keys, frozenset) else {whole_number(key) for key in keys if keys[key] is True}
            if numbers - self._asked[name]:
                told("without key frames that are not among its frames")
                break

    # -- objects ------------------------------------------------------------------------------------------------------

    def objects(self, objects: Iterable[Any] | None) -> tuple[list[Object], list[v2_objects.Object]]:
        """Those of a label or frame that v1 has a kind for, and the relationships among them."""
        found: list[Object] = []
        related: list[v2_objects.Object] = []
        for one in self.ledger.sound(objects):
            if _is_relationship(one):
                related.append(one)
            elif (turned_one := self.object(one)) is not None:
                found.append(turned_one)
        return found, related

    def object(self, item: v2_objects.Object) -> Object | None:
        """An object with what is asked about it; None where it is left out."""
        ledger, example = self.ledger, item.feature_id
        shape = shape_in_v1(item, framed(self.asset_type) if self._frame is not None else "", ledger)
        construct = construct_of(shape.kind)
        written = shape.members is not None and not ledger.lost
        if shape.members is None:
            ledger.left_out(construct, shape.why, example)
        else:
            ledger.kept(construct, example)
        if self._frame is not None:
            ledger.track(example, written=written)
        keyframe = self.keyframe(example)
        with ledger.losing("" if shape.members is not None else OF_A_LOST_OBJECT):
            if keyframe:
                ledger.kept(KEY_FRAME, example)
            questions = self.questions(item.classifications, OBJECT_QUESTION, example)
        if not written or shape.members is None:
            return None
        if self._frame is not None and example is not None:
            self._seen[example].append(self._frame)
        told = ledger.teller(construct, example)
        tell_without(item, ("page_dimensions", "custom_metrics"), told)
        if item.annotation_kind != shape.word:
            tell_without(item, ("annotation_kind",), told)
        if self._group is not None:
            told("without the axis of its frame")
        return turned(
            item,
            Object,
            told,
            apart=("annotation_kind",),
            keyframe=keyframe,
            classifications=questions or None,
            unit="POINTS" if shape.asset_type == "document" else None,
            **named(item),
            **shape.members,
        )

    def keyframe(self, feature_id: str | None) -> bool | None:
        """Whether a frame is a key frame of something; None where nothing tells."""
        if self._frame is None or feature_id is None or (keys := self._keys.get(feature_id)) is None:
            return None
        self._asked[feature_id].add(self._frame)
        if isinstance(keys, frozenset):
            return self._frame in keys
        if self._group is not None:
            keys = keys.get(self._group)
        found = keys.get(str(self._frame)) if isinstance(keys, dict) else None
        return found if isinstance(found, bool) else None

    # -- questions ----------------------------------------------------------------------------------------------------

    def questions(self, items: Sequence[Any] | None, construct: str, example: Any = None) -> list[Classification]:
        """The questions of a list."""
        return [self.question(one, construct, example) for one in self.ledger.sound(items)]

    def question(self, item: v2_questions.Classification, construct: str, example: Any) -> Classification:
        """A question with its answers."""
        self.ledger.kept(construct, example)
        told = self.ledger.teller(construct, example)
        tell_without(item, ("custom_metrics",), told)
        kind, found = _answers_of(item)
        answers: dict[str, Any] = {}
        if kind == "text":
            (text,) = found
            tell_without(text, ("feature_id", "schema_id", "name", "value", "confidence", "custom_metrics"), told)
            tell_unknown(text, told)
            answers["answer"] = text.text
            self.questions(text.classifications, construct, example)
        elif kind is not None:
            told_answers = [self.answer(one, construct, example) for one in self.ledger.sound(found)]
            answers = {"answers": told_answers} if kind == "checklist" else {"answer": told_answers[0]}
        return turned(item, Classification, told, keyframe=self.keyframe(item.feature_id), **named(item), **answers)

    def answer(self, item: v2_questions.Answer, construct: str, example: Any) -> Answer:
        """An answer with the questions that it leads to."""
        told = self.ledger.teller(construct, example)
        tell_without(item, ("text", "custom_metrics"), told)
        return turned(
            item,
            Answer,
            told,
            apart=("text",),
            keyframe=self.keyframe(item.feature_id),
            classifications=self.questions(item.classifications, construct, example) or None,
            **named(item),
        )

    # -- relationships ------------------------------------------------------------------------------------------------

    def relationships(
        self, items: Sequence[Any] | None, among: Sequence[v2_objects.Object], objects: Sequence[Object]
    ) -> list[Relationship]:
        """Those of a list, and those that are only `among` the objects."""
        listed = [*self.ledger.sound(items)]
        there = {one.feature_id for one in listed if one.feature_id is not None}
        for one in among:
            if one.feature_id in there:
                there.remove(one.feature_id)
            else:
                listed.append(_as_relationship(one))
        found = (self.relationship(one, objects) for one in listed)
        return [one for one in found if one is not None]

    def relationship(self, item: v2_relationships.Relationship, objects: Sequence[Object]) -> Relationship | None:
        """A relationship; None where v1 cannot tell it."""
        example = item.feature_id
        key = next((name for name in v2_relationships.Relationship.exclusive if getattr(item, name) is not None), None)
        if key is None:
            self.ledger.left_out(RELATIONSHIP, "of a kind that v1 does not know", example)
            return None
        self.ledger.kept(RELATIONSHIP, example)
        told, ends, direction = self.ledger.teller(RELATIONSHIP, example), getattr(item, key), key.partition("_")[0]
        tell_unknown(ends, told)
        tell_without(item, ("classifications",), told)
        is_text = any(one.data is not None for one in objects)
        asset_type = "text" if is_text and self.asset_type != "document" else self.asset_type
        if item.annotation_kind != related_kind(direction, asset_type):
            tell_without(item, ("annotation_kind",), told)
        return turned(
            item,
            Relationship,
            told,
            apart=("annotation_kind",),
            data=RelationshipData(source=ends.source_feature_id, target=ends.target_feature_id),
            relationship_type=direction,
            version=1,
            **named(item),
        )


def _answers_of(item: v2_questions.Classification) -> tuple[str | None, Sequence[Any]]:
    """The kind of a question, and its answers."""
    for key in v2_questions.Classification.exclusive:
        value = getattr(item, key)
        if value is not None:
            kind = key.removeprefix("conversational_").partition("_")[0]
            return kind, value if kind == "checklist" else (value,)
    return None, ()


def _is_relationship(item: v2_objects.Object) -> bool:
    """Whether what stands among the objects is a relationship."""
    if item.unidirectional_relationship is not None or item.bidirectional_relationship is not None:
        return item.mask is None and item.composite_mask is None
    return bool(item.annotation_kind and item.annotation_kind.endswith("Relationship"))


def _as_relationship(item: v2_objects.Object) -> v2_relationships.Relationship:
    members: dict[str, Any] = unfitted(item)
    return fit(v2_relationships.Relationship, members)
