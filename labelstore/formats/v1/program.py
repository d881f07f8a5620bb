"""The program by which the compiled core makes rows of the usual records of v1, as labelstore/formats/v1/shred.py does.

What is rare is handed back: labels and data rows without ids, annotations of 2018 and 2019, masks of legacy exports,
polygons of several rings in longitude and latitude, conversations in JSON whose messages are not plain.
"""

from functools import cache
from typing import Any

from labelstore.formats.compiled.assembler import Assembler, Words
from labelstore.formats.compiled.operands import (
    BYTE_OFFSET,
    FIRST_NODE,
    LOAD_ID,
    NOTHING,
    POSITION,
    RECORD_ID,
    Item,
    Kind,
    Operand,
)
from labelstore.formats.compiled.parts import add_geometry, add_messages, is_tile_layer
from labelstore.formats.compiled.types import Path, Types
from labelstore.formats.compiled.words import by_suffix, from_word, with_messages
from labelstore.formats.kinds import GEO_WORDS, TABLES, UNKNOWN, V1_KEYS
from labelstore.formats.messages import OTHER_KEYS
from labelstore.formats.v1.objects import GeoGeometry, Object, Span, TextData
from labelstore.formats.v1.questions import Answer, Classification
from labelstore.formats.v1.record import (
    AboutDataRow,
    Annotations,
    Element,
    Frame,
    MediaAttributes,
    MetadataField,
    Review,
    WorkflowEvent,
    WorkflowInfo,
)
from labelstore.formats.v1.relationships import Relationship, RelationshipData
from labelstore.formats.walk import shapes_of
from labelstore.schema.generations import GENERATIONS

SHAPES = shapes_of(Object)
_DOCUMENT, _TEXT, _MESSAGE, _DRAWN, _GEO = 1, 2, 4, 8, 16
"""What was seen in a label, as far as it tells the type of the asset."""

_SINCE_2023 = ("global_key", "seconds_to_review", "is_benchmark", "workflow_info", "media_attributes", "metadata")


@cache
def program() -> Words:
    """The program."""
    paths = {
        (Object, "polygon"): Path.CLOSED,
        (Object, "line"): Path.OPEN,
        (GeoGeometry, "coordinates"): Path.POSITIONS,
    }
    return _Program(Assembler(Types(paths, {Element: ("data_row",)} | OTHER_KEYS))).words()


