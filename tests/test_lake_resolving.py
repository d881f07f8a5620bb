"""What the records of a load supersede in a lake: the same as in a store that loads the files one after another."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest

from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.files import Record, open_sources, split
from labelstore.formats.decoding import RecordDecoder, tolerant
from labelstore.formats.shredding import generation_of, hashes, shred
from labelstore.lake.resolving.closely import Closely
from labelstore.lake.resolving.resolve import COUNTS, Resolution, resolve
from labelstore.loading import Report, load, storing
from labelstore.loading.report import FileReport
from labelstore.schema.generations import lowest_id, number_after, record_id
from labelstore.schema.tables import NODE_BITS, Row, Rows, columns, content_tables, node_column
from tests.soaking import amount
from tests.test_reloading import box, v1_label, v2_label, v2_line

Tables = dict[str, list[Row]]
_GAP = 100
"""So many numbers of records are left out between two files."""
_MASK = (1 << NODE_BITS) - 1
_OF_LOAD = ("load_id", "position", "byte_offset", "url_load_id")
_OTHERS = {"load_id", "url_load_id"}
"""Columns whose name ends as that of a node, and which have none."""


def content(database: Database, tables: Collection[str] = content_tables()) -> Tables:
    """All rows of the content tables, of which only these have any."""
    sql = {table: f"select * from {table}" for table in tables}
    return {table: list(database.query(sql[table]).rows) if table in sql else [] for table in content_tables()}


def ranked(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """Rows as dicts in the order of their nodes, with the ranks of records in place of their ids.

    Records are ordered by what they are about: a record with new tokens may come in place of the stored one.
    """
    at, identity, data_row_id = map(list(columns()["records"]).index, ("record_id", "identity", "data_row_id"))
    records = sorted(tables["records"], key=lambda row: (row[data_row_id] or "", row[identity] or "", row[at]))
    ranks = {row[at]: rank for rank, row in enumerate(records)}

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


def differences(got: Sequence[dict[str, Any]], stored: Sequence[dict[str, Any]]) -> list[Any]:
    """The first rows in which a lake and a store differ, as far as they do."""
    nothing: dict[str, Any] = {}
    pairs = zip_longest(got, stored, fillvalue=nothing)
    found = ({name: (a.get(name), b.get(name)) for name in a | b if a.get(name) != b.get(name)} for a, b in pairs)
    return [one for one in found if one][:2]


class Lake:
    """The rows of a lake in a DuckDB store, into which files are loaded by `resolve`."""

    def __init__(self, folder: Path) -> None:
        self.loads: list[FileReport] = []
        self.filled: set[str] = set()
        """The tables that have rows."""
        self.database = open_database(folder / "lake.duckdb", create=True)

    def clear(self) -> None:
        """Begin anew."""
        for table in (*self.filled, "loads"):
            self.database.execute(f"delete from {table}")
        self.loads.clear()
        self.filled.clear()

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
            number = self._append(file, report, number, label_id) + _GAP
            values = {**vars(report), "file_name": report.name, "labelstore_version": ""}
            database.insert_rows("loads", [tuple(values[name] for name in columns()["loads"])])
        database.commit()
        reports = {file.load_id: file for file in self.loads[first_load - 1 :]}
        found = resolve(database, first, first_load, reports, force=force, frames_of=labels)
        database.begin()
        for table in self.filled:
            sql = f"delete from {table} where {node_column(table)} >> {NODE_BITS} in (select unnest(?))"
            database.execute(sql, [found.removed.to_pylist()])
        for table, rows in found.rewritten.items():
            self.filled.add(table)
            database.insert_rows(table, list(zip(*rows.to_pydict().values(), strict=True)))
        database.commit()
        return found

    def _append(self, file: Path, report: FileReport, number: int, label_id: str) -> int:
        """Write the rows of the records of a file, the first of which has this number; the number after the last."""
        rows, decode = Rows(), tolerant(RecordDecoder(bool(label_id)))
        last = -1
        for source in open_sources([str(file)]):
            with source:
                for item in split(source, decode):
                    last = item.position
                    report.records += 1
                    value = item.value if isinstance(item, Record) else None
                    if (
                        value is None
                        or isinstance(value, Exception)
                        or (generation_of(value) == "frames") != bool(label_id)
                    ):
                        report.rejected += 1
                        continue
                    one = record_id(number + item.position, generation_of(value))
                    place = (report.load_id, item.position, item.byte_offset, *hashes(item.raw))
                    shred(value, item.raw, one, rows, place, label_id)
                report.sha256 = source.sha256
        for table, some in rows:
            self.filled.add(table)
            self.database.insert_rows(table, some)
        return number + last + 1

    def content(self) -> Tables:
        return content(self.database, self.filled)


class Both:
    """A store and a lake that get the same files."""

    def __init__(self, folder: Path, lake: Lake) -> None:
        lake.clear()
        self.folder, self.store, self.lake, self.files = folder, folder / "labels.db", lake, 0
        self.has_new_tokens = False
        """Whether some records came with other tokens: then they may be those of another load."""

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
        report = load(self.store, list(files), force=force)
        found = self.lake.load(*files, force=force)
        return self.compared(report, found)

    def load_frames(self, frames: Mapping[str, Sequence[Any]], *again: str) -> dict[str, int]:
        """Load a label for each name, and its frames; those `again` once more in the same load."""
        folder = self.folder / "frames"
        folder.mkdir(exist_ok=True)
        for name, some in frames.items():
            (folder / name).write_text("\n".join(map(json.dumps, some)))
        body = {"frames": "https://example.com/f"}
        files = [self.write(*(v1_label(name, Label=body) for name in names)) for names in (frames, again) if names]
        report = load(self.store, files, frames=folder)
        order = [files[0], *(folder / name for name in frames), *files[1:], *(folder / name for name in again)]
        assert [file.name for file in report.files] == [str(path) for path in order]
        found = self.lake.load(*order, frames={folder / name: name for name in frames})
        return self.compared(report, found)

    def compared(self, report: Report, found: Resolution) -> dict[str, int]:
        with open_database(self.store, read_only=True) as database:
            stored = ranked(content(database))
        got = ranked(self.lake.content())
        if self.has_new_tokens:
            for row in (*stored["records"], *got["records"]):
                row.update(dict.fromkeys(_OF_LOAD))
        for table in content_tables():
            assert differences(got[table], stored[table]) == [], table
        for file in report.files:
            counted = found.counts[file.load_id]
            assert {w: counted[w] for w in COUNTS[:-1]} == {w: getattr(file, w) for w in COUNTS[:-1]}, file.name
        return {word: number for word in COUNTS if (number := report.total(word))}


@pytest.fixture(autouse=True)
def _all_records_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file that it knows, a store counts all records as unchanged, also those that came twice."""
    monkeypatch.setattr(storing, "report_unchanged", lambda *_: False)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    made = Lake(tmp_path_factory.mktemp("lake"))
    yield made
    made.database.close()


