"""Exports of odd records and by odd calls: names that would collide, sizes and frames that are none, outputs in use."""

from pathlib import Path
from typing import Any

import geopandas
import pytest
import yaml
from PIL import Image

from labelstore.errors import InputError, LabelstoreError, StoreError, UsageError
from labelstore.export.file_names import FileNames
from labelstore.export.selecting import Candidate
from labelstore.export.tracks import _LONGEST_GAP
from labelstore.export.writing import export
from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, v2
from tests.making import ENGINES, store_of
from tests.test_cli import run

IMAGE = {"asset_type": "image", "width": 200, "height": 100}
VIDEO = {"asset_type": "video", "width": 200, "height": 100, "frame_rate": 10, "frame_count": 9}


def car(feature_id: str = "o1", name: str = "Car") -> dict[str, Any]:
    return square(name, feature_id, 10, 20, 30, 40)


def frames(*numbers: int) -> dict[str, Any]:
    return {"frames": {str(number): {"objects": {"o1": car()}, "classifications": []} for number in numbers}}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return store_of(tmp_path, "sqlite", [v2("row", label("l", car()), media=IMAGE)])


def named(*rows: tuple[str, str | None]) -> tuple[FileNames, list[Candidate]]:
    """The names of data rows with these ids and external ids."""
    empty: dict[str, Any] = dict.fromkeys(Candidate._fields)
    names = FileNames()
    found = [Candidate(**empty | {"label_id": "l", "data_row_id": id, "external_id": name}) for id, name in rows]
    for row in found:
        names.note(row)
    return names, found


@pytest.mark.parametrize(
    "name", ["CON", "con.tar.gz", "a\x85b", "😀" * 200, "x" * 500, "..", "a\x00b", "y" * 119 + ". z"]
)
def test_a_name_is_one_that_every_system_takes(name: str) -> None:
    names, (row,) = named(("row", name))
    stem = names.of(row)[0]
    assert stem == stem.strip(". ")
    assert stem.isprintable()
    assert 0 < len(names.of_frame(names.of_video(stem, name), 2**63).encode()) < 250
    assert not stem.lower().startswith("con")


@pytest.mark.parametrize(
    "rows",
    [
        [("d/1", "a.jpg"), ("d_1", "a.jpg"), ("D_1", "A.jpg")],
        [("..", ".."), ("...", ""), ("d", "unnamed.jpg")],
        [("x" * 50 + "1", "a"), ("x" * 50 + "2", "a")],
    ],
)
def test_no_two_data_rows_have_one_name(rows: list[tuple[str, str]]) -> None:
    names, found = named(*rows)
    stems = [names.of(row)[0] for row in found]
    assert len({stem.casefold() for stem in stems}) == len(rows)
    assert [names.of(row)[0] for row in found] == stems


def test_groups_and_frames_have_names_of_their_own() -> None:
    names, _ = named(("r1", "v.mp4"), ("r2", "v_000001.jpg"), ("r3", "v_axial.dcm"))
    videos = [names.of_video("v", group) for group in (None, "Axial", "axial", "a/b", "a_b", "")]
    assert len({video.casefold() for video in videos} - {"v_axial"}) == len(videos)
    assert names.of_video("v", "a_b") == videos[4]
    assert names.of_frame("v", 1) == "v_000001_"


@ENGINES
def test_groups_of_one_name_are_videos_of_their_own(tmp_path: Path, engine: str) -> None:
    found = {"groups": {name: frames(1, 3) for name in ("a/b", "c", "a_b")}, "classifications": []}
    store = store_of(
        tmp_path, engine, [v2("row", label("l") | {"annotations": found}, media=VIDEO | {"asset_type": "dicom"})]
    )
    out, _ = exported(store, "cvat-video", "out")
    assert [*files_of(out)] == [f"row_{name}/annotations.xml" for name in ("a_b", "a_b_", "c")]
    assert {text.count(b"</annotations>") for text in files_of(out).values()} == {1}


@ENGINES
def test_a_class_without_a_name_is_called_by_its_value(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v2("row", label("l", car(name="") | {"value": "wheel"}), media=IMAGE)])
    out, _ = exported(store, "yolo", "out")
    assert yaml.safe_load((out / "data.yaml").read_text())["names"] == {0: "wheel"}


def test_names_of_classes_are_yaml(tmp_path: Path) -> None:
    odd = ["\x7f", "\x85", "\u2028", "\ufeff", "\ufffe", "😀", "null", "a: b", 'q"\\', "\x00"]
    objects = [car(f"o{number}", name) for number, name in enumerate(odd)]
    out, _ = exported(store_of(tmp_path, "sqlite", [v2("row", label("l", *objects), media=IMAGE)]), "yolo", "out")
    found = yaml.safe_load((out / "data.yaml").read_text(encoding="utf-8"))["names"]
    assert sorted(found.values()) == sorted(odd)


