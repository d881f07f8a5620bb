"""v1 labels of one data row as a line of v2."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from math import isfinite, nan
from typing import Any, Final

from labelstore.export.annotations import Annotations as Read
from labelstore.export.constructs import LABEL, REVIEW
from labelstore.export.losses import Account
from labelstore.export.turning.annotations_to_v2 import AnnotationsToV2
from labelstore.export.turning.columns import Told as Tell
from labelstore.export.turning.columns import made, says, tell_unknown, tell_without, time_in, turned
from labelstore.export.turning.early import early_annotations
from labelstore.export.turning.ledger import DATA_ROW, Ledger
from labelstore.export.turning.reading import Told
from labelstore.export.turning.words import LABEL_VERSION, label_kind, view_label
from labelstore.formats import asset_types
from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.lenient_decoding import given, sound
from labelstore.formats.v1.legacy import is_legacy
from labelstore.formats.v1.record import Annotations as V1Annotations
from labelstore.formats.v1.record import Element
from labelstore.formats.v1.shred import project_id_of, time_text
from labelstore.formats.v2.labels import (
    Annotations,
    Label,
    LabelDetails,
    PerformanceDetails,
    PerformanceDetailsV2,
    Review,
)
from labelstore.formats.v2.record import (
    DataRow,
    DataRowDetails,
    Line,
    MediaAttributes,
    MetadataField,
    Project,
    ProjectDetails,
    WorkflowEvent,
)

_OF_THE_ROW: Final = ("row_data", "external_id", "global_key", "dataset_name", "media_attributes", "metadata")
_SECONDS: Final = "Seconds to Label"
_FRAMES_FILE: Final = "without its frames, whose file is not in the store"


def line_of(told: Sequence[Told], account: Account) -> Line:
    """The line; what its labels say of the data row is what the first says that says it."""
    found = {name: _first(told, name, account)[0] for name in _OF_THE_ROW}
    tell = partial(account.change, DATA_ROW, example=told[0].element.data_row_id)
    account.selected[DATA_ROW] += 1
    account.written[DATA_ROW] += 1
    media, metadata = found["media_attributes"], found["metadata"]
    media = made(MediaAttributes) if media is None else turned(media, MediaAttributes, tell)
    asset_type = asset_types.from_word(media.asset_type or "") or asset_types.from_word(media.mime_type or "")
    asset_type = asset_type or next((one.asset_type for one in told if one.asset_type != "unknown"), None)
    if media.asset_type is None and asset_type is not None:
        media.asset_type = asset_type
    if metadata is not None:
        metadata = [turned(one, MetadataField, tell, value=one.value) for one in sound(metadata)] or None
    details = made(DataRowDetails, dataset_name=found["dataset_name"])
    projects = {}
    for project_id, some in _by_project(told).items():
        projects[project_id] = made(
            Project,
            name=some[0].element.project_name,
            labels=[label_of(one, asset_type or "unknown", Ledger(account, one.label_id)) for one in some],
            project_details=_workflow(some, account),
        )
    return made(
        Line,
        data_row=made(
            DataRow,
            data_row_id=told[0].element.data_row_id,
            external_id=found["external_id"],
            global_key=found["global_key"],
            row_data=found["row_data"],
            details=None if found["dataset_name"] is None else details,
        ),
        media_attributes=media,
        metadata_fields=metadata,
        projects=projects,
    )


def _by_project(told: Sequence[Told]) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = {}
    for one in told:
        found.setdefault(project_id_of(one.element) or "", []).append(one)
    return found


def label_of(told: Told, asset_type: str, ledger: Ledger) -> Label:
    """One label."""
    element = told.element
    ledger.kept(LABEL)
    tell = ledger.teller(LABEL)
    tell_without(element, ("data_split", "benchmark_reference_id"), tell)
    if given(element.view_label) not in (None, view_label(project_id_of(element) or "", element.label_id)):
        tell_without(element, ("view_label",), tell)
    for name in ("has_open_issues", "is_benchmark"):
        if given(getattr(element, name)):
            tell_without(element, (name,), tell)
    seconds = _seconds(element, tell)
    tell_unknown(element, tell, _SECONDS)
    annotations = _annotations(told, asset_type, ledger)
    ledger.settle()
    skipped = True if element.label == "Skip" else element.skipped
    performance: dict[str, Any] = {
        "seconds_to_create": seconds,
        "seconds_to_review": given(element.seconds_to_review),
        "skipped": skipped,
        "agreement": _score(element.agreement),
        "benchmark_agreement": _score(element.benchmark_agreement),
        "benchmark_id": given(element.benchmark_id),
    }
    parts = None
    if (labeling := given(element.seconds_to_create)) is not None:
        both = ("seconds_to_review", "skipped", "agreement")
        parts = made(
            PerformanceDetailsV2,
            seconds_labeling=labeling,
            seconds_total=performance["seconds_to_create"],
            **{name: performance[name] for name in both},
        )
    reviews = []
    for one in ledger.sound(element.reviews, REVIEW):
        ledger.kept(REVIEW)
        if one.reviewed_label_id not in (None, element.label_id):
            tell_without(one, ("reviewed_label_id",), ledger.teller(REVIEW))
        reviews.append(turned(one, Review, ledger.teller(REVIEW), apart=("reviewed_label_id",)))
    details = {
        "created_at": _time(element.created_at),
        "updated_at": _time(element.updated_at),
        "created_by": element.created_by,
        "reviews": reviews,
    }
    return made(
        Label,
        label_kind=label_kind(asset_type),
        version=LABEL_VERSION,
        label_id=element.label_id,
        label_details=made(LabelDetails, **details) if any(map(says, details.values())) else None,
        performance_details=made(PerformanceDetails, **performance) if any(map(says, performance.values())) else None,
        performance_details_v2=parts,
        annotations=annotations,
    )


def _annotations(told: Told, asset_type: str, ledger: Ledger) -> Annotations:
    """The annotations of a label, from whichever of its forms."""
    body, tell = told.element.label, ledger.teller(LABEL)
    turner = AnnotationsToV2(ledger, asset_type)
    whole = body if isinstance(body, V1Annotations) else V1Annotations()
    frames = chain(body, told.frames) if isinstance(body, list) else told.frames
    if isinstance(body, str) and body != "Skip":
        tell('without "Label"')
    if _is_early(whole):
        tell("in the shape of 2020 and later")
        return early_annotations(told.parts, ledger)
    tell_unknown(whole, tell)
    if (first := next(frames, None)) is not None:
        found = turner.in_frames(chain((first,), frames), whole.classifications)
        found.objects = turner.objects(whole.objects) or None  # type: ignore[assignment]
        found.relationships = turner.relationships(whole.relationships, found.objects or ()) or None  # type: ignore[assignment]
    else:
        found = turner.whole(whole)
    if whole.frames_url is not None:
        tell(_FRAMES_FILE if first is None else "with its frames in place of a link to them")
    if told.element.masks:
        pictures = early_annotations(_pictures(told), ledger)
        found.objects = [*(found.objects or ()), *pictures.objects]
    return found


def _is_early(body: V1Annotations) -> bool:
    """Whether the annotations stand under the names of their classes."""
    members = (body.objects, body.classifications, body.relationships, body.frames_url)
    return body.extra is not None and all(member is None for member in members) and is_legacy(body.extra.members)


def _pictures(told: Told) -> Iterator[Read]:
    """The masks of classes, which stand beside the annotations."""
    for part in told.parts:
        part.objects = [one for one in part.objects if one.kind == "mask" and one.feature_id is None]
        part.answers = []
        yield part


def _workflow(told: Sequence[Told], account: Account) -> ProjectDetails | None:
    """Where the data row is in the workflow of a project, as the first of its labels says."""
    info, first = _first(told, "workflow_info", account)
    if info is None:
        return None
    tell = Ledger(account, first).teller(LABEL)
    tell_unknown(info, tell)
    history = None if info.history is None else [turned(one, WorkflowEvent, tell) for one in sound(info.history)]
    return made(ProjectDetails, task_name=info.workflow_task_name, workflow_history=history)


def _json_key(name: str) -> str:
    return next(one.json_key(name) for one in map(DECLARATIONS.get, Element.__mro__) if one and name in one.members)


def _first(told: Sequence[Told], name: str, account: Account) -> tuple[Any, str]:
    """What the first label that says anything under a name says, and which that is; the others need not agree."""
    values = [(value if says(value := getattr(one.element, name)) else None, one.label_id) for one in told]
    found = next((one for one in values if one[0] is not None), values[0])
    for value, label_id in values:
        if value != found[0]:
            account.change(LABEL, f'with the "{_json_key(name)}" of another label of its data row', label_id)
    return found


def _score(score: Any) -> float | None:
    """A score; v1 says -1 where there is none."""
    value: float | None = given(score)
    return None if value == -1 else value


def _seconds(element: Element, tell: Tell) -> float | None:
    """The time on the label; in 2018 it was text."""
    if (seconds := given(element.seconds_to_label)) is not None or element.extra is None:
        return seconds
    text = element.extra.members.get(_SECONDS)
    if text is None:
        return None
    try:
        found = float(text) if isinstance(text, str) else nan
    except ValueError:
        found = nan
    tell(f'"{_SECONDS}" as a number' if isfinite(found) else f'without "{_SECONDS}"')
    return found if isfinite(found) else None


def _time(time: str | int | None) -> str | None:
    text = time_text(time)
    return None if text is None else time_in(text, "v2")
