"""Exports at URLs, read by fsspec: in buckets, on web servers, wherever fsspec has a file system for.

What stands in a URL to open it (a query, a user, a password) is in no name and no message.
"""

import errno
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from labelstore.errors import InputError, LabelstoreError

_URL = re.compile(r"[a-z][a-z0-9+.-]+(::[a-z][a-z0-9+.-]+)*://", re.I)
_WEB = re.compile(r"https?://", re.I)
_SECONDS_TO_CONNECT, _SECONDS_OF_SILENCE = 30, 60


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
    return shown_url(argument) if is_url(argument) else argument


class RemoteFile(NamedTuple):
    """One file of a file system of fsspec; `name` is its URL as it is shown."""

    system: Any
    path: str
    name: str

    def open(self) -> Any:
        """Its bytes from the start, as a stream. Raises `InputError`, and so does the stream."""
        options = {"block_size": 0} if _WEB.match(self.path) else {}
        return _Stream(self.name, _tried(self.name, lambda: self.system.open(self.path, "rb", **options)))

    def fetch(self, progress: Progress | None = None) -> "Fetched":
        """A copy of it on this computer, complete. Raises `InputError`."""
        folder = Path(tempfile.mkdtemp(prefix="labelstore-"))
        copy = str(folder / "content")
        try:
            _tried(self.name, lambda: self.system.get_file(self.path, copy, callback=_callback(self.name, progress)))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Fetched(copy, self.name, folder)


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


def name_of(path: str) -> str:
    """The name of an argument in messages and in the store: a path as given, for a copy its URL."""
    return path.name if isinstance(path, Fetched) else path


def remote_files(url: str) -> tuple[list[RemoteFile], str]:
    """The files that a URL means, sorted by name, and if it is a folder, which may hold others than exports, its name.

    A URL with `*` is a pattern (`?` and `[` too, except on web servers). Hidden files of folders are left out. Raises
    `InputError`.
    """
    name = shown_url(url)
    system, path = _system(url, name)
    is_web = _WEB.match(url) is not None
    if "*" in urlsplit(path).path if is_web else re.search(r"[*?[]", path):
        found = [one for one in _tried(name, lambda: system.glob(path)) if not _is_hidden(one.rpartition("/")[2])]
        return _named(system, sorted(found), name, "no file matches this pattern"), ""
    if not is_web and _tried(name, lambda: system.isdir(path)):
        found = [one for one in _tried(name, lambda: system.find(path)) if not _is_hidden(one[len(path) :])]
        return _named(system, sorted(found), name, "is a folder without files"), _name(system, path)
    return [RemoteFile(system, path, name if is_web else _name(system, path))], ""


def _is_hidden(path: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.split("/"))


def _named(system: Any, paths: list[str], name: str, reason: str) -> list[RemoteFile]:
    if not paths:
        raise InputError(name, reason)
    return [RemoteFile(system, path, _name(system, path)) for path in paths]


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
        raise InputError(name, *_reason_and_hint(error)) from None
    return system, path


def _web_options(url: str) -> dict[str, Any]:
    """A large file may take hours, but not a minute without a byte; what is encoded in a signed URL stays so."""
    if not _WEB.match(url):
        return {}
    from aiohttp import ClientTimeout

    timeout = ClientTimeout(total=None, sock_connect=_SECONDS_TO_CONNECT, sock_read=_SECONDS_OF_SILENCE)
    return {"client_kwargs": {"timeout": timeout, "trust_env": True}, "encoded": url.isascii() and " " not in url}


def _callback(name: str, progress: Progress | None) -> Any:
    from fsspec.callbacks import Callback

    class Told(Callback):  # type: ignore[misc]
        def call(self, *_: Any, **__: Any) -> None:
            if progress is not None:
                progress(Fetching(name, self.size, self.value))

    return Told()


class _Stream:
    """The bytes of a remote file; its errors are `InputError`."""

    def __init__(self, name: str, file: Any) -> None:
        self._name, self._file = name, file

    def read(self, count: int) -> bytes:
        data: bytes = _tried(self._name, lambda: self._file.read(count))
        return data

    def close(self) -> None:
        self._file.close()


def _tried(name: str, work: Callable[[], Any]) -> Any:
    """What it returns. Each file system has errors of its own: all of them are `InputError` here."""
    try:
        return work()
    except LabelstoreError:
        raise
    except Exception as error:
        raise InputError(name, *_reason_and_hint(error)) from None


def _reason_and_hint(error: Exception) -> tuple[str, str]:
    """What is the matter, without what the error says of the URL."""
    if isinstance(error, FileNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # of a web server, about which fsspec says no more
    kind, status = type(error).__name__, getattr(error, "status", None)
    if status in (401, 403) or isinstance(error, PermissionError) or "Credentials" in kind:
        return "may not be read", "a signed link may have expired; a bucket needs the credentials of its cloud"
    if isinstance(error, FileNotFoundError) or status == 404:
        return "no such file", ""
    if status:
        return f"the server answered with status {status}", ""
    if isinstance(error, TimeoutError):
        return f"no answer for {_SECONDS_OF_SILENCE} seconds", "try again"
    if "Payload" in kind or "Incomplete" in kind or "Disconnected" in kind:
        return "the connection broke before its end", "try again"
    if "Connect" in kind:
        return f"cannot be reached ({getattr(error, 'strerror', None) or kind})", ""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "has no room on this computer", f"free some in {tempfile.gettempdir()}, or set TMPDIR to another folder"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror})", ""
    return f"cannot be read ({kind})", ""
