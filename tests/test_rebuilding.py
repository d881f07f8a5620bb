"""Records rebuilt together, alone and in parts: the text is that of `record_json`, whoever joins the pieces."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from duckdb import connect

from labelstore.engines import duckdb_places, duckdb_texts, open_database, pieces, sqlite
from labelstore.engines.database import Database
from labelstore.engines.duckdb_lookup import Columns, Lookup, Rows
from labelstore.engines.duckdb_places import LabelPlaces, Place
from labelstore.json.equality import same
from labelstore.loading import load
from labelstore.samples import ASSET_TYPES, v1_labels, v2_data_rows
from labelstore.schema.generations import record_id
from labelstore.schema.tables import NODE_BITS, node_range
from labelstore.verifying import verify
from tests.making import ENGINES

pytestmark = pytest.mark.both_engines


@pytest.fixture
def store(tmp_path: Path, engine: str) -> Path:
    """Records of both generations and all asset types, with gaps between their numbers."""
    path = tmp_path / f"labels.{'db' if engine == 'sqlite' else 'duckdb'}"
    files = []
    for name, records in (("v1", v1_labels), ("v2", v2_data_rows)):
        made = [json.dumps(record).encode() for kind in ASSET_TYPES[name] for record in records(kind, 1)]
        files.append(tmp_path / f"{name}.ndjson")
        files[-1].write_bytes(b"\n".join([*made[:4], b"{", *made[4:], b""]))
    load(path, files)
    return path


def by_the_view(database: Database, view: str, key: str) -> dict[Any, bytes]:
    return {name: text.encode() for name, text in database.query(f"select {key}, json from {view} order by 1").rows}


def check(found: dict[Any, bytes], expected: dict[Any, bytes]) -> None:
    """The same records in the same order; single ones of a DuckDB store are rebuilt by SQLite, in its spelling."""
    assert list(found) == list(expected)
    assert [key for key, text in expected.items() if not same(text, found[key])] == []


@pytest.mark.sampled(8)
@ENGINES
@pytest.mark.parametrize(("many", "few"), [(1 << 30, 50), (1 << 30, 1), (150, 3)])
def test_every_way_to_rebuild_gives_the_text_of_the_views(
    store: Path, engine: str, many: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sqlite, duckdb_texts):
        monkeypatch.setattr(module, "MANY", many)
    monkeypatch.setattr(duckdb_texts, "_FEW", few)
    monkeypatch.setattr(duckdb_texts, "_LOOKED_UP_TOGETHER", 2)
    monkeypatch.setattr(duckdb_texts, "_SORTED_TOGETHER", 150)
    with open_database(store, read_only=True) as database:
        records = by_the_view(database, "record_json", "record_id")
        check(dict(database.rebuilt(list(records))), records)
        some = list(records)[::2]
        check(dict(database.rebuilt(some)), {record_id: records[record_id] for record_id in some})
        for generation in ("v1", "v2"):
            sql = "select record_id from records where generation = ? order by 1"
            wanted = [record_id for (record_id,) in database.query(sql, (generation,)).rows]
            found = dict(zip(wanted, database.rebuilt_all(generation, 0, 1 << 60), strict=True))
            check(found, {record_id: records[record_id] for record_id in wanted})
        labels = by_the_view(database, "label_json", "label_id")
        texts = database.labels_json(list(labels))
        check({label_id: text.encode() for label_id, text in texts.items()}, labels)


@pytest.mark.parametrize("engine", ["duckdb"])
@pytest.mark.parametrize("scattered", [0, 1000])
def test_large_records_are_known_however_far_apart(
    store: Path, engine: str, scattered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_texts, "MANY", 60)
    monkeypatch.setattr(duckdb_texts, "_SCATTERED", scattered)
    with open_database(store, read_only=True) as database:
        sizes = database.query("select record_id, node_id, end_id from records order by 1").rows
        records = {record_id: nodes for record_id, *nodes in sizes}
        large = {record_id for record_id, (first, last) in records.items() if last - first >= 60}
        some = list(records)[::2]
        found = duckdb_texts.DuckdbTexts(database)._large(some)  # type: ignore[arg-type]
        assert found == {record_id: tuple(records[record_id]) for record_id in some if record_id in large}
        assert 0 < len(found) < len(large)


@ENGINES
def test_a_text_in_parts_is_the_whole_one(store: Path, engine: str) -> None:
    with open_database(store, read_only=True) as database:
        sql = "select node_id, end_id, json from records join record_json using (record_id) order by end_id - node_id"
        first, last, json = list(database.query(sql).rows)[-1]
        assert last - first > 60
        found = list(database.parts_of_text(first, last))
        assert b"".join(found) == json.encode()


def test_marks_are_removed_where_parts_meet() -> None:
    text = b',{\1,"a":[\1,1,2],"b":{\1},"c":[\1,{\1}]}'
    whole = pieces.unmarked(text)
    assert whole == b'{"a":[1,2],"b":{},"c":[{}]}'
    for size in range(1, len(text) + 1):
        parts = [text[start : start + size] for start in range(0, len(text), size)]
        assert b"".join(pieces.unmarked_parts(parts)) == whole
    assert list(pieces.unmarked_parts([])) == []


def test_records_are_read_together_where_nothing_stands_between() -> None:
    def spans() -> Iterator[pieces.Span]:
        for number, size in ((0, 10), (1, 20), (3, 5), (4, 10_000), (5, 1), (6, 99_000)):
            first = (number << 4) << 24
            yield pieces.Span(number << 4, first, first + size)

    found = [[span.record_id >> 4 for span in run] for run in pieces.runs(spans())]
    assert found == [[0, 1], [3], [4], [5], [6]]
    assert list(pieces.runs([])) == []


def test_a_record_of_which_something_is_lost_spoils_no_other(tmp_path: Path) -> None:
    store, file = tmp_path / "labels.db", tmp_path / "v1.ndjson"
    file.write_bytes(b"\n".join(json.dumps(record).encode() for record in v1_labels("image", 5)))
    load(store, [file])
    with open_database(store) as database:
        (end,) = next(database.query("select end_id from labels order by node_id limit 1 offset 2").rows)
        database.execute("update labels set end_id = node_id + 1 where end_id = ?", (end,))
        database.execute("update labels set label_form = 'skip' where end_id = node_id + 1", ())
    report = verify(store, [file], jobs=1)
    assert (report.equal, report.different) == (4, 1)


def test_a_label_alone_is_found_by_a_scan_and_later_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_places, "_SCANS", 2)
    nodes = [node_range(record)[0] for record in range(9)]
    connection = connect()
    connection.execute("create table labels (label_id text, node_id bigint, end_id bigint)")
    connection.executemany(
        "insert into labels values (?, ?, ?)", [[f"l{i}", node, node + 5] for i, node in enumerate(nodes)]
    )
    connection.execute(f"create table masks as select {nodes[3] + 2} as object_id union all select {nodes[3] + 3}")
    connection.execute(f"create table reviews as select unnest([{nodes[3] + 4}, {nodes[8] + 1}]) as node_id")
    places = LabelPlaces(connection, ["masks", "reviews"])
    assert [places.find(name) for name in ("l3", "l'9", "l4")] == [
        Place(nodes[3], nodes[3] + 5),
        None,
        Place(nodes[4], nodes[4] + 5, frozenset({"masks", "reviews"})),
    ]
    for table in ("labels", "masks", "reviews"):
        connection.execute(f"drop table {table}")
    assert [places.find(name) for name in ("l8", "l3", "l'9", "")] == [
        Place(nodes[8], nodes[8] + 5, frozenset({"masks"})),
        Place(nodes[3], nodes[3] + 5),
        None,
        None,
    ]


def test_scattered_records_of_a_duckdb_store_are_looked_up_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, file = tmp_path / "labels.duckdb", tmp_path / "v1.ndjson"
    file.write_bytes(b"\n".join(json.dumps(record).encode() for record in v1_labels("image", 200)))
    load(store, [file])
    ways: list[tuple[str, int]] = []
    joined, texts = duckdb_texts.DuckdbTexts._joined, Lookup.texts

    def joining(self: duckdb_texts.DuckdbTexts, group: list[int]) -> Iterator[tuple[int, bytes]]:
        ways.append(("joined", len(group)))
        return joined(self, group)

    def looking_up(self: Lookup, places: list[Place]) -> dict[Place, bytes]:
        ways.append(("looked up", len(places)))
        return texts(self, places)

    monkeypatch.setattr(duckdb_texts.DuckdbTexts, "_joined", joining)
    monkeypatch.setattr(Lookup, "texts", looking_up)
    with open_database(store, read_only=True) as database:
        records = by_the_view(database, "record_json", "record_id")
        ids = list(records)
        some = [*ids[:60:10], *ids[70:130], *ids[140::10]]
        check(dict(database.rebuilt(some)), {record_id: records[record_id] for record_id in some})
    assert ways == [("looked up", 6), ("joined", 60), ("looked up", 6)]


@pytest.mark.parametrize("engine", ["duckdb"])
def test_labels_asked_one_by_one_are_those_of_the_view(
    store: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_places, "_SCANS", 5)
    with open_database(store, read_only=True) as database:
        labels = by_the_view(database, "label_json", "label_id")
        check({name: database.label_json(name)[0].encode() for name in labels}, labels)
        assert len(labels) > 5
        assert database.label_json("none") == []
        assert "label_places" not in {relation.name for relation in database.relations()}


def test_a_lookup_asks_for_what_the_pieces_of_a_generation_read() -> None:
    asked: list[tuple[set[int], Columns]] = []

    def rows_of(record_ids: set[int], wanted: Columns) -> Rows:
        asked.append((record_ids, wanted))
        return ()

    v1, v2 = (node_range(record_id(7, record)) for record in ("v1", "v2"))
    assert Lookup(rows_of).texts([Place(*v1), Place(*v2, frozenset({"masks"}))]) == {}
    (_, of_v1), (_, of_v2) = asked
    assert [record_ids for record_ids, _ in asked] == [{v1[0] >> NODE_BITS}, {v2[0] >> NODE_BITS}]
    assert "segments" in of_v2
    assert "masks" in of_v1
    assert "masks" not in of_v2
    assert "segments" not in of_v1
    assert "view_label" in of_v1["labels"]
    assert "view_label" not in of_v2["labels"]
    assert not {"content_hash", "url_hash"}.intersection(of_v1["records"], of_v2["records"])


def test_who_reads_all_of_a_store_counts_no_memory(tmp_path: Path) -> None:
    """In a process of its own: SQLite is told before anything is open."""
    store, file = tmp_path / "labels.db", tmp_path / "v1.ndjson"
    file.write_bytes(b"\n".join(json.dumps(record).encode() for record in v1_labels("image", 3)))
    load(store, [file])
    code = (
        "import apsw, sys; from labelstore.engines import open_database\n"
        "with open_database(sys.argv[1], read_only=True, alone=True) as database, database.beside() as other:\n"
        "    ids = [row[0] for row in database.query('select record_id from records').rows]\n"
        "    assert len(dict(other.rebuilt(ids))) == 3\n"
        "    print(apsw.memory_used())\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, store], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("0\n", "")
