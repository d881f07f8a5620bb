"""A v2 line as the elements of v1 for its labels."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from msgspec import UNSET

from labelstore.export.constructs import LABEL, REVIEW
from labelstore.export.losses import Account
from labelstore.export.turning.annotations_to_v1 import AnnotationsToV1
from labelstore.export.turning.columns import Told, made, says, tell_unknown, tell_without, time_in, turned
from labelstore.export.turning.ledger import DATA_ROW, Ledger
from labelstore.export.turning.words import LABEL_VERSION, label_kind, view_label
from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.lenient_decoding import Odd, sound
from labelstore.formats.v1.record import (
    Annotations,
    Element,
    MediaAttributes,
    MetadataField,
    Review,
    WorkflowEvent,
    WorkflowInfo,
)
from labelstore.formats.v2 import labels as v2
from labelstore.formats.v2.performance import performance_of
from labelstore.formats.v2.record import Line, Project, ProjectDetails

_OF_A_MODEL_RUN: Final = "of a model run, which v1 does not tell"
_WITHOUT_LABELS: Final = "v1 has no data rows without labels"
_DETAILS: Final = tuple(name for name, _ in DECLARATIONS[ProjectDetails].of("key") if name != "task_name")


def elements_of(line: Line, asset_type: str, account: Account) -> Iterator[Element]:
    """The elements, in the order of the line."""
    row_id = line.data_row.data_row_id
    account.selected[DATA_ROW] += 1
    about: dict[str, Any] | None = None
    for project_id, project in _members(line.projects):
        tell = partial(account.change, DATA_ROW, example=row_id)
        labels = [one for one in project.labels or () if type(one) is not Odd]
        if labels and about is None:
            about = _about(line, tell)
        of_project = _of_project(project_id, project, tell) if labels else {}
        for label in labels:
            ledger = Ledger(account, label.label_id)
            element = _element(label, project_id, asset_type, ledger)
            for name, value in {**(about or {}), **of_project}.items():
                setattr(element, name, value)
            if project_id == project.name:
                element.view_label = UNSET  # without a link, the name is the id
            yield element
    for _, experiment in _members(line.experiments):
        for _, run in _members(experiment.runs):
            for label in (*(run.labels or ()), *(run.predictions or ())):
                if type(label) is not Odd:
                    _element(label, "", asset_type, Ledger(account, label.label_id, _OF_A_MODEL_RUN))
    if about is not None and any(not says(project.labels) for _, project in _members(line.projects)):
        account.change(DATA_ROW, 'without "projects" that have no label of it', row_id)
    if about is None:
        account.leave_out(DATA_ROW, _WITHOUT_LABELS, row_id)
    else:
        account.written[DATA_ROW] += 1


def _members(items: Any) -> Iterator[tuple[str, Any]]:
    return ((key, item) for key, item in (items or {}).items() if type(item) is not Odd)


def _about(line: Line, tell: Told) -> dict[str, Any]:
    """What each label of the line says of the data row, by the fields of elements."""
    row, media, details = line.data_row, line.media_attributes, line.data_row.details
    for name in ("attachments", "embeddings", "experiments"):
        if says(getattr(line, name)):
            tell(f'without "{name}"')
    tell_unknown(line, tell)
    tell_unknown(row, tell)
    found: dict[str, Any] = {
        name: value
        for name in ("data_row_id", "row_data", "external_id", "global_key")
        if (value := getattr(row, name)) is not None
    }
    if details is not None:
        tell_without(details, ("dataset_id", "created_at", "updated_at", "last_activity_at", "created_by"), tell)
        tell_unknown(details, tell)
        if details.dataset_name is not None:
            found["dataset_name"] = details.dataset_name
    if media is not None:
        rotation = media.exif_rotation
        if isinstance(rotation, int):
            tell('"exif_rotation" as text')
            rotation = str(rotation)
        found["media_attributes"] = turned(media, MediaAttributes, tell, exif_rotation=rotation)
    if line.metadata_fields is not None:
        found["metadata"] = [turned(one, MetadataField, tell, value=one.value) for one in sound(line.metadata_fields)]
    return found


def _of_project(project_id: str, project: Project, tell: Told) -> dict[str, Any]:
    """What each label of the project says of it."""
    details = project.project_details
    tell_without(project, ("project_tags",), tell)
    tell_unknown(project, tell)
    found: dict[str, Any] = {} if project.name is None else {"project_name": project.name}
    if details is not None:
        tell_without(details, _DETAILS, tell)
        tell_unknown(details, tell)
        history = details.workflow_history
        if details.task_name is not None or history is not None:
            events = None if history is None else [turned(one, WorkflowEvent, tell) for one in sound(history)]
            found["workflow_info"] = WorkflowInfo(workflow_task_name=details.task_name, history=events)
    return found


def _element(label: v2.Label, project_id: str, asset_type: str, ledger: Ledger) -> Element:
    """The element of one label, without what it says of the data row."""
    ledger.kept(LABEL)
    tell = ledger.teller(LABEL)
    tell_unknown(label, tell)
    tell_without(label, ("z_order",), tell)
    if label.label_kind != label_kind(asset_type):
        tell_without(label, ("label_kind",), tell)
    if label.version != LABEL_VERSION:
        tell_without(label, ("version",), tell)
    body = Annotations() if label.annotations is None else AnnotationsToV1(ledger, asset_type).label(label.annotations)
    ledger.settle()
    found: dict[str, Any] = _details(label, ledger) | _performance(label, tell)
    return made(
        Element,
        label_id=label.label_id,
        label=body,
        view_label=view_label(project_id, label.label_id) if project_id else UNSET,
        **found,
    )


def _details(label: v2.Label, ledger: Ledger) -> dict[str, Any]:
    """Who made the label, when, and its reviews."""
    details, tell = label.label_details, ledger.teller(LABEL)
    if details is None:
        return {}
    tell_without(details, ("content_last_updated_at", "scores"), tell)
    tell_unknown(details, tell)
    reviews = None
    if details.reviews is not None:
        reviews = []
        for one in ledger.sound(details.reviews, REVIEW):
            ledger.kept(REVIEW)
            reviews.append(turned(one, Review, ledger.teller(REVIEW), reviewed_label_id=label.label_id))
    times = {name: getattr(details, name) for name in ("created_at", "updated_at")}
    found = {name: time_in(time, "v1") for name, time in times.items() if time is not None}
    return found | {"created_by": details.created_by, "reviews": reviews}


def _performance(label: v2.Label, tell: Told) -> dict[str, Any]:
    """The times and scores of the label, from whichever block has them."""
    columns = performance_of(label).columns
    found = {name: columns[name] for name in ("agreement", "benchmark_agreement", "skipped")}
    found |= {name: columns[name] for name in ("seconds_to_label", "seconds_to_review")}
    first, second = label.performance_details, label.performance_details_v2
    if first is not None:
        tell_unknown(first, tell)
        found["benchmark_id"] = first.benchmark_id
        if first.seconds_to_create not in (None, found["seconds_to_label"]):
            tell_without(first, ("seconds_to_create",), tell)
    if second is not None:
        tell_unknown(second, tell)
        tell_without(second, ("seconds_to_rework",), tell)
        found["seconds_to_create"] = second.seconds_labeling
    return found
