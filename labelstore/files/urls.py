"""Exports at URLs, read by fsspec: in buckets, on web servers, wherever fsspec has a file system for.

What stands in a URL to open it (a query, a user, a password) is in no name and no message.
"""

import re
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from labelstore.errors import InputError
from labelstore.files.remote_streams import (
    MOST_BYTES,
    SECONDS_OF_SILENCE,
    ForwardStream,
    SeekableStream,
    reason_and_hint,
    tried,
)

_URL = re.compile(r"[a-z][a-z0-9+.-]+(::[a-z][a-z0-9+.-]+)*://", re.I)
_WEB = re.compile(r"https?://", re.I)
_SECONDS_TO_CONNECT = 30


class Fetching(NamedTuple):
    """How far a file has been fetched, as a progress line needs it; `size` is None where nobody tells."""

    name: str
    size: int | None
    bytes_read: int


Progress = Callable[[Any], None]
"""Takes a `Fetching`."""


def is_url(argument: str) -> bool:
    """Whether an argument is a URL, and no path."""
    return _URL.match(argument) is not None


def shown_url(url: str) -> str:
    """A URL without its query, fragment, user and password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return re.split("[?#]", url)[0]
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def shown_name(argument: str) -> str:
    """An argument as it may be shown: a path as given, a URL without what opens it."""
    return shown_url(argument) if is_url(argument) else str(argument)


class RemoteFile(NamedTuple):
    """One file of a file system of fsspec; `name` is its URL as it is shown, `url` the one that opens it."""

    system: Any
    path: str
    name: str
    url: str

    def open(self) -> ForwardStream | SeekableStream:
        """Its bytes from the start: of a web server by one request. Raises `InputError`, and so does the stream."""
        if not self._is_web and (stream := self.open_at_random()) is not None:
            return stream
        size = self._info()["size"]
        file = tried(self.name, lambda: self.system.open(self.path, "rb", block_size=0, size=size))
        return ForwardStream(self.name, self.system, file, size)

    def open_at_random(self) -> SeekableStream | None:
        """Its bytes at any place; None where a web server only sends whole files. Raises `InputError`."""
        info = self._info()
        size: int | None = info["size"]
        if size is None or not info.get("partial", True):
            return None
        options = {"block_size": MOST_BYTES, "cache_type": "none"} | ({"size": size} if self._is_web else {})
        file = tried(self.name, lambda: self.system.open(self.path, "rb", **options))
        if self._is_web and size and not tried(self.name, lambda: _sends_parts(file, size)):
            file.close()
            return None
        return SeekableStream(self.name, self.system, file, size)

    @property
    def _is_web(self) -> bool:
        return _WEB.match(self.path) is not None

    def _info(self) -> dict[str, Any]:
        info: dict[str, Any] = tried(self.name, lambda: self.system.info(self.path))
        return info

    def fetch(self, progress: Progress | None = None) -> "Fetched":
        """A copy of it on this computer, complete. Raises `InputError`."""
        folder = Path(tempfile.mkdtemp(prefix="labelstore-"))
        copy = str(folder / "content")
        try:
            tried(self.name, lambda: self.system.get_file(self.path, copy, callback=_callback(self.name, progress)))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Fetched(copy, self.name, folder)


def _sends_parts(file: Any, size: int) -> bool:
    """Whether a web server sends the last byte of a file, not all of them."""
    file.seek(size - 1)
    try:
        return len(file.read(1)) == 1
    except ValueError:  # what fsspec raises for an answer of more bytes
        return False


class Fetched(str):
    """The path of a copy of a file; `name` is where the file came from.

    `remove` removes the copy; it is removed anyway when nothing refers to it any more.
    """

    name: str
    remove: Callable[[], object]

    def __new__(cls, path: str, name: str, folder: Path) -> "Fetched":
        self = super().__new__(cls, path)
        self.name = name
        self.remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return self


@contextmanager
def removing_copies(arguments: Iterable[str]) -> Iterator[None]:
    """Remove the copies among arguments at the end, whatever happens."""
    try:
        yield
    finally:
        for argument in arguments:
            if isinstance(argument, Fetched):
                argument.remove()


def name_of(file: str | RemoteFile) -> str:
    """The name of a file in messages and in the store: a path as given, for a copy its URL, for a URL what is shown."""
    return file.name if isinstance(file, RemoteFile | Fetched) else shown_name(file)


def remote_files(url: str) -> tuple[list[RemoteFile], str]:
    """The files that a URL means, sorted by name, and if it is a folder, which may hold others than exports, its name.

    A URL with `*` is a pattern (`?` and `[` too, except on web servers), unless there is a file of that name. Hidden
    files of folders are left out. Raises `InputError`.
    """
    name = shown_url(url)
    system, path = _system(url, name)
    is_web = _WEB.match(url) is not None
    is_pattern = "*" in urlsplit(path).path if is_web else re.search(r"[*?[]", path) is not None
    if is_pattern and (is_web or not tried(name, lambda: system.isfile(path))):
        found = [one for one in tried(name, lambda: system.glob(path)) if not _is_hidden(one.rpartition("/")[2])]
        return _named(system, sorted(found), url, "no file matches this pattern"), ""
    if not is_web and tried(name, lambda: system.isdir(path)):
        found = [one for one in tried(name, lambda: system.find(path)) if not _is_hidden(one[len(path) :])]
        return _named(system, sorted(found), url, "is a folder without files"), _name(system, path)
    return [RemoteFile(system, path, name if is_web else _name(system, path), url)], ""


def remote_file(url: str) -> RemoteFile:
    """The file at a URL, which is no pattern and no folder. Raises `InputError`; whether it is there, opening tells."""
    name = shown_url(url)
    system, path = _system(url, name)
    return RemoteFile(system, path, name if _WEB.match(url) else _name(system, path), url)


def remote_entries(url: str) -> list[tuple[str, str]]:
    """The names of the files right in the folder at a URL, and the URLs that open them. Raises `InputError`."""
    name = shown_url(url)
    system, path = _system(url, name)
    if not tried(name, lambda: system.isdir(path)):
        raise InputError(name, "is no folder")
    entries: list[dict[str, Any]] = tried(name, lambda: system.ls(path, detail=True))
    paths = [entry["name"] for entry in entries if entry["type"] == "file"]
    names = [(urlsplit(one).path if _WEB.match(one) else one).rpartition("/")[2] for one in paths]
    return [(file_name, _url_of(system, one, url)) for file_name, one in zip(names, paths, strict=True)]


def _is_hidden(path: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.split("/"))


def _named(system: Any, paths: list[str], url: str, reason: str) -> list[RemoteFile]:
    if not paths:
        raise InputError(shown_url(url), reason)
    return [RemoteFile(system, path, _name(system, path), _url_of(system, path, url)) for path in paths]


def _url_of(system: Any, path: str, url: str) -> str:
    """The URL of a file that was found by the pattern or folder `url`, with the user, host or account that this has."""
    if "::" in url:
        first, _, rest = url.partition("::")
        return (
            f"{system.unstrip_protocol(path)}::{rest}" if "://" in first else f"{first}::{_url_of(system, path, rest)}"
        )
    parts = urlsplit(url)
    kwargs = type(system)._get_kwargs_from_urls
    start = f"{parts.scheme}://{parts.netloc}/"
    for one in (start + path.lstrip("/"), start + path.lstrip("/").partition("/")[2]):
        if system._strip_protocol(one) == path and kwargs(one) == kwargs(url):
            return one
    unstripped: str = system.unstrip_protocol(path)
    return unstripped


def _name(system: Any, path: str) -> str:
    return shown_url(system.unstrip_protocol(path))


def _system(url: str, name: str) -> tuple[Any, str]:
    """The file system of a URL, and the path there."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise InputError(name, "to read URLs, fsspec is needed", "pip install 'labelstore-db[urls]'") from None
    try:
        system, path = url_to_fs(url, **_web_options(url))
    except ImportError as error:
        package = re.search(r"[Ii]nstall `?([\w-]+)", str(error))
        hint = "pip install " + (
            package[1] if package else "'labelstore-db[urls]'" if _WEB.match(url) else "what it asks for"
        )
        raise InputError(name, f"fsspec cannot read this URL yet ({error})", hint) from None
    except ValueError:
        raise InputError(name, "is no path and no URL that fsspec knows") from None
    except Exception as error:
        raise InputError(name, *reason_and_hint(error)) from None
    return system, path


def _web_options(url: str) -> dict[str, Any]:
    """A large file may take hours, but not a minute without a byte; what is encoded in a signed URL stays so."""
    if not _WEB.match(url):
        return {}
    from aiohttp import ClientTimeout

    timeout = ClientTimeout(total=None, sock_connect=_SECONDS_TO_CONNECT, sock_read=SECONDS_OF_SILENCE)
    return {"client_kwargs": {"timeout": timeout, "trust_env": True}, "encoded": url.isascii() and " " not in url}


def _callback(name: str, progress: Progress | None) -> Any:
    from fsspec.callbacks import Callback

    class Told(Callback):  # type: ignore[misc]
        def call(self, *_: Any, **__: Any) -> None:
            if progress is not None:
                progress(Fetching(name, self.size, self.value))

    return Told()
