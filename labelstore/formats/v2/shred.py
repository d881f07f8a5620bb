"""Records of the current export → rows. Pure functions of a record and the number it is given."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from labelstore.formats import asset_types
from labelstore.formats.fitting import Misfit, Odd, counted, extra_json, sound, text_or_json, to_json
from labelstore.formats.geometry import array_text
from labelstore.formats.naming import asset, text_digest, unnamed
from labelstore.formats.v2 import record as v2
from labelstore.formats.v2.annotations import AnnotationShredder
from labelstore.schema.tables import Rows


def data_row_id_of(line: v2.Line) -> str:
    """The data row's id; of a line without one, a digest of what it says of the asset, or else of all it says."""
    if line.data_row.id is not None:
        return line.data_row.id
    told = (line.data_row.row_data, line.data_row.global_key, line.data_row.external_id)
    digest = line.extra.digest if line.extra is not None else None
    return asset(text_digest(to_json(told)) if digest is None else digest)


def identity_of(line: v2.Line) -> str:
    """The data row with the projects and model runs that the line tells about: a later line of the same replaces it."""
    experiments = sound((line.experiments or {}).values())
    runs = [run for experiment in experiments for run in experiment.runs or ()]
    return to_json([data_row_id_of(line), sorted(line.projects or ()), sorted(runs)])


def shred_line(line: v2.Line, record_id: int, rows: Rows, source: tuple[Any, ...]) -> None:
    """Add the rows of one line; `source` is (load_id, position, byte_offset, content_hash, url_hash)."""
    shredder = _LineShredder(rows, record_id, data_row_id_of(line))
    shredder.shred(line, source)
    rows.unread += shredder.unread


