"""Exports as a data source of Spark 4, without a lake: each read parses the files again."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition

from labelstore.errors import InputError, UsageError
from labelstore.files.sources import MAX_RATIO
from labelstore.lake.reading import plan_parts
from labelstore.lake.tasks.splits import SPLIT_BYTES
from labelstore.lake.tasks.writing import Manifest, Part, WriteTask, write_task
from labelstore.schema.tables import content_tables
from labelstore.spark.views import schema_of

if TYPE_CHECKING:
    import pyarrow as pa

TABLES = (*content_tables(), "rejects")
_WITH_POSITIONS = ("records", "rejects")


class Wanted(NamedTuple):
    """What is read, as the options say."""

    files: list[str]
    table: str
    frames: str | None
    split_bytes: int
    max_ratio: float | None
    many_records: bool

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Wanted":
        """By options, whose names are in any case. Raises `UsageError`."""
        given = {name.lower(): value for name, value in options.items()}
        table = given.get("table", "records")
        if table not in TABLES:
            raise UsageError(f"no table of exports: {table}; these are: {', '.join(TABLES)}")
        files = json.loads(given["paths"]) if "paths" in given else [given["path"]] if "path" in given else []
        if not files:
            raise UsageError('no files are named; do it as in .load("exports/*.ndjson")')
        try:
            split_bytes, max_ratio = int(given.get("splitbytes", SPLIT_BYTES)), float(given.get("maxratio", MAX_RATIO))
        except ValueError as error:
            raise UsageError(f"splitBytes and maxRatio are numbers: {error}") from None
        many = given.get("manyrecords", "false").lower() == "true"
        return cls(files, table, given.get("frames"), split_bytes, max_ratio or None, many)


class LabelboxSource(DataSource):
    """`spark.read.format("labelbox")`."""

    @classmethod
    def name(cls) -> str:
        """The name of the format."""
        return "labelbox"

    def schema(self) -> str:
        """The columns of the table."""
        return schema_of(Wanted.of(self.options).table)

    def reader(self, schema: Any) -> "_Reader":
        """What reads the table."""
        return _Reader(Wanted.of(self.options))


class _Parts(InputPartition):
    """What one task of Spark reads."""

    def __init__(self, number: int, parts: list[Part]) -> None:
        super().__init__(number)
        self.parts = parts


class _Reader(DataSourceReader):
    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    def partitions(self) -> list[InputPartition]:
        """One a split; of a table that tells positions one a file, for they are counted from its begin."""
        wanted = self._wanted
        parts = plan_parts(wanted.files, wanted.frames, wanted.split_bytes, wanted.max_ratio, wanted.many_records)
        groups: dict[int, list[Part]] = {}
        for number, part in enumerate(parts):
            groups.setdefault(part.load_id if wanted.table in _WITH_POSITIONS else number, []).append(part)
        return [_Parts(number, group) for number, group in enumerate(groups.values())]

    def read(self, partition: InputPartition) -> "Iterator[pa.RecordBatch]":
        """The rows of the table in some splits. They are written to a file first, as a load writes them."""
        from pyarrow.parquet import ParquetFile

        assert isinstance(partition, _Parts)
        table = self._wanted.table
        with tempfile.TemporaryDirectory(prefix="labelstore-") as folder:
            task = WriteTask(folder, 0, partition.value, partition.parts, self._wanted.max_ratio)
            manifest = Manifest.from_json(write_task(task).to_json())
            if manifest.replan is not None:
                raise _replan(partition.parts, *manifest.replan)
            for file in manifest.written.get(table, []):
                with ParquetFile(Path(folder, table, file.path)) as rows:
                    yield from rows.iter_batches()


def _replan(parts: list[Part], place: int, has_more_records: bool) -> InputError:
    name = parts[place].split.name
    if has_more_records:
        return InputError(name, "has more records than expected", 'add .option("manyRecords", "true")')
    reason = "has no record that begins where it was divided"
    return InputError(name, reason, 'give .option("splitBytes", …) another number, or load it into a lake')
