"""Search: words in names, answers, text entities and ids, by an index on SQLite, else by reading tables."""

from labelstore.query.search.indexing import Indexed, index
from labelstore.query.search.places import PLACES
from labelstore.query.search.searching import Found, Hit, nodes_with, search, texts_holding

__all__ = ["PLACES", "Found", "Hit", "Indexed", "index", "nodes_with", "search", "texts_holding"]
