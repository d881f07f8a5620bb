"""The part of the program of v2 that makes the rows of annotations, as labelstore/formats/v2/annotations.py does."""

from typing import Any

from labelstore.formats.compiled.assembler import Assembler, Loop
from labelstore.formats.compiled.operands import NOTHING, Item, Kind, Operand
from labelstore.formats.compiled.parts import add_geometry
from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.kinds import GEOJSON_TYPES, TABLES, V2_KEYS, kind_of
from labelstore.formats.v2.annotations import ANSWER_KINDS
from labelstore.formats.v2.labels import Frame, Group, Moment
from labelstore.formats.v2.moments_program import MomentsProgram
from labelstore.formats.v2.objects import (
    ConversationalLocation,
    GeoJson,
    Masks,
    Message,
    Object,
    PageDimensions,
    RankedMessages,
    SelectedMessage,
    SelectedMessages,
    TextLocation,
)
from labelstore.formats.v2.questions import Answer, Classification
from labelstore.formats.v2.relationships import Ends, Relationship
from labelstore.formats.v2.shapes import NOT_FINAL, RELATIONSHIPS, hinted
from labelstore.formats.walk import shapes_of
from labelstore.schema.tables import columns

SHAPES = shapes_of(Object)
_TEXTS_OF_RELATIONSHIPS = tuple(name for name, _ in DECLARATIONS[Relationship].of("key"))
_NOT_OF_RELATIONSHIPS = tuple(
    name
    for name in DECLARATIONS[Object].members
    if name not in DECLARATIONS[Relationship].members and name not in Object.exclusive
)


