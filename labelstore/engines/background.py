"""Work that another thread does in turn, while its owner goes on."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

_MOST = 64
"""So much work may wait to be done."""


class Background:
    """One thread for the work of one owner, which does not touch what the work is about before `wait`."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._begun: list[Future[Any]] = []

    def begin(self, work: Callable[..., object], *arguments: Any) -> None:
        """Have work done; what it raises, the next `wait` does."""
        if len(self._begun) >= _MOST:
            self.wait()
        self._begun.append(self._pool.submit(work, *arguments))

    def wait(self) -> None:
        """Until all is done; raises what the first of it raised."""
        if self._begun:
            wait(self._begun)
            done, self._begun = self._begun, []
            for one in done:
                one.result()

    def give_up(self) -> None:
        """Wait for what is being done, and leave out what is not begun."""
        for one in self._begun:
            one.cancel()
        wait(self._begun)
        self._begun = []

    def close(self) -> None:
        """Give up, and end the thread."""
        self._pool.shutdown(cancel_futures=True)
