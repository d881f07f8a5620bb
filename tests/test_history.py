"""What labels were, and what changed between loads and files, on both engines."""

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import labelstore
from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import InputError, NotFoundError
from labelstore.history import LabelChange, diff_files, diff_loads, label_at, versions_of
from labelstore.loading import Report, load

ENGINES = ("labels.db", "labels.duckdb")


def element(label_id: str, left: Any = 0, **other: Any) -> dict[str, Any]:
    place = {"top": 0, "left": left, "height": 10, "width": 10}
    box = {"featureId": "f1", "title": "Dog", "value": "dog", "bbox": place}
    about = {"ID": label_id, "DataRow ID": f"d-{label_id}", "Labeled Data": "https://x/a.jpg", "Project Name": "P"}
    return {**about, "Label": {"objects": [box], "classifications": []}, **other}


def write(path: Path, *records: Any) -> Path:
    path.write_text(json.dumps(records))
    return path


def history_of(path: Path, versions: dict[str, list[tuple[int, int, dict[str, Any]]]]) -> None:
    """Give labels of a store versions: (load, replaced by, JSON). The loads are those up to the last one named."""
    loads = {number for rows in versions.values() for row in rows for number in row[:2]}
    with open_database(path) as database:
        for number in sorted(loads - {1}):
            sql = "insert into loads (load_id, file_name, finished_at) values (?, ?, ?)"
            database.execute(sql, (number, f"{number}.json", f"2024-01-0{number}T00:00:00Z"))
        for label_id, rows in versions.items():
            current = database.value("select 1 from labels where label_id = ?", (label_id,))
            for place, (load_id, replaced_by, label) in enumerate(rows):
                removed = current is None and place + 1 == len(rows)
                text = zlib.compress(json.dumps(label).encode())
                row = (label_id, load_id, 0, replaced_by, removed, "v1", f"d-{label_id}", "P", None, text)
                database.execute(f"insert into versions values ({', '.join('?' * len(row))})", row)


def brought_by(path: Path, loads: dict[str, int]) -> None:
    """Let other loads have brought the current versions of labels."""
    with open_database(path) as database:
        for label_id, load_id in loads.items():
            sql = "update records set load_id = ? where record_id in (select record_id from labels where label_id = ?)"
            database.execute(sql, (load_id, label_id))


