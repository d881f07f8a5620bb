"""The labels and data rows whose id, external id or global key holds words."""

from collections.abc import Callable, Iterator
from itertools import islice, takewhile
from typing import NamedTuple

from labelstore.query.search import folded_words, holds
from labelstore.query.search.condition import may_hold
from labelstore.scenes import Source

_COLUMNS = {
    "external id": ("data_rows", "external_id"),
    "global key": ("data_rows", "global_key"),
    "data row id": ("data_rows", "data_row_id"),
    "label id": ("labels", "label_id"),
}
_RANDOM = ("data row id", "label id")
_LEAST = 5
"""Fewer characters stand in random ids by chance."""
_EXACT = "select distinct {column} as text from {table} where {column} = $words"
_PREFIX = "select distinct {column} as text from {table} where {column} > $words and {column} < $after order by 1"
_CONTAINING = "select distinct {column} as text from {table} where {column} is not null and {condition}"
_BESIDE = "select distinct {column} as text from {table} where {column} {sign} $words order by 1 {direction} limit 2"
_DATA_ROWS = "select data_row_id from data_rows where {column} = $text order by data_row_id limit 2"

Texts = Callable[[Source, str, str], Iterator[str]]


class FoundId(NamedTuple):
    """An id or name with the words. `id` is that of its label or data row, None where several data rows share it."""

    what: str
    """One of `label id`, `data row id`, `external id` and `global key`."""
    text: str
    id: str | None
    is_exact: bool

    @property
    def column(self) -> str:
        """The column that holds it."""
        return _COLUMNS[self.what][1]

    @property
    def is_label(self) -> bool:
        """Whether a label has it, not a data row."""
        return self.what == "label id"


def ids_found(source: Source, words: str) -> Iterator[FoundId]:
    """First those that are the words, then those that begin with them, then those that hold them in any case.

    A few characters alone are not looked for in label and data row ids.
    """
    seen: set[tuple[str, str]] = set()
    parts = folded_words(words.split())
    if not parts:
        return
    for texts in (_exact, _beginning, _containing):
        for what in _COLUMNS:
            if texts is not _exact and what in _RANDOM and len(words) < _LEAST:
                continue
            for text in texts(source, what, words):
                if (what, text) not in seen and (texts is not _containing or holds(text, parts)):
                    seen.add((what, text))
                    yield FoundId(what, text, _id_of(source, what, text), text == words)


def exact_id(source: Source, words: str) -> FoundId | None:
    """The one label or data row that has exactly this id or name, if it is one."""
    found = [
        FoundId(what, text, _id_of(source, what, text), True)
        for what in _COLUMNS
        for text in _exact(source, what, words)
    ]
    things = {(one.is_label, one.id) for one in found}
    return found[0] if len(things) == 1 and found[0].id is not None else None


def close_ids(source: Source, wanted: str, most: int = 6) -> list[FoundId]:
    """What may have been meant by an id that is none: what holds it, and the ids of longest common beginning."""
    found = {(one.what, one.text): one for one in islice(ids_found(source, wanted), most)}
    beside = (
        FoundId(what, text, _id_of(source, what, text), False)
        for what in _COLUMNS
        for text in _beside(source, what, wanted)
        if 2 * _shared(text, wanted) >= len(wanted)
    )
    for one in sorted(beside, key=lambda one: -_shared(one.text, wanted)):
        found.setdefault((one.what, one.text), one)
    return list(found.values())[:most]


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _beside(source: Source, what: str, wanted: str) -> Iterator[str]:
    """The ids before and after, in their order."""
    table, column = _COLUMNS[what]
    for sign, direction in (("<", "desc"), (">", "asc")):
        sql = _BESIDE.format(table=table, column=column, sign=sign, direction=direction)
        yield from (row["text"] for row in source.query(sql, {"words": wanted}))


def _exact(source: Source, what: str, words: str) -> Iterator[str]:
    table, column = _COLUMNS[what]
    return (row["text"] for row in source.query(_EXACT.format(table=table, column=column), {"words": words}))


def _beginning(source: Source, what: str, words: str) -> Iterator[str]:
    table, column = _COLUMNS[what]
    values = {"words": words, "after": words + chr(0x10FFFF)}
    return (row["text"] for row in source.query(_PREFIX.format(table=table, column=column), values))


def _containing(source: Source, what: str, words: str) -> Iterator[str]:
    table, column = _COLUMNS[what]
    condition = may_hold(max(folded_words(words.split()), key=len))
    sql = _CONTAINING.format(table=table, column=column, condition=condition.of(column))
    return (row["text"] for row in source.query(sql, condition.parameters))


def _id_of(source: Source, what: str, text: str) -> str | None:
    column = _COLUMNS[what][1]
    if column in ("label_id", "data_row_id"):
        return text
    rows = list(source.query(_DATA_ROWS.format(column=column), {"text": text}))
    return rows[0]["data_row_id"] if len(rows) == 1 else None
