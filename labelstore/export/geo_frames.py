"""Objects on maps as GeoDataFrames, some at a time, for the formats of geographic software. Needs geopandas."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from labelstore.errors import UsageError
from labelstore.export.annotations import Object
from labelstore.export.answers import flat_answers
from labelstore.export.constructs import changed, fates, kept, left_out
from labelstore.export.data_rows import Reader, example_of
from labelstore.export.exporters.geojson import GEOMETRIES, features

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

COLUMNS: Final = {
    "object_id": "int64",
    "feature_id": "string",
    "label_id": "string",
    "data_row_id": "string",
    "external_id": "string",
    "project": "string",
    "name": "string",
    "kind": "string",
    "created_by": "string",
    "updated_at": "string",
    "answers": "string",
}
"""The columns beside the geometry, with their types of pandas; `answers` is a JSON object."""
CRS: Final = "EPSG:4326"
FATES: Final = fates(
    left_out("a feature has no place for it"),
    label=kept("columns of its features"),
    hole=kept("rings of a Polygon"),
    object_question=changed("JSON in the column answers"),
    **{kind: kept(type_) for kind, type_ in GEOMETRIES.items()},
)
_TOGETHER: Final = 10_000


def frames(reader: Reader) -> "Iterator[GeoDataFrame]":
    """The chosen objects in degrees, ten thousand at a time. Raises `UsageError` without geopandas."""
    try:
        from geopandas import GeoDataFrame
        from pandas import Series
        from shapely.geometry import shape
    except ImportError:
        raise UsageError(
            "geopandas, which writes this format, is not installed; pip install 'labelstore-db[geo]'"
        ) from None
    rows = _rows(reader)
    while some := list(islice(rows, _TOGETHER)):
        geometries = [None if geometry is None else shape(geometry) for _, geometry in some]
        columns = {
            name: Series([row[name] for row, _ in some], dtype=kind, name=name) for name, kind in COLUMNS.items()
        }
        yield GeoDataFrame(columns, geometry=geometries, crs=CRS)


def _rows(reader: Reader) -> Iterator[tuple[dict[str, Any], Any]]:
    for label, one, text in features(reader):
        answers = json.dumps(flat_answers(one.answers), ensure_ascii=False) if one.answers else None
        yield (
            {
                "object_id": one.object_id,
                "feature_id": one.feature_id,
                "label_id": label.label_id,
                "data_row_id": label.data_row_id,
                "external_id": label.external_id,
                "project": label.project_name,
                "name": one.name,
                "kind": one.kind,
                "created_by": label.created_by,
                "updated_at": label.updated_at,
                "answers": answers,
            },
            _even(reader, one, json.loads(text)["geometry"]),
        )


def _even(reader: Reader, one: Object, geometry: Any) -> Any:
    """The geometry as shapely takes it: all positions have a height or none has."""
    if geometry is None:
        return None
    sizes = _sizes(geometry["coordinates"])
    if sizes not in ({2}, {3}):
        reader.export.account.change(one.kind, "without heights, which not all of its positions have", example_of(one))
    return geometry | {"coordinates": _cut(geometry["coordinates"], 3 if sizes == {3} else 2)}


def _sizes(value: Any) -> set[int]:
    return set().union(*map(_sizes, value)) if isinstance(value[0], list) else {len(value)}


def _cut(value: Any, size: int) -> Any:
    return [_cut(one, size) for one in value] if isinstance(value[0], list) else list(map(float, value[:size]))
