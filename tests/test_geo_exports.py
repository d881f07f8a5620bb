"""The exporters gpkg and geoparquet: geopandas reads the objects that SQL tells, with holes and answers."""

from pathlib import Path
from typing import Any

import geopandas
import pytest

from tests.exporting import exported, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, store_of

RING = [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]], [[2, 2], [4, 2], [4, 4], [2, 2]]]


def rows() -> list[dict[str, Any]]:
    asked = {"name": "Crop", "value": "crop", "radio_answer": {"name": "Rye", "value": "rye", "classifications": []}}
    field = thing(
        "Field", "g1", "GeoPolygon", geojson={"type": "Polygon", "coordinates": RING}, classifications=[asked]
    )
    road = thing("Road", "g2", "GeoPolyline", geojson={"type": "LineString", "coordinates": [[1, 1], [2, 2]]})
    wrong = thing("Road", "g3", "GeoPolyline", geojson={"type": "LineString", "coordinates": [[1, 1]]})
    geo = {"asset_type": "geospatial"}
    return [v2("r1", label("a", field, road, wrong), media=geo), v2("r2", label("b", square("Car", "c", 1, 1, 2, 2)))]


@pytest.mark.sampled(6)
@ENGINES
@pytest.mark.parametrize(("format", "suffix"), [("gpkg", "gpkg"), ("geoparquet", "parquet")])
def test_geopandas_reads_every_object(tmp_path: Path, engine: str, format: str, suffix: str) -> None:
    out, done = exported(store_of(tmp_path, engine, rows()), format, f"out.{suffix}")
    read = geopandas.read_file(out) if format == "gpkg" else geopandas.read_parquet(out)
    assert (len(read), read.crs.to_epsg()) == (3, 4326)
    assert read["name"].to_list() == ["Field", "Road", "Road"]
    assert read["answers"].to_list()[0] == '{"Crop": "Rye"}'
    assert (read["label_id"].to_list(), read["feature_id"].to_list()) == (["a"] * 3, ["g1", "g2", "g3"])
    assert [None if one is None else one.geom_type for one in read.geometry] == ["Polygon", "LineString", None]
    assert read.geometry.iloc[0].area == 98
    assert read.geometry.iloc[:2].is_valid.all()
    assert reasons(done) == {
        ("bounding_box", "left out", "in pixels, not in degrees"): 1,
        ("polyline", "changed", "without a geometry: its coordinates do not suit"): 1,
        ("object_question", "changed", "JSON in the column answers"): 1,
    }
    assert out.read_bytes() == exported(store_of(tmp_path, engine, rows()), format, f"again.{suffix}")[0].read_bytes()


@pytest.mark.parametrize("format", ["gpkg", "geoparquet"])
def test_both_engines_write_the_same(tmp_path: Path, format: str) -> None:
    one, other = (
        exported(store_of(tmp_path, engine, rows(), engine), format, f"{engine}.out")[0]
        for engine in ("sqlite", "duckdb")
    )
    assert one.read_bytes() == other.read_bytes()
