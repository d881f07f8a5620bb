"""Records of v2 → rows: pure functions of a record and its id."""

from collections.abc import Mapping, Sequence
from typing import Any

from labelstore.formats import asset_types
from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.lenient_decoding import Misfit, Odd, extra_json, sound, to_json
from labelstore.formats.naming import asset, text_digest, unnamed
from labelstore.formats.v2.annotations import AnnotationShredder
from labelstore.formats.v2.labels import Annotations, Label, Review
from labelstore.formats.v2.performance import performance_of
from labelstore.formats.v2.record import (
    Attachment,
    Embedding,
    Experiment,
    Line,
    MediaAttributes,
    MetadataField,
    ModelRun,
    Project,
    WorkflowEvent,
)
from labelstore.schema.tables import Rows

_NO_ANNOTATIONS = dict.fromkeys(DECLARATIONS[Annotations].claimed())


def data_row_id_of(line: Line) -> str:
    """The data row's id; for a line without one, a digest of what it says of the asset, else of all its content."""
    if line.data_row.data_row_id is not None:
        return line.data_row.data_row_id
    told = (line.data_row.row_data, line.data_row.global_key, line.data_row.external_id)
    digest = line.extra.digest if line.extra is not None else None
    return asset(text_digest(to_json(told)) if digest is None else digest)


def identity_of(line: Line) -> str:
    """The data row with the projects and model runs of the line; a later line with the same ones replaces it."""
    experiments = sound((line.experiments or {}).values())
    runs = [run for experiment in experiments for run in experiment.runs or ()]
    return to_json([data_row_id_of(line), sorted(line.projects or ()), sorted(runs)])


def shred_line(line: Line, record_id: int, rows: Rows, source: tuple[Any, ...]) -> None:
    """Add the rows of one line; `source` is (load_id, position, byte_offset, content_hash, url_hash)."""
    shredder = _LineShredder(rows, record_id, data_row_id_of(line))
    shredder.shred(line, source)
    rows.unread += shredder.unread


