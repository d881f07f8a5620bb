"""Many URLs at once, by threads: each into the vault, or with the reason why it is not there."""

import os
import queue
import re
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import stamina

from labelstore.assets.vault import Vault, content_type
from labelstore.connected.fetching.addresses import Addresses
from labelstore.connected.fetching.asking import Api, Way, answered, is_late, ways_to
from labelstore.connected.fetching.bodies import receive
from labelstore.connected.fetching.client import Client
from labelstore.connected.fetching.contents import fault
from labelstore.connected.fetching.hosts import Allowed, Place, place_of
from labelstore.connected.fetching.pace import LONGEST_PAUSE, Pace
from labelstore.connected.fetching.results import (
    EMPTY,
    EXPIRED,
    FAILED,
    FETCHED,
    REFUSED,
    Got,
    NotFetchedError,
    StoppedError,
    Wanted,
)
from labelstore.files.outputs import is_alive

_SECONDS_TO_STOP: Final = 1.0
_SCRATCH: Final = re.compile(r"\.fetch-(\d+)-\d+\.part")


class Limits(NamedTuple):
    """`jobs` at once; `rate` requests a second; bytes of one file and of all; seconds without an answer or a byte.

    `most`: how many URLs are asked for. `attempts` for each, with growing pauses from `first_pause` on.
    """

    jobs: int = 8
    most: int | None = None
    rate: float | None = None
    max_size: int = 1_000_000_000
    max_total: int | None = None
    timeout: float = 60.0
    attempts: int = 5
    first_pause: float = 0.5
    longest_pause: float = LONGEST_PAUSE


class Downloads:
    """The downloads of one run into a vault."""

    def __init__(self, vault: Vault, allowed: Allowed, api: Api, limits: Limits, addresses: Addresses) -> None:
        self._vault, self._allowed, self._api, self._limits = vault, allowed, api, limits
        self._pace = Pace(limits.rate, limits.longest_pause)
        self._client = Client(addresses, connections=limits.jobs, timeout=limits.timeout)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._results: queue.Queue[Got | BaseException | None] = queue.Queue()
        self._scratches = 0
        self.bytes = 0
        """Of the files that are complete."""

    def all_of(self, wanted: Sequence[Wanted]) -> Generator[Got | None, None, None]:
        """What became of each, as soon as that is known; None where nothing happened for a while.

        Those that are left when `max_total` is reached do not come. Raises `OSError` where the vault cannot be
        written. Whoever leaves early stops the downloads.
        """
        todo, results = iter(wanted), self._results
        threads = [
            threading.Thread(target=self._work, args=(todo,), daemon=True)
            for _ in range(min(self._limits.jobs, len(wanted)))
        ]
        for thread in threads:
            thread.start()
        running = len(threads)
        try:
            while running:
                try:
                    result = results.get(timeout=0.25)
                except queue.Empty:
                    yield None
                    continue
                if isinstance(result, BaseException):
                    raise result
                if result is None:
                    running -= 1
                else:
                    yield result
        finally:
            self._stop.set()
            until = time.monotonic() + _SECONDS_TO_STOP
            for thread in threads:  # one that waits for a server ends with the process
                thread.join(timeout=max(0.0, until - time.monotonic()))
            self._client.close()

    def finished(self) -> list[Got]:
        """Those that were done by the time that somebody left `all_of` early."""
        rest: list[Got] = []
        with suppress(queue.Empty):
            while True:
                result = self._results.get_nowait()
                rest += [result] if isinstance(result, Got) else []
        return rest

    def _work(self, todo: Iterator[Wanted]) -> None:
        results = self._results
        try:
            while not self._stop.is_set() and (wanted := self._next(todo)) is not None:
                results.put(self._fetch(wanted))
        except StoppedError:
            pass
        except BaseException as error:  # told by the thread that waits
            results.put(error)
        finally:
            results.put(None)

    def _next(self, todo: Iterator[Wanted]) -> Wanted | None:
        with self._lock:
            most = self._limits.max_total
            return None if most is not None and self.bytes >= most else next(todo, None)

    def _fetch(self, wanted: Wanted) -> Got:
        """Ask for one URL, in every way that there is, as often as that may help."""
        sent = _Sent(self._pace, self._stop)
        failure = NotFetchedError(EXPIRED, "the link has expired")
        try:
            for way in ways_to(wanted, self._api, place_of(wanted.signed)):
                try:
                    return self._persistently(wanted, way, sent)
                except NotFetchedError as error:
                    failure = error
                    if error.status not in (REFUSED, EXPIRED):
                        break
        except NotFetchedError as error:
            failure = error
        return Got(wanted, failure.status, failure.reason, attempts=sent.count, is_busy=failure.is_busy)

    def _persistently(self, wanted: Wanted, way: Way, sent: "_Sent") -> Got:
        limits = self._limits
        for attempt in stamina.retry_context(
            on=self._again,
            attempts=limits.attempts,
            timeout=None,
            wait_initial=limits.first_pause,
            wait_max=30.0,
            wait_jitter=limits.first_pause,
        ):
            with attempt:
                if self._stop.is_set():
                    raise StoppedError
                return self._once(wanted, way, sent)
        raise AssertionError("a retry that neither returns nor raises")

    def _again(self, error: Exception) -> bool | float:
        """Whether to ask again, or after how many seconds."""
        if not isinstance(error, NotFetchedError) or self._stop.is_set():
            return False
        if isinstance(error.again, bool):
            return error.again
        return error.again if error.again <= self._limits.longest_pause else False

    def _once(self, wanted: Wanted, way: Way, sent: "_Sent") -> Got:
        sent.is_counted = False
        try:
            with answered(self._client, way, self._allowed, self._api, sent.before) as response:
                return self._kept(wanted, response, sent)
        except NotFetchedError as error:
            if not isinstance(error.again, bool) and sent.place is not None:
                self._pace.pause(sent.place.host, error.again)
            raise
        except (httpx.InvalidURL, UnicodeError):  # a name that only looks like one
            raise NotFetchedError(REFUSED, "is no address of the web") from None
        except httpx.HTTPError as error:
            raise NotFetchedError(FAILED, _said(error), True) from None

    def _kept(self, wanted: Wanted, response: httpx.Response, sent: "_Sent") -> Got:
        if response.status_code == 204:
            return Got(wanted, EMPTY, "there is nothing (204)", attempts=sent.count)
        scratch = self._scratch()
        limits = self._limits
        try:
            body = receive(
                response, scratch, most=limits.max_size, timeout=limits.timeout, is_stopped=self._stop.is_set
            )
            if not body.bytes:
                return Got(wanted, EMPTY, "has no content", attempts=sent.count)
            media_type = content_type(scratch)
            if (reason := fault(scratch, wanted.expected, media_type)) is not None:
                raise NotFetchedError(FAILED, reason)
            self._vault.take_in(scratch, body.sha256)
        finally:
            scratch.unlink(missing_ok=True)
        with self._lock:
            self.bytes += body.bytes
        return Got(wanted, FETCHED, None, body.sha256, body.bytes, media_type, sent.count)

    def _scratch(self) -> Path:
        with self._lock:
            self._scratches += 1
            return self._vault.folder / f".fetch-{os.getpid()}-{self._scratches}.part"


