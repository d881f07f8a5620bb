"""A store of an older schema version, rebuilt from its own views into a new file that takes its place."""

import os
import re
import shutil
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from labelstore.engines import engine_of
from labelstore.engines.database import WAY_OUT, Database
from labelstore.engines.holders import writer_of
from labelstore.errors import InUseError, StoreError
from labelstore.formats.decoding import Decoded, RecordDecoder, bounded_depth
from labelstore.formats.naming import content_digest, is_unnamed, unnamed
from labelstore.formats.shredding import hashes, shred
from labelstore.formats.v1.record import Element
from labelstore.formats.v1.shred import label_id_of
from labelstore.json.error_location import located
from labelstore.loading import Progress, Reading
from labelstore.loading.building import building, remove_leftovers
from labelstore.loading.locking import Notify, Patience, locked
from labelstore.schema.dialects import DUCKDB, SCHEMA_VERSION, SQLITE, has_columns
from labelstore.schema.tables import BOOKKEEPING, NODE_BITS, Row, Rows, columns

T = TypeVar("T")

_OPEN = "is open in another program"
_FOR_READERS = 5.0
"""Seconds to wait for other programs that have the store open, where nobody says how long."""
_MEMORY_LIMIT = "500MB"
_BATCH_RECORDS = {"sqlite": 200, "duckdb": 1000}
_REBUILT = {
    "sqlite": "select record_id, json from record_json where record_id >= :first and record_id <= :last",
    # what record_json says, with the filter where it sinks: that view is grouped
    "duckdb": f"""
        select
            node_id >> {NODE_BITS},
            substr(replace(replace(string_agg(piece, '' order by pos * 4 + rank), chr(1) || ',', ''), chr(1), ''), 2)
        from (select * from v1_pieces union all select * from v2_pieces)
        where node_id >= cast($first as bigint) << {NODE_BITS} and node_id < cast($last + 1 as bigint) << {NODE_BITS}
        group by 1
    """,
}

_OWN_ID = re.compile(r"^unnamed-|/unnamed(?:#\d+)?$")
"""Ids of ours in older stores: of labels without one, in v2 behind the project or model run and the data row."""
_CAME_BACK = """
    update versions set removed = false
    where removed and label_id like '%unnamed-%' and exists (
        select 1 from labels as l join records as r on r.record_id = l.record_id
        where l.label_id = versions.label_id and r.load_id = versions.replaced_by)
"""


