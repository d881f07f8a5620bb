"""The scorecards of a report: tables of labelers, projects and reviewers, and charts of work over time."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.engines.database import Database
from labelstore.query.run import ask_named
from labelstore.reporting.charted import burn_down, over_time
from labelstore.reporting.columns import LABELERS, PROJECTS, REVIEWERS, Column

Row = dict[str, Any]
Redacted = Callable[[str], str]

MOST_ROWS = 30
"""Rows of a table at most."""
_APART = 5
"""Projects whose people have a table of their own, where a report is of several."""


_PEOPLE = (("Labelers", LABELERS, "labeler-scorecard"), ("Reviewers", REVIEWERS, "reviewer-scorecard"))
_NAMES = ("project", "step")
"""Columns of texts that come into charts."""


class Table(NamedTuple):
    """A table of texts: the heads of its columns, its rows, and how many more there are."""

    heading: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    more: int


class Scorecards(NamedTuple):
    """Tables and charts; either may be none."""

    tables: list[Table]
    charts: list[Markup]


def read_scorecards(database: Database, projects: Sequence[str] | None, redacted: Redacted) -> Scorecards:
    """The scorecards of all projects (None), or of those with these ids."""
    chosen: list[str | None] = [None] if projects is None else [*projects]

    def rows(query: str, project: str | None) -> list[Row]:
        return list(ask_named(database, query, {"project": project}))

    def all_rows(query: str) -> list[Row]:
        return [_redacted(row, redacted) for project in chosen for row in rows(query, project)]

    tables = [
        _table("Projects", PROJECTS, sorted(all_rows("project-scorecard"), key=lambda row: -row["labels"]), redacted)
    ]
    for project in chosen[:_APART]:
        for heading, columns, query in (
            ("Labelers", LABELERS, "labeler-scorecard"),
            ("Reviewers", REVIEWERS, "reviewer-scorecard"),
        ):
            where = f" of {redacted(_name(database, project))}" if project is not None and len(chosen) > 1 else ""
            tables.append(_table(heading + where, columns, rows(query, project), redacted))
    return Scorecards([table for table in tables if table.rows], list(_charts(all_rows)))


def _charts(rows: Callable[[str], list[Row]]) -> Iterator[Markup]:
    drawn = (
        over_time(rows("labels-per-week"), {"labels": "labels", "skipped": "skipped"}, "Labels", "labels"),
        burn_down(rows("burn-down")),
        over_time(rows("reviews-by-week"), {"approved": "approved", "rejected": "rejected"}, "Reviews", "reviews"),
    )
    return (chart for chart in drawn if chart)


def _table(heading: str, columns: Sequence[Column], rows: Sequence[Row], redacted: Redacted) -> Table:
    texts = [tuple(redacted(column.form(row[column.key]))[:200] for column in columns) for row in rows[:MOST_ROWS]]
    return Table(heading, tuple(column.title for column in columns), texts, max(len(rows) - MOST_ROWS, 0))


def _redacted(row: Row, redacted: Redacted) -> Row:
    """Steps and names come into charts; ids and times stay."""
    return {
        key: redacted(value) if key in ("step", "project") and value is not None else value
        for key, value in row.items()
    }


def _name(database: Database, project: str) -> str:
    name = database.value("select name from projects where project_id = $project", {"project": project})
    return str(name or project)
