"""What the records of a load supersede in a lake: the same as in a store that loads the files one after another."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.files import Record, open_sources, split
from labelstore.formats.decoding import RecordDecoder, tolerant
from labelstore.formats.shredding import generation_of, hashes, shred
from labelstore.lake.resolving import COUNTS, Resolution, resolve
from labelstore.lake.resolving_closely import Closely
from labelstore.loading import Report, load
from labelstore.loading.report import FileReport
from labelstore.schema.generations import lowest_id, number_after, record_id
from labelstore.schema.tables import NODE_BITS, Row, Rows, columns, content_tables, node_column
from tests.test_reloading import box, v1_label, v2_label, v2_line

Tables = dict[str, list[Row]]
_GAP = 100
"""So many numbers of records are left out between two files."""
_MASK = (1 << NODE_BITS) - 1
_OF_LOAD = ("load_id", "position", "byte_offset", "url_load_id")
_OTHERS = {"load_id", "url_load_id"}
"""Columns whose name ends as that of a node, and which have none."""


def content(database: Database) -> Tables:
    """All rows of the content tables."""
    return {
        table: list(database.query(f"select * from {table} order by {node_column(table)}").rows)
        for table in content_tables()
    }


def ranked(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """Rows as dicts in the order of their nodes, with the ranks of records in place of their ids."""
    at = list(columns()["records"]).index("record_id")
    ranks = {record_id: rank for rank, record_id in enumerate(sorted(row[at] for row in tables["records"]))}

    def plain(name: str, kind: str, value: Any) -> Any:
        if value is None or kind == "text":
            return value
        if name == "record_id":
            return ranks[value]
        if kind == "integer" and name.endswith("_id") and name not in _OTHERS:
            return (ranks[value >> NODE_BITS], value & _MASK)
        return {"boolean": bool, "blob": bytes}.get(kind, lambda same: same)(value)

    def rows(table: str) -> list[dict[str, Any]]:
        kinds, node = columns()[table], node_column(table)
        found = [
            {name: plain(name, kind, value) for (name, kind), value in zip(kinds.items(), row, strict=True)}
            for row in tables[table]
        ]
        return sorted(found, key=lambda row: row[node])

    return {table: rows(table) for table in tables}


class Lake:
    """The rows of a lake in a DuckDB store, into which files are loaded by `resolve`."""

    def __init__(self, folder: Path) -> None:
        self.loads: list[FileReport] = []
        self.database = open_database(folder / "lake.duckdb", create=True)

    def load(self, *files: Path, frames: Mapping[Path, str] | None = None, force: bool = False) -> Resolution:
        """Append the rows of all records, resolve, and apply what that says."""
        database = self.database
        highest = int(database.value("select coalesce(max(record_id), -1) from records"))
        number, first_load = number_after(highest) + _GAP, len(self.loads) + 1
        first, labels = lowest_id(number), {}
        database.begin()
        for file in files:
            report = FileReport(file.name, len(self.loads) + 1)
            self.loads.append(report)
            label_id = (frames or {}).get(file, "")
            if label_id:
                labels[report.load_id] = label_id
            number = _append(database, file, report, number, label_id) + _GAP
            values = {**vars(report), "file_name": report.name, "labelstore_version": ""}
            database.insert_rows("loads", [tuple(values[name] for name in columns()["loads"])])
        database.commit()
        reports = {file.load_id: file for file in self.loads[first_load - 1 :]}
        found = resolve(database, first, first_load, reports, force=force, frames_of=labels)
        database.begin()
        database.delete_records(found.removed.to_pylist())
        database.finish_deletions()
        for table, rows in found.rewritten.items():
            database.insert_rows(table, list(zip(*rows.to_pydict().values(), strict=True)))
        database.commit()
        return found

    def content(self) -> Tables:
        return content(self.database)


def _append(database: Database, file: Path, report: FileReport, number: int, label_id: str) -> int:
    """Write the rows of the records of a file, the first of which has this number; the number after the last."""
    rows, decode = Rows(), tolerant(RecordDecoder(bool(label_id)))
    last = -1
    for source in open_sources([str(file)]):
        with source:
            for item in split(source, decode):
                last = item.position
                report.records += 1
                if not isinstance(item, Record) or isinstance(item.value, Exception):
                    report.rejected += 1
                    continue
                one = record_id(number + item.position, generation_of(item.value))
                place = (report.load_id, item.position, item.byte_offset, *hashes(item.raw))
                shred(item.value, item.raw, one, rows, place, label_id)
            report.sha256 = source.sha256
    for table, some in rows:
        database.insert_rows(table, some)
    return number + last + 1


class Both:
    """A store and a lake that get the same files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.store, self.lake, self.files = folder, folder / "labels.db", Lake(folder), 0

    def write(self, *records: Any, indent: int | None = None) -> Path:
        self.files += 1
        file = self.folder / f"export-{self.files}.json"
        if records and "data_row" not in records[0]:
            file.write_text(json.dumps(records, indent=indent))
        else:
            file.write_text("\n".join(map(json.dumps, records)))
        return file

    def load(self, *files: Path, force: bool = False) -> dict[str, int]:
        """Load files into both, and compare all that is in them; the counts."""
        report = load(self.store, list(files), force=force, jobs=1)
        found = self.lake.load(*files, force=force)
        self.compare(report, found)
        counts = {word: report.total(word) for word in COUNTS}
        return {word: number for word, number in counts.items() if number}

    def compare(self, report: Report, found: Resolution) -> None:
        with open_database(self.store, read_only=True) as database:
            stored = ranked(content(database))
        got = ranked(self.lake.content())
        for one, other in zip(stored["records"], got["records"], strict=True):
            if one["url_hash"] is not None:
                for name in _OF_LOAD:
                    one[name] = other[name] = None
        for table in content_tables():
            assert got[table] == stored[table], table
        for file in report.files:
            counted = found.counts[file.load_id]
            assert {w: counted[w] for w in COUNTS[:-1]} == {w: getattr(file, w) for w in COUNTS[:-1]}, file.name


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    found = Both(tmp_path)
    yield found
    found.lake.database.close()


