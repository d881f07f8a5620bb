"""Recognizing records that the store has already: in the same bytes, in others, with other tokens in their URLs."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from labelstore.counting import COUNTED, FEATURE_NAMES
from labelstore.engines.database import Database, Stored
from labelstore.files import Record
from labelstore.formats.decoding import RecordDecoder
from labelstore.formats.shredding import Hashes, hashes, shred
from labelstore.formats.v2.completing import completed_line
from labelstore.json.equality import same
from labelstore.loading.batch import Entry, Origin
from labelstore.loading.report import FRAMES
from labelstore.loading.respelling import in_stored_order, is_same_content
from labelstore.loading.stretches import Unread, whole
from labelstore.schema.generations import generation_in
from labelstore.schema.tables import NODE_BITS, Row, Rows, columns, node_column, node_place, node_range

_OF_RECORD = {name: place for place, name in enumerate(columns()["records"])}
_OF_ASSET = ("data_row_id", "record_id", "row_data")


class Unchanged(NamedTuple):
    """A record whose content the store holds; it may not be decoded, nor read."""

    record: Record[Any] | Unread
    origin: Origin
    hashes: Hashes
    stored: Stored


class Recognizer:
    """Looks for records in the store. Those it finds are counted, and get the new tokens."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def stored_records_about(self, entries: Iterable[Entry]) -> set[int]:
        """The stored records that are about the labels or data rows of these."""
        identities: dict[str, list[str]] = {}
        ids: list[str] = []
        for entry in entries:
            identities.setdefault(entry.generation, []).append(entry.identity)
            ids += entry.label_ids
        found = {label.record_id for label in self.database.labels_named(ids)}
        for generation, keys in identities.items():
            for stored in self.database.records_about(generation, keys).values():
                found.update(one.record_id for one in stored)
        return found

    def count_unchanged(self, unchanged: Sequence[Unchanged]) -> None:
        """Count records as unchanged, and renew the tokens of their URLs."""
        self._count(unchanged)
        last = {one.stored.record_id: one for one in unchanged}  # whose tokens are the newest
        self._renew_urls([one for one in last.values() if one.hashes.urls != one.stored.url_hash])

    def _count(self, unchanged: Sequence[Unchanged]) -> None:
        for one in unchanged:
            file = one.origin.file
            file.unchanged += 1
            known = FRAMES if one.origin.frames_of else generation_in(one.stored.record_id).name
            file.generation = file.generation or known
        self.database.note("unchanged_records", [one.stored.record_id for one in unchanged])

    def respelled(self, entries: Sequence[Entry], stored: dict[str, list[Stored]]) -> tuple[set[int], dict[int, bytes]]:
        """Keep the records that an earlier load brought in other bytes: the ids that they would get, and texts.

        They get the digests of these bytes, by which the next load knows them. The texts are those of stored records,
        by their ids.
        """
        unlike: list[tuple[Entry, Stored]] = []
        for entry in entries:
            newest = stored[entry.identity][-1] if entry.identity in stored else None
            if (
                newest is not None
                and newest.load_id != entry.origin.file.load_id
                and newest.content_hash not in (None, entry.hashes.content)
            ):
                unlike.append((entry, newest))
        if not unlike:
            return set(), {}
        texts = dict(self.database.rebuilt([newest.record_id for _, newest in unlike]))
        found: list[tuple[Entry, Stored, bytes]] = []
        for entry, newest in unlike:
            text = texts.get(newest.record_id, b"")
            if text and is_same_content(entry.record.raw, text):
                found.append((entry, newest, text))
        self._count([Unchanged(entry.record, entry.origin, entry.hashes, newest) for entry, newest, _ in found])
        digests = [(newest.record_id, *entry.hashes) for entry, newest, _ in found]
        self.database.update_rows("records", ["record_id"], ["content_hash", "url_hash"], digests)
        self._renew_urls(
            [
                Unchanged(_in_stored_order(entry.record, entry.record.raw, text), entry.origin, entry.hashes, newest)
                for entry, newest, text in found
                if (entry.hashes.urls or newest.url_hash) and not same(entry.record.raw, text)
            ]
        )
        return {entry.record_id for entry, _, _ in found}, texts

    def says_nothing_new(self, entry: Entry, stored: Stored, text: bytes, *, is_unlike: bool) -> bool:
        """Whether a v2 line tells what the stored one does, as far as it tells; then it is counted as unchanged.

        `is_unlike` where it is known that both differ: then it tells the same only without blocks that it lacks.
        """
        record = entry.record
        told = completed_line(record.raw, text)
        if (is_unlike and told == record.raw) or not is_same_content(told, text):
            return False
        if not same(told, text):  # the tokens of its URLs are new
            line = _in_stored_order(record, told, text)
            digest = Hashes(stored.content_hash, hashes(line.raw).urls)  # type: ignore[arg-type]
            self._renew_urls([Unchanged(line, entry.origin, digest, stored)])
        self._count([Unchanged(record, entry.origin, entry.hashes, stored)])
        return True

    def _renew_urls(self, renewals: Sequence[Unchanged]) -> None:
        """Write anew what can hold URLs in the rows of records, no two the same; all else is as it was."""
        if not renewals:
            return
        database, rows = self.database, Rows()
        decode = RecordDecoder(bool(renewals[0].origin.frames_of))
        renewals = sorted(renewals, key=lambda one: one.stored.record_id)
        for found, origin, digest, stored in renewals:
            record = whole(found)
            value = decode(record.raw) if record.value is None else record.value
            source = (stored.load_id, stored.position, stored.byte_offset, *digest)
            shred(value, record.raw, stored.record_id, rows, source, origin.frames_of)
        updates = [(table, *found) for table, new in rows for found in _with_urls(table, new).items()]
        renamed = [node_range(record_id) for record_id in sorted(_renamed(updates))]
        database.counters.take_away(renamed)
        for table, names, some in updates:
            database.update_rows(table, [node_column(table)], names, some)
        database.counters.add_stored(renamed)
        loads = [(one.stored.record_id, one.hashes.urls, one.origin.file.load_id) for one in renewals]
        database.update_rows("records", ["record_id"], ["url_hash", "url_load_id"], loads)
        told = [tuple(row[_OF_RECORD[name]] for name in _OF_ASSET) for row in rows["records"]]
        database.update_rows("data_rows", _OF_ASSET[:2], _OF_ASSET[2:], [row for row in told if "?" in (row[2] or "")])