class _LineShredder(AnnotationShredder):
    def __init__(self, rows: Rows, record_id: int, data_row_id: str) -> None:
        super().__init__(rows, record_id)
        self.data_row_id = data_row_id
        self.of_data_row = {"record_id": record_id, "data_row_id": data_row_id}
        self.label_ids: set[str] = set()
        self.ids_in_order: dict[int, str] = {}
        """By `id` of its struct, the id of each label of a line with several projects or model runs."""

    # -- the line -----------------------------------------------------------------------------------------------------

    def shred(self, line: Line, source: tuple[Any, ...]) -> None:
        load_id, position, byte_offset, content_hash, url_hash = source
        data_row = line.data_row
        if line.media_attributes is not None:
            self.media_attributes(line.media_attributes)
        self.add_list(Attachment, line.attachments, **self.of_data_row)
        self.add_list(MetadataField, line.metadata_fields, **self.of_data_row)
        self.add_list(Embedding, line.embeddings, **self.of_data_row)
        if len(line.projects or ()) > 1 or _has_several_runs(line):
            self.put_in_order(line)
        self.projects(line.projects or {})
        self.experiments(line.experiments or {})
        asset_type = self.asset_type(line)
        self.conversation(asset_type, data_row.row_data, self.data_row_id)
        end_id = self.next()
        self.check()
        self.rows["records"].append(
            Line.row(
                line,
                node_id=self.first,
                end_id=end_id,
                load_id=load_id,
                position=position,
                byte_offset=byte_offset,
                generation="v2",
                identity=identity_of(line),
                content_hash=content_hash,
                url_hash=url_hash,
                derived_id=data_row.data_row_id is None,
                asset_type=asset_type,
                **self.of_data_row,
            )
        )

    def media_attributes(self, media: MediaAttributes) -> None:
        rotation = media.exif_rotation
        is_text = isinstance(rotation, str)
        self.rows["media_attributes"].append(
            MediaAttributes.row(
                media,
                node_id=self.next(),
                exif_rotation=rotation if is_text else None,
                extra=extra_json(media.extra, exif_rotation=None if is_text else rotation),
                **self.of_data_row,
            )
        )

    def projects(self, projects: Mapping[str, Project]) -> None:
        for project_id, project, node_id, ordinal, closes in self.members(Project, projects):
            details = project.project_details
            history = None if details is None else details.workflow_history
            self.add_list(WorkflowEvent, history, project_id=project_id, **self.of_data_row)
            self.labels(project.labels or (), project_id=project_id)
            self.rows["data_row_projects"].append(
                Project.row(
                    project,
                    node_id=node_id,
                    end_id=self.next(),
                    project_id=project_id,
                    ordinal=ordinal,
                    closes=closes,
                    **self.of_data_row,
                )
            )

    def experiments(self, experiments: Mapping[str, Experiment]) -> None:
        for experiment_id, experiment, node_id, ordinal, closes in self.members(Experiment, experiments):
            self.model_runs(experiment.runs or {}, experiment_id)
            self.rows["experiments"].append(
                Experiment.row(
                    experiment,
                    node_id=node_id,
                    end_id=self.next(),
                    experiment_id=experiment_id,
                    ordinal=ordinal,
                    closes=closes,
                    **self.of_data_row,
                )
            )

    def model_runs(self, runs: Mapping[str, ModelRun], experiment_id: str) -> None:
        for run_id, run, node_id, ordinal, closes in self.members(ModelRun, runs):
            self.labels(run.labels or (), model_run_id=run_id)
            self.labels(run.predictions or (), model_run_id=run_id, is_prediction=True)
            self.rows["model_runs"].append(
                ModelRun.row(
                    run,
                    node_id=node_id,
                    end_id=self.next(),
                    experiment_id=experiment_id,
                    model_run_id=run_id,
                    ordinal=ordinal,
                    closes=closes,
                    **self.of_data_row,
                )
            )

    def asset_type(self, line: Line) -> str:
        media, data_row = line.media_attributes, line.data_row
        said = media and (asset_types.from_word(media.asset_type or "") or asset_types.from_word(media.mime_type or ""))
        if said == "image" and self.asset_hint == "geospatial" and media.asset_type is None:
            return "geospatial"  # a TIFF says no more than what it is
        if said:
            return said
        if asset_types.is_tile_layer(data_row.row_data):
            return "geospatial"
        if self.asset_hint and self.asset_hint != "image":
            return self.asset_hint
        named = asset_types.from_name(data_row.row_data) or asset_types.from_name(data_row.external_id)
        return named or self.asset_hint or "unknown"

    # -- labels -------------------------------------------------------------------------------------------------------

    def labels(
        self,
        labels: Sequence[Label],
        project_id: str | None = None,
        model_run_id: str | None = None,
        is_prediction: bool = False,
    ) -> None:
        key = "predictions" if is_prediction else "labels"
        where = {"project_id": project_id, "model_run_id": model_run_id, "is_prediction": is_prediction}
        for ordinal, label in enumerate(labels):
            closes = ordinal == len(labels) - 1
            if isinstance(label, Odd):
                self.odd(label, key, ordinal, "" if ordinal else f'"{key}":[', "]" if closes else "")
                continue
            self.next()  # the place of the bracket that opens before the first
            self.label_id = self.ids_in_order.get(id(label)) or self.unique_label_id(label, project_id, model_run_id)
            self.label(label, ordinal=ordinal, closes=closes, **where)
            self.next()  # the place of the bracket that closes after the last
            self.label_id = None

    def label(self, label: Label, **where: Any) -> None:
        """Add the rows of a label, whose id is known."""
        node_id, self.objects_total = self.next(), 0
        if label.label_details is not None:
            self.add_list(Review, label.label_details.reviews, label_id=self.label_id)
        if label.label_kind:
            self.hint(label.label_kind)
        annotations_id, told = None, _NO_ANNOTATIONS
        if label.annotations is not None:
            annotations_id = self.next()
            told = self.annotations(label.annotations)
        performance = performance_of(label)
        other = performance.beside
        if derived_id := self.label_id != label.label_id:
            other = {"id": label.label_id} | other
        self.rows["labels"].append(
            Label.row(
                label,
                node_id=node_id,
                annotations_id=annotations_id,
                end_id=self.next(),
                label_id=self.label_id,
                derived_id=derived_id,
                generation="v2",
                shape="v2",
                objects_total=self.objects_total,
                extra=None if label.extra is None and not other else extra_json(label.extra, **other),
                told=told,
                record_id=self.record_id,
                data_row_id=self.data_row_id,
                **where,
                **performance.columns,
            )
        )

    def put_in_order(self, line: Line) -> None:
        """Give labels their ids in the sorted order of projects and model runs: the order of keys means nothing."""
        for project_id, project in _sorted(line.projects):
            for label in sound(project.labels or ()):
                self.ids_in_order[id(label)] = self.unique_label_id(label, project_id, None)
        for _, experiment in _sorted(line.experiments):
            for run_id, run in _sorted(experiment.runs):
                for label in sound((*(run.labels or ()), *(run.predictions or ()))):
                    self.ids_in_order[id(label)] = self.unique_label_id(label, None, run_id)

    def unique_label_id(self, label: Label, project_id: str | None, model_run_id: str | None) -> str:
        """The label's id; in model runs, and if a line repeats an id, with the project or model run and the data row.

        The id of a label without one is a digest of its content.
        """
        exported_id = label.label_id
        if exported_id is not None and model_run_id is None and exported_id not in self.label_ids:
            label_id = exported_id
        else:
            if exported_id is None:
                if label.extra is None or label.extra.digest is None:
                    raise Misfit
                exported_id = unnamed(label.extra.digest)
            base = "/".join((model_run_id or project_id or "", self.data_row_id, exported_id))
            label_id, repeats = base, 1
            while label_id in self.label_ids:
                repeats += 1
                label_id = f"{base}#{repeats}"
        self.label_ids.add(label_id)
        return label_id


def _has_several_runs(line: Line) -> bool:
    experiments = line.experiments
    if not experiments:
        return False
    return len(experiments) > 1 or any(len(experiment.runs or ()) > 1 for experiment in sound(experiments.values()))


def _sorted(items: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    return [(key, item) for key, item in sorted((items or {}).items()) if not isinstance(item, Odd)]
