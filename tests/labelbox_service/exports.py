"""Export tasks: what a search finds, as lines in chunk files that are fetched by offset."""

import itertools
import json
import threading
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tests.labelbox_service.filters import test_of
from tests.labelbox_service.graphql import QueryError
from tests.labelbox_service.lines import exported
from tests.labelbox_service.workspace import Json, Workspace, stamp

Cut = Literal["anywhere", "lines"]


@dataclass(frozen=True)
class Stream:
    """The bytes of a RESULT or ERRORS stream, and where its chunk files begin."""

    content: bytes
    starts: tuple[int, ...]

    @property
    def lines(self) -> int:
        return self.content.count(b"\n")

    def span(self, chunk: int) -> tuple[int, int]:
        """First byte of a chunk, and the byte behind its last."""
        ends = (*self.starts[1:], len(self.content))
        return self.starts[chunk], ends[chunk]

    def chunk_at(self, offset: int) -> int | None:
        return bisect_right(self.starts, offset) - 1 if 0 <= offset < len(self.content) else None


def stream_of(lines: Iterable[Json], chunk_size: int, cut: Cut) -> Stream:
    """Chunks of exactly that many bytes, wherever that cuts; or of whole lines, at least that many."""
    parts = [json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines]
    content = b"".join(parts)
    if cut == "anywhere":
        return Stream(content, tuple(range(0, len(content), chunk_size)))
    starts = [0] if content else []
    for end in itertools.accumulate(len(part) for part in parts):
        if end - starts[-1] >= chunk_size and end < len(content):
            starts.append(end)
    return Stream(content, tuple(starts))


@dataclass
class Task:
    """An export task. It is in progress for as many polls as were asked for."""

    id: str
    name: str | None
    created_at: datetime
    streams: dict[str, Stream]
    polls: int
    end: str
    missing: int
    polled: int = field(default=0)

    @property
    def status(self) -> str:
        if self.polled <= self.polls:
            return "IN_PROGRESS"
        return self.end

    @property
    def percentage(self) -> float:
        return min(100.0, 100.0 * (self.polled - 1) / self.polls) if self.polls else 100.0


class Exports:
    """All export tasks, and how the next ones go; a test sets the attributes.

    `polls`: so many looks at the task find it in progress. `chunk_size` and `cut`: see `stream_of`.
    `fails`: it ends as FAILED; `is_canceled`: as CANCELED. `errors`: the lines of its ERRORS stream. `missing`: so many
    bytes more than there are promises the header of its RESULT stream, and no file has them.
    """

    def __init__(self, workspace: Workspace, address: str) -> None:
        self.workspace = workspace
        self.address = address
        self.polls = 0
        self.chunk_size = 1 << 20
        self.cut: Cut = "anywhere"
        self.fails = self.is_canceled = False
        self.errors: list[Json] = []
        self.missing = 0
        self.tasks: dict[str, Task] = {}
        self.signatures: dict[str, tuple[Stream, int]] = {}
        self.expired: set[str] = set()
        self.lock = threading.Lock()

    def in_project(self, input: Json) -> Json:
        project = input["filters"]["projectId"]
        if project not in self.workspace.projects:
            raise QueryError("RESOURCE_NOT_FOUND", f"Project {project} not found")
        return self._start(input, project, {project}, ())

    def in_catalog(self, input: Json) -> Json:
        asked = input["params"]
        projects = None if asked.get("allProjects") else asked.get("projectIds") or ()
        runs = None if asked.get("allModelRuns") else asked.get("modelRunIds") or ()
        return self._start(input, None, projects, runs)

    def in_model_run(self, input: Json) -> Json:
        run = input["filters"]["modelRunId"]
        if run not in self.workspace.model_runs:
            raise QueryError("RESOURCE_NOT_FOUND", f"ModelRun {run} not found")
        return self._start(input, None, (), {run}, needs_run=True)

    def look(self, task_id: str) -> list[Json]:
        """The task of that id, if there is one, as a poll finds it."""
        with self.lock:
            task = self.tasks.get(task_id)
            if task is None:
                return []
            task.polled += 1
            return [self.fields(task)]

    def task(self, where: Json) -> Json:
        task = self.tasks.get(where["id"])
        if task is None:
            raise QueryError("RESOURCE_NOT_FOUND", f"Task {where['id']} not found")
        return self.fields(task)

    def fields(self, task: Task) -> Json:
        """The task as the API has it."""
        return {
            "id": task.id,
            "name": task.name,
            "status": task.status,
            "completionPercentage": task.percentage,
            "createdAt": stamp(task.created_at),
            "updatedAt": stamp(self.workspace.clock.now),
            "type": "export-data-rows",
            "metadata": None,
            "result": None,
            "errors": None,
            "exportMetadataHeader": lambda streamType: self._header(task, streamType),
            "exportFileFromOffset": lambda streamType, offset: self._file(task, streamType, int(offset)),
        }

    def content(self, signature: str) -> bytes | None:
        """The chunk of a signed address; None if nobody signed it or it has expired."""
        if signature in self.expired or signature not in self.signatures:
            return None
        stream, chunk = self.signatures[signature]
        start, end = stream.span(chunk)
        return stream.content[start:end]

    def _start(self, asked: Json, project: str | None, projects: Any, runs: Any, *, needs_run: bool = False) -> Json:
        tests = [test_of(query, project) for query in asked["filters"].get("searchQuery", {}).get("query") or ()]
        found = []
        for row in self.workspace.visible():
            if project is not None and project not in row.line.get("projects", {}):
                continue
            if all(test(row) for test in tests):
                line = exported(row, asked["params"], projects, runs)
                found += [line] if not needs_run or line.get("experiments") else []
        streams = {"RESULT": stream_of(found, self.chunk_size, self.cut)}
        streams["ERRORS"] = stream_of(self.errors, self.chunk_size, self.cut)
        end = "FAILED" if self.fails else "CANCELED" if self.is_canceled else "COMPLETE"
        with self.lock:
            task_id = f"task-{len(self.tasks) + 1}"
            self.tasks[task_id] = Task(
                task_id, asked.get("taskName"), self.workspace.clock.now, streams, self.polls, end, self.missing
            )
        return {"taskId": task_id, "isStreamable": True}

    def _header(self, task: Task, kind: str) -> Json | None:
        """Sizes are texts, as they may be where the API says UInt64; nothing at all for an empty stream."""
        stream = task.streams[kind]
        if task.status != "COMPLETE" or not stream.content:
            return None
        promised = len(stream.content) + (task.missing if kind == "RESULT" else 0)
        return {"totalSize": str(promised), "totalLines": str(stream.lines)}

    def _file(self, task: Task, kind: str, offset: int) -> Json | None:
        """The chunk file that has the byte at the offset, at an address that is signed anew each time."""
        stream = task.streams[kind]
        chunk = stream.chunk_at(offset) if task.status == "COMPLETE" else None
        if chunk is None:
            return None
        start, end = stream.span(chunk)
        first, last = stream.content.count(b"\n", 0, start), stream.content.count(b"\n", 0, end - 1)
        with self.lock:
            signature = f"{len(self.signatures) + 1:08x}"
            self.signatures[signature] = (stream, chunk)
        return {
            "offsets": {"start": str(start), "end": str(end - 1)},
            "lines": {"start": str(first), "end": str(last)},
            "file": f"{self.address}/files/{task.id}/{kind}/{chunk}.ndjson?X-Goog-Signature={signature}",
        }
