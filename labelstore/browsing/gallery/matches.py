"""The labels and data rows of a view: found once, and remembered until the store changes."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from labelstore.browsing.gallery.view import DATA_ROWS, View
from labelstore.engines.reading import Reading
from labelstore.files.file_state import file_state
from labelstore.query import filters

T = TypeVar("T")

_MOST = 24
"""So much is remembered at most, and no more than `_MOST_IDS` ids in all but the last."""
_MOST_IDS = 4_000_000


class Memory:
    """The last of what was found in stores. What was found before a store changed is forgotten."""

    def __init__(self) -> None:
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
            while len(self._found) > _MOST or (
                len(self._found) > 1 and sum(number for _, number in self._found.values()) > _MOST_IDS
            ):
                self._found.popitem(last=False)
        return found


_memory = Memory()


def matches(reading: Reading, view: View) -> Sequence[Any]:
    """What the view shows, page after page: the nodes of labels, or the ids of data rows."""
    find = filters.data_rows if view.show == DATA_ROWS else filters.labels
    key = (view.chosen, view.show, view.sort)
    return _memory.get(reading.path, key, lambda: find(reading, view.chosen, view.sort), len)
