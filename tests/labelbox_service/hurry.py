"""Time that passes without waiting, for the polls and retries of the SDK."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

WAITING = (
    "google.api_core.retry.retry_unary",
    "google.api_core.retry.retry_base",
    "labelbox.client",
    "labelbox.schema.annotation_import",
    "labelbox.schema.model_run",
    "labelbox.schema.project",
    "labelbox.schema.task",
)


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
def hurried(passed: Callable[[float], object] = lambda seconds: None) -> Iterator[_Time]:
    """Let the SDK not wait: `slept` says how long it would have, and `passed` is called with each of its waits.

    Its deadlines are kept: they count what was slept.
    """
    import labelbox  # noqa: F401 - so that its modules are there

    hurry = _Time(passed)
    with mock.patch.multiple(sys.modules[WAITING[0]], time=hurry):
        patches = [mock.patch.object(sys.modules[name], "time", hurry) for name in WAITING[1:]]
        for patch in patches:
            patch.start()
        try:
            yield hurry
        finally:
            for patch in patches:
                patch.stop()
