"""What a load does with files, with records that come again, and with records that it cannot store."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import labelstore
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.engines.duckdb import DuckdbDatabase
from labelstore.engines.sqlite import SqliteDatabase
from labelstore.errors import InputError, StoreError, UsageError
from labelstore.loading import load
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.report import Reading
from labelstore.samples import write
from labelstore.schema.tables import content_tables
from labelstore.verifying import verify
from tests.soaking import amount

pytestmark = pytest.mark.both_ways

ENGINES = ("labels.db", "labels.duckdb")


def v1(label_id: str, name: str = "car", **members: Any) -> dict[str, Any]:
    item = {"featureId": f"{label_id}-f", "title": name, "bbox": {"top": 1, "left": 2, "height": 3, "width": 4}}
    return {
        "ID": label_id,
        "DataRow ID": f"row-{label_id}",
        "Labeled Data": "https://example.com/a.jpg",
        "Label": {"objects": [item], "classifications": []},
        **members,
    }


def v2(data_row_id: str, project_id: str, *label_ids: str, name: str = "car") -> dict[str, Any]:
    item = {"feature_id": "f", "name": name, "annotation_kind": "ImageBoundingBox", "bounding_box": {"top": 1.0}}
    labels = [{"id": label_id, "annotations": {"objects": [item, item]}} for label_id in label_ids]
    return {"data_row": {"id": data_row_id}, "projects": {project_id: {"name": "P", "labels": labels}}}


def save(path: Path, records: list[Any]) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records) + "\n")
    return path


def counts(store: Path) -> dict[str, int]:
    with open_database(store, read_only=True) as database:
        return {table: database.value(f"select count(*) from {table}") for table in content_tables()}


@pytest.mark.soak
@pytest.mark.parametrize("name", ENGINES)
def test_the_same_file_again_changes_nothing(tmp_path: Path, name: str) -> None:
    files = [sample.path for sample in write(tmp_path / "samples", labels=amount(20, 6))]
    store, folder = tmp_path / name, tmp_path / "samples" / "frames"
    first = load(store, files, frames=folder)
    before = counts(store)
    again = load(store, files, frames=folder)
    assert again.total("unchanged") == again.total("records") == first.total("added")
    assert (again.total("added"), again.total("changed"), counts(store)) == (0, 0, before)
    assert verify(store, files, frames=folder).ok


@pytest.mark.parametrize("name", ENGINES)
def test_a_changed_label_replaces_the_old_one_completely(tmp_path: Path, name: str) -> None:
    store = tmp_path / name
    old = save(tmp_path / "old.json", [v1("a"), v1("b"), v1("c")])
    shrunk = v1("b") | {"Label": {"objects": []}}
    new = save(tmp_path / "new.json", [v1("a"), shrunk])
    load(store, [old])
    report = load(store, [new])
    assert [report.total(count) for count in ("added", "changed", "unchanged")] == [0, 1, 1]
    assert counts(store)["objects"] == counts(store)["bounding_boxes"] == 2
    with labelstore.open(store) as opened:
        assert opened.label("b")["Label"] == {"objects": []}
    result = verify(store, [old])
    assert (result.equal, dict(result.superseded), result.ok) == (2, {2: 1}, True)
    assert verify(store, [new]).equal == 2


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", ENGINES)
def test_of_a_label_that_comes_twice_the_later_record_wins(tmp_path: Path, name: str) -> None:
    """In one batch, and in two batches."""
    store = tmp_path / name
    others = [v1(f"other{number}") for number in range(700)]
    file = save(tmp_path / "twice.json", [v1("a", "first"), v1("a", "second"), *others, v1("a", "third")])
    report = load(store, [file])
    assert [report.total(count) for count in ("records", "added", "repeated", "rejected")] == [703, 701, 2, 0]
    with labelstore.open(store) as opened:
        assert opened.label("a")["Label"]["objects"][0]["title"] == "third"
        assert not {"first", "second"} & {row["name"] for row in opened.query("select name from features")}
    result = verify(store, [file])
    assert (result.equal, result.superseded.total(), result.ok) == (701, 2, True)


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("first", "second"), [(0, 100), (0, 1), (99, 100), (0, 0)])
def test_what_a_later_line_of_the_data_row_lacks_stays(
    tmp_path: Path, first: int, second: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the compiled core and without; a line that comes again as it was replaces it."""
    lines = [v2(f"d{number}", "p", f"l{number}") for number in range(100)]
    attached = v2("d", "p", "a") | {"attachments": [{"type": "RAW_TEXT", "value": "a note"}]}
    lines.insert(first, attached)
    lines.insert(second, v2("d", "p", "b") if first != second else attached)
    file = save(tmp_path / "twice.ndjson", lines)
    found = []
    for pure in "10":
        monkeypatch.setenv("LABELSTORE_PURE", pure)
        store = tmp_path / f"{pure}.db"
        report = load(store, [file])
        counted = [report.total(count) for count in ("added", "repeated", "unchanged")]
        with open_database(store, read_only=True) as database:
            sql = "select identity, json from record_json order by identity, json"
            found.append((counted, list(database.query(sql).rows), counts(store)))
    assert found[0] == found[1]
    assert found[0][0] == ([101, 0, 1] if first == second else [101, 1, 0])
    assert found[0][2]["attachments"] == 1
    assert found[0][2]["labels"] == (101 if first == second else 102)