@pytest.fixture
def by_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """No record takes a closer look."""
    monkeypatch.setattr(Closely, "_loaded", None)


LATER = "2024-02-02T00:00:00.000Z"
EARLIER = "2023-02-02T00:00:00.000Z"


def resigned(file: Path) -> Path:
    """A copy of a file with other tokens in its URLs."""
    copy = file.with_name(f"resigned-{file.name}")
    text = file.read_text()
    for token in ("Signature=aa", "token=abc", "Signature=x"):
        text = text.replace(token, token + "9")
    copy.write_text(text)
    return copy


@pytest.mark.usefixtures("by_sets")
class TestBySets:
    def test_identical_files(self, both: Both) -> None:
        file = both.write(v1_label("l1"), v1_label("l2"))
        assert both.load(file) == {"added": 2}
        assert both.load(file) == {"unchanged": 2}
        again = both.write(v1_label("l2"), v1_label("l3"))
        assert both.load(again) == {"added": 1, "unchanged": 1}

    def test_one_label_changed(self, both: Both) -> None:
        both.load(both.write(v1_label("l1"), v1_label("l2")))
        newer = v1_label("l2", updated=LATER, Label={"objects": [box("f9")]})
        assert both.load(both.write(v1_label("l1"), newer)) == {"changed": 1, "unchanged": 1}
        assert both.load(both.write(v1_label("l1"), {**newer, "Has Open Issues": 1})) == {"changed": 1, "unchanged": 1}

    def test_other_tokens(self, both: Both) -> None:
        file = both.write(v1_label("l1"), v1_label("l2"))
        both.load(file)
        assert both.load(resigned(file), file) == {"unchanged": 4}
        assert both.load(resigned(file)) == {"unchanged": 2}
        line = both.write(v2_line({"p": {"labels": [v2_label("m1", "car")]}}))
        both.load(line)
        assert both.load(resigned(line)) == {"unchanged": 1}

    def test_stale_labels(self, both: Both) -> None:
        both.load(both.write(v1_label("l1"), v1_label("l2", updated=LATER)))
        older = both.write(v1_label("l1", updated=EARLIER), v1_label("l2"), v1_label("l2"))
        assert both.load(older) == {"stale": 3}
        assert both.load(older, force=True) == {"changed": 2, "unchanged": 1}

    def test_told_twice_in_one_load(self, both: Both) -> None:
        parts = [both.write(v1_label("l1"), v1_label("l1", updated=LATER)), both.write(v1_label("l1", updated=EARLIER))]
        assert both.load(*parts) == {"added": 1, "repeated": 1, "changed": 1}
        overlap = [both.write(v1_label("l2"), v1_label("l3")), both.write(v1_label("l3"), v1_label("l4"))]
        assert both.load(*overlap) == {"added": 3, "unchanged": 1}

    def test_lines(self, both: Both) -> None:
        details = {"project_details": {"workflow_status": "IN_REVIEW"}}
        first = v2_line({"p": {"labels": [v2_label("l1", "car")], **details}}, attachments=[{"type": "TEXT"}])
        both.load(both.write(first, v2_line({"p": {"labels": []}}, "d2")))
        assert both.load(both.write(first)) == {"unchanged": 1}
        moved = json.loads(json.dumps(first).replace("IN_REVIEW", "DONE"))
        assert both.load(both.write(moved)) == {"changed": 1}
        more = v2_line({"p": {"labels": [v2_label("l1", "car"), v2_label("l2")], **details}}, attachments=[])
        assert both.load(both.write(more)) == {"changed": 1}
        older = v2_line({"p": {"labels": [v2_label("l1", "bus", updated="2023-01-01T00:00:00.000+00:00")]}})
        assert both.load(both.write(older)) == {"stale": 1}

    def test_files_without_records(self, both: Both) -> None:
        assert both.load(both.write(v1_label()), both.write()) == {"added": 1}


