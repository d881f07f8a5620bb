"""Stores whose URLs lead to the file server of the tests, and runs of fetch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from labelstore.connected.fetching.downloading import Limits
from labelstore.connected.fetching.fetch import Safety, Told, fetch
from labelstore.connected.fetching.outcome import Fetched
from labelstore.connected.fetching.wanted import Selection
from labelstore.engines import open_database
from tests.asset_server import AssetServer
from tests.lines import v2
from tests.making import store_of

QUICK = Limits(first_pause=0.001, timeout=5.0, attempts=4)


def line(number: int, url: str, asset_type: str = "image", **more: Any) -> dict[str, Any]:
    """A v2 line of a data row at this URL."""
    row = {"id": f"row{number}", "external_id": f"{number}", "row_data": url}
    return v2(f"row{number}", media={"asset_type": asset_type}, **more) | {"data_row": row}


def store_at(folder: Path, urls: Sequence[str], engine: str = "sqlite", asset_type: str = "image") -> Path:
    """A store of data rows at these URLs."""
    return store_of(folder, engine, [line(number, url, asset_type) for number, url in enumerate(urls)])


def fetched(
    store: Path, server: AssetServer | None = None, limits: Limits = QUICK, hosts: Sequence[str] = (), **more: Any
) -> Fetched:
    """A run of fetch into `vault` beside the store, which may ask the server."""
    named = [*hosts, *([server.place] if server is not None else [])]
    told = Told(more.pop("confirm", lambda _: True))
    safety = more.pop("safety", Safety(named, allow_private=True))
    selection = more.pop("selection", Selection())
    return fetch(store, store.with_name("vault"), selection=selection, safety=safety, limits=limits, told=told, **more)


def ledger(store: Path, *columns: str) -> dict[str, tuple[Any, ...]]:
    """The rows of `assets` by the path of their URLs, without the question mark of a token."""
    with open_database(store, read_only=True) as database:
        rows = list(database.query(f"select url, {', '.join(columns or ('status', 'reason'))} from assets").rows)
    return {"/" + url.split("/", 3)[3].rstrip("?"): tuple(rest) for url, *rest in rows}


def files_in(vault: Path) -> list[str]:
    """The names of the files of a vault, hidden ones too."""
    return sorted(path.name for path in vault.rglob("*") if path.is_file())
