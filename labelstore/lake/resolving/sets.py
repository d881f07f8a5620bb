"""The part of a resolution that SQL does by sets: `sql/lake/resolving.sql`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from labelstore.engines.database import Database
from labelstore.loading.report import FileReport
from labelstore.schema.tables import NODE_BITS, Row, columns, node_column, node_range

if TYPE_CHECKING:
    import pyarrow as pa

_STATEMENTS = "lake/resolving.sql"
_FILES = "insert into resolving.files select unnest($load_ids), unnest($rejected), unnest($frames_of)"


class Sets:
    """The tables of the catalog `resolving`, which goes at the end."""

    def __init__(
        self,
        database: Database,
        first_record: int,
        files: Mapping[int, FileReport],
        frames_of: Mapping[int, str],
        *,
        force: bool,
    ) -> None:
        self._database, self._first = database, first_record
        sql = "select 1 from records where record_id < ? limit 1"
        self.is_first_load: bool = database.value(sql, (first_record,)) is None
        """Whether the lake was empty."""
        values = {"first": first_record, "checks_age": not (force or self.is_first_load)}
        database.execute("attach ':memory:' as resolving")
        try:
            self._list(files, frames_of)
            for statement in database.dialect.statements(_STATEMENTS):
                database.execute(statement, {name: value for name, value in values.items() if f"${name}" in statement})
        except BaseException:
            self.close()
            raise

    def _list(self, files: Mapping[int, FileReport], frames_of: Mapping[int, str]) -> None:
        self._database.execute("create table resolving.files (load_id bigint, rejected bigint, frames_of text)")
        rows = [(load_id, file.rejected, frames_of.get(load_id)) for load_id, file in files.items()]
        if rows:
            load_ids, rejected, labels = map(list, zip(*rows, strict=True))
            self._database.execute(_FILES, {"load_ids": load_ids, "rejected": rejected, "frames_of": labels})

    def counts(self) -> Iterator[tuple[int, str, int]]:
        """Load id, word of its report and number of the records that needed no closer look."""
        rows: Iterator[tuple[int, str, int]] = self._database.query("select * from resolving.counts").rows
        return rows

    def removed(self, others: Iterable[int]) -> "pa.Array":
        """The ids of the records that go, and the others."""
        import pyarrow as pa
        import pyarrow.compute as pc

        rows = self._database.query("select record_id from resolving.removed").rows
        ids = pa.array(chain((row[0] for row in rows), others), pa.int64())
        found = pc.unique(ids)
        return found.take(pc.array_sort_indices(found))

    @cached_property
    def doubtful(self) -> list[int]:
        """The ids of the new records that take a closer look; ascending."""
        return self._doubtful(">=")

    @cached_property
    def doubtful_stored(self) -> list[int]:
        """The ids of the stored ones; ascending."""
        return self._doubtful("<")

    def _doubtful(self, operator: str) -> list[int]:
        sql = f"select record_id from resolving.doubtful where record_id {operator} ? order by record_id"
        return [row[0] for row in self._database.query(sql, (self._first,)).rows]

    def dropped(self, record_ids: Sequence[int]) -> set[int]:
        """Those of these records that go whatever a closer look says: frames that their label has no more."""
        rows = self._database.query(
            "select record_id from resolving.removed semi join resolving.doubtful using (record_id)"
        )
        return {row[0] for row in rows.rows}.intersection(record_ids)

    def stored_rows(self, table: str) -> Iterator[Row]:
        """The rows of a table of the stored records that take a closer look."""
        stored = self.doubtful_stored
        if not stored:
            return
        node, names = node_column(table), ", ".join(f't."{name}"' for name in columns()[table])
        sql = (
            f"select {names} from {table} as t where t.{node} between ? and ?"  # for files tell their first and last
            f" and t.{node} >> {NODE_BITS} in (select record_id from resolving.doubtful)"
        )
        yield from self._database.query(sql, (node_range(stored[0])[0], node_range(stored[-1])[1])).rows

    def close(self) -> None:
        """Drop the catalog."""
        self._database.execute("detach resolving")

    def __enter__(self) -> "Sets":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
