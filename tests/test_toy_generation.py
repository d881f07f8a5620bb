"""A third generation registers, loads, rebuilds and verifies without a line changed in the package."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import labelstore
from labelstore.engines import open_database
from labelstore.json.equality import differences
from labelstore.loading import load
from labelstore.schema.generations import GENERATIONS, Generation, register
from labelstore.verifying import verify
from tests.making import ENGINES
from tests.toy.generation import view_text

RECORDS: list[dict[str, Any]] = [
    {
        "asset": {"uid": "a1", "uri": "https://storage.example.com/1.jpg", "tint": "red"},
        "label": {"uid": "l1", "by": "ada@example.com", "stars": 4.5},
        "things": [
            {"uid": "t1", "what": "Car", "frame": {"x": 1, "y": 2, "w": 3, "h": 4.25}},
            None,
            {"what": "it's", "frame": {"x": 0}, "note": [1, None]},
            {"what": None, "frame": "nowhere"},
        ],
        "version": 3,
    },
    {"asset": {"uid": "a2"}, "label": {"uid": "l2"}, "things": []},
    {"asset": {"uid": "a2"}, "label": {"uid": "l3", "by": 7}},
]


@pytest.fixture
def v3(anew: None) -> Iterator[None]:
    made = Generation("v3", 2, "tests.toy", True, ("v3",), view_text)
    register(made)
    yield
    GENERATIONS.pop("v3")


@ENGINES
def test_a_third_generation(tmp_path: Path, engine: str, v3: None) -> None:
    export, store = tmp_path / "export.ndjson", tmp_path / f"store.{'db' if engine == 'sqlite' else 'duckdb'}"
    old = [{"ID": "old", "DataRow ID": "a1", "Labeled Data": "x", "Label": {"objects": []}}]
    new = [{"data_row": {"id": "a9"}, "projects": {"p": {"labels": [{"id": "l9"}]}}}]
    export.write_text("\n".join(map(json.dumps, RECORDS)))
    for number, others in enumerate((old, new)):
        (tmp_path / f"{number}.json").write_text(json.dumps(others))
        load(store, [tmp_path / f"{number}.json"])
    report = load(store, [export])
    assert (report.total("added"), report.total("rejected")) == (3, 0)
    assert verify(store, [export], jobs=1).ok
    assert verify(store, [tmp_path / "0.json", tmp_path / "1.json"], jobs=1).ok
    with open_database(store, read_only=True) as database:
        for view in ("record_json", "label_json"):
            rows = database.query(f"select json from {view} where generation = 'v3'").rows
            found = sorted((text for (text,) in rows), key=lambda text: str(json.loads(text)["label"]["uid"]))
            wrong = [differences(json.dumps(a).encode(), b.encode()) for a, b in zip(RECORDS, found, strict=True)]
            assert wrong == [[]] * 3
        boxes = database.query('select name, "left", height from objects join bounding_boxes using (object_id)').rows
        assert sorted(boxes) == [("Car", 1.0, 4.25), ("it's", 0.0, None)]
        assert database.value("select count(*) from odd_elements") == 1
    with labelstore.open(store) as opened:
        assert opened.label("l1")["things"][0]["what"] == "Car"


@ENGINES
def test_its_labels_are_replaced(tmp_path: Path, engine: str, v3: None) -> None:
    export, store = tmp_path / "export.ndjson", tmp_path / f"store.{'db' if engine == 'sqlite' else 'duckdb'}"
    export.write_text("\n".join(map(json.dumps, RECORDS)))
    load(store, [export])
    export.write_text(json.dumps(RECORDS[0] | {"things": []}))
    report = load(store, [export])
    assert (report.total("changed"), report.total("added")) == (1, 0)
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from objects") == 0
        assert database.value("select count(*) from labels") == 3


def test_a_generation_is_registered_once(v3: None) -> None:
    with pytest.raises(ValueError, match="2 is no code that is free"):
        register(Generation("v4", 2, "tests.toy", True, ("v4",), view_text))
    with pytest.raises(ValueError, match="another generation has this name"):
        register(Generation("v4", 3, "tests.toy", True, ("frames",), view_text))
