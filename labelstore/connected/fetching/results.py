"""What became of one URL, in the words of the table `assets`, and why something is not fetched."""

from typing import Final, NamedTuple

FETCHED: Final = "fetched"
EMPTY: Final = "empty"
REFUSED: Final = "refused"
EXPIRED: Final = "expired"
MISSING: Final = "missing"
FAILED: Final = "failed"
STATUSES: Final = (FETCHED, EMPTY, REFUSED, EXPIRED, MISSING, FAILED)
COMPLETE: Final = (FETCHED, EMPTY)
"""What is not asked for again."""


class Wanted(NamedTuple):
    """One URL to fetch: without its tokens, and as the newest record signs it.

    `expected` is the type of asset, or `mask` or `frames`; `source` is what to export again for a fresh link, as an
    option of `labelstore pull`: ("--project", id).
    """

    url: str
    signed: str
    role: str
    expected: str | None
    source: tuple[str, str] | None
    expires_at: str | None


class Got(NamedTuple):
    """What came of asking for a URL; `attempts` is how many requests that took, 0 where none was sent."""

    wanted: Wanted
    status: str
    reason: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    media_type: str | None = None
    attempts: int = 0
    is_busy: bool = False
    """Whether only time is needed: the server limits requests, or something else stopped the run."""


class NotFetchedError(Exception):
    """A URL is not fetched: the status of that, and why. `again` says whether, or after how many seconds, to retry."""

    def __init__(self, status: str, reason: str, again: bool | float = False, *, is_busy: bool = False) -> None:
        self.status, self.reason, self.again, self.is_busy = status, reason, again, is_busy
        super().__init__(reason)


class StoppedError(Exception):
    """The run ends, so nothing more is read."""
