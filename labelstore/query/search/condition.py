"""The condition by which an engine picks texts that may hold a word; whether one does, only Python tells.

Texts and words are compared in lower case as Python knows it. Engines know less of it: SQLite's `lower` changes ASCII
letters only, DuckDB's one character at a time.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

_LONGEST = 200
"""So many characters of a word are compared by the engine."""
_ENOUGH = 3
"""A run of so many characters tells texts apart better than one letter that is not of ASCII."""
_ODD = "\u0130\u03f4\u1e9e\u2126\u212a\u212b"
"""Characters that a lower-case letter does not know: `upper` and `title` lead to another one."""

_MAY_HOLD = re.compile(r"\bmay_hold\(((?:[^()]|\([^()]*\))+)\)")


@dataclass(frozen=True)
class Condition:
    """SQL in which {text} stands for an expression, and its parameters."""

    sql: str
    parameters: Mapping[str, str]

    def of(self, expression: str) -> str:
        """The SQL about an expression."""
        return f"({self.sql.format(text=expression)})"

    def within(self, sql: str) -> tuple[str, dict[str, str]]:
        """The SQL with this condition for each `may_hold(…)`, and the parameters that it takes then."""
        sql, count = _MAY_HOLD.subn(lambda match: self.of(match[1]), sql)
        return sql, dict(self.parameters) if count else {}


EVERY_TEXT = Condition("{text} is not null", {})


def may_hold(word: str) -> Condition:
    """What is true of all texts that hold a word, given in lower case, and of few others.

    Engines look for a part of it in which they know upper from lower case: a run of characters of ASCII and of scripts
    that have one case only; or else for a letter in each of its cases.
    """
    word = word[:_LONGEST]
    part = max(("".join(run) for known, run in groupby(word, _is_known) if known), key=len, default="")
    letters = [char for char in word if not _is_known(char)]
    if len(part) < _ENOUGH and letters:
        part = letters[0]
    others = sorted({other for char in part for other in _cases(char) if not other.isascii()} - {part})
    sql = ["instr(lower({text}), $part) > 0", *(f"instr({{text}}, $other_{n}) > 0" for n in range(len(others)))]
    return Condition(" or ".join(sql), {"part": part, **{f"other_{n}": other for n, other in enumerate(others)}})


def _is_known(char: str) -> bool:
    return char.isascii() or set(_cases(char)) == {char}


def _cases(char: str) -> Iterator[str]:
    """All characters that hold this one in lower case."""
    yield from (char, char.upper(), char.title())
    yield from (odd for odd in _ODD if char in odd.lower())
