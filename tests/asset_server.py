"""A file server on loopback that can be slow, busy, lying or broken; it counts what it is asked for."""

import gzip
import struct
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Reply:
    """An answer. `sent` is what is sent of the body, None for all; `pause` are seconds after each piece of it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """Content-Length, None for the true one, -1 for none."""
    chunked: bool = False
    sent: int | None = None
    pause: float = 0.0
    piece: int = 65536
    endless: bool = False


Route = Callable[["Asked"], Reply]


@dataclass(frozen=True)
class Asked:
    """A request: its path with the query, its headers in lower case, and the how many-eth it is for this path."""

    path: str
    headers: dict[str, str]
    number: int


class AssetServer:
    """A running server. `routes` are by path; what has none is 404. `requests` counts them by path with the query."""

    def __init__(self, port: int = 0) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[Asked] = []
        self.stopping = threading.Event()
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.server = _Server(("127.0.0.1", port), _Handler)
        self.server.assets = self
        self.place = f"127.0.0.1:{self.server.server_port}"

    def url(self, path: str) -> str:
        """The URL of a path."""
        return f"http://{self.place}{path}"

    def serve(self, path: str, body: bytes | None = None, **how: object) -> str:
        """Answer a path always like this; its URL."""
        reply = Reply(png() if body is None else body, **how)  # type: ignore[arg-type]
        self.routes[path] = lambda _: reply
        return self.url(path)

    @property
    def requests(self) -> Counter[str]:
        """How often each path, without its query, was asked for."""
        return Counter(urlsplit(one.path).path for one in self.asked)

    def answer(self, path: str, headers: dict[str, str]) -> Reply:
        """Count a request, and say what to answer."""
        key = urlsplit(path).path
        with self._lock:
            self._counts[key] += 1
            asked = Asked(path, headers, self._counts[key])
            self.asked.append(asked)
        route = self.routes.get(key)
        return Reply(b"nothing here", 404) if route is None else route(asked)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    assets: AssetServer

    def handle_error(self, *_: object) -> None:
        """Clients that go are no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        server: AssetServer = self.server.assets  # type: ignore[attr-defined]
        reply = server.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.length != -1 and reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
        is_cut = reply.sent is not None or reply.length is not None or reply.endless
        if is_cut:
            self.send_header("Connection", "close")
        self.end_headers()
        self._send(reply, server)
        self.close_connection = self.close_connection or is_cut

    def _send(self, reply: Reply, server: AssetServer) -> None:
        body = reply.body if reply.sent is None else reply.body[: reply.sent]
        while True:
            for start in range(0, len(body), reply.piece):
                some = body[start : start + reply.piece]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(some), some) if reply.chunked else some)
                if reply.pause and server.stopping.wait(reply.pause):
                    return
            if not reply.endless or server.stopping.is_set():
                break
        if reply.chunked and reply.sent is None:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@contextmanager
def serving(port: int = 0) -> Iterator[AssetServer]:
    """A server that runs."""
    server = AssetServer(port)
    thread = threading.Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.server.shutdown()
        server.server.server_close()
        thread.join()


def png(seed: int = 0, width: int = 4, height: int = 3) -> bytes:
    """A small gray picture; each seed has its own bytes."""
    rows = b"".join(b"\0" + bytes((seed + 7 * x + y) % 256 for x in range(width)) for y in range(height))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, content)
        for name, content in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            (b"tEXt", b"seed\0%d" % seed),
            (b"IDAT", zlib.compress(rows)),
            (b"IEND", b""),
        )
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def zipped(body: bytes) -> bytes:
    """As gzip has it."""
    return gzip.compress(body, mtime=0)
