"""The exporter classify: folders of pictures and tables, which question is meant, and what is left out."""

import csv
from pathlib import Path
from typing import Any

import pytest

from labelstore.errors import NotFoundError, UsageError
from labelstore.export.writing import export
from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, v2
from tests.making import ENGINES, store_of

SIZE = {"asset_type": "image", "width": 8, "height": 6}


def option(name: str) -> dict[str, Any]:
    return {"name": name, "value": name.lower(), "classifications": []}


def radio(question: str, answer: str) -> dict[str, Any]:
    return {"name": question, "value": question.lower(), "radio_answer": option(answer)}


def checklist(question: str, *answers: str) -> dict[str, Any]:
    return {"name": question, "value": question.lower(), "checklist_answers": [option(one) for one in answers]}


def text(question: str, answer: str) -> dict[str, Any]:
    return {"name": question, "value": question.lower(), "text_answer": {"content": answer}}


def row(name: str, *asked: dict[str, Any], media: Any = SIZE) -> dict[str, Any]:
    return v2(name, label(f"l-{name}", classifications=asked), media=media)


def assets(folder: Path, *names: str) -> str:
    (folder / "assets").mkdir()
    for name in names:
        (folder / "assets" / name).write_bytes(b"picture")
    return str(folder / "assets")


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


@ENGINES
def test_a_folder_for_each_class(tmp_path: Path, engine: str) -> None:
    records = [
        row("r1", radio("Weather", "Rain")),
        row("r2", radio("Weather", "../Sun")),
        row("r3", radio("Weather", "Rain")),
        row("r4", text("Note", "fine")),
        row("r5", radio("Weather", "Rain"), text("Note", "fine"), media={"asset_type": "text"}),
        v2(
            "r6", label("l-r6", square("Car", "c1", 1, 1, 2, 2), classifications=[radio("Weather", "Rain")]), media=SIZE
        ),
    ]
    store = store_of(tmp_path, engine, records, engine)
    where = assets(tmp_path, "r1.jpg", "r2.jpg", "r4.jpg", "r6.jpg")
    out, done = exported(store, "classify", "out", split="none", assets=where, images="copy")
    assert [*files_of(out)] == ["all/Rain/r1.jpg", "all/Rain/r6.jpg", "all/_Sun/r2.jpg"]
    assert reasons(done) == {
        ("label", "left out", "its file is not at hand (--assets); a table (OUT.csv) needs none"): 1,
        ("label", "left out", "text: no picture"): 1,
        ("label", "left out", "the question is not answered"): 1,
        ("label_question", "left out", "its file is not at hand (--assets); a table (OUT.csv) needs none"): 1,
        ("label_question", "left out", "text: no picture"): 1,
        ("bounding_box", "left out", "classes are answers about labels"): 1,
    }
    assert done.not_selected == {"other questions": 2}
    assert str(done) == "3 data rows of 3 labels written, 6 left out"


@ENGINES
def test_all_splits_number_the_classes_alike(tmp_path: Path, engine: str) -> None:
    """A folder for each class in each split, also where it is empty; stratified by the answers."""
    records = [row(f"r{number}", radio("Weather", "Rain" if number % 4 else "Sun")) for number in range(40)]
    store = store_of(tmp_path, engine, [*records, row("one", radio("Weather", "Fog"))])
    where = assets(tmp_path, "one.jpg", *(f"r{number}.jpg" for number in range(40)))
    out, _ = exported(store, "classify", "out", assets=where, split="stratified", ratios="50,30,20")
    found = {
        (split.name, folder.name): len([*folder.glob("*.jpg")]) for split in out.iterdir() for folder in split.iterdir()
    }
    assert {key: count for key, count in found.items() if key[1] != "Fog"} == {
        ("train", "Rain"): 15,
        ("val", "Rain"): 9,
        ("test", "Rain"): 6,
        ("train", "Sun"): 5,
        ("val", "Sun"): 3,
        ("test", "Sun"): 2,
    }
    assert sorted(count for key, count in found.items() if key[1] == "Fog") == [0, 0, 1]


@ENGINES
def test_a_table_has_all_asset_types_and_texts(tmp_path: Path, engine: str) -> None:
    said = row("t1", radio("Tone", 'warm, "very"'), media={"asset_type": "text"})
    said["data_row"] = {"id": "t1", "row_data": "Anna meets\nOtto.", "external_id": "t1.txt"}
    read = row("t2", radio("Tone", "cold"), media={"asset_type": "text"})
    read["data_row"] |= {"external_id": "t2.txt"}
    records = [said, read, row("r1", radio("Tone", "warm")), row("r2")]
    store = store_of(tmp_path, engine, records, engine)
    where = assets(tmp_path, "t2.txt", "r1.jpg")
    out, done = exported(store, "classify", "out.csv", split="none", assets=where)
    assert list(csv.reader(out.read_text(encoding="utf-8").splitlines(keepends=True))) == [
        ["data_row_id", "file_name", "split", "text", "class"],
        ["t1", "t1.txt", "", "Anna meets\nOtto.", 'warm, "very"'],
        ["t2", "t2.txt", "", "picture", "cold"],
        ["r1", "r1.jpg", "", "", "warm"],
    ]
    assert reasons(done) == {("label", "left out", "the question is not answered"): 1}


