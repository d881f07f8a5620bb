"""What a load, a rebuild and a query ask of an engine."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from labelstore.engines.limits import Limits
from labelstore.engines.result import Result
from labelstore.errors import StoreError
from labelstore.schema.dialects import Dialect
from labelstore.schema.tables import NodeRange, Part, Row, Rows

if TYPE_CHECKING:
    import pyarrow as pa

    from labelstore.core.shredding import Stretch
    from labelstore.engines.counters import Counters
    from labelstore.engines.pieces import Joined

WAY_OUT = "take a copy of it, or load the exports into a new file"
"""What to do about a file that is damaged."""

T = TypeVar("T")

Parameters = Sequence[Any] | Mapping[str, Any]


class Stored(NamedTuple):
    """A record that the store holds already."""

    record_id: int
    load_id: int
    position: int
    byte_offset: int
    content_hash: bytes | None
    url_hash: bytes | None
    url_load_id: int | None


class StoredLabel(NamedTuple):
    """A label that the store holds already, and where its record came from."""

    label_id: str
    record_id: int
    generation: str
    node_id: int
    end_id: int
    data_row_id: str | None
    project_id: str | None
    model_run_id: str | None
    is_prediction: bool | None
    updated_at: str | None
    load_id: int
    position: int


class Relation(NamedTuple):
    """A table or view of a store, with the types of its columns in lower case."""

    name: str
    is_view: bool
    columns: dict[str, str]


_STORED = ", ".join(Stored._fields)
_STORED_LABEL = ", ".join(f"l.{name}" for name in StoredLabel._fields[:-2]) + ", r.load_id, r.position"
"""The columns, of `labels as l join records as r`."""


def relations(columns: Iterable[tuple[Any, ...]]) -> list[Relation]:
    """Tables and views by rows of (name, is a view, column, type), one table after another."""
    found: dict[str, Relation] = {}
    for name, is_view, column, type_ in columns:
        found.setdefault(name, Relation(name, bool(is_view), {})).columns[column] = type_
    return list(found.values())


NOTES = {"unchanged_records": "bigint", "labels_not_stored": "text", "projects_not_stored": "text"}
"""What a load remembers of records that are not stored: the ids of stored ones that came again unchanged; the ids of
labels and projects that stale ones told about."""


CONTENTS = """
select coalesce(max(record_id), -1) || ' ' || count(*) || ' ' || (select count(*) from labels) || ' '
    || (
        select coalesce(sum(added), 0) || ' ' || coalesce(sum(changed), 0) || ' ' || coalesce(sum(pruned), 0) from loads
    )
