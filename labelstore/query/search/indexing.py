"""The full-text index of a SQLite store: built by `index`, out of date after a load that changes something.

It holds each text once with the labels it stands in. The tokenizer makes trigrams, so any part of a text is found, as
it is without the index. The index remembers what the store held; if that has changed, it is not used.
"""

import sqlite3
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelstore.engines import SQLITE, open_database
from labelstore.engines.database import CONTENTS
from labelstore.engines.holders import writer_of
from labelstore.engines.reading import Reading
from labelstore.errors import InUseError, StoreError, UsageError
from labelstore.query.search.condition import EVERY_TEXT
from labelstore.query.search.places import OF_DATA_ROWS, OF_LABELS, labels_with, texts_in
from labelstore.schema import dialects

if TYPE_CHECKING:
    from labelstore.loading.store_file import Notify


@dataclass(frozen=True)
class Indexed:
    """What `index` did: the number of different texts; seconds."""

    store: str
    texts: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """What `labelstore index --json` prints."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}


def index(store: str | Path, *, wait: float | None = None, notify: "Notify | None" = None) -> Indexed:
    """Make the search index of a SQLite store, in place of the one it has. `wait` and `notify` as in `load`.

    A search meanwhile, or after this was interrupted, reads the tables. Raises `UsageError` for a DuckDB store.
    """
    from labelstore.loading.store_file import locked  # here, so that to search does not import how to load

    path, started = Path(store), time.perf_counter()
    with open_database(path, read_only=True) as database:  # raises for what is no store, or one of another version
        if not database.has_full_text:
            title = database.dialect.title
            raise UsageError(
                f"{store}: a {title} store has no full-text index without an extension; search works without"
            )
    with locked(path, "index", wait=wait, notify=notify) as patience:
        try:
            texts = patience.attempt(lambda: _built(path), SQLITE.usual_wait)
        except sqlite3.Error as error:
            raise StoreError(str(path), f"the search index cannot be made ({error})") from error
    return Indexed(str(store), texts, time.perf_counter() - started)


def _built(path: Path) -> int:
    with closing(sqlite3.connect(path.absolute(), isolation_level=None, timeout=0.1)) as connection:
        try:
            return _build(connection)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise InUseError(str(path), writer_of(path)) from error


def state(database: Reading) -> str:
    """`current`, `stale` (a load has changed the store since) or `none`."""
    if not database.has_full_text:
        return "none"
    if not database.value("select count(*) from sqlite_master where name = 'search_state'"):
        return "none"
    indexed = database.value("select contents from search_state")
    return "current" if indexed == database.value(CONTENTS) else "stale"


def _build(connection: sqlite3.Connection) -> int:
    import sqlite_utils

    connection.create_function("folded", 1, _folded, deterministic=True)
    connection.execute("drop table if exists search_state")
    connection.execute("begin immediate")
    for name in ("search_texts_fts", "search_texts", "search_labels"):
        connection.execute(f"drop table if exists {name}")
    contents = connection.execute(CONTENTS).fetchone()[0]
    for statement in dialects.SQLITE.statements("sqlite/search_index.sql"):
        connection.execute(statement)
    for place in OF_LABELS + OF_DATA_ROWS:
        _add(connection, place)
    count: int = connection.execute("select count(*) from search_texts").fetchone()[0]
    connection.execute("commit")
    table = sqlite_utils.Database(connection, execute_plugins=False).table("search_texts")
    table.enable_fts(["folded"], tokenize="trigram")
    connection.execute("begin immediate")
    connection.execute("create table search_state (contents text)")
    connection.execute("insert into search_state values (?)", (contents,))
    connection.execute("commit")
    return count


def _add(connection: sqlite3.Connection, place: str) -> None:
    """Add the texts of a place, and the labels they stand in."""
    texts, _ = texts_in(place, EVERY_TEXT)
    connection.execute(
        "insert into search_texts (place, text, folded) select ?, text, folded(text)"
        f" from (select distinct text from ({texts}) order by text)",
        (place,),
    )
    if place in OF_LABELS:
        connection.execute("create temp table found_texts (text text primary key, text_id integer) without rowid")
        connection.execute("insert into found_texts select text, text_id from search_texts where place = ?", (place,))
        labels, _ = labels_with(place, EVERY_TEXT, "select text from found_texts")
        connection.execute(
            "insert or ignore into search_labels select f.text_id, s.node_id"
            f" from ({labels}) as s join found_texts as f on f.text = s.text"
        )
        connection.execute("drop table found_texts")


def _folded(text: str) -> str:
    """A text as words are compared with it; the tokenizer would stop at a NUL."""
    return text.lower().replace("\0", " ")
