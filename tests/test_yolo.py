"""The exporter yolo: its lines as shares of the picture, its splits, and what it leaves out."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from labelstore.errors import UsageError
from labelstore.export import data_rows
from labelstore.export.writing import export
from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, store_of, v1

ROOT = Path(__file__).resolve().parent.parent
SIZE = {"asset_type": "image", "width": 200, "height": 100}
ROOF = [{"x": 10, "y": 10}, {"x": 30, "y": 10}, {"x": 30, "y": 20}]


@ENGINES
def test_boxes_are_shares_of_the_picture(tmp_path: Path, engine: str) -> None:
    inside = square("Car", "c1", 20, 10, 40, 20)
    over = square("Car", "c2", 180, 90, 40, 20)
    outside = square("Car", "c3", 300, 10, 5, 5)
    roof = thing("Roof", "p1", "ImagePolygon", polygon=ROOF)
    store = store_of(
        tmp_path,
        engine,
        [v2("r1", label("a", inside, over, outside, roof), media=SIZE), v2("r2", label("b"), media=SIZE)],
    )
    out, done = exported(store, "yolo", "out", split="none")
    files = files_of(out)
    assert files["labels/all/r1.txt"].decode().splitlines() == [
        "0 0.2 0.2 0.2 0.2",
        "0 0.95 0.95 0.1 0.1",
        "1 0.1 0.15 0.1 0.1",
    ]
    assert files["labels/all/r2.txt"] == b""
    assert yaml.safe_load(files["data.yaml"]) == {
        "train": "images/all",
        "val": "images/all",
        "names": {0: "Car", 1: "Roof"},
    }
    assert reasons(done) == {
        ("bounding_box", "changed", "cut off at the edge of the picture"): 1,
        ("bounding_box", "left out", "outside of the picture"): 1,
        ("polygon", "changed", "its bounding box"): 1,
    }


@ENGINES
def test_outlines_are_shares_of_the_picture(tmp_path: Path, engine: str) -> None:
    objects = [square("Car", "c1", 20, 10, 40, 20), thing("Roof", "p1", "ImagePolygon", polygon=ROOF)]
    store = store_of(tmp_path, engine, [v2("r1", label("a", *objects), media=SIZE)])
    out, done = exported(store, "yolo", "out", split="none", task="segment")
    assert files_of(out)["labels/all/r1.txt"].decode() == "0 0.05 0.1 0.15 0.1 0.15 0.2\n"
    assert list(yaml.safe_load((out / "data.yaml").read_text())["names"].values()) == ["Roof"]
    assert reasons(done) == {
        ("bounding_box", "left out", "an outline is wanted; --boxes polygon writes its four corners"): 1
    }
    both, done = exported(store, "yolo", "both", split="none", task="segment", boxes="polygon", digits=2)
    assert files_of(both)["labels/all/r1.txt"].decode() == (
        "0 0.1 0.1 0.3 0.1 0.3 0.3 0.1 0.3\n1 0.05 0.1 0.15 0.1 0.15 0.2\n"
    )
    assert reasons(done) == {("bounding_box", "changed", "its four corners"): 1}


@ENGINES
def test_turned_boxes(tmp_path: Path, engine: str) -> None:
    """Boxes keep their corners; polygons get the smallest rectangle around them, whatever their holes and parts."""
    corners = [{"x": x, "y": y} for x, y in ((100, 20), (120, 40), (70, 90), (50, 70))]
    dented = [*corners, {"x": 75, "y": 50}]
    objects = [
        square("Car", "c1", 20, 10, 40, 20),
        square("Car", "c2", 180, 90, 40, 20),
        thing("Roof", "p1", "ImagePolygon", polygon=dented),
        thing("Roof", "p2", "ImagePolygon", polygon=[{"x": x, "y": 300} for x in (1, 2, 3)]),
        thing("Roof", "p3", "ImagePolygon", polygon=[{"x": x, "y": 300 + x} for x in (1, 2, 3)]),
    ]
    store = store_of(tmp_path, engine, [v2("r1", label("a", *objects), media=SIZE)])
    out, done = exported(store, "yolo", "out", split="none", task="obb", digits=3)
    assert files_of(out)["labels/all/r1.txt"].decode().splitlines() == [
        "0 0.1 0.1 0.3 0.1 0.3 0.3 0.1 0.3",
        "0 0.9 0.9 1 0.9 1 1 0.9 1",
        "1 0.25 0.7 0.5 0.2 0.6 0.4 0.35 0.9",
    ]
    assert reasons(done) == {
        ("bounding_box", "changed", "cut off at the edge of the picture"): 1,
        ("polygon", "changed", "the smallest turned box around it"): 1,
        ("polygon", "left out", "without an area"): 1,
        ("polygon", "left out", "outside of the picture"): 1,
    }


@pytest.mark.parametrize(
    ("task", "lines", "reason"),
    [
        ("detect", ["0 0.5 0.5 0.5 0.5"], "its bounding box"),
        ("obb", ["0 0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75"], "the smallest turned box around it"),
        (
            "segment",
            ["0 0.5 0.25 0.5 0.75 0.25 0.75 0.25 0.25", "0 0.75 0.5 0.75 0.75 0.625 0.75 0.625 0.5"],
            "an outline along the edges of its pixels",
        ),
    ],
)
def test_masks_whose_pictures_are_at_hand(tmp_path: Path, task: str, lines: list[str], reason: str) -> None:
    (assets := tmp_path / "assets").mkdir()
    picture = Image.new("L", (8, 4))
    picture.paste(255, (2, 1, 4, 3))
    picture.paste(255, (5, 2, 6, 3))
    picture.save(assets / "m1.png")
    Image.new("L", (5, 5)).save(assets / "m2.png")
    masks = [
        thing("Sky", name, "ImageSegmentationMask", mask={"url": f"https://example.com/{name}.png"})
        for name in ("m1", "m2", "m3")
    ]
    media = {"asset_type": "image", "width": 8, "height": 4}
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", *masks), media=media)])
    out, done = exported(store, "yolo", "out", split="none", task=task, assets=str(assets))
    assert files_of(out)["labels/all/r1.txt"].decode().splitlines() == lines
    assert reasons(done) == {
        ("mask", "changed", reason): 1,
        ("mask", "left out", "its picture is not as large as the image"): 1,
        ("mask", "left out", "its picture is not in the folder of assets"): 1,
    } | ({("mask", "changed", "its parts are several objects"): 1} if task == "segment" else {})


@ENGINES
def test_a_data_row_stays_in_its_split_when_others_come(tmp_path: Path, engine: str) -> None:
    records = [
        v2(f"r{number}", label(f"l{number}", square("Car", f"o{number}", 1, 1, 2, 2)), media=SIZE)
        for number in range(60)
    ]
    few = files_of(exported(store_of(tmp_path, engine, records[:30], "few"), "yolo", "out-few")[0])
    many = files_of(exported(store_of(tmp_path, engine, records, "many"), "yolo", "out-many")[0])
    assert few.keys() <= many.keys()
    assert {path.split("/")[1] for path in many if path.startswith("labels/")} == {"train", "val", "test"}


def test_a_small_set_has_a_picture_to_validate_with(tmp_path: Path) -> None:
    records = [
        v2(f"r{number}", label(f"l{number}", square("Car", f"o{number}", 1, 1, 2, 2)), media=SIZE)
        for number in range(2)
    ]
    out, _ = exported(store_of(tmp_path, "sqlite", records), "yolo", "out", ratios="99,1,0")
    assert sorted(path.split("/")[1] for path in files_of(out) if path.startswith("labels/")) == ["train", "val"]


@ENGINES
def test_stratified_splits_have_the_ratios_in_each_class(tmp_path: Path, engine: str) -> None:
    records = [
        v2(
            f"r{number}",
            label(f"l{number}", square("Rare" if number % 4 else "Car", f"o{number}", 1, 1, 2, 2)),
            media=SIZE,
        )
        for number in range(40)
    ]
    out, _ = exported(store_of(tmp_path, engine, records), "yolo", "out", split="stratified", ratios="50,30,20")
    found: dict[tuple[str, str], int] = {}
    for path, text in files_of(out).items():
        if path.startswith("labels/"):
            key = path.split("/")[1], text.decode().split()[0]
            found[key] = found.get(key, 0) + 1
    assert found == {
        ("train", "0"): 5,
        ("val", "0"): 3,
        ("test", "0"): 2,
        ("train", "1"): 15,
        ("val", "1"): 9,
        ("test", "1"): 6,
    }


def test_splits_that_metadata_tells(tmp_path: Path) -> None:
    def row(row_id: str, split: str) -> dict[str, object]:
        fields = [{"schema_name": "split", "schema_kind": "CustomMetadataString", "value": split}]
        return v2(row_id, label(row_id, square("Car", row_id, 1, 1, 2, 2)), media=SIZE, metadata_fields=fields)

    store = store_of(tmp_path, "sqlite", [row("r1", "train"), row("r2", "valid"), row("r3", "Test")])
    out, _ = exported(store, "yolo", "out", split="metadata")
    assert {path for path in files_of(out) if path.startswith("labels/")} == {
        "labels/train/r1.txt",
        "labels/val/r2.txt",
        "labels/test/r3.txt",
    }
    other = store_of(tmp_path, "sqlite", [row("r1", "sometimes")], name="other")
    with pytest.raises(UsageError, match="data row r1: its split is 'sometimes'; use train, val and test"):
        export(other, "yolo", tmp_path / "x", split="metadata")


@ENGINES
def test_two_pictures_of_one_name_get_their_ids(tmp_path: Path, engine: str) -> None:
    rows = [
        v2("r1", label("a", square("Car", "c1", 1, 1, 2, 2)), media=SIZE)
        | {"data_row": {"id": "r1", "external_id": "x/Image 1.png"}},
        v2("r2", label("b", square("Car", "c2", 1, 1, 2, 2)), media=SIZE)
        | {"data_row": {"id": "r2", "external_id": "y/image_1.jpg"}},
        v2("r3", label("c", square("Car", "c3", 1, 1, 2, 2)), media=SIZE)
        | {"data_row": {"id": "r3", "external_id": "../../etc/passwd"}},
    ]
    out, _ = exported(store_of(tmp_path, engine, rows), "yolo", "out", split="none")
    assert sorted(files_of(out)) == [
        "data.yaml",
        "labels/all/Image_1_r1.txt",
        "labels/all/image_1_r2.txt",
        "labels/all/passwd.txt",
    ]


@ENGINES
def test_which_of_several_labels(tmp_path: Path, engine: str) -> None:
    """The newest that was not rejected; skipped ones never."""

    def of(label_id: str, day: int, score: int | None = None, **more: object) -> dict[str, object]:
        reviews = (
            []
            if score is None
            else [
                {
                    "id": f"v{label_id}",
                    "score": score,
                    "createdAt": "2024-02-01T00:00:00.000Z",
                    "createdBy": "x@example.com",
                }
            ]
        )
        one = {
            "featureId": label_id,
            "schemaId": "s",
            "title": "Car",
            "value": "car",
            "bbox": {"top": 1, "left": 1, "height": day, "width": 10},
        }
        return v1(
            label_id,
            one,
            **{
                "DataRow ID": "row",
                "Updated At": f"2024-01-0{day}T00:00:00.000Z",
                "Reviews": reviews,
                "Media Attributes": {"width": 100, "height": 100},
            },
            **more,
        )

    store = store_of(tmp_path, engine, [of("a", 1), of("b", 2, 1), of("c", 3, -1), of("d", 4, Skipped=True)])

    def heights(**choices: object) -> list[float]:
        out, _ = exported(store, "yolo", "out", split="none", **choices)
        return [
            round(float(line.split()[4]) * 100)
            for text in files_of(out).values()
            for line in text.decode().splitlines()
            if line[0] == "0"
        ]

    assert heights() == [2]
    assert heights(labels="newest") == [3]
    assert heights(labels="approved") == [2]
    assert heights(labels="all") == [1, 2, 3]
    assert heights(where="updated_at < '2024-01-02'") == [1]
    assert heights(updated_since="2024-01-03", labels="newest") == [3]
    assert heights(where="select label_id from labels where label_id in ('a', 'c')", labels="all") == [1, 3]
    with pytest.raises(UsageError, match="--where: returns the id of no label"):
        exported(store, "yolo", "out", where="select 1")


@ENGINES
def test_several_labels_of_many_data_rows(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_rows, "_AHEAD", 2)
    rows = [
        v2(
            f"r{row}",
            *(label(f"{row}-{one}", square("Car", f"{row}{one}", 1, 1, 2, 2)) for one in range(row)),
            media=SIZE,
        )
        for row in range(1, 7)
    ]
    out, done = exported(store_of(tmp_path, engine, rows), "yolo", "out", split="none", labels="all")
    found = {path: len(text.splitlines()) for path, text in files_of(out).items() if path.endswith(".txt")}
    assert found == {f"labels/all/r{row}.txt": row for row in range(1, 7)}
    assert done.count == done.written["label"] == 21


def test_what_is_no_choice(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", square("Car", "c1", 1, 1, 2, 2)), media=SIZE)])
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"labels": "winer"}, "--labels winer: did you mean winner"),
        ({"ratios": "1,2"}, "--ratios 1,2: give three numbers, as in 80,10,10"),
        ({"frames": "0"}, "--frames 0: use all, key, or a number from 1"),
        ({"masks": "skip"}, "yolo does not take --masks; leave it out"),
        ({"lables": "all"}, "lables: no choice of exports; did you mean labels"),
    )
    for choices, message in wrong:
        with pytest.raises(UsageError, match=message):
            export(store, "yolo", tmp_path / "out", **choices)
    assert not (tmp_path / "out").exists()


def test_a_folder_is_replaced_only_where_an_export_wrote_it(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", square("Car", "c1", 1, 1, 2, 2)), media=SIZE)])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note.txt").write_text("mine")
    with pytest.raises(
        Exception, match="is a folder that is not empty; name a new one; only what an export wrote is replaced"
    ):
        export(store, "yolo", tmp_path / "mine", overwrite=True)
    out, _ = exported(store, "yolo", "out")
    before = files_of(out)
    with pytest.raises(Exception, match="nothing to write"):
        export(store, "yolo", out, task="segment", overwrite=True)
    assert files_of(out) == before
    exported(store, "yolo", "out", split="none")
    assert files_of(out) != before


@pytest.mark.sampled(2)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_export_that_is_stopped_leaves_the_folder_as_it_was(tmp_path: Path, how: signal.Signals) -> None:
    records = [
        v2(f"r{number}", label(f"l{number}", square("Car", f"o{number}", 1, 1, 2, 2)), media=SIZE)
        for number in range(3000)
    ]
    store = store_of(tmp_path, "sqlite", records[:2])
    out, _ = exported(store, "yolo", "out")
    before = files_of(out)
    more = store_of(tmp_path, "sqlite", records, name="more")
    command = [sys.executable, "cli.py", "export", str(more), "yolo", str(out), "--overwrite"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    while not any(tmp_path.glob(".out.*.labelstore-writing/labels/train/*")):
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(how)
    said = process.communicate()[1]
    assert process.returncode == (130 if how is signal.SIGINT else -9)
    assert files_of(out) == before
    assert how is signal.SIGKILL or "was not written" in said
    exported(more, "yolo", "out")
    assert len(files_of(out)) == 3001
    assert not list(tmp_path.glob(".out*"))
