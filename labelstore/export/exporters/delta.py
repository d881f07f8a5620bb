"""The tables of the store as a lake of Delta tables, which `labelstore lake` and `--from-lake` read and go on with."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from labelstore.engines.database import Database
from labelstore.export.constructs import fates, kept
from labelstore.export.exporter import Export, Exporter
from labelstore.export.whole_store import all_rows, wrote_all
from labelstore.lake.opening import check_extra
from labelstore.schema.derived_views import FORGOTTEN
from labelstore.schema.tables import columns

if TYPE_CHECKING:
    import pyarrow as pa

_FATES: Final = fates(kept("rows of its table"))
_LEFT_OUT: Final = (
    ("earlier version", "versions", "true", "a lake has none: its history begins here"),
    ("data row", "data_rows", FORGOTTEN, "no record tells of it any more"),
)
"""What a lake has no table for: what it is called, the table, which of its rows, and why."""


def write(export: Export) -> Iterator[bytes]:
    """The lake, which is a folder of many files; without a place for it all is counted only."""
    if export.folder is None:
        tables = columns().keys() - {table for _, table, _, _ in _LEFT_OUT}
        export.wrote(sum(_count(export.database, table) for table in tables))
    else:
        _write(export, export.folder)
    wrote_all(export)
    for what, table, where, why in _LEFT_OUT:
        if count := _count(export.database, f"{table} where {where}"):
            export.account.selected[what] += count
            export.account.leave_out(what, why, count=count)
    yield from ()


def _count(database: Database, rows: str) -> int:
    return int(database.value(f"select count(*) from {rows}"))


def _write(export: Export, url: str) -> None:
    database = export.database

    def counted(table: str) -> "Iterator[pa.Table]":
        for rows in all_rows(database, table):
            export.wrote(rows.num_rows)
            yield rows

    last_record = database.value("select coalesce(max(record_id), -1) from records")
    last_load = database.value("select coalesce(max(load_id), 0) from loads")
    check_extra(str(export.out))
    from labelstore.lake.from_store import make_lake

    make_lake(url, counted, int(last_record), int(last_load))


EXPORTER = Exporter(
    "delta",
    "",
    "a lake: a Delta table for each table of the store, in a folder or bucket",
    write,
    lambda _: _FATES,
    unit="rows",
    fills=True,
)
