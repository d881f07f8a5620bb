"""Dates and times as people write them."""

from datetime import UTC, date, datetime

from labelstore.errors import UsageError

PERIOD = ("since", "until")
"""Parameters of canned queries that bound a period: the first moment in it, and the first after it."""


def utc(moment: str | date, name: str = "since") -> str:
    """The moment as UTC in ISO 8601, to the second. Raises `UsageError` that tells of `name`."""
    try:
        read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        if not isinstance(read, datetime):
            read = datetime(read.year, read.month, read.day, tzinfo=UTC)
        if read.tzinfo is not None:
            read = read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{name}: {moment!r} is no time; write it as 2024-01-31 or 2024-01-31T10:00:00") from None
    return read.replace(tzinfo=None).isoformat(timespec="seconds")
