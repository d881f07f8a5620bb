"""What the shredders of both generations share: the numbering of nodes, and the rows of geometry."""

from msgspec import Raw

from labelstore.formats.fitting import Odd, to_json
from labelstore.formats.geometry import lnglat_bounds, lnglat_measures, path_text, vertex_measures
from labelstore.formats.messages import messages_of
from labelstore.schema.tables import NODE_BITS, Row, Rows

_WITH_MESSAGES = ("conversation", "llm", "unknown")
PLACES = (1 << NODE_BITS) - 1


class TooManyNodes(ValueError):
    """A record with more JSON objects than a record id has nodes."""


class Nodes:
    """Numbers the rows of one record in the order of its text."""

    label_id: str | None = None
    """The label whose rows are made."""
    unread = 0
    """How many values could not be read, and are kept as JSON."""

    def __init__(self, rows: Rows, record_id: int) -> None:
        self.rows = rows.by_table
        self.record_id = record_id
        self.first = record_id << NODE_BITS
        self.node = self.first

    def next(self) -> int:
        self.node += 1
        return self.node

    def check(self) -> None:
        """To be called when the record is done."""
        if self.node - self.first > PLACES:
            raise TooManyNodes(f"more than {PLACES:,} objects in one record")

    def odd(
        self, item: Odd, within: str, ordinal: int, opens: str = "", closes: str = "", map_key: str | None = None
    ) -> None:
        """An element of a list or map that is none of its objects; `opens` and `closes` are the brackets around it."""
        self.unread += 1
        json = to_json(item.value)
        self.rows["odd_elements"].append(
            (self.next(), self.record_id, self.label_id, within, ordinal, map_key, json, opens or None, closes or None)
        )

    def odd_in(
        self, key: str, item: Odd, ordinal: int, count: int, *, closes: str = "]", map_key: str | None = None
    ) -> None:
        """An odd element of a list or map whose first element opens it and whose last closes it."""
        opens = f'"{key}":' + ("[" if map_key is None else "{")
        self.odd(item, key, ordinal, opens if ordinal == 0 else "", closes if ordinal == count - 1 else "", map_key)

    def conversation(self, asset_type: str, row_data: str | None, data_row_id: str) -> None:
        """The messages of a conversation that stands in place of the address of the asset; of each id the first."""
        if row_data is None or asset_type not in _WITH_MESSAGES or row_data.lstrip()[:1] not in ("{", "["):
            return
        known: set[str] = set()
        for message in messages_of(row_data):
            if message.message_id not in known:
                place = (self.next(), self.record_id, data_row_id, len(known))
                self.rows["messages"].append((*place, message.message_id, message.sender, message.text))
                known.add(message.message_id)

    # -- geometry: one row each ---------------------------------------------------------------------------------------

    def vertices(self, table: str, object_id: int, raw: Raw) -> None:
        """A polygon or polyline of `{"x", "y"}`."""
        text, measures = path_text(raw, closed=table == "polygons")
        self.rows[table].append((object_id, text, None, None, *measures, None))

    def path(
        self, table: str, object_id: int, coordinates: str, form: str | None = None, wkt: str | None = None
    ) -> None:
        """A polygon or polyline; `form` says what `coordinates` is (the column in sql/schema.sql)."""
        measure = vertex_measures if form in (None, "ring", "item") else lnglat_measures
        measures = measure(coordinates, closed=table == "polygons")
        self.rows[table].append((object_id, coordinates, form, wkt, *measures, None))

    def geo_box(self, object_id: int, coordinates: str) -> None:
        """A rectangle in longitude and latitude, given as the ring around it."""
        west, south, east, north = lnglat_bounds(coordinates)
        if west is None or south is None or east is None or north is None:
            box: Row = (None,) * 4
        else:
            box = (north, west, north - south, east - west)
        self.rows["bounding_boxes"].append((object_id, *box, coordinates, None))

    def geo_point(self, object_id: int, x: float, y: float) -> None:
        self.rows["points"].append((object_id, x, y, "geo", None, None))
