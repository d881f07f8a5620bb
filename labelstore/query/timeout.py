"""Stops a query that takes too long, or at Ctrl-C.

An engine that computes does not look at Python's signals. So a thread does: it reads the byte that the signal writes
to a pipe, waits for the end of the time too, and interrupts the engine.
"""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from labelstore.engines.database import Database
from labelstore.errors import TooSlowError
from labelstore.query.error_hints import is_interruption

_STEP = 0.05
_LONGEST = 1e8
"""Seconds that the operating system can count; three years are for ever."""
_PATIENCE = 1.0
"""Seconds that an engine has to stop once it is interrupted."""


@contextmanager
def watched(database: Database, timeout: float | None, tidy: Callable[[], None], interrupted: int) -> Iterator[None]:
    """Run a query under watch.

    Raises `TooSlowError` after `timeout` seconds and `KeyboardInterrupt` at Ctrl-C. Should the engine not stop, `tidy`
    is called and the process ends, with the exit code `interrupted` at Ctrl-C.
    """
    watch = _Watch(database, timeout, tidy, interrupted)
    try:
        yield
    except Exception as error:
        if watch.reason == "signal" and (is_interruption(error) or "interrupted" in str(error).lower()):
            raise KeyboardInterrupt from None
        if watch.reason == "timeout":
            raise _too_slow(timeout) from None
        raise
    except KeyboardInterrupt:
        if watch.reason == "timeout":
            raise _too_slow(timeout) from None
        raise
    finally:
        watch.end()


def _too_slow(timeout: float | None) -> TooSlowError:
    return TooSlowError(f"stopped after {timeout:g} seconds", "ask for less, or give it more with --timeout")


class _Watch:
    def __init__(self, database: Database, timeout: float | None, tidy: Callable[[], None], interrupted: int) -> None:
        self.reason: str | None = None
        self._database, self._tidy, self._interrupted = database, tidy, interrupted
        self._timeout = timeout
        self._deadline = None if timeout is None or timeout > _LONGEST else time.monotonic() + timeout
        self._done = threading.Event()
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._is_main = threading.current_thread() is threading.main_thread()
        self._before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False) if self._is_main else -1
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.is_set():
            left = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
            if not select.select([self._read], [], [], left)[0]:
                self.reason = "timeout"
                break
            if signal.SIGINT in os.read(self._read, 64):
                self.reason = "signal"
                break
        if self._done.is_set() or self.reason is None:
            return
        given_up = time.monotonic() + _PATIENCE
        while not self._done.wait(_STEP):  # again and again: it may be between two statements
            self._database.interrupt()
            if time.monotonic() > given_up:
                self._tidy()
                if self.reason == "timeout":
                    print(f"labelstore: {_too_slow(self._timeout)}", file=sys.stderr)
                os._exit(self._interrupted if self.reason == "signal" else 1)

    def end(self) -> None:
        self._done.set()
        if self._is_main:
            signal.set_wakeup_fd(self._before)
        os.write(self._write, b"\0")
        self._thread.join()
        os.close(self._read)
        os.close(self._write)
