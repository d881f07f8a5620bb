"""Counts of labels and of the features in them, made from rows."""

from labelstore.counting.counted_rows import (
    COUNTED,
    FEATURE_NAMES,
    CountedLabel,
    CountedRows,
    rows_of_records,
    rows_put_away,
    without_repeats,
)
from labelstore.counting.counts import MOST_PAIRED, Count, Counts, Group
from labelstore.counting.features import Amounts, Feature, Times

__all__ = [
    "COUNTED",
    "FEATURE_NAMES",
    "MOST_PAIRED",
    "Amounts",
    "Count",
    "CountedLabel",
    "CountedRows",
    "Counts",
    "Feature",
    "Group",
    "Times",
    "rows_of_records",
    "rows_put_away",
    "without_repeats",
]
