"""The program by which the compiled core makes rows of the usual lines of v2, as labelstore/formats/v2/shred.py does.

What is rare is handed back: data rows and labels without ids, lines with an id twice or several experiments, polygons
of several rings, conversations in JSON whose messages are not plain, moments that only a comparison of all tells apart,
relationships that are told twice and differently, scores that contradict each other. Ids of labels that are all
different do not depend on the order of projects and model runs.

A line claims what it is about, so that a later one about the same is handed back: "v2 " and its identity, the ids of
its labels, and "gives " and the data row that `gives_ids` names (labelstore/formats/v2/generation.py).
"""

from functools import cache
from typing import Any

from labelstore.formats.claims import GIVES, LINE
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
from labelstore.formats.compiled.parts import add_messages, is_tile_layer
from labelstore.formats.compiled.types import Path, Types
from labelstore.formats.compiled.words import by_suffix, from_word, in_order, with_messages
from labelstore.formats.messages import OTHER_KEYS
from labelstore.formats.v2.annotations_program import AnnotationsProgram
from labelstore.formats.v2.labels import (
    Annotations,
    Label,
    LabelDetails,
    PerformanceDetails,
    PerformanceDetailsV2,
    Review,
)
from labelstore.formats.v2.objects import GeoJson, Object
from labelstore.formats.v2.performance import TOLD
from labelstore.formats.v2.record import (
    Attachment,
    DataRow,
    Embedding,
    Experiment,
    Line,
    MediaAttributes,
    MetadataField,
    ModelRun,
    Project,
    ProjectDetails,
    WorkflowEvent,
)
from labelstore.schema.generations import GENERATIONS

_ROTATIONS = (*range(9), 90, 180, 270)


@cache
def program() -> Words:
    """The program."""
    paths = {(Object, "polygon"): Path.CLOSED, (Object, "line"): Path.OPEN, (GeoJson, "coordinates"): Path.POSITIONS}
    return _Program(Assembler(Types(paths, OTHER_KEYS))).words()


