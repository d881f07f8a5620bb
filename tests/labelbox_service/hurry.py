"""Time that passes without waiting, for the SDK and for us, and requests that look up no stack."""

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

WAITING = (
    "google.api_core.retry.retry_unary",
    "google.api_core.retry.retry_base",
    "labelbox.client",
    "labelbox.schema.annotation_import",
    "labelbox.schema.model_run",
    "labelbox.schema.project",
    "labelbox.schema.task",
    "tenacity",
    "tenacity.nap",
)
CALLING = ("lbox.request_client", "labelbox.pagination")
"""Where each request tells by which method it comes, for which all files of the stack are looked up."""


class _Time:
    """The module `time`, whose clocks go on by what was slept."""

    def __init__(self, passed: Callable[[float], object]) -> None:
        self.slept = 0.0
        self.passed = passed

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.passed(seconds)

    def monotonic(self) -> float:
        return time.monotonic() + self.slept

    def time(self) -> float:
        return time.time() + self.slept

    def __getattr__(self, name: str) -> object:
        return getattr(time, name)


@contextmanager
def hurried(passed: Callable[[float], object] = lambda seconds: None, *, also: tuple[str, ...] = ()) -> Iterator[_Time]:
    """Let the SDK and tenacity, which stamina is made of, not wait, nor the modules named in `also` that import `time`.

    `slept` says how long they would have, and `passed` is called with each of their waits. Their deadlines are kept:
    they count what was slept.
    """
    hurry = _Time(passed)
    with ExitStack() as patches:
        for name in (*WAITING, *also):
            patches.enter_context(mock.patch.object(importlib.import_module(name), "time", hurry))
        for name in CALLING:
            patches.enter_context(mock.patch(f"{name}.call_info_as_str", return_value=""))
        yield hurry
