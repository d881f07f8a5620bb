"""Geospatial objects as GeoJSON (RFC 7946). It wants rings that end where they began; exports may leave them open."""

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any, Final

from labelstore.engines.database import Database
from labelstore.export.exporter import Chunks, Export, Exporter
from labelstore.query.projects import check_project
from labelstore.schema.canned_queries import named

KINDS: Final[dict[str, str | None]] = {
    "bounding_box": "Polygon",
    "polygon": "Polygon",
    "polyline": "LineString",
    "point": "Point",
    "cuboid": None,
    "mask": None,
    "text_entity": None,
    "message_single_selection": None,
    "message_multi_selection": None,
    "message_ranking": None,
}
"""Kind of object → the type of its geometry, as `sql/queries/geo-features.sql` has it."""

_CHOSEN = """
l.model_run_id is null and ($class is null or o.name = $class)
    and ($project is null or l.project_id = $project or p.name = $project)
"""
_WITH_A_PLACE = f"""
select (
    select count(*)
    from records as r
    join labels as l on l.record_id = r.record_id
    join objects as o on o.label_id = l.label_id
    left join projects as p on p.project_id = l.project_id
    left join bounding_boxes as b on b.object_id = o.object_id
    left join polygons as g on g.object_id = o.object_id
    left join polylines as s on s.object_id = o.object_id
    left join points as t on t.object_id = o.object_id
    where r.asset_type = 'geospatial' and coalesce(b.object_id, g.object_id, s.object_id, t.object_id) is not null
        and {_CHOSEN}
) + (
    select count(*)
    from object_bounds as b
    join objects as o on o.object_id = b.object_id
    join labels as l on l.label_id = o.label_id
    join records as r on r.record_id = l.record_id
    left join projects as p on p.project_id = l.project_id
    where b.form = 'geo' and coalesce(r.asset_type, '') <> 'geospatial' and {_CHOSEN}
)
"""
"""Objects with a place, of tiled imagery or in degrees."""


def features(database: Database, *, class_name: str | None = None, project: str | None = None) -> Iterator[str]:
    """A GeoJSON Feature as JSON text for each geospatial object; of a class (by name), of a project (id or name)."""
    query = named("geo-features")
    values = query.values({"class": class_name, "project": project})
    for _, _, text in database.query(query.sql[database.engine], values).rows:
        yield valid(text)


def valid(feature: str) -> str:
    """The same Feature with its rings closed; its geometry is null where its coordinates do not suit its type."""
    found = json.loads(feature)
    geometry = found["geometry"]
    coordinates = _CHECKS[geometry["type"]](geometry["coordinates"])
    if coordinates == geometry["coordinates"]:
        return feature
    found["geometry"] = None if coordinates is None else {"type": geometry["type"], "coordinates": coordinates}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def write(export: Export) -> Chunks:
    """A FeatureCollection, a feature a line."""
    database, (class_name, project) = export.database, export.choices
    check_project(database, project)
    yield b'{"type":"FeatureCollection","features":[\n'
    for feature in features(database, class_name=class_name, project=project):
        yield (",\n" if export.count else "").encode() + feature.encode()
        export.wrote()
        export.changed["without a geometry"] += '"geometry":null' in feature[:60]
    yield b"\n]}\n" if export.count else b"]}\n"
    every = database.value(_WITH_A_PLACE, {"class": class_name, "project": project})
    export.left_out["in pixels and not in degrees"] = every - export.count


def _position(value: Any) -> list[Any] | None:
    suits = isinstance(value, list) and len(value) >= 2
    return value if suits and all(type(item) in (int, float) and isfinite(item) for item in value) else None


def _positions(value: Any, at_least: int) -> list[Any] | None:
    suits = isinstance(value, list) and len(value) >= at_least
    return value if suits and all(_position(item) is not None for item in value) else None


def _ring(value: Any) -> list[Any] | None:
    ring = _positions(value, 3)
    if ring and ring[0] != ring[-1]:
        ring = [*ring, ring[0]]
    return ring if ring and len(ring) >= 4 else None


def _rings(value: Any) -> list[Any] | None:
    if not isinstance(value, list) or not value:
        return None
    rings = [_ring(item) for item in value]
    return None if None in rings else rings


_CHECKS = {"Point": _position, "LineString": lambda value: _positions(value, 2), "Polygon": _rings}

EXPORTER = Exporter(
    "geojson",
    ".geojson",
    "geospatial objects as a GeoJSON FeatureCollection",
    write,
    KINDS,
    unit="features",
    takes=("class_name", "project"),
)