class _Program(AnnotationsProgram):
    def __init__(self, code: Assembler) -> None:
        super().__init__(code)
        self.labels, self.data_row_id = code.routine(), code.variable()
        self.of_data_row: dict[str, Any] = {"record_id": RECORD_ID, "data_row_id": self.data_row_id}

    def words(self) -> Words:
        record = self.code.register()  # the machine puts it there
        self.line(self.code.item(Line, record))
        self.code.done()
        self.define_labels()
        self.define()
        return self.code.program(Line, GENERATIONS["v2"].code)

    # -- the line -----------------------------------------------------------------------------------------------------

    def line(self, line: Item) -> None:
        code, data_row = self.code, self.code.item(DataRow, line["data_row"])
        code.hand_back_if(code.is_none(data_row["data_row_id"]))
        code.copy(self.data_row_id, data_row["data_row_id"])
        media = code.item(MediaAttributes, line["media_attributes"])
        with code.when(line.has("media_attributes")):
            self.media_attributes(media)
        for cls, name in ((Attachment, "attachments"), (MetadataField, "metadata_fields"), (Embedding, "embeddings")):
            code.rows_of_list(cls, line[name], **self.of_data_row)
        runs = code.register("[]")
        self.projects(line)
        self.experiments(line, runs)
        quoted_id = code.quoted(self.data_row_id)
        identity = code.joined("[", quoted_id, ",", self.sorted_keys(line["projects"]), ",", runs, "]")
        code.claim(code.joined(LINE, identity))
        code.row(
            line,
            node_id=FIRST_NODE,
            asset_type=self.asset_type(data_row, media),
            end_id=code.next(),
            load_id=LOAD_ID,
            position=POSITION,
            byte_offset=BYTE_OFFSET,
            generation="v2",
            identity=identity,
            content_hash=NOTHING,  # both are made of the text of the record
            url_hash=NOTHING,
            derived_id=False,
            **self.of_data_row,
        )

    def sorted_keys(self, values: Operand) -> Operand:
        """The keys of a map in their order, as a JSON array."""
        return self.code.mapped(in_order, self.code.keys(values))

    def media_attributes(self, media: Item) -> None:
        code, rotation = self.code, media["exif_rotation"]
        is_text, extra = code.is_kind(rotation, Kind.TEXT), code.register(media["extra"])
        with code.when(code.is_kind(rotation, Kind.INTEGER)):
            code.hand_back_if(extra)
            with code.alternatives() as found:
                for angle in _ROTATIONS:
                    with found.when(code.is_equal(rotation, angle)):
                        code.copy(extra, f'{{"exif_rotation":{angle}}}')
                code.hand_back()
        code.row(
            media,
            node_id=code.next(),
            exif_rotation=code.chosen(is_text, rotation, NOTHING),
            extra=extra,
            **self.of_data_row,
        )

    def projects(self, line: Item) -> None:
        code = self.code
        with code.each(line["projects"]) as loop:
            project, node_id = loop.item(Project), code.next()
            details = code.item(ProjectDetails, project["project_details"])
            code.rows_of_list(WorkflowEvent, details["workflow_history"], project_id=loop.key, **self.of_data_row)
            code.call(self.labels, project["labels"], loop.key, NOTHING, False)
            code.row(
                project,
                node_id=node_id,
                end_id=code.next(),
                project_id=loop.key,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
                **self.of_data_row,
            )

    def experiments(self, line: Item, names: Operand) -> None:
        """Those of a line with one at most; `names` becomes the ids of its model runs."""
        code, count = self.code, line.count("experiments")
        code.hand_back_unless_any(code.is_none(count), code.is_equal(count, 0), code.is_equal(count, 1))
        with code.each(line["experiments"]) as loop:
            experiment, node_id = loop.item(Experiment), code.next()
            code.claim(code.joined(GIVES, self.data_row_id))
            code.copy(names, self.sorted_keys(experiment["runs"]))
            self.model_runs(experiment, loop.key)
            code.row(
                experiment,
                node_id=node_id,
                end_id=code.next(),
                experiment_id=loop.key,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
                **self.of_data_row,
            )

    def model_runs(self, experiment: Item, experiment_id: Operand) -> None:
        code = self.code
        with code.each(experiment["runs"]) as loop:
            run, node_id = loop.item(ModelRun), code.next()
            code.call(self.labels, run["labels"], NOTHING, loop.key, False)
            code.call(self.labels, run["predictions"], NOTHING, loop.key, True)
            code.row(
                run,
                node_id=node_id,
                end_id=code.next(),
                experiment_id=experiment_id,
                model_run_id=loop.key,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
                **self.of_data_row,
            )

    def asset_type(self, data_row: Item, media: Item) -> Operand:
        code, hint, row_data = self.code, self.hint, data_row["row_data"]
        told = code.first_of(*(code.mapped(from_word, media[name]) for name in ("asset_type", "mime_type")))
        with (
            code.when(code.is_equal(hint, "geospatial")),
            code.when(code.is_equal(told, "image")),
            code.when(code.is_none(media["asset_type"])),
        ):
            code.copy(told, "geospatial")  # a TIFF says no more than what it is
        with code.when(code.is_none(told)):
            is_image = code.is_equal(hint, "image")
            names = (code.mapped(by_suffix, code.suffix(data_row[name])) for name in ("row_data", "external_id"))
            named = code.first_of(code.chosen(is_image, NOTHING, hint), *names, hint, "unknown")
            code.copy(told, code.chosen(is_tile_layer(code, row_data), "geospatial", named))
        with code.when(code.begins_json(row_data)), code.when(code.mapped(with_messages, told)):
            add_messages(code, row_data, **self.of_data_row)
        return told

    # -- labels -------------------------------------------------------------------------------------------------------

    def define_labels(self) -> None:
        code = self.code
        with (
            code.define(self.labels, 4) as (labels, project_id, model_run_id, is_prediction),
            code.each(labels) as loop,
        ):
            label = loop.item(Label)
            code.next()  # the place of the bracket that opens before the first
            label_id, derived_id, extra = label["label_id"], code.register(), code.register()
            code.hand_back_if(code.is_false(label_id), label.has("agreement"), label.has("benchmark_agreement"))
            code.copy(self.label_id, label_id)
            code.copy(derived_id, False)
            code.copy(extra, label["extra"])
            with code.unless(code.is_none(model_run_id)):
                code.hand_back_if(extra)
                code.copy(self.label_id, code.joined(model_run_id, "/", self.data_row_id, "/", label_id))
                code.copy(derived_id, True)
                code.copy(extra, code.joined('{"id":', code.quoted(label_id), "}"))
            code.claim(self.label_id)
            self.label(
                label,
                ordinal=loop.ordinal,
                closes=loop.is_last(),
                project_id=project_id,
                model_run_id=model_run_id,
                is_prediction=is_prediction,
                derived_id=derived_id,
                extra=extra,
            )
            code.next()  # the place of the bracket that closes after the last
            code.copy(self.label_id, NOTHING)

    def label(self, label: Item, **given: Operand) -> None:
        code, node_id, annotations_id = self.code, self.code.next(), self.code.register()
        code.copy(self.objects_total, 0)
        details = code.item(LabelDetails, label["label_details"])
        code.rows_of_list(Review, details["reviews"], label_id=self.label_id)
        with code.when(label["label_kind"]):
            self.hinted(label["label_kind"])
        body = code.item(Annotations, label["annotations"])
        code.copy(annotations_id, NOTHING)
        with code.when(label.has("annotations")):
            code.copy(annotations_id, code.next())
        told = self.annotations(body)
        code.row(
            label,
            told=body,
            node_id=node_id,
            annotations_id=annotations_id,
            end_id=code.next(),
            label_id=self.label_id,
            generation="v2",
            shape="v2",
            objects_total=self.objects_total,
            **self.of_data_row,
            **self.performance(label),
            **told,
            **given,
        )

    def performance(self, label: Item) -> dict[str, Operand]:
        """The columns of scores and times, as labelstore/formats/v2/performance.py tells them."""
        code = self.code
        first = code.item(PerformanceDetails, label["performance_details"])
        second = code.item(PerformanceDetailsV2, label["performance_details_v2"])
        form = code.register()
        code.copy(form, code.chosen(first.itself, 0, code.chosen(second.itself, 0, NOTHING)))
        columns = {}
        for place, name in enumerate(TOLD):
            columns[name] = value = code.first_of(first[name], second[name])
            with code.when(first.has(name)):
                code.set_bits(form, 1 << place)
            with code.when(second.has(name)):
                code.hand_back_unless_any(code.is_equal(second[name], value))
                code.set_bits(form, 16 << place)
        time = code.first_of(second["seconds_total"], first["seconds_to_create"])
        with code.when(code.is_none(time)):
            code.hand_back_if(second.has("seconds_labeling"))  # that and others make the sum
        return columns | {
            "seconds_to_label": time,
            "performance_form": form,
            "performance_details_v2_extra": second["extra"],
        }
