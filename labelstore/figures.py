"""Numbers, times, durations and shares as people read them: one form on pages, in reports and in what commands say."""

import re
from datetime import UTC, datetime
from math import floor, isfinite, log10
from typing import Any

NOTHING = "–"
"""Stands where there is no value."""

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)? *(Z|[-+]\d\d:?\d\d)?)?", re.A
)  # an offset is optional: without one it is UTC
_SIZE = re.compile(r"(\d{1,15}(?:\.\d+)?) ?([kmgt]?)(?:b|bytes)?", re.A)


def figure(value: float | None) -> str:
    """1234567 as `1,234,567`; fractions have two digits, those of small numbers three that tell, of large ones none."""
    if value is None:
        return NOTHING
    if isinstance(value, int):
        return f"{value:,}"
    if not isfinite(value) or abs(value) >= 1e15 or 0 < abs(value) < 1e-6:
        return f"{value:.3g}"
    digits = 0 if abs(value) >= 1000 or value == 0 else max(2, 2 - floor(log10(abs(value))))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text.replace("-0", "0") if value == 0 else text


def counted(number: int, noun: str) -> str:
    """`1 label`, `1,200 labels`, `2 classes`."""
    return f"{figure(number)} {noun}{'' if number == 1 else 'es' if noun.endswith('s') else 's'}"


def share(part: float | None) -> str:
    """0.93 as `93 %`; what is not quite nothing or all says so, as `<1 %` and `>99 %`."""
    if part is None or not isfinite(part):
        return NOTHING
    percent = round(100 * part)
    if percent == 0 and part > 0:
        return "<1 %"
    if percent == 100 and part < 1:
        return ">99 %"
    return f"{figure(percent)} %"


def duration(seconds: float | None) -> str:
    """7500 as `2 h 5 min`, with minutes and seconds where it is short; implausible numbers unchanged."""
    if seconds is None:
        return NOTHING
    if not 0 <= seconds < 1e12:
        return str(seconds)
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{figure(hours)} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{figure(seconds if seconds < 1 else round(seconds, 1))} s"


def moment(text: str | None) -> str:
    """`2024-03-20 02:06 UTC` for a time in ISO 8601, whatever its offset; dates and other texts unchanged."""
    if text is None:
        return NOTHING
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text
    day, minute, _, offset = found.groups()
    try:
        read = datetime.fromisoformat(f"{day}T{minute or '00:00'}{offset or 'Z'}").astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    return f"{read:%Y-%m-%d %H:%M} UTC" if minute else day


def size(count: float) -> str:
    """1300000 bytes as `1.3 MB`, in powers of 1000."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{figure(round(count / 1000**power, 1))} {unit}"
    return f"{figure(count)} bytes"


def bytes_in(text: str) -> int:
    """How many bytes `1.3 MB`, `500kB` or `2000` are, in powers of 1000. Raises `ValueError`."""
    found = _SIZE.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"{text} is no size, such as 500MB or 2GB")
    power: int = ("", "k", "m", "g", "t").index(found[2])
    return round(float(found[1]) * 1000.0**power)


FILTERS: dict[str, Any] = {"figure": figure, "share": share, "duration": duration, "moment": moment, "size": size}
"""For templates: `{{ labels|figure }}`."""
