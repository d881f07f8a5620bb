"""The pages of managers: scorecards of labelers, projects and reviewers, with charts by week."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from labelstore.browsing.pages.page import database_of, page, rendered
from labelstore.browsing.paths import Paths
from labelstore.browsing.scorecards import tables
from labelstore.browsing.scorecards.asking import Asked, Remembered, answer, asked
from labelstore.browsing.stores import read
from labelstore.reporting import columns
from labelstore.reporting.charted import burn_down, of_each, over_time
from labelstore.scenes import ConnectionSource

Row = Mapping[str, Any]
Answers = dict[str, list[dict[str, Any]]]

_remembered = Remembered()
_PROPOSED = 200
"""Names that a field proposes."""


@page("/labelers")
async def labelers(request: Any, datasette: Any) -> Any:
    """Who labeled how much, how fast and how well."""
    return await _page(request, datasette, "labelers", _labelers)


@page("/projects")
async def projects(request: Any, datasette: Any) -> Any:
    """How far projects are, and how well they go."""
    return await _page(request, datasette, "projects", _projects)


@page("/reviewers")
async def reviewers(request: Any, datasette: Any) -> Any:
    """Who reviewed how much, how strictly and how soon."""
    return await _page(request, datasette, "reviewers", _reviewers)


Sections = tuple[list[tuple[str, tables.Table]], list[Markup]]
"""Tables with their titles, and charts."""


class _Asking:
    """One request for a scorecard: what is asked, where links lead."""

    def __init__(self, name: str, wanted: Asked, sort: str | None, paths: Paths, source: ConnectionSource) -> None:
        self.name, self.asked, self.sort, self.paths, self.source = name, wanted, sort, paths, source

    def rows(self, query: str, **changes: str | None) -> list[dict[str, Any]]:
        """Of a canned query, as asked for with some changes; remembered."""
        given = {**self.asked._asdict(), **changes}
        return _remembered.read(self.source, (query, *given.items()), lambda: answer(self.source, query, given))

    def here(self, **changes: str | None) -> str:
        """This page with other arguments."""
        return self.paths.scorecard(self.name, **{**self.asked.arguments(), "sort": self.sort, **changes})

    def to_gallery(self, row_filters: Callable[[Row], dict[str, Any] | None]) -> Callable[[Row, Row], str | None]:
        """What makes the link of a number: the filters that are asked for, those of its row and of its column."""

        def leads(row: Row, of_column: Row) -> str | None:
            of_row = row_filters(row)
            return None if of_row is None else self.paths.gallery(**{**self.asked.arguments(), **of_row, **of_column})

        return leads

    def table(
        self,
        shown: Sequence[columns.Column],
        rows: Sequence[Row],
        row_filters: Callable[[Row], dict[str, Any] | None],
        heading: Callable[[Row], str | None],
    ) -> tables.Table:
        """A table of this page."""
        return tables.table(
            shown, rows, self.sort, lambda key: self.here(sort=key), self.to_gallery(row_filters), heading
        )

    def week(self, first: str, after: str) -> str:
        """The gallery of what was labeled in a week, or the part of it that is asked for."""
        since, until = max(first, self.asked.since or ""), min(after, self.asked.until or after)
        return self.paths.gallery(**self.asked.arguments(since=since, until=until))


def _labelers(asking: _Asking) -> Sections:
    rows = asking.rows("labeler-scorecard")
    scorecard = asking.table(
        columns.LABELERS,
        rows,
        lambda row: None if row["labeler"] is None else {"labeler": row["labeler"]},
        lambda row: None if row["labeler"] is None else asking.here(labeler=row["labeler"], sort=None),
    )
    found = [("Labelers", scorecard)]
    if asking.asked.labeler is not None:
        of_projects = [column for column in columns.PROJECTS if column.key not in ("data_rows", "done", "labelers")]
        mine = [row for row in asking.rows("project-scorecard") if row["labels"] or row["skipped"]]
        found.append(("By project", asking.table(of_projects, mine, _of_project, _to_project(asking))))
    weekly = asking.rows("labels-per-week")
    charts = [
        over_time(weekly, {"labels": "labels", "skipped": "skipped"}, "Labels", "labels", asking.week),
        over_time(weekly, {"hours": "hours"}, "Time", "hours") if any(row["hours"] for row in weekly) else Markup(),
        of_each(rows, "labeler", "labels", "Labels of each labeler"),
    ]
    return found, charts


def _projects(asking: _Asking) -> Sections:
    rows = asking.rows("project-scorecard")
    found = [("Projects", asking.table(columns.PROJECTS, rows, _of_project, _to_project(asking)))]
    steps = asking.rows("data-rows-by-step", labeler=None, since=None, until=None)
    if len({row["project_id"] for row in steps}) == 1:
        found.append(("Workflow steps, of today", _steps(asking, steps)))
    moved = asking.rows("burn-down", labeler=None, since=None, until=None)
    weekly = asking.rows("labels-per-week")
    charts = [
        burn_down(moved, asking.asked.since, asking.asked.until),
        over_time(weekly, {"labels": "labels", "skipped": "skipped"}, "Throughput: labels", "labels", asking.week),
        of_each(rows, "project", "labels", "Labels of each project"),
    ]
    return found, charts


def _steps(asking: _Asking, steps: Sequence[Row]) -> tables.Table:
    """Steps of one project; neither the period nor the labeler of the page bounds them."""
    return tables.table(
        columns.STEPS,
        steps,
        None,
        lambda key: asking.here(),
        lambda row, _: asking.paths.gallery(project=row["project_id"], step=row["step"]),
        lambda row: None,
    )


def _reviewers(asking: _Asking) -> Sections:
    rows = asking.rows("reviewer-scorecard")

    def filters(row: Row) -> dict[str, Any] | None:
        """The gallery's period is that of labels, not of reviews."""
        return None if asking.asked.has_period or row["reviewer"] is None else {"reviewer": row["reviewer"]}

    weekly = [
        {**row, "other": row["reviews"] - row["approved"] - row["rejected"]} for row in asking.rows("reviews-by-week")
    ]
    counts = {"approved": "approved", "rejected": "rejected"} | (
        {"other": "other"} if any(row["other"] for row in weekly) else {}
    )
    charts = [
        over_time(weekly, counts, "Reviews", "reviews"),
        of_each(rows, "reviewer", "reviews", "Reviews of each reviewer"),
    ]
    return [("Reviewers", asking.table(columns.REVIEWERS, rows, filters, lambda row: None))], charts