@pytest.mark.parametrize("size", [(-1, 100), (0.5, 100), (200, 0)])
@pytest.mark.parametrize("format", ["yolo", "masks", "coco"])
def test_a_size_below_one_pixel_is_none(tmp_path: Path, format: str, size: tuple[float, float]) -> None:
    media = IMAGE | dict(zip(("width", "height"), size, strict=True))
    store = store_of(
        tmp_path, "sqlite", [v2("row", label("l", car()), media=media), v2("b", label("m", car()), media=IMAGE)]
    )
    with pytest.raises(UsageError, match="does not tell how large"):
        export(store, format, tmp_path / "out")
    chosen = {"missing_size": "skip"} | ({"boxes": "polygon"} if format == "masks" else {})
    done = exported(store, format, "out", **chosen)[1]
    assert reasons(done)["label", "left out", "nothing tells the size of its picture"] == 1


def test_a_damaged_picture_can_be_skipped(tmp_path: Path) -> None:
    media = {"asset_type": "image"}
    store = store_of(tmp_path, "sqlite", [v2(name, label(f"l-{name}", car()), media=media) for name in ("a", "b")])
    (tmp_path / "a.jpg").write_text("no picture")
    Image.new("RGB", (200, 100)).save(tmp_path / "b.jpg")
    with pytest.raises(InputError, match="replace it, or leave such out with --missing-size skip"):
        export(store, "yolo", tmp_path / "out", assets=str(tmp_path))
    done = exported(store, "yolo", "out", assets=str(tmp_path), missing_size="skip")[1]
    assert (done.written["label"], done.left_out["label"]) == (1, 1)


def test_a_bitmap_of_a_picture_that_no_memory_holds_is_left_out(tmp_path: Path) -> None:
    rings = [
        [{"x": x, "y": y} for x, y in ring] for ring in ([(0, 0), (90, 0), (90, 90)], [(50, 20), (80, 20), (80, 40)])
    ]
    roof = {"feature_id": "p", "name": "Roof", "annotation_kind": "ImagePolygon", "polygon": rings}
    media = IMAGE | {"width": 10**9, "height": 10**9}
    store = store_of(tmp_path, "sqlite", [v2("row", label("l", car(), roof), media=media)])
    done = exported(store, "coco", "out.json", holes="rle")[1]
    assert done.left_out == {"polygon": 1, "hole": 1}
    assert exported(store, "coco", "out.json")[1].written["polygon"] == 1


def test_coordinates_beyond_64_bits_are_numbers_for_hugging_face(tmp_path: Path) -> None:
    place = {"top": 1e14, "left": 0, "height": 1e300, "width": 2**60}
    far = car() | {"bounding_box": place}
    near = car("o2") | {"bounding_box": place | {"height": 5e14, "width": 1}}
    line: dict[str, Any] = {"feature_id": "p", "name": "Row", "annotation_kind": "GeoPolyline"}
    line["geojson"] = {"type": "LineString", "coordinates": [[1e14, 2], [3, 4]]}
    store = store_of(tmp_path, "sqlite", [v2("row", label("l", far, near, line), media=IMAGE)])
    assert exported(store, "hf", "out")[1].count == 3


@pytest.mark.parametrize("format", ["geoparquet", "gpkg"])
def test_heights_that_not_all_positions_have_are_left_away(tmp_path: Path, format: str) -> None:
    objects = [
        {"feature_id": f"g{number}", "name": "Row", "annotation_kind": "GeoPolyline"}
        | {"geojson": {"type": "LineString", "coordinates": coordinates}}
        for number, coordinates in enumerate(
            ([[0, 0], [1, 1, 5]], [[0, 0, 5], [2**70, 1, 5]], [[0, 0], [1, 1]], [[0, 10**400], [1, 1]])
        )
    ]
    store = store_of(tmp_path, "sqlite", [v2("row", label("l", *objects), media={"asset_type": "geospatial"})])
    out, done = exported(store, format, f"out.{format}")
    found = (geopandas.read_file if format == "gpkg" else geopandas.read_parquet)(out)
    assert [shape.has_z for shape in found.geometry if shape is not None] == [False, True, False]
    assert reasons(done)["polyline", "changed", "without heights, which not all of its positions have"] == 1


@ENGINES
def test_segments_of_another_type_are_a_loss_of_v1(tmp_path: Path, engine: str) -> None:
    found = frames(1) | {"segments": {"o1": "all"}}
    store = store_of(tmp_path, engine, [v2("row", label("l") | {"annotations": found}, media=VIDEO)])
    done = exported(store, "labelbox-v1", "out.json")[1]
    assert reasons(done)["label", "changed", 'without "segments" that are not those of its frames'] == 1


@pytest.mark.parametrize("format", ["mot", "cvat-video"])
def test_frames_before_the_first_one_are_left_out(tmp_path: Path, format: str) -> None:
    store = store_of(tmp_path, "sqlite", [v2("row", label("l") | {"annotations": frames(0, 1, -4)}, media=VIDEO)])
    done = exported(store, format, "out")[1]
    assert (done.written["bounding_box"], done.left_out["bounding_box"]) == (1, 2)


