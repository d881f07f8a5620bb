"""Upgrading a store: under its lock, all or nothing, with the old file kept if that is wanted."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from labelstore.engines import engine_at, is_store
from labelstore.engines.older_store import older_store
from labelstore.errors import StoreError
from labelstore.formats.decoding import bounded_depth
from labelstore.loading import Progress
from labelstore.loading.store_file import Notify, building, locked, remove_leftovers
from labelstore.schema.dialects import SCHEMA_VERSION
from labelstore.upgrading.copying import Copy

_FOR_READERS = 5.0
"""Seconds to wait for other programs that have the store open, where nobody says how long."""


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
    engine = engine_at(path)
    if not is_store(path):
        raise StoreError(str(path), "does not exist", "make it with: labelstore load STORE FILE")

    def patiently(action: Callable[[], Any]) -> Any:
        return patience.attempt(action, min(engine.usual_wait, _FOR_READERS))

    with locked(path, "upgrade", wait=wait, notify=notify) as patience, older_store(path, patiently) as old:
        remove_leftovers(path)
        if old.is_current():
            return Upgrade(str(store), engine.name, old.version, old.version)
        patience.attempt(old.keep_writers_out, _FOR_READERS)
        kept = _name_to_keep(path, old.version) if keep else None
        try:
            with building(path) as new, bounded_depth():
                copied = Copy(old, new)
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
    return Upgrade(str(store), engine.name, old.version, SCHEMA_VERSION, *counts, old_file, seconds)


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
