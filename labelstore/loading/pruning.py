"""Labels that a re-export of their project no longer contains."""

from collections.abc import Sequence
from typing import Any

from labelstore.engines.database import NOTES, Database, together
from labelstore.loading.label_removal import LabelRemoval
from labelstore.loading.replacing import keep_versions
from labelstore.loading.report import Confirm, Options, Report
from labelstore.schema.tables import node_range

# by nodes and by single records, for which each table has an index whatever the statistics say
_MISSING = """
    with came as (
        select project_id from labels where node_id >= ? union
        select project_id from labels where record_id in (select id from unchanged_records) union
        select project_id from data_row_projects where label_count is not null and node_id >= ? union
        select project_id from data_row_projects
        where label_count is not null and record_id in (select id from unchanged_records) union
        select id from projects_not_stored
    ),
    missing as (
        select coalesce(n.name, l.project_id) as project, l.label_id, l.node_id
        from labels as l
        left join projects as n on n.project_id = l.project_id
        where l.project_id in (select project_id from came where project_id is not null)
            and l.model_run_id is null and l.node_id < ?
            and l.record_id not in (select id from unchanged_records)
            and l.label_id not in (select id from labels_not_stored)
            and (? or l.data_row_id in (
                select data_row_id from records where node_id >= ? or record_id in (select id from unchanged_records)
            ))
    )
"""
"""What the store holds of the projects of a load and the load did not bring: its first node stands for the parameters.

What records told that are not stored, for they came unchanged or stale, is noted by the database.
"""


def _missing(database: Database, first_record: int, is_partial: bool, select: str) -> list[tuple[Any, ...]]:
    """The rows of a `select` from `missing`."""
    for what in NOTES:
        database.note(what, [])
    first = node_range(first_record)[0]
    return list(database.query(_MISSING + select, (first, first, first, not is_partial, first)).rows)


def settle_missing(
    database: Database, report: Report, first_record: int, prune: bool | Confirm, options: Options
) -> None:
    """Count the labels that a load did not bring, and remove them if `prune` is or says True.

    The records that it stored are those from `first_record` on. Of a partial load only labels of its own data rows can
    be missing.

    Nothing is removed where a record cannot be read: it may be that of any of them.
    """
    if not report.files:
        return
    last = report.files[-1]
    is_partial = options.is_partial
    by_project = "select project, count(*) from missing group by 1 order by 1"
    missing = dict(_missing(database, first_record, is_partial, by_project))
    last.missing = sum(missing.values())
    readable = not any(file.unheard for file in report.files)
    if missing and readable and (prune if isinstance(prune, bool) else prune(missing)):
        in_order = "select label_id from missing order by project, node_id"
        label_ids = [row[0] for row in _missing(database, first_record, is_partial, in_order)]
        last.pruned = _prune(database, label_ids, last.load_id, history=options.history)
    database.execute(
        "update loads set missing = ?, pruned = ? where load_id = ?", (last.missing, last.pruned, last.load_id)
    )


def _prune(database: Database, label_ids: Sequence[str], load_id: int, *, history: bool) -> int:
    """Remove labels, keeping their last versions; the number removed."""
    removal = LabelRemoval(database)
    for some in together(label_ids):
        labels = database.labels_named(some)
        if history:
            keep_versions(database, [(label, load_id) for label in labels], removed=True)
        removal.take_out(labels)
    removal.close_gaps()
    database.finish_deletions()
    database.counters.settle()
    database.execute(
        "delete from data_rows where data_row_id not in (select data_row_id from records where data_row_id is not null)"
    )
    return len(label_ids)
