"""A label of a store → the scene to be drawn."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from labelstore.drawing.colors import color_of
from labelstore.drawing.scene import Asset, Scene, Shape
from labelstore.scenes.geometry import geometry_of
from labelstore.scenes.questions import Questions, read_questions

LIMIT = 2000
"""So many objects are read for a drawing unless more are asked for."""

Row = dict[str, Any]


class Source(Protocol):
    """What a scene is read from: a `labelstore.stores` database, or a connection of Datasette."""

    def query(self, sql: str, parameters: Mapping[str, Any] = {}, /) -> Iterable[Row]:
        """The rows of a query with parameters `$name`, as dicts."""


class ConnectionSource:
    """A connection of the standard library's sqlite3 as a `Source`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def query(self, sql: str, parameters: Mapping[str, Any] = {}, /) -> Iterator[Row]:
        cursor = self.connection.cursor()
        cursor.row_factory = None
        cursor.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)


_LABEL = """
select l.*, p.name as project_of_label
from labels as l
left join projects as p on p.project_id = l.project_id
where l.label_id = $label_id
"""
_REVIEWS = "select * from reviews where label_id = $label_id order by ordinal"
_ASSET = """
select d.*, m.duration
from data_rows as d
left join media_attributes as m on m.record_id = d.record_id
where d.data_row_id = $data_row_id
"""
_OBJECTS = """
select o.*, b."top", b."left", b.height, b.width, b.coordinates as box_coordinates,
    coalesce(g.coordinates, s.coordinates) as coordinates, coalesce(g.form, s.form, p.form) as path_form, p.x, p.y,
    m.url, m.composite_url, m.color_rgb, t.start, t."end", t.token, t.message_id, t.location
from objects as o
left join bounding_boxes as b on b.object_id = o.object_id
left join polygons as g on g.object_id = o.object_id
left join polylines as s on s.object_id = o.object_id
left join points as p on p.object_id = o.object_id
left join masks as m on m.object_id = o.object_id
left join text_entities as t on t.object_id = o.object_id
where o.label_id = $label_id and o.frame_id is null
order by o.object_id
limit $limit
"""


def read_scene(
    source: Source, label_id: str, *, limit: int = LIMIT, frame: int | None = None, group: str | None = None
) -> Scene | None:
    """The scene of a label, or None if the store does not hold it."""
    facts = next(iter(source.query(_LABEL, {"label_id": label_id})), None)
    if facts is None:
        return None
    facts["project_name"] = facts.pop("project_of_label") or facts["project_name"]
    facts["reviews"] = list(source.query(_REVIEWS, {"label_id": label_id}))
    questions = read_questions(source, label_id)
    shapes = tuple(_shape(row, questions) for row in source.query(_OBJECTS, {"label_id": label_id, "limit": limit}))
    sql = "select count(*) as number from objects where label_id = $label_id and frame_id is null"
    count = next(iter(source.query(sql, {"label_id": label_id})))["number"]
    asset = read_asset(source, facts["data_row_id"])
    return Scene(label_id, facts, asset, shapes, count, questions.of_label)


def read_asset(source: Source, data_row_id: str | None) -> Asset:
    """What the store knows of a data row."""
    row = next(iter(source.query(_ASSET, {"data_row_id": data_row_id})), None) or {}
    known: dict[str, Any] = {name: row.get(name) for name in Asset._fields}
    return Asset(**known)._replace(data_row_id=data_row_id, asset_type=known["asset_type"] or "unknown")


def _shape(row: Row, questions: Questions) -> Shape:
    return Shape(
        row["object_id"],
        row["name"] or row["value"] or row["kind"] or "object",
        row["kind"] or "unknown",
        color_of(row["color"], row["name"]),
        geometry_of(row),
        row["feature_id"],
        row["frame_number"],
        page=None if row["page"] is None else int(row["page"]),
        unit=row["unit"],
        page_size=(row["page_width"], row["page_height"]) if row["page_width"] and row["page_height"] else None,
        questions=questions.of_objects.get(row["object_id"], ()),
    )
