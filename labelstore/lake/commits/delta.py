"""The Delta tables of a lake: made, appended to, and read, each commit known by a number so that it happens once."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from labelstore.engines.arrow_columns import arrow_schema
from labelstore.errors import StoreError
from labelstore.lake.place import Place
from labelstore.lake.tasks.table_files import TableFile
from labelstore.schema.tables import DERIVED, content_tables, node_column

KEPT_DERIVED = tuple(table for table in DERIVED if table != "data_rows")
"""The derived tables that a lake stores: they are small, and written anew at each commit."""
_APP = "labelstore"
"""Names the transactions of ours in the log of a table; their versions are the numbers of commits."""
_HISTORY = {"delta.logRetentionDuration": "interval 36500 days"}
"""Delta drops what its log says of old versions after 30 days; here `lake vacuum` says which snapshots go."""
_TOGETHER = 16


def at_once(work: Callable[[str], Any], tables: Sequence[str]) -> dict[str, Any]:
    """What work on each table gives, done at once: each waits for the log of its table."""
    with ThreadPoolExecutor(_TOGETHER) as pool:
        return dict(zip(tables, pool.map(work, tables), strict=True))


def lake_tables() -> tuple[str, ...]:
    """The tables of a lake in the order of a commit: what refers to others before these, `loads` last."""
    *others, labels, records = sorted(content_tables(), key=("labels", "records").__contains__)
    return *others, *sorted((labels, records)), "rejects", *KEPT_DERIVED, "loads"


class DeltaTables:
    """The tables of the lake at a place."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def create(self) -> dict[str, int]:
        """Make the tables that are not there yet; the versions of all."""
        return at_once(self._create, lake_tables())

    def _create(self, table: str) -> int:
        schema = arrow_schema(table)
        with self._told(table):
            try:
                return DeltaTable.create(
                    self._url(table),
                    Schema.from_arrow(schema),
                    mode="ignore",
                    name=table,
                    description=f"One row is {schema.metadata[b'comment'].decode()}.",
                    configuration=_HISTORY,
                    storage_options=self._place.delta_options,
                ).version()
            except CommitFailedError:  # another process makes the same table
                return self._at(table).version()

    def commit(
        self, table: str, number: int, added: Sequence[TableFile], removed: Sequence[str], *, overwrites: bool = False
    ) -> int:
        """Add and remove files of a table as commit `number` of the lake, unless that happened; the table's version."""
        for _ in range(5):
            delta = self._at(table)
            if (delta.transaction_version(_APP) or 0) >= number:
                return delta.version()
            actions: list[AddAction | RemoveAction] = [_add(table, file) for file in added]
            if not actions and not removed and not overwrites:
                return delta.version()
            self._check_there(delta, table, removed)
            actions += [_remove(path) for path in removed]
            with self._told(table):
                try:
                    delta.create_write_transaction(
                        actions,
                        mode="overwrite" if overwrites else "append",
                        schema=delta.schema(),
                        commit_properties=CommitProperties(app_transactions=[Transaction(_APP, number)]),
                    )
                except CommitFailedError:  # another process completes the same commit
                    continue
        raise StoreError(self._place.name, f"the table {table} changes all the time", "write it by labelstore alone")

    def _check_there(self, delta: DeltaTable, table: str, removed: Sequence[str]) -> None:
        """Raise `StoreError` if a table lacks files that are to be removed, so that their rows would stay."""
        if removed and not set(removed) <= set(pa.table(delta.get_add_actions())["path"].to_pylist()):
            reason = f"another program changed the table {table} in the middle of a commit"
            hint = f"restore the version of {table} from before that (deltalake: DeltaTable.restore), then load again"
            raise StoreError(self._place.name, reason, hint)

    def described(self, table: str, version: int | None) -> dict[str, TableFile]:
        """The files of a table in a version, or in the newest."""
        actions = pa.table(self._at(table, version).get_add_actions(flatten=True)).to_pydict()
        node = node_column(table) if table in content_tables() else ""
        count = len(actions["path"])
        firsts, lasts = (actions.get(f"{end}.{node}", [None] * count) for end in ("min", "max"))
        described = zip(actions["path"], actions["num_records"], actions["size_bytes"], firsts, lasts, strict=True)
        return {path: TableFile(path, *values) for path, *values in described}

    def needless(self, table: str, kept: Sequence[int], older_than: timedelta) -> list[str]:
        """The paths of files older than this in the folder of a table, which no version of `kept` has."""
        with self._told(table):
            return self._at(table).vacuum(
                retention_hours=int(older_than.total_seconds() // 3600),
                dry_run=True,  # it would also remove what is about to be committed
                enforce_retention_duration=False,
                full=True,
                keep_versions=list(kept),
            )

    def _at(self, table: str, version: int | None = None) -> DeltaTable:
        with self._told(table):
            return DeltaTable(self._url(table), version=version, storage_options=self._place.delta_options)

    def _url(self, table: str) -> str:
        return self._place.url_of(table)

    @contextmanager
    def _told(self, table: str) -> Iterator[None]:
        try:
            yield
        except TableNotFoundError:
            raise StoreError(
                self._place.name, f"has no table {table}", "restore its folder from a copy, or load into a new lake"
            ) from None
        except CommitFailedError:
            raise
        except (DeltaError, OSError) as error:
            reason = str(error).partition("\n")[0]
            raise StoreError(self._place.name, f"the table {table} cannot be read or written ({reason})") from error


def _add(table: str, file: TableFile) -> AddAction:
    stats: dict[str, Any] = {"numRecords": file.rows}
    if file.first is not None:
        node = node_column(table)
        stats |= {"minValues": {node: file.first}, "maxValues": {node: file.last}, "nullCount": {node: 0}}
    return AddAction(file.path, file.bytes, {}, int(time.time() * 1000), True, json.dumps(stats))


def _remove(path: str) -> RemoveAction:
    return RemoveAction(path, True, int(time.time() * 1000))
