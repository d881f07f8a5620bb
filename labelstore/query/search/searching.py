"""Finding words: each result is a text that holds all of them, and a label (or data row) in which it stands."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from labelstore.engines.database import together
from labelstore.engines.reading import Reading
from labelstore.errors import UsageError
from labelstore.query.search.condition import Condition, may_hold
from labelstore.query.search.indexing import state
from labelstore.query.search.places import OF_DATA_ROWS, OF_LABELS, PLACES, labels_with, texts_in

_TRIGRAM = 3
_MOST_TERMS, _LONGEST_TERM = 20, 200  # more than that is compared here, not by the engine
_BEFORE, _LONGEST = 30, 100


class Hit(NamedTuple):
    """A text with all words. `label_id` is None for a data row without labels; `snippet` is the text around a word."""

    label_id: str | None
    data_row_id: str | None
    where: str
    snippet: str


class Found(NamedTuple):
    """The hits as they are found, and how: by the index (then the best come first), or what to say about its lack."""

    hits: Iterator[Hit]
    indexed: bool
    note: str | None


def search(database: Reading, words: Sequence[str], places: Sequence[str] = ()) -> Found:
    """Labels and data rows with a text that holds all `words`, in any order and case; parts of words count, too.

    A word may hold spaces, and no character means anything but itself. `places` are of `PLACES`, all if there are
    none. Labels in model runs are found as well. Without an index that is up to date the tables are read, with the
    same hits in another order. Raises `UsageError` for no words and for unknown places.
    """
    folded = folded_words(words)
    if not folded:
        raise UsageError("there is no word to search for; name at least one")
    for place in places:
        if place not in PLACES:
            raise UsageError(f"{place}: no place to search; there are {', '.join(PLACES)}")
    where = [kind for place, kinds in PLACES.items() if place in places or not places for kind in kinds]
    current = state(database)
    if current == "current":
        return Found(_by_index(database, folded, where), True, None)
    return Found(_by_reading(database, folded, where), False, _note(database, current))


def texts_holding(database: Reading, words: Sequence[str]) -> dict[str, list[str]]:
    """Place → the different texts there that hold all `words`, as `search` finds them, for places with any."""
    found: dict[str, list[str]] = {}
    for place, text in texts_with(database, words, OF_LABELS + OF_DATA_ROWS):
        found.setdefault(place, []).append(text)
    return found


def texts_with(database: Reading, words: Sequence[str], places: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(place, text) of the different texts of `OF_LABELS` and `OF_DATA_ROWS` that hold all words, as they are found.

    By an index that is up to date the best come first.
    """
    folded = folded_words(words)
    if state(database) == "current":
        yield from ((place, text) for _, place, text in _texts(database, folded, places) if holds(text, folded))
        return
    condition = may_hold(max(folded, key=len))
    for place in places:
        candidates = database.query(*texts_in(place, condition)).rows
        yield from ((place, text) for text in dict.fromkeys(text for (text,) in candidates if holds(text, folded)))


def nodes_with(database: Reading, place: str, words: Sequence[str], texts: Sequence[str]) -> Iterator[int]:
    """The nodes of the labels in which such texts stand; some may come several times."""
    condition = may_hold(max(folded_words(words), key=len))
    for some in together(texts):
        yield from (row[3] for row in _labels_with(database, place, condition, some) if row[3] is not None)


def labels_holding(database: Reading, place: str, words: Sequence[str], text: str) -> Iterator[str]:
    """The ids of the labels in which this text with the words stands, as they are found."""
    condition = may_hold(max(folded_words(words), key=len))
    yield from (row[1] for row in _labels_with(database, place, condition, [text]) if row[1] is not None)


def folded_words(words: Sequence[str]) -> list[str]:
    """Words as texts are compared with them; blank ones are left out."""
    return [word.strip().lower() for word in words if word.strip()]


