"""Spans of text entities: what they cut out of a text, and why one cannot be right.

A span counts characters from 0, both ends included. Whether Labelbox counts code points or UTF-16 units is not
documented; the two differ after a character beyond U+FFFF, such as an emoji. So the tokens of a label decide: the unit
in which more of them are the text at their span is the unit of all its spans. Where they do not tell, it is code
points.
The view `entity_texts` says the same in SQL.
"""

from bisect import bisect_left
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Unit(StrEnum):
    """What spans count."""

    CODE_POINTS = "code-points"
    UTF_16 = "utf-16"


BEYOND = "end beyond the text"
BEYOND_CODE_POINTS = f"{BEYOND} in code points, not in UTF-16 units"


class Claim(NamedTuple):
    """A span in a text; `token` is what the export says of the text there, None where it does not."""

    text: str
    start: int | None
    end: int | None
    token: str | None = None


class Offsets:
    """From offsets in a unit to those of a Python text, which are code points.

    Half a surrogate pair stands for its character.
    """

    def __init__(self, text: str, unit: Unit) -> None:
        wide = [index for index, char in enumerate(text) if char > "\uffff"] if unit is Unit.UTF_16 else []
        self._wide = [index + before for before, index in enumerate(wide)]
        self.text = text
        self.length = len(text) + len(wide)
        """Of the text, in the unit."""

    def point(self, offset: int) -> int:
        """The code point at an offset."""
        return offset - bisect_left(self._wide, offset)

    def cut(self, start: int, end: int) -> str:
        """The text from `start` to `end`, both included."""
        return self.text[self.point(start) : self.point(end) + 1]


def unit_of(claims: Iterable[Claim], otherwise: Unit = Unit.CODE_POINTS) -> Unit:
    """The unit in which the tokens of a label are the text at their spans; `otherwise` where they do not tell."""
    votes = 0
    by_text: dict[str, tuple[Offsets, Offsets]] = {}
    for text, start, end, token in claims:
        if token is None or start is None or end is None or not 0 <= start <= end or text.isascii():
            continue
        both = by_text.get(text)
        if both is None:
            both = by_text[text] = (Offsets(text, Unit.CODE_POINTS), Offsets(text, Unit.UTF_16))
        in_points, in_units = (end < offsets.length and offsets.cut(start, end) == token for offsets in both)
        votes += in_units - in_points
    if votes == 0:
        return otherwise
    return Unit.UTF_16 if votes > 0 else Unit.CODE_POINTS


def span_problem(
    start: int | None, end: int | None, *, token: str | None = None, offsets: Offsets | None = None
) -> str | None:
    """Why the span from `start` to `end` cannot be right, in the words of the view entity_texts; None if it can.

    `offsets` are those of the text; without a text a token may be as long as the span in either unit.
    """
    if start is None or end is None:
        return "no start or no end"
    if start < 0:
        return "start before the text"
    if end < start:
        return "end before start"
    if offsets is not None and end >= offsets.length:
        return BEYOND if end >= utf16_length(offsets.text) else BEYOND_CODE_POINTS
    if token is not None and end - start + 1 not in (len(token), utf16_length(token)):
        return "length is not that of the token"
    if token is not None and offsets is not None and token != offsets.cut(start, end):
        return "token is not the text at the span"
    return None


def utf16_length(text: str) -> int:
    """UTF-16 units of the text."""
    return len(text) + sum(char > "\uffff" for char in text)
