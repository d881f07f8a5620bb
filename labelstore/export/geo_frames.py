"""Objects on maps as GeoDataFrames, some at a time, for the formats of geographic software. Needs geopandas."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from labelstore.errors import UsageError
from labelstore.export.answers import flat_answers
from labelstore.export.constructs import changed, fates, kept, left_out
from labelstore.export.data_rows import Reader
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
            json.loads(text)["geometry"],
        )
