"""The part of a resolution that takes a closer look: those records are loaded into a store of SQLite.

They are what SQL cannot tell by sets: v2 lines that lack blocks, labels that move between records, records in other
bytes. What becomes of them is by the same code what becomes of them in a store.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from labelstore.engines import open_database
from labelstore.engines.arrow_columns import table_of
from labelstore.engines.database import MARKS, Database
from labelstore.files import Record
from labelstore.formats.decoding import RecordDecoder, bounded_depth, tolerant
from labelstore.formats.shredding import Hashes
from labelstore.lake.resolving.sets import Sets
from labelstore.loading.batch import Origin
from labelstore.loading.incoming import Incoming
from labelstore.loading.load_state import LoadState
from labelstore.loading.reject_policy import StoredRejects, decoded
from labelstore.loading.report import FileReport, Options, Report
from labelstore.loading.settling import settle_restored
from labelstore.loading.staging import with_flags
from labelstore.schema.generations import CODE_BITS
from labelstore.schema.tables import NODE_BITS, Row, columns, content_tables, no_cycle_search, node_column

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 20_000
_NEW = f"""
    select record_id, load_id, position, byte_offset, content_hash, url_hash, generation, identity
    from records
    where record_id in ({MARKS})
"""


class _New(NamedTuple):
    """A row of `records`."""

    record_id: int
    load_id: int
    position: int
    byte_offset: int
    content_hash: bytes
    url_hash: bytes | None
    generation: str
    identity: str


class Closely:
    """A scratch store with the doubtful records, loaded one after another; it goes at the end."""

    def __init__(
        self,
        database: Database,
        sets: Sets,
        first_record: int,
        first_load: int,
        files: Mapping[int, FileReport],
        *,
        force: bool,
    ) -> None:
        self._database, self._first_record, self._first_load = database, first_record, first_load
        self.reports: dict[int, FileReport] = {
            load_id: FileReport(file.name, load_id, file.sha256, file.started_at) for load_id, file in files.items()
        }
        """By load id, what came of the doubtful records of a file."""
        self._stored, self._new = sets.doubtful_stored, sets.doubtful
        self._dropped = sets.dropped([*self._stored, *self._new])
        self._exit = ExitStack()
        self._scratch: Database | None = None
        if self._new:
            try:
                self._scratch = self._loaded(sets, Options(force=force))
            except BaseException:
                self._exit.close()
                raise

    def _loaded(self, sets: Sets, options: Options) -> Database:
        folder = self._exit.enter_context(tempfile.TemporaryDirectory(prefix="labelstore-"))
        scratch = self._exit.enter_context(open_database(Path(folder) / "scratch.db", create=True))
        scratch.build_fast()
        scratch.begin()
        for table in content_tables():
            _insert(scratch, table, sets.stored_rows(table))
        stored_loads = "select * from loads where load_id < ?"
        _insert(scratch, "loads", self._database.query(stored_loads, (self._first_load,)).rows)
        scratch.finish()
        _watch(scratch)
        self._load(scratch, options, is_new=sets.is_first_load)
        return scratch

    def _load(self, scratch: Database, options: Options, *, is_new: bool) -> None:
        """Store the new records, and settle what became of them."""
        report = Report("", "sqlite", files=list(self.reports.values()))
        state = LoadState(scratch, report, options)
        state.is_new, state.own_replaced.first_load = is_new, self._first_load
        state.first_load, state.first_record = self._first_load, self._first_record
        state.record(report.files)
        incoming = Incoming(state)
        origins = _Origins(scratch, self.reports, options)
        decoders = {among_frames: tolerant(RecordDecoder(among_frames)) for among_frames in (False, True)}
        with bounded_depth(), no_cycle_search():
            for new, raw in self._texts():
                record = Record(new.position, new.byte_offset, raw, None)
                item = decoded(record, decoders[new.generation == "frames"])
                incoming.write(item, origins.of(new), Hashes(new.content_hash, new.url_hash))
            incoming.flush()
        settle_restored(scratch, report, state.own_replaced)
        state.removal.close_gaps()
        scratch.finish_deletions()

    def _texts(self) -> Iterator[tuple[_New, bytes]]:
        """The new records in their order, each with its text."""
        for start in range(0, len(self._new), self._database.batch_records):
            ids = self._new[start : start + self._database.batch_records]
            rows = sorted(map(_New._make, self._database.select_in(_NEW, ids)))
            for row, (record_id, raw) in zip(rows, self._database.rebuilt(ids), strict=True):
                assert row.record_id == record_id
                yield row, raw

    @cached_property
    def _left(self) -> set[int]:
        """The ids of the doubtful records that are left."""
        assert self._scratch is not None
        ids = {row[0] for row in self._scratch.query("select record_id from records").rows}
        return ids - self._dropped

    @cached_property
    def _changed(self) -> set[int]:
        """Those of them of which a row is another than before."""
        assert self._scratch is not None
        completed = "select record_id from records where record_id >= ? and content_hash is null"
        sql = f"select record_id from changed union {completed}"
        return {row[0] for row in self._scratch.query(sql, (self._first_record,)).rows} & self._left

    @cached_property
    def removed(self) -> set[int]:
        """The ids of the records of which the rows go."""
        if self._scratch is None:
            return set()
        return {*self._stored, *self._new}.difference(self._left) | self._changed

    def rewritten(self) -> "dict[str, pa.Table]":
        """Table → the rows of the changed records, in the order of their nodes."""
        if self._scratch is None or not self._changed:
            return {}
        self._scratch.execute("create temp table rewritten (record_id integer primary key)")
        for record_id in self._changed:
            self._scratch.execute("insert into rewritten values (?)", (record_id,))
        return {table: rows for table in content_tables() if (rows := _arrow(self._scratch, table)) is not None}

    def rejects(self) -> Iterator[Row]:
        """Rows of `rejects`."""
        if self._scratch is not None:
            yield from self._scratch.query("select * from rejects order by load_id, position").rows

    def __enter__(self) -> "Closely":
        return self

    def __exit__(self, *_: Any) -> None:
        self._exit.close()


class _Origins:
    """The origins of records: one for each file and range of numbers in it, and each label that frames are of."""

    def __init__(self, database: Database, reports: Mapping[int, FileReport], options: Options) -> None:
        self._reports = reports
        self._rejects = {load_id: StoredRejects(database, file, options) for load_id, file in reports.items()}
        self._found: dict[tuple[int, int, str], Origin] = {}

    def of(self, new: _New) -> Origin:
        """The origin of a record, by which it gets the id that it has."""
        frames_of = new.identity.rpartition("/")[0] if new.generation == "frames" else ""
        first_number = (new.record_id >> CODE_BITS) - new.position
        key = (new.load_id, first_number, frames_of)
        origin = self._found.get(key)
        if origin is None:
            report = self._reports[new.load_id]
            origin = self._found[key] = Origin(report, self._rejects[new.load_id], first_number, frames_of)
        return origin


def _insert(scratch: Database, table: str, rows: Iterator[Row]) -> None:
    while some := list(islice(rows, _ROWS)):
        scratch.insert_rows(table, some)


def _watch(scratch: Database) -> None:
    """Note the records of which rows are removed or changed from here on."""
    scratch.execute("create temp table changed (record_id integer primary key)")
    for table in content_tables():
        for event in ("delete", "update"):
            scratch.execute(
                f"create temp trigger {table}_{event} after {event} on main.{table}"
                f" begin insert or ignore into changed values (old.{node_column(table)} >> {NODE_BITS}); end"
            )


def _arrow(scratch: Database, table: str) -> "pa.Table | None":
    """The rows of a table of the records in `rewritten`, in the types of the schema; None without any."""
    import pyarrow as pa

    kinds = columns()[table]
    flags = [place for place, kind in enumerate(kinds.values()) if kind == "boolean"]
    node, names = node_column(table), ", ".join(f't."{name}"' for name in kinds)
    sql = f"select {names} from {table} as t where t.{node} >> {NODE_BITS} in (select record_id from rewritten)"
    rows = scratch.query(f"{sql} order by t.{node}").rows
    parts = []
    while some := [with_flags(row, flags) for row in islice(rows, _ROWS)]:
        parts.append(table_of(dict(zip(kinds, zip(*some, strict=True), strict=True)), kinds))
    return pa.concat_tables(parts) if parts else None