@pytest.fixture
def both(tmp_path: Path, lake: Lake) -> Both:
    return Both(tmp_path, lake)


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
        both.has_new_tokens = True
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


def frame(number: int, *names: str) -> dict[str, Any]:
    return {"frameNumber": number, "objects": [box(name) for name in names], "classifications": []}


class TestFrames:
    def test_of_a_newer_file(self, both: Both) -> None:
        assert both.load_frames({"a": [frame(1), frame(2), frame(3)], "b": [frame(1)]}) == {"added": 6}
        assert both.load_frames({"a": [frame(2), frame(4), frame(3, "x")], "b": [frame(1)]}) == {
            "added": 1,
            "changed": 1,
            "unchanged": 4,
        }
        assert both.load_frames({"a": [frame(2)]}) == {"unchanged": 2}

    def test_of_a_file_without_any(self, both: Both) -> None:
        both.load_frames({"a": [frame(1), frame(2)], "b": [frame(1)]})
        both.load_frames({"a": []})
        assert len(both.lake.content()["frames"]) == 1

    def test_of_a_file_with_rejects(self, both: Both) -> None:
        both.load_frames({"a": [frame(1), frame(2)]})
        assert both.load_frames({"a": [frame(2, "x"), frame(3), v1_label()]})["rejected"] == 1
        assert len(both.lake.content()["frames"]) == 3

    def test_of_a_file_that_came_twice(self, both: Both) -> None:
        both.load_frames({"a": [frame(1), frame(1, "x"), frame(2)]}, "a")
        both.load_frames({"a": [frame(2, "y"), frame(2)], "b": []}, "a", "b")


# -- drawn files -------------------------------------------------------------------------------------------------------

TIMES = ("2024-01-02T00:00:00.000Z", LATER, LATER, EARLIER, "2024-01-02T02:00:00.000+02:00", "2024-02-30T00:00:00.000Z")
FILES = 3
Drawn = list[list[list[Any]]]
"""Loads, their files, the records of these."""