def test_blocks_of_a_label_that_a_later_line_lacks_stay(tmp_path: Path) -> None:
    others = [v2(f"d{number}", "p", f"l{number}") for number in range(60)]
    rich, thin = v2("d", "p", "a"), v2("d", "q", "a")
    rich["projects"]["p"]["labels"][0]["label_details"] = {"created_by": "ada@example.com"}
    file = save(tmp_path / "export.ndjson", [rich, *others, thin])
    assert load(tmp_path / "labels.db", [file]).total("rejected") == 0
    with open_database(tmp_path / "labels.db", read_only=True) as database:
        sql = "select project_id, created_by from labels where label_id = 'a'"
        assert list(database.query(sql).rows) == [("q", "ada@example.com")]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("others", [0, 60])
@pytest.mark.parametrize("name", ["changed", "there and back", "renewed", "same", "other generation"])
def test_files_of_one_load_that_tell_about_the_same_labels_make_history(
    tmp_path: Path, name: str, others: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exports of several months in one command, with the compiled core and without."""
    signed = "https://example.com/a.jpg?token="
    first = [v1(f"label{number}", **{"Labeled Data": f"{signed}1"}) for number in range(20)]
    second = {
        "changed": [*first[:10], *(v1(f"label{number}", "truck") for number in range(10, 20))],
        "there and back": [v1("label3", "truck"), *first],
        "renewed": [v1(f"label{number}", **{"Labeled Data": f"{signed}2"}) for number in range(20)],
        "same": first,
        "other generation": [v2(f"row-label{number}", "p", f"label{number}") for number in range(20)],
    }[name]
    months = {"february": [v1(f"other{number}") for number in range(others)], "march": first, "april": second}
    files = [save(tmp_path / f"{month}.json", labels) for month, labels in months.items()]
    found = []
    for pure in "10":
        monkeypatch.setenv("LABELSTORE_PURE", pure)
        store = tmp_path / f"{pure}.db"
        report = load(store, files)
        with open_database(store, read_only=True) as database:
            versions = list(database.query("select * from versions order by label_id").rows)
            sql = (
                "select r.identity, r.load_id, r.url_load_id, r.position, j.json"
                " from records as r join record_json as j using (record_id) order by 1"
            )
            records = list(database.query(sql).rows)
        counted = [[file.added, file.changed, file.unchanged, file.repeated] for file in report.files]
        found.append((counted, versions, records))
    assert found[0] == found[1]
    assert len(found[0][1]) == {"changed": 10, "there and back": 1, "other generation": 20}.get(name, 0)


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    "files",
    [
        [["car", "car", "truck"]],
        [["car", "truck", "car"]],
        [["car", "truck"], ["car"]],
        [["car"], ["truck", "car"]],
        [["line", "car", "line"]],
        [["line"], ["car", "line"]],
        [["car", "truck", "line"]],
    ],
)
def test_a_label_that_is_read_again_and_again_is_counted_alike_with_the_core_and_without(
    tmp_path: Path, files: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One record is at the start of the first file, the others after many labels."""
    records = {"car": v1("a", "car"), "truck": v1("a", "truck"), "line": v2("d", "p", "a")}
    others = [v1(f"other{number}") for number in range(100)]
    paths, found = [], []
    for number, (first, *rest) in enumerate(files):
        between = others if number == 0 else []
        labels = [records[first], *between, *(records[name] for name in rest)]
        paths.append(save(tmp_path / f"{number}.ndjson", labels))
    for pure in "10":
        monkeypatch.setenv("LABELSTORE_PURE", pure)
        store = tmp_path / f"{pure}.db"
        report = load(store, paths)
        with open_database(store, read_only=True) as database:
            versions = list(database.query("select * from versions").rows)
            places = list(database.query("select identity, load_id, position from records order by 1").rows)
        counted = [[file.added, file.changed, file.unchanged, file.repeated] for file in report.files]
        found.append((counted, versions, places))
    assert found[0] == found[1]


def test_what_is_replaced_in_a_new_store_is_found_without_the_indexes_of_a_complete_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[Any] = []
    query = SqliteDatabase.query

    def explained(self: SqliteDatabase, sql: str, parameters: Any = ()) -> Any:
        if parameters and sql.startswith(("select", "update", "delete")):
            plans.extend((row[3], sql) for row in query(self, f"explain query plan {sql}", parameters).rows)
        return query(self, sql, parameters)

    def executed(self: SqliteDatabase, sql: str, parameters: Any = ()) -> None:
        list(explained(self, sql, parameters).rows)

    monkeypatch.setattr(SqliteDatabase, "query", explained)
    monkeypatch.setattr(SqliteDatabase, "execute", executed)
    file = save(tmp_path / "again.ndjson", [v2("d", "p", "a", "b", "c"), v2("d", "p", "b"), v2("d", "q", "a")])
    assert load(tmp_path / "labels.db", [file]).total("repeated") == 1
    assert "labels" in {sql.split()[1] for _, sql in plans}
    scans = [plan for plan in plans if plan[0].startswith("SCAN")]
    assert [
        plan for plan in scans if not plan[0].startswith(("SCAN (", "SCAN place"))
    ] == []  # those are of what was found by a key


@pytest.mark.parametrize("name", ENGINES)
def test_another_projects_labels_of_the_same_data_row_stay(tmp_path: Path, name: str) -> None:
    store = tmp_path / name
    first = save(tmp_path / "p1.ndjson", [v2("d", "p1", "a")])
    second = save(tmp_path / "p2.ndjson", [v2("d", "p2", "b")])
    load(store, [first])
    load(store, [second])
    assert verify(store, [first, second]).equal == 2
    assert counts(store)["labels"] == 2
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from data_rows") == 1


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("moved", ["a", "b", "c"])
def test_a_label_that_comes_in_the_other_generation_is_one_label(tmp_path: Path, name: str, moved: str) -> None:
    """The later load wins; what is left of the v2 line is still JSON, with the other labels in their order."""
    store = tmp_path / name
    new = save(tmp_path / "v2.ndjson", [v2("d", "p", "a", "b", "c")])
    old = save(tmp_path / "v1.json", [v1(moved)])
    load(store, [new])
    load(store, [old])
    with labelstore.open(store) as opened:
        line = opened.data_row("d")
        assert [label["id"] for label in line["projects"]["p"]["labels"]] == [i for i in "abc" if i != moved]
        assert opened.label(moved)["ID"] == moved
    result = verify(store, [new])
    assert (result.different, result.superseded.total(), result.ok) == (0, 1, True)
    assert verify(store, [old]).equal == 1
    assert load(store, [new]).total("changed") == 1
    assert verify(store, [new]).equal == 1
    superseded = verify(store, [old])
    assert (superseded.missing, dict(superseded.superseded)) == (0, {3: 1})


def test_verify_names_the_places_in_a_file_given_twice(tmp_path: Path) -> None:
    store, labels = tmp_path / "labels.db", [v1(f"label{number}") for number in range(900)]
    load(store, [save(tmp_path / "first.json", labels)])
    file = save(tmp_path / "second.json", [*labels, v1("new")])
    missing = verify(store, [file, file], jobs=3).as_json()["first_missing"]
    assert [place["position"] for place in missing] == [900, 900]


@pytest.mark.parametrize("name", ENGINES)
def test_processes_verify_as_one_does(tmp_path: Path, name: str) -> None:
    """Equal, superseded, missing, different and rejected records in the shares of all of them."""
    store, labels = tmp_path / name, [v1(f"label{number}") for number in range(900)]
    first = save(tmp_path / "first.json", labels)
    load(store, [first])
    load(store, [save(tmp_path / "second.json", [v1("label3", "other"), v1("label890", "other")])])
    changed = [v1(f"label{number}", "third" if number % 450 == 5 else "car") for number in range(900)]
    never = save(tmp_path / "never.json", [*changed[:400], v1("new"), 5, *changed[400:], v1("newer"), 6])
    reports = []
    for jobs in (1, 3):
        found = verify(store, [first, never], jobs=jobs).as_json()
        del found["seconds"], found["megabytes_per_second"]
        for key in ("first_differences", "first_missing"):
            found[key].sort(key=lambda place: (place["file"], place["position"]))
        reports.append(found)
    assert reports[0] == reports[1]
    assert [reports[0][key] for key in ("records", "missing", "different", "rejected")] == [1804, 2, 4, 2]
    assert reports[0]["superseded"] == {2: 2}


@pytest.mark.parametrize("name", ENGINES)
def test_a_failed_load_leaves_everything_as_it_was(tmp_path: Path, name: str) -> None:
    store, good = tmp_path / name, save(tmp_path / "good.json", [v1("a")])
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(InputError, match="PNG"):
        load(store, [good, picture])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.json", "picture.png"]
    load(store, [good])
    before = counts(store)
    with pytest.raises(InputError, match="PNG"):
        load(store, [save(tmp_path / "more.json", [v1("b")]), picture])
    assert counts(store) == before


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"images": [], "annotations": [], "categories": []}', "a COCO file"),
        ("[1, 2, 3]", "a number, not an object"),
        ('["a"]', "a string"),
    ],
)
def test_json_of_something_else_is_named(tmp_path: Path, text: str, found: str) -> None:
    file = tmp_path / "coco.json"
    file.write_text(text)
    with pytest.raises(InputError, match=found):
        load(tmp_path / "labels.db", [file])


