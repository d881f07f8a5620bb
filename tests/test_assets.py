"""Assets in a folder; entities with their text from it, and the spans that do not fit."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from labelstore.analyses.entities import entities
from labelstore.assets.at_hand import AssetsAtHand
from labelstore.assets.folder import LARGEST_TEXT, AssetFolder, names_of, read_text
from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.errors import InputError
from labelstore.export.exporters.geojson import valid
from labelstore.formats.spans import Offsets, Unit, span_problem, utf16_length
from tests.making import ENGINES, box, store_of, v1
from tests.test_queries_space import v1_map
from tests.test_queries_text import EMOJI, TEXT, entity, v1_text, v2_entity, v2_line

URL = "https://storage.example.com/texts/some%20letter.txt?token=secret"


@pytest.fixture(name="folder")
def fixture_folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "texts"
    (folder / "train").mkdir(parents=True)
    for name in ("a.txt", "key", "row-1.txt", "some letter.txt", "train/b.txt"):
        (folder / name).write_text(name)
    return folder


def test_names_in_their_order() -> None:
    names = names_of(external_id="a.txt", global_key="key", data_row_id="row-1", row_data=URL)
    assert names == ("a.txt", "key", "row-1", "some letter.txt")
    assert names_of(external_id=None, global_key="", data_row_id="key", row_data="A text, no URL") == ("key",)
    assert names_of(row_data="https://[broken/a.txt") == ()
    assert names_of(row_data="https://storage.example.com/") == ()


def test_the_first_name_that_is_there_wins(folder: Path) -> None:
    assets = AssetFolder(folder)
    assert assets.find(["none", "train/b.txt", "a.txt"]) == (folder / "train" / "b.txt").resolve()
    assert assets.find(["row-1"]) is None
    assert assets.find(["row-1"], suffixes=("", ".txt")) == (folder / "row-1.txt").resolve()
    assert assets.find([None, "", "row-1"], suffixes=("", ".txt")) == (folder / "row-1.txt").resolve()
    assert assets.find(names_of(row_data=URL)) == (folder / "some letter.txt").resolve()
    assert assets.find(["train", ".", "", "x\0y", "y" * 5000]) is None  # folders, and names of no file


def test_no_name_leads_out_of_the_folder(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "up").symlink_to(folder.parent)
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    assets = AssetFolder(folder)
    for name in (
        "../secret.txt",
        str(folder.parent / "secret.txt"),
        "train/../../secret.txt",
        "link.txt",
        "up/secret.txt",
    ):
        assert os.path.isfile(folder / name)
        assert assets.find([name]) is None, name
    assert assets.find(["../secret", "link"], suffixes=("", ".txt")) is None
    assert assets.find(["inside.txt"]) == (folder / "a.txt").resolve()
    (folder.parent / "texts-2").mkdir()
    (folder.parent / "texts-2" / "a.txt").write_text("a neighbour whose name begins the same")
    assert assets.find(["../texts-2/a.txt"]) is None


def test_what_is_no_text_is_an_error(folder: Path) -> None:
    (folder / "latin.txt").write_bytes("Zoë".encode("latin-1"))
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(LARGEST_TEXT + 1)
    with pytest.raises(InputError, match="is not UTF-8 text"):
        read_text(folder / "latin.txt")
    with pytest.raises(InputError, match="is larger than 64 MB"):
        read_text(folder / "huge.txt")
    with pytest.raises(InputError, match="is no folder"):
        AssetFolder(folder / "a.txt")


def test_line_ends_are_kept(folder: Path) -> None:
    (folder / "dos.txt").write_bytes(b"one\r\ntwo")
    assert read_text(folder / "dos.txt") == "one\r\ntwo"


def test_spans_in_both_units() -> None:
    points, units = (Offsets(EMOJI, unit) for unit in Unit)
    assert utf16_length(EMOJI) == units.length == points.length + 1 == 9
    assert points.cut(5, 7) == units.cut(6, 8) == "you"
    assert points.cut(3, 3) == units.cut(3, 4) == "\U0001f600"
    assert units.cut(3, 3) == units.cut(4, 4) == "\U0001f600"  # half a pair stands for its character
    assert span_problem(5, 7, token="you", offsets=points) is None
    assert span_problem(6, 8, token="you", offsets=units) is None
    assert span_problem(4, 6, token="you", offsets=points) == "token is not the text at the span"
    assert span_problem(6, 8, offsets=points) == "end beyond the text in code points, not in UTF-16 units"
    assert span_problem(6, 9, offsets=units) == span_problem(6, 9, offsets=points) == "end beyond the text"


@ENGINES
def test_entities_with_assets(tmp_path: Path, folder: Path, engine: str) -> None:
    (folder / "a.txt").write_text(TEXT)
    (folder / "row-b.txt").write_text(EMOJI)
    (folder / "c.txt").write_bytes(b"\xff\xff")
    address = "https://storage.example.com/{}.txt"
    store = store_of(
        tmp_path,
        engine,
        [
            v1_text("a", address.format("a"), entity("Place", "e1", 15, 19), entity("Long", "e2", 0, 21))
            | {"External ID": "a.txt"},
            v1_text("b", address.format("x"), entity("Wide", "e3", 6, 8)),
            v1_text("c", address.format("c"), entity("Broken", "e4", 0, 1)) | {"External ID": "other"},
            v1_text("d", TEXT, entity("Person", "e5", 0, 2), entity("Back", "e6", 2, 0)),
            v1_text("e", address.format("e"), entity("Away", "e7", 0, 2)),
        ],
    )

    def found(of: AssetFolder | None, unit: Unit = Unit.CODE_POINTS) -> list[tuple[Any, ...]]:
        with open_database(store, read_only=True) as database:
            assets = None if of is None else AssetsAtHand(database, of, None)
            return [(item.name, item.text, item.source, item.problem) for item in entities(database, assets, unit)]

    beyond = "end beyond the text in code points, not in UTF-16 units"
    rows = found(AssetFolder(folder))
    assert rows == [
        ("Place", "Paris", "assets", None),
        ("Long", None, None, "end beyond the text"),
        ("Wide", None, None, beyond),
        ("Broken", None, None, "the file of the asset is not UTF-8 text (invalid start byte)"),
        ("Person", "Ada", "row_data", None),
        ("Back", None, None, "end before start"),
        ("Away", None, None, None),
    ]
    assert found(AssetFolder(folder), Unit.UTF_16)[2][:3] == ("Wide", "you", "assets")
    assert found(None)[:2] == [("Place", None, None, None), ("Long", None, None, None)]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@ENGINES
def test_the_command_prints_entities(tmp_path: Path, folder: Path, engine: str) -> None:
    (folder / "row-a.txt").write_text(TEXT)
    line = v2_line("a", v2_entity("Person", 0, 2), v2_entity("Person", 8, 11, token="Bob"), row_data=URL)
    store = store_of(tmp_path, engine, [line])
    done = run("entities", store, "--assets", folder, "--json")
    assert done.exit_code == 0
    first, second = json.loads(done.stdout)
    assert (first["text"], first["source"], first["problem"]) == ("Ada", "assets", None)
    assert (second["text"], second["problem"]) == ("Bob", "length is not that of the token")
    assert done.stderr == "2 entities, 2 with their text, 1 with a problem\n"
    done = run("entities", store, "--problems", "--format", "csv")
    assert [row.split(",")[5:8] for row in done.stdout.splitlines()[1:]] == [["8", "11", "Bob"]]
    assert "2 entities, 1 with their text, 1 with a problem" in done.stderr
    missing = run("entities", store, "--assets", folder / "none")
    assert (missing.exit_code, "is no folder" in missing.stderr) == (1, True)


@ENGINES
def test_geojson_leaves_out_what_is_in_pixels_and_says_how_many(tmp_path: Path, engine: str) -> None:
    """Plain shapes, and all shapes on a layer in pixels; shapes of images are no part of it."""
    layer = '{"tileLayerUrl": "https://example.com/{z}", "epsg": "Simple", "bounds": [[0, 0], [10, 20]]}'
    plain = v1("s", box("Car", "c1", 1, 1, 1, 1), **{"Labeled Data": layer})
    on_layer = v1_map("m") | {"Labeled Data": layer}
    image = v1("x", box("Car", "c2", 1, 1, 1, 1))
    store = store_of(tmp_path, engine, [v1_map("a"), plain, on_layer, image])
    done = run("geojson", store, "-o", tmp_path / "objects.geojson")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (0, "4 features of 4 labels written, 6 left out")


@ENGINES
def test_the_command_writes_geojson(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v1_map("a"), v1("x", box("Car", "c1", 1, 1, 1, 1))])
    out = tmp_path / "objects.geojson"
    done = run("geojson", store, "-o", out)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (0, "4 features of 2 labels written, 1 left out")
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["type"] == "FeatureCollection"
    assert [item["geometry"]["type"] for item in found["features"]] == ["Polygon", "LineString", "Point", "Polygon"]
    assert {item["properties"]["label_id"] for item in found["features"]} == {"a"}
    well = json.loads(run("geojson", store, "--class", "Well").stdout)
    assert [item["geometry"]["coordinates"] for item in well["features"]] == [[-179.25, 1.5]]
    for project in ("p1", "Roads"):
        assert len(json.loads(run("geojson", store, "--project", project).stdout)["features"]) == 4
    unknown = run("geojson", store, "--class", "Wells")
    assert (unknown.exit_code, "did you mean Well?" in unknown.stderr) == (1, True)
    nothing = run("geojson", store, "--class", "Car", "-o", out, "--overwrite")
    assert (nothing.exit_code, "geojson: nothing to write; it takes polyline," in nothing.stderr) == (1, True)
    assert json.loads(out.read_text(encoding="utf-8")) == found


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        ('{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}', [[[0, 0], [1, 0], [1, 1], [0, 0]]]),
        ('{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}', None),
        ('{"type":"Polygon","coordinates":[[0,0],[1,0],[1,1],[0,0]]}', None),
        ('{"type":"Polygon","coordinates":[]}', None),
        ('{"type":"LineString","coordinates":[[0,0]]}', None),
        ('{"type":"LineString","coordinates":[[0,0],[1e999,0]]}', None),
        ('{"type":"LineString","coordinates":[[0,0],["1",0]]}', None),
        ('{"type":"Point","coordinates":[1.5,-2,3]}', [1.5, -2, 3]),
    ],
)
def test_geometry_that_geojson_does_not_know(geometry: str, expected: Any) -> None:
    text = valid(f'{{"type":"Feature","geometry":{geometry},"properties":{{"name":"Zoë"}}}}')
    found = json.loads(text)
    assert (found["geometry"] and found["geometry"]["coordinates"]) == expected
    assert found["properties"] == {"name": "Zoë"}