@ENGINES
def test_a_checklist_has_a_column_for_each_answer(tmp_path: Path, engine: str) -> None:
    records = [
        row("r1", checklist("Seen", "Car", "Dog")),
        row("r2", checklist("Seen", "Cat")),
        row("r3"),
        row("r4", checklist("Seen", "Car"), radio("Weather", "Rain")),
    ]
    store = store_of(tmp_path, engine, records, engine)
    out, done = exported(store, "classify", "out.csv", split="none", question="Seen")
    expected = [
        ["data_row_id", "file_name", "split", "Car", "Cat", "Dog"],
        ["r1", "r1.jpg", "", "1", "0", "1"],
        ["r2", "r2.jpg", "", "0", "1", "0"],
        ["r3", "r3.jpg", "", "0", "0", "0"],
        ["r4", "r4.jpg", "", "1", "0", "0"],
    ]
    assert table(out) == expected
    assert (done.lossless, done.not_selected) == (True, {"other questions": 1})
    del expected[3]
    assert table(exported(store, "classify", "few.csv", split="none", question="Seen", empty="drop")[0]) == expected
    where = assets(tmp_path, *(f"r{number}.jpg" for number in range(5)))
    folder, done = exported(store, "classify", "out", split="none", question="Seen", assets=where)
    assert [*files_of(folder)] == ["all/Car/r4.jpg", "all/Cat/r2.jpg", "all/Dog/.keep"]
    assert reasons(done)["label", "left out", "several classes; a table (OUT.csv) holds them"] == 1


@ENGINES
def test_several_labels_of_a_data_row_answer_once(tmp_path: Path, engine: str) -> None:
    labels = [label(name, classifications=[radio("Weather", name)]) for name in ("Rain", "Sun")]
    store = store_of(tmp_path, engine, [v2("r1", *labels, media=SIZE)])
    out, done = exported(store, "classify", "out.csv", split="none", labels="all")
    assert table(out)[1:] == [["r1", "r1.jpg", "", "Rain"]]
    assert reasons(done) == {("label_question", "left out", "answered more than once; the first is taken"): 1}


def test_which_question_is_meant(tmp_path: Path) -> None:
    on_object = square("Car", "c1", 1, 1, 2, 2) | {"classifications": [radio("Color", "Red")]}
    records = [v2("r1", label("a", on_object, classifications=[radio("Weather", "Rain"), text("Note", "x")]))]
    store = store_of(tmp_path, "sqlite", records)
    assert table(exported(store, "classify", "one.csv")[0])[1][3] == "Rain"
    assert table(exported(store, "classify", "note.csv", question="Note")[0])[1][3] == "x"
    with pytest.raises(NotFoundError, match="Wether: no label was asked this question; did you mean Weather"):
        export(store, "classify", tmp_path / "x.csv", question="Wether")
    with pytest.raises(NotFoundError, match="Color: no label was asked this question; known are: Note, Weather"):
        export(store, "classify", tmp_path / "x.csv", question="Color")
    with pytest.raises(UsageError, match="--images none: the pictures are all that is written; name a table"):
        export(store, "classify", tmp_path / "x", images="none")
    with pytest.raises(UsageError, match=r"classify does not take --images.*leave .csv away"):
        export(store, "classify", tmp_path / "x.csv", images="copy")
    several = store_of(tmp_path, "sqlite", [row("r2", radio("A", "1"), checklist("B", "2"))], "several")
    with pytest.raises(UsageError, match=r"name the question whose .* with --question: one of: A, B"):
        export(several, "classify", tmp_path / "x.csv")
    none = store_of(tmp_path, "sqlite", [row("r3", text("Note", "x"))], "none")
    with pytest.raises(UsageError, match="no label was asked one that has options"):
        export(none, "classify", tmp_path / "x.csv")


def test_folders_of_classes_are_safe_and_apart(tmp_path: Path) -> None:
    names = ("a/b", "a:b", "A_B", "..", "con", "Ünï")
    store = store_of(tmp_path, "sqlite", [row(f"r{n}", radio("Q", name)) for n, name in enumerate(names)])
    where = assets(tmp_path, *(f"r{number}.jpg" for number in range(len(names))))
    out, _ = exported(store, "classify", "out", split="none", assets=where)
    assert sorted(files_of(out)) == [
        "all/A_B/r2.jpg",
        "all/_con/r4.jpg",
        "all/a_b_/r0.jpg",
        "all/a_b__/r1.jpg",
        "all/unnamed/r3.jpg",
        "all/Ünï/r5.jpg",
    ]
