"""Reading ahead: a thread makes the next items while those before are worked on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event, Thread
from typing import Any, TypeVar

T = TypeVar("T")

NAME = "labelstore reads ahead"
"""That of the thread."""
_PARTS = 2
"""So many parts wait at most."""
PART_BYTES = 1 << 20
"""Items of so many bytes are handed on together."""


@contextmanager
def ahead(
    items: Iterator[T], size: Callable[[T], int], prepare: Callable[[T], object] = lambda _: None
) -> Iterator[Iterator[T]]:
    """The items, made by a thread of their own up to the end of this block; an error of theirs is raised here.

    `size` says how many bytes an item takes. `prepare` takes work from whoever takes the items, while some wait for it.
    """
    parts: Queue[Any] = Queue(_PARTS)
    is_left = Event()
    thread = Thread(target=_make, args=(items, size, prepare, parts, is_left), daemon=True, name=NAME)
    thread.start()
    try:
        yield _taken(parts)
    finally:
        is_left.set()
        while thread.is_alive():
            while not parts.empty():
                parts.get()
            thread.join(0.01)


def _make(
    items: Iterator[T],
    size: Callable[[T], int],
    prepare: Callable[[T], object],
    parts: "Queue[Any]",
    is_left: Event,
) -> None:
    error: BaseException | None = None
    part: list[T] = []
    size_of_part = 0
    try:
        for item in items:
            if not parts.empty():
                prepare(item)
            part.append(item)
            size_of_part += size(item)
            if size_of_part >= PART_BYTES:
                parts.put(part)
                part, size_of_part = [], 0
            if is_left.is_set():
                return
    except BaseException as raised:
        error = raised
    parts.put(part)
    parts.put(error)


def _taken(parts: "Queue[Any]") -> Iterator[T]:
    while isinstance(part := parts.get(), list):
        yield from part
    if part is not None:
        raise part
