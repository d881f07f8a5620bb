"""The walk through a record in the order of its text: numbers, elements and geometry, for both generations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Raw

from labelstore.figures import figure
from labelstore.formats.declaration import DECLARATIONS, standing
from labelstore.formats.declaring import JsonObject
from labelstore.formats.geometry import lnglat_bounds, lnglat_measures, path_text, vertex_measures
from labelstore.formats.kinds import TABLES
from labelstore.formats.lenient_decoding import Odd, to_json
from labelstore.formats.messages import messages_of
from labelstore.formats.row_functions import row_maker
from labelstore.schema.tables import NODE_BITS, Rows

T = TypeVar("T")

_odd_element = row_maker("odd_elements", "node_id record_id label_id within ordinal map_key json opens closes")
_message = row_maker("messages", "node_id record_id data_row_id ordinal message_id sender text")
_paths = {
    kind: (TABLES[kind], row_maker(TABLES[kind], f"object_id coordinates form wkt min_x min_y max_x max_y {sizes}"))
    for kind, sizes in (("polygon", "area perimeter"), ("polyline", "length"))
}
_geo_box = row_maker("bounding_boxes", "object_id top left height width coordinates")
_point = row_maker("points", "object_id x y form wkt extra")
_mask = row_maker("masks", "object_id url form")

WITH_MESSAGES = ("conversation", "llm", "unknown")
"""Types of assets that may be a conversation, given as JSON."""
MOST_OBJECTS = (1 << NODE_BITS) - 1


def shapes_of(cls: Any) -> dict[str, tuple[str, Any]]:
    """The parts of an object that are its geometry, with all that the row says: field → table and class."""
    declaration = DECLARATIONS[cls]
    return {name: (one.table, one.cls) for name, _ in declaration.of("part") if (one := declaration.inner(name))}


class TooManyObjects(ValueError):
    """A record has more JSON objects than there are numbers for its rows."""


class Walk:
    """One pass over a record, which numbers its rows in the order of its text and adds them."""

    label_id: str | None = None
    """The label whose rows are made."""
    unread = 0
    """How many values could not be read, and are kept as JSON."""

    def __init__(self, rows: Rows, record_id: int) -> None:
        self.rows, self.put_away = rows.by_table, rows.put_away
        self.record_id = record_id
        self.first = record_id << NODE_BITS
        self.node = self.first

    def next(self) -> int:
        """The number of the next row."""
        self.node += 1
        return self.node

    def check(self) -> None:
        """Raise `TooManyObjects` if the record, now done, has more rows than numbers."""
        if self.node - self.first > MOST_OBJECTS:
            raise TooManyObjects(f"more than {figure(MOST_OBJECTS)} objects in one record")

    # -- lists and maps: each element with its node, its ordinal and whether it is the last; odd ones get their rows --

    def elements(self, cls: type[T], items: Sequence[T | Odd]) -> Iterator[tuple[T, int, int, bool]]:
        """The objects of a list."""
        for ordinal, item in enumerate(items):
            if type(item) is Odd:
                self.odd_in(cls, item, ordinal, len(items))
            else:
                yield item, self.next(), ordinal, ordinal == len(items) - 1

    def members(self, cls: type[T], items: Mapping[str, T | Odd]) -> Iterator[tuple[str, T, int, int, bool]]:
        """The objects of a map, each with its key first."""
        for ordinal, (name, item) in enumerate(items.items()):
            if type(item) is Odd:
                self.odd_in(cls, item, ordinal, len(items), name)
            else:
                yield name, item, self.next(), ordinal, ordinal == len(items) - 1

    def add_list(self, cls: type[JsonObject], items: Sequence[Any] | None, **given: Any) -> None:
        """Add the rows of a list of objects that contain no others; `given` are the columns that they share."""
        if not items:
            return
        add = self.rows[DECLARATIONS[cls].table].append
        for item, node_id, ordinal, closes in self.elements(cls, items):
            add(cls.row(item, node_id=node_id, ordinal=ordinal, closes=closes, **given))

    def odd_in(self, cls: type, item: Odd, ordinal: int, count: int, map_key: str | None = None) -> None:
        """Add the row of an odd element of a list or map that its first element opens."""
        stand = standing(cls)
        opens, closes = "" if ordinal else stand.opens, stand.closes if ordinal == count - 1 else ""
        self.odd(item, stand.json_key, ordinal, opens, closes, map_key)

    def odd(
        self, item: Odd, within: str, ordinal: int, opens: str = "", closes: str = "", map_key: str | None = None
    ) -> None:
        """Add the row of an odd element of a list or map; `opens` and `closes` are the brackets around it."""
        self.unread += 1
        json, node_id = to_json(item.value), self.next()
        self.rows["odd_elements"].append(
            _odd_element(
                node_id, self.record_id, self.label_id, within, ordinal, map_key, json, opens or None, closes or None
            )
        )

    def conversation(self, asset_type: str, row_data: str | None, data_row_id: str) -> None:
        """Add the messages of a conversation that is in `row_data` itself, the first of each id."""
        if row_data is None or asset_type not in WITH_MESSAGES or row_data.lstrip()[:1] not in ("{", "["):
            return
        known: set[str] = set()
        for message in messages_of(row_data):
            if message.message_id not in known:
                place = (self.next(), self.record_id, data_row_id, len(known))
                self.rows["messages"].append(_message(*place, message.message_id, message.sender, message.text))
                known.add(message.message_id)

    # -- geometry: one row each ---------------------------------------------------------------------------------------

    def vertices(self, kind: str, object_id: int, raw: Raw) -> None:
        """Add a polygon or polyline of `{"x", "y"}`."""
        table, row = _paths[kind]
        text, measures = path_text(raw, closed=kind == "polygon")
        self.rows[table].append(row(object_id, text, None, None, *measures))

    def path(
        self, kind: str, object_id: int, coordinates: str, form: str | None = None, wkt: str | None = None
    ) -> None:
        """Add a polygon or polyline; `form` says what `coordinates` are (the column in sql/schema.sql)."""
        measure = vertex_measures if form in (None, "ring", "item") else lnglat_measures
        table, row = _paths[kind]
        self.rows[table].append(row(object_id, coordinates, form, wkt, *measure(coordinates, closed=kind == "polygon")))

    def geo_box(self, object_id: int, coordinates: str) -> None:
        """Add a rectangle in longitude and latitude, given as the ring around it."""
        west, south, east, north = lnglat_bounds(coordinates)
        box: tuple[float | None, ...] = (None,) * 4
        if west is not None and south is not None and east is not None and north is not None:
            box = (north, west, north - south, east - west)
        self.rows["bounding_boxes"].append(_geo_box(object_id, *box, coordinates))

    def point(
        self,
        object_id: int,
        x: float | None,
        y: float | None,
        form: str = "geo",
        wkt: str | None = None,
        extra: str | None = None,
    ) -> None:
        """Add a point in longitude and latitude, or of another `form`."""
        self.rows["points"].append(_point(object_id, x, y, form, wkt, extra))

    def picture(self, object_id: int, url: str, form: str | None = None) -> None:
        """Add a mask that is the picture at a URL."""
        self.rows["masks"].append(_mask(object_id, url, form))