@dataclass(frozen=True)
class Upgrade:
    """What was done, if anything was. `kept` is where the old file is now.

    `repeated`: records without an id that were stored again under another one of ours, and are one now. `rejected`:
    records that an older labelstore took and that cannot be stored, now in `rejects`.
    """

    store: str
    engine: str
    from_version: int
    to_version: int
    records: int = 0
    repeated: int = 0
    rejected: int = 0
    kept: str | None = None
    seconds: float = 0.0

    @property
    def is_done(self) -> bool:
        """Whether the store was rebuilt; else it was up to date."""
        return self.seconds > 0

    def as_json(self) -> dict[str, Any]:
        """What `labelstore upgrade --json` prints."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}


def upgrade(
    store: str | Path,
    *,
    keep: bool = False,
    wait: float | None = None,
    notify: Notify | None = None,
    progress: Progress | None = None,
) -> Upgrade:
    """Bring the store at `store` to the schema version of this labelstore, all or nothing.

    Every record is rebuilt as JSON by the store's own views and stored anew, under its number and with its load,
    position and label ids; loads and rejects are copied. A label without an id gets the one that its content gives it,
    and so do its versions. `keep` keeps the old file under another name. `wait` and
    `notify` as in `labelstore.loading.load`. Raises `StoreError` for a store that is newer, in use or no store.
    """
    path, started = Path(store), time.perf_counter()
    engine = engine_of(path)
    if not path.exists() or not path.stat().st_size:
        raise StoreError(str(path), "does not exist", "make it with: labelstore load STORE FILE")
    with locked(path, "upgrade", wait=wait, notify=notify) as patience, _opened(path, engine, patience) as old:
        remove_leftovers(path)
        if old.is_current():
            return Upgrade(str(store), engine, old.version, old.version)
        patience.attempt(old.keep_writers_out, engine, _FOR_READERS)
        kept = _name_to_keep(path, old.version) if keep else None
        try:
            with building(path) as new, bounded_depth():
                copied = _Copy(old, new)
                copied.run(progress)
                if kept is not None:
                    _keep(path, kept)
        except BaseException:
            if kept is not None:
                kept.unlink(missing_ok=True)
            raise
    seconds = time.perf_counter() - started
    old_file = None if kept is None else str(kept)
    counts = (copied.records, copied.repeated, copied.rejected)
    return Upgrade(str(store), engine, old.version, SCHEMA_VERSION, *counts, old_file, seconds)


class _Record(NamedTuple):
    """One record of the old store; `label_ids` in the order of its text."""

    record_id: int
    load_id: int
    position: int
    byte_offset: int
    generation: str
    identity: str
    content_hash: bytes | None
    url_hash: bytes | None
    url_load_id: int | None
    raw: bytes
    label_ids: list[str]


class _OldStore:
    """A store of an older version, read by what its file says of itself; nothing here knows its columns but these."""

    def __init__(self, path: Path, engine: str, connection: Any) -> None:
        self.path, self.engine, self.connection = path, engine, connection
        self.version = self._version()
        if self.version > SCHEMA_VERSION:
            reason = f"has schema version {self.version}, newer than this labelstore's {SCHEMA_VERSION}"
            raise StoreError(str(path), reason, "upgrade labelstore")

    def _version(self) -> int:
        if self.engine == "sqlite":
            from labelstore.engines.sqlite import APPLICATION_ID

            if self.rows("pragma application_id") == [(APPLICATION_ID,)]:
                return int(self.rows("pragma user_version")[0][0])
        else:
            for (comment,) in self.rows("select comment from duckdb_tables() where table_name = 'loads'"):
                if comment and comment.startswith("labelstore schema "):
                    return int(comment.rsplit(" ", 1)[1])
        raise StoreError(str(self.path), "is a database, but not a labelstore", "give another name")

    def is_current(self) -> bool:
        """Whether nothing is to be done."""
        dialect = SQLITE if self.engine == "sqlite" else DUCKDB
        return self.version == SCHEMA_VERSION and has_columns(self.rows(dialect.columns))

    def keep_writers_out(self) -> None:
        """Let nobody write until this connection closes, and leave no log that the new file could be taken for."""
        if self.engine == "sqlite":
            _unless_locked(self.path, self.connection.execute, "pragma journal_mode = delete")
            _unless_locked(self.path, self.connection.execute, "begin immediate")

    def rows(self, sql: str, **parameters: int | str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.connection.execute(sql, parameters).fetchall()
        return found

    def table(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of a table, nothing for a table that this version has not."""
        if not self.rows(f"select 1 from {self._catalogue()} where name = '{name}'"):
            return
        cursor = self.connection.execute(f"select * from {name}")
        names = [column[0] for column in cursor.description]
        while batch := cursor.fetchmany(100):
            yield from (dict(zip(names, row, strict=True)) for row in batch)

    def _catalogue(self) -> str:
        return "sqlite_master" if self.engine == "sqlite" else "(select table_name as name from duckdb_tables())"

    def batches(self) -> Iterator[list[_Record]]:
        """All records in the order of their numbers."""
        urls = "null, null" if self.version == 1 else "url_hash, url_load_id"
        sql = (
            f"select record_id, load_id, position, byte_offset, generation, identity, content_hash, {urls} from records"
            f" where record_id > {':' if self.engine == 'sqlite' else '$'}last"
            f" order by record_id limit {_BATCH_RECORDS[self.engine]}"
        )
        last = -1
        while found := self.rows(sql, last=last):
            first, last = found[0][0], found[-1][0]
            texts = dict(self.rows(_REBUILT[self.engine], first=first, last=last))
            label_ids: dict[int, list[str]] = {}
            nodes = f"node_id >= {first << NODE_BITS} and node_id < {last + 1 << NODE_BITS}"
            for record_id, label_id in self.rows(
                f"select record_id, label_id from labels where {nodes} order by node_id"
            ):
                label_ids.setdefault(record_id, []).append(label_id)
            yield [_Record._make((*row, texts[row[0]].encode(), label_ids.get(row[0], []))) for row in found]


