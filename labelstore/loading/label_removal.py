"""Labels taken out of the records that hold them, and the gaps that they leave in those."""

from collections.abc import Iterable, Sequence

from labelstore.engines.database import Database, StoredLabel
from labelstore.schema.generations import generation_in
from labelstore.schema.tables import node_range

# by nodes, for a new store has no index of records' labels yet
_CLOSE_GAPS = (
    # what is odd in a list of labels has no number that could be set right
    "delete from odd_elements where node_id between ? and ? and within in ('labels', 'predictions')",
    """update labels set ordinal = place.ordinal, closes = place.closes
    from (
        select node_id, row_number() over siblings - 1 as ordinal, lead(node_id) over siblings is null as closes
        from labels
        where node_id between ? and ?
        window siblings as (partition by project_id, model_run_id, is_prediction order by node_id)
    ) as place
    where labels.node_id between ? and ? and labels.node_id = place.node_id
        and (labels.ordinal <> place.ordinal or labels.closes <> place.closes)
    """,
    """update data_row_projects set label_count = (
        select count(*) from labels as l
        where l.node_id between ? and ? and l.project_id = data_row_projects.project_id and l.model_run_id is null
    )
    where node_id between ? and ? and label_count is not null
    """,
    *(
        f"""update model_runs set {count} = (
            select count(*) from labels as l
            where l.node_id between ? and ? and l.model_run_id = model_runs.model_run_id
                and l.is_prediction = {is_prediction}
        )
        where node_id between ? and ? and {count} is not null
        """
        for count, is_prediction in (("label_count", False), ("prediction_count", True))
    ),
)


class LabelRemoval:
    """Takes labels out of records. Those that hold several have gaps between the others until `close_gaps`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._gaps: set[int] = set()
        """Records out of which labels were taken since `close_gaps`."""

    def take_out(self, labels: Sequence[StoredLabel]) -> None:
        """Remove labels from the records that hold them. A record that is its label goes with it."""
        database = self.database
        database.delete_records([label.record_id for label in labels if generation_in(label.record_id).record_is_label])
        others = [label for label in labels if not generation_in(label.record_id).record_is_label]
        database.delete_nodes([(label.node_id, label.end_id) for label in others])
        touched = {label.record_id for label in others}
        self._gaps |= touched
        for record_id in touched:
            database.execute("update records set content_hash = null where record_id = ?", (record_id,))

    def close_gaps(self, record_ids: Iterable[int] | None = None) -> None:
        """Count the labels anew in the records out of which some were taken, and remove those of which none is left.

        A record that later ones told but for those labels has no identity any more. `record_ids` are all by default.
        """
        database = self.database
        closing = self._gaps if record_ids is None else self._gaps.intersection(record_ids)
        for record_id in sorted(closing):
            nodes = node_range(record_id)
            sql = "select 1 from records where record_id = ? and identity is null"
            if (
                database.value("select 1 from labels where node_id between ? and ? limit 1", nodes) is None
                and database.value(sql, (record_id,)) is not None
            ):
                database.delete_records([record_id])
                continue
            for statement in _CLOSE_GAPS:
                database.execute(statement, nodes * (statement.count("?") // 2))
        self._gaps = self._gaps - closing
