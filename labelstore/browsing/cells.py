"""Cells of Datasette's tables and of the results of queries: thumbnails, swatches, folded JSON, safe links."""

import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.analyses.class_colors import hexadecimal
from labelstore.browsing.local_assets import draw_options, is_web_address
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import Settings, settings_of
from labelstore.browsing.stores import is_store, read
from labelstore.drawing import thumbnail
from labelstore.drawing.svg import element
from labelstore.engines.reading import Reading
from labelstore.figures import figure
from labelstore.formats.signed_urls import without_tokens
from labelstore.json.truncate import truncated
from labelstore.scenes import read_scene
from labelstore.scenes.assets import read_asset
from labelstore.scenes.scene import Scene

THUMBNAILS = 50
"""Thumbnails of one page at most; none is started after `SECONDS`."""
SECONDS = 1.0
SHAPES = 150
"""Shapes of a thumbnail at most."""
FOLDED = 100
"""JSON of more characters is folded; of more than `LONGEST` only the start is shown."""
FOLDED_TEXT = 300
"""Other text of more characters is folded."""
LONGEST = 20_000

STAND_INS = {
    "bounding_boxes": ("top", "object_id"),
    "data_rows": ("row_data", "data_row_id"),
    "masks": ("url", "object_id"),
    "objects": ("label_id", "object_id"),
    "points": ("x", "object_id"),
    "polygons": ("coordinates", "object_id"),
    "polylines": ("coordinates", "object_id"),
    "text_entities": ("start", "object_id"),
}
"""Table → the column that shows what its primary key stands for: Datasette draws the cell of the key itself."""

_ID = re.compile(r' id="[^"]*"')
_OBJECT = "select label_id, frame_number, frame_id from objects where object_id = $object_id"
_GROUP = "select group_name from frames where frame_id = $frame_id"
_LABEL = """
select label_id from labels where data_row_id = $data_row_id order by model_run_id is not null, node_id limit 1
"""


class Budget:
    """What one page may still draw, and what it has drawn, so that nothing is drawn twice.

    Nothing is begun after the time `until`, by default `SECONDS` from now.
    """

    def __init__(self, until: float | None = None) -> None:
        self.left, self.until = THUMBNAILS, time.monotonic() + SECONDS if until is None else until
        self.seen: set[tuple[str, Any]] = set()
        self.scenes: dict[tuple[str, int | None, str | None], Scene | None] = {}

    def takes(self, kind: str, key: Any) -> bool:
        """Whether this may be drawn now."""
        if (kind, key) in self.seen or self.is_spent:
            return False
        self.seen.add((kind, key))
        self.left -= 1
        return True

    def scene(self, source: Reading, label_id: str, frame: int | None = None, group: str | None = None) -> Scene | None:
        """The scene of a label or of one of its frames, read once for the objects in it."""
        key = label_id, frame, group
        if key not in self.scenes:
            self.scenes[key] = read_scene(source, label_id, limit=SHAPES, frame=frame, group=group, tracks=False)
        return self.scenes[key]

    @property
    def is_spent(self) -> bool:
        """Whether no more is drawn."""
        return self.left <= 0 or time.monotonic() > self.until

    def known(self, label_id: str) -> Scene | None:
        """The scene of a label if it was read."""
        return self.scenes.get((label_id, None, None))


budget: ContextVar[Budget | None] = ContextVar("labelstore_budget", default=None)
"""Of the page that is being made."""


class Drawing(NamedTuple):
    """A thumbnail and its link."""

    picture: Markup
    href: str


async def cell(value: Any, column: str, table: str | None, row: Any, database: str, datasette: Any) -> Markup | None:
    """The content of a cell, or None where Datasette's own is fine."""
    if not is_store(datasette, database):
        return None
    paths = Paths(datasette, database)
    plain = value["value"] if isinstance(value, dict) and "value" in value else value
    wanted, key = _wanted(column, table, plain, row)
    if wanted is not None and key is not None:
        return await _of_id(wanted, key, column, plain, row, paths, datasette)
    if column == "record_id" and isinstance(plain, int) and table != "records":
        return element("a", str(plain), href=paths.table("records", record_id__exact=plain))
    return value_cell(column, value)


def _wanted(column: str, table: str | None, value: Any, row: Any) -> tuple[str | None, Any]:
    """Which kind of id the cell stands for, and the id."""
    stand_in = STAND_INS.get(table or "")
    if stand_in is not None and column == stand_in[0]:
        key = row[stand_in[1]] if stand_in[1] in row.keys() else None  # noqa: SIM118
        return stand_in[1], key["value"] if isinstance(key, dict) else key
    if column in ("label_id", "data_row_id") and isinstance(value, str):
        return column, value
    if column == "object_id" and isinstance(value, int):
        return column, value
    return None, None


def _is_drawn_beside(wanted: str, row: Any) -> bool:
    """Whether another cell of the row shows the same more precisely."""
    finer = {"label_id": ("object_id",), "data_row_id": ("label_id", "object_id")}.get(wanted, ())
    return any(name in row.keys() and row[name] is not None for name in finer)  # noqa: SIM118


