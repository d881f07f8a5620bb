"""The exports that the arguments of a command name: files, those in folders and archives, standard input.

A folder or an archive may hold anything: what is no export in it is passed over, and told of by name.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from labelstore.errors import NotAnExport, UsageError
from labelstore.figures import figure
from labelstore.files import Broken, Source, open_sources, split
from labelstore.files.opening import File
from labelstore.files.urls import Progress, RemoteFile, is_url, name_of, remote_files
from labelstore.formats.decoding import RecordDecoder, UnknownRecord, bounded_depth, tolerant
from labelstore.formats.v1.record import Frame

Notify = Callable[[str], None]
"""Takes a sentence for people."""

Files = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
"""One path or URL, or several; also patterns, and "-" for standard input."""

T = TypeVar("T")
F = TypeVar("F", bound=File)
R = TypeVar("R")

_AT_ONCE = 16
"""So many files at URLs are looked at at the same time."""

_LOOKED_AT = 1000
_NAMED = 3
"""More files than these that are passed over for one reason are counted."""
_TOLD = 8


def names_of(files: Files) -> list[str]:
    """The paths of files as text. Raises `UsageError` for what is none."""
    if isinstance(files, str | os.PathLike):
        files = [files]
    names = []
    for file in files if isinstance(files, Iterable) else [files]:
        name = os.fspath(file) if isinstance(file, str | os.PathLike) else None
        if not isinstance(name, str):
            raise UsageError(f"files: {file!r} is no path; give a path, or a list of paths")
        if isinstance(file, Path) and is_url(name.replace(":/", "://", 1)) and not file.exists():
            raise UsageError(f"files: {file!r} is no URL any more, as a path has no //; give the URL as text")
        names.append(name)
    return names


def gathered(
    files: Files,
    *,
    max_ratio: float | None = 1000.0,
    notify: Notify | None = None,
    progress: Progress | None = None,
) -> list[str]:
    """The paths of files, folders replaced by the exports in them, in the order of their names.

    Hidden files are left out. What is at a URL is copied to this computer first, while `progress` is told how far that
    is; the copy goes with its path. Raises `NotAnExport` for a folder without an export, and `InputError` for a URL.
    """
    found = located(files, max_ratio=max_ratio, notify=notify)
    return [file.fetch(progress) if isinstance(file, RemoteFile) else file for file in found]


def located(files: Files, *, max_ratio: float | None = 1000.0, notify: Notify | None = None) -> Iterator[File]:
    """The files at their places: paths (patterns too), and files at URLs; folders replaced by the exports in them.

    Raises `NotAnExport` for a folder without an export, and `InputError` for a URL.
    """
    for name in names_of(files):
        if is_url(name):
            yield from _remote_exports(name, max_ratio, notify)
        elif os.path.isdir(name):
            yield from _exports_in(name, max_ratio, notify)
        else:
            yield name


def exports(arguments: Iterable[File], *, max_ratio: float | None, notify: Notify | None = None) -> Iterator[Source]:
    """Each export, open; what is none in a zip archive is passed over. Raises `InputError`."""
    for argument in arguments:
        judge = _Judge(name_of(argument))
        sources = open_sources([argument], max_ratio=max_ratio, judge=judge)
        for source in sources:
            judge.tell(notify)
            yield source


def beginnings(files: Files, *, max_ratio: float | None = 1000.0, notify: Notify | None = None) -> Iterator[Source]:
    """Each export that the files name, open; at a URL it is a stream, of which only what is read has to come."""
    return exports(located(files, max_ratio=max_ratio, notify=notify), max_ratio=max_ratio, notify=notify)


def _remote_exports(url: str, max_ratio: float | None, notify: Notify | None) -> list[RemoteFile]:
    """The files at a URL; of a folder the exports, as the beginnings of its files tell."""
    files, folder = remote_files(url)
    if not folder:
        return files
    judge = _Judge(folder)
    found = []
    for file, (is_export, passed) in zip(files, at_once(partial(_looked_at, folder, max_ratio), files), strict=True):
        judge.passed += passed
        if is_export:
            found.append(file)
    return _told(judge, found, notify)


def _looked_at(folder: str, max_ratio: float | None, file: RemoteFile) -> tuple[bool, list[tuple[str, str]]]:
    judge = _Judge(folder)
    return _is_taken(judge, file, max_ratio), judge.passed


def at_once(work: Callable[[F], R], files: Sequence[F]) -> Iterator[R]:
    """What comes of some work with each file, in their order; files at URLs are waited for together."""
    if not any(isinstance(file, RemoteFile) for file in files):
        yield from map(work, files)
        return
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        with bounded_depth():  # threads change the limit, too
            yield from pool.map(work, files)
    finally:
        pool.shutdown(cancel_futures=True)


class _Judge:
    """Looks at files that nobody named one by one; remembers what is no export."""

    def __init__(self, among: str) -> None:
        self.among = among
        self.passed: list[tuple[str, str]] = []
        """Names and reasons."""

    def takes(self, source: Source) -> bool:
        if reason := _foreign(source):
            self.pass_over(source.name, reason)
        return not reason

    def pass_over(self, name: str, reason: str) -> None:
        self.passed.append((name.removeprefix(self.among).lstrip("!/"), reason))

    def told(self) -> str:
        """What was passed over, many files of one reason by their number."""
        by_reason: dict[str, list[str]] = {}
        for name, reason in self.passed:
            by_reason.setdefault(reason, []).append(name)
        parts: list[str] = []
        for reason, names in by_reason.items():
            if len(names) > _NAMED:
                parts.append(f"{figure(len(names))} files such as {names[0]} ({reason})")
            else:
                parts += [f"{name} ({reason})" for name in names]
        more = f" and {figure(len(parts) - _TOLD)} more" if len(parts) > _TOLD else ""
        return f"in it: {', '.join(parts[:_TOLD])}{more}" if parts else ""

    def tell(self, notify: Notify | None) -> None:
        if self.passed and notify is not None:
            notify(f"{self.among}: passed over what is no export {self.told()}")
        self.passed.clear()


def _exports_in(folder: str, max_ratio: float | None, notify: Notify | None) -> list[str]:
    judge = _Judge(folder)
    found = []
    for path in _files_in(folder):
        if not Path(path).is_file():
            judge.pass_over(path, "no file")
        elif _is_taken(judge, path, max_ratio):
            found.append(path)
    return _told(judge, found, notify)


def _told(judge: _Judge, found: list[T], notify: Notify | None) -> list[T]:
    """The exports of a folder, once it is told what was passed over; without any, that is the error."""
    if not found:
        raise NotAnExport(judge.among, "is a folder without an export", judge.told())
    judge.tell(notify)
    return found


def _files_in(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        yield from (os.path.join(parent, name) for name in sorted(files) if not name.startswith("."))


def _is_taken(judge: _Judge, file: File, max_ratio: float | None) -> bool:
    try:
        for source in open_sources([file], max_ratio=max_ratio, judge=_Judge(name_of(file))):
            with source:
                return source.compression.startswith("zip") or judge.takes(source)
    except NotAnExport as error:
        judge.pass_over(name_of(file), _short(error))
    return False


def _foreign(source: Source) -> str:
    """What a file is that holds no record of an export; "" for one that does, or whose values are all broken."""
    decode = tolerant(RecordDecoder())
    foreign = ""
    try:
        with bounded_depth():
            for item in split(source, decode):
                value: Any = None if isinstance(item, Broken) else item.value
                if isinstance(value, Frame):
                    return "frames of one label, for --frames"
                if isinstance(value, UnknownRecord):
                    foreign = foreign or str(value)
                elif value is not None and not isinstance(value, Exception):
                    return ""
                if item.position >= _LOOKED_AT:
                    break
    except NotAnExport as error:
        return _short(error)
    return foreign


def _short(error: NotAnExport) -> str:
    return error.reason.removeprefix("is ").removesuffix(", not a Labelbox export")
