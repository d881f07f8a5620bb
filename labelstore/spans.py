"""Spans of text entities: what they cut out of a text, and why one cannot be right.

A span counts characters from 0, both ends included. Whether Labelbox counts code points or UTF-16 units is not
documented; the two differ after a character beyond U+FFFF, such as an emoji.
"""

from enum import StrEnum


class Unit(StrEnum):
    """What spans count."""

    CODE_POINTS = "code-points"
    UTF_16 = "utf-16"


BEYOND_CODE_POINTS = "end beyond the text in code points, not in UTF-16 units"


def span_problem(
    start: int | None, end: int | None, *, token: str | None = None, text: str | None = None
) -> str | None:
    """Why the span from `start` to `end` cannot be right, in the words of the query span-problems; None if it can."""
    if start is None or end is None:
        return "no start or no end"
    if start < 0:
        return "start before the text"
    if end < start:
        return "end before start"
    if text is not None and end >= utf16_length(text):
        return "end beyond the text"
    if text is not None and end >= len(text) and token is None:  # a token tells which unit is meant
        return BEYOND_CODE_POINTS
    if token is not None and end - start + 1 not in (len(token), utf16_length(token)):
        return "length is not that of the token"
    if token is not None and text is not None and token not in (cut(text, start, end, unit) for unit in Unit):
        return "token is not the text at the span"
    return None


def cut(text: str, start: int, end: int, unit: Unit) -> str:
    """The part of `text` from `start` to `end`, both included; half a surrogate pair becomes U+FFFD."""
    if unit is Unit.CODE_POINTS:
        return text[start : end + 1]
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * (end + 1)].decode("utf-16-le", "replace")


def utf16_length(text: str) -> int:
    """UTF-16 units of the text."""
    return len(text) + sum(char > "\uffff" for char in text)
