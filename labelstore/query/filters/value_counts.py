"""The values of a filter that a store has, with the labels of each."""

from typing import NamedTuple

from labelstore.engines.reading import Reading
from labelstore.query.filters.registry import Filter


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
