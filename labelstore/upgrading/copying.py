"""All that an older store holds, on its way into a new one."""

import msgspec

from labelstore.engines.database import Database
from labelstore.engines.older_store import OlderStore
from labelstore.errors import StoreError
from labelstore.formats.decoding import Decoded, RecordDecoder
from labelstore.formats.shredding import hashes, shred
from labelstore.json.error_location import located
from labelstore.loading.report import Progress, Reading
from labelstore.schema import generations
from labelstore.schema.tables import BOOKKEEPING, CONNECTED, Rows, columns
from labelstore.upgrading.label_ids import TakenIds, is_derived, new_ids_of_framed, rename_labels, rename_version
from labelstore.upgrading.records import OldRecord, batches

_CAME_BACK = """
    update versions set removed = false
    where removed and label_id like '%unnamed-%' and exists (
        select 1 from labels as l join records as r on r.record_id = l.record_id
        where l.label_id = versions.label_id and r.load_id = versions.replaced_by)
"""


class Copy:
    """Copies what stands beside the records, and stores every record anew. Counts what `Upgrade` tells."""

    def __init__(self, old: OlderStore, new: Database) -> None:
        self.old, self.new = old, new
        self.records = self.repeated = self.rejected = 0
        self._rows = Rows()
        self._decode = RecordDecoder()
        self._taken = TakenIds(old)
        self._names = new_ids_of_framed(old)
        self._number = 0
        """Of the next record: ids are made anew, for their last bits had another meaning before version 4."""

    def run(self, progress: Progress | None) -> None:
        """Copy all of it."""
        self._copy_bookkeeping()
        old, new = self.old, self.new
        done, size = 0, old.path.stat().st_size
        total = old.rows("select count(*) from records")[0][0]
        for batch in batches(old):
            for record in batch:
                self._store(record)
            new.insert(self._rows)
            self._rows.clear()
            done += len(batch)
            if progress is not None:
                progress(Reading(str(old.path), size, size * done // total))
        new.derive(0)
        new.execute(_CAME_BACK)

    def _copy_bookkeeping(self) -> None:
        versions = TakenIds(self.old)
        for table in (*BOOKKEEPING, *CONNECTED):
            for row in self.old.table(table):
                if table != "versions" or rename_version(row, versions):
                    self.new.insert_rows(table, [tuple(row.get(column) for column in columns()[table])])

    def _store(self, record: OldRecord) -> None:
        """Add the rows of a record; one that cannot be stored any more goes into `rejects`."""
        try:
            self._add(record)
        except msgspec.ValidationError as error:  # a number that no double can be
            reason = located(record.raw, error)
            place = (record.load_id, record.position, record.byte_offset)
            self.new.insert_rows("rejects", [(*place, reason, record.raw)])
            self.new.execute("update loads set rejected = rejected + 1 where load_id = ?", (record.load_id,))
            self.rejected += 1
        except (ValueError, RecursionError) as error:
            reason = f"cannot be upgraded: record {record.record_id} ({record.identity}): {error}"
            raise StoreError(str(self.old.path), reason) from error

    def _add(self, record: OldRecord) -> None:
        record_id = generations.record_id(self._number, record.generation)
        self._number += 1
        frames_of, _, number = record.identity.rpartition("/") if record.generation == "frames" else ("", "", "")
        if frames_of in self._names:
            frames_of = self._names[frames_of]
            if not self._taken.take(f"{frames_of}/{number}"):
                return
        value = RecordDecoder(True)(record.raw) if frames_of else self._decode(record.raw)
        label_ids = self._shred(record, record_id, value, frames_of)
        old_ids = record.label_ids
        if len(label_ids) != len(old_ids):  # labels that stood in extra, beside an odd one, are rows now
            if self._taken.take_new(set(label_ids).difference(old_ids)):
                old_ids = label_ids
            else:  # the store has other versions of them: they stay in extra
                self._rows.drop_from(record_id)
                value = self._decode.fitted(record.raw, whole_lists=True)
                label_ids = self._shred(record, record_id, value)
        new_ids: dict[str, str] = {}
        for label_id, old_id in zip(label_ids, old_ids, strict=True):
            if not is_derived(label_id, value):
                new_ids[label_id] = old_id  # made of more than what the views give back
            elif record.generation == "v1" and not self._taken.take(label_id):
                self._rows.drop_from(record_id)
                self.repeated += 1
                return
            elif record.generation == "v2":
                new_ids[label_id] = self._taken.take_numbered(label_id)
        if any(old != new for old, new in new_ids.items()):
            rename_labels(self._rows, record_id, new_ids)
        self.records += 1

    def _shred(self, record: OldRecord, record_id: int, value: Decoded, frames_of: str = "") -> list[str]:
        """Add the rows of a record as they are now; the ids of its labels."""
        before = len(self._rows["labels"])
        source = (record.load_id, record.position, record.byte_offset, *self._digests(record))
        shred(value, record.raw, record_id, self._rows, source, frames_of)
        if record.url_load_id is not None:
            row = dict(zip(columns()["records"], self._rows["records"][-1], strict=True))
            self._rows["records"][-1] = tuple({**row, "url_load_id": record.url_load_id}.values())
        at = list(columns()["labels"]).index("label_id")
        return [row[at] for row in self._rows["labels"][before:]]

    def _digests(self, record: OldRecord) -> tuple[bytes | None, bytes | None]:
        """The hashes that a record has; those of version 1 were of the text with the tokens in its URLs."""
        if self.old.version > 1:
            return record.content_hash, record.url_hash
        found = hashes(record.raw)
        is_same = record.content_hash is None or found.urls is None
        return record.content_hash if is_same else found.content, found.urls