class World:
    """Draws records about a few labels and data rows of its own."""

    def __init__(self, seed: str, tokens: Sequence[str]) -> None:
        self.name, self.draw, self.tokens = seed, Random(seed), tokens
        self.kinds = self.draw.choice([("v1",), ("v1",), ("v2",), ("v2",), ("v1", "v2")])
        self.labels = self.draw.choice([1, 1, 2, 4])
        self.oddness = self.draw.choice([0, 0.1, 0.5])
        """How often a record lacks what others tell."""
        self.has_runs = self.oddness > 0 and self.draw.random() < 0.5
        """Then all lines are of one project. Where two lines of a load tell the same predictions, a store may take them
        in another order.
        """
        self.told: list[Any] = []

    def records(self, kind: str) -> list[Any]:
        """Some records for a file of a kind."""
        if kind not in self.kinds:
            return []
        return [self.record(kind) for _ in range(self.draw.choice([0, 1, 1, 2]))]

    def record(self, kind: str) -> Any:
        """A record, or one that came before, or that with other tokens."""
        before = [one for one in self.told if ("data_row" in one) == (kind == "v2")]
        if before and self.draw.random() < 0.4:
            one = self.draw.choice(before)
            text = json.dumps(one)
            return json.loads(text.replace("Signature=", f"Signature={self.draw.choice(self.tokens)}"))
        self.told.append(self.element() if kind == "v1" else self.line())
        return self.told[-1]

    def odd(self) -> bool:
        return self.draw.random() < self.oddness

    def element(self) -> dict[str, Any]:
        one = v1_label(self.label_id(), updated=self.draw.choice(TIMES))
        one["Label"] = {"objects": [box("f1", self.draw.randrange(2))][: self.draw.randrange(3)]}
        return dict(reversed(one.items())) if self.odd() else one

    def label_id(self) -> str:
        return f"{self.name}-{self.draw.randrange(self.labels)}"

    def label(self) -> dict[str, Any]:
        names = ("car", "bus")[: self.draw.randrange(3)]
        one = v2_label(self.label_id(), *names, updated=self.draw.choice(TIMES[:4]))
        one["performance_details"] = {"seconds_to_create": self.draw.randrange(3), "consensus_score": 1}
        if self.odd():
            one["own"] = {"kind": self.draw.randrange(2)}
        return {key: value for key, value in one.items() if not self.odd()}

    def line(self) -> dict[str, Any]:
        draw = self.draw
        projects = {
            name: {
                "labels": [self.label() for _ in range(draw.randrange(3))],
                "project_details": {"workflow_status": draw.choice(["DONE", "IN_REVIEW"])},
            }
            for name in (("p", "q") if self.odd() and not self.has_runs else ("p",))
        }
        blocks = {
            "attachments": [{"type": "TEXT", "value": f"https://example.com/a?{draw.randrange(2)}"}][
                : draw.randrange(3)
            ],
            "metadata_fields": [{"name": "city", "value": draw.randrange(2)}],
            "media_attributes": {"width": draw.randrange(2)},
        }
        if self.has_runs:
            run = {"predictions": [self.label() for _ in range(draw.randrange(3))]}
            blocks["experiments"] = {"e": {"runs": {"r": run}}}
        told = {
            name: {key: value for key, value in project.items() if not self.odd()} for name, project in projects.items()
        }
        data_row_id = f"{self.name}-d{draw.randrange(2) if self.odd() else 0}"
        return v2_line(told, data_row_id, **{name: block for name, block in blocks.items() if not self.odd()})


def drawn(seed: int, worlds: Sequence[World]) -> Drawn:
    """Three loads of as many files, each with records of all worlds."""
    kinds = Random(seed)
    return [
        [[one for world in worlds for one in world.records(kind)] for kind in kinds.choices(("v1", "v2"), k=FILES)]
        for _ in range(3)
    ]


def load_all(lake: Lake, folder: Path, seed: int, names: Sequence[str]) -> None:
    """Load the files of some worlds into an empty lake, and compare with a store after each load."""
    folder.mkdir()
    both = Both(folder, lake)
    both.has_new_tokens = seed % 2 == 0
    told = drawn(seed, [World(name, ("", "a", "b") if both.has_new_tokens else ("",)) for name in names])
    for number, files in enumerate(told):
        both.load(*(both.write(*records) for records in files), force=number == len(told) - 1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(amount(100, 1)))
def test_drawn_files(lake: Lake, tmp_path: Path, seed: int) -> None:
    names = [f"{seed}.{number}" for number in range(amount(100, 40))]
    try:
        load_all(lake, tmp_path / "all", seed, names)
    except AssertionError:
        for name in names:  # say which one it is
            load_all(lake, tmp_path / name, seed, [name])
        raise