def test_a_gap_that_no_memory_holds_stays_empty(tmp_path: Path) -> None:
    found = frames(1, 10**12) | {"segments": {"o1": [[1, 10**12]]}}
    store = store_of(tmp_path, "sqlite", [v2("row", label("l") | {"annotations": found}, media=VIDEO)])
    done = exported(store, "mot", "out")[1]
    assert _LONGEST_GAP < 10**12
    assert done.count == 2
    assert reasons(done)["bounding_box", "changed", "in the frames that the export lists only"] == 1


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"where": "select $x"}, "--where: takes no parameters; write their values into the SQL"),
        ({"where": "select ?"}, "--where: takes no parameters"),
        ({"where": "select 1, 2"}, "begin it with: select label_id"),
        ({"where": "delete from labels"}, "DELETE is refused"),
        ({"rename": ("Car=A", "Car=B")}, "--rename Car=B: Car is A already; give it one name"),
        ({"rename": ("Car=",)}, "write it as OLD=NEW"),
        ({"classes": ("",)}, "no name: no object that this format takes is of this class; list them with"),
        ({"class_file": "no such file"}, "name a text file with a class a line"),
    ],
)
@ENGINES
def test_a_choice_that_means_nothing_is_told(
    tmp_path: Path, engine: str, choices: dict[str, Any], message: str
) -> None:
    store = store_of(tmp_path, engine, [v2("row", label("l", car()), media=IMAGE)])
    with pytest.raises(LabelstoreError) as raised:
        export(store, "yolo", tmp_path / "out", **choices)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("content", "message"), [(b"\n \n", "names no class; write one a line"), (b"\xff", "cannot be read")]
)
def test_a_file_of_classes_without_one_is_told(store: Path, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "classes.txt").write_bytes(content)
    with pytest.raises(UsageError, match=message):
        export(store, "yolo", tmp_path / "out", class_file=str(tmp_path / "classes.txt"))


@pytest.mark.parametrize("out", [".", "..", "", "/"])
def test_a_folder_without_a_name_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Path, out: str
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mine").write_text("mine")
    monkeypatch.chdir(tmp_path / "work")
    done = run("export", store, "yolo", out, "--overwrite")
    assert done.exit_code in (1, 2)
    assert "name a" in done.stderr
    assert (tmp_path / "work" / "mine").read_text() == "mine"


def test_a_folder_may_be_the_one_of_the_caller(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    export(store, "yolo", ".")
    assert (tmp_path / "work.losses.json").is_file()
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == ["data.yaml", "labels"]


@pytest.mark.parametrize("name", ["export.db.mirror.duckdb", "export.db-shm", ".export.db.lock"])
def test_a_folder_takes_no_name_that_belongs_to_the_store(store: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(LabelstoreError, match="name a"):
        export(store, "yolo", tmp_path / name)
    assert not (tmp_path / name).is_dir()


@pytest.mark.parametrize("kept", ["store", "assets", "classes", "folder"])
def test_a_folder_that_holds_what_is_read_is_not_replaced(store: Path, tmp_path: Path, kept: str) -> None:
    """Also where an export wrote it: the pictures of an earlier one are the assets of the next."""
    out = tmp_path / "out"
    export(store, "yolo", out)
    (out / "images").mkdir()
    (out / "classes.txt").write_text("Car\n")
    inside, choices = store, dict[str, Any]()
    match kept:
        case "store":
            inside = store.rename(out / "labels.db")
        case "assets" | "folder":
            choices = {"assets": str(out / "images" if kept == "assets" else out)}
        case "classes":
            choices = {"class_file": str(out / "classes.txt")}
    with pytest.raises(UsageError, match="which is read; name another folder"):
        export(inside, "yolo", out, overwrite=True, **choices)
    assert (out / "classes.txt").is_file()


def test_the_report_does_not_take_the_place_of_the_output(store: Path, tmp_path: Path) -> None:
    for format, out in (("jsonl", "out.jsonl"), ("yolo", "out")):
        with pytest.raises(UsageError, match="is the output itself; name another file for the report"):
            export(store, format, tmp_path / out, loss=tmp_path / "." / out)
        assert not (tmp_path / out).exists()


@pytest.mark.parametrize("format", ["yolo", "jsonl"])
def test_a_place_where_nothing_can_be_written_is_told(store: Path, tmp_path: Path, format: str) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        export(store, format, tmp_path / ("x" * 300))
    with pytest.raises(StoreError, match=r"cannot be written|does not exist; make it with"):
        export(store, format, store / "out", loss="")


def test_a_zero_has_no_sign_on_any_engine(tmp_path: Path) -> None:
    tip = {"feature_id": "t", "name": "Tip", "annotation_kind": "ImagePoint", "point": {"x": 1, "y": -0.0}}
    stores = [store_of(tmp_path, engine, [v2("row", label("l", tip), media=IMAGE)]) for engine in ("sqlite", "duckdb")]
    written = [exported(store, "jsonl", f"{store.suffix}.jsonl")[0].read_bytes() for store in stores]
    assert written[0] == written[1]
    assert b'"y":0.0' in written[0]
