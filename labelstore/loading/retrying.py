"""Trying again what was refused: after an upgrade more may be understood."""

import time
from pathlib import Path

from labelstore.engines import engine_at, is_store
from labelstore.errors import StoreError
from labelstore.formats.decoding import bounded_depth
from labelstore.loading.building import writing
from labelstore.loading.loader import Loader, now, record_load
from labelstore.loading.locking import Notify, locked
from labelstore.loading.report import Report


def retry(store: str | Path, *, wait: float | None = None, notify: Notify | None = None) -> Report:
    """Store the records of the table `rejects` that can be stored, and take them out of it.

    What is stored belongs to a new load, whose file name says which load refused it; position and byte offset are
    those in the first file. Frames are not tried: nothing says to which label they belong. `wait` and `notify` as in
    `load`.
    """
    path, engine = Path(store), engine_at(store)
    if not is_store(path):
        raise StoreError(str(store), "does not exist", "make it with: labelstore load STORE FILE")
    report = Report(str(store), engine.name)
    started = time.perf_counter()
    with (
        locked(path, "retry", [str(store)], wait=wait, notify=notify) as patience,
        writing(path, patience) as database,
        bounded_depth(),
    ):
        loader = Loader(database, report)
        sql = "select load_id, file_name from loads where load_id in (select load_id from rejects) order by 1"
        for load_id, name in list(database.query(sql).rows):
            file = loader.begin_file(f"{name} (rejects of load {load_id})")
            rejects = "select position, byte_offset, raw from rejects where load_id = ? order by position"
            rows = [
                (position, offset, bytes(raw)) for position, offset, raw in database.query(rejects, (load_id,)).rows
            ]
            refused = loader.store_rejects(rows, file)
            file.rejected = len(refused)
            for position in {row[0] for row in rows} - refused:
                database.execute("delete from rejects where load_id = ? and position = ?", (load_id, position))
            if file.rejected < file.records:
                file.started_at, file.finished_at = loader.started_at, now()
                record_load(database, file)
            loader.file_number += max((row[0] for row in rows), default=0) + 1
        loader.removal.close_gaps()
        database.derive(loader.first_record)
        database.derive_features(loader.first_record)
    report.seconds = time.perf_counter() - started
    return report
