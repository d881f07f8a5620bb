"""What the reader of pictures of classes sees in ours: as many pixels of each class as SQL has square pixels."""

from pathlib import Path

from PIL import Image

from labelstore.engines import open_database
from tests.exporting import exported
from tests.judging import judge, said
from tests.making import store_of, v1

LABELFORMAT = """
import csv, json, sys
from pathlib import Path
from labelformat.formats.semantic_segmentation.pascalvoc import PascalVOCSemanticSegmentationInput
folder = Path(sys.argv[1])
rows = csv.DictReader((folder / "classes.csv").open())
names = {0: "background"} | {int(row["number"]): row["class"] for row in rows}
read = PascalVOCSemanticSegmentationInput.from_dirs(folder / "images/all", folder / "classes/all", names)
print(json.dumps([
    [Path(label.image.filename).stem, one.category.name, int(one.segmentation.get_binary_mask().sum())]
    for label in read.get_labels()
    for one in label.objects
    if one.category.id
]))
"""
SQL = """
select d.external_id, o.name, cast(sum(g.area) as integer)
from polygons as g
join objects as o on o.object_id = g.object_id
join labels as l on l.label_id = o.label_id
join data_rows as d on d.data_row_id = l.data_row_id
group by d.external_id, o.name
"""
DONUT = "POLYGON ((20 20, 180 20, 180 180, 20 180, 20 20), (60 60, 140 60, 140 140, 60 140, 60 60))"
IN_ITS_HOLE = "POLYGON ((70 70, 90 70, 90 80, 70 80, 70 70))"


@judge
def test_labelformat_counts_the_pixels_that_sql_tells(tmp_path: Path) -> None:
    (assets := tmp_path / "assets").mkdir()
    records = []
    for name, rings in {"one": {"Ring": [DONUT]}, "two": {"Ring": [DONUT], "Nut": [IN_ITS_HOLE]}}.items():
        shapes = {kind: [{"geometry": text} for text in texts] for kind, texts in rings.items()}
        records.append(v1(name) | {"Label": shapes, "External ID": f"{name}.png"})
        Image.new("L", (200, 200)).save(assets / f"{name}.png")
    store = store_of(tmp_path, "sqlite", records)
    out, done = exported(store, "masks", "out", split="none", assets=str(assets))
    with open_database(store, read_only=True) as database:
        expected = sorted((name.removesuffix(".png"), *rest) for name, *rest in database.query(SQL).rows)
    assert done.lossless
    assert expected == [("one", "Ring", 19_200), ("two", "Nut", 200), ("two", "Ring", 19_200)]
    assert sorted(map(tuple, said("labelformat", LABELFORMAT, out))) == expected
