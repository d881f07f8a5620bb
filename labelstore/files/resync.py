"""Find where a broken value ends, so that its neighbours are kept: pure functions over bytes."""

import re
from dataclasses import dataclass
from enum import Enum

from labelstore.files.window import SPACE

_FIRST_KEY = re.compile(rb'\{\s*"(?:[^"\\]|\\.){0,200}"')
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},\n]', re.DOTALL)
_OPENERS = {b"{": b"}", b"[": b"]"}
_FINISHED = b"}]"


class Between(Enum):
    """What separates values."""

    COMMAS = "array"
    SPACES = "concatenated"
    NEWLINES = "lines"


def first_key(raw: bytes) -> bytes:
    """The start of an object up to the end of its first key, `{"ID"`; empty for any other value."""
    found = _FIRST_KEY.match(raw)
    return found[0] if found else b""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Marks of the next value: the separator, and how values of this file start.

    `trusted`: no value contains that start, so it marks one wherever it follows a separator.
    """

    between: Between
    start: bytes
    trusted: bool

    def end_of_broken(self, part: bytes) -> int | None:
        """The length of the broken value at the start of `part`; None if its end is not in there."""
        if self.between is Between.NEWLINES:
            end = part.find(b"\n")
            return end if end >= 0 else None
        balanced = _balanced_end(part, self.between)
        start = self.next_start(part)
        if balanced is not None and start is not None:
            return min(balanced, start) if self.trusted else balanced
        return start if balanced is None else balanced

    def next_start(self, part: bytes) -> int | None:
        """Where in `part`, but not at its start, a separator and then the start of a value are."""
        if self.between is Between.NEWLINES:
            return self.end_of_broken(part)
        if not self.start:
            return None
        found = part.find(self.start, 1)
        while found >= 0:
            end = len(part[:found].rstrip(SPACE)) if part[found - 1] in SPACE else found
            if self.between is Between.COMMAS and part[end - 1 : end] == b",":
                return max(end - 1, 1)
            newline = b"\n" in part[end:found]
            if end and (newline or (self.between is Between.SPACES and part[end - 1] in _FINISHED)):
                return end
            found = part.find(self.start, found + 1)
        return None


def _balanced_end(part: bytes, between: Between) -> int | None:
    """The end of the value by its brackets, read string by string; None where they do not match."""
    awaited: list[bytes] = []
    for found in _TOKEN.finditer(part):
        token = found[0]
        if token in _OPENERS:
            if not awaited and between is Between.SPACES and found.start():
                return found.start()
            awaited.append(_OPENERS[token])
        elif token in (b"}", b"]"):
            if awaited:
                if awaited.pop() != token:
                    return None
                if not awaited and between is Between.SPACES:
                    return found.end()
            elif between is Between.COMMAS and token == b"]":
                return found.start()
        elif not awaited and _separates(token, found.start(), between):
            return found.start()
    return None


def _separates(token: bytes, position: int, between: Between) -> bool:
    """Whether a token outside of all brackets is where the next value, or the separator before it, begins."""
    if between is Between.COMMAS:
        return token == b","
    return position > 0 and (token == b"\n" or token[:1] == b'"')
