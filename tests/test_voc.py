"""The exporter voc: its XML files, lists of splits, and what it leaves out."""

from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, store_of

SIZE = {"asset_type": "image", "width": 200, "height": 100}
ROOF = [{"x": 10, "y": 10}, {"x": 30, "y": 10}, {"x": 30, "y": 20}]


def objects(root: Element) -> list[tuple[str | None, list[int]]]:
    return [
        (one.findtext("name"), [int(one.findtext(f"bndbox/{name}") or "") for name in ("xmin", "ymin", "xmax", "ymax")])
        for one in root.iter("object")
    ]


@ENGINES
def test_boxes_are_pixels_from_one(tmp_path: Path, engine: str) -> None:
    """As the devkit has it: the box over the whole picture is 1, 1, width, height."""
    things = [
        square("Car", "c1", 0, 0, 200, 100),
        square("Car", "c2", 20.5, 10.2, 40, 20),
        square("Car", "c3", 180, 90, 40, 20),
        square("Car", "c4", 300, 10, 5, 5),
        square("Tom & <Jerry>\x01", "c5", 199, 99, 1, 1),
        thing("Roof", "p1", "ImagePolygon", polygon=ROOF),
        thing("Nose", "n1", "ImagePoint", point={"x": 1, "y": 1}),
    ]
    store = store_of(
        tmp_path, engine, [v2("r1", label("a", *things), media=SIZE), v2("r2", label("b"), media=SIZE)], engine
    )
    out, done = exported(store, "voc", "out", split="none")
    files = files_of(out)
    root = fromstring(files["Annotations/r1.xml"])
    assert objects(root) == [
        ("Car", [1, 1, 200, 100]),
        ("Car", [21, 11, 61, 31]),
        ("Car", [181, 91, 200, 100]),
        ("Tom & <Jerry>�", [200, 100, 200, 100]),
        ("Roof", [11, 11, 30, 20]),
    ]
    assert [root.findtext(f"size/{name}") for name in ("width", "height", "depth")] == ["200", "100", "3"]
    assert root.findtext("filename") == "r1.jpg"
    assert objects(fromstring(files["Annotations/r2.xml"])) == []
    assert files["ImageSets/Main/all.txt"] == b"r1\nr2\n"
    assert reasons(done) == {
        ("bounding_box", "left out", "outside of the picture"): 1,
        ("bounding_box", "changed", "cut off at the edge of the picture"): 1,
        ("bounding_box", "changed", "widened to whole pixels"): 1,
        ("polygon", "changed", "its bounding box"): 1,
        ("point", "left out", "VOC has no place for it"): 1,
    }
    assert str(done) == "5 objects of 2 labels written, 3 changed, 2 left out"


@ENGINES
def test_each_split_has_a_list_and_pictures_are_copied(tmp_path: Path, engine: str) -> None:
    records = [
        v2(f"r{number}", label(f"l{number}", square("Car", f"o{number}", 1, 1, 2, 2)), media=SIZE)
        for number in range(40)
    ]
    store = store_of(tmp_path, engine, records)
    (assets := tmp_path / "assets").mkdir()
    (assets / "r3.jpg").write_bytes(b"picture")
    out, _ = exported(store, "voc", "out", assets=str(assets), images="copy")
    files = files_of(out)
    lists = {split: files[f"ImageSets/Main/{split}.txt"].decode().split() for split in ("train", "val", "test")}
    assert sorted(stem for some in lists.values() for stem in some) == sorted(f"r{number}" for number in range(40))
    assert {path for path in files if not path.endswith((".xml", ".txt"))} == {"JPEGImages/r3.jpg"}
    assert {path.rpartition("/")[2] for path in files if path.endswith(".xml")} == {f"r{n}.xml" for n in range(40)}
