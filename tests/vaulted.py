"""Vaults with pictures for the URLs of a store, as `labelstore fetch` would leave them."""

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from labelstore.assets.linking import Linked, link
from labelstore.assets.vault import Vault, remember
from labelstore.engines import open_database
from labelstore.engines.database import Database


def png(picture: Any) -> bytes:
    """A picture, or the array of one, as PNG."""
    written = BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(written, "PNG")
    return written.getvalue()


def put(database: Database, vault: Vault, contents: Mapping[str, bytes]) -> None:
    """Have these contents in the vault, by their URLs without tokens."""
    vault.folder.mkdir(exist_ok=True)
    for url, content in contents.items():
        scratch = vault.folder / "scratch"
        scratch.write_bytes(content)
        digest = sha256(content).hexdigest()
        kind = vault.take_in(scratch, digest)
        database.execute("delete from assets where url = ?", (url,))
        row = {"url": url, "status": "fetched", "sha256": digest, "bytes": len(content), "media_type": kind}
        database.execute(
            f"insert into assets ({', '.join(row)}) values ({', '.join('?' * len(row))})", tuple(row.values())
        )


def linked(store: Path, contents: Mapping[str, bytes]) -> Linked:
    """What linking makes of a store whose vault, beside it, has these contents."""
    vault = Vault(store.with_name("vault"))
    with open_database(store) as database:
        database.begin()
        remember(database, store, vault.folder)
        put(database, vault, contents)
        found = link(database, vault)
        database.commit()
    return found


def rows(store: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows of SQL."""
    with open_database(store, read_only=True) as database:
        return list(database.query(sql).rows)