def _with_urls(table: str, rows: Sequence[Row]) -> dict[tuple[str, ...], list[Row]]:
    """By the columns that may hold URLs with tokens, the nodes of such rows and their values there."""
    places: dict[int, list[int]] = {}
    for place, kind in enumerate(columns()[table].values()):
        if kind == "text":  # one column after another, for most have nothing
            for number, row in enumerate(rows):
                value = row[place]
                if value is not None and "?" in value:
                    places.setdefault(number, []).append(place)
    names, node = list(columns()[table]), node_place(table)
    found: dict[tuple[str, ...], list[Row]] = {}
    for number, held in places.items():
        row = rows[number]
        values = (row[node], *(row[place] for place in held))
        found.setdefault(tuple(names[place] for place in held), []).append(values)
    return found


def _renamed(updates: Iterable[tuple[str, tuple[str, ...], Sequence[Row]]]) -> set[int]:
    """The records in which a feature is named by a URL: with other tokens it is another feature."""
    return {
        row[0] >> NODE_BITS
        for table, names, rows in updates
        if not FEATURE_NAMES.isdisjoint(names) and table in COUNTED
        for row in rows
        if any(name in FEATURE_NAMES and "://" in value for name, value in zip(names, row[1:], strict=True))
    }


def _in_stored_order(record: Record[Any], told: bytes, text: bytes) -> Record[Any]:
    """A record, not decoded: what it tells, in the order of the stored `text`."""
    return Record(record.position, record.byte_offset, in_stored_order(told, text), None)