def test_a_record_of_something_else_among_labels_is_rejected(tmp_path: Path) -> None:
    file = save(tmp_path / "mixed.ndjson", [v1("a"), 5, {"x": 1}, v1("b")])
    report = load(tmp_path / "labels.db", [file])
    assert (report.total("added"), report.total("rejected")) == (2, 2)
    assert [reject["position"] for reject in report.files[0].first_rejects] == [1, 2]


def test_both_generations_in_one_file(tmp_path: Path) -> None:
    file = save(tmp_path / "mixed.ndjson", [v1("a"), v2("d", "p", "b"), v1("c")])
    store = tmp_path / "labels.db"
    assert load(store, [file]).total("added") == 3
    assert verify(store, [file]).equal == 3


def test_a_frames_file_alone_is_refused(tmp_path: Path) -> None:
    file = save(tmp_path / "frames.ndjson", [{"frameNumber": 1, "objects": [], "classifications": []}])
    with pytest.raises(InputError, match=r"frames file.*--frames"):
        load(tmp_path / "labels.db", [file])


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
@pytest.mark.parametrize("first", [True, False])
def test_a_frame_among_labels_is_rejected_and_they_are_stored(tmp_path: Path, engine: str, first: bool) -> None:
    frame = {"frameNumber": 16, "objects": [], "classifications": []}
    records = [frame, v1("a"), v1("b")] if first else [v1("a"), frame, v1("b")]
    file = save(tmp_path / "mixed.json", records)
    store = tmp_path / f"labels.{'db' if engine == 'sqlite' else engine}"
    for _ in range(2):  # into a new store, and into one that holds the others
        report = load(store, [file])
        assert (report.total("added") + report.total("unchanged"), report.total("rejected")) == (2, 1)
        assert report.files[0].first_rejects[0]["position"] == (0 if first else 1)
        assert "a frame" in report.files[0].first_rejects[0]["reason"]
    verified = verify(store, [file])
    assert (verified.ok, verified.equal, verified.rejected) == (True, 2, 1)


