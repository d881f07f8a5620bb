"""The counts of a load of which some records were superseded: of what it brought and the lake holds now."""

from collections import Counter

from labelstore.engines.database import Database
from labelstore.loading.report import Report
from labelstore.schema.tables import node_range

_IN_RUNS = "label_id in (select label_id from labels where model_run_id is not null)"
_COUNTED = {"objects": "object_id", "classifications": "classification_id", "frames": "frame_id"}
_NAMED = {"classes": ("objects", "object_id"), "questions": ("classifications", "classification_id")}


def recount_new(database: Database, report: Report, first_record: int) -> None:
    """Set the counts of a report to what records from this one on hold."""
    first = (node_range(first_record)[0],)
    sql = (
        "select count(*) filter (model_run_id is null),"
        " count(*) filter (model_run_id is not null and not is_prediction),"
        " count(*) filter (is_prediction) from labels where node_id >= ?"
    )
    ((report.labels, report.model_run_labels, report.predictions),) = database.query(sql, first).rows
    for table, node in _COUNTED.items():
        setattr(report, table, int(database.value(f"{_select('count(*)', table, node)}", first)))
    for name, (table, node) in _NAMED.items():
        sql = f"{_select('name, count(*)', table, node)} and name is not null group by name"
        setattr(report, name, Counter(dict(database.query(sql, first).rows)))
    sql = (
        "select project_id, count(*) from labels"
        " where node_id >= ? and project_id is not null and model_run_id is null group by 1"
    )
    report.projects = Counter(dict(database.query(sql, first).rows))
    sql = "select asset_type, count(*) from records where node_id >= ? and asset_type is not null group by 1"
    report.asset_types = Counter(dict(database.query(sql, first).rows))


def _select(what: str, table: str, node: str) -> str:
    return f"select {what} from {table} where {node} >= ? and not {_IN_RUNS}"