def _note(database: Reading, current: str) -> str:
    if not database.has_full_text:
        return (
            f"searching without an index, which {database.dialect.title} has not without an extension:"
            " results are not ranked"
        )
    reason = "a load has changed the store since it was indexed" if current == "stale" else "the store has no index"
    return f"{reason}: searching the tables, results are not ranked; to index it: labelstore index {database.path}"


def _by_reading(database: Reading, folded: list[str], where: list[str]) -> Iterator[Hit]:
    condition = may_hold(max(folded, key=len))
    for place in where:
        candidates = database.query(*texts_in(place, condition)).rows
        texts = dict.fromkeys(text for (text,) in candidates if holds(text, folded))
        for some in together(list(texts)):
            for text, label_id, data_row_id, _ in _labels_with(database, place, condition, some):
                yield Hit(label_id, data_row_id, place, _snippet(text, folded))


def _labels_with(
    database: Reading, place: str, condition: Condition, texts: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """(text, label_id, data_row_id, node_id) of the labels in which these texts stand."""
    values = {f"text_{number}": text for number, text in enumerate(texts)}
    sql, parameters = labels_with(place, condition, f"values {', '.join(f'(${name})' for name in values)}")
    if database.is_columnar:  # else rows come as they are found, in an order of their own
        sql += " order by node_id, 1, data_row_id"
    return database.query(sql, parameters | values).rows


def _by_index(database: Reading, folded: list[str], where: list[str]) -> Iterator[Hit]:
    for text_id, place, text in _texts(database, folded, where):
        if not holds(text, folded):
            continue
        snippet = _snippet(text, folded)
        if place in OF_LABELS:
            sql = (
                "select l.label_id, l.data_row_id from search_labels as s join labels as l on l.node_id = s.node_id"
                " where s.text_id = ? order by l.node_id"
            )
            rows = database.query(sql, (text_id,)).rows
        else:
            sql = (
                "select l.label_id, d.data_row_id from data_rows as d left join labels as l"
                f" on l.data_row_id = d.data_row_id where d.{place} = ? order by d.data_row_id, l.node_id"
            )
            rows = database.query(sql, (text,)).rows
        for label_id, data_row_id in rows:
            yield Hit(label_id, data_row_id, place, snippet)


def _texts(database: Reading, folded: list[str], places: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Texts that may hold all words, the best first: (text_id, place, text). Words too short for trigrams are read."""
    among = "place in ('" + "', '".join(places) + "')"
    terms = [word for word in folded if len(word) >= _TRIGRAM and "\0" not in word]
    if not terms:
        condition = may_hold(max(folded, key=len))
        sql = f"select text_id, place, text from search_texts where {among} and {condition.of('text')}"
        rows = database.query(f"{sql} order by length(text), text, text_id", condition.parameters).rows
        yield from ((text_id, place, text) for text_id, place, text in rows)
        return
    longest = sorted(terms, key=len, reverse=True)[:_MOST_TERMS]
    match = " ".join('"' + term[:_LONGEST_TERM].replace('"', '""') + '"' for term in longest)
    sql = (
        "select t.text_id, t.place, t.text from search_texts_fts as f join search_texts as t on t.text_id = f.rowid"
        f" where search_texts_fts match ? and t.{among} order by f.rank, t.text_id"
    )
    # not the cursor itself: what ends early would close it, maybe after its database
    yield from ((text_id, place, text) for text_id, place, text in database.query(sql, (match,)).rows)


def holds(text: str, folded: Sequence[str]) -> bool:
    """Whether a text holds all of the words, which are folded."""
    text = text.lower()
    return all(word in text for word in folded)


def _snippet(text: str, folded: list[str]) -> str:
    """The text around the first word, on one line."""
    at = text.lower().find(folded[0])
    start = max(0, min(at, len(text) - 1) - _BEFORE)
    part = " ".join(text[start : start + _LONGEST].split())
    return ("…" if start else "") + part + ("…" if start + _LONGEST < len(text) else "")
