"""Helper processes: each runs `work` of a module, is told one task and says what came of it, both in JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from labelstore import errors
from labelstore.errors import InputError, InUseError, LabelstoreError, StoreError, UsageError

Helper = subprocess.Popen[str]
SHARED_BYTES = 16_000_000
"""Below this, starting a second process costs more than it saves."""


def useful_jobs(wanted: int | None, *files: Path, size: int = 0) -> int:
    """How many processes to work on files with: as many as wanted, else the cores there are if it pays.

    `size` is that of what they work on besides, in bytes.
    """
    if wanted is not None:
        if wanted < 1:
            raise UsageError("jobs: at least 1")
        return wanted
    size += sum(file.stat().st_size for file in files if file.is_file())
    return min(os.cpu_count() or 1, 8) if size >= SHARED_BYTES else 1


@contextmanager
def helpers(module: str, count: int) -> Iterator[list[Helper]]:
    """Processes that wait for their task; whatever happens, none outlives this block."""
    # they import what this process does, and nothing that happens to lie in the current folder
    code = f"import sys; sys.path = {sys.path!r}; from labelstore.workers import serve; serve({module!r})"
    command, pipe = [sys.executable, "-P", "-c", code], subprocess.PIPE
    started: list[Helper] = []
    try:
        for _ in range(count):
            started.append(
                Helper(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, encoding="utf-8")
            )
        yield started
    finally:
        for helper in started:
            if helper.poll() is None:
                helper.kill()
            helper.wait()
            for stream in (helper.stdin, helper.stdout):
                assert stream is not None
                with suppress(BrokenPipeError):
                    stream.close()


def send_task(helper: Helper, task: dict[str, Any]) -> None:
    """Hand a helper its task. Its standard input stays open: when that ends, so does the helper."""
    assert helper.stdin is not None
    with suppress(BrokenPipeError):  # it ended early, which `result_of` reports
        helper.stdin.write(json.dumps(task) + "\n")
        helper.stdin.flush()


def result_of(
    helper: Helper, what: str, way_out: str = "try --jobs 1", heard: Callable[..., None] | None = None
) -> dict[str, Any]:
    """What a helper says when it is done; raises its error.

    `what` names the whole work in an error, `way_out` says what to do when the helper ended early. `heard` is called
    with the numbers that it tells meanwhile by `tell`.
    """
    assert helper.stdout is not None
    text = ""
    for text in helper.stdout:
        if heard is not None and text.endswith("]\n"):
            heard(*json.loads(text))
    if helper.wait() != 0 or not text:
        raise StoreError(what, f"one of its processes ended early (exit {helper.returncode})", way_out)
    said: dict[str, Any] = json.loads(text)
    raise_told(said)
    return said


def raise_told(said: dict[str, Any]) -> None:
    """Raise the error that another process told by `error_told`, if it did."""
    if "error" in said:
        raise getattr(errors, said["error"], LabelstoreError)(*said["arguments"])


def error_told(error: LabelstoreError | OSError) -> dict[str, Any]:
    """An error as JSON."""
    if isinstance(error, InputError):
        return {"error": type(error).__name__, "arguments": [error.source, error.reason, error.hint]}
    if isinstance(error, StoreError):
        holder = [error.holder] if isinstance(error, InUseError) else []
        return {"error": type(error).__name__, "arguments": [error.path, *holder, error.reason, error.hint]}
    return {"error": type(error).__name__, "arguments": [str(error)]}


def tell(*numbers: int) -> None:
    """In a helper: tell how far its work is."""
    print(json.dumps(numbers), flush=True)


def serve(module: str) -> None:
    """What a helper does: read its task, do it, and say what came of it."""
    work: Callable[[dict[str, Any]], dict[str, Any]] = import_module(module).work
    text = sys.stdin.readline()
    if not text:  # whoever started it failed before there was a task
        return
    Thread(target=_end_with_input, daemon=True).start()
    try:
        said = work(json.loads(text))
    except (LabelstoreError, OSError) as error:
        said = error_told(error)
    json.dump(said, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # all is closed; Python's own end would take another 30 ms


def _end_with_input() -> None:
    """Ends the process when who started it is gone, killed perhaps; by the bare descriptor, which nobody locks."""
    while os.read(0, 1):
        pass
    os._exit(1)
