"""Files written anew, without records that are superseded or with positions that are right: the second kind of task."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from labelstore.lake.place import Place
from labelstore.lake.tasks.table_files import TableFile, TableFiles
from labelstore.schema.tables import NODE_BITS, content_tables, node_column

if TYPE_CHECKING:
    import pyarrow as pa


class ChangeTask(NamedTuple):
    """Files of one table to write anew: without the records whose ids the Parquet file `removed` has, and with
    `shifts`, load id → how much is added to positions.
    """

    lake: str
    name: str
    table: str
    files: Sequence[TableFile]
    removed: str = ""
    shifts: Mapping[int, int] = MappingProxyType({})

    def to_json(self) -> dict[str, Any]:
        """As JSON, for `run_task`."""
        return {"work": "change", **self._asdict(), "shifts": list(self.shifts.items())}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "ChangeTask":
        """A task that came as JSON."""
        files = [TableFile(*file) for file in told["files"]]
        return cls(told["lake"], told["name"], told["table"], files, told["removed"], dict(told["shifts"]))


def change_task(task: ChangeTask) -> dict[str, list[TableFile]]:
    """Old path → the file that takes its place: itself where nothing changed, none where nothing is left."""
    place = Place(task.lake)
    removed = _removed(place, task.removed) if task.removed else None
    return {file.path: _changed(place, task, file, removed) for file in task.files}


def _removed(place: Place, name: str) -> "pa.Array":
    from pyarrow import parquet

    with place.reading(name) as file:
        return parquet.read_table(file)["record_id"].combine_chunks()


def _changed(place: Place, task: ChangeTask, old: TableFile, removed: "pa.Array | None") -> list[TableFile]:
    from pyarrow import parquet

    table, changed, rows = task.table, False, 0
    with place.reading(f"{table}/{old.path}") as source, parquet.ParquetFile(source) as file:
        total = file.metadata.num_rows
        with TableFiles(place, task.name) as files:
            for number in range(file.num_row_groups):
                group = file.read_row_group(number)
                if removed is not None and table in content_tables():
                    group = _without(group, node_column(table), removed)
                if task.shifts:
                    group, changed = _shifted(group, task.shifts), True
                rows += group.num_rows
                if group.num_rows:
                    files.add_arrow(table, group)
    if rows == total and not changed:
        for new in files.written.get(table, []):
            place.remove(f"{table}/{new.path}")
        return [old]
    return files.written.get(table, [])


def _without(group: "pa.Table", node: str, removed: "pa.Array") -> "pa.Table":
    """The rows of other records."""
    import pyarrow.compute as pc

    records = pc.shift_right(group[node], NODE_BITS)
    return group.filter(pc.invert(pc.is_in(records, value_set=removed)))


def _shifted(group: "pa.Table", shifts: Mapping[int, int]) -> "pa.Table":
    """The rows with the positions that they have in the whole file."""
    import pyarrow as pa
    import pyarrow.compute as pc

    loads = pa.array(list(shifts), pa.int64())
    amounts = pa.array(list(shifts.values()), pa.int64())
    added = pc.fill_null(amounts.take(pc.index_in(group["load_id"], value_set=loads).combine_chunks()), 0)
    place = group.schema.get_field_index("position")
    return group.set_column(place, group.schema.field(place), pc.add(group["position"], added))
