"""The compiled core counts in the rows that it makes what Python counts in the same rows."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelstore import samples
from labelstore.core.library import library
from labelstore.core.shredding import Stretch
from labelstore.counting import MOST_PAIRED, Counts, rows_of_records
from labelstore.counting.compiled import CoreCounts
from labelstore.counting.features import Times
from labelstore.engines import open_database
from labelstore.engines.counters import rows_of_counts
from labelstore.loading.record_writer import add_core_counts, add_counts
from labelstore.loading.report import Report
from labelstore.schema.tables import COUNTERS, Rows, columns, content_tables
from tests import declared
from tests.making import ENGINES, store_of
from tests.soaking import amount
from tests.test_core_shredding import FILES, SAMPLES, lines_of, shredded, shredder, with_ids

pytestmark = pytest.mark.skipif(library() is None, reason="the core is not compiled")

Json = dict[str, Any]
AMOUNTS = ("annotations", "by_frame", "times_answered", "labels")


def core_counts() -> CoreCounts:
    core = library()
    assert core
    return CoreCounts(core)


def stretches(generation: str, lines: bytes) -> Iterator[Stretch]:
    """What the core makes of lines, again and again in the same stretch; what it cannot read is skipped."""
    core = shredder(generation)
    stretch, begin, position = core.stretch(), 0, 0
    while begin < len(lines):
        shredded(core, stretch, lines, begin, position)
        yield stretch
        begin, position = begin + stretch.consumed, position + stretch.records
        while lines[begin : begin + 1] == b"\n":
            begin += 1
        if begin < len(lines):
            begin, position = lines.index(b"\n", begin) + 1, position + 1


def rows_of(stretch: Stretch) -> Rows:
    rows = Rows()
    for number, table in enumerate(content_tables()):
        rows[table].extend(stretch.rows(number))
    return rows


def summed(counts: Counts | CoreCounts) -> dict[str, dict[Any, Any]]:
    """The rows of the counters as a store has them in the end: summed up by what they are of."""
    rows = rows_of_counts(counts)
    names = list(columns()["counts"])
    amounts: dict[Any, Counter[str]] = {}
    times: dict[Any, Times] = {}
    for row in rows["counts"]:
        told = dict(zip(names, row, strict=True))
        first, last = told.pop("first_seen"), told.pop("last_seen")
        amount = Counter({name: told.pop(name) for name in AMOUNTS})
        key = tuple(told.values())
        assert all(value is None or type(value) in (str, bool) for value in key)
        amounts[key] = amounts.get(key, Counter()) + amount
        known = times.get(key, Times())
        times[key] = Times(
            min((time for time in (first, known.first) if time is not None), default=None),
            max((time for time in (last, known.last) if time is not None), default=None),
        )
    pairs: Counter[Any] = Counter()
    for *pair, labels in rows["class_pairs"]:
        pairs[tuple(pair)] += labels
    return {"counts": {key: (amount, times[key]) for key, amount in amounts.items() if amount}, "pairs": dict(pairs)}


def assert_counts_are_those_of_python(generation: str, lines: bytes) -> CoreCounts:
    by_core, by_python = core_counts(), Counts()
    report = Report("", "")
    for stretch in stretches(generation, lines):
        by_core.add(stretch)
        rows = rows_of(stretch)
        by_python.add(rows_of_records(rows)[0])
        add_counts(report, rows)
    assert summed(by_core) == summed(by_python)
    assert by_core.wide == by_python.wide
    own = Report("", "")
    add_core_counts(own, by_core)
    assert asdict(own) == asdict(report)
    return by_core


def roles(counts: CoreCounts) -> set[tuple[str, str | None]]:
    return {(count.role, count.grain) for count in counts.rows()}


def v1_label(number: int, classes: int = 2, **changes: Any) -> Json:
    """A label with so many classes, each with a question."""
    (label,) = samples.v1_labels("image", 1)
    answer = {"featureId": "a", "schemaId": "s", "title": "Yes", "value": "yes", "position": 0}
    question = {"featureId": "q", "schemaId": "s", "title": "Sure?", "value": "sure", "position": 0, "answer": answer}
    box = {"top": 1, "left": 1, "height": 1, "width": 1}
    objects = [
        {"featureId": f"{number} {at}", "schemaId": f"s{at}", "title": f"class {at}", "value": f"class_{at}"}
        | {"color": "#ff0000", "bbox": box, "instanceURI": "https://example.com/mask", "classifications": [question]}
        for at in range(classes)
    ]
    body = {"objects": objects, "classifications": [question], "relationships": []}
    return label | {"ID": f"label {number}", "DataRow ID": f"row {number}", "Label": body} | changes


@pytest.mark.soak
@pytest.mark.parametrize(
    ("generation", "asset_type"), [(name, word) for name in SAMPLES for word in samples.ASSET_TYPES[name]]
)
def test_samples(generation: str, asset_type: str) -> None:
    lines = lines_of(SAMPLES[generation](asset_type, amount(60, 30)), ensure_ascii=False)
    counts = assert_counts_are_those_of_python(generation, lines)
    if asset_type == "image":
        assert {("tool", "class"), ("classification", "parent"), ("option", None)} <= roles(counts)


@pytest.mark.parametrize("generation", SAMPLES)
def test_every_field_of_every_place(generation: str) -> None:
    records = with_ids(generation, (record for _, record in declared.with_all_fields(generation, 0)))
    counts = assert_counts_are_those_of_python(generation, lines_of(records))
    assert ("tool", None) in roles(counts)


@pytest.mark.parametrize("generation", SAMPLES)
@given(st.data())
def test_hostile_records(generation: str, data: st.DataObject) -> None:
    assert_counts_are_those_of_python(generation, lines_of(with_ids(generation, data.draw(FILES[generation]))))


@pytest.mark.parametrize("classes", [MOST_PAIRED, MOST_PAIRED + 1])
def test_labels_of_many_classes_have_no_pairs(classes: int) -> None:
    counts = assert_counts_are_those_of_python("v1", lines_of([v1_label(1, classes), v1_label(2)]))
    assert counts.wide == ({"label 1"} if classes > MOST_PAIRED else set())
    assert len(counts.pairs()) == (1 if classes > MOST_PAIRED else classes * (classes - 1) / 2)


def test_names_that_are_missing_and_times_that_are_not_told() -> None:
    labels = [v1_label(number, skipped) for number, skipped in enumerate((0, 1, 3, 1))]
    for label in labels[:2]:
        label["Created At"] = label["Updated At"] = None
    for at, body in enumerate(label["Label"] for label in labels):
        for one in body["objects"][at % 2 :]:
            one["title"] = one["schemaId"] = None
        body["classifications"].append({"featureId": "f", "title": "Say", "value": "say", "answer": "free"})
    labels.append(v1_label(9, 1, **{"Project Name": None, "Skipped": True}))
    counts = assert_counts_are_those_of_python("v1", lines_of(labels))
    assert {count.feature.is_text for count in counts.rows() if count.role == "option"} >= {True, False, None}


def test_projects_are_called_as_they_were_last() -> None:
    first, second, third = v1_label(1), v1_label(2), v1_label(3)
    second["Project Name"], third["Project Name"] = "Renamed", first["Project Name"]
    counts = assert_counts_are_those_of_python("v1", lines_of([first, second, third]))
    assert list(counts.project_names().values()) == [first["Project Name"]]


def test_projects_without_labels_are_called_as_they_were_last() -> None:
    names = ["first", "renamed", "first"]
    lines = [
        {"data_row": {"id": f"d{number}"}, "projects": {"p": {"name": name, "labels": []}}}
        for number, name in enumerate(names)
    ]
    counts = assert_counts_are_those_of_python("v2", lines_of(lines))
    assert counts.project_names() == {"p": "first"}


def test_labels_in_model_runs_do_not_count() -> None:
    (record,) = samples.v2_data_rows("image", 1)
    project = next(iter(record["projects"].values()))
    run_label, prediction = (json.loads(json.dumps(project["labels"][0])) | {"id": name} for name in ("run", "guess"))
    run = {"name": "R", "labels": [run_label], "predictions": [prediction]}
    record["experiments"] = {"m1": {"name": "M", "runs": {"r1": run}}}
    counts = assert_counts_are_those_of_python("v2", lines_of([record]))
    assert counts.model_run_labels() == (1, 1)
    assert sum(count.amounts.annotations for count in counts.rows() if count.role == "label") == len(project["labels"])


@ENGINES
def test_a_store_takes_them_for_those_of_python(tmp_path: Path, engine: str) -> None:
    labels = [*samples.v1_labels("image", 20), v1_label(1, MOST_PAIRED + 1), v1_label(2, 3)]
    store = store_of(tmp_path, engine, labels)
    counts = core_counts()
    for stretch in stretches("v1", lines_of(labels)):
        assert len(stretch.made) == len(labels)
        counts.add(stretch)
    with open_database(store) as database:
        before = {table: sorted(map(repr, database.query(f"select * from {table}").rows)) for table in COUNTERS}
        database.begin()
        for table in COUNTERS:
            database.execute(f"delete from {table}")
        database.counters.insert(counts)
        database.counters.settle()
        database.commit()
        after = {table: sorted(map(repr, database.query(f"select * from {table}").rows)) for table in COUNTERS}
    assert all(before.values())
    assert after == before