class _LineShredder(AnnotationShredder):
    def __init__(self, rows: Rows, record_id: int, data_row_id: str) -> None:
        super().__init__(rows, record_id)
        self.data_row_id = data_row_id
        self.label_ids: set[str] = set()
        self.ids_in_order: dict[int, str] = {}
        """By `id` of its struct, the id of each label of a line with several projects or model runs."""

    # -- the line -----------------------------------------------------------------------------------------------------

    def shred(self, line: v2.Line, source: tuple[Any, ...]) -> None:
        load_id, position, byte_offset, content_hash, url_hash = source
        data_row, details = line.data_row, line.data_row.details
        if line.media_attributes is not None:
            self.media_attributes(line.media_attributes)
        self.attachments(line.attachments or ())
        self.metadata_fields(line.metadata_fields or ())
        self.embeddings(line.embeddings or ())
        if len(line.projects or ()) > 1 or _has_several_runs(line):
            self.put_in_order(line)
        self.projects(line.projects or {})
        self.experiments(line.experiments or {})
        asset_type = self.asset_type(line)
        self.conversation(asset_type, data_row.row_data, self.data_row_id)
        end_id = self.next()
        self.check()
        self.rows["records"].append(
            (
                self.first,
                self.record_id,
                end_id,
                load_id,
                position,
                byte_offset,
                "v2",
                identity_of(line),
                content_hash,
                url_hash,
                None,
                self.data_row_id,
                data_row.id is None,
                asset_type,
                data_row.row_data,
                data_row.external_id,
                data_row.global_key,
                None if details is None else details.dataset_id,
                None if details is None else details.dataset_name,
                None if details is None else details.created_at,
                None if details is None else details.updated_at,
                None if details is None else details.last_activity_at,
                None if details is None else details.created_by,
                details is not None,
                None if details is None else extra_json(details.extra),
                extra_json(data_row.extra),
                counted(line.attachments),
                counted(line.metadata_fields),
                counted(line.embeddings),
                counted(line.projects),
                counted(line.experiments),
                extra_json(line.extra),
            )
        )

    def media_attributes(self, media: v2.MediaAttributes) -> None:
        rotation = media.exif_rotation
        self.rows["media_attributes"].append(
            (
                self.next(),
                self.record_id,
                self.data_row_id,
                media.asset_type,
                media.mime_type,
                media.width,
                media.height,
                rotation if isinstance(rotation, str) else None,
                media.frame_rate,
                media.frame_count,
                media.duration,
                media.bit_rate,
                media.bits_per_sample,
                media.channel_count,
                media.page_count,
                media.message_count,
                None if media.labelable_ids is None else to_json(media.labelable_ids),
                media.content_length,
                media.super_type,
                media.sub_type,
                media.codec,
                media.codec_name,
                media.codec_tag,
                media.sample_aspect_ratio,
                extra_json(media.extra, exif_rotation=None if isinstance(rotation, str) else rotation),
            )
        )

    def _listed(self, key: str, items: Sequence[Any]) -> Any:
        """Each item of the list under `key` with the first columns of its row."""
        for ordinal, item in enumerate(items):
            if isinstance(item, Odd):
                self.odd_in(key, item, ordinal, len(items))
                continue
            yield item, (self.next(), self.record_id, self.data_row_id, ordinal, ordinal == len(items) - 1)

    def attachments(self, attachments: Sequence[v2.Attachment]) -> None:
        for item, place in self._listed("attachments", attachments):
            self.rows["attachments"].append((*place, item.type, item.value, item.name, extra_json(item.extra)))

    def metadata_fields(self, fields: Sequence[v2.MetadataField]) -> None:
        for item, place in self._listed("metadata_fields", fields):
            self.rows["metadata_fields"].append(
                (
                    *place,
                    item.schema_id,
                    item.schema_name,
                    item.schema_kind,
                    *text_or_json(item.value),
                    extra_json(item.extra),
                )
            )

    def embeddings(self, embeddings: Sequence[v2.Embedding]) -> None:
        for item, place in self._listed("embeddings", embeddings):
            values = None if item.values is None else array_text(item.values)
            self.rows["embeddings"].append(
                (*place, item.id, item.name, item.dimensions, item.is_custom, values, extra_json(item.extra))
            )

    def projects(self, projects: Mapping[str, v2.Project]) -> None:
        for ordinal, (project_id, project) in enumerate(projects.items()):
            if isinstance(project, Odd):
                self.odd_in("projects", project, ordinal, len(projects), closes="}", map_key=project_id)
                continue
            node_id, details = self.next(), project.project_details
            history = None if details is None else details.workflow_history
            self.workflow(history or (), project_id)
            self.labels(project.labels or (), project_id=project_id)
            details_row: tuple[Any, ...] = (False, *(None,) * 10)
            if details is not None:
                details_row = (
                    True,
                    details.ontology_id,
                    details.task_id,
                    details.task_name,
                    details.batch_id,
                    details.batch_name,
                    details.workflow_status,
                    details.priority,
                    details.consensus_expected_label_count,
                    details.selected_label_id,
                    extra_json(details.extra),
                )
            self.rows["data_row_projects"].append(
                (
                    node_id,
                    self.next(),
                    self.record_id,
                    self.data_row_id,
                    ordinal,
                    ordinal == len(projects) - 1,
                    project_id,
                    project.name,
                    *details_row,
                    None if project.project_tags is None else to_json(project.project_tags),
                    counted(history),
                    counted(project.labels),
                    extra_json(project.extra),
                )
            )

    def workflow(self, events: Sequence[v2.WorkflowEvent], project_id: str) -> None:
        for ordinal, event in enumerate(events):
            if isinstance(event, Odd):
                self.odd_in("workflow_history", event, ordinal, len(events), closes="]}")
                continue
            self.rows["workflow_events"].append(
                (
                    self.next(),
                    self.record_id,
                    self.data_row_id,
                    project_id,
                    None,
                    ordinal,
                    ordinal == len(events) - 1,
                    event.action,
                    event.created_at,
                    event.created_by,
                    event.previous_task_id,
                    event.previous_task_name,
                    event.next_task_id,
                    event.next_task_name,
                    extra_json(event.extra),
                )
            )

    def experiments(self, experiments: Mapping[str, v2.Experiment]) -> None:
        for ordinal, (experiment_id, experiment) in enumerate(experiments.items()):
            if isinstance(experiment, Odd):
                self.odd_in("experiments", experiment, ordinal, len(experiments), closes="}", map_key=experiment_id)
                continue
            node_id = self.next()
            self.model_runs(experiment.runs or {}, experiment_id)
            self.rows["experiments"].append(
                (
                    node_id,
                    self.next(),
                    self.record_id,
                    self.data_row_id,
                    ordinal,
                    ordinal == len(experiments) - 1,
                    experiment_id,
                    experiment.name,
                    counted(experiment.runs),
                    extra_json(experiment.extra),
                )
            )

    def model_runs(self, runs: Mapping[str, v2.ModelRun], experiment_id: str) -> None:
        for ordinal, (run_id, run) in enumerate(runs.items()):
            if isinstance(run, Odd):
                self.odd_in("runs", run, ordinal, len(runs), closes="}", map_key=run_id)
                continue
            node_id = self.next()
            self.labels(run.labels or (), model_run_id=run_id)
            self.labels(run.predictions or (), model_run_id=run_id, is_prediction=True)
            self.rows["model_runs"].append(
                (
                    node_id,
                    self.next(),
                    self.record_id,
                    self.data_row_id,
                    ordinal,
                    ordinal == len(runs) - 1,
                    experiment_id,
                    run_id,
                    run.name,
                    run.run_data_row_id,
                    run.split,
                    counted(run.labels),
                    counted(run.predictions),
                    extra_json(run.extra),
                )
            )

    def asset_type(self, line: v2.Line) -> str:
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
        labels: Sequence[v2.Label],
        project_id: str | None = None,
        model_run_id: str | None = None,
        is_prediction: bool = False,
    ) -> None:
        for ordinal, label in enumerate(labels):
            if isinstance(label, Odd):
                self.odd_in("predictions" if is_prediction else "labels", label, ordinal, len(labels))
                continue
            self.next()  # the place of the bracket that opens before the first
            where = (project_id, None, model_run_id, is_prediction, "v2", "v2", ordinal, ordinal == len(labels) - 1)
            self.label(label, where)
            self.label_id = None

    def label(self, label: v2.Label, where: tuple[Any, ...]) -> None:
        node_id = self.next()
        self.label_id = self.ids_in_order.get(id(label)) or self.unique_label_id(label, where[0], where[2])
        details, performance, body = label.label_details, label.performance_details, label.annotations
        times = label.performance_details_v2
        reviews = None if details is None else details.reviews
        scores = None if details is None else details.scores
        self.reviews(reviews or ())
        annotations_id, body_extra = None, None
        counts: tuple[int | None, ...] = (None,) * 9
        if label.label_kind:
            self.hint(label.label_kind)
        if body is not None:
            annotations_id = self.next()
            counts, body_extra = self.annotations(body)
        derived_id = self.label_id != label.id
        told = _performance(label)
        end_id = self.next()
        self.next()  # the place of the bracket that closes after the last
        self.rows["labels"].append(
            (
                node_id,
                annotations_id,
                end_id,
                self.record_id,
                self.label_id,
                derived_id,
                self.data_row_id,
                *where,
                label.label_kind,
                label.version,
                None if details is None else details.created_by,
                None if details is None else details.created_at,
                None if details is None else details.updated_at,
                None if details is None else details.content_last_updated_at,
                _seconds(performance, times),
                None if performance is None else performance.seconds_to_create,
                told.seconds_to_review,
                None if times is None else times.seconds_to_rework,
                None if times is None else times.seconds_total,
                None if times is None else times.seconds_to_label,
                told.skipped,
                told.consensus_score,
                told.benchmark_score,
                None if performance is None else performance.benchmark_reference_label,
                None,
                None,
                None if scores is None else scores.quality_score,
                None if scores is None else scores.violation_count,
                *(None,) * 3,
                None if label.z_order is None else to_json(label.z_order),
                *(None,) * 4,
                None if details is None else counted(reviews),
                details is not None,
                None if details is None else extra_json(details.extra),
                scores is not None,
                None if scores is None else extra_json(scores.extra),
                performance is not None,
                None if performance is None else extra_json(performance.extra),
                times is not None,
                None if times is None else extra_json(times.extra, **told.differing),
                told.form,
                None,
                None,
                *counts,
                body_extra,
                None,
                None,
                None
                if label.extra is None and not derived_id and not told.beside
                else extra_json(label.extra, **({"id": label.id} if derived_id else {}), **told.beside),
            )
        )

    def put_in_order(self, line: v2.Line) -> None:
        """Give labels their ids as if the keys of projects and model runs were sorted: their order says nothing."""
        for project_id, project in _sorted(line.projects):
            for label in sound(project.labels or ()):
                self.ids_in_order[id(label)] = self.unique_label_id(label, project_id, None)
        for _, experiment in _sorted(line.experiments):
            for run_id, run in _sorted(experiment.runs):
                for label in sound((*(run.labels or ()), *(run.predictions or ()))):
                    self.ids_in_order[id(label)] = self.unique_label_id(label, None, run_id)

    def unique_label_id(self, label: v2.Label, project_id: str | None, model_run_id: str | None) -> str:
        """The label's id; within model runs, and where a line repeats an id, one that says where it stands.

        A label without an id is known by a digest of what it says.
        """
        exported_id = label.id
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

    def reviews(self, reviews: Sequence[v2.Review]) -> None:
        for ordinal, review in enumerate(reviews):
            if isinstance(review, Odd):
                self.odd_in("reviews", review, ordinal, len(reviews), closes="]}")
                continue
            self.rows["reviews"].append(
                (
                    self.next(),
                    self.label_id,
                    ordinal,
                    ordinal == len(reviews) - 1,
                    review.id,
                    review.score,
                    review.reviewed_at,
                    review.reviewed_by,
                    None,
                    extra_json(review.extra),
                )
            )


