"""Reading ahead: a thread makes the next items while those before are worked on."""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event, Thread
from typing import Any, TypeVar

T = TypeVar("T")

_PARTS = 2
"""So many parts wait at most."""
_TOGETHER = 50


@contextmanager
def ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """The items, made by a thread of their own up to the end of this block; an error of theirs is raised here."""
    parts: Queue[Any] = Queue(_PARTS)
    is_left = Event()
    thread = Thread(target=_make, args=(items, parts, is_left), daemon=True)
    thread.start()
    try:
        yield _taken(parts)
    finally:
        is_left.set()
        while thread.is_alive():
            while not parts.empty():
                parts.get()
            thread.join(0.01)


def _make(items: Iterator[T], parts: "Queue[Any]", is_left: Event) -> None:
    error: BaseException | None = None
    part: list[T] = []
    try:
        for item in items:
            part.append(item)
            if len(part) >= _TOGETHER or not isinstance(item, tuple):
                parts.put(part)
                part = []
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