def test_a_frame_among_large_labels(tmp_path: Path) -> None:
    labels = [v1(f"label{n}") | {"Label": "x" * 40_000} for n in range(1200)]
    frame = {"frameNumber": 16, "objects": [], "classifications": []}
    file = save(tmp_path / "mixed.json", [*labels[:300], frame, *labels[300:]])
    report = load(tmp_path / "labels.db", [file])
    assert (report.total("added"), report.total("rejected")) == (1200, 1)


def test_a_label_among_frames_is_rejected_and_no_frame_is_lost(tmp_path: Path) -> None:
    folder, store = tmp_path / "frames", tmp_path / "labels.db"
    folder.mkdir()
    export = save(tmp_path / "video.json", [v1("a") | {"Label": {"frames": "https://example.com/f"}}])
    save(folder / "a.ndjson", [{"frameNumber": n, "objects": []} for n in (1, 2, 3)])
    load(store, [export], frames=folder)
    odd = {"frameNumber": 4, "objects": [], "ID": "x", "data_row": {"id": "y"}}
    save(folder / "a.ndjson", [{"frameNumber": 2, "objects": []}, v1("b"), odd])
    report = load(store, [export], frames=folder)
    assert report.total("rejected") == 1
    with sqlite3.connect(store) as connection:
        assert connection.execute("select frame_number from frames order by 1").fetchall() == [(1,), (2,), (3,), (4,)]
    assert verify(store, [export], frames=folder).rejected == 1


