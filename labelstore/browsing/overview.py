"""What the home page of a store says: what to look at, counts, classes, people, projects, loads.

It has parts, each remembered until the store changes. What takes long is read as far as there is time, and is None
until the next page has it.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from labelstore.analyses.stats import SECTIONS, total
from labelstore.browsing.gallery.matches import Memory
from labelstore.engines.reading import Reading
from labelstore.history import Load, loads_of
from labelstore.query.filters import FILTERS, Value, values_of
from labelstore.query.filters.registry import LAST_SCORE

Row = dict[str, Any]

MOST = 50
"""Projects and classes that are shown at most."""
NEWEST = 16
"""New labels of which some are drawn."""
SECONDS = 1.0
"""No part is begun after this time."""

_WORKED_ON = """
select case when created_at glob '[0-9][0-9][0-9][0-9]-[01][0-9]*' then substr(created_at, 1, 7) end as month,
    created_by as labeler, count(*) as labels,
    sum(coalesce(has_open_issues, 0) > 0) as issues,
    sum(agreement is not null and agreement <> -1) as scored
from labels
where model_run_id is null
group by 1, 2
"""
_ANNOTATED = (
    "(l.objects_total > 0 or l.classification_count > 0 or l.frame_count > 0 or l.frames_url is not null)"
    " and l.model_run_id is null and not coalesce(l.skipped, 0)"
)
_NEWEST = f"""
select l.node_id
from labels as l
where {_ANNOTATED}
order by coalesce(l.created_at, l.updated_at) desc, l.node_id desc
limit {NEWEST}
"""
_REJECTED = f"""
select count(*) as labels
from labels as l
where l.model_run_id is null and l.label_id in (select r.label_id from reviews as r where r.score < 0)
    and {LAST_SCORE} < 0
"""
_UNLABELED = """
select count(*) as data_rows
from data_rows as d
where not exists (select 1 from labels as l where l.data_row_id = d.data_row_id and l.model_run_id is null)
"""
_COMPARED = """
select count(*) as data_rows
from (
    select 1
    from labels
    where model_run_id is null and data_row_id is not null and not coalesce(skipped, 0)
    group by data_row_id, project_id
    having count(*) > 1
) as several
"""
"""Data rows with several labels, as the page of disagreement has them."""
_EXAMPLE = f"""
select l.node_id
from labels as l
join data_rows as d on d.data_row_id = l.data_row_id
where d.asset_type = $asset_type and {_ANNOTATED} and {{condition}}
order by l.node_id
limit 3
"""
_TELLING = ("l.objects_total between 3 and 40", "true")
"""Which labels show most, the best first."""
_PROJECTS = f"""
select f.project_id, max(p.name) as name,
    sum(case when f.role = 'label' then f.annotations else 0 end) as labels,
    sum(case when f.role = 'tool' then f.annotations else 0 end) as objects,
    sum(case when f.role = 'classification' then f.annotations else 0 end) as classifications
