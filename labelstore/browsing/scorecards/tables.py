"""Tables of scorecards: columns in their forms, sorted by links, numbers that lead to the gallery."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from labelstore.figures import duration, figure, moment, share

Row = Mapping[str, Any]
MOST_ROWS = 200
"""Rows of a table at most; the page says how many there are."""
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


class Cell(NamedTuple):
    """What one cell shows, and where it leads."""

    text: str
    href: str | None = None


class Head(NamedTuple):
    """The title of a column, the link that sorts by it, and how it is sorted now: ascending, descending or not."""

    title: str
    href: str
    sorted: str | None
    about: str


class Table(NamedTuple):
    """A table as the page shows it: the first cell of each row is its heading."""

    heads: list[Head]
    rows: list[list[Cell]]
    total: int


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


def table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    sort: str | None,
    sorting: Callable[[str], str],
    leads: Callable[[Row, Mapping[str, Any]], str | None],
    heading: Callable[[Row], str | None],
) -> Table:
    """A table sorted as `sort` says: a key, with a minus downwards; rows without a value come last.

    `sorting` makes the link that sorts, `leads` that of a number from a row and the filters of its column, `heading`
    that of the first cell.
    """
    keys = {column.key for column in columns}
    key = sort.removeprefix("-") if sort and sort.removeprefix("-") in keys else None
    falls = bool(sort and sort.startswith("-"))
    ordered = list(rows)
    if key:
        known = [row for row in rows if row[key] is not None]
        known.sort(key=lambda row: row[key], reverse=falls)
        ordered = [*known, *(row for row in rows if row[key] is None)]
    heads = [_head(column, key, falls, sorting) for column in columns]
    shown = [
        [Cell(columns[0].form(row[columns[0].key]), heading(row)), *(_cell(one, row, leads) for one in columns[1:])]
        for row in ordered[:MOST_ROWS]
    ]
    return Table(heads, shown, len(rows))


def _head(column: Column, key: str | None, falls: bool, sorting: Callable[[str], str]) -> Head:
    """Numbers are sorted downwards first, names upwards."""
    here = column.key == key
    is_name = column.form in (str, whoever)
    down = not falls if here else not is_name
    state = ("descending" if falls else "ascending") if here else None
    return Head(column.title, sorting(f"-{column.key}" if down else column.key), state, column.about)


def _cell(column: Column, row: Row, leads: Callable[[Row, Mapping[str, Any]], str | None]) -> Cell:
    value = row[column.key]
    href = leads(row, column.filters) if column.filters is not None and value else None
    return Cell(column.form(value), href)