@pytest.fixture(scope="module", params=ENGINES)
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five loads; nobody writes to the store.

    kept: 1 and never again. moved: 1, another in 3, current since 4. gone: 1, removed by 3. back: 1, removed by 2,
    again by 5. brief: 2, changed by 3, removed by 4. same: 1, came unchanged (with a new token) with 3. last: 4,
    removed by 5.
    """
    tmp_path = tmp_path_factory.mktemp("history")
    labels = [element("kept"), element("moved", 9), element("back", 9), element("same", url="https://x/m?token=new")]
    path: Path = tmp_path / request.param
    load(path, [write(tmp_path / "1.json", *labels)])
    history_of(
        path,
        {
            "moved": [(1, 3, element("moved")), (3, 4, element("moved", 5))],
            "gone": [(1, 3, element("gone"))],
            "back": [(1, 2, element("back"))],
            "brief": [(2, 3, element("brief")), (3, 4, element("brief", 5))],
            "same": [(1, 3, element("same", url="https://x/m?token=old"))],
            "last": [(4, 5, element("last"))],
        },
    )
    brought_by(path, {"moved": 4, "back": 5, "same": 3})
    return path


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with open_database(path, read_only=True) as database:
        yield database


class TestVersions:
    def versions(self, database: Database, label_id: str) -> list[tuple[Any, ...]]:
        found = versions_of(database, label_id)
        return [(version.load_id, version.replaced_by, version.change, version.removed) for version in found]

    def test_a_label_that_came_once(self, database: Database) -> None:
        (version,) = versions_of(database, "kept")
        assert version.is_current
        assert (version.load_id, version.position, version.change) == (1, 0, "added")
        assert version.file_name is not None
        assert version.file_name.endswith("1.json")

    def test_changed_twice(self, database: Database) -> None:
        assert self.versions(database, "moved") == [
            (1, 3, "added", False),
            (3, 4, "changed", False),
            (4, None, "changed", False),
        ]
        second = versions_of(database, "moved")[1]
        assert (second.file_name, second.finished_at, second.position) == ("3.json", "2024-01-03T00:00:00Z", 0)

    def test_removed_and_added_again(self, database: Database) -> None:
        assert self.versions(database, "gone") == [(1, 3, "added", True)]
        assert self.versions(database, "back") == [(1, 2, "added", False), (5, None, "added", False)]

    def test_new_tokens_are_no_change(self, database: Database) -> None:
        assert self.versions(database, "same") == [(1, 3, "added", False), (3, None, "unchanged", False)]

    def test_an_unknown_label(self, database: Database) -> None:
        with pytest.raises(NotFoundError, match=r"no-such: .* has and had no label"):
            versions_of(database, "no-such")


class TestLabelAt:
    @pytest.mark.parametrize(("load_id", "left"), [(1, 0), (2, 0), (3, 5), (4, 9), (5, 9)])
    def test_as_it_was(self, database: Database, load_id: int, left: int) -> None:
        assert json.loads(label_at(database, "moved", load_id)) == element("moved", left)

    def test_removed(self, database: Database) -> None:
        assert json.loads(label_at(database, "gone", 2)) == element("gone")
        with pytest.raises(NotFoundError, match=r"gone: removed by load 3; .* --at 1"):
            label_at(database, "gone", 4)
        with pytest.raises(NotFoundError, match="back: removed by load 2"):
            label_at(database, "back", 4)
        assert json.loads(label_at(database, "back", 5)) == element("back", 9)

    def test_not_there_yet(self, database: Database) -> None:
        with pytest.raises(
            NotFoundError, match=r"brief: not there yet after load 1; load 2 \(2.json\) brought it first"
        ):
            label_at(database, "brief", 1)

    @pytest.mark.parametrize("load_id", [0, 6, -1, 10**30])
    def test_no_such_load(self, database: Database, load_id: int) -> None:
        with pytest.raises(NotFoundError, match=f"has no load {load_id}; its loads are 1 to 5"):
            label_at(database, "moved", load_id)


def kinds(changes: Iterator[LabelChange]) -> dict[str, str]:
    return {change.label_id: change.change for change in changes}


class TestDiffLoads:
    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            (1, 1, {}),
            (1, 2, {"back": "removed", "brief": "added"}),
            (2, 3, {"brief": "changed", "gone": "removed", "moved": "changed"}),
            (1, 3, {"back": "removed", "brief": "added", "gone": "removed", "moved": "changed"}),
            (1, 4, {"back": "removed", "gone": "removed", "last": "added", "moved": "changed"}),
            (3, 4, {"brief": "removed", "last": "added", "moved": "changed"}),
            (1, 5, {"back": "changed", "gone": "removed", "moved": "changed"}),
            (4, 5, {"back": "added", "last": "removed"}),
        ],
    )
    def test_what_changed(self, database: Database, first: int, last: int, expected: dict[str, str]) -> None:
        found = kinds(diff_loads(database, first, last))
        assert found == expected
        assert list(found) == sorted(found)
        words = {"added": "removed", "removed": "added", "changed": "changed"}
        assert kinds(diff_loads(database, last, first)) == {name: words[kind] for name, kind in expected.items()}

    def test_has_both_states(self, database: Database) -> None:
        change = next(change for change in diff_loads(database, 1, 3) if change.label_id == "moved")
        assert change.before is not None
        assert change.after is not None
        assert (change.before.load_id, json.loads(change.before.json)) == (1, element("moved"))
        assert (change.after.load_id, json.loads(change.after.json)) == (3, element("moved", 5))
        (move,) = change.diff().moved
        assert move.feature.name == "Dog"
        assert move.iou == pytest.approx(1 / 3)
        assert change.as_json()["data_row_id"] == "d-moved"

    def test_an_added_label_tells_what_it_holds(self, database: Database) -> None:
        added = next(change for change in diff_loads(database, 1, 2) if change.change == "added")
        assert [feature.name for feature in added.diff().added] == ["Dog"]
        assert added.state == added.after

    def test_no_such_load(self, database: Database) -> None:
        with pytest.raises(NotFoundError, match="no load 7"):
            diff_loads(database, 1, 7)

    def test_many_labels(self, tmp_path: Path, path: Path) -> None:
        """More than are read together."""
        labels = [element(f"l{number:03}", number) for number in range(250)]
        store = tmp_path / f"many{path.suffix}"
        load(store, [write(tmp_path / "many.json", *labels)])
        history_of(store, {label["ID"]: [(1, 2, element(label["ID"], -1))] for label in labels})
        brought_by(store, {label["ID"]: 2 for label in labels})
        with open_database(store, read_only=True) as database:
            changes = list(diff_loads(database, 1, 2))
        assert [change.label_id for change in changes] == [label["ID"] for label in labels]
        assert [json.loads(change.after.json) for change in changes if change.after] == labels
        before = [json.loads(change.before.json) for change in changes if change.before]
        assert before == [element(label["ID"], -1) for label in labels]


class TestLoaded:
    """What a load itself writes into `versions`."""

    @pytest.mark.parametrize("name", ENGINES)
    def test_a_later_export(self, tmp_path: Path, name: str) -> None:
        load(tmp_path / name, [write(tmp_path / "a.json", element("kept"), element("moved"))])
        load(tmp_path / name, [write(tmp_path / "b.json", element("kept"), element("moved", 5), element("new"))])
        with open_database(tmp_path / name, read_only=True) as database:
            assert kinds(diff_loads(database, 1, 2)) == {"moved": "changed", "new": "added"}
            assert json.loads(label_at(database, "moved", 1)) == element("moved")

    @pytest.mark.parametrize("name", ENGINES)
    def test_the_other_generation(self, tmp_path: Path, name: str) -> None:
        box = {"top": 0.0, "left": 0.0, "height": 10.0, "width": 10.0}
        dog = {"feature_id": "f1", "name": "Dog", "value": "dog", "bounding_box": box, "classifications": []}
        label = {"id": "l1", "annotations": {"objects": [dog], "classifications": [], "relationships": []}}
        line = {"data_row": {"id": "d-l1", "row_data": "x"}, "projects": {"p": {"name": "P", "labels": [label]}}}
        load(tmp_path / name, [write(tmp_path / "a.json", element("l1"))])
        load(tmp_path / name, [write(tmp_path / "b.json", line)])
        with open_database(tmp_path / name, read_only=True) as database:
            (change,) = diff_loads(database, 1, 2)
        assert [change.before and change.before.generation, change.after and change.after.generation] == ["v1", "v2"]
        assert not change.diff()


class TestDiffFiles:
    def test_what_changed(self, tmp_path: Path) -> None:
        one = write(tmp_path / "a.json", element("kept"), element("moved"), element("gone"))
        elsewhere = element("new", **{"Project Name": "Q"})
        other = write(tmp_path / "b.json", elsewhere, element("moved", 5), element("kept"))
        assert kinds(diff_files(one, other)) == {"gone": "removed", "moved": "changed", "new": "added"}
        assert kinds(diff_files(other, one)) == {"gone": "added", "moved": "changed", "new": "removed"}
        change = next(change for change in diff_files(one, other) if change.change == "changed")
        assert [state and state.load_id for state in (change.before, change.after)] == [1, 2]

    def test_an_older_export_as_the_second(self, tmp_path: Path) -> None:
        files = [
            write(tmp_path / f"{day}.json", element("l1", day, **{"Updated At": f"2024-01-0{day}T00:00:00.000Z"}))
            for day in (2, 1)
        ]
        assert kinds(diff_files(*files)) == {"l1": "changed"}

    def test_another_form_of_the_same(self, tmp_path: Path) -> None:
        one = write(tmp_path / "a.json", element("l1", url="https://x/m?token=a"))
        (tmp_path / "b.json").write_text(json.dumps(element("l1", 0.0, url="https://x/m?token=b"), indent=2))
        assert kinds(diff_files(one, tmp_path / "b.json")) == {}

    def test_composite_masks_have_a_new_url_in_each_export(self, tmp_path: Path) -> None:
        def line(task: str, mask: str) -> dict[str, Any]:
            url = f"https://api.x/tasks/{task}/masks/{mask}/index/1"
            dog = {"feature_id": "f1", "name": "Dog", "composite_mask": {"url": url, "color_rgb": [1, 2, 3]}}
            labels = [{"id": "l1", "annotations": {"objects": [dog], "classifications": []}}]
            return {"data_row": {"id": "d1", "row_data": "x"}, "projects": {"p": {"labels": labels}}}

        lines = line("t1", "m"), line("t2", "m"), line("t3", "n")
        files = [write(tmp_path / f"{number}.json", content) for number, content in enumerate(lines)]
        assert kinds(diff_files(files[0], files[1])) == {}
        assert kinds(diff_files(files[1], files[2])) == {"l1": "changed"}

    def test_nothing_is_left_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "tmp").mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
        one, other = write(tmp_path / "a.json", element("l1"), element("l2")), write(tmp_path / "b.json")
        changes = diff_files(one, other)
        next(changes)
        changes.close()  # type: ignore[attr-defined]
        with pytest.raises(InputError, match="no such file"):
            list(diff_files(one, tmp_path / "none.json"))
        assert list((tmp_path / "tmp").iterdir()) == []

    def test_tells_what_was_loaded(self, tmp_path: Path) -> None:
        reports: list[Report] = []
        list(
            diff_files(write(tmp_path / "a.json", element("l1"), 7), write(tmp_path / "b.json"), loaded=reports.append)
        )
        assert [(report.total("records"), report.total("rejected")) for report in reports] == [(2, 1), (0, 0)]


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


class TestCommands:
    def test_history(self, path: Path) -> None:
        lines = run("history", path, "moved").stdout.splitlines()
        assert re.split(r"  +", lines[0]) == [
            "load",
            "loaded (UTC)",
            "label updated",
            "what happened",
            "file",
        ]
        assert max(map(len, lines[:5])) <= 80
        assert [line.split()[0] for line in lines[2:5]] == ["1", "3", "4"]
        assert " added, until load 3 " in lines[2]
        assert " changed, current " in lines[4]
        assert lines[5:7] == ["", "Next:"]
        assert re.fullmatch(rf"  labelstore diff {re.escape(str(path))} moved +# what changed last", lines[7])
        assert lines[8].startswith(f"  labelstore get {path} moved --at 3  # ")
        assert " added, removed in load 3 " in run("history", path, "gone").stdout
        assert "labelstore diff" not in run("history", path, "same").stdout  # a new token is no change
        assert run("history", path, "kept").stdout.endswith(
            f"Next:\n  labelstore get {path} kept  # the label as exported\n"
        )
        (listed,) = json.loads(run("history", path, "gone", "--json").stdout)
        assert (listed["replaced_by"], listed["removed"], listed["current"]) == (3, True, False)
        assert "has and had no label" in run("history", path, "none", code=1).stderr

    def test_get_at(self, path: Path) -> None:
        assert json.loads(run("get", path, "moved", "--at", 3).stdout) == element("moved", 5)
        result = run("get", path, "gone", "moved", "--at", 3, code=1)
        assert json.loads(result.stdout) == element("moved", 5)
        assert "gone: removed by load 3" in result.stderr
        assert "its loads are 1 to 5" in run("get", path, "moved", "--at", 9, code=1).stderr

    def test_diff(self, path: Path) -> None:
        text = run("diff", path, 1, 3).stdout
        assert text.splitlines()[1:6] == [
            "labels: 1 changed, 1 added, 2 removed",
            "",
            "class  added  removed  moved  renamed",
            "─────  ─────  ───────  ─────  ───────",
            "Dog        1        2      1        0",
        ]
        assert text.startswith(f"{path}: load 1 (1.json, 2")
        assert " to load 3 (3.json, 2024-01-03 00:00 UTC)\n" in text
        assert "changed  moved  data row d-moved\n  moved    bounding_box Dog f1: IoU 0.33 of boxes\n" in text
        assert "added    brief  data row d-brief\n  1 object, 0 answers\n" in text
        assert "3 more labels (--limit 0 shows all)" in run("diff", path, 1, 3, "--limit", 1).stdout
        lines = [json.loads(line) for line in run("diff", path, 1, 3, "--json").stdout.splitlines()]
        assert [(line["label_id"], line["change"]) for line in lines] == [
            ("back", "removed"),
            ("brief", "added"),
            ("gone", "removed"),
            ("moved", "changed"),
        ]
        assert lines[3]["moved"][0]["iou_of"] == "boxes"
        assert (lines[3]["before"]["load_id"], lines[3]["after"]["load_id"]) == (1, 3)
        assert run("diff", path, 2, 2).stdout.splitlines()[1:] == ["labels: none of them differ"]

    def test_diff_of_files(self, tmp_path: Path) -> None:
        one = write(tmp_path / "a.json", element("l1", **{"Created By": "a\x1b"}), 7)
        other = write(tmp_path / "b.json", element("l1"))
        result = run("diff", one, other)
        assert '  other    /Created By: "a\\u001b" → absent\n' in result.stdout
        assert "1 record is left out" in result.stderr
        assert json.loads(run("diff", one, other, "--json").stdout)["label_id"] == "l1"

    def test_diff_of_tracks(self, tmp_path: Path) -> None:
        def frames(left: float) -> list[dict[str, Any]]:
            node = element("", left)["Label"]["objects"]
            return [{"frameNumber": number, "objects": node, "classifications": []} for number in range(1, 7)]

        files = [write(tmp_path / f"{left}.json", {**element("l1"), "Label": frames(left)}) for left in (0, 5)]
        text = run("diff", *files).stdout
        assert "  moved    bounding_box Dog f1 in 6 frames (1, 2, 3 …): IoU 0.33 of boxes\n" in text

    def test_a_label_is_a_few_lines(self, tmp_path: Path) -> None:
        many = {f"key {number}": number for number in range(70)}
        files = write(tmp_path / "a.json", element("l1")), write(tmp_path / "b.json", element("l1", **many))
        text = run("diff", *files).stdout
        assert text.count("  other ") == 10
        assert "  60 more differences (--json lists them)\n" in text

    def test_what_is_wrong(self, path: Path, tmp_path: Path) -> None:
        assert "name two of its loads" in run("diff", path, 1, code=2).stderr
        assert "loads are numbers" in run("diff", path, 1, "x", code=2).stderr
        assert "has no load 9" in run("diff", path, 1, 9, code=1).stderr
        assert "is not a store" in run("diff", path.parent / "1.json", 1, 2, code=2).stderr
        assert "does not exist" in run("diff", tmp_path / "none.db", 1, 2, code=1).stderr
        assert "no such file" in run("diff", path.parent / "1.json", tmp_path / "none.json", code=1).stderr


@pytest.mark.parametrize("name", ENGINES)
def test_in_python(name: str, tmp_path: Path) -> None:
    store = tmp_path / name
    load(store, [write(tmp_path / "a.json", {"ID": "l", "Label": {}, "External ID": "old"})])
    load(store, [write(tmp_path / "b.json", {"ID": "l", "Label": {}, "External ID": "new"})])
    with labelstore.open(store) as opened:
        assert opened.label("l", at=1)["External ID"] == "old"
        assert [version.change for version in opened.history("l")] == ["added", "changed"]
        assert [change.label_id for change in opened.diff(1, 2)] == ["l"]
