"""The pages of a store: one module each, registered by its address."""

from labelstore.browsing.pages import (
    compare,
    data_row,
    disagreement,
    files,
    frame,
    gallery,
    history,
    home,
    label,
    queries,
    scorecards,
    search,
    views,
)
from labelstore.browsing.pages.page import ROUTES

__all__ = [
    "ROUTES",
    "compare",
    "data_row",
    "disagreement",
    "files",
    "frame",
    "gallery",
    "history",
    "home",
    "label",
    "queries",
    "scorecards",
    "search",
    "views",
]
