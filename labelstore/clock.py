"""The clock: the time of now as text."""

from datetime import UTC, datetime


def now(timespec: str = "milliseconds") -> str:
    """UTC, ISO 8601, as exactly as `timespec` says: `2024-03-20T02:06:25.123Z`."""
    return datetime.now(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
