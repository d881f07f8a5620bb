"""The exporter hf: rows with nested objects, splits, and the files of assets."""

from pathlib import Path
from typing import Any

from PIL import Image
from pyarrow import parquet

from tests.exporting import exported, files_of, reasons
from tests.lines import label, square, thing, v2
from tests.making import ENGINES, store_of

SIZE = {"asset_type": "image", "width": 4, "height": 3}


def rows_of(folder: Path, split: str = "train") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parquet.read_table(folder / "data" / f"{split}.parquet").to_pylist()
    return found


@ENGINES
def test_a_row_is_a_label_with_all_that_it_holds(tmp_path: Path, engine: str) -> None:
    asked = {
        "name": "Color",
        "value": "color",
        "checklist_answers": [{"name": "Red", "value": "red", "classifications": []}],
    }
    roof = thing("Roof", "p1", "ImagePolygon", polygon=[{"x": 0, "y": 0}, {"x": 4, "y": 0}, {"x": 4, "y": 3.5}])
    car = square("Car", "c1", 1, 1, 2, 2) | {"classifications": [asked]}
    text = v2(
        "t1",
        label("b", thing("Name", "e1", "TextEntity", location={"start": 0, "end": 3})),
        media={"asset_type": "text"},
    )
    text["data_row"]["row_data"] = "Anna meets Otto."
    store = store_of(tmp_path, engine, [v2("r1", label("a", car, roof, classifications=[asked]), media=SIZE), text])
    (tmp_path / "assets").mkdir()
    Image.new("RGB", (4, 3), (255, 0, 0)).save(tmp_path / "assets" / "r1.jpg")
    out, done = exported(store, "hf", "out", split="none", assets=str(tmp_path / "assets"))
    picture, words = rows_of(out)
    assert (picture["data_row_id"], picture["label_id"], picture["width"]) == ("r1", "a", 4)
    assert picture["image"]["bytes"] == (tmp_path / "assets" / "r1.jpg").read_bytes()
    assert picture["answers"] == [{"question": "Color", "answers": ["Red"]}]
    box, polygon = picture["objects"]
    assert (box["name"], box["box"], box["answers"]) == ("Car", [1, 1, 2, 2], picture["answers"])
    assert polygon["parts"] == [[[[0, 0], [4, 0], [4, 3.5]]]]
    assert (words["text"], words["url"], words["image"]) == ("Anna meets Otto.", None, None)
    assert (words["objects"][0]["start"], words["objects"][0]["end"]) == (0, 3)
    assert reasons(done) == {
        ("label_question", "changed", "flat answers"): 1,
        ("object_question", "changed", "flat answers"): 1,
    }


def test_both_engines_write_the_same_splits(tmp_path: Path) -> None:
    records = [
        v2(f"r{number}", label(f"l{number}", square("Car", f"o{number}", 1, 1, 2, 2)), media=SIZE)
        for number in range(30)
    ]
    one, other = (
        files_of(exported(store_of(tmp_path, engine, records, engine), "hf", f"out-{engine}")[0])
        for engine in ("sqlite", "duckdb")
    )
    assert one == other
    assert set(one) == {"README.md", "data/test.parquet", "data/train.parquet", "data/val.parquet"}
    assert b"split: validation\n    path: data/val.parquet" in one["README.md"]


def test_picked_messages_say_what_they_reply_to(tmp_path: Path) -> None:
    block = {"message_id": "m1", "model_config_name": "A", "parent_message_id": "m0"}
    pick = thing("Best", "f1", "MessageSingleSelection", selected_message=block, classifications=[])
    line = v2("r1", label("a", pick), media={"asset_type": "llm-prompt-response-creation"})
    (row,) = rows_of(exported(store_of(tmp_path, "sqlite", [line]), "hf", "out", split="none")[0])
    assert row["objects"][0]["messages"] == [block | {"rank": None}]
