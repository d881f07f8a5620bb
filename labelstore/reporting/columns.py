"""The columns of scorecards: what each number is, how it is written, which labels of the gallery it counts."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from labelstore.figures import duration, figure, moment, share

NOBODY = "nobody named"
"""Stands for a labeler or reviewer whom the export does not name."""


class Column(NamedTuple):
    """One column: the key of its value, its title, its form; what a number leads to, as filters of the gallery.

    `filters` None: it leads nowhere. `about` says what the title does not.
    """

    key: str
    title: str
    form: Callable[[Any], str] = figure
    filters: Mapping[str, Any] | None = None
    about: str = ""


def _hours(value: float | None) -> str:
    return duration(None if value is None else value * 3600)


def whoever(value: Any) -> str:
    """A name, or what stands for none."""
    return str(value) if value is not None else NOBODY


_ALL: Mapping[str, Any] = {}
LABELS = Column("labels", "Labels", figure, {"skipped": "no"}, "without skipped ones")
SKIPPED = Column("skipped", "Skipped", figure, {"skipped": "yes"})
OBJECTS = Column("objects", "Objects", about="of labels that were not skipped; once in each frame")
HOURS = Column("hours", "Time", _hours, about="with review and rework, skipped labels too")
APPROVED = Column("approved", "Approved", figure, {"review": "approved"}, "labels by their last review")
REJECTED = Column("rejected", "Rejected", figure, {"review": "rejected"}, "labels by their last review")
AGREEMENT = Column("agreement", "Agreement", share, about="mean of the consensus scores that were computed")
BENCHMARK = Column("benchmark", "Benchmark", share, about="mean of the benchmark scores that were computed")

LABELERS = (
    Column("labeler", "Labeler", whoever),
    LABELS,
    SKIPPED,
    OBJECTS,
    HOURS,
    Column("seconds_per_label", "Per label", duration, about="mean time"),
    Column("seconds_per_object", "Per object", duration, about="mean time"),
    APPROVED,
    REJECTED,
    Column("reject_rate", "Reject rate", share, about="of approved and rejected labels"),
    Column("rework", "Rework", about="labels whose data row was rejected in the workflow"),
    AGREEMENT,
    BENCHMARK,
    Column("last_label_at", "Last label", moment),
)
PROJECTS = (
    Column("project", "Project", lambda value: str(value) if value is not None else "no project"),
    Column("data_rows", "Data rows", about="of today, whenever their labels were made"),
    Column("done", "Done", about="data rows in the step Done, of today"),
    LABELS,
    SKIPPED,
    Column("labelers", "Labelers"),
    OBJECTS,
    HOURS,
    APPROVED,
    REJECTED,
    Column("unreviewed", "No review", figure, {"review": "none"}),
    Column("approve_rate", "Approve rate", share, about="of approved and rejected labels"),
    AGREEMENT,
    BENCHMARK,
)
REVIEWERS = (
    Column("reviewer", "Reviewer", whoever),
    Column("labels", "Labels", figure, _ALL, "labels with a review of theirs"),
    Column("reviews", "Reviews"),
    Column("approved", "Approved", about="reviews"),
    Column("rejected", "Rejected", about="reviews"),
    Column("approve_rate", "Approve rate", share, about="of reviews that approve or reject"),
    Column("median_hours", "Wait", _hours, about="median time from the label to the review"),
    Column("last_review_at", "Last review", moment),
)
STEPS = (
    Column("step", "Workflow step", str),
    Column("data_rows", "Data rows"),
    Column("labels", "Labels", figure, _ALL, "of these data rows"),
)
