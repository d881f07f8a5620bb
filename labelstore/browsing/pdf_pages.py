"""Pages of PDFs in the asset folder: their sizes and pictures, made by `pdf_worker` and remembered."""

import base64
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, Timer
from typing import Any, Generic, TypeVar

from labelstore.drawing.options import PageSizes
from labelstore.errors import LabelstoreError
from labelstore.workers import helpers, result_of, send_task

T = TypeVar("T")
SECONDS = 15.0
"""After which a page counts as one that cannot be drawn."""
RENDERING = ThreadPoolExecutor(2, "labelstore-pdf")
"""Pages are drawn two at a time; the others wait, and hold up no other page of ours."""
_WORKER = "labelstore.browsing.pdf_worker"


class _Remembered(Generic[T]):
    """The latest results by file and page, what cannot be read included."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._known: OrderedDict[Any, T | None] = OrderedDict()

    def get(self, key: Any, make: Any) -> T | None:
        """The result for a key, made where it is not known."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made: T | None = make()
        with self._lock:
            self._known[key] = made
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return made


_sizes: _Remembered[PageSizes] = _Remembered(500)
_pictures: _Remembered[bytes] = _Remembered(50)


def is_installed() -> bool:
    """Whether there is the package of the extra `documents`."""
    return find_spec("pypdfium2") is not None


def sizes_of(path: Path) -> PageSizes | None:
    """How many pages a PDF has, and how large they are; None where it is damaged, encrypted or takes too long."""

    def make() -> PageSizes | None:
        said = _asked(path, None)
        return None if said is None else PageSizes(said["count"], tuple((w, h) for w, h in said["sizes"]))

    return _sizes.get(_state(path), make)


def picture_of(path: Path, page: int) -> bytes | None:
    """The PNG of a page, from 1; None where there is none."""

    def make() -> bytes | None:
        said = _asked(path, page)
        return None if said is None else base64.b64decode(said["png"])

    return _pictures.get((_state(path), page), make)


def _state(path: Path) -> Any:
    try:
        found = path.stat()
    except OSError:
        return path, None, None
    return path, found.st_mtime_ns, found.st_size


def _asked(path: Path, page: int | None) -> dict[str, Any] | None:
    with helpers(_WORKER, 1) as (helper,):
        timer = Timer(SECONDS, helper.kill)
        timer.start()
        try:
            send_task(helper, {"path": str(path), "page": page})
            return result_of(helper, str(path))
        except LabelstoreError:  # the process ended early
            return None
        finally:
            timer.cancel()
