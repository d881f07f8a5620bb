"""What an export is to hold, and of which data rows, in the words of the vendor's SDK."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

from labelstore.connected.service.exports import Target
from labelstore.errors import UsageError

_EVERYWHERE: Final = ("attachments", "data_row_details", "embeddings", "metadata_fields", "media_type_override")
_OF_LABELS: Final = ("interpolated_frames", "label_details", "performance_details", "project_details")
_TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "project": (*_EVERYWHERE, *_OF_LABELS),
    "dataset": (*_EVERYWHERE, *_OF_LABELS, "all_model_runs", "all_projects", "predictions"),
    "catalog": (*_EVERYWHERE, *_OF_LABELS, "all_model_runs", "all_projects", "predictions"),
    "model_run": (*_EVERYWHERE, "model_run_details", "predictions"),
}
"""The parameters that exports of a source have."""


@dataclass(frozen=True)
class Parameters:
    """What an export is to hold: by default all there is, but for the frames that Labelbox interpolates."""

    attachments: bool = True
    data_row_details: bool = True
    embeddings: bool = True
    interpolated_frames: bool = False
    label_details: bool = True
    metadata_fields: bool = True
    performance_details: bool = True
    project_details: bool = True
    all_projects: bool = True
    all_model_runs: bool = True
    model_run_details: bool = True
    predictions: bool = True
    media_type_override: str | None = None

    def of(self, target: Target) -> dict[str, Any]:
        """Those that exports of the target have. Raises `UsageError` for a type of media that is none."""
        values = asdict(self)
        if self.media_type_override is not None:
            kind = _media_type(self.media_type_override)
            # of model runs the SDK sends what it is given
            values["media_type_override"] = kind.value if target.source == "model_run" else kind
        return {name: values[name] for name in _TAKEN[target.source] if values[name] is not None}


@dataclass(frozen=True)
class Filters:
    """Of which data rows: those that fulfil all of it. Times are ISO 8601, taken for UTC unless they say otherwise."""

    since: str | None = None
    """Activity from then on."""
    labeled_since: str | None = None
    labeled_until: str | None = None
    batches: tuple[str, ...] = ()
    data_rows: tuple[str, ...] = ()
    global_keys: tuple[str, ...] = ()
    workflow_status: str | None = None

    @property
    def is_selection(self) -> bool:
        """Whether they say more than from when on, so that the next pull cannot build on this one."""
        return any(getattr(self, field.name) for field in fields(self) if field.name != "since")

    def of(self, target: Target, since: datetime | None) -> dict[str, Any]:
        """As the SDK wants them, which takes only offsets of +0000 for what they say. Raises `UsageError`."""
        if target.source == "model_run" and (self.is_selection or self.since):
            raise UsageError("exports of model runs take no filters: leave them out")
        if target.source != "project" and (self.batches or self.workflow_status):
            raise UsageError("only exports of projects can be filtered by batch and workflow status")
        if self.data_rows and self.global_keys:
            raise UsageError("data rows are named either by id or by global key")
        labeled = [None if text is None else stamp(moment(text)) for text in (self.labeled_since, self.labeled_until)]
        found: dict[str, Any] = {
            "last_activity_at": [stamp(since), None] if since is not None else None,
            "label_created_at": labeled if any(labeled) else None,
            "batch_ids": [*self.batches],
            "data_row_ids": [*self.data_rows],
            "global_keys": [*self.global_keys],
            "workflow_status": self.workflow_status,
        }
        return {name: value for name, value in found.items() if value}


def moment(text: str) -> datetime:
    """A time that a user or the store tells. Raises `UsageError`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text}: is no time; give one such as 2026-11-30 or 2026-11-30T08:00+01:00") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def stamp(moment: datetime) -> str:
    """A time as the service is asked for it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000"


def _media_type(name: str) -> Any:
    from labelbox.schema.media_type import MediaType

    known = {kind.name.lower(): kind for kind in MediaType if kind.name not in ("Unknown", "Unsupported")}
    if name.lower() not in known:
        raise UsageError(f"{name}: is no type of media; there are {', '.join(sorted(known))}")
    return known[name.lower()]
