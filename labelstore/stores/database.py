"""What a load, a rebuild and a query ask of an engine."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from labelstore.rows import Rows

Parameters = Sequence[Any] | Mapping[str, Any]


class Stored(NamedTuple):
    """A record that the store holds already."""

    record_id: int
    load_id: int
    content_hash: bytes | None


class Result:
    """The columns of a query and its rows, which stream."""

    def __init__(self, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
        self.columns, self.rows = columns, rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


class Database(ABC):
    """An open store file of one engine. A write happens between `begin` and `commit` or `rollback`."""

    engine: str

    def __init__(self, path: Path) -> None:
        self.path = path

    @abstractmethod
    def query(self, sql: str, parameters: Parameters = ()) -> Result: ...

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

    @abstractmethod
    def insert(self, rows: Rows) -> None:
        """Write the rows of a batch."""

    def batch_done(self) -> None:  # noqa: B027
        """What was inserted so far may leave memory, if nobody sees the file before it is complete."""

    @abstractmethod
    def stored(self, generation: str, identities: Sequence[str]) -> dict[str, Stored]:
        """The records about these identities that the store holds."""

    @abstractmethod
    def delete_records(self, record_ids: Sequence[int]) -> None:
        """Remove records with all their rows, at the latest by the end of the load."""

    @abstractmethod
    def delete_label(self, first: int, last: int) -> None:
        """Remove the rows of one label, those between the nodes `first` and `last`."""

    @abstractmethod
    def labels_named(self, label_ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """(label_id, record_id, generation, node_id, end_id, project_id) of labels with these ids."""

    @abstractmethod
    def derive(self, first: int) -> None:
        """Bring the derived tables up to date with the records from `first` on, and finish deletions."""

    @abstractmethod
    def rebuilt(self, record_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """(record_id, JSON) of records, from the views."""

    @abstractmethod
    def rebuilt_all(self, generation: str, first: int, last: int) -> Iterator[bytes]:
        """JSON of the records of a generation with ids from `first` to `last`, from the views, in that order."""

    @abstractmethod
    def labels_json(self, label_ids: Sequence[str]) -> list[str]:
        """The JSON of labels, from the views, in the order asked for; none for an id that the store does not hold."""

    @abstractmethod
    def close(self) -> None: ...

    # -- shared -------------------------------------------------------------------------------------------------------

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, None without one."""
        row = next(self.query(sql, parameters).rows, None)
        return row[0] if row is not None else None

    def take_labels_out(self, label_ids: Sequence[str], spared: set[int]) -> list[int]:
        """Remove labels from the records that hold them, as another record has them now; the records so changed.

        `spared` records go anyway. A v1 record is its label and goes with it; a v2 record keeps the rest.
        """
        touched = []
        for _, record_id, generation, first, last, project_id in self.labels_named(label_ids):
            if record_id in spared:
                continue
            touched.append(record_id)
            if generation == "v1":
                self.delete_records([record_id])
                continue
            self.delete_label(first, last)
            siblings = "record_id = ? and project_id = ? and model_run_id is null"
            self.execute(
                "update labels set ordinal = (select count(*) from labels as earlier where earlier.record_id ="
                " labels.record_id and earlier.project_id = labels.project_id and earlier.model_run_id is null"
                f" and earlier.node_id < labels.node_id) where {siblings}",
                (record_id, project_id),
            )
            self.execute(
                f"update labels set closes = (node_id = (select max(node_id) from labels where {siblings}))"
                f" where {siblings}",
                (record_id, project_id) * 2,
            )
            self.execute(
                f"update data_row_projects set label_count = (select count(*) from labels where {siblings})"
                " where record_id = ? and project_id = ?",
                (record_id, project_id) * 2,
            )
            self.execute("update records set content_hash = null where record_id = ?", (record_id,))
        return touched

    def loads_of(self, label_ids: Sequence[str]) -> list[int]:
        """The loads that brought these labels, in their order."""
        record_ids = sorted(row[1] for row in self.labels_named(label_ids)) if label_ids else []
        sql = "select load_id from records where record_id = ?"
        return sorted(self.value(sql, (record_id,)) for record_id in record_ids)

    def label_json(self, label_id: str) -> list[str]:
        """The JSON of one label, or nothing."""
        return self.labels_json([label_id])

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