from records
"""
"""What a store holds, as a text that differs after every load that changed the store, and only then."""

MARKS = "<marks>"
"""Stands in a statement for the question marks of as many parameters as there are values."""
TOGETHER = 512
"""How many of them a statement has at most: SQLite allows 32,766."""


def together(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """At most `TOGETHER` values at a time."""
    for start in range(0, len(values), TOGETHER):
        yield values[start : start + TOGETHER]


def is_new_file(path: Path, *, create: bool) -> bool:
    """Whether a store of this name is not there, or an empty file. Raises `StoreError` for that unless `create`."""
    is_new = not (path.exists() and path.stat().st_size)
    if is_new and not create:
        raise StoreError(str(path), "does not exist", "make it with: labelstore load STORE FILE")
    return is_new


class Database(ABC):
    """An open store file of one engine. A write happens between `begin` and `commit` or `rollback`."""

    dialect: ClassVar[Dialect]
    errors: ClassVar[tuple[type[Exception], ...]]
    """What the engine raises."""
    batch_records: ClassVar[int]
    """So many records are best written together, or so many bytes of them."""
    batch_bytes: ClassVar[int]
    sought_records: ClassVar[int]
    """So many records are best looked for together, or so many bytes of them."""
    sought_bytes: ClassVar[int]
    is_columnar: ClassVar[bool]
    """Whether rows are written by the thousand, and single ones take their time."""
    has_full_text: ClassVar[bool]
    """Whether a store can have a full-text index."""
    derived_views: ClassVar[frozenset[str]] = frozenset()
    """The derived tables that are views, and so always up to date."""

    def __init__(self, path: Path, *, is_new: bool) -> None:
        self.path = path
        self.is_new: bool = is_new
        """Whether the file was not there, or empty."""
        self.is_closed: bool = False
        self.limits: Limits | None = None
        """Of what `asked` may take; set them before the first question."""
        self._deleted: set[int] = set()
        """Records whose removal is put off until `finish_deletions`."""

    @cached_property
    def counters(self) -> "Counters":
        """What keeps the counters true while rows come and go."""
        from labelstore.engines.counters import Counters  # here, as most commands only read

        return Counters(self)

    @property
    def name(self) -> str:
        """How people name it, in messages."""
        return str(self.path)

    @property
    def way_to_ids(self) -> str:
        """Where to look for an id that it does not hold."""
        return f"find ids with: labelstore search {self.path} WORDS"

    @property
    def engine(self) -> str:
        """The name of the engine."""
        return self.dialect.name

    @property
    def takes_stretches(self) -> bool:
        """Whether it takes rows as the compiled core makes them."""
        return False

    @abstractmethod
    def beside(self) -> "Database":
        """The same store for another thread, of one that is open for reading; it is closed before this one."""

    @abstractmethod
    def query(self, sql: str, parameters: Parameters = ()) -> Result: ...

    @abstractmethod
    def asked(self, sql: str, parameters: Parameters = ()) -> Result:
        """The result of SQL of a user, which can only read the store; without a statement there are no columns.

        Only on a store opened for reading. Raises `RefusedError`, or an error of the engine.
        """

    @abstractmethod
    def interrupt(self) -> None:
        """Stop what `asked` is computing, from another thread."""

    @abstractmethod
    def execute(self, sql: str, parameters: Parameters = ()) -> None: ...

    @abstractmethod
    def build_fast(self) -> None:
        """For a file that nobody sees before it is complete: no journal, no waiting for the disk."""

    @abstractmethod
    def finish(self) -> None:
        """Complete a new store: indexes, statistics."""

    @abstractmethod
    def share(self) -> None:
        """Let readers go on while this connection writes."""

    @abstractmethod
    def begin(self) -> None: ...

    @abstractmethod
    def commit(self) -> None: ...

    @abstractmethod
    def rollback(self) -> None: ...

    def insert(self, rows: Rows, look: Callable[[Part], None] = lambda _: None) -> None:
        """Write the rows of a batch, and count them; those that are written are gone.

        `look` is called with each part of them that was put away, for that is not there before.
        """
        put_away = self._inserted_after(look, rows)
        self.counters.add(rows, put_away)
        for _ in put_away:
            pass  # of labels that do not count
        self._insert_part(rows.by_table)

    def _inserted_after(self, look: Callable[[Part], None], rows: Rows) -> Iterator[Part]:
        """The parts that were put away; each is written when the next is asked for."""
        for part in rows.take_put_away():
            look(part)
            yield part
            self._insert_part(part)

    def _insert_part(self, part: Part) -> None:
        for table, rows in part.items():
            if rows:
                self.insert_rows(table, rows)
                rows.clear()

    def insert_stretch(self, stretch: "Stretch") -> None:
        """Write rows that the compiled core made, if the engine takes these."""
        raise NotImplementedError

    @abstractmethod
    def insert_rows(self, table: str, rows: Sequence[Row]) -> None:
        """Write rows of one table."""

    def insert_all(self, table: str, batches: Iterable[Sequence[Row]]) -> None:
        """Write all rows of one table, with numbers for booleans where another engine has these."""
        for rows in batches:
            self.insert_rows(table, rows)

    def insert_arrow(self, table: str, batches: "Iterable[pa.RecordBatch]") -> None:
        """Write all rows of one table, given as Arrow with the columns of the schema in their order."""
        for batch in batches:
            self.insert_rows(table, list(zip(*(column.to_pylist() for column in batch.columns), strict=True)))

    @abstractmethod
    def select_in(self, sql: str, values: Sequence[Any], *before: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of `sql`, which has `MARKS` in place of the values; `before` are parameters that stand before it."""

    @abstractmethod
    def select_within(self, sql: str, node: str, ranges: Sequence[NodeRange]) -> Iterator[tuple[Any, ...]]:
        """The rows of `sql`, a select from one table or a join, whose `node` is in one of these ranges, in that order.

        A range lies within one record.
        """

    @abstractmethod
    def relations(self) -> list[Relation]:
        """The tables and views, without what an engine keeps for itself."""

    @abstractmethod
    def functions(self) -> list[str]:
        """The names of the functions that SQL can call."""

    def where_parsing_stops(self, sql: str) -> int | None:
        """The place in SQL at which the engine finds a mistake, where only asking it tells."""
        return None

    @abstractmethod
    def note(self, what: str, ids: Sequence[Any]) -> None:
        """Add to the ids of a temporary table of `NOTES`, which is made if it is not there."""

    @abstractmethod
    def update_rows(self, table: str, keys: Sequence[str], changed: Sequence[str], rows: Sequence[Row]) -> None:
        """Change columns of the rows with these keys; `rows` have the values of the keys, then of the columns."""

    @abstractmethod
    def delete_records(self, record_ids: Sequence[int]) -> None:
        """Remove records with all their rows, at the latest by the end of the load."""

    @abstractmethod
    def delete_nodes(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Remove the rows of parts of records: those between the first and the last node of each."""

    def finish_deletions(self) -> None:  # noqa: B027
        """Remove now what `delete_records` only noted."""

    @abstractmethod
    def rebuilt(self, record_ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """(record_id, JSON) of records, from the views."""

    @abstractmethod
    def joined(self, record_ids: Sequence[int]) -> "Iterator[Joined]":
        """The same records, many at a time and as the views give them: cheaper than one by one."""

    @abstractmethod
    def parts_of_text(self, first: int, last: int) -> Iterator[bytes]:
        """The JSON of a record or label, by its first and last node: in parts, however large it is."""

    @abstractmethod
    def rebuilt_all(self, generation: str, first: int, last: int) -> Iterator[bytes]:
        """JSON of the records of a generation with ids from `first` to `last`, from the views, in that order."""

    @abstractmethod
    def labels_json(self, label_ids: Sequence[str]) -> dict[str, str]:
        """The JSON of labels by their ids, from the views, in the order asked for; of those that the store holds."""

    @abstractmethod
    def close(self) -> None: ...

    # -- shared -------------------------------------------------------------------------------------------------------

    def first_row(self, relation: Relation) -> tuple[Any, ...] | None:
        """The first row of a table or view, or one of the first; None where it is empty."""
        return next(self.query(f'select * from "{relation.name}" limit 1').rows, None)

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, None without one."""
        row = next(self.query(sql, parameters).rows, None)
        return row[0] if row is not None else None

    def delete_in(self, table: str, column: str, values: Sequence[Any]) -> None:
        """Remove the rows with one of these values in a column."""
        for _ in self.select_in(f"delete from {table} where {column} in ({MARKS})", values):
            pass

    def records_about(self, generation: str, identities: Sequence[str]) -> dict[str, list[Stored]]:
        """The records about these identities that the store holds, the newest of each last."""
        sql = (
            f"select identity, {_STORED} from records where generation = ? and identity in ({MARKS}) order by record_id"
        )
        found: dict[str, list[Stored]] = {}
        for key, *values in self.select_in(sql, identities, generation):
            if values[0] not in self._deleted:
                found.setdefault(key, []).append(Stored(*values))
        return found

    def records_with(self, content_hashes: Sequence[bytes]) -> dict[bytes, Stored]:
        """The records of exports (not of frames files) with this content that the store holds."""
        sql = (
            f"select content_hash, {_STORED} from records"
            f" where content_hash in ({MARKS}) and generation <> 'frames' order by record_id"
        )
        rows = self.select_in(sql, content_hashes)
        return {row[0]: Stored(*row[1:]) for row in rows if row[1] not in self._deleted}

    def records_between(self, first: int, last: int) -> list[int]:
        """Ids from `first` to `last` of the records of exports (not of frames files) that the store holds."""
        sql = "select record_id from records where record_id between ? and ? and generation <> 'frames'"
        return [record_id for (record_id,) in self.query(sql, (first, last)).rows if record_id not in self._deleted]

    def labels_named(self, label_ids: Sequence[str]) -> list[StoredLabel]:
        """The labels with these ids that the store holds."""
        return self._labels("l.label_id", label_ids)

    def labels_of(self, record_ids: Sequence[int]) -> list[StoredLabel]:
        """The labels that these records hold, those in model runs too."""
        return self._labels("r.record_id", record_ids)

    def _labels(self, column: str, values: Sequence[Any]) -> list[StoredLabel]:
        sql = (
            f"select {_STORED_LABEL} from labels as l join records as r"
            f" on r.record_id = l.record_id and l.node_id between r.node_id and r.end_id"
            f" where {column} in ({MARKS})"
        )
        return [StoredLabel(*row) for row in self.select_in(sql, values) if row[1] not in self._deleted]

    def derive(self, first: int) -> None:
        """Finish deletions; bring the derived tables up to date with the records from `first` on."""
        self.finish_deletions()
        self.counters.settle()
        for statement in self.dialect.statements("derive.sql"):
            table = statement.split()[2]
            if table in self.derived_views:
                continue
            if statement.startswith("delete") and self.value(f"select 1 from {table} limit 1") is None:
                continue  # in a new store, where looking for what to delete takes as long as half of the rest
            self.execute(statement, {"first": first} if "$first" in statement else {})
        if "data_rows" not in self.derived_views:
            self.derive_sizes(first)

    def derive_sizes(self, first: int) -> None:
        """Take the sizes of assets from their files where records from `first` on, and all others, tell none."""
        if self.value("select 1 from asset_files limit 1") is not None:
            for statement in self.dialect.statements("sizes.sql"):
                self.execute(statement, {"first": first})

    def loads_of(self, label_ids: Sequence[str]) -> list[int]:
        """The loads that brought these labels, in their order."""
        return sorted(label.load_id for label in self.labels_named(label_ids)) if label_ids else []

    def label_json(self, label_id: str) -> list[str]:
        """The JSON of one label, or nothing."""
        return list(self.labels_json([label_id]).values())

    def data_row_json(self, data_row_id: str) -> list[str]:
        """The v2 lines about a data row, or without one its v1 elements; oldest first."""
        sql = "select record_id, generation from records where data_row_id = ? order by record_id"
        records = list(self.query(sql, (data_row_id,)).rows)
        lines = [record_id for record_id, generation in records if generation == "v2"]
        return [text.decode() for _, text in self.rebuilt(lines or [record_id for record_id, _ in records])]

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