@contextmanager
def _opened(path: Path, engine: str, patience: Patience) -> Iterator[_OldStore]:
    if engine == "duckdb":
        with patience.attempt(lambda: _connected_duckdb(path), engine) as connection:
            yield _OldStore(path, engine, connection)
        return
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=0.1)
    try:
        yield patience.attempt(lambda: _unless_locked(path, _OldStore, path, engine, connection), engine, _FOR_READERS)
    except sqlite3.DatabaseError as error:
        raise StoreError(str(path), f"cannot be upgraded ({error})", WAY_OUT) from error
    finally:
        connection.close()


def _unless_locked(path: Path, action: Callable[..., T], *arguments: Any) -> T:
    try:
        return action(*arguments)
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        raise InUseError(str(path), writer_of(path), _OPEN, "close it there first") from error


def _connected_duckdb(path: Path) -> Any:
    import duckdb

    config: dict[str, Any] = {"memory_limit": _MEMORY_LIMIT, "autoinstall_known_extensions": "false"}
    try:
        duckdb.connect(str(path.absolute()), config=config).close()  # takes in what a log beside it says
        connection = duckdb.connect(str(path.absolute()), read_only=True, config=config)
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise InUseError(str(path), "another process has it open", _OPEN, "close it there first") from error
        raise StoreError(str(path), f"cannot be opened ({str(error).splitlines()[0][:160]})", WAY_OUT) from error
    return connection


