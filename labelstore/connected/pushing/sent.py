"""The table `sent`: what was sent to a target, and what became of it.

A row is written before its annotation goes (status `sent`) and settled when the import has ended; so after a stop at
any moment the rows say what may be on its way, under the name by which the import is found again.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from labelstore.clock import now
from labelstore.connected.pushing.target import Outcome
from labelstore.engines.database import MARKS, Database

ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
SENT: Final = "sent"

_EXPIRED: Final = "the import is done; what it said of each annotation was gone"
_COLUMNS: Final = "target, uuid, content_hash, label_id, import_name, status, reason, sent_at"


class Sent(NamedTuple):
    """A row of `sent`."""

    target: str
    uuid: str
    content_hash: str
    label_id: str
    import_name: str
    status: str
    reason: str | None
    sent_at: str


class Before(NamedTuple):
    """What was sent before under a uuid."""

    accepted: str | None = None
    """The hash of the content that was accepted last."""
    is_unknown: bool = False
    """Whether something is on its way, or nobody knows what became of it."""
    last: str = ""
    """The time of the last attempt."""


def has_sent(database: Database, target: str) -> bool:
    """Whether anything was sent to the target."""
    return bool(database.value("select 1 from sent where target = ? limit 1", (target,)))


def sent_before(database: Database, target: str, uuids: Sequence[str]) -> dict[str, Before]:
    """What was sent to the target under these uuids, of those of which something was."""
    sql = f"select {_COLUMNS} from sent where target = ? and uuid in ({MARKS})"
    found: dict[str, Before] = {}
    for row in sorted(map(Sent._make, database.select_in(sql, uuids, target)), key=lambda row: row.sent_at):
        before = found.get(row.uuid, Before())
        found[row.uuid] = Before(
            row.content_hash if row.status == ACCEPTED else before.accepted,
            row.status == SENT or (before.is_unknown and row.status != ACCEPTED),
            row.sent_at,
        )
    return found


def unknown_imports(database: Database, target: str) -> list[str]:
    """The names of the imports of which nobody knows what became, the oldest first."""
    sql = "select import_name from sent where target = ? and status = ? group by import_name order by min(sent_at), 1"
    return [name for (name,) in database.query(sql, (target, SENT)).rows]


def note(database: Database, rows: Sequence[Sent]) -> None:
    """Write rows of annotations that are about to be sent."""
    database.insert_rows("sent", rows)


def forget(database: Database, target: str, import_name: str) -> None:
    """Take back the rows of an import that never came to be."""
    sql = "delete from sent where target = ? and import_name = ? and status = ?"
    database.execute(sql, (target, import_name, SENT))


def settle(database: Database, target: str, import_name: str, outcome: Outcome) -> tuple[int, int, int]:
    """Write what became of an import; how many annotations were accepted, rejected, and are still unknown.

    Earlier rejections of the same annotations go.
    """
    sql = f"select {_COLUMNS} from sent where target = ? and import_name = ? and status = ?"
    rows = [Sent._make(row) for row in database.query(sql, (target, import_name, SENT)).rows]
    settled = [_settled(row, outcome) for row in rows]
    forget(database, target, import_name)
    uuids = [row.uuid for row in settled]
    drop = f"delete from sent where target = ? and status = 'rejected' and uuid in ({MARKS})"
    if uuids:
        for _ in database.select_in(drop, uuids, target):
            pass
        database.insert_rows("sent", settled)
    statuses = [row.status for row in settled]
    return statuses.count(ACCEPTED), statuses.count(REJECTED), statuses.count(SENT)


def _settled(row: Sent, outcome: Outcome) -> Sent:
    reason = outcome.of(row.uuid)
    if reason is None:
        return row
    if reason:
        return row._replace(status=REJECTED, reason=reason)
    return row._replace(status=ACCEPTED, reason=_EXPIRED if outcome.is_expired else None)


def rejected(database: Database, target: str | None = None) -> Iterator[Sent]:
    """The annotations that Labelbox rejected, of one target or of all, as they were sent."""
    sql = (
        f"select {_COLUMNS} from sent where status = ? and (? is null or target = ?)"
        " order by target, sent_at, label_id, uuid"
    )
    return map(Sent._make, database.query(database.dialect.translate(sql), (REJECTED, target, target)).rows)


def moment() -> str:
    """The time of now, as `sent_at` has it: rows of one uuid are ordered by it."""
    return now("microseconds")
