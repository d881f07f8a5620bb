"""One answer to one URL: redirects one by one, the API key only to Labelbox's API, statuses in words."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Final, NamedTuple

import httpx

from labelstore.clock import now
from labelstore.connected.fetching.client import Client
from labelstore.connected.fetching.hosts import Allowed, Place, place_of
from labelstore.connected.fetching.results import EXPIRED, FAILED, MISSING, REFUSED, NotFetchedError, Wanted
from labelstore.connected.service.errors import KeyMissingError
from labelstore.connected.service.keys import VARIABLE, api_key

_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_REFUSED: Final = (401, 403)
_GONE: Final = (404, 410)
_LATER: Final = (408, 425, 429)
_TOLD: Final = 2048
"""Bytes of the answer of an error that are read."""
_IS_EXPIRED: Final = re.compile(rb"expired", re.I)


class Api:
    """Labelbox's API: where it is, and the key, which goes nowhere else; it is looked for when it is needed."""

    def __init__(self, url: httpx.URL) -> None:
        self.place, self._scheme = place_of(url), url.scheme

    @cached_property
    def key(self) -> str | None:
        """None where there is none."""
        try:
            return api_key()
        except KeyMissingError:
            return None

    def is_at(self, url: httpx.URL, place: Place) -> bool:
        """Whether a URL, which leads to `place`, is one of the API."""
        return place == self.place and url.scheme == self._scheme


class Way(NamedTuple):
    """One way to ask for something: the URL, and what opens it: what signs it, the API key, or neither."""

    url: str
    is_signed: bool = False
    has_key: bool = False


def ways_to(wanted: Wanted, api: Api, place: Place) -> list[Way]:
    """How to ask: as the export signed the URL, and where that is Labelbox's API, by the key."""
    is_signed = wanted.signed != wanted.url
    has_key = place == api.place and api.key is not None
    by_key = [Way(wanted.url.removesuffix("?"), has_key=True)] if has_key else []
    if has_key and (not is_signed or is_late(wanted)):
        return by_key
    return [Way(wanted.signed, is_signed), *by_key]


def is_late(wanted: Wanted) -> bool:
    """Whether the link says of itself that it no longer works."""
    return wanted.expires_at is not None and wanted.expires_at <= now("seconds")


@contextmanager
def answered(
    client: Client, way: Way, allowed: Allowed, api: Api, before: Callable[[Place], None]
) -> Iterator[httpx.Response]:
    """The answer that has a body, or none (204), at the end of redirects; `before` is told where each request goes.

    Raises `NotFetchedError`, whatever else was answered, and the errors of httpx.
    """
    url = _parsed(way.url)
    for _ in range(_MOST_REDIRECTS + 1):
        place = allowed.check(url)
        headers = {}
        if way.has_key and api.is_at(url, place):
            headers["Authorization"] = f"Bearer {api.key}"
        before(place)
        response = client.get(url, headers)
        try:
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                _check_status(response, way, api, place)
                yield response
                return
            url = _target(url, response.headers["location"])
        finally:
            response.close()
    raise NotFetchedError(FAILED, f"more than {_MOST_REDIRECTS} redirects")


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise NotFetchedError(REFUSED, "is no address of the web") from None


def _target(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads. An https address leads to no http one."""
    try:
        target = url.join(location)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise NotFetchedError(REFUSED, "is redirected to what is no address of the web") from None
    if url.scheme == "https" and target.scheme == "http":
        raise NotFetchedError(REFUSED, "is redirected from https to http")
    return target


def _check_status(response: httpx.Response, way: Way, api: Api, place: Place) -> None:
    status = response.status_code
    if status in (200, 204):
        return
    if status in _GONE:
        raise NotFetchedError(MISSING, f"there is nothing any more, or never was ({status})")
    if status in _REFUSED:
        raise _refusal(status, way, api, place)
    if status == 400 and _IS_EXPIRED.search(_told(response)):
        raise NotFetchedError(EXPIRED, "the link has expired (400)")
    if status in _LATER or (status >= 500 and status != 501):
        pause = _pause(response.headers.get("retry-after"))
        reason = f"too many requests ({status})" if status == 429 else f"the server is busy or out of order ({status})"
        raise NotFetchedError(FAILED, reason, True if pause is None else pause, is_busy=True)
    raise NotFetchedError(FAILED, f"answered {status}")


def _refusal(status: int, way: Way, api: Api, place: Place) -> NotFetchedError:
    if way.has_key:
        return NotFetchedError(REFUSED, f"the API key may not read this ({status})")
    if way.is_signed:
        return NotFetchedError(EXPIRED, f"the link is not accepted any more ({status})")
    if place == api.place:
        return NotFetchedError(REFUSED, f"asks for the API key ({status}): set {VARIABLE}")
    return NotFetchedError(REFUSED, f"not without a login ({status})")


def _told(response: httpx.Response) -> bytes:
    """The beginning of an answer."""
    told = b""
    for some in response.iter_raw():
        told += some
        if len(told) >= _TOLD:
            break
    return told[:_TOLD]


def _pause(retry_after: str | None) -> float | None:
    """The seconds that a server asks to wait."""
    if retry_after is None:
        return None
    try:
        if retry_after.strip().isdecimal():
            return float(retry_after)
        moment = parsedate_to_datetime(retry_after)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
