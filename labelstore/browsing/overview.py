"""The overview of a store: counts, classes, labels over time, the last loads and rejects."""

from pathlib import Path
from typing import Any, NamedTuple

from labelstore.analyses.stats import stats
from labelstore.files.file_state import State, file_state
from labelstore.scenes import Source

Row = dict[str, Any]

MOST = 50
"""Projects and classes that are shown at most."""

_MONTHS = """
select substr(created_at, 1, 7) as month, count(*) as labels
from labels
where model_run_id is null and created_at glob '[0-9][0-9][0-9][0-9]-[01][0-9]*'
group by 1
order by 1
"""
_LOADS = "select * from loads order by load_id desc limit 10"
_REJECTS = """
select r.load_id, l.file_name, r.position, r.reason
from rejects as r
left join loads as l on l.load_id = r.load_id
order by r.load_id desc, r.position
limit 10
"""
_FIRST_LABELS = """
select f.asset_type, l.label_id
from (
    select d.asset_type, min(l.node_id) as node_id
    from labels as l
    join data_rows as d on d.data_row_id = l.data_row_id
    where l.model_run_id is null
    group by d.asset_type
) as f
join labels as l on l.node_id = f.node_id
order by f.asset_type
"""


class Overview(NamedTuple):
    """Counts as `labelstore.analyses.stats` counts them; `first_labels` is asset type → a label to begin with."""

    total: Row
    projects: list[Row]
    asset_types: list[Row]
    classes: list[Row]
    months: list[tuple[str, int]]
    loads: list[Row]
    rejects: list[Row]
    first_labels: dict[str, str]


def read_overview(source: Source) -> Overview:
    """The overview of a store."""
    counted = stats(source)
    return Overview(
        counted["total"],
        counted["projects"][:MOST],
        counted["asset_types"],
        counted["object_names"][:MOST],
        [(row["month"], row["labels"]) for row in source.query(_MONTHS, {})],
        list(source.query(_LOADS, {})),
        list(source.query(_REJECTS, {})),
        {row["asset_type"]: row["label_id"] for row in source.query(_FIRST_LABELS, {})},
    )


class Remembered:
    """The last overview of each store: counting takes long in a large store, and only a load changes it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[State, Overview]] = {}

    def read(self, path: str, source: Source) -> Overview:
        """The overview, counted again if the file or its log has changed."""
        now = file_state(Path(path))
        known = self._known.get(path)
        if known is None or known[0] != now:
            known = self._known[path] = now, read_overview(source)
        return known[1]
