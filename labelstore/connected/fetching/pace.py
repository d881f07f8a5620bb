"""How fast servers are asked: so many requests a second, and none of a server that asked for a pause."""

import threading
import time
from typing import Final

from labelstore.connected.fetching.hosts import Place
from labelstore.connected.fetching.results import FAILED, NotFetchedError
from labelstore.figures import duration

LONGEST_PAUSE: Final = 120.0
"""Seconds; a server that asks for a longer pause is not asked again in this run."""


class Pace:
    """Shared by all threads. `rate` is in requests a second, None for any number."""

    def __init__(self, rate: float | None, longest_pause: float = LONGEST_PAUSE) -> None:
        self._between = 1 / rate if rate else 0.0
        self._longest_pause = longest_pause
        self._next = 0.0
        self._paused: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, place: Place, stop: threading.Event) -> None:
        """Wait for the next turn of a host. Raises `NotFetchedError` where that is too far off."""
        with self._lock:
            moment = time.monotonic()
            until = self._paused.get(place.host, 0.0)
            if until - moment > self._longest_pause:
                raise NotFetchedError(FAILED, f"{place} asks to come back in {duration(until - moment)}", is_busy=True)
            turn = max(moment, self._next, until)
            if self._between:
                self._next = max(moment, self._next) + self._between
        if turn > moment:
            stop.wait(turn - moment)

    def pause(self, host: str, seconds: float) -> None:
        """Note that a host asked for a pause."""
        with self._lock:
            self._paused[host] = max(self._paused.get(host, 0.0), time.monotonic() + seconds)
