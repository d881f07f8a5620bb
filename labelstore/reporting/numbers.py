"""The numbers of a report: of a whole store as `labelstore.analyses.stats` counts them, or of some projects."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from labelstore.analyses.stats import stats
from labelstore.engines.database import Database
from labelstore.query.projects import OF_PROJECTS, check_project

Counted = list[tuple[str, float]]

MOST_COLUMNS = 100
"""Days are joined to weeks or months where there would be more."""


class LabelFilter(NamedTuple):
    """SQL for the labels that are reported on, with the alias `l`, and its parameters."""

    condition: str
    values: dict[str, Any]
    projects: frozenset[str] | None


class Numbers(NamedTuple):
    """`total` is noun → count; `projects` and `asset_types` are rows with columns as in `labelstore.analyses.stats`."""

    total: dict[str, int]
    projects: list[dict[str, Any]]
    asset_types: list[dict[str, Any]]
    classes: Counted
    questions: Counted
    over_time: Counted


def label_filter(database: Database, projects: Sequence[str]) -> LabelFilter:
    """The labels of labelers, of projects with these ids or names. Raises `NotFoundError` for one that is not there."""
    if not projects:
        return LabelFilter("l.model_run_id is null", {}, None)
    for project in projects:
        check_project(database, project)
    rows = database.query("select project_id, name from projects").rows
    ids = sorted({row[0] for row in rows if row[0] in projects or row[1] in projects})
    values = {f"p{number}": project for number, project in enumerate(projects)}
    marks = ", ".join(f"${name}" for name in values)
    return LabelFilter(f"l.model_run_id is null and {OF_PROJECTS.format(these=marks)}", values, frozenset(ids))


def read_numbers(database: Database, labels: LabelFilter) -> Numbers:
    """The numbers of the chosen labels."""
    found = stats(database)
    projects = found["projects"]
    if labels.projects is None:
        total = dict(found["total"])
        asset_types = found["asset_types"]
        classes, questions = _by_name(found["object_names"], "objects"), _by_name(found["classification_names"], None)
    else:
        projects = [row for row in projects if row["project_id"] in labels.projects]
        total = {noun: sum(row[noun] for row in projects) for noun in ("labels", "objects", "classifications")}
        asset_types = list(database.query(_ASSET_TYPES.format(labels=labels.condition), labels.values))
        total = {"projects": len(projects), "data_rows": sum(row["data_rows"] for row in asset_types), **total}
        rows = {table: database.query(_NAMES.format(table=table, labels=labels.condition), labels.values)
                for table in ("objects", "classifications")}  # fmt: skip
        classes, questions = (_by_name(rows[table], table) for table in rows)
    return Numbers(total, projects, asset_types, classes, questions, _over_time(database, labels))


_ASSET_TYPES = """
select d.asset_type, count(distinct l.data_row_id) as data_rows, count(*) as labels
from labels as l
left join data_rows as d on d.data_row_id = l.data_row_id
where {labels}
group by d.asset_type
order by data_rows desc, coalesce(d.asset_type, '')
"""
_NAMES = """
select name, count(*) as {table}
from {table}
where label_id in (select l.label_id from labels as l where {labels})
group by name
"""
_DAYS = """
select substr(l.created_at, 1, 10) as day, count(*) as number
from labels as l
where {labels} and l.created_at is not null
group by 1
"""


def _by_name(rows: Iterable[dict[str, Any]], column: str | None) -> Counted:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["name"] or "without a name"] += row[column or "classifications"]
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _over_time(database: Database, labels: LabelFilter) -> Counted:
    """Labels made in each day, week or month, including those without any."""
    days: Counter[date] = Counter()
    for row in database.query(_DAYS.format(labels=labels.condition), labels.values):
        try:
            days[date.fromisoformat(row["day"])] += row["number"]
        except ValueError:  # no moment
            continue
    if not days:
        return []
    first, last = min(days), max(days)
    span = (last - first).days
    if span > 40 * 366:  # a clock that was wrong
        return [(str(year), count) for year, count in sorted(_together(days, lambda day: str(day.year)).items())]
    if span < MOST_COLUMNS:
        every = [first + timedelta(number) for number in range(span + 1)]
        return [(day.isoformat(), days[day]) for day in every]
    months = _together(days, lambda day: day.isoformat()[:7])
    every_month = [f"{number // 12}-{number % 12 + 1:02}" for number in range(_month(first), _month(last) + 1)]
    return [(month, months[month]) for month in every_month]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _together(days: Counter[date], name: Any) -> Counter[str]:
    found: Counter[str] = Counter()
    for day, count in days.items():
        found[name(day)] += count
    return found
