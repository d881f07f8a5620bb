"""Files that tell about a label more than once, loaded again; what `verify` says of what went to later records."""

import json
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.history import label_at, versions_of
from labelstore.loading import Report, load
from labelstore.verifying import verify


@pytest.fixture(params=("labels.db", "labels.duckdb"))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def element(label_id: str, agreement: float, **more: Any) -> dict[str, Any]:
    return {"ID": label_id, "DataRow ID": f"d-{label_id}", "Label": {"objects": []}, "Agreement": agreement, **more}


def line(data_row_id: str, projects: dict[str, list[str]], **label: Any) -> dict[str, Any]:
    told = {name: {"labels": [{"id": label_id, **label} for label_id in ids]} for name, ids in projects.items()}
    return {"data_row": {"id": data_row_id}, "projects": told}


def write(path: Path, *records: Any, end: str = "") -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records) + end)
    return path


def counts(report: Report) -> dict[str, int]:
    names = ("added", "changed", "unchanged", "repeated", "stale", "rejected", "missing")
    return {name: report.total(name) for name in names if report.total(name)}


def query(store: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_database(store, read_only=True) as database:
        return list(database.query(sql).rows)


def state(store: Path) -> list[tuple[Any, ...]]:
    sql = "select label_id, r.load_id, r.position, r.byte_offset from labels as l join records as r"
    return query(store, f"{sql} on r.record_id = l.record_id order by 1")


class TestLoadedAgain:
    def test_a_label_told_twice(self, store: Path, tmp_path: Path) -> None:
        file = write(tmp_path / "a.ndjson", element("a", 1), element("a", 2), element("b", 1), end="{broken\n")
        load(store, [file])
        first = state(store)
        for _ in range(3):
            assert counts(load(store, [file])) == {"unchanged": 2, "repeated": 1, "rejected": 1}
            assert query(store, "select count(*) from versions") == [(0,)]
            assert state(store) == first
            checked = verify(store, [file])
            assert (checked.equal, checked.superseded.total(), checked.rejected, checked.ok) == (2, 1, 1, True)
        with open_database(store, read_only=True) as database:
            assert [version.change for version in versions_of(database, "a")] == ["added"]
            assert json.loads(label_at(database, "a", 1))["Agreement"] == 2
        assert query(store, "select changed, unchanged, repeated from loads order by load_id")[1:] == [(0, 2, 1)] * 3

    def test_in_other_bytes(self, store: Path, tmp_path: Path) -> None:
        load(store, [write(tmp_path / "a.ndjson", element("a", 1), element("a", 2), end="{broken\n")])
        again = tmp_path / "b.json"
        again.write_text(json.dumps([element("a", 1), element("a", 2)], indent=2))
        assert counts(load(store, [again])) == {"unchanged": 1, "repeated": 1}
        assert query(store, "select count(*) from versions") == [(0,)]
        assert verify(store, [again]).ok

    def test_in_two_files_of_one_load(self, store: Path, tmp_path: Path) -> None:
        files = [write(tmp_path / f"{n}.ndjson", element("a", n), end="{broken\n") for n in (1, 2)]
        load(store, files)
        before = query(store, "select * from versions")
        load(store, files)
        assert query(store, "select * from versions") == before
        assert [row[1] for row in state(store)] == [2]

    def test_lines_that_take_labels_from_each_other(self, store: Path, tmp_path: Path) -> None:
        file = write(tmp_path / "a.ndjson", line("d", {"p": ["l1", "l2"]}), line("d", {"p": ["l1"], "q": ["l3"]}))
        load(store, [file])
        before = [row[:2] for row in state(store)]
        for _ in range(2):
            load(store, [file])
            assert query(store, "select count(*) from versions") == [(0,)]
            assert [row[:2] for row in state(store)] == before
            assert verify(store, [file]).ok

    def test_a_change_among_them_is_one(self, store: Path, tmp_path: Path) -> None:
        load(store, [write(tmp_path / "a.ndjson", element("a", 1), element("a", 2), element("b", 1))])
        changed = write(tmp_path / "b.ndjson", element("a", 1), element("a", 3), element("b", 1))
        assert counts(load(store, [changed])) == {"changed": 1, "repeated": 1, "unchanged": 1}
        assert query(store, "select label_id, load_id, replaced_by from versions") == [("a", 1, 2)]
        assert verify(store, [changed]).ok


class TestVerify:
    def test_a_file_that_tells_a_label_twice_and_came_twice(self, store: Path, tmp_path: Path) -> None:
        file = write(tmp_path / "a.ndjson", element("a", 1), element("a", 2))
        for _ in range(3):
            load(store, [file])
            checked = verify(store, [file])
            assert (checked.equal, checked.superseded.total(), checked.different) == (1, 1, 0)

    def test_a_line_that_lost_a_label_to_a_later_load(self, store: Path, tmp_path: Path) -> None:
        first = write(tmp_path / "a.ndjson", line("d1", {"p": ["l1", "l2"]}))
        later = write(tmp_path / "b.ndjson", line("d2", {"p": ["l1"]}))
        for files in ([first], [first], [later], [later]):
            load(store, files)
        checked = verify(store, [first])
        assert (checked.equal, dict(checked.superseded), checked.different) == (0, {3: 1}, 0)
        saved_again = tmp_path / "c.json"
        saved_again.write_text(json.dumps([line("d1", {"p": ["l1", "l2"]})], indent=1))
        assert dict(verify(store, [saved_again]).superseded) == {3: 1}

    def test_a_difference_in_what_such_a_line_kept_is_one(self, store: Path, tmp_path: Path) -> None:
        load(store, [write(tmp_path / "a.ndjson", line("d1", {"p": ["l1", "l2"]}))])
        load(store, [write(tmp_path / "b.ndjson", line("d2", {"p": ["l1"]}))])
        other = write(tmp_path / "c.ndjson", line("d1", {"p": ["l1", "l2"]}, version="other"))
        checked = verify(store, [other])
        assert (checked.different, checked.superseded.total()) == (1, 0)

    def test_a_line_of_which_a_label_was_pruned(self, store: Path, tmp_path: Path) -> None:
        first = write(tmp_path / "a.ndjson", line("d1", {"p": ["l1", "l2"]}))
        load(store, [first])
        load(store, [write(tmp_path / "b.ndjson", line("d2", {"p": ["l1"]}))], prune=True)
        assert verify(store, [first]).ok

    def test_two_processes(self, tmp_path: Path) -> None:
        records = [element(f"l{n % 300}", n) for n in range(600)]
        file, store = write(tmp_path / "a.ndjson", *records), tmp_path / "labels.db"
        for _ in range(2):
            load(store, [file])
        for jobs in (1, 2):
            checked = verify(store, [file], jobs=jobs)
            assert (checked.equal, checked.superseded.total(), checked.different) == (300, 300, 0)
