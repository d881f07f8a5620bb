"""What a load, a rebuild and a query ask of an engine."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from labelstore.engines.limits import Limits
from labelstore.errors import LabelstoreError
from labelstore.schema.tables import Row, Rows, node_column, node_range

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

WAY_OUT = "take a copy of it, or load the exports into a new file"
"""What to do about a file that is damaged."""

T = TypeVar("T")

_T = TypeVar("_T")
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


STORED = ", ".join(Stored._fields)
STORED_LABEL = ", ".join(f"l.{name}" for name in StoredLabel._fields[:-2]) + ", r.load_id, r.position"
"""The columns, of `labels as l join records as r`."""


NOTES = {"seen": "bigint", "heard_labels": "text", "heard_projects": "text"}
"""What a load remembers of records that are not stored: the ids of stored ones that came again unchanged; the ids of
labels and projects that stale ones told about."""


MARKS = "<marks>"
"""Stands in a statement for the question marks of as many parameters as there are values."""
TOGETHER = 500
"""How many of them a statement has at most: SQLite allows 32,766."""


def together(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """At most `TOGETHER` values at a time."""
    for start in range(0, len(values), TOGETHER):
        yield values[start : start + TOGETHER]


# by nodes, for a new store has no index of records' labels yet
_CLOSE_GAPS = (
    # what is odd in a list of labels has no number that could be set right
    "delete from odd_elements where node_id between ? and ? and within in ('labels', 'predictions')",
    """update labels set ordinal = place.ordinal, closes = place.closes
    from (
        select node_id, row_number() over siblings - 1 as ordinal, lead(node_id) over siblings is null as closes
        from labels
        where node_id between ? and ?
        window siblings as (partition by project_id, model_run_id, is_prediction order by node_id)
    ) as place
    where labels.node_id between ? and ? and labels.node_id = place.node_id
        and (labels.ordinal <> place.ordinal or labels.closes <> place.closes)
    """,
    """update data_row_projects set label_count = (
        select count(*) from labels as l
        where l.node_id between ? and ? and l.project_id = data_row_projects.project_id and l.model_run_id is null
    )
    where node_id between ? and ? and label_count is not null
    """,
    *(
        f"""update model_runs set {count} = (
            select count(*) from labels as l
            where l.node_id between ? and ? and l.model_run_id = model_runs.model_run_id
                and l.is_prediction = {is_prediction}
        )
        where node_id between ? and ? and {count} is not null
        """
        for count, is_prediction in (("label_count", False), ("prediction_count", True))
    ),
)


class Once(Iterator[_T]):
    """What can be read once: after its end, to begin anew is an error, not an empty result."""

    def __init__(self, values: Iterable[_T]) -> None:
        self._values = iter(values)
        self.is_begun = self.is_read = False

    def __iter__(self) -> Iterator[_T]:
        if self.is_read:
            raise LabelstoreError("this result was read to its end before; keep its rows with list(), or query again")
        return self._rest()

    def __next__(self) -> _T:
        self.is_begun = True
        try:
            return next(self._values)
        except StopIteration:
            self.is_read = True
            raise

    def _rest(self) -> Iterator[_T]:
        self.is_begun = True
        for value in self._values:  # noqa: UP028 - "yield from" would close what another reader may go on with
            yield value
        self.is_read = True


class Result:
    """The columns of a query and its rows, which stream: they can be read once.

    `df`, `arrow` and `pl` give the rows that were not read yet as one table of pandas, pyarrow or polars. To read the
    result of a user's query again after its end raises `LabelstoreError`.
    """

    def __init__(
        self,
        columns: list[str],
        rows: Iterator[tuple[Any, ...]],
        batches: "Callable[[int], Iterator[pyarrow.RecordBatch]] | None" = None,
    ) -> None:
        self.columns, self.rows, self._batches = columns, rows, batches

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def batches(self, size: int = 20_000, limit: int | None = None) -> "Iterator[pyarrow.RecordBatch]":
        """The rows as Arrow, at most `size` in a batch and `limit` in all; there is at least one batch.

        The type of a column may grow from one batch to the next: `stores.arrow` says how.
        """
        from labelstore.engines import arrow

        rows = iter(self.rows)  # raises where they were read before
        is_begun = isinstance(self.rows, Once) and self.rows.is_begun
        if self._batches is None or is_begun:
            return arrow.batches_of_rows(self.columns, rows, size, limit)
        return self._read(arrow.limited(self._batches(size), limit))

    def _read(self, batches: "Iterator[pyarrow.RecordBatch]") -> "Iterator[pyarrow.RecordBatch]":
        yield from batches
        if isinstance(self.rows, Once):
            self.rows.is_read = True

    def arrow(self) -> "pyarrow.Table":
        """All rows as a table of pyarrow."""
        from labelstore.engines.arrow import table

        return table(self.batches())

    def df(self) -> "pandas.DataFrame":
        """All rows as a DataFrame of pandas. Raises `LabelstoreError` without pandas."""
        _require("pandas")
        frame: pandas.DataFrame = self.arrow().to_pandas()
        return frame

    def pl(self) -> "polars.DataFrame":
        """All rows as a DataFrame of polars. Raises `LabelstoreError` without polars."""
        frame: polars.DataFrame = _require("polars").from_arrow(self.arrow())
        return frame


def _require(extra: str) -> Any:
    try:
        return import_module(extra)
    except ImportError as error:
        hint = f"pip install 'labelstore-db[{extra}]'"
        raise LabelstoreError(f"{extra} is not installed; {hint}") from error


def distinct(names: Sequence[str]) -> list[str]:
    """The names of columns as keys: the second `n` is called `n_2`."""
    found: list[str] = []
    for column in names:
        name, number = column, 2
        while name in found:
            name, number = f"{column}_{number}", number + 1
        found.append(name)
    return found


class Database(ABC):
    """An open store file of one engine. A write happens between `begin` and `commit` or `rollback`."""

    engine: str
    errors: tuple[type[Exception], ...]
    """What the engine raises."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._gaps: set[int] = set()
        """Records out of which labels were taken since `close_gaps`."""
        self.limits: Limits | None = None
        """Of what `asked` may take; set them before the first question."""

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

    def insert(self, rows: Rows) -> None:
        """Write the rows of a batch."""
        for table, new in rows:
            self.insert_rows(table, new)

    def batch_done(self) -> None:  # noqa: B027
        """What was inserted so far may leave memory, if nobody sees the file before it is complete."""

    @abstractmethod
    def insert_rows(self, table: str, rows: Sequence[Row]) -> None:
        """Write rows of one table."""

    @abstractmethod
    def stored(self, generation: str, identities: Sequence[str]) -> dict[str, list[Stored]]:
        """The records about these identities that the store holds, the newest of each last."""

    @abstractmethod
    def known(self, content_hashes: Sequence[bytes]) -> dict[bytes, Stored]:
        """The records of exports (not of frames files) with this content that the store holds."""

    @abstractmethod
    def labels_named(self, label_ids: Sequence[str]) -> list[StoredLabel]:
        """The labels with these ids that the store holds."""

    @abstractmethod
    def labels_of(self, record_ids: Sequence[int]) -> list[StoredLabel]:
        """The labels that these records hold, those in model runs too."""

    @abstractmethod
    def note(self, what: str, ids: Sequence[Any]) -> None:
        """Add to the ids of a temporary table of `NOTES`, which is made if it is not there."""

    @abstractmethod
    def renew_digests(self, digests: Sequence[tuple[int, bytes, bytes | None]]) -> None:
        """Give records, by their ids, other digests of their content and of the tokens in their URLs."""

    @abstractmethod
    def delete_records(self, record_ids: Sequence[int]) -> None:
        """Remove records with all their rows, at the latest by the end of the load."""

    @abstractmethod
    def delete_nodes(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Remove the rows of parts of records: those between the first and the last node of each."""

    def finish_deletions(self) -> None:
        """Do now what was put off: close gaps, and remove what `delete_records` only noted."""
        self.close_gaps()

    @abstractmethod
    def derive(self, first: int) -> None:
        """Bring the derived tables but `features` up to date with the records from `first` on; finish deletions."""

    @abstractmethod
    def derive_features(self, first: int) -> None:
        """Bring `features` up to date with the records from `first` on."""

    @abstractmethod
    def rebuilt(self, record_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """(record_id, JSON) of records, from the views."""

    @abstractmethod
    def rebuilt_all(self, generation: str, first: int, last: int) -> Iterator[bytes]:
        """JSON of the records of a generation with ids from `first` to `last`, from the views, in that order."""

    @abstractmethod
    def labels_json(self, label_ids: Sequence[str]) -> dict[str, str]:
        """The JSON of labels by their ids, from the views, in the order asked for; of those that the store holds."""

    @abstractmethod
    def close(self) -> None: ...

    # -- shared -------------------------------------------------------------------------------------------------------

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, None without one."""
        row = next(self.query(sql, parameters).rows, None)
        return row[0] if row is not None else None

    def replace(self, rows: Rows) -> None:
        """Write rows in place of those that have the same nodes."""
        for table, new in rows:
            node = node_column(table)
            for row in new:
                self.execute(f"delete from {table} where {node} = ?", (row[0],))
            self.insert_rows(table, new)

    def take_labels_out(self, labels: Sequence[StoredLabel]) -> None:
        """Remove labels from the records that hold them. A v1 record is its label and goes with it.

        The others in a record of v2 have gaps between them until `close_gaps`.
        """
        self.delete_records([label.record_id for label in labels if label.generation == "v1"])
        others = [label for label in labels if label.generation == "v2"]
        self.delete_nodes([(label.node_id, label.end_id) for label in others])
        touched = {label.record_id for label in others}
        self._gaps |= touched
        for record_id in touched:
            self.execute("update records set content_hash = null where record_id = ?", (record_id,))

    def close_gaps(self, record_ids: Iterable[int] | None = None) -> None:
        """Count the labels anew in the records out of which some were taken, and remove those of which none is left.

        A record that later ones told but for those labels has no identity any more. `record_ids` are all by default.
        """
        closing = self._gaps if record_ids is None else self._gaps.intersection(record_ids)
        for record_id in sorted(closing):
            nodes = node_range(record_id)
            sql = "select 1 from records where record_id = ? and identity is null"
            if (
                self.value("select 1 from labels where node_id between ? and ? limit 1", nodes) is None
                and self.value(sql, (record_id,)) is not None
            ):
                self.delete_records([record_id])
                continue
            for statement in _CLOSE_GAPS:
                self.execute(statement, nodes * (statement.count("?") // 2))
        self._gaps = self._gaps - closing

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
        return [text for _, text in self.rebuilt(lines or [record_id for record_id, _ in records])]

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