class _Sent:
    """What was sent for one URL: how often it was asked for, and where the last request went."""

    def __init__(self, pace: Pace, stop: threading.Event) -> None:
        self._pace, self._stop = pace, stop
        self.count = 0
        self.is_counted = False
        self.place: Place | None = None

    def before(self, place: Place) -> None:
        """Wait for the turn of the next request."""
        self.place = place
        self._pace.wait(place, self._stop)
        if self._stop.is_set():
            raise StoppedError
        self.count += not self.is_counted
        self.is_counted = True  # redirects do not count


def needs_no_request(wanted: Wanted, api: Api) -> Got | None:
    """What is known of a URL without asking: that its link has expired, and no key helps."""
    try:
        place = place_of(wanted.signed)
    except NotFetchedError as error:
        return Got(wanted, error.status, error.reason)
    if is_late(wanted) and not any(way.has_key for way in ways_to(wanted, api, place)):
        return Got(wanted, EXPIRED, f"the link has expired ({wanted.expires_at})")
    return None


def remove_scratch_files(vault: Vault) -> None:
    """Remove what killed runs left in the vault."""
    with suppress(OSError):
        for left in list(vault.folder.iterdir()):
            found = _SCRATCH.fullmatch(left.name)
            if found and (int(found[1]) == os.getpid() or not is_alive(int(found[1]))):
                left.unlink(missing_ok=True)


def _said(error: httpx.HTTPError) -> str:
    """What went wrong on the way, without the URL."""
    match error:
        case httpx.ConnectTimeout():
            return "the server does not answer"
        case httpx.TimeoutException():
            return "nothing came for too long"
        case httpx.RemoteProtocolError():
            return "the answer ends too early, or is no HTTP"
    return " ".join(str(error).split())[:200] or type(error).__name__
