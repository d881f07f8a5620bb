"""What a new store holds in the end, where its files told of some labels several times."""

from collections import Counter

from labelstore.engines.database import Database
from labelstore.loading.report import Report

_BY_NAME = """
    select role, case when role = 'label' then project_id else name end as named,
        cast(sum(annotations) as integer) as number
    from feature_counts
    where grain is null and role in ('label', 'tool', 'classification', 'frame')
    group by 1, 2
"""
_MODEL_RUNS = """
    select coalesce(sum(case when is_prediction then 0 else 1 end), 0),
        coalesce(sum(case when is_prediction then 1 else 0 end), 0)
    from labels
    where model_run_id is not null
"""
_ASSET_TYPES = "select asset_type, count(*) from records where asset_type is not null group by asset_type"


def recount(database: Database, report: Report) -> None:
    """Set the counts of a report to what the store holds, whose counters are up to date."""
    names: dict[str, Counter[str]] = {role: Counter() for role in ("label", "tool", "classification", "frame")}
    totals = Counter[str]()
    for role, name, number in database.query(_BY_NAME).rows:
        totals[role] += number
        if name is not None and number:
            names[role][name] = number
    report.labels, report.objects = totals["label"], totals["tool"]
    report.classifications, report.frames = totals["classification"], totals["frame"]
    report.projects, report.classes, report.questions = names["label"], names["tool"], names["classification"]
    ((report.model_run_labels, report.predictions),) = (map(int, row) for row in database.query(_MODEL_RUNS).rows)
    report.asset_types = Counter(dict(database.query(_ASSET_TYPES).rows))
