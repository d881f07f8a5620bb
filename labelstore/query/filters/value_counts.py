"""The values of a filter that a store has, with the labels of each."""

from typing import NamedTuple

from labelstore.engines.reading import Reading
from labelstore.query.filters.registry import Filter

_ANSWERS = """
select value, null as title, case when max(features) = 1 then cast(sum(labels) as bigint) end as labels
from (
    select value, project_id, count(*) as features, sum(labels) as labels
    from (
        select f.name as value, f.project_id, sum(f.labels) as labels
        from feature_counts as f
        where f.role = 'option' and f.grain = 'feature' and f.parent_name = $question and f.name is not null
        group by f.name, f.project_id, f.value, f.schema_id, f.parent_schema_id, f.parent_kind
        having sum(f.labels) > 0
    ) as of_features
    group by value, project_id
) as of_projects
group by value
order by sum(labels) desc, value
"""
"""The options picked. Where one name is that of several options in a project, labels might count twice: no number."""


class Value(NamedTuple):
    """A value of a filter; `labels` is None where only reading them all would tell."""

    value: str
    title: str
    labels: int | None


def values_of(reading: Reading, one: Filter) -> tuple[Value, ...]:
    """The values of a filter, those with most labels first; none for one whose values are not listed.

    Labels in model runs count for `model_run` alone.
    """
    if one.counts is None:
        return ()
    rows = reading.query(reading.dialect.translate(one.counts)).rows
    return tuple(Value(str(value), str(title or value), labels) for value, title, labels in rows)


def answers_to(reading: Reading, question: str) -> tuple[Value, ...]:
    """The options picked of a question, those of most labels first; free texts are not listed."""
    rows = reading.query(reading.dialect.translate(_ANSWERS), {"question": question}).rows
    return tuple(Value(value, value, labels) for value, _, labels in rows)
