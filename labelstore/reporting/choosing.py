"""Which labels a report shows: the newest, those that were rejected most, those of the largest disagreement."""

from collections.abc import Mapping
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from labelstore.engines.database import Database
from labelstore.reporting.numbers import LabelFilter

_SHARE = 4
"""Rejected labels and those of disagreement are a quarter of the labels each, at most."""

_NEWEST = """
select label_id, asset_type
from (
    select l.label_id, d.asset_type, row_number() over (
        partition by d.asset_type
        order by
            case when coalesce(l.object_count, 0) + coalesce(l.frame_count, 0) + coalesce(l.classification_count, 0)
                + coalesce(l.segment_count, 0) + coalesce(l.group_count, 0) > 0 then 0 else 1 end,
            coalesce(l.created_at, '') desc,
            l.label_id
    ) as ordinal
    from labels as l
    left join data_rows as d on d.data_row_id = l.data_row_id
    where {labels}
) as ordered
where ordinal <= $most
order by asset_type, ordinal
"""
_REJECTED = """
select l.label_id
from labels as l
join reviews as r on r.label_id = l.label_id
where r.score < 0 and {labels}
group by l.label_id
order by count(*) desc, max(coalesce(r.created_at, '')) desc, l.label_id
limit $most
"""
_DISAGREED = """
select l.label_id
from labels as l
where l.agreement >= 0 and l.agreement < 1 and coalesce(l.skipped, false) = false and {labels}
order by l.agreement, l.label_id
limit $most
"""


class Section(NamedTuple):
    """Labels that are shown under one heading."""

    heading: str
    label_ids: list[str]


def sections(database: Database, labels: LabelFilter, most: int) -> list[Section]:
    """At most `most` labels in all, none twice; sections without any are left out."""
    found = []
    seen: set[str] = set()
    for heading, sql in (("Most rejected", _REJECTED), ("Largest disagreement", _DISAGREED)):
        share = most // _SHARE
        values: Mapping[str, Any] = {**labels.values, "most": share + len(seen)}
        rows = database.query(sql.format(labels=labels.condition), values).rows
        ids = [label_id for (label_id,) in rows if label_id not in seen][:share]
        seen.update(ids)
        found.append(Section(heading, ids))
    newest = _newest(database, labels, most, seen)
    return [section for section in (Section("Newest", newest), *found) if section.label_ids]


def _newest(database: Database, labels: LabelFilter, most: int, seen: set[str]) -> list[str]:
    """Labels of all asset types in turn; of each those with annotations first, the newest first."""
    rows = database.query(_NEWEST.format(labels=labels.condition), {**labels.values, "most": most}).rows
    by_type: dict[str, list[str]] = {}
    for label_id, asset_type in rows:
        if label_id not in seen:
            by_type.setdefault(asset_type, []).append(label_id)
    mixed = chain.from_iterable(zip_longest(*by_type.values()))
    kept = [label_id for label_id in mixed if label_id is not None][: most - len(seen)]
    order = {label_id: index for index, label_id in enumerate(chain.from_iterable(by_type.values()))}
    return sorted(kept, key=order.__getitem__)
