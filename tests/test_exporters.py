"""The registry of exporters: what each must have, and the rules that their one caller keeps."""

import json
from pathlib import Path

import pytest

from labelstore.engines import open_database
from labelstore.errors import UsageError
from labelstore.export import registry
from labelstore.export.choices import CHOICES, Choices
from labelstore.export.constructs import ALL_KEPT, CONSTRUCTS
from labelstore.export.exporter import Chunks, Export, Exporter
from labelstore.export.exporters.geojson import GEOMETRIES
from labelstore.export.writing import export
from labelstore.formats.kinds import OBJECT_KINDS
from labelstore.loading import load
from labelstore.samples import write
from tests.lines import label, square, v2
from tests.making import box, store_of, v1
from tests.test_cli import run

ELEMENTS = [v1("a", box("Car", "c1", 1, 2, 3, 4)), v1("b")]


@pytest.fixture(params=["sqlite", "duckdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return store_of(tmp_path, request.param, ELEMENTS)


def test_the_formats_of_today() -> None:
    assert registry.formats() == [
        "audacity",
        "classify",
        "coco",
        "coco-panoptic",
        "conll",
        "cvat-images",
        "cvat-video",
        "delta",
        "dpo",
        "elan",
        "geojson",
        "geoparquet",
        "gpkg",
        "hf",
        "jsonl",
        "kitti",
        "label-studio",
        "labelbox-csv",
        "labelbox-import",
        "labelbox-v1",
        "labelbox-v2",
        "masks",
        "mot",
        "parquet",
        "rttm",
        "spacy",
        "textgrid",
        "voc",
        "webdataset",
        "yolo",
    ]


@pytest.mark.parametrize("format", registry.formats())
def test_every_exporter_is_complete(format: str) -> None:
    exporter = registry.exporter_of(format)
    assert exporter.name == format
    assert exporter.suffix.startswith(".") or not exporter.suffix
    assert exporter.description
    assert {*exporter.takes, *exporter.folder_takes, *exporter.defaults, *exporter.folder_defaults} <= CHOICES.keys()
    for column in exporter.columns.values() or [{}]:
        assert exporter.fates(Choices(**column)).keys() == CONSTRUCTS.keys() > OBJECT_KINDS
    assert f"  {format} " in run("export", "--help").stdout
    assert exporter.description.split()[-1] in run("export", "--help").stdout


def test_an_unknown_format_names_the_known_ones(store: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none: unknown format; known are audacity, classify, coco, "):
        export(store, "none", tmp_path / "out")


def test_a_choice_that_a_format_has_no_use_for_is_an_error(store: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="labelbox-v1 does not take --class; leave it out"):
        export(store, "labelbox-v1", tmp_path / "out", classes=("Car",))
    with pytest.raises(UsageError, match="labelbox-v1 does not take --split; leave it out"):
        export(store, "labelbox-v1", tmp_path / "out", split="hash")
    wrong = run("export", store, "labelbox-v1", tmp_path / "out", "--split", "hash")
    assert (wrong.exit_code, "does not take --split" in wrong.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_the_default_of_others_is_a_choice_too(store: Path, tmp_path: Path) -> None:
    """jsonl writes all labels unless told otherwise."""
    older = v1("a2", box("Car", "c2", 1, 2, 3, 4), **{"DataRow ID": "row-a", "Updated At": "2023-01-01T00:00:00.000Z"})
    both = store_of(tmp_path, "sqlite", [*ELEMENTS, older], name="both")
    assert export(both, "jsonl", tmp_path / "all.jsonl").count == 2
    assert run("export", both, "jsonl", tmp_path / "one.jsonl", "--labels", "winner").exit_code == 0
    assert len((tmp_path / "one.jsonl").read_text().splitlines()) == 1


def test_the_caller_writes_what_an_exporter_yields(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what came of it; a failure midway leaves the file as it was, and closes the exporter."""
    closed: list[int] = []

    def write(export: Export) -> Chunks:
        try:
            for number in range(2500):
                yield b"x"
                export.wrote()
                if number == 2000 and export.choices.classes == ("fails",):
                    raise RuntimeError
            export.account.select("label", count=2500)
            export.account.wrote("label", count=1000)
            export.account.leave_out("label", "too long", "l1", 1500)
        finally:
            closed.append(export.count)

    exporter = Exporter("letters", ".txt", "letters", write, lambda _: ALL_KEPT, unit="letters", takes=("classes",))
    monkeypatch.setattr("labelstore.export.writing.exporter_of", lambda _: exporter)
    seen: list[int] = []
    out = tmp_path / "out"
    done = export(store, "letters", out, progress=seen.append)
    assert str(done) == "2,500 letters of 1,000 labels written, 1,500 left out"
    assert (out.read_bytes(), seen, closed) == (b"x" * 2500, [1000, 2000], [2500])
    with pytest.raises(RuntimeError):
        export(store, "letters", out, classes=("fails",), overwrite=True)
    assert out.read_bytes() == b"x" * 2500
    assert closed == [2500, 2001]
    assert sorted(path.name for path in tmp_path.iterdir() if "writing" in path.name) == []


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_several_processes_write_the_same(store: Path, tmp_path: Path, jobs: int) -> None:
    done = export(store, "labelbox-v1", tmp_path / "out", jobs=jobs)
    assert str(done) == "2 records written"
    assert json.loads((tmp_path / "out").read_bytes()) == ELEMENTS


def test_a_format_that_can_hold_nothing_of_a_store_fails(store: Path, tmp_path: Path) -> None:
    done = run("export", store, "geojson", tmp_path / "out")
    assert done.exit_code == 1
    assert "geojson: nothing to write; it takes polyline, point, polygon, bounding_box; left out: " in done.stderr
    assert list(tmp_path.glob("out*")) == []


@pytest.mark.parametrize("suffix", ["db", "duckdb"])
def test_geojson_says_what_each_kind_becomes(tmp_path: Path, suffix: str) -> None:
    files = write(tmp_path / "samples", asset_types=("geospatial", "image", "text"), labels=20)
    store = tmp_path / f"labels.{suffix}"
    load(store, [file.path for file in files])
    export(store, "geojson", tmp_path / "out")
    features = json.loads((tmp_path / "out").read_bytes())["features"]
    with open_database(store, read_only=True) as database:
        kinds = dict(database.query("select object_id, kind from objects").rows)
    found = {(kinds[one["properties"]["object_id"]], one["geometry"]["type"]) for one in features if one["geometry"]}
    assert found == {(kind, becomes) for kind, becomes in GEOMETRIES.items()}


@pytest.mark.parametrize("can_link", [True, False])
def test_pictures_are_linked_hard_where_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_link: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    if not can_link:
        monkeypatch.setattr("os.link", refuse)
    media = {"asset_type": "image", "width": 8, "height": 6}
    store = store_of(tmp_path, "sqlite", [v2("r1", label("a", square("Car", "c1", 1, 1, 2, 2)), media=media)])
    (assets := tmp_path / "assets").mkdir()
    (assets / "r1.jpg").write_bytes(b"picture")
    export(store, "yolo", tmp_path / "out", assets=str(assets), split="none")
    picture = tmp_path / "out" / "images" / "all" / "r1.jpg"
    assert picture.read_bytes() == b"picture"
    assert picture.samefile(assets / "r1.jpg")
    assert picture.is_symlink() != can_link
