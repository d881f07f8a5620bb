"""Folders and archives with exports among other things, and files that are no exports: found, or refused by name."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from labelstore.cli.app import app
from labelstore.errors import NotAnExport, UsageError
from labelstore.inputs.detection import detect
from labelstore.inputs.gathering import gathered, names_of
from labelstore.loading import load
from labelstore.verifying import verify
from tests.lines import label, square, v2

ENGINES = [".db", ".duckdb"]


def export(*numbers: int) -> str:
    return "".join(
        json.dumps(v2(f"row{n}", label(f"label{n}", square("Car", f"f{n}", 1, 2, 3, 4)))) + "\n" for n in numbers
    )


PAGE = {
    "number": 1,
    "width": 612,
    "height": 792,
    "units": "POINTS",
    "groups": [{"id": "g", "content": "Hi", "tokens": []}],
}
TASK = {
    "uuid": "u-1",
    "dataRow": {"globalKey": "k"},
    "name": "Car",
    "bbox": {"top": 1, "left": 1, "height": 1, "width": 1},
}
BOX = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}
TALK = {
    "type": "application/vnd.labelbox.conversational",
    "version": 1,
    "messages": [{"messageId": "m", "content": "hi"}],
}

FOREIGN: dict[str, tuple[Any, str]] = {
    "annotations to import": (
        json.dumps(TASK) + "\n" + json.dumps(TASK | {"uuid": "u-2"}) + "\n",
        "import into Labelbox",
    ),
    "data rows to import": ([{"row_data": "https://example.com/a.jpg", "global_key": "a"}], "a data row to import"),
    "an ontology": ({"tools": [{"tool": "rectangle", "name": "Car"}], "classifications": []}, "an ontology"),
    "COCO": ({"images": [{"id": 1, "file_name": "a"}], "annotations": [BOX], "categories": []}, "a COCO file"),
    "COCO in another order": ({"annotations": [BOX], "images": [], "categories": []}, "a COCO file"),
    "a conversation": (TALK, "a conversation"),
    "a text layer": ([PAGE], "the text layer of a PDF"),
    "an error": ({"errors": [{"message": "no"}], "data": None}, "tells of an error"),
    "GeoJSON": ({"type": "FeatureCollection", "features": []}, "GeoJSON"),
    "a print": ("[{'data_row': {'id': 'a'}, 'done': True, 'none': None}]", "Python's print"),
    "a pointer": ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "git lfs pull"),
    "an expired link": ('<?xml version="1.0"?><Error><Code>ExpiredToken</Code></Error>', "ExpiredToken"),
    "a page": ("<!doctype html><title>Sign in</title>", "an HTML page"),
}


def text_of(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content)


@pytest.mark.parametrize("suffix", ENGINES)
@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_export_is_refused_by_name(tmp_path: Path, name: str, suffix: str) -> None:
    content, expected = FOREIGN[name]
    file, store = tmp_path / "in" / "export.json", tmp_path / "out" / f"labels{suffix}"
    file.parent.mkdir()
    store.parent.mkdir()
    file.write_text(text_of(content), encoding="utf-8")
    with pytest.raises(NotAnExport) as caught:
        load(store, file)
    assert expected in str(caught.value)
    assert "; " in str(caught.value), "the way out"
    assert not list(store.parent.iterdir()), "nothing is left behind"


@pytest.mark.parametrize("suffix", ENGINES)
def test_a_refused_file_leaves_a_store_as_it_is(tmp_path: Path, suffix: str) -> None:
    good, bad, store = tmp_path / "good", tmp_path / "bad", tmp_path / f"labels{suffix}"
    good.write_text(export(1))
    bad.write_text(text_of(FOREIGN["COCO"][0]))
    load(store, good)
    before = store.read_bytes()
    with pytest.raises(NotAnExport):
        load(store, [bad])
    with pytest.raises(NotAnExport):
        load(store, [bad, good])
    assert verify(store, good).ok
    if suffix == ".duckdb":
        assert store.read_bytes() == before


def test_detect_tells_of_all_files_and_fails_if_one_is_none(tmp_path: Path) -> None:
    for name, content in {"a.json": FOREIGN["COCO"][0], "b.json": "hello", "c.json": export(1)}.items():
        (tmp_path / name).write_text(text_of(content))
    paths = [str(tmp_path / name) for name in ("a.json", "b.json", "c.json", "none.json")]
    told = CliRunner().invoke(app, ["detect", *paths])
    assert told.exit_code == 1
    assert "none: not a Labelbox export, it holds a COCO file; export the labels" in told.stdout
    assert f"{paths[1]}: is text that begins with 'hello', not a Labelbox export" in told.stderr
    assert "generation          v2" in told.stdout
    assert f"{paths[3]}: no such file" in told.stderr
    found = json.loads(CliRunner().invoke(app, ["detect", *paths, "--json"]).stdout)
    assert [entry["name"] for entry in found] == paths
    assert [("error" in entry, entry.get("foreign")) for entry in found] == [
        (False, "a COCO file"),
        (True, None),
        (False, ""),
        (True, None),
    ]
    assert CliRunner().invoke(app, ["detect", paths[2]]).exit_code == 0


def zipped(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize("suffix", ENGINES)
def test_an_archive_of_a_mac(tmp_path: Path, suffix: str) -> None:
    members = {
        "export/a.ndjson": export(1, 2),
        "export/.DS_Store": "\0\0\0\1Bud1",
        "__MACOSX/export/._a.ndjson": "\0\5\26\7",
        "export/notes.txt": "About these labels",
        "export/ontology.json": json.dumps(FOREIGN["an ontology"][0]),
        "b.json": json.dumps([{"ID": "l3", "Label": {}, "Labeled Data": "https://example.com/3"}]),
    }
    path, store = zipped(tmp_path / "export.zip", members), tmp_path / f"labels{suffix}"
    report = load(store, path)
    assert (report.total("added"), report.total("rejected")) == (3, 0)
    [note] = report.notes
    assert note.startswith(f"{path}: passed over what is no export in it: ")
    for name, reason in (
        ("export/.DS_Store", "hidden"),
        ("__MACOSX/export/._a.ndjson", "made by macOS"),
        ("export/notes.txt", "text that begins with 'About these labels'"),
        ("export/ontology.json", "an ontology"),
    ):
        assert f"{name} ({reason})" in note
    assert verify(store, path).as_json()["equal"] == 3
    assert [detection.records for detection in detect(path)] == [2, 1]
    assert load(store, path).total("unchanged") == 3


def test_an_archive_without_an_export_says_what_is_in_it(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"__MACOSX/x": "", "readme.md": "# Labels"})
    with pytest.raises(
        NotAnExport, match=r"zip archive without an export; in it: __MACOSX/x \(made by macOS\), readme"
    ):
        load(tmp_path / "labels.db", path)
    assert not (tmp_path / "labels.db").exists()


def folder_of_exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    for name, text in {
        "b.ndjson": export(2),
        "a.json": json.dumps([json.loads(export(1))]),
        "2024/c.ndjson": export(3),
        "2024/.d.ndjson": export(4),
        ".trash/e.ndjson": export(5),
        "frames/label1": json.dumps({"frameNumber": 1, "objects": [], "classifications": []}),
        "2024/index.html": "<html></html>",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    zipped(folder / "2024" / "f.zip", {"f.ndjson": export(6)})
    zipped(folder / "2024" / "g.zip", {"g.txt": "no"})
    os.mkfifo(folder / "pipe")
    return folder


@pytest.mark.parametrize("suffix", ENGINES)
def test_a_folder_means_the_exports_in_it(tmp_path: Path, suffix: str) -> None:
    folder, store = folder_of_exports(tmp_path), tmp_path / f"labels{suffix}"
    report = load(store, folder)
    names = [os.path.relpath(file.name, folder) for file in report.files]
    assert names == ["a.json", "b.ndjson", "2024/c.ndjson", "2024/f.zip!f.ndjson"]
    assert report.total("added") == 4
    [note] = report.notes
    for part in (
        "pipe (no file)",
        "label1 (frames of one label, for --frames)",
        "index.html (an HTML page)",
        "g.zip (a zip",
    ):
        assert part in note
    assert ".d.ndjson" not in note
    assert verify(store, [folder]).as_json()["equal"] == 4
    again = load(store, folder)
    assert (again.total("unchanged"), again.total("changed")) == (4, 0)


def test_a_folder_without_an_export(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for files in (tmp_path / "pictures", [tmp_path / "pictures"]):
        with pytest.raises(NotAnExport, match=r"is a folder without an export; in it: a.png \(a PNG image\)"):
            load(tmp_path / "labels.db", files)
    told = CliRunner().invoke(app, ["load", str(tmp_path / "labels.db"), str(tmp_path / "pictures")])
    assert told.exit_code == 1
    assert not (tmp_path / "labels.db").exists()


@pytest.mark.parametrize("suffix", ENGINES)
@pytest.mark.parametrize(
    ("content", "said"), [("", "is empty"), ("[]", "holds no records"), (" \n", "holds no records")]
)
def test_a_file_without_records_loads_with_a_warning(tmp_path: Path, suffix: str, content: str, said: str) -> None:
    path = tmp_path / "export.json"
    path.write_text(content)
    done = CliRunner().invoke(app, ["load", str(tmp_path / f"labels{suffix}"), str(path)])
    assert done.exit_code == 0
    assert f"{path}: {said}" in done.stderr


def test_a_path_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(export(1))
    path = tmp_path / "x.json"
    assert names_of("x.json") == ["x.json"]
    assert names_of(path) == names_of([path]) == names_of(iter([str(path)])) == [str(path)] == gathered(path)
    for wrong in (5, [5], b"x.json", [None]):
        with pytest.raises(UsageError, match="is no path"):
            names_of(wrong)  # type: ignore[arg-type]