class AnnotationsProgram:
    """Routines for annotations; what they are part of is in variables."""

    def __init__(self, code: Assembler) -> None:
        self.code = code
        self.label_id, self.objects_total = code.variable(), code.variable()
        self.frame_id, self.frame_number = code.variable(), code.variable()
        self.group_id, self.object_id = code.variable(), code.variable()
        self.drawn, self.related = code.variable(), code.variable()
        """How many objects of a list are no relationships, and how many are."""
        self.moments, self.moment_id = MomentsProgram(code), code.variable()
        self.hint, self.is_hinted = code.variable(), code.variable()
        """What annotations say of the type of the asset, and whether no other one can say more."""
        self.objects, self.classifications, self.answer = code.routine(), code.routine(), code.routine()
        self.relationships, self.frames = code.routine(), code.routine()

    def define(self) -> None:
        """Write the routines."""
        self._define_objects()
        self._define_classifications()
        self._define_answer()
        self._define_relationships()
        self._define_frames()
        self.moments.define()

    def annotations(self, body: Item) -> dict[str, Operand]:
        """The rows of `annotations`; the columns of the label that are told by them."""
        code = self.code
        code.call(self.objects, body["objects"])
        counts = {name: code.register(count) for name, count in self._counts(body).items()}
        code.call(self.classifications, body["classifications"])
        code.call(self.relationships, body["relationships"], body["objects"])
        code.call(self.frames, body["frames"])
        with code.when(body["groups"]):
            self._groups(body["groups"])
        with code.when(body["timestamp"]):
            self._moments(body)
        return counts | {
            "segment_count": self._segments(body),
            "key_frame_count": self._key_frames(body),
        }

    def _counts(self, holder: Item) -> dict[str, Any]:
        """How many objects are in the list or map whose rows were just made, and how many relationships."""
        code = self.code
        return {
            "object_count": code.chosen(holder.has("objects"), self.drawn, NOTHING),
            "object_relationship_count": code.chosen(self.related, self.related, NOTHING),
        }

    # -- the type of the asset ----------------------------------------------------------------------------------------

    def hinted(self, word: Operand) -> None:
        """Take the asset type from the vendor's word for an annotation."""
        code = self.code
        with code.unless(self.is_hinted), code.unless(code.is_none(word)):
            code.copy(self.hint, code.mapped(_hint, word, self.hint))
            code.copy(self.is_hinted, code.mapped(_if_final, self.hint))

    def _is_surely(self, asset_type: str) -> None:
        self.code.copy(self.hint, asset_type)
        self.code.copy(self.is_hinted, True)

    # -- groups, frames and times -------------------------------------------------------------------------------------

    def _groups(self, groups: Operand) -> None:
        code = self.code
        self._is_surely("dicom")
        with code.each(groups) as loop:
            node_id, group = code.next(), loop.item(Group)
            code.copy(self.group_id, node_id)
            code.call(self.classifications, group["classifications"])
            code.copy(self.group_id, NOTHING)
            code.call(self.frames, group["frames"], loop.key)
            code.row(
                group,
                node_id=node_id,
                end_id=code.next(),
                label_id=self.label_id,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
                group_name=loop.key,
            )

    def _define_frames(self) -> None:
        code = self.code
        with code.define(self.frames, 2) as (frames, group_name):
            with code.when(frames), code.when(code.is_none(self.hint)):
                self._is_surely("video")
            with code.each(frames) as loop:
                frame_id, frame = code.next(), loop.item(Frame)
                code.copy(self.frame_id, frame_id)
                code.copy(self.frame_number, loop.key)
                code.call(self.objects, frame["objects"])
                with code.when(frame["classifications"]):
                    code.call(self.classifications, frame["classifications"])
                with code.when(code.chosen(self.related, True, frame["relationships"])):
                    code.call(self.relationships, frame["relationships"], frame["objects"])
                code.row(
                    frame,
                    frame_id=frame_id,
                    end_id=code.next(),
                    label_id=self.label_id,
                    group_name=group_name,
                    frame_number=loop.key,
                    ordinal=loop.ordinal,
                    closes=loop.is_last(),
                    **self._counts(frame),
                )
            code.copy(self.frame_id, NOTHING)
            code.copy(self.frame_number, NOTHING)

    def _moments(self, body: Item) -> None:
        code = self.code
        with code.when(code.is_none(self.hint)):
            self._is_surely("audio")
        self.moments.begin(body)
        with code.each(body["timestamp"]) as loop:
            moment, moment_id, milliseconds = loop.item(Moment), code.next(), code.whole_number(loop.key)
            self.moments.sort(moment, milliseconds)
            code.copy(self.moment_id, moment_id)
            code.call(self.classifications, moment["classifications"])
            code.copy(self.moment_id, NOTHING)
            code.row(
                moment,
                moment_id=moment_id,
                end_id=code.next(),
                label_id=self.label_id,
                milliseconds=milliseconds,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
                map_key=code.chosen(code.is_none(milliseconds), loop.key, NOTHING),
            )

    def _segments(self, body: Item) -> Operand:
        """The rows of spans; how many they are."""
        code, segments = self.code, body["segments"]
        times = _Times(self, "segments", body.has("segments"))
        with code.each(segments) as loop:
            with code.when(code.is_kind(loop.value, Kind.MAP)):
                times.open(2)
                with code.each(loop.value) as inner:
                    self._spans(times, loop.key, inner.key, inner.value)
                with code.unless(loop.value):
                    times.row(group_name=loop.key, ordinal=0)
                times.close(2)
            with code.when(code.is_kind(loop.value, Kind.LIST)):
                self._spans(times, NOTHING, loop.key, loop.value)
        with code.when(segments):
            times.close(4)
        return times.count

    def _spans(self, times: "_Times", group_name: Operand, feature_id: Operand, pairs: Operand) -> None:
        code = self.code
        start, end = code.register(), code.register()
        times.open(1)
        with code.each(pairs) as loop:
            with code.each(loop.value) as numbers:
                code.copy(start, end)
                code.copy(end, numbers.value)
            times.row(
                group_name=group_name, feature_id=feature_id, ordinal=loop.ordinal, start_frame=start, end_frame=end
            )
        with code.unless(pairs):
            times.row(group_name=group_name, feature_id=feature_id, ordinal=0)
        times.close(1)

    def _key_frames(self, body: Item) -> Operand:
        """The rows of key frames; how many they are."""
        code, features = self.code, body["key_frame_feature_map"]
        times = _Times(self, "key_frames", body.has("key_frame_feature_map"))
        with code.each(features) as loop:
            form = code.chosen(code.is_kind(loop.value, Kind.LIST), "list", "map")
            times.open(2)
            with code.each(loop.value) as inner, code.alternatives() as found:
                with found.when(code.is_kind(inner.value, Kind.INTEGER)):
                    times.row(feature_id=loop.key, frame_number=inner.value, form=form)
                with found.when(code.is_kind(inner.value, Kind.BOOLEAN)):
                    number = code.whole_number(inner.key)
                    code.hand_back_if(code.is_none(number))
                    times.row(feature_id=loop.key, frame_number=number, is_key_frame=inner.value, form=form)
                times.open(1)
                with code.each(inner.value) as key:
                    times.row(
                        feature_id=loop.key,
                        group_name=inner.key,
                        frame_number=key.key,
                        is_key_frame=key.value,
                        form=form,
                    )
                with code.unless(inner.value):
                    times.row(feature_id=loop.key, group_name=inner.key, form=form)
                times.close(1)
            with code.unless(loop.value):
                times.row(feature_id=loop.key, form=form)
            times.close(2)
        with code.when(features):
            times.close(4)
        return times.count

    # -- objects ------------------------------------------------------------------------------------------------------

    def _define_objects(self) -> None:
        code = self.code
        with code.define(self.objects, 1) as (objects,):
            code.copy(self.drawn, 0)
            code.copy(self.related, 0)
            with code.each(objects) as loop:
                self._object(loop)
            code.add(self.objects_total, self.drawn)

    def _object(self, loop: Loop) -> None:
        """The rows of an object; a relationship notes its number, for the routine of relationships."""
        code = self.code
        item, object_id = loop.item(Object), code.next()
        end_id, kind = code.register(), code.register()
        code.copy(end_id, NOTHING)
        self.hinted(item["annotation_kind"])
        self._geometry(item, object_id, end_id, kind)
        with code.when(item.note):
            code.add(self.related, 1)
        with code.unless(item.note):
            code.add(self.drawn, 1)
            with code.when(item["classifications"]):
                code.copy(self.object_id, object_id)
                code.call(self.classifications, item["classifications"])
                code.copy(self.object_id, NOTHING)
                code.copy(end_id, True)
            with code.when(end_id):
                code.copy(end_id, code.next())
            dimensions = code.item(PageDimensions, item["page_dimensions"])
            code.row(
                item,
                object_id=object_id,
                end_id=end_id,
                label_id=self.label_id,
                frame_id=self.frame_id,
                frame_number=self.frame_number,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
                map_key=self._map_key(loop, item),
                kind=kind,
                page_width=dimensions["width"],
                page_height=dimensions["height"],
                extra=self._extra(item),
            )

    def _map_key(self, loop: Loop, item: Item) -> Operand:
        """The key of an object in the map of a frame, if that is not its id."""
        code = self.code
        return code.chosen(code.is_equal(loop.key, item["feature_id"]), NOTHING, loop.key)

    def _geometry(self, item: Item, object_id: Operand, end_id: Operand, kind: Operand) -> None:
        """The rows of an object's geometry, if it is no relationship. Sets `end_id` where they have numbers."""
        code = self.code
        kinds = code.register()
        code.copy(kinds, NOTHING)
        shape = code.only(item, *Object.exclusive)
        with code.alternatives() as found:
            for name, (_, cls) in SHAPES.items():
                with found.when(code.is_equal(shape, item.slots[name])):
                    code.row(code.item(cls, item[name]), object_id=object_id)
                    code.copy(kinds, V2_KEYS[name])
            for name in ("polygon", "line"):
                with found.when(code.is_equal(shape, item.slots[name])):
                    code.path_row(TABLES[V2_KEYS[name]], item[name], object_id)
                    code.copy(kinds, V2_KEYS[name])
            with found.when(item.has("location")):
                self._text_entity(item["location"], NOTHING, object_id)
                code.copy(kinds, V2_KEYS["location"])
            with found.when(item.has("conversational_location")):
                span = code.item(ConversationalLocation, item["conversational_location"])
                self._text_entity(span["location"], span["message_id"], object_id)
                code.copy(kinds, V2_KEYS["conversational_location"])
            with found.when(item.has("selected_message")):
                message = code.item(SelectedMessage, item["selected_message"])
                code.row(message, node_id=code.next(), object_id=object_id, form="single", ordinal=0, closes=False)
                code.copy(kinds, V2_KEYS["selected_message"])
                code.copy(end_id, True)
            for name, cls, key, form in (
                ("selected_messages", SelectedMessages, "messages", "multiple"),
                ("ranked_messages", RankedMessages, "ranked_messages", "ranked"),
            ):
                with found.when(item.has(name)):
                    self._messages(code.item(cls, item[name]), key, form, object_id)
                    code.copy(kinds, V2_KEYS[name])
                    code.copy(end_id, True)
            with found.when(item.has("geojson")):
                self._geojson(item, object_id, kinds)
            for name in RELATIONSHIPS:
                with found.when(code.is_equal(shape, item.slots[name])):
                    code.hand_back_if(*(item.has(other) for other in _NOT_OF_RELATIONSHIPS), item["classifications"])
                    code.copy(item.note, object_id)
        with code.unless(item.note):
            self._kind(item, object_id, kinds)
            code.copy(kind, code.mapped(_kind, item["annotation_kind"], kinds))

    def _geojson(self, item: Item, object_id: Operand, kinds: Operand) -> None:
        code, shape = self.code, self.code.item(GeoJson, item["geojson"])
        code.hand_back_if(shape.has("extra"))
        code.copy(kinds, code.mapped(_geojson_kind, shape["type"]))
        is_box = code.is_equal(item["annotation_kind"], "GeoBoundingBox")
        with code.when(is_box), code.when(code.is_equal(kinds, "polygon")):
            code.copy(kinds, "bounding_box")
        add_geometry(code, kinds, shape["coordinates"], object_id)

    def _kind(self, item: Item, object_id: Operand, kinds: Operand) -> None:
        """The row of masks, and what there are rows of."""
        code = self.code
        has_mask = code.chosen(item.has("mask"), True, item.has("composite_mask"))
        with code.when(has_mask):
            code.row(code.as_of(Masks, item), object_id=object_id)
            code.copy(kinds, code.chosen(kinds, code.joined(kinds, " mask"), "mask"))
        word = item["annotation_kind"]
        with code.unless(kinds):  # perhaps a relationship that is none
            code.hand_back_if(code.mapped(_if_relationship, word))
            with code.when(code.is_none(word)):
                code.hand_back_if(item.has("extra"))

    def _text_entity(self, span: Operand, message_id: Operand, object_id: Operand) -> None:
        location = self.code.item(TextLocation, span)
        self.code.row(location, object_id=object_id, message_id=message_id, location=location["location"])

    def _messages(self, block: Item, key: str, form: str, object_id: Operand) -> None:
        code, messages = self.code, block[key]
        with code.unless(messages):
            code.hand_back()
        with code.each(messages) as loop:
            code.row(
                loop.item(Message),
                node_id=code.next(),
                object_id=object_id,
                form=form,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
                parent_message_id=block["parent_message_id"],
            )

    def _extra(self, item: Item) -> Operand:
        """What has no column, `custom_metrics` with it."""
        code, extra = self.code, self.code.register()
        code.copy(extra, item["extra"])
        with code.when(item.has("custom_metrics")):
            code.hand_back_if(extra)
            code.copy(extra, code.joined('{"custom_metrics":', item["custom_metrics"], "}"))
        return extra

    # -- questions ----------------------------------------------------------------------------------------------------

    def _define_classifications(self) -> None:
        code = self.code
        with code.define(self.classifications, 2) as (questions, parent_answer_id), code.each(questions) as loop:
            question, classification_id = loop.item(Classification), code.next()
            kind, is_conversational, count, end_id = (code.register() for _ in range(4))
            for register in (kind, is_conversational, count, end_id):
                code.copy(register, NOTHING)
            key = code.only(question, *Classification.exclusive)
            with code.alternatives() as found:
                for name, (kind_name, of_message) in zip(Classification.exclusive, ANSWER_KINDS, strict=True):
                    with found.when(code.is_equal(key, question.slots[name])):
                        code.copy(kind, kind_name)
                        code.copy(is_conversational, of_message)
                        self._answers(question, name, kind_name == "checklist", count, classification_id)
                code.hand_back_if(question.has("extra"))  # perhaps another kind of answer
            with code.when(count):
                code.copy(end_id, code.next())
            with code.when(is_conversational), code.unless(self.is_hinted):
                self._is_surely("conversation")
            self._row_or_repeated(
                question,
                classification_id=classification_id,
                end_id=end_id,
                label_id=self.label_id,
                frame_id=self.frame_id,
                frame_number=self.frame_number,
                group_id=self.group_id,
                moment_id=self.moment_id,
                object_id=self.object_id,
                parent_answer_id=parent_answer_id,
                ordinal=loop.ordinal,
                closes=code.sum(loop.is_last(), 0),
                kind=kind,
                is_conversational=is_conversational,
                answer_count=count,
                extra=self._extra(question),
            )

    def _answers(
        self, question: Item, name: str, are_several: bool, count: Operand, classification_id: Operand
    ) -> None:
        code = self.code
        if are_several:
            code.copy(count, question.count(name))
            with code.each(question[name]) as loop:
                code.call(self.answer, loop.value, loop.ordinal, classification_id)
        else:
            code.copy(count, 1)
            code.call(self.answer, question[name], 0, classification_id)

    def _define_answer(self) -> None:
        code = self.code
        with code.define(self.answer, 3) as (value, ordinal, classification_id):
            answer, answer_id, end_id = code.item(Answer, value), code.next(), code.register()
            with code.when(answer["classifications"]):
                code.call(self.classifications, answer["classifications"], answer_id)
                code.copy(end_id, code.next())
            self._row_or_repeated(
                answer,
                answer_id=answer_id,
                end_id=end_id,
                classification_id=classification_id,
                ordinal=ordinal,
                extra=self._extra(answer),
            )

    def _row_or_repeated(self, item: Item, **given: Any) -> None:
        """The row of a question or answer, in a table of its own for one that repeats another moment."""
        code, table = self.code, DECLARATIONS[item.cls].table
        values = code.values(item, **given)
        members = {"label_id": self.label_id, "moment_id": self.moment_id, "is_end": item.note} | values
        repeated = {name: members[name] for name in columns()[f"repeated_{table}"]}
        with code.alternatives() as found:
            with found.when(code.is_none(item.note)):
                code.plain_row(table, **values)
            code.plain_row(f"repeated_{table}", **repeated)

    # -- relationships ------------------------------------------------------------------------------------------------

    def _define_relationships(self) -> None:
        """Those of a list, of which objects may be copies, and those that are only among the objects."""
        code = self.code
        with code.define(self.relationships, 2) as (relationships, objects):
            with code.each(relationships) as loop:
                item, node_id = loop.item(Relationship), code.next()
                with code.when(item.has("classifications")):
                    code.hand_back_if(code.is_none(item.count("classifications")))
                copy = {name: code.register() for name in ("objects_id", "objects_closes", "objects_key")}
                for register in copy.values():
                    code.copy(register, NOTHING)
                with code.when(self.related), code.unless(code.is_none(item["feature_id"])):
                    self._copy_of(item, objects, copy)
                self._relationship(item, node_id, ordinal=loop.ordinal, closes=loop.is_last(), **copy)
            with code.when(self.related), code.each(objects) as loop:
                item = loop.item(Object)
                with code.when(item.note):
                    self._relationship(
                        item,
                        item.note,
                        ordinal=NOTHING,
                        closes=False,
                        objects_id=item.note,
                        objects_closes=loop.is_last(),
                        objects_key=self._map_key(loop, item),
                    )

    def _copy_of(self, item: Item, objects: Operand, copy: dict[str, Operand]) -> None:
        """Find the same relationship among the objects; one that is told differently there is for Python."""
        code = self.code
        with code.each(objects) as loop:
            other = loop.item(Object)
            code.look()
            is_other = code.is_none(other.note)
            with code.unless(is_other), code.when(code.is_equal(other["feature_id"], item["feature_id"])):
                with code.unless(other.note):  # a copy of another one, too
                    code.hand_back()
                code.hand_back_if(copy["objects_id"])
                self._is_same(item, other)
                code.copy(copy["objects_id"], other.note)
                code.copy(copy["objects_closes"], loop.is_last())
                code.copy(copy["objects_key"], self._map_key(loop, other))
                code.copy(other.note, False)

    def _is_same(self, item: Item, other: Item) -> None:
        code = self.code
        pairs = [(item[name], other[name]) for name in (*_TEXTS_OF_RELATIONSHIPS, "extra")]
        pairs.append((item.count("classifications"), other.count("classifications")))
        for name in RELATIONSHIPS:
            ends = code.item(Ends, item[name]), code.item(Ends, other[name])
            pairs += [(ends[0][key], ends[1][key]) for key in ends[0].slots if key != "note"]
            pairs.append((item.has(name), other.has(name)))
        for one, two in pairs:
            with code.unless(code.is_equal(one, two)):
                code.hand_back()

    def _relationship(self, item: Item, node_id: Operand, **given: Any) -> None:
        code, kind = self.code, self.code.register()
        code.only(item, *RELATIONSHIPS)
        ends = code.item(Ends, code.first_of(*(item[name] for name in RELATIONSHIPS)))
        has_data = code.is_kind(ends.itself, Kind.OBJECT)
        code.copy(kind, NOTHING)
        with code.unless(has_data):
            code.hand_back_if(item.has("extra"))  # perhaps another kind
        for name in RELATIONSHIPS:
            with code.when(item.has(name)):
                code.copy(kind, name.removesuffix("_relationship"))
        code.row(
            code.as_of(Relationship, item),
            node_id=node_id,
            label_id=self.label_id,
            frame_id=self.frame_id,
            kind=kind,
            source_feature_id=ends["source_feature_id"],
            target_feature_id=ends["target_feature_id"],
            has_data=has_data,
            objects_json=NOTHING,
            data_extra=ends["extra"],
            extra=item["extra"],
            **given,
        )


