"""The labels and data rows of a view: found once, and remembered until the store changes."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from labelstore.browsing.gallery.asked import answer
from labelstore.browsing.gallery.view import DATA_ROWS, LABELS, View
from labelstore.files.file_state import file_state
from labelstore.query import filters
from labelstore.scenes import ConnectionSource

T = TypeVar("T")

_MOST = 24
"""So much is remembered at most, and no more than `_MOST_IDS` ids in all but the last."""
_MOST_IDS = 4_000_000


class Memory:
    """The last of what was found in stores. What was found before a store changed is forgotten."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._found: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, path: Path, key: Any, find: Callable[[], T], size: Callable[[T], int] = lambda _: 1) -> T:
        """What `find` gives, found again only if the store has changed; `size` says how many ids it holds."""
        whole = (str(path), file_state(path), key)
        with self._lock:
            if whole in self._found:
                self._found.move_to_end(whole)
                known: T = self._found[whole][0]
                return known
        found = find()
        with self._lock:
            self._found[whole] = found, size(found)
            while len(self._found) > self._most or (
                len(self._found) > 1 and sum(number for _, number in self._found.values()) > _MOST_IDS
            ):
                self._found.popitem(last=False)
        return found


_memory = Memory()


class Matches(NamedTuple):
    """What a view shows, page after page: the nodes of labels or (by `show`) the ids of data rows; and what to say."""

    show: str
    keys: Sequence[Any]
    note: str = ""


def matches(source: ConnectionSource, view: View, milliseconds: int = 10_000) -> Matches:
    """The labels or data rows of a view. Raises `QueryError` for a question that SQLite cannot answer in that time."""
    if view.asked is not None:
        asked = view.asked
        found = _memory.get(source.path, asked, lambda: answer(source, asked, milliseconds), lambda one: len(one.keys))
        return Matches(LABELS if found.is_labels else DATA_ROWS, found.keys, found.note)
    find = filters.data_rows if view.show == DATA_ROWS else filters.labels
    key = (view.chosen, view.show, view.sort)
    return Matches(view.show, _memory.get(source.path, key, lambda: find(source, view.chosen, view.sort), len))
