"""The ledger: the rows of `assets`, written some at a time while the run goes on."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from labelstore.clock import now
from labelstore.connected.fetching.access import Access
from labelstore.connected.fetching.results import COMPLETE, Got
from labelstore.engines.database import Database
from labelstore.errors import InUseError
from labelstore.schema.tables import columns

_ASKED: Final = "select url from assets where tried_at is not null"


class Entry(NamedTuple):
    """What the ledger says of a URL."""

    status: str
    sha256: str | None
    media_type: str | None
    expires_at: str | None
    attempts: int


def known(database: Database) -> dict[str, Entry]:
    """All of it, by URL."""
    sql = f"select url, {', '.join(Entry._fields)} from assets"
    return {url: Entry(*rest) for url, *rest in database.query(sql).rows}


def urls_asked(database: Database) -> Iterable[str]:
    """The URLs that were asked for, so that somebody agreed to their hosts."""
    return (url for (url,) in database.query(_ASKED).rows)


_PLACES: Final = tuple(list(columns()["assets"]).index(name) for name in Entry._fields)


class Ledger:
    """Writes what became of URLs; `entries` are what was known before."""

    def __init__(self, access: Access, entries: dict[str, Entry]) -> None:
        self._access, self._entries = access, entries

    def try_note(self, results: Sequence[Got]) -> bool:
        """Write results if nobody else holds the store now; whether they are written."""
        try:
            self._note(self._access.at_once(), results)
        except InUseError:
            return False
        return True

    def note(self, results: Sequence[Got]) -> None:
        """Write results. Raises `InUseError`."""
        self._note(self._access, results)

    def _note(self, access: Access, results: Sequence[Got]) -> None:
        """Write results, in one short transaction under the store's lock."""
        if not results:
            return
        newest = {got.wanted.url: got for got in results}
        rows = {url: self._row(got) for url, got in newest.items()}
        with access.writing() as database:
            database.delete_in("assets", "url", list(rows))
            database.insert_rows("assets", list(rows.values()))
        self._entries |= {url: Entry(*(row[place] for place in _PLACES)) for url, row in rows.items()}

    def _row(self, got: Got) -> tuple[Any, ...]:
        wanted = got.wanted
        before = self._entries.get(wanted.url)
        is_complete = got.status in COMPLETE
        attempts = 0 if is_complete else got.attempts + (before.attempts if before is not None else 0)
        values = {
            **got._asdict(),
            "url": wanted.url,
            "role": wanted.role,
            "expires_at": wanted.expires_at,
            "attempts": attempts,
            "tried_at": now() if got.attempts else None,
        }
        return tuple(values.get(column) for column in columns()["assets"])
