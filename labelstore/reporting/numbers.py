"""The numbers of a report: of a whole store as `labelstore.analyses.stats` counts them, or of some projects."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from labelstore.analyses.stats import stats
from labelstore.engines.database import Database
from labelstore.query.projects import OF_PROJECTS, check_project

Counted = list[tuple[str, float]]


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
    return Numbers(total, projects, asset_types, classes, questions)


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


def _by_name(rows: Iterable[dict[str, Any]], column: str | None) -> Counted:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["name"] or "without a name"] += row[column or "classifications"]
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