class _Copy:
    """All that the old store holds, on its way into a new one."""

    def __init__(self, old: _OldStore, new: Database) -> None:
        self.old, self.new = old, new
        self.rows = Rows()
        self.decode = RecordDecoder()
        self.records = self.repeated = self.rejected = 0
        self.found_ids: set[str] = set()
        """The ids of labels that the old store had no rows for."""
        self.own_ids: set[str] = set()
        """The ids of labels without one that are stored, and those of their frames."""

    def run(self, progress: Progress | None) -> None:
        old, new = self.old, self.new
        for table in BOOKKEEPING:
            for row in old.table(table):
                if table != "versions" or self.names_version(row):
                    new.insert_rows(table, [tuple(row.get(column) for column in columns()[table])])
        self.own_ids.clear()
        self.names = _names_of_framed(old)
        done, size = 0, old.path.stat().st_size
        total = old.rows("select count(*) from records")[0][0]
        for batch in old.batches():
            for record in batch:
                self.store(record)
            new.insert(self.rows)
            new.batch_done()
            self.rows.clear()
            done += len(batch)
            if progress is not None:
                progress(Reading(str(old.path), size, size * done // total))
        new.derive(0)
        new.derive_features(0)
        new.execute(_CAME_BACK)

    def names_version(self, version: dict[str, Any]) -> bool:
        """Give an earlier version of a label without an id the one of its content; False if it is there already."""
        if _OWN_ID.search(version["label_id"]) is None:
            return True
        label = msgspec.json.decode(zlib.decompress(version["json"]))
        if isinstance(label.get("ID" if version["generation"] == "v1" else "id"), str):
            return True
        place, slash, _ = version["label_id"].rpartition("/")
        version["label_id"] = place + slash + unnamed(content_digest(label))
        return self.is_first(f"{version['label_id']} {version['load_id']} {version['replaced_by']}")

    def is_first(self, own_id: str) -> bool:
        if own_id in self.own_ids:
            return False
        self.own_ids.add(own_id)
        return True

    def store(self, record: _Record) -> None:
        """Add the rows of a record; one that cannot be stored any more goes into `rejects`."""
        try:
            self.shred(record)
        except msgspec.ValidationError as error:  # a number that no double can be
            reason = located(record.raw, error)
            place = (record.load_id, record.position, record.byte_offset)
            self.new.insert_rows("rejects", [(*place, reason, record.raw)])
            self.new.execute("update loads set rejected = rejected + 1 where load_id = ?", (record.load_id,))
            self.rejected += 1
        except (ValueError, RecursionError) as error:
            reason = f"cannot be upgraded: record {record.record_id} ({record.identity}): {error}"
            raise StoreError(str(self.old.path), reason) from error

    def shred(self, record: _Record) -> None:
        """Add the rows of a record, with the hashes that it has.

        Those of version 1 were of the text with the tokens in its URLs: they are kept where there are none.
        """
        rows = self.rows
        content_hash, url_hash = record.content_hash, record.url_hash
        if self.old.version == 1:
            found = hashes(record.raw)
            same = content_hash is None or found.urls is None
            content_hash, url_hash = content_hash if same else found.content, found.urls
        source = (record.load_id, record.position, record.byte_offset, content_hash, url_hash)
        frames_of, _, number = record.identity.rpartition("/") if record.generation == "frames" else ("", "", "")
        if frames_of in self.names:
            frames_of = self.names[frames_of]
            if not self.is_first(f"{frames_of}/{number}"):
                return
        before = len(rows["labels"])
        value = RecordDecoder(True)(record.raw) if frames_of else self.decode(record.raw)
        shred(value, record.raw, record.record_id, rows, source, frames_of)
        at = list(columns()["labels"]).index("label_id")
        label_ids = [row[at] for row in rows["labels"][before:]]
        old_ids = record.label_ids
        if len(label_ids) != len(old_ids):  # labels that stood in extra, beside an odd one, are rows now
            if self.are_new(set(label_ids).difference(old_ids)):
                old_ids = label_ids
            else:  # the store has other versions of them: they stay in extra
                rows.drop_from(record.record_id)
                value = self.decode.fitted(record.raw, whole_lists=True)
                shred(value, record.raw, record.record_id, rows, source)
                label_ids = [row[at] for row in rows["labels"][before:]]
        if record.url_load_id is not None:
            rows["records"][-1] = _with(rows["records"][-1], "records", url_load_id=record.url_load_id)
        names: dict[str, str] = {}
        for label_id, old_id in zip(label_ids, old_ids, strict=True):
            if not _is_own(label_id, value):
                names[label_id] = old_id  # made of more than what the views give back
            elif record.generation == "v1" and not self.is_first(label_id):
                rows.drop_from(record.record_id)
                self.repeated += 1
                return
            elif record.generation == "v2":
                names[label_id] = self.free(label_id)
        if any(old != new for old, new in names.items()):
            _rename(rows, record.record_id, names)
        self.records += 1

    def are_new(self, label_ids: set[str]) -> bool:
        """Whether no label of these ids is stored; from then on they are."""
        sql = f"select 1 from labels where label_id = {':' if self.old.engine == 'sqlite' else '$'}label_id"
        if not label_ids.isdisjoint(self.found_ids) or any(self.old.rows(sql, label_id=name) for name in label_ids):
            return False
        self.found_ids |= label_ids
        return True

    def free(self, label_id: str) -> str:
        """The id, with a number if another record of the store has the very same label."""
        found, repeats = label_id, 1
        while not self.is_first(found):
            repeats += 1
            found = f"{label_id}#{repeats}"
        return found


def _is_own(label_id: str, record: Decoded) -> bool:
    return is_unnamed(label_id) and not (isinstance(record, Element) and record.id is not None)


def _names_of_framed(old: _OldStore) -> dict[str, str]:
    """The ids that labels without one get, by those they have, of labels with frames files."""
    sql = "select distinct label_id from frames where label_id like 'unnamed-%'"
    names: dict[str, str] = {}
    for (label_id,) in old.rows(sql):
        sql = f"select json from label_json where label_id = {':' if old.engine == 'sqlite' else '$'}label_id"
        for (text,) in old.rows(sql, label_id=label_id):
            element = RecordDecoder()(text.encode())
            if isinstance(element, Element) and element.id is None:
                names[label_id] = label_id_of(element)
    return names


def _with(row: Row, table: str, **values: Any) -> Row:
    """A row with other values in some columns."""
    return tuple(values.get(name, value) for name, value in zip(columns()[table], row, strict=True))


def _rename(rows: Rows, record_id: int, label_ids: dict[str, str]) -> None:
    """Give the labels of the last record other ids; a v1 record is known by that of its label."""
    for table, names in columns().items():
        renamed = [at for at, name in enumerate(names) if name in ("label_id", "identity")]
        for number, row in enumerate(rows.by_table.get(table, ())):
            if renamed and row[0] >> NODE_BITS == record_id:
                values = [label_ids.get(value, value) if at in renamed else value for at, value in enumerate(row)]
                rows[table][number] = tuple(values)


def _name_to_keep(path: Path, version: int) -> Path:
    kept = path.with_name(f"{path.stem}.version-{version}{path.suffix}")
    if kept.exists() and not kept.samefile(path):
        raise StoreError(str(kept), "is there already, where the old store was to be kept", "move it away")
    kept.unlink(missing_ok=True)
    return kept


def _keep(path: Path, kept: Path) -> None:
    try:
        os.link(path.resolve(), kept)  # of a link, what it leads to
    except OSError:  # a file system without links
        shutil.copy2(path, kept)
