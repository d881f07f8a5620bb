"""Geospatial objects as GeoJSON (RFC 7946). It wants rings that end where they began; exports may leave them open."""

import json
from collections.abc import Iterator, Mapping
from sys import float_info
from typing import Any, Final

import msgspec

from labelstore.export.annotations import Label, Object
from labelstore.export.choices import WHICH_LABELS
from labelstore.export.constructs import HOLE, LABEL, Fate, fates, kept, left_out
from labelstore.export.data_rows import Reader, example_of
from labelstore.export.exporter import Chunks, Export, Exporter

GEOMETRIES: Final = {"bounding_box": "Polygon", "polygon": "Polygon", "polyline": "LineString", "point": "Point"}
"""Kind of object → the type of its geometry, as `sql/queries/geo-features.sql` has it."""

FATES: Final[Mapping[str, Fate]] = fates(
    left_out("a feature has no place for it"),
    label=kept("label_id of its features"),
    hole=kept("rings of a Polygon"),
    **{kind: kept(type) for kind, type in GEOMETRIES.items()},
)
_encode = msgspec.json.Encoder().encode


def write(export: Export) -> Chunks:
    """A FeatureCollection, a feature a line."""
    yield b'{"type":"FeatureCollection","features":[\n'
    for _, _, found in features(Reader(export, together=False)):
        yield (",\n" if export.count > 1 else "").encode() + found.encode()
    yield b"\n]}\n" if export.count else b"]}\n"


def features(reader: Reader) -> Iterator[tuple[Label, Object, str]]:
    """The chosen objects in degrees, each as a Feature in JSON text; counted as written."""
    account = reader.export.account
    for row in reader.data_rows():
        label = row.labels[0]
        in_pixels = is_in_pixels(label)
        for part in row.parts:
            for one in part.objects:
                if in_pixels or (found := feature(label, one)) is None:
                    reader.leave_out(one, "in pixels, not in degrees")
                    continue
                if one.kind == "polygon" and (holes := len(msgspec.json.decode(one.coordinates or "[]")) - 1) > 0:
                    one.holes = holes
                    account.select(HOLE, example_of(one), holes)
                if found.startswith(WITHOUT_GEOMETRY):
                    account.change(one.kind, "without a geometry: its coordinates do not suit", example_of(one))
                reader.wrote(one)
                yield label, one, found
        account.wrote(LABEL, label.label_id)


WITHOUT_GEOMETRY: Final = '{"type":"Feature","geometry":null'


def is_in_pixels(label: Label) -> bool:
    """Whether the asset is a tile layer without a place on earth."""
    text = (label.row_data or "").replace(" ", "").lower()
    return '"epsg":"simple"' in text and '"tilelayerurl"' in text


def feature(label: Label, one: Object) -> str | None:
    """The object as a Feature; None for one that is not in degrees."""
    if one.kind == "bounding_box":
        coordinates = one.coordinates
    elif one.form != "geo":
        return None
    else:
        coordinates = _encode([one.x, one.y]).decode() if one.kind == "point" else one.coordinates
    if coordinates is None:
        return None
    properties = {
        "label_id": label.label_id,
        "object_id": one.object_id,
        "name": one.name,
        "data_row_id": label.data_row_id,
    }
    return valid(
        f'{{"type":"Feature","geometry":{{"type":"{GEOMETRIES[one.kind]}","coordinates":{coordinates}}},'
        f'"properties":{_encode(properties).decode()}}}'
    )


def valid(feature: str) -> str:
    """The same Feature with its rings closed; its geometry is null where its coordinates do not suit its type."""
    found = json.loads(feature)
    geometry = found["geometry"]
    coordinates = _CHECKS[geometry["type"]](geometry["coordinates"])
    if coordinates == geometry["coordinates"]:
        return feature
    found["geometry"] = None if coordinates is None else {"type": geometry["type"], "coordinates": coordinates}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _position(value: Any) -> list[Any] | None:
    suits = isinstance(value, list) and len(value) >= 2
    return (
        value if suits and all(type(item) in (int, float) and abs(item) <= float_info.max for item in value) else None
    )


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
    lambda _: FATES,
    unit="features",
    takes=(*WHICH_LABELS, "classes"),
    defaults={"labels": "all", "class_key": "name"},
)