class _Program:
    def __init__(self, code: Assembler) -> None:
        self.code = code
        self.label_id, self.objects_total, self.seen = code.variable(), code.variable(), code.variable()
        self.frame_id, self.frame_number = code.variable(), code.variable()
        self.objects, self.relationships = code.routine(), code.routine()
        self.classifications, self.classification, self.answer = code.routine(), code.routine(), code.routine()

    def words(self) -> Words:
        record = self.code.register()  # the machine puts it there
        self.element(self.code.item(Element, record))
        self.code.done()
        self.define_objects()
        self.define_relationships()
        self.define_classifications()
        self.define_classification()
        self.define_answer()
        return self.code.program(Element, GENERATIONS["v1"].code)

    # -- the element --------------------------------------------------------------------------------------------------

    def element(self, element: Item) -> None:
        code, label_id = self.code, element["label_id"]
        code.hand_back_if(code.is_none(label_id), code.is_none(element["data_row_id"]), element.has("masks"))
        for time in ("created_at", "updated_at"):
            code.hand_back_if(code.is_kind(element[time], Kind.INTEGER))
        code.claim(label_id)
        code.copy(self.label_id, label_id)
        code.copy(self.objects_total, 0)
        code.copy(self.seen, 0)
        of_data_row: dict[str, Any] = {"record_id": RECORD_ID, "data_row_id": element["data_row_id"]}
        workflow = code.item(WorkflowInfo, element["workflow_info"])
        code.rows_of_list(WorkflowEvent, workflow["history"], label_id=label_id, **of_data_row)
        code.rows_of_list(Review, element["reviews"], label_id=label_id)
        media = code.item(MediaAttributes, element["media_attributes"])
        with code.when(element.has("media_attributes")):
            code.row(media, node_id=code.next(), **of_data_row)
        code.rows_of_list(MetadataField, element["metadata"], **of_data_row)
        form, annotations_id, body = self.annotations(element)
        is_skip, skipped = code.is_equal(form, "skip"), element["skipped"]
        extra = code.register(element["extra"])
        with code.when(is_skip), code.when(element.has("skipped")):
            code.copy(extra, code.chosen(skipped, '{"Skipped":true}', '{"Skipped":false}'))
        asset_type = self.asset_type(element, media, body)
        end_id = code.next()
        code.row(
            code.as_of(AboutDataRow, element),
            node_id=FIRST_NODE,
            end_id=end_id,
            load_id=LOAD_ID,
            position=POSITION,
            byte_offset=BYTE_OFFSET,
            generation="v1",
            identity=label_id,
            content_hash=NOTHING,  # both are made of the text of the record
            url_hash=NOTHING,
            derived_id=False,
            asset_type=asset_type,
            **of_data_row,
        )
        code.row(
            element,
            told=body,
            node_id=FIRST_NODE,
            annotations_id=annotations_id,
            end_id=end_id,
            label_id=label_id,
            derived_id=False,
            project_id=code.first_of(code.parameter(element["view_label"], "project"), element["project_name"]),
            generation="v1",
            shape=self.shape(element, body),
            created_at=element["created_at"],
            updated_at=element["updated_at"],
            seconds_to_label=element["seconds_to_label"],
            skipped=code.chosen(is_skip, True, skipped),
            label_form=form,
            frame_count=element.count("label"),
            objects_total=self.objects_total,
            nulls=code.nulls(element),
            in_extra=NOTHING,
            extra=extra,
            **of_data_row,
        )

    def annotations(self, element: Item) -> tuple[Operand, Operand, Item]:
        """The rows of `Label`: its form, its first number, and itself as an object."""
        code, label = self.code, element["label"]
        form, annotations_id, body = code.register(), code.register(), code.item(Annotations, label)
        with code.alternatives() as found:
            with found.when(code.is_equal(label, "Skip")):
                code.hand_back_if(element.has("extra"))
                code.copy(form, "skip")
                code.copy(annotations_id, code.next())
            with found.when(code.is_kind(label, Kind.OBJECT)):
                with code.when(body.has("extra")):  # perhaps the classes of a legacy export
                    some = (body.has(name) for name in ("objects", "classifications", "relationships", "frames_url"))
                    code.hand_back_unless_any(*some)
                code.copy(form, "object")
                code.copy(annotations_id, code.next())
                self.annotations_of(body)
            with found.when(code.is_kind(label, Kind.LIST)):
                code.copy(form, "frames")
                code.copy(annotations_id, code.next())
                self.frames(label)
            code.hand_back_if(element.has("label"))
        return form, annotations_id, body

    def frames(self, frames: Operand) -> None:
        """The rows of frames that stand in the label."""
        code = self.code
        with code.each(frames) as loop:
            frame = loop.item(Frame)
            code.copy(self.frame_id, code.next())
            code.copy(self.frame_number, frame["frame_number"])
            self.annotations_of(frame)
            code.row(
                frame,
                frame_id=self.frame_id,
                end_id=code.next(),
                label_id=self.label_id,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
            )

    def annotations_of(self, body: Item) -> None:
        """The rows of what a label, or a frame of it, contains."""
        self.code.call(self.objects, body["objects"])
        self.code.call(self.classifications, body["classifications"])
        self.code.call(self.relationships, body["relationships"])

    def asset_type(self, element: Item, media: Item, body: Item) -> Operand:
        code, row_data = self.code, element["row_data"]
        in_frames = code.first_of(body["frames_url"], element.count("label"))
        asset_type = code.register()
        words = [code.mapped(from_word, media[name]) for name in ("asset_type", "mime_type")]
        code.copy(asset_type, code.first_of(*words))
        with code.when(code.is_none(asset_type)):
            is_layer = is_tile_layer(code, row_data)
            names = [code.mapped(by_suffix, code.suffix(element[name])) for name in ("row_data", "external_id")]
            named = code.first_of(*names)
            with code.alternatives() as found:
                with code.unless(code.is_none(in_frames)), found.when(code.is_equal(named, "dicom")):
                    code.copy(asset_type, "dicom")
                with found.unless(code.is_none(in_frames)):
                    code.copy(asset_type, "video")
                for condition, told in (
                    (is_layer, "geospatial"),
                    (code.has_bits(self.seen, _GEO), "geospatial"),
                    (code.has_bits(self.seen, _MESSAGE), "conversation"),
                    (code.has_bits(self.seen, _DOCUMENT), "document"),
                    (code.mapped(_of_no_picture, named), named),
                    (code.has_bits(self.seen, _TEXT), "text"),
                    (named, named),
                    (code.has_bits(self.seen, _DRAWN), "image"),
                    (True, "unknown"),
                ):
                    with found.when(condition):
                        code.copy(asset_type, told)
        with code.when(code.begins_json(row_data)), code.when(code.mapped(with_messages, asset_type)):
            add_messages(code, row_data, record_id=RECORD_ID, data_row_id=element["data_row_id"])
        return asset_type

    def shape(self, element: Item, body: Item) -> Operand:
        """The age of the export; see labelstore/formats/v1/shred.py."""
        code = self.code
        shape = code.register("L3")
        with code.when(element.has("extra")):
            code.hand_back_if(code.is_none(element["created_at"]))
        with code.alternatives() as found:
            with code.when(element.has("data_split")), found.unless(element.has("view_label")):
                code.copy(shape, "MR")
            for name in (
                "global_key",
                "seconds_to_review",
                "is_benchmark",
                "workflow_info",
                "media_attributes",
                "metadata",
            ):
                with found.when(element.has(name)):
                    code.copy(shape, "L5")
            for has in (element.has("has_open_issues"), element.has("skipped"), body.has("relationships")):
                with found.when(has):
                    code.copy(shape, "L4")
        return shape

    # -- objects ------------------------------------------------------------------------------------------------------

    def define_objects(self) -> None:
        code = self.code
        with code.define(self.objects, 1) as (objects,), code.each(objects) as loop:
            item, object_id, end_id = loop.item(Object), code.next(), code.register()
            code.copy(end_id, NOTHING)
            code.add(self.objects_total, 1)
            kind, instance_uri = code.register(), code.register()
            code.copy(instance_uri, item["instance_uri"])
            self.geometry(item, object_id, kind, instance_uri)
            with code.when(item["classifications"]):
                code.call(self.classifications, item["classifications"], object_id)
                code.copy(end_id, code.next())
            code.row(
                item,
                object_id=object_id,
                end_id=end_id,
                label_id=self.label_id,
                frame_id=self.frame_id,
                frame_number=self.frame_number,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
                kind=kind,
                instance_uri=instance_uri,
                extra=item["extra"],
            )

    def geometry(self, item: Item, object_id: Operand, kind: Operand, instance_uri: Operand) -> None:
        code = self.code
        makers = {
            "bbox": self.box,
            "polygon": self.path,
            "line": self.path,
            "point": self.part,
            "cuboid": self.part,
            "data": self.text_entity,
        }
        names = [*makers, "geometry"]
        with code.alternatives() as found:
            for place, (name, make) in enumerate(makers.items()):
                with found.when(item.has(name)):
                    code.hand_back_if(*(item.has(other) for other in names[place + 1 :]))
                    code.copy(kind, V1_KEYS[name])
                    code.set_bits(self.seen, _TEXT | _DRAWN if name == "data" else _DRAWN)
                    make(item, name, object_id)
            with found.when(item.has("geometry")):
                code.copy(kind, code.mapped(_geo_kind, item["annotation_kind"]))
                code.set_bits(self.seen, _GEO)
                add_geometry(code, kind, code.item(GeoGeometry, item["geometry"])["coordinates"], object_id)
            code.hand_back_if(item.has("extra"))
            with found.when(item.has("instance_uri")):
                code.copy(kind, "mask")
                code.set_bits(self.seen, _DRAWN)
                code.plain_row("masks", object_id=object_id, url=instance_uri)
                code.copy(instance_uri, NOTHING)
            code.copy(kind, UNKNOWN)

    def box(self, item: Item, name: str, object_id: Operand) -> None:
        self.part(item, name, object_id)
        with self.code.when(item.has("page")):
            self.code.set_bits(self.seen, _DOCUMENT)

    def part(self, item: Item, name: str, object_id: Operand) -> None:
        self.code.row(self.code.item(SHAPES[name][1], item[name]), object_id=object_id)

    def path(self, item: Item, name: str, object_id: Operand) -> None:
        self.code.path_row(TABLES[V1_KEYS[name]], item[name], object_id)

    def text_entity(self, item: Item, name: str, object_id: Operand) -> None:
        code, data = self.code, self.code.item(TextData, item[name])
        with code.alternatives() as found:
            with found.when(code.is_kind(data["location"], Kind.JSON)):
                code.set_bits(self.seen, _DOCUMENT)
                code.plain_row("text_entities", object_id=object_id, location=data["location"], unit=data["unit"])
            span = code.item(Span, data["location"])
            with code.when(span.has("message_id")):
                code.set_bits(self.seen, _MESSAGE)
            code.row(span, object_id=object_id, unit=data["unit"])

    # -- questions ----------------------------------------------------------------------------------------------------

    def define_classifications(self) -> None:
        code = self.code
        with code.define(self.classifications, 3) as (questions, *owner):
            place = code.register(0)
            with code.each(questions) as loop:
                is_list = code.is_kind(loop.value, Kind.LIST)
                with code.when(is_list), code.each(loop.value) as inner:  # in brackets of its own
                    opens, closes = code.is_equal(inner.ordinal, 0), code.sum(inner.is_last(), 0)
                    with code.when(closes):
                        code.add(closes, loop.is_last())
                    code.call(self.classification, inner.value, *owner, place, code.sum(opens, 0), closes)
                    code.add(place, 1)
                with code.unless(is_list):
                    code.call(self.classification, loop.value, *owner, place, NOTHING, code.sum(loop.is_last(), 0))
                    code.add(place, 1)

    def define_classification(self) -> None:
        code = self.code
        with code.define(self.classification, 6) as (value, object_id, parent_answer_id, ordinal, opens, closes):
            question, classification_id = code.item(Classification, value), code.next()
            kind, count, end_id = code.register(), code.register(), code.register()
            answer = question["answer"]
            with code.alternatives() as found:
                for condition, name, number, answers in (
                    (question.has("answers"), "checklist", question.count("answers"), question["answers"]),
                    (code.is_kind(answer, Kind.OBJECT), "radio", 1, None),
                    (code.is_kind(answer, Kind.TEXT), "text", 1, None),
                    (code.is_kind(answer, Kind.LIST), "dropdown", question.count("answer"), answer),
                ):
                    with found.when(condition):
                        if name == "checklist":
                            code.hand_back_if(question.has("answer"))
                        code.copy(kind, name)
                        code.copy(count, number)
                        self.answers_of(name, answer, answers, classification_id, object_id)
                code.hand_back_if(question.has("extra"))
            with code.when(count):
                code.copy(end_id, code.next())
            with code.when(question.has("message_id")):
                code.set_bits(self.seen, _MESSAGE)
            code.row(
                question,
                classification_id=classification_id,
                end_id=end_id,
                label_id=self.label_id,
                frame_id=self.frame_id,
                frame_number=self.frame_number,
                object_id=object_id,
                parent_answer_id=parent_answer_id,
                ordinal=ordinal,
                opens=opens,
                closes=closes,
                kind=kind,
                answer_count=count,
            )

    def answers_of(
        self, kind: str, answer: Operand, answers: Operand | None, classification_id: Operand, object_id: Operand
    ) -> None:
        code = self.code
        if kind == "text":
            answer_id = code.next()
            code.plain_row("answers", answer_id=answer_id, classification_id=classification_id, ordinal=0, text=answer)
        elif answers is None:
            code.call(self.answer, answer, 0, classification_id, object_id)
        else:
            with code.each(answers) as loop:
                code.call(self.answer, loop.value, loop.ordinal, classification_id, object_id)

    def define_answer(self) -> None:
        code = self.code
        with code.define(self.answer, 4) as (value, ordinal, classification_id, object_id):
            answer, answer_id, end_id = code.item(Answer, value), code.next(), code.register()
            with code.when(answer["classifications"]):
                code.call(self.classifications, answer["classifications"], object_id, answer_id)
                code.copy(end_id, code.next())
            code.row(answer, answer_id=answer_id, end_id=end_id, classification_id=classification_id, ordinal=ordinal)

    def define_relationships(self) -> None:
        code = self.code
        with code.define(self.relationships, 1) as (relationships,), code.each(relationships) as loop:
            item, node_id = loop.item(Relationship), code.next()
            data = code.item(RelationshipData, item["data"])
            is_span = code.register(item.has("format"))
            for name in ("start_feature_id", "end_feature_id"):
                with code.when(data.has(name)):
                    code.copy(is_span, True)
            with code.when(item.has("relationship_type")):
                code.copy(is_span, False)
            with code.when(is_span):
                code.hand_back_if(data.has("source"), data.has("target"))
            with code.unless(is_span):
                code.hand_back_if(data.has("start_feature_id"), data.has("end_feature_id"), item.has("format"))
            code.row(
                item,
                node_id=node_id,
                label_id=self.label_id,
                frame_id=self.frame_id,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
                kind=code.first_of(item["relationship_type"], item["format"]),
                source_feature_id=code.first_of(data["source"], data["start_feature_id"]),
                target_feature_id=code.first_of(data["target"], data["end_feature_id"]),
                text=data["label"],
                has_data=item.has("data"),
                is_span=is_span,
                data_extra=data["extra"],
                extra=item["extra"],
            )


# -- what the core asks once for each word -----------------------------------------------------------------------------


def _geo_kind(word: str | None, _: str | None) -> str | None:
    return GEO_WORDS.get(word or "")


def _of_no_picture(asset_type: str | None, _: str | None) -> str | None:
    return asset_type if asset_type in ("document", "html", "audio", "video", "dicom") else None