class TestClosely:
    def test_in_other_bytes(self, both: Both) -> None:
        labels = [v1_label("l1"), v1_label("l2")]
        both.load(both.write(*labels))
        assert both.load(both.write(*labels, indent=2)) == {"unchanged": 2}
        turned = [dict(reversed(label.items())) for label in labels]
        assert both.load(both.write(*turned)) == {"unchanged": 2}
        assert both.load(both.write(*turned)) == {"unchanged": 2}

    def test_times_that_are_no_plain_moments(self, both: Both) -> None:
        both.load(both.write(v1_label("l1", updated="2024-01-01T22:59:00Z"), v1_label("l2", updated="once")))
        again = both.write(v1_label("l1", updated="2024-01-02T01:00:00+02:00"), v1_label("l2", updated="2023-02-30"))
        assert both.load(again) == {"changed": 2}

    def test_back_to_what_it_was(self, both: Both) -> None:
        first = v1_label("l1")
        both.load(both.write(first, v1_label("l2")))
        twice = both.write(v1_label("l1", updated=LATER), first)
        assert both.load(twice, force=True) == {"unchanged": 1, "repeated": 1}
        assert both.load(both.write(v1_label("l1", updated=LATER)), both.write(first), force=True)

    def test_both_generations(self, both: Both) -> None:
        elements = [v1_label("l1"), v1_label("l2"), v1_label("l3")]
        both.load(both.write(*elements))
        lines = both.write(v2_line({"p": {"labels": [v2_label("l1", "car"), v2_label("l2")]}}))
        assert both.load(lines) == {"added": 1}
        assert both.load(both.write(v1_label("l1", updated=LATER))) == {"added": 1}
        assert both.load(both.write(*elements), lines, force=True)

    def test_both_generations_in_one_load(self, both: Both) -> None:
        both.load(
            both.write(v1_label("l1"), v1_label("l2")),
            both.write(v2_line({"p": {"labels": [v2_label("l1", "car")]}})),
            both.write(v1_label("l1", updated=LATER)),
        )

    BLOCKS: ClassVar[dict[str, Any]] = {
        "attachments": [{"type": "IMAGE", "value": "https://example.com/a.png"}],
        "metadata_fields": [{"name": "city", "value": "Oslo"}],
        "media_attributes": {"height": 10, "width": 20},
        "embeddings": [{"id": "e1", "name": "own", "value": [1.5, 2]}],
    }

    def test_lines_without_blocks(self, both: Both) -> None:
        labels = {"p": {"labels": [v2_label("l1", "car")], "project_details": {"workflow_status": "DONE"}}}
        both.load(both.write(v2_line(labels, **self.BLOCKS)))
        bare = {"p": {"labels": [v2_label("l1", "car")]}}
        assert both.load(both.write(v2_line(bare))) == {"unchanged": 1}
        changed = {"p": {"labels": [v2_label("l1", "bus")]}}
        assert both.load(both.write(v2_line(changed))) == {"changed": 1}
        assert both.load(both.write(v2_line(bare), v2_line(labels, **self.BLOCKS))) == {"changed": 1, "repeated": 1}
        both.load(both.write(v2_line(labels, **{**self.BLOCKS, "attachments": []})))

    def test_labels_without_blocks(self, both: Both) -> None:
        rich = {**v2_label("l1", "car"), "performance_details": {"seconds_to_create": 9, "consensus_score": 0.5},
                "quality_block": {"unknown": [1, 2.50]}}  # fmt: skip
        both.load(both.write(v2_line({"p": {"labels": [rich]}})))
        thin = v2_label("l1", "bus", updated="2024-03-02T00:00:00.000+00:00")
        assert both.load(both.write(v2_line({"p": {"labels": [thin]}}))) == {"changed": 1}
        both.load(both.write(v2_line({"p": {"labels": [{"id": "l1"}]}})))

    def test_labels_left_out(self, both: Both) -> None:
        both.load(both.write(v2_line({"p": {"labels": [v2_label("l1", "car"), v2_label("l2"), v2_label("l3")]}})))
        both.load(both.write(v2_line({"p": {"labels": [v2_label("l2", "bus")]}})))
        both.load(both.write(v2_line({"p": {"labels": []}})))
        both.load(both.write(v2_line({"p": {"labels": [v2_label("l3", "bus"), v2_label("l1")]}})))

    def test_labels_that_move_between_lines(self, both: Both) -> None:
        both.load(both.write(v2_line({"p": {"labels": [v2_label("l1", "car"), v2_label("l2")]}})))
        both.load(both.write(v2_line({"p": {"labels": [v2_label("l1", "car")]}}, "d2")))
        both.load(both.write(v2_line({"p": {"labels": [v2_label("l2")]}, "q": {"labels": [v2_label("l1")]}})))
        swapped = [
            v2_line({"p": {"labels": [v2_label("l1", "x")]}}),
            v2_line({"q": {"labels": [v2_label("l2")]}}, "d2"),
        ]
        both.load(both.write(*swapped, *reversed(swapped)))

    def test_labels_without_ids_and_of_model_runs(self, both: Both) -> None:
        def told(score: float) -> dict[str, Any]:
            run = {"name": "r", "labels": [v2_label("l1", "car")], "predictions": [{**v2_label("x"), "s": score}]}
            return v2_line({"p": {"labels": [{"annotations": {}, "s": score}, {"annotations": {}}]}},
                           experiments={"e": {"name": "e", "runs": {"r": run}}})  # fmt: skip

        for score in (1, 2, 2, 1):
            both.load(both.write(told(score)))
        both.load(both.write(told(1), told(2)), both.write(told(1)))
