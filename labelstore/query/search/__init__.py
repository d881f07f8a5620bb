"""Search: words in names, answers, text entities and ids, by an index on SQLite, else by reading tables."""

from labelstore.query.search.indexing import Indexed, index, state
from labelstore.query.search.places import PLACES
from labelstore.query.search.searching import (
    Found,
    Hit,
    folded_words,
    holds,
    labels_holding,
    nodes_with,
    search,
    texts_holding,
    texts_with,
)

__all__ = [
    "PLACES",
    "Found",
    "Hit",
    "Indexed",
    "folded_words",
    "holds",
    "index",
    "labels_holding",
    "nodes_with",
    "search",
    "state",
    "texts_holding",
    "texts_with",
]
