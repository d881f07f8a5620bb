"""The filters of labels: each declared once, for pages, commands and Python alike."""

from labelstore.query.filters.chosen import Chosen, choose
from labelstore.query.filters.keywords import LabelFilters, chosen_of
from labelstore.query.filters.known import check_known
from labelstore.query.filters.matching import SORTS, data_rows, labels
from labelstore.query.filters.registry import FILTERS, Filter
from labelstore.query.filters.value_counts import Value, answers_to, values_of

__all__ = [
    "FILTERS",
    "SORTS",
    "Chosen",
    "Filter",
    "LabelFilters",
    "Value",
    "answers_to",
    "check_known",
    "choose",
    "chosen_of",
    "data_rows",
    "labels",
    "values_of",
]