def test_frames_are_found_by_label_data_row_and_url(tmp_path: Path) -> None:
    for name in ("label1.ndjson", "row2.json.gz", "abc.ndjson"):
        (tmp_path / name).write_text("")
    folder = FramesFolder(tmp_path)
    assert folder.find("label1", None, "https://example.com/x") == str(tmp_path / "label1.ndjson")
    assert folder.find("none", "row2", "https://example.com/x") == str(tmp_path / "row2.json.gz")
    assert folder.find("none", None, "https://example.com/f/abc?token=t") == str(tmp_path / "abc.ndjson")
    assert folder.find("none", None, "https://example.com/f/abc.json") == str(tmp_path / "abc.ndjson")
    assert folder.find("none", None, "https://example.com/f/other") is None
    with pytest.raises(InputError, match="folder of frames files"):
        FramesFolder(tmp_path / "missing")


def test_new_frames_replace_all_old_ones(tmp_path: Path) -> None:
    folder, store = tmp_path / "frames", tmp_path / "labels.db"
    folder.mkdir()
    export = save(tmp_path / "video.json", [v1("a") | {"Label": {"frames": "https://example.com/f"}}])
    save(folder / "a.ndjson", [{"frameNumber": n, "objects": []} for n in (1, 2, 3)])
    load(store, [export], frames=folder)
    save(folder / "a.ndjson", [{"frameNumber": n, "objects": []} for n in (2, 4)])
    load(store, [export], frames=folder)
    with sqlite3.connect(store) as connection:
        assert connection.execute("select frame_number from frames order by 1").fetchall() == [(2,), (4,)]


def test_what_is_not_a_store_or_not_possible(tmp_path: Path) -> None:
    file = save(tmp_path / "a.json", [v1("a")])
    with pytest.raises(StoreError, match="neither a SQLite nor a DuckDB file"):
        load(file, [file])
    with pytest.raises(StoreError, match="folder does not exist"):
        load(tmp_path / "no" / "labels.db", [file])
    load(tmp_path / "labels.db", [file])
    with labelstore.open(tmp_path / "labels.db", read_only=True) as store, pytest.raises(UsageError, match="read-only"):
        store.load([file])


