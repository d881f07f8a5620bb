"""Labels that a re-export of their project no longer contains."""

from collections import Counter
from collections.abc import Sequence

from labelstore.engines.database import NOTES, Database, together
from labelstore.loading.label_removal import LabelRemoval
from labelstore.loading.replacing import keep_versions
from labelstore.loading.report import Confirm, Report


def missing_labels(database: Database, load_ids: Sequence[int]) -> list[tuple[str, str]]:
    """(project, label id) of labels that the store holds of the projects of these loads and the loads did not bring.

    What records told that are not stored, for they came unchanged or stale, is noted by the database.
    """
    if not load_ids:
        return []
    for what in NOTES:
        database.note(what, [])
    limits = f"between {min(load_ids)} and {max(load_ids)}"
    came = (
        f"(r.load_id {limits} or coalesce(r.url_load_id, 0) {limits}"
        " or r.record_id in (select id from unchanged_records))"
    )
    sql = f"""
        with projects_of_load as (
            select l.project_id from labels as l join records as r on r.record_id = l.record_id where {came}
            union
            select p.project_id from data_row_projects as p join records as r on r.record_id = p.record_id
            where p.label_count is not null and {came}
            union
            select id from projects_not_stored
        )
        select coalesce(n.name, l.project_id), l.label_id
        from labels as l
        join records as r on r.record_id = l.record_id
        left join projects as n on n.project_id = l.project_id
        where l.project_id in (select project_id from projects_of_load where project_id is not null)
            and l.model_run_id is null and r.generation <> 'frames' and not {came}
            and l.label_id not in (select id from labels_not_stored)
        order by 1, l.node_id
    """
    return [(project, label_id) for project, label_id in database.query(sql).rows]


def settle_missing(database: Database, report: Report, prune: bool | Confirm, *, history: bool) -> None:
    """Count the labels that a load did not bring, and remove them if `prune` is or says True.

    Nothing is removed where a record cannot be read: it may be that of any of them.
    """
    if not report.files:
        return
    last = report.files[-1]
    missing = missing_labels(database, [file.load_id for file in report.files])
    last.missing = len(missing)
    readable = not any(file.unheard for file in report.files)
    if (
        missing
        and readable
        and (prune if isinstance(prune, bool) else prune(Counter(project for project, _ in missing)))
    ):
        last.pruned = _prune(database, [label_id for _, label_id in missing], last.load_id, history=history)
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
