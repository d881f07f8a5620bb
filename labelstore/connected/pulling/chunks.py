"""Chunks of an export: bytes at signed URLs, which need no key and get none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from labelstore.connected.pulling.spool import Spool
from labelstore.connected.service.addresses import check_address
from labelstore.connected.service.errors import LostExportError, patient
from labelstore.connected.service.exports import Chunk, Export
from labelstore.errors import BusyError

if TYPE_CHECKING:
    import ssl

    import httpx

_SECONDS: Final = 60.0
"""Without a byte."""
_SECONDS_TO_STOP: Final = 2.0
_GONE: Final = (400, 401, 403, 404, 410)
"""What signed URLs answer that have expired, or whose file is not there yet."""
Told = Callable[[int, int], None]
"""Is called with the bytes of the export that are there, and all of them."""


def fetch_rest(export: Export, spool: Spool, progress: Told, stop: Event) -> None:
    """Bring the spool up to all bytes of the export. Raises `ServiceError`, and `OSError` for a full disk."""
    assert spool.state is not None
    with _client() as client:
        while spool.state.offset < export.bytes and not stop.is_set():
            content, end = patient(lambda: _content(client, export.chunk(_offset(spool))))
            if stop.is_set():
                return
            spool.append(content, end)
            progress(end, export.bytes)


def errors_of(export: Export) -> list[bytes]:
    """The lines that say what the service could not export. Raises `ServiceError`."""
    if not export.error_bytes:
        return []
    text, offset = b"", 0
    with _client() as client:
        while offset < export.error_bytes:
            content, offset = patient(lambda at=offset: _content(client, export.chunk(at, "ERRORS")))  # type: ignore[misc]
            text += content
    return [line for line in text.splitlines() if line.strip()]


@contextmanager
def fetching(export: Export, spool: Spool, progress: Told) -> Iterator[None]:
    """Fetch the rest of an export in a thread while something reads the spool; what goes wrong is raised there."""
    stop = Event()

    def work() -> None:
        try:
            fetch_rest(export, spool, progress, stop)
        except BaseException as error:
            spool.fail(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_SECONDS_TO_STOP)


def _offset(spool: Spool) -> int:
    assert spool.state is not None
    return spool.state.offset


@cache
def _trusted() -> "ssl.SSLContext":
    """Whom to trust: reading that takes longer than all else of a small pull."""
    import httpx

    return httpx.create_ssl_context()


def _client() -> "httpx.Client":
    import httpx

    return httpx.Client(
        verify=_trusted(), timeout=_SECONDS, follow_redirects=False, headers={"Accept-Encoding": "gzip, identity"}
    )


def _content(client: "httpx.Client", chunk: Chunk) -> tuple[bytes, int]:
    """The bytes of a chunk, and where it ends. Each attempt has a URL that was just signed. Raises `ServiceError`."""
    import httpx

    check_address(chunk.url)
    try:
        with client.stream("GET", chunk.url) as answer:  # an answer that keeps its bytes stays in memory during a load
            status, content = answer.status_code, b"".join(answer.iter_bytes())
    except httpx.TransportError as error:
        raise BusyError(f"a chunk of the export does not come ({type(error).__name__})", "pull again later") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise LostExportError(f"a chunk of the export has a URL that cannot be asked ({error})") from None
    if status in _GONE or status >= 500 or status == 429:
        raise BusyError(f"a chunk of the export answers {status}", "pull again later")
    if status != 200:
        raise LostExportError(f"a chunk of the export answers {status}")
    if len(content) != chunk.end - chunk.start:
        wanted = chunk.end - chunk.start
        raise BusyError(f"a chunk of {wanted} bytes of the export came with {len(content)}", "pull again")
    return content, chunk.end