def _has_several_runs(line: v2.Line) -> bool:
    experiments = line.experiments
    if not experiments:
        return False
    return len(experiments) > 1 or any(len(experiment.runs or ()) > 1 for experiment in sound(experiments.values()))


def _sorted(items: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    return [(key, item) for key, item in sorted((items or {}).items()) if not isinstance(item, Odd)]


def _seconds(performance: v2.PerformanceDetails | None, times: v2.PerformanceDetailsV2 | None) -> float | None:
    """What v1 calls "Seconds to Label": the whole time, review and rework included."""
    if times is not None and times.seconds_total is not None:
        return times.seconds_total
    if performance is not None and performance.seconds_to_create is not None:
        return performance.seconds_to_create
    if times is None or times.seconds_to_label is None:
        return None
    return times.seconds_to_label + (times.seconds_to_review or 0) + (times.seconds_to_rework or 0)


class _Performance(NamedTuple):
    """What several places of a label tell: `form` says which (the column), the others what is not the same there."""

    consensus_score: float | None
    benchmark_score: float | None
    seconds_to_review: float | None
    skipped: bool | None
    form: int | None
    differing: dict[str, Any]
    beside: dict[str, Any]


_TOLD = _Performance._fields[:4]
_told = attrgetter(*_TOLD)
_NOTHING_TOLD = _Performance(None, None, None, None, None, {}, {})


def _performance(label: v2.Label) -> _Performance:
    """Scores, time of review and skipping; exports seen have none of them beside their blocks."""
    performance, times = label.performance_details, label.performance_details_v2
    if times is None and label.consensus_score is None and label.benchmark_score is None:
        return _NOTHING_TOLD if performance is None else _in_first_place(performance)
    values: list[Any] = []
    form = 0
    differing, beside = {}, {}
    for place, name in enumerate(_TOLD):
        first, second, own = (getattr(block, name, None) for block in (performance, times, label))
        values.append(value := _first_of(first, second, own))
        if first is not None:
            form += 1 << place
        if second == value and second is not None:
            form += 16 << place
        elif second is not None:
            differing[name] = second
        if own is not None and (first is not None or second is not None):
            beside[name] = own
    return _Performance._make((*values, form, differing, beside))


def _in_first_place(performance: v2.PerformanceDetails) -> _Performance:
    """What is told there alone."""
    consensus, benchmark, review, skipped = _told(performance)
    form = (consensus is not None) + 2 * (benchmark is not None) + 4 * (review is not None) + 8 * (skipped is not None)
    return _Performance(consensus, benchmark, review, skipped, form, {}, {})


def _first_of(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
