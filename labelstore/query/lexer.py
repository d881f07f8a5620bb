"""The words of a SQL text and where they stand: enough to point at a mistake, not to understand the statement."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<text>'(?:[^']|'')*(?:'|\Z)|\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))
    |(?P<name>[^\W\d]\w*|"(?:[^"]|"")*"|`[^`]*`)
    |(?P<cast>::)
    |(?P<parameter>[$:@][^\W\d]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<mark>\S)
    """,
    re.X | re.S,
)


class Token(NamedTuple):
    """`kind` is text, name, cast, parameter, number or mark; a quoted name stands without its quotes."""

    kind: str
    text: str
    start: int
    end: int


def tokens(sql: str) -> Iterator[Token]:
    """The tokens of SQL, without comments and spaces."""
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup if match.lastgroup != "tag" else "text"
        if kind == "comment" or kind is None:
            continue
        text = match[0]
        if kind == "name" and text[0] in '"`':
            text = text[1:-1].replace('""', '"')
        yield Token(kind, text, match.start(), match.end())


def parameter_names(sql: str, marks: str) -> list[str]:
    """The names of the parameters, in their order, without marks, of which the dialect knows these."""
    found = (token.text for token in tokens(sql) if token.kind == "parameter")
    return list(dict.fromkeys(text[1:] for text in found if text[0] in marks))


def excerpt(sql: str, start: int, end: int, width: int = 100) -> tuple[int, str]:
    """The number of the line with the place, from 1, and that line with carets below the place."""
    first = sql.rfind("\n", 0, start) + 1
    last = sql.find("\n", start)
    line = sql[first : last if last >= 0 else len(sql)]
    place, length = start - first, max(1, min(end, first + len(line)) - start)
    cut = max(0, place - width // 2)
    shown = ("…" if cut else "") + line[cut : cut + width] + ("…" if cut + width < len(line) else "")
    length = min(length, max(1, cut + width - place))
    return sql.count("\n", 0, start) + 1, f"{shown}\n{' ' * (place - cut + bool(cut))}{'^' * length}"
