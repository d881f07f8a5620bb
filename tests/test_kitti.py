"""The exporter kitti: its lines, lists of splits, and what it leaves out."""

from pathlib import Path

from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, store_of

SIZE = {"asset_type": "image", "width": 200, "height": 100}
ROOF = [{"x": 10, "y": 10}, {"x": 30, "y": 10}, {"x": 30, "y": 20}]
UNKNOWN = "-1 -1 -1 -1000 -1000 -1000 -10"


@ENGINES
def test_a_line_for_each_object(tmp_path: Path, engine: str) -> None:
    things = [
        square("Car", "c1", 20.25, 10, 40, 20),
        square("Traffic\n light", "c2", 180, 90, 40, 20),
        square("Car", "c3", 300, 10, 5, 5),
        thing("Roof", "p1", "ImagePolygon", polygon=ROOF),
        thing("Crate", "k1", "ImageCuboid", cuboid={"center": 1}),
    ]
    store = store_of(
        tmp_path, engine, [v2("r1", label("a", *things), media=SIZE), v2("r2", label("b"), media=SIZE)], engine
    )
    (assets := tmp_path / "assets").mkdir()
    (assets / "r1.jpg").write_bytes(b"picture")
    out, done = exported(store, "kitti", "out", split="none", assets=str(assets), images="copy")
    files = files_of(out)
    assert files["training/label_2/r1.txt"].decode().splitlines() == [
        f"Car -1 -1 -10 20.25 10 60.25 30 {UNKNOWN}",
        f"Traffic_light -1 -1 -10 180 90 200 100 {UNKNOWN}",
        f"Roof -1 -1 -10 10 10 30 20 {UNKNOWN}",
    ]
    del files["training/label_2/r1.txt"]
    assert files == {
        "ImageSets/all.txt": b"r1\nr2\n",
        "training/image_2/r1.jpg": b"picture",
        "training/label_2/r2.txt": b"",
    }
    assert reasons(done) == {
        ("bounding_box", "left out", "outside of the picture"): 1,
        ("bounding_box", "changed", "cut off at the edge of the picture"): 1,
        ("bounding_box", "changed", "_ for spaces in its class"): 1,
        ("polygon", "changed", "its bounding box"): 1,
        ("cuboid", "left out", "what its numbers mean is not documented"): 1,
    }
    few, _ = exported(store, "kitti", "few", split="hash", classes=("Car",), digits=1)
    assert files_of(few)["training/label_2/r1.txt"].decode().split()[4:8] == ["20.2", "10", "60.2", "30"]
    assert {path for path in files_of(few) if path.startswith("ImageSets")} > {"ImageSets/train.txt"}