@pytest.mark.parametrize("name", ENGINES)
def test_python(tmp_path: Path, name: str) -> None:
    files = [sample.path for sample in write(tmp_path / "samples", asset_types=("image",), labels=30)]
    with labelstore.open(tmp_path / name) as store:
        store.load(files)
        rows = store.query("select name, count(*) as n from objects group by name order by n desc, name")
        assert rows.columns == ["name", "n"]
        assert all(set(row) == {"name", "n"} for row in rows)
        v1_ids = [label["ID"] for label in store.labels(generation="v1")]
        assert len(v1_ids) == 30
        assert [label["ID"] for label in store.labels(generation="v1", asset_type="image")] == v1_ids
        with pytest.raises(labelstore.NotFoundError, match="audio: no label has this asset type; there are: image"):
            store.labels(asset_type="audio")
        project = next(iter(store.query("select project_id, name from projects order by 1")))
        by_id = list(store.labels(project=project["project_id"]))
        assert by_id
        assert by_id == list(store.labels(project=project["name"]))
        data_row = next(iter(store.query("select data_row_id from records where generation = 'v2' limit 1")))
        assert store.data_row(data_row["data_row_id"])["data_row"]["id"] == data_row["data_row_id"]
        with pytest.raises(labelstore.NotFoundError, match="nobody"):
            store.label("nobody")
    with pytest.raises(StoreError, match="does not exist"):
        labelstore.open(tmp_path / "absent.db").label("a")


@pytest.mark.parametrize("name", ENGINES)
def test_v2_scores_inside_and_beside_performance_details(tmp_path: Path, name: str) -> None:
    """Exports seen have them inside; wherever they stand, they are columns and come back where they were."""
    line = v2("d", "p", "a", "b", "c")
    inside, beside, both = line["projects"]["p"]["labels"]
    inside["performance_details"] = {"skipped": False, "consensus_score": 0.5, "benchmark_score": 1}
    beside["consensus_score"] = 0.25
    both |= {"consensus_score": 0.75, "performance_details": {"consensus_score": 0.125}}
    file = save(tmp_path / "export.ndjson", [line])
    load(tmp_path / name, [file])
    assert verify(tmp_path / name, [file]).equal == 1
    with open_database(tmp_path / name, read_only=True) as database:
        sql = "select agreement, benchmark_agreement, extra is null from labels order by label_id"
        assert [tuple(row) for row in database.query(sql).rows] == [
            (0.5, 1, True),
            (0.25, None, True),
            (0.125, None, False),
        ]


def test_progress_tells_how_far_the_file_is_read(tmp_path: Path) -> None:
    long = "x" * 10_000
    file = save(tmp_path / "labels.json", [v1(f"label{number}", long) for number in range(1100)])
    size, loading, verifying = file.stat().st_size, list[Reading](), list[Reading]()
    load(tmp_path / "labels.db", [file], progress=loading.append)
    verify(tmp_path / "labels.db", [file], jobs=1, progress=verifying.append)
    assert len(loading) == 2
    for readings in (loading, verifying):
        assert {(reading.name, reading.size) for reading in readings} == {(str(file), size)}
        assert all(0 < reading.bytes_read <= size for reading in readings)


def test_helpers_import_nothing_that_lies_in_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("raise SystemExit(9)")
    load(tmp_path / "labels.db", [save(tmp_path / "labels.json", [v1(f"label{number}") for number in range(20)])])
    code = "import labelstore; labelstore.open('labels.db').export('labelbox-v1', 'out.json', jobs=2)"
    ran = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(json.loads((tmp_path / "out.json").read_text())) == 20


@pytest.mark.parametrize("name", ENGINES)
def test_a_data_row_with_a_new_label_in_each_line(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []
    for engine in (SqliteDatabase, DuckdbDatabase):
        about = engine.records_about

        def counted(self: Database, *what: Any, of: Any = about) -> Any:
            found = of(self, *what)
            looked_at.extend(map(len, found.values()))
            return found

        monkeypatch.setattr(engine, "records_about", counted)
    lines = [v2("d", "p", f"l{number}") for number in range(12)]
    store = tmp_path / name
    load(store, [save(tmp_path / "lines.ndjson", lines)])
    assert looked_at
    assert max(looked_at) == 1  # not all those before
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from labels") == 12
    again = [v2("d", "p", f"l{number}", name="bus") for number in range(12)]
    load(store, [save(tmp_path / "again.ndjson", again)])
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from labels") == 12
        assert database.value("select count(*) from records") == 12  # no empty ones
        assert database.value("select count(*) from objects where name <> 'bus'") == 0