from feature_counts as f
left join projects as p on p.project_id = f.project_id
where f.grain is null
group by f.project_id
having sum(case when f.role = 'label' then f.annotations else 0 end) > 0
order by labels desc, coalesce(f.project_id, '')
limit {MOST}
"""
_REJECTS = """
select r.load_id, l.file_name, r.position, r.reason
from rejects as r
left join loads as l on l.load_id = r.load_id
order by r.load_id desc, r.position
limit 10
"""
_URLS = """
select status, count(*) as urls from assets where status is not null group by status order by urls desc, status
"""


class Work(NamedTuple):
    """Labels by month and by labeler, those with open issues, and those with an agreement."""

    months: list[tuple[str, int]]
    labelers: list[tuple[str, int]]
    issues: int
    scored: int


class ClassCount(NamedTuple):
    """A class with its objects, and the labels that have one."""

    name: str
    kinds: list[str]
    objects: int
    labels: int | None


class Overview(NamedTuple):
    """The parts of the page: `newest` and `examples` are nodes of labels, the latter by asset type."""

    total: Row
    classes: list[ClassCount]
    projects: list[Row]
    asset_types: tuple[Value, ...]
    skipped: int
    loads: list[Load]
    rejects: list[Row]
    newest: list[int] | None
    work: Work | None
    rejected: int | None
    examples: dict[str, list[int]] | None
    unlabeled: int | None
    compared: int | None
    urls: list[Row] | None
    """How many URLs `labelstore fetch` has asked for, by what came of it."""

    @property
    def is_whole(self) -> bool:
        """Whether there was time for all parts."""
        return None not in self


def _rows(sql: str) -> Callable[[Reading], list[Row]]:
    return lambda reading: list(reading.query(sql))


def _skipped(reading: Reading) -> int:
    return sum(value.labels or 0 for value in values_of(reading, FILTERS["skipped"]) if value.value == "yes")


def _work(reading: Reading) -> Work:
    rows = list(reading.query(_WORKED_ON))
    months: Counter[str] = Counter()
    labelers: Counter[str] = Counter()
    for row in rows:
        if row["month"] is not None:
            months[row["month"]] += row["labels"]
        if row["labeler"] is not None:
            labelers[row["labeler"]] += row["labels"]
    issues, scored = (sum(row[name] for row in rows) for name in ("issues", "scored"))
    return Work(sorted(months.items()), sorted(labelers.items(), key=lambda pair: (-pair[1], pair[0])), issues, scored)


def _examples(reading: Reading) -> dict[str, list[int]]:
    """Labels with annotations of each asset type, none of them skipped; types without any are left out."""
    found: dict[str, list[int]] = {}
    for asset_type in (value.value for value in values_of(reading, FILTERS["asset_type"])):
        for condition in _TELLING:
            rows = reading.query(_EXAMPLE.format(condition=condition), {"asset_type": asset_type})
            if nodes := [row["node_id"] for row in rows]:
                found[asset_type] = nodes
                break
    return found


def _classes(reading: Reading) -> list[ClassCount]:
    """The classes with a name, those with most objects first; a label counts once for a class of several kinds."""
    labels = {value.value: value.labels for value in values_of(reading, FILTERS["class"])}
    objects: Counter[str] = Counter()
    kinds: dict[str, list[str]] = {}
    for row in reading.query(SECTIONS["object_names"]):
        if row["name"] is not None:
            objects[row["name"]] += row["objects"]
            kinds.setdefault(row["name"], []).append(row["kind"] or "unknown")
    return [ClassCount(name, kinds[name], number, labels.get(name)) for name, number in objects.most_common(MOST)]


PARTS: dict[str, Callable[[Reading], Any]] = {
    "total": total,
    "classes": _classes,
    "projects": _rows(_PROJECTS),
    "asset_types": lambda reading: values_of(reading, FILTERS["asset_type"]),
    "skipped": _skipped,
    "loads": loads_of,
    "rejects": _rows(_REJECTS),
    "newest": lambda reading: [row["node_id"] for row in reading.query(_NEWEST)],
    "work": _work,
    "rejected": lambda reading: reading.value(_REJECTED),
    "examples": _examples,
    "unlabeled": lambda reading: reading.value(_UNLABELED),
    "compared": lambda reading: reading.value(_COMPARED),
    "urls": _rows(_URLS),
}
"""Part → what reads it, those that counters and short tables have first."""
_AT_ONCE = tuple(PARTS)[:7]

_memory = Memory()


def read_overview(reading: Reading) -> Overview:
    """The overview of a store."""
    until = time.monotonic() + SECONDS
    known: dict[str, Any] = _memory.get(reading.path, "parts", dict)
    for name, read in PARTS.items():
        if name not in known and (name in _AT_ONCE or time.monotonic() < until):
            known[name] = read(reading)
    parts: dict[str, Any] = {name: known.get(name) for name in PARTS}
    return Overview(**parts)