async def _of_id(wanted: str, key: Any, column: str, value: Any, row: Any, paths: Paths, datasette: Any) -> Markup:
    page = budget.get()
    drawing = None
    settings = settings_of(datasette)
    if page is not None and not _is_drawn_beside(wanted, row) and page.takes(wanted, key):
        make = _MAKERS[wanted]
        drawing = await read(datasette, paths.database, lambda source: make(source, key, settings, paths, page))
    if column in _MAKERS and value is not None:
        leads = drawing.href if drawing and column == wanted else _address(column, value, paths)
        below: Markup | None = element("a", str(value), href=leads)
    else:
        below = value_cell(column, value)
        if below is None:
            below = Markup.escape("" if value is None else str(value)[:200])
    if drawing is None:
        return below or Markup("&nbsp;")
    link = element("a", drawing.picture, href=drawing.href, class_="labelstore-thumbnail")
    return link + (below or "")


def _is_worth_drawing(source: Reading, scene: Scene, settings: Settings, paths: Paths) -> bool:
    """Whether there is anything on the asset, or in its time, or a picture of it."""
    if scene.shapes or scene.tracks:
        return True
    return draw_options(source, scene, settings, paths, 0, small=True).asset_href is not None


def _of_label(source: Reading, label_id: str, settings: Settings, paths: Paths, page: Budget) -> Drawing | None:
    scene = page.scene(source, label_id)
    if scene is None or not _is_worth_drawing(source, scene, settings, paths):
        return None
    return Drawing(_small(source, scene, settings, paths), paths.label(label_id))


def _of_data_row(source: Reading, data_row_id: str, settings: Settings, paths: Paths, page: Budget) -> Drawing | None:
    found = next(iter(source.query(_LABEL, {"data_row_id": data_row_id})), None)
    scene = page.scene(source, found["label_id"]) if found else None
    scene = scene or Scene("", {}, read_asset(source, data_row_id))
    if not _is_worth_drawing(source, scene, settings, paths):
        return None
    return Drawing(_small(source, scene, settings, paths), paths.data_row(data_row_id))


def _of_object(source: Reading, object_id: int, settings: Settings, paths: Paths, page: Budget) -> Drawing | None:
    """The object by itself on its asset; without a picture where it is beyond the shapes that are read."""
    row = next(iter(source.query(_OBJECT, {"object_id": object_id})), None)
    if row is None or row["label_id"] is None:
        return None
    group = next(iter(source.query(_GROUP, {"frame_id": row["frame_id"]})), {}).get("group_name")
    scene = page.scene(source, row["label_id"], row["frame_number"], group)
    if scene is None:
        return None
    alone = tuple(shape for shape in scene.shapes if shape.object_id == object_id)
    scene = scene._replace(shapes=alone, shape_count=len(alone), questions=(), relations=(), tracks=())
    if not _is_worth_drawing(source, scene, settings, paths):
        return None
    href = paths.label(row["label_id"], frame=row["frame_number"], group=group) + f"#o{object_id}"
    return Drawing(_small(source, scene, settings, paths), href)


_MAKERS: dict[str, Callable[[Reading, Any, Settings, Paths, Budget], Drawing | None]] = {
    "label_id": _of_label,
    "data_row_id": _of_data_row,
    "object_id": _of_object,
}


def label_thumbnail(source: Reading, label_id: str, settings: Settings, paths: Paths, page: Budget) -> Markup | None:
    """A small drawing of a label; None where there is nothing to draw, or the budget of the page is spent."""
    drawing = _of_label(source, label_id, settings, paths, page) if page.takes("label_id", label_id) else None
    return drawing.picture if drawing else None


def data_row_thumbnail(
    source: Reading, data_row_id: str, settings: Settings, paths: Paths, page: Budget
) -> Markup | None:
    """The same of a data row, with its first label."""
    drawing = (
        _of_data_row(source, data_row_id, settings, paths, page) if page.takes("data_row_id", data_row_id) else None
    )
    return drawing.picture if drawing else None


def _address(column: str, value: Any, paths: Paths) -> str:
    if column == "object_id":
        return paths.table("objects", object_id__exact=value)
    return paths.label(value) if column == "label_id" else paths.data_row(value)


def _small(source: Reading, scene: Scene, settings: Settings, paths: Paths) -> Markup:
    """A thumbnail without ids: the same object may be on a page twice."""
    picture = thumbnail(scene, draw_options(source, scene, settings, paths, SHAPES, small=True))
    return Markup(_ID.sub("", picture))


def value_cell(column: str, value: Any) -> Markup | None:
    """A color, an address, JSON or a long text; None for other values."""
    if not isinstance(value, str) or not value:
        return None
    if column == "color" and hexadecimal(value):
        return swatch(value) + " " + Markup.escape(value)
    if value[:4].lower() == "http" and is_web_address(value):
        return element("a", truncated(without_tokens(value), FOLDED), href=value, rel="noreferrer noopener nofollow")
    if len(value) > FOLDED and value[0] in "[{" and value[-1] in "]}":
        return folded(value, f"JSON, {figure(len(value))} characters")
    if len(value) > FOLDED_TEXT:
        return folded(value, truncated(without_tokens(value), FOLDED))
    return None


def swatch(color: str) -> Markup:
    """A square of that color."""
    square = element("rect", width=12, height=12, rx=2, fill=color)
    return element("svg", square, width=12, height=12, class_="labelstore-swatch", aria_hidden="true")


def folded(text: str, title: str) -> Markup:
    """JSON or text that opens on a click, without the tokens of signed URLs."""
    shown = without_tokens(text[:LONGEST]) + ("…" if len(text) > LONGEST else "")
    return element("details", element("summary", title), element("pre", shown), class_="labelstore-json")
