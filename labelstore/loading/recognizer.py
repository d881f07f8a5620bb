"""Recognizing records that the store has already: in the same bytes, in others, with other tokens in their URLs."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from labelstore.engines.database import Database, Stored
from labelstore.files import Record
from labelstore.formats.decoding import RecordDecoder
from labelstore.formats.shredding import Hashes, hashes, shred
from labelstore.formats.v2.completing import completed_line
from labelstore.json.equality import same
from labelstore.loading.batch import Entry, Origin
from labelstore.loading.respelling import in_stored_order, is_same_content
from labelstore.schema.tables import Rows, columns


class Unchanged(NamedTuple):
    """A record whose content the store holds; it may not be decoded."""

    record: Record[Any]
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
        for one in unchanged:
            if one.hashes.urls != one.stored.url_hash:
                self._renew_urls(one)

    def _count(self, unchanged: Sequence[Unchanged]) -> None:
        for one in unchanged:
            one.origin.file.unchanged += 1
        self.database.note("unchanged_records", [one.stored.record_id for one in unchanged])

    def respelled(self, entries: Sequence[Entry], stored: dict[str, list[Stored]]) -> set[int]:
        """Keep the records that an earlier load brought in other bytes; the ids that they would get.

        They get the digests of these bytes, by which the next load knows them.
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
            return set()
        texts = dict(self.database.rebuilt([newest.record_id for _, newest in unlike]))
        found: list[tuple[Entry, Stored, bytes]] = []
        for entry, newest in unlike:
            text = texts.get(newest.record_id, "").encode()
            if text and is_same_content(entry.record.raw, text):
                found.append((entry, newest, text))
        self._count([Unchanged(entry.record, entry.origin, entry.hashes, newest) for entry, newest, _ in found])
        self.database.renew_digests([(newest.record_id, *entry.hashes) for entry, newest, _ in found])
        for entry, newest, text in found:
            if (entry.hashes.urls or newest.url_hash) and not same(entry.record.raw, text):
                raw = in_stored_order(entry.record.raw, text)
                record = Record(newest.position, newest.byte_offset, raw, None)
                self._renew_urls(Unchanged(record, entry.origin, entry.hashes, newest))
        return {entry.record_id for entry, _, _ in found}

    def says_nothing_new(self, entry: Entry, stored: Stored, text: str) -> bool:
        """Whether a v2 line tells what the stored one does, as far as it tells; then it is counted as unchanged."""
        record = entry.record
        told = completed_line(record.raw, text.encode())
        if not is_same_content(told, text.encode()):
            return False
        if not same(told, text.encode()):  # the tokens of its URLs are new
            line = in_stored_order(told, text.encode())
            digest = Hashes(stored.content_hash, hashes(line).urls)  # type: ignore[arg-type]
            changed = Record(record.position, record.byte_offset, line, None)
            self._renew_urls(Unchanged(changed, entry.origin, digest, stored))
        self._count([Unchanged(record, entry.origin, entry.hashes, stored)])
        return True

    def _renew_urls(self, renewed: Unchanged) -> None:
        """Write the rows that hold URLs again; the others are as they were."""
        record, origin, digest, stored = renewed
        rows = Rows()
        source = (stored.load_id, stored.position, stored.byte_offset, *digest)
        value = RecordDecoder(bool(origin.frames_of))(record.raw) if record.value is None else record.value
        shred(value, record.raw, stored.record_id, rows, source, origin.frames_of)
        names = list(columns()["records"])
        url_load = names.index("url_load_id")
        for table, new in rows:
            new[:] = [row for row in new if any(isinstance(value, str) and "?" in value for value in row)]
            if table == "records":
                new[:] = [(*row[:url_load], origin.file.load_id, *row[url_load + 1 :]) for row in new]
        self.database.replace(rows)
        for row in rows["records"]:
            self.database.execute(
                "update data_rows set row_data = ? where data_row_id = ? and record_id = ?",
                (row[names.index("row_data")], row[names.index("data_row_id")], stored.record_id),
            )
        if not rows["records"]:
            sql = "update records set url_hash = ?, url_load_id = ? where record_id = ?"
            self.database.execute(sql, (digest.urls, origin.file.load_id, stored.record_id))
