"""Exports of Labelbox: a task is asked for, prepared by the service, and read in chunks of bytes at signed URLs.

The operations are those that the vendor's SDK 7.17 sends. It can log in, start a task and look at it; it also reads the
chunks, but decodes them in the system's encoding and asks for each just once. So chunks are asked for here.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from labelstore.connected.service.errors import LostExportError, patient, told
from labelstore.errors import ServiceError, UsageError

if TYPE_CHECKING:
    from labelbox import Client
    from labelbox.schema.export_task import ExportTask

SOURCES: Final = ("project", "dataset", "model_run", "catalog")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHUNK: Final = """query GetExportFileFromOffsetPyApi(
    $where: WhereUniqueIdInput, $streamType: TaskStreamType!, $offset: UInt64!
) { task(where: $where) { exportFileFromOffset(streamType: $streamType, offset: $offset) {
    offsets { start end } lines { start end } file
} } }"""
_ENDED: Final = {"FAILED": "failed", "CANCELED": "was canceled"}
_PAUSES: Final = (0.5, 1.0, 2.0, 3.0, 5.0)
"""Seconds between looks at a task; the last one is repeated."""


class Target(NamedTuple):
    """What is exported: a source and its id, which the catalog has not."""

    source: str
    id: str | None = None

    @classmethod
    def of(cls, source: str, id: str | None) -> "Target":
        """A target that a user named. Raises `UsageError` for what is no id."""
        if id is not None and not _ID.fullmatch(id):
            raise UsageError(f"{id}: is no id; the address of a {source.replace('_', ' ')} in Labelbox ends with it")
        return cls(source, id)

    def __str__(self) -> str:
        return self.source.replace("_", " ") + (f" {self.id}" if self.id else "")


class Progress(NamedTuple):
    """How far the service is with a task: its word for the state, and per cent, if it says so."""

    status: str
    percent: float | None


class Chunk(NamedTuple):
    """A part of the export: the bytes from `start` up to before `end`, at a URL that is signed for some minutes."""

    start: int
    end: int
    url: str


class Export(NamedTuple):
    """An export task that is complete. `created_at` is by the service's clock; sizes are bytes."""

    client: "Client"
    task_id: str
    created_at: datetime
    bytes: int
    lines: int
    error_bytes: int

    def chunk(self, offset: int, stream: str = "RESULT") -> Chunk:
        """The chunk that begins at `offset`, with a URL signed anew. Raises `ServiceError`."""
        where = {"where": {"id": self.task_id}, "streamType": stream, "offset": str(offset)}

        def ask() -> Any:
            with told(f"export task {self.task_id}"):
                found = self.client.execute(_CHUNK, where, error_log_key="errors")["task"]["exportFileFromOffset"]
                if found is None:
                    return None
                return int(found["offsets"]["end"]) + 1, str(found["file"])

        found, total = patient(ask), self.bytes if stream == "RESULT" else self.error_bytes
        if found is None:
            raise LostExportError(f"the export ends after {offset} of {total} bytes", "pull again, for a new one")
        end, url = found
        if not offset < end <= total:
            raise LostExportError(f"a chunk of the export goes from {offset} to {end} of {total} bytes", "pull again")
        return Chunk(offset, end, url)


def name_of(client: "Client", target: Target) -> str | None:
    """The name that the target has in Labelbox. Raises `ServiceError`."""
    return None if target.id is None else str(_thing(client, target).name)


def start(client: "Client", target: Target, parameters: Mapping[str, Any], filters: Mapping[str, Any]) -> str:
    """Have the service prepare an export; the id of its task. Raises `ServiceError`."""
    arguments: dict[str, Any] = {"params": dict(parameters)}
    if target.source != "model_run":
        arguments["filters"] = dict(filters)

    def ask() -> str:
        with told(str(target)):
            thing = client.get_catalog() if target.id is None else _thing(client, target)
            return str(thing.export(task_name="labelstore", **arguments).uid)

    return patient(ask)


def completed(client: "Client", task_id: str, progress: Callable[[Progress], None]) -> Export:
    """The export of a task, once the service has prepared it. Raises `ServiceError`."""
    for pause in _pauses():
        task = patient(partial(_task, client, task_id))
        if task.status == "COMPLETE":
            return patient(partial(_export, client, task))
        if task.status in _ENDED:
            hint = "pull again; if it ends like that again, ask for less at once"
            raise ServiceError(f"export task {task_id} {_ENDED[task.status]}", hint)
        progress(Progress(str(task.status), task.completion_percentage))
        time.sleep(pause)
    raise AssertionError("pauses do not end")


def _pauses() -> Iterator[float]:
    yield from _PAUSES
    while True:
        yield _PAUSES[-1]


def _task(client: "Client", task_id: str) -> "ExportTask":
    from labelbox import ExportTask

    with told(f"export task {task_id}"):
        return ExportTask.get_task(client, task_id)


def _export(client: "Client", task: "ExportTask") -> Export:
    from labelbox import StreamType

    with told(f"export task {task.uid}"):
        sizes = [task.get_total_file_size(stream) or 0 for stream in (StreamType.RESULT, StreamType.ERRORS)]
        lines = task.get_total_lines(StreamType.RESULT) or 0
        return Export(client, task.uid, _utc(task.created_at), sizes[0], lines, sizes[1])


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _thing(client: "Client", target: Target) -> Any:
    get = {"project": client.get_project, "dataset": client.get_dataset, "model_run": client.get_model_run}
    with told(str(target)):
        return get[target.source](target.id)
