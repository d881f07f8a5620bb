"""A store in Datasette, served until it is stopped."""

import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from labelstore.browsing.settings import PLUGIN, Settings
from labelstore.engines import SQLITE, engine_at, limits, open_database
from labelstore.errors import LabelstoreError, UsageError
from labelstore.query.find import Thing

EXTRA = "pip install 'labelstore-db[browse]'"
DATASETTE_SETTINGS = {
    "allow_download": False,  # a store may hold tokens
    "default_page_size": 50,  # as many as there are thumbnails on a page
    "facet_time_limit_ms": 5_000,  # 0.2 s of a million rows, but more where others have the processor
    "max_csv_mb": limits.BROWSE_CSV,
    "sql_time_limit_ms": 10_000,
    "suggest_facets": False,
}
CopyProgress = Callable[[int, int], None]


def check_installed() -> None:
    """Raises `LabelstoreError` where the packages of the extra `browse` are missing."""
    from importlib.util import find_spec

    missing = [name for name in ("datasette", "nh3", "uvicorn") if find_spec(name) is None]
    if missing:
        raise LabelstoreError(f"browse needs {' and '.join(missing)}; run: {EXTRA}")


def check_tile_url(url: str | None) -> None:
    """Raises `UsageError` unless it is an address of map tiles."""
    from labelstore.browsing.settings import origin

    if url is not None and (origin(url) is None or not all(part in url for part in ("{z}", "{x}", "{y}"))):
        raise UsageError(f"{url}: not an address of map tiles; use an http(s) URL with {{z}}, {{x}} and {{y}}")


def is_loopback(host: str) -> bool:
    """Whether a server at that host is reachable from this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is any free one. Raises `LabelstoreError` where that is impossible."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except socket.gaierror as error:
        raise LabelstoreError(f"{host}: no such host ({error.strerror}); try --host 127.0.0.1") from error
    except OverflowError as error:
        raise UsageError(f"{port}: not a port; use a number from 0 to 65535") from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise LabelstoreError(
            f"cannot listen on {host} port {port} ({reason}); choose another with --port; 0 takes any free port"
        ) from error


_URI_MARKS = frozenset("?#%")


@contextmanager
def as_sqlite(store: Path, progress: CopyProgress | None = None) -> Iterator[Path]:
    """The store itself, or a temporary SQLite copy of a DuckDB store, which is removed at the end."""
    if engine_at(store) is SQLITE:
        with open_database(store, read_only=True):
            pass  # it is a store of this version
        if not _URI_MARKS.intersection(str(store.absolute())):
            yield store.absolute()
            return
        with TemporaryDirectory(prefix="labelstore-") as folder:  # Datasette does not quote what a URI gives a meaning
            link = Path(folder) / "".join("_" if char in _URI_MARKS else char for char in store.name)
            link.symlink_to(store.absolute())
            yield link
        return
    from labelstore.engines.copy import copy_to_sqlite

    with TemporaryDirectory(prefix="labelstore-") as folder:
        copy = Path(folder) / f"{store.stem}.db"
        copy_to_sqlite(store, copy, progress)
        _keep_vault(store, copy)
        yield copy


def _keep_vault(store: Path, copy: Path) -> None:
    """Have the copy of a store in another folder know where the vault of the store is."""
    from labelstore.assets.vault import remember, vault_of

    with open_database(copy) as database:
        if (vault := vault_of(database, store)) is not None:
            remember(database, copy, vault.folder)


def application(store: Path, settings: Settings) -> Any:
    """A Datasette of that SQLite store, with the plugin."""
    from datasette.app import Datasette
    from datasette.plugins import pm

    from labelstore.browsing import plugin

    if not pm.is_registered(plugin):
        pm.register(plugin, name=plugin.__name__)
    opened = {"immutables": [str(store)]} if _is_out_of_reach(store) else {"files": [str(store)]}
    given = {name: value for name, value in settings._asdict().items() if value is not None}
    metadata = {"title": store.stem, "plugins": {PLUGIN: given}}
    return Datasette(**{"files": [], **opened}, metadata=metadata, settings=DATASETTE_SETTINGS)


def _is_out_of_reach(store: Path) -> bool:
    """Whether the folder is read-only: no writer can come, and readers cannot create a write-ahead log."""
    store = store.resolve()
    return not os.access(store.parent, os.W_OK) and not store.with_name(store.name + "-wal").exists()


def url_of(host: str, listener: socket.socket) -> str:
    """Where the server is."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}/"


def addresses(datasette: Any, root: str, things: Sequence[Thing]) -> list[str]:
    """Where the pages of these labels and data rows are, below the address of the server; without any, that itself."""
    from labelstore.browsing.paths import Paths
    from labelstore.browsing.stores import stores

    paths = Paths(datasette, stores(datasette)[0])
    pages = [paths.label(thing.id) if thing.is_label else paths.data_row(thing.id) for thing in things]
    return [root.rstrip("/") + page for page in pages] or [root]


def serve(datasette: Any, listener: socket.socket, host: str, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C, which raises `KeyboardInterrupt`, or a request to end, which raises `SystemExit`."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    from labelstore.browsing.paths import Paths
    from labelstore.browsing.refusals import with_error_responses
    from labelstore.browsing.stores import stores

    app = starting_at(datasette.app(), Paths(datasette, stores(datasette)[0]).newest())
    config = uvicorn.Config(
        with_error_responses(same_host(app) if is_loopback(host) else app),
        log_level="warning",
        access_log=False,
        limit_concurrency=limits.BROWSE_REQUESTS,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=2,
    )
    with _ended_by_signals(), limits.limited_process(limits.BROWSE):
        Server(config).run(sockets=[listener])


def starting_at(app: Any, home: str) -> Any:
    """Redirect the root to that path: the labels of the one store say more than a list of databases."""

    async def led(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 302, "headers": [(b"location", home.encode("ascii"))]})
        await send({"type": "http.response.body"})

    return led


def same_host(app: Any) -> Any:
    """Accept only requests that name this machine: a page whose own host name resolves here must not read the store."""

    async def checked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or _names_this_machine(scope):
            await app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 421, "headers": headers})
        await send({"type": "http.response.body", "body": b"This server is for this machine only.\n"})

    return checked


def _names_this_machine(scope: Any) -> bool:
    name = next((value.decode("latin-1") for key, value in scope["headers"] if key == b"host"), "")
    host = name.rpartition(":")[0] if name.rpartition(":")[2].isdigit() else name
    return is_loopback(host)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Signals that end the process leave it time to clean up."""

    def end(number: int, _: Any) -> None:
        raise SystemExit(128 + number)

    wanted = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, end) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
