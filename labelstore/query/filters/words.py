"""The labels of which a text holds words."""

from collections.abc import Sequence

from labelstore.engines.reading import Reading
from labelstore.query.filters.forms import Names
from labelstore.query.filters.registry import HAS_CLASS, HAS_QUESTION

_BY_NAME = {"object": Names(HAS_CLASS), "question": Names(HAS_QUESTION)}
"""Place of a text → the condition by which its labels are found sooner than by its rows."""
_FEW = 1000


def nodes_holding(reading: Reading, values: Sequence[str]) -> set[int] | None:
    """The nodes of the labels with a text that holds all words of one of the values; None without a value."""
    if not values:
        return None
    return {node for value in values for node in _nodes(reading, value.split())}


def _nodes(reading: Reading, words: list[str]) -> set[int]:
    from labelstore.query.search import nodes_with, texts_holding  # here, for help to come without it

    found: set[int] = set()
    for place, texts in texts_holding(reading, words).items():
        named = _BY_NAME.get(place)
        if named is None or len(texts) > _FEW:
            found.update(nodes_with(reading, place, words, texts))
        else:
            condition = named.condition("text", texts)
            sql = f"select l.node_id from labels as l where {condition.sql}"
            found.update(node for (node,) in reading.query(sql, condition.parameters).rows)
    return found