def _of_project(row: Row) -> dict[str, Any] | None:
    return None if row["project_id"] is None else {"project": row["project_id"]}


def _to_project(asking: _Asking) -> Callable[[Row], str | None]:
    """The page of a project."""

    def heading(row: Row) -> str | None:
        arguments = asking.asked.arguments(project=row["project_id"])
        return None if row["project_id"] is None else asking.paths.scorecard("projects", **arguments)

    return heading


async def _page(request: Any, datasette: Any, name: str, sections: Callable[[_Asking], Sections]) -> Any:
    database = database_of(request, datasette)
    paths = Paths(datasette, database)
    wanted, wrong = asked({field: request.args.get(field) for field in request.args})
    sort = (request.args.get("sort") or "")[:40] or None

    def work(source: ConnectionSource) -> dict[str, Any]:
        asking = _Asking(name, wanted, sort, paths, source)
        found, charts = sections(asking)
        return {"tables": found, "charts": [chart for chart in charts if chart], "proposed": _proposed(source)}

    context = await read(datasette, database, work)
    links: dict[str, Any] = {
        "name": name,
        "asked": wanted,
        "sort": sort,
        "queries": _QUERIES[name],
        "action": paths.scorecard(name),
        "others": [(other, paths.scorecard(other, **wanted.arguments()), other == name) for other in _QUERIES],
    }
    return await rendered(request, datasette, database, "labelstore_scorecard.html", wrong=wrong, **links, **context)


_QUERIES = {
    "labelers": ("labeler-scorecard", "labels-per-week", "seconds-per-label", "skipped-time", "rework"),
    "projects": ("project-scorecard", "data-rows-by-step", "burn-down", "time-in-workflow-steps"),
    "reviewers": ("reviewer-scorecard", "reviews-by-week", "reviews-by-labeler"),
}
"""The pages, and the canned queries that each shows or leads to."""
_NAMED = {
    "project": "select name from projects where name is not null group by name order by name limit $most",
    "labeler": """
select created_by from labels where model_run_id is null and created_by is not null group by 1 order by 1 limit $most
""",
}


def _proposed(source: ConnectionSource) -> dict[str, list[str]]:
    """The names that the fields of the form propose."""

    def names(sql: str) -> list[str]:
        return [str(row[0])[:300] for row in source.query(sql, {"most": _PROPOSED}).rows]

    return _remembered.read(source, "proposed", lambda: {field: names(sql) for field, sql in _NAMED.items()})
