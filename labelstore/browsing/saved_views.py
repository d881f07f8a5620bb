"""Saved views: named filters of the gallery, kept in a file beside the store, never inside it.

The file is JSON, `{"views": [{"name": …, "arguments": [[filter, value], …]}]}`. What in it is no view is left out;
where it is no such file at all, there are no views, and the first that is saved moves it aside.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import msgspec

from labelstore.browsing.settings import Settings
from labelstore.errors import UsageError
from labelstore.figures import figure
from labelstore.files.outputs import output_path

SUFFIX = ".views.json"
MOST = 100
"""Views of one store."""
LONGEST_NAME = 80
LONGEST = 8_000
"""Characters of the arguments of a view."""
_MOST_BYTES = 4 << 20
_NOWHERE = (
    "Views can be saved where `labelstore browse` serves the store, or where the setting `views` of the plugin names"
    " a file or folder for them."
)
_lock = Lock()

Pair = tuple[str, str]


class SavedView(NamedTuple):
    """A named filter: the arguments of an address of the gallery."""

    name: str
    arguments: tuple[Pair, ...]


class SavedViews:
    """The saved views of one store."""

    def __init__(self, settings: Settings, database: str) -> None:
        place = Path(settings.views) if settings.views is not None else None
        self.path = place / f"{database}{SUFFIX}" if place is not None and place.is_dir() else place
        self._refused = settings.views_refused

    def why_not(self) -> str | None:
        """Why a view cannot be saved; None where it can."""
        if self.path is None:
            return _NOWHERE
        if self._refused is not None:
            return self._refused
        is_file = self.path.is_file() or not self.path.exists()
        if not is_file or not os.access(self.path.parent, os.W_OK):
            return "Views cannot be saved: the folder beside the store is not writable."
        return None

    def all(self) -> list[SavedView]:
        """The views, by name."""
        return _read(self.path)[0] if self.path is not None else []

    def save(self, name: str, arguments: Sequence[Pair]) -> None:
        """Save a view, in place of one of the same name. Raises `UsageError`, and `StoreError` for a full disk."""
        name = plain(name)
        if not name:
            raise UsageError("a view needs a name")
        if sum(len(word) + len(value) + 2 for word, value in arguments) > LONGEST:
            raise UsageError(f"a view has at most {figure(LONGEST)} characters")
        with _lock:
            others = [view for view in self._writable() if view.name != name]
            if len(others) >= MOST:
                raise UsageError(f"there are {MOST} views already; delete one first")
            self._write([*others, SavedView(name, tuple(arguments))])

    def delete(self, name: str) -> None:
        """Delete a view; one that is not there is no error."""
        with _lock:
            self._write([view for view in self._writable() if view.name != name])

    def _writable(self) -> list[SavedView]:
        if (reason := self.why_not()) is not None:
            raise UsageError(reason)
        assert self.path is not None
        views, is_whole = _read(self.path)
        if not is_whole:
            with suppress(OSError):
                os.replace(self.path, self.path.with_name(self.path.name + ".broken"))
        return views

    def _write(self, views: list[SavedView]) -> None:
        assert self.path is not None
        views.sort(key=lambda view: (view.name.casefold(), view.name))
        text = msgspec.json.format(msgspec.json.encode({"views": [view._asdict() for view in views]}), indent=1)
        with output_path(self.path, overwrite=True) as scratch:
            scratch.write_bytes(text + b"\n")


def plain(name: str) -> str:
    """A name in one line of printable characters, not too long."""
    printable = "".join(char if char.isprintable() else " " for char in name)
    return " ".join(printable.split())[:LONGEST_NAME].strip()


def _read(path: Path) -> tuple[list[SavedView], bool]:
    """The views of a file, and whether it is one of views (or not there yet)."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return [], False
        found = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        return [], True
    except (OSError, ValueError, RecursionError):
        return [], False
    listed = found.get("views") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        return [], False
    views = {view.name: view for one in listed if (view := _view(one)) is not None}
    return list(views.values())[:MOST], True


def _view(one: Any) -> SavedView | None:
    if not isinstance(one, dict) or not isinstance(one.get("name"), str) or not plain(one["name"]):
        return None
    arguments = one.get("arguments")
    if not isinstance(arguments, list) or not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair) for pair in arguments
    ):
        return None
    pairs = tuple((word, value) for word, value in arguments)
    return SavedView(plain(one["name"]), pairs) if sum(map(len, map("".join, pairs))) <= LONGEST else None
