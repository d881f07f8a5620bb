"""Datasette's page of a store: its tables and views by what people look for in them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from labelstore.browsing.metadata import descriptions
from labelstore.figures import figure

TABLE_GROUPS = {
    "Labels": ("data_rows", "labels", "objects", "classifications", "answers", "relationships"),
    "Projects and work": ("projects", "datasets", "features", "reviews", "workflow_events", "data_row_projects"),
    "Assets": ("metadata_fields", "attachments", "messages", "embeddings", "assets", "asset_files"),
    "Models": ("experiments", "model_runs"),
    "Time": ("frames", "key_frames", "segments", "moments"),
    "Geometry": (
        "bounding_boxes", "polygons", "polylines", "points", "masks", "mask_pixels", "cuboids", "text_entities",
        "selected_messages",
    ),
    "Loads": ("loads", "rejects", "versions", "pulls", "sent"),
}  # fmt: skip
"""What people look for → its tables. All others are internals."""
_OF_ASSET_TYPE = "_labels"
_AS_EXPORTED = "_json"
_PIECES = "_pieces"


class Entry(NamedTuple):
    """A table or view: its name, what one row is, and in words how many there are, where that is known."""

    name: str
    description: str
    rows: str


class StorePage(NamedTuple):
    """Title → tables and views under it; `internals` are those that only keep the form of records."""

    tables: dict[str, list[Entry]]
    views: dict[str, list[Entry]]
    internals: list[Entry]

    @classmethod
    def of(cls, tables: Iterable[Any], views: Iterable[Any]) -> "StorePage":
        """The groups of those tables and views, as Datasette describes them: with `name`, and tables with `count`."""
        entries = {_of(table, "name"): _entry(_of(table, "name"), _rows(table)) for table in tables}
        groups = {
            title: [entries.pop(name) for name in names if name in entries] for title, names in TABLE_GROUPS.items()
        }
        by_kind: dict[str, list[Entry]] = {}
        for view in views:
            name = _of(view, "name")
            by_kind.setdefault(_kind_of_view(name), []).append(_entry(name))
        internals = [*entries.values(), *by_kind.pop(_INTERNAL, [])]
        in_order = {title: by_kind[title] for title in _VIEWS if title in by_kind}
        return cls({title: found for title, found in groups.items() if found}, in_order, internals)


_LABELS, _FACTS, _JSON, _INTERNAL = "Labels by asset type", "More questions", "As exported", ""
_VIEWS = (_LABELS, _FACTS, _JSON)


def _kind_of_view(name: str) -> str:
    if name.endswith(_OF_ASSET_TYPE):
        return _LABELS
    if name.endswith(_AS_EXPORTED):
        return _JSON
    return _INTERNAL if name.endswith(_PIECES) else _FACTS


def _rows(table: Any) -> str:
    """How many rows Datasette has counted: 1.0 stops at a limit."""
    count = _of(table, "count")
    if count is None:
        return "many"
    return f"{figure(count - 1)}+" if _of(table, "count_truncated") else figure(count)


def _of(found: Any, name: str) -> Any:
    """What Datasette says of a table: 0.65 in a dict, 1.0 in an object."""
    return found.get(name) if isinstance(found, dict) else getattr(found, name, None)


def _entry(name: str, rows: str = "") -> Entry:
    said = descriptions().get(name, ("", {}))[0].removeprefix("One row is ")
    return Entry(name, said.partition(". ")[0].removesuffix("."), rows)
