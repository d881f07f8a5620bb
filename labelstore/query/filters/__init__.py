"""The filters of labels: each declared once, for pages and commands alike."""

from labelstore.query.filters.chosen import Chosen, choose
from labelstore.query.filters.matching import SORTS, data_rows, labels
from labelstore.query.filters.registry import FILTERS, Filter
from labelstore.query.filters.value_counts import Value, answers_to, values_of

__all__ = ["FILTERS", "SORTS", "Chosen", "Filter", "Value", "answers_to", "choose", "data_rows", "labels", "values_of"]
