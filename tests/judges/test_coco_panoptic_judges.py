"""What Datumaro sees in our files of COCO panoptic: segments as large as SQL says their polygons are."""

from pathlib import Path

from PIL import Image

from labelstore.engines import open_database
from tests.exporting import exported
from tests.judging import judge, said
from tests.making import store_of, v1

DATUMARO = """
import json, sys
from datumaro.components.annotation import AnnotationType
from datumaro.components.dataset import Dataset
data = Dataset.import_from(sys.argv[1], "coco_panoptic")
names = [one.name for one in data.categories()[AnnotationType.label]]
print(json.dumps([
    [item.id, names[one.label], int(one.image.sum()), int(one.get_area())]
    for item in data
    for one in item.annotations
]))
"""
SQL = """
select d.external_id, o.name, cast(g.area as integer)
from polygons as g
join objects as o on o.object_id = g.object_id
join labels as l on l.label_id = o.label_id
join data_rows as d on d.data_row_id = l.data_row_id
"""
DONUT = "POLYGON ((20 20, 180 20, 180 180, 20 180, 20 20), (60 60, 140 60, 140 140, 60 140, 60 60))"
IN_ITS_HOLE = "POLYGON ((70 70, 90 70, 90 80, 70 80, 70 70))"


@judge
def test_segments_are_as_large_as_in_sql(tmp_path: Path) -> None:
    (assets := tmp_path / "assets").mkdir()
    records = []
    for name, rings in {"one": {"Ring": [DONUT]}, "two": {"Ring": [DONUT], "Nut": [IN_ITS_HOLE]}}.items():
        shapes = {kind: [{"geometry": text} for text in texts] for kind, texts in rings.items()}
        records.append(v1(name) | {"Label": shapes, "External ID": f"{name}.png"})
        Image.new("L", (200, 200)).save(assets / f"{name}.png")
    store = store_of(tmp_path, "sqlite", records)
    out, done = exported(store, "coco-panoptic", "out", split="none", assets=str(assets))
    with open_database(store, read_only=True) as database:
        expected = sorted(
            [name.removesuffix(".png"), kind, area, area] for name, kind, area in database.query(SQL).rows
        )
    assert done.lossless
    assert sorted(said("datumaro", DATUMARO, out)) == expected
    assert [area for *_, area in expected] == [19_200, 200, 19_200]
