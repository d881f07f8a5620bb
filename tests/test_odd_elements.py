"""One odd element of a list or map, such as a null among labels: only it is odd, the others are rows, in their order.

The lists and maps are taken from the structs of the formats, at each place where a record can have them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from inspect import getmembers, isfunction, signature
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.formats import shredding
from labelstore.formats.decoding import RecordDecoder
from labelstore.formats.shredding import shred
from labelstore.inputs.detection import detect
from labelstore.loading import load
from labelstore.schema.tables import Rows
from labelstore.verifying import verify
from tests import declared
from tests.lines import label, square, thing, v2
from tests.making import ENGINES
from tests.soaking import amount
from tests.test_fields import GENERATIONS, Records, check

pytestmark = pytest.mark.both_ways

GOOD, ODD = "good", "odd"
ARRANGEMENTS = (
    (), (ODD,), (ODD, ODD), (ODD, GOOD), (GOOD, ODD), (GOOD, ODD, GOOD), (ODD, GOOD, ODD), (GOOD, ODD, ODD, GOOD),
    (GOOD, GOOD, ODD), (ODD, ODD, GOOD, GOOD),
)  # fmt: skip
VALUES: tuple[Any, ...] = (None, "x", 7, True, 1.5, [], "", [None], [[]], ["x", {}], 2**70, 'say "hi"\\\x00ü')
"""None of them is a label, an object, a list of spans or whatever else has rows; `[]` and `{}` may be."""

Case = tuple[str, int, dict[str, Any], dict[str, Any]]
"""Place, how many elements are odd, the record, and the record without them."""


def cases(generation: str) -> Iterator[Case]:
    numbers, turn = count(1), 0
    for place in declared.places(declared.ROOTS[generation]):
        for field in declared.fields(place.struct):
            for container in declared.containers(field.type):
                for arrangement in ARRANGEMENTS[container.least :]:
                    turn += 1
                    if turn % amount(1, 7):  # which meets every arrangement and every value
                        continue
                    odd = VALUES[turn % len(VALUES)]
                    if not _is_odd(container, odd):
                        odd = None
                    both = [_elements(container, arrangement, odd), _elements(container, arrangement, odd, False)]
                    number = next(numbers)
                    odd_one, plain = (
                        declared.named(
                            place.around(declared.smallest(place.struct) | {field.key: container.around(elements)}),
                            generation,
                            number,
                        )
                        for elements in both
                    )
                    name = f"{place.pointer}/{field.key}{container.step} {arrangement}"
                    yield name, len(both[0]) - len(both[1]), odd_one, plain


def _is_odd(container: declared.Container, value: Any) -> bool:
    """A list is odd only among objects, and a boolean but among key frames."""
    return all(isinstance(good, dict) for good in container.good) or not isinstance(value, list | bool)


def _elements(container: declared.Container, arrangement: tuple[str, ...], odd: Any, with_odd: bool = True) -> Any:
    good = iter(container.good * len(arrangement))
    values = [next(good) if kind is GOOD else odd for kind in arrangement]
    kept = [place for place, kind in enumerate(arrangement) if with_odd or kind is GOOD]
    if container.key_type is None:
        return [values[place] for place in kept]
    return {_key(container, place): values[place] for place in kept}


def _key(container: declared.Container, place: int) -> str:
    is_number = getattr(container.key_type, "pattern", None) or container.good == (True, {"5": False})
    return str(place + 1) if is_number else f"key 'é\"' {place}"


TOLD = [
    function
    for _, function in getmembers(shredding, isfunction)
    if function.__module__ == shredding.__name__ and list(signature(function).parameters) == ["record"]
]
"""What a load asks of a record before it makes its rows."""


def rows_of(record: dict[str, Any], generation: str) -> Rows:
    raw, rows = json.dumps(record).encode(), Rows()
    is_frame = generation == "frames"
    value = RecordDecoder(is_frame)(raw)
    for function in TOLD:
        function(value)
    shred(value, raw, 2, rows, (1, 0, 0, b"", None), "label" if is_frame else "")
    return rows


@pytest.mark.soak
@GENERATIONS
def test_elements_beside_an_odd_one_are_rows(generation: str) -> None:
    """Each table has as many rows as without it; but an empty map of spans or key frames has a row that says so."""
    wrong = []
    for name, odd, record, without in cases(generation):
        rows, expected = rows_of(record, generation), rows_of(without, generation)
        ignored = {"odd_elements"} if GOOD in name else {"odd_elements", "segments", "key_frames"}
        found = Counter({table: len(new) for table, new in rows if table not in ignored})
        stays = Counter({table: len(new) for table, new in expected if table not in ignored})
        if (found, len(rows["odd_elements"]), rows.unread) != (stays, odd, odd):
            wrong.append((name, record, found - stays, stays - found, rows["odd_elements"], rows.unread))
    assert wrong == []


@pytest.mark.sampled(6)
@ENGINES
@GENERATIONS
def test_odd_elements_come_back_in_their_place(tmp_path: Path, engine: str, generation: str) -> None:
    records: Records = [(name, record) for name, _, record, _ in cases(generation)]
    check(tmp_path, engine, generation, records)


@GENERATIONS
def test_cases_reach_every_list_and_map(generation: str) -> None:
    assert len(TOLD) > 4
    names = {name.split(" ")[0] for name, *_ in cases(generation)}
    assert len(names) > {"v1": 100, "v2": 500, "frames": 50}[generation]


def write(path: Path, *records: Any) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def v2_label(label_id: str, left: int, at: str = "2024-01-02T10:00:00.000+00:00") -> dict[str, Any]:
    return label(label_id, square("Car", f"f-{label_id}", left, 0, 5, 5), at=at)


def asked(store: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_database(store, read_only=True) as database:
        return list(database.query(sql).rows)


@ENGINES
def test_a_label_beside_an_odd_one_replaces_its_older_version(tmp_path: Path, engine: str) -> None:
    store = tmp_path / f"store.{'db' if engine == 'sqlite' else 'duckdb'}"
    load(store, [write(tmp_path / "1.ndjson", v2("row1", v2_label("l1", 1)))])
    newer = v2_label("l1", 2, "2024-02-02T10:00:00.000+00:00")
    second = write(tmp_path / "2.ndjson", v2("row1", None, newer, "x"), v2("row2", 7))
    report = load(store, [second])
    assert (report.total("changed"), report.total("added"), report.unread) == (1, 1, 3)
    assert asked(store, 'select "left" from bounding_boxes') == [(2,)]
    assert asked(store, "select label_id from versions") == [("l1",)]
    odd = "select within, ordinal, json, label_id from odd_elements order by node_id"
    assert asked(store, odd) == [("labels", 0, "null", None), ("labels", 2, '"x"', None), ("labels", 0, "7", None)]
    assert load(store, [second]).total("unchanged") == 2
    older = write(tmp_path / "older.ndjson", v2("row1", None, v2_label("l1", 1)))
    assert load(store, [older]).total("stale") == 1
    assert verify(store, [second]).equal == 2
    third = write(tmp_path / "3.ndjson", v2("row1", v2_label("l1", 3, "2024-03-02T10:00:00.000+00:00")))
    load(store, [third])
    assert asked(store, odd) == [("labels", 0, "7", None)]
    assert verify(store, [third]).equal == 1


@ENGINES
def test_what_stays_of_a_line_is_well_formed(tmp_path: Path, engine: str) -> None:
    """A later line tells one label and the attachments anew; the other label stays where it was."""
    store = tmp_path / f"store.{'db' if engine == 'sqlite' else 'duckdb'}"
    runs = {"m1": {"runs": {"r1": {"name": "run", "labels": [v2_label("m", 0), None], "predictions": ["x"]}, "r2": 1}}}
    more: dict[str, Any] = {
        "attachments": [None, {"value": "a"}],
        "embeddings": [None],
        "experiments": {"m0": None} | runs,
    }
    first = write(tmp_path / "1.ndjson", v2("row1", None, v2_label("l1", 1), v2_label("l2", 1), "x", **more))
    load(store, [first])
    assert verify(store, [first]).equal == 1
    again: dict[str, Any] = {"attachments": [{"value": "b"}], "embeddings": [], "experiments": runs}
    newer = v2_label("l1", 2, "2024-02-02T10:00:00.000+00:00")
    load(store, [write(tmp_path / "2.ndjson", v2("row1", newer, **again))])
    rest, told = (json.loads(text) for (text,) in asked(store, "select json from record_json order by record_id"))
    assert [label["id"] for label in rest["projects"]["p2"]["labels"]] == ["l2"]
    assert not rest.keys() & again.keys()
    assert told["experiments"] == runs
    assert asked(store, "select count(*) from labels") == [(3,)]


@ENGINES
def test_odd_elements_are_counted(tmp_path: Path, engine: str) -> None:
    odd_box = thing("Car", "f2", "ImageBoundingBox", bounding_box="x")
    two_shapes = square("Car", "f3", 0, 0, 1, 1) | {"point": {"x": 1, "y": 2}}
    no_shape = thing("Car", "f4", "GeoPoint", geojson={"type": "Circle", "coordinates": [1, 2]})
    key_frames = {"f1": {"3": True, "x": True, "4": 5}, "f2": [1, "x"]}
    first = label("l1", None, odd_box, two_shapes, no_shape, classifications=["x", {"name": None, "value": 5}])
    first["annotations"]["key_frame_feature_map"] = key_frames
    file = write(tmp_path / "export.ndjson", v2("row1", first, [], odd=1))
    store = tmp_path / f"store.{'db' if engine == 'sqlite' else 'duckdb'}"
    report = load(store, [file])
    assert report.unread == report.as_json()["unread"] == 10
    assert asked(store, "select count(*) from key_frames") == [(1,)]
    assert asked(store, "select count(*) from odd_elements") == [(6,)]
    (found,) = detect([str(file)])
    annotations = "/projects/*/labels/*/annotations"
    assert dict(found.unexpected_values) == {
        "/projects/*/labels/* (array)": 1,
        f"{annotations}/objects/* (null)": 1,
        f"{annotations}/objects/*/bounding_box (string)": 1,
        f"{annotations}/objects/*/point (object)": 1,
        f"{annotations}/classifications/* (string)": 1,
        f"{annotations}/classifications/*/name (null)": 1,
        f"{annotations}/classifications/*/value (number)": 1,
        f"{annotations}/key_frame_feature_map/*/* (number)": 1,
        f"{annotations}/key_frame_feature_map/* (array)": 1,
        "elsewhere": 2,
    }
    assert dict(found.unknown_keys) == {"/odd": 1}


def test_the_command_says_so(tmp_path: Path) -> None:
    file = write(tmp_path / "export.ndjson", v2("row1", v2_label("l1", 1), None))
    result = CliRunner().invoke(app, ["load", str(tmp_path / "labels.db"), str(file)])
    assert result.exit_code == 0
    assert re.search(r"unread +1 values without a column", result.output)
    result = CliRunner().invoke(app, ["detect", str(file)])
    assert re.search(r"unexpected values\s+1 × /projects/\*/labels/\* \(null\)", result.output), result.output
