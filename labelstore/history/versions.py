"""What labels were: earlier versions, and a label as of a load.

A load brings labels, and the state after it lasts until the next one. `versions` has what was replaced or removed, with
the loads from which and up to which it was so; what is in `labels` is so since the load of its record. The frames of a
v1 label that come in a file of their own are no part of its JSON and have no history.
"""

import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from labelstore.engines.database import Database
from labelstore.errors import NotFoundError
from labelstore.history.content import is_same
from labelstore.query.find import label_of


class Version(NamedTuple):
    """What a label was from the load `load_id` on, until the load `replaced_by` (None: it still is).

    `position` is the number of its record in the file. `change`: `added`, `changed`, or `unchanged`
    where the load brought the label as it was (with the tokens of URLs aside). `removed` says that
    `replaced_by` left no label of this id.
    """

    load_id: int
    file_name: str | None
    position: int | None
    finished_at: str | None
    updated_at: str | None
    generation: str
    change: str
    replaced_by: int | None
    removed: bool

    @property
    def is_current(self) -> bool:
        """Whether the label still is so."""
        return self.replaced_by is None


def versions_of(database: Database, label_id: str) -> list[Version]:
    """The versions of a label, oldest first, the current one last.

    It may be named by its data row, where that has one label. Raises `NotFoundError` for an unknown id.
    """
    label_id = known_label(database, label_id)
    found: list[Version] = []
    before = b""
    for *place, replaced_by, removed, stored in _stored_versions(database, label_id):
        text = unpacked(stored) if stored is not None else database.label_json(label_id)[0].encode()
        is_new = not found or found[-1].replaced_by != place[0]
        change = "added" if is_new else "unchanged" if is_same(before, text) else "changed"
        found.append(Version._make((*place, change, replaced_by, bool(removed))))
        before = text
    if not found:
        raise NotFoundError(f"{label_id}: {database.name} has and had no label with this id; {database.way_to_ids}")
    return found


def known_label(database: Database, name: str) -> str:
    """The id of the label with this id, or of the label of the data row that goes by this name; else the name."""
    for table in ("labels", "versions"):
        if database.value(f"select 1 from {table} where label_id = ? limit 1", (name,)):
            return name
    return label_of(database, name) or name


def _stored_versions(database: Database, label_id: str) -> Iterator[tuple[Any, ...]]:
    for sql in (_EARLIER, _CURRENT):
        yield from database.query(sql, (label_id,)).rows


_EARLIER = """
    select v.load_id, f.file_name, v.position, f.finished_at, v.updated_at, v.generation, v.replaced_by, v.removed,
        v.json
    from versions as v
    left join loads as f on f.load_id = v.load_id
    where v.label_id = ? and v.replaced_by > v.load_id
    order by v.load_id
"""
_CURRENT = """
    select r.load_id, f.file_name, r.position, f.finished_at, l.updated_at, l.generation, null, null, null
    from labels as l
    join records as r on r.record_id = l.record_id
    left join loads as f on f.load_id = r.load_id
    where l.label_id = ?
"""


def label_at(database: Database, label_id: str, load_id: int) -> str:
    """The JSON of a label as it was after a load. Raises `NotFoundError` where there was none, and says why."""
    require_load(database, load_id)
    label_id = known_label(database, label_id)
    sql = "select json from versions where label_id = ? and load_id <= ? and replaced_by > ?"
    stored = database.value(sql, (label_id, load_id, load_id))
    if stored is not None:
        return unpacked(stored).decode()
    versions = versions_of(database, label_id)
    earlier = [version for version in versions if version.load_id <= load_id]
    if not earlier:
        first = versions[0]
        raise NotFoundError(
            f"{label_id}: not there yet after load {load_id}; load {first.load_id} ({first.file_name}) brought it first"
        )
    if earlier[-1].is_current:
        return database.label_json(label_id)[0]
    last = earlier[-1]
    raise NotFoundError(f"{label_id}: removed by load {last.replaced_by}; as it was before: --at {last.load_id}")


def unpacked(stored: bytes) -> bytes:
    """The JSON of a version, from how `versions` keeps it."""
    return zlib.decompress(stored)


def require_load(database: Database, load_id: int) -> None:
    """Raise `NotFoundError` for a load that the store does not know."""
    if not 0 < load_id < 1 << 63 or database.value("select 1 from loads where load_id = ?", (load_id,)) is None:
        last = database.value("select max(load_id) from loads")
        known = "it has no loads" if not last else "its only load is 1" if last == 1 else f"its loads are 1 to {last}"
        raise NotFoundError(f"{database.name} has no load {load_id}; {known}")