class _Times:
    """The rows of a map of `times.TIME_KEYS`: their number, and the brackets that open before the next one."""

    def __init__(self, program: AnnotationsProgram, table: str, is_there: Operand) -> None:
        code = program.code
        self.program, self.table = program, table
        self.count, self.opens = code.register(), code.register()
        code.copy(self.count, code.chosen(is_there, 0, NOTHING))
        code.copy(self.opens, 4)

    def open(self, level: int) -> None:
        self.program.code.set_bits(self.opens, level)

    def close(self, level: int) -> None:
        self.program.code.patch(self.table, "closes", level)

    def row(self, **told: Operand | str | int) -> None:
        code = self.program.code
        code.plain_row(
            self.table, node_id=code.next(), label_id=self.program.label_id, opens=self.opens, closes=0, **told
        )
        code.copy(self.opens, 0)
        code.add(self.count, 1)


# -- what the core asks once for each word -----------------------------------------------------------------------------


def _hint(word: str | None, hint: str | None) -> str | None:
    return hinted(word or "", hint)


def _if_final(hint: str | None, _: str | None) -> str | None:
    return None if hint in NOT_FINAL else hint


def _kind(word: str | None, kinds: str | None) -> str | None:
    return kind_of(word, *(kinds or "").split())


def _geojson_kind(word: str | None, _: str | None) -> str | None:
    return GEOJSON_TYPES.get(word or "")


def _if_relationship(word: str | None, _: str | None) -> str | None:
    return word if word and word.endswith("Relationship") else None
