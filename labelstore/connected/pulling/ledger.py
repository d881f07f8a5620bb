"""What was pulled: the table `pulls`, and the rejects of what Labelbox itself could not export."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from labelstore.clock import now
from labelstore.connected.pulling.parameters import moment
from labelstore.connected.pulling.spool import State
from labelstore.connected.service.exports import Target
from labelstore.engines import is_store, open_database
from labelstore.engines.database import Database
from labelstore.json.truncate import truncated
from labelstore.loading.load_state import load_row
from labelstore.loading.report import FileReport
from labelstore.loading.store_file import Notify, locked, writing
from labelstore.schema.tables import columns

_LAST = """
    select watermark, parameters from pulls
    where source = ? and source_id is not distinct from ? and watermark is not null order by pull_id desc limit 1
"""
_PULLED = "select distinct source, source_id from pulls order by 1, 2"
_PROJECTS = "select project_id from projects order by 1"
_MADE_BY_LABELBOX: Final = re.compile(r"c[a-z0-9]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SAYS_WHY: Final = ("error", "message", "errorMessage", "reason", "errors")
_LONGEST: Final = 300


class Last(NamedTuple):
    """The last pull that the next one can build on, and what it asked for."""

    watermark: datetime
    parameters: Mapping[str, Any]


def last_pull(store: Path, target: Target) -> Last | None:
    """The last pull of a target on which the next one can build. Raises `StoreError`."""
    if not is_store(store):
        return None
    with open_database(store, read_only=True) as database:
        for watermark, parameters in database.query(database.dialect.translate(_LAST), tuple(target)).rows:
            return Last(moment(watermark), msgspec.json.decode(parameters))
    return None


def known_targets(store: Path) -> list[Target]:
    """All that was pulled into a store, and the projects that it knows by the ids that Labelbox makes."""
    if not is_store(store):
        return []
    with open_database(store, read_only=True) as database:
        pulled = [Target(*row) for row in database.query(_PULLED).rows]
        known = [row[0] for row in database.query(_PROJECTS).rows]
    projects = [Target("project", one) for one in known if _MADE_BY_LABELBOX.fullmatch(one)]
    return list(dict.fromkeys([*pulled, *projects]))


def note(
    store: Path,
    target: Target,
    name: str | None,
    state: State,
    file: FileReport,
    errors: Sequence[bytes],
    *,
    wait: float | None = None,
    notify: Notify | None = None,
) -> None:
    """Write down a pull whose records are in the store. Raises `StoreError`."""
    with (
        locked(store, "pull", [str(target)], wait=wait, notify=notify) as patience,
        writing(store, patience) as database,
    ):
        if errors:
            _reject(database, file.name, errors)
        values = {
            "pull_id": int(database.value("select coalesce(max(pull_id), 0) + 1 from pulls")),
            "source": target.source,
            "source_id": target.id,
            "source_name": name,
            "is_full": state.is_full,
            "since": state.since,
            "watermark": state.watermark,
            "parameters": msgspec.json.encode(state.asked).decode(),
            "task_id": state.task_id,
            "load_id": file.load_id,
            "records": file.records,
            "errors": len(errors),
            "started_at": state.started_at,
            "finished_at": now(),
        }
        database.insert_rows("pulls", [tuple(values[column] for column in columns()["pulls"])])


def _reject(database: Database, name: str, errors: Sequence[bytes]) -> None:
    """Keep what Labelbox could not export as rejects of a file of its own."""
    load_id = int(database.value("select coalesce(max(load_id), 0) + 1 from loads"))
    file = FileReport(f"{name} (errors)", load_id, started_at=now(), finished_at=now())
    file.bytes, file.records, file.rejected = sum(map(len, errors)), len(errors), len(errors)
    rows, place = [], 0
    for position, line in enumerate(errors):
        rows.append((load_id, position, place, f"Labelbox could not export it: {_why(line)}", line))
        place += len(line) + 1
    database.insert_rows("loads", [load_row(file)])
    database.insert_rows("rejects", rows)


def _why(line: bytes) -> str:
    try:
        said = msgspec.json.decode(line)
    except msgspec.DecodeError:
        said = line.decode(errors="backslashreplace")
    if isinstance(said, dict):
        said = next((said[name] for name in _SAYS_WHY if said.get(name)), said)
    text = said if isinstance(said, str) else msgspec.json.encode(said).decode()
    return truncated(text, _LONGEST)
