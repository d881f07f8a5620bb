"""Compare the records of a file with what the store rebuilds."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from labelstore.engines.database import Database, Stored
from labelstore.files import Broken, Record, Source, open_sources, split
from labelstore.formats.decoding import Decoded, RecordDecoder, tolerant
from labelstore.formats.shredding import generation_of, hashes, identity, label_ids, shred
from labelstore.formats.v1.record import Frame
from labelstore.formats.v2.completing import completed_line
from labelstore.formats.v2.record import Line
from labelstore.json.equality import Comparison, differences, duplicate_keys, same
from labelstore.json.error_location import located
from labelstore.loading.frames_files import FramesFolder, frames_address
from labelstore.loading.reject_policy import FRAME_ALONE, LABEL_ALONE, recognized
from labelstore.loading.report import Progress, Reading
from labelstore.schema.generations import record_id
from labelstore.schema.tables import Rows
from labelstore.verifying.comparing import Batch, Comparer
from labelstore.verifying.reading import only_split
from labelstore.verifying.report import SHOWN, VerifyReport

_BATCH = (250, 2_000_000)
_COLUMNAR_BATCH = (2000, 20_000_000)
"""Records, or bytes of them, that are rebuilt together: DuckDB takes its time for each question, and threads end sooner
one after another with little."""


class Changed:
    """Records of one file that the store has with other content: superseded or different, depending on its load.

    `by_load` counts them by the load that stored them; `first` has the first differences of each.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.sha256 = ""
        self.by_load: dict[int, int] = {}
        self.first: dict[int, list[dict[str, Any]]] = {}

    def add(self, load_id: int, found: list[dict[str, Any]]) -> None:
        """Count a record that the store has from this load in another form; `found` are the differences to show."""
        self.by_load[load_id] = self.by_load.get(load_id, 0) + 1
        shown = self.first.setdefault(load_id, [])
        shown.extend(found[: SHOWN - len(shown)])


class Verifier:
    """Compares into `report` and, where the loads decide, into `changed`, one per file."""

    def __init__(
        self,
        database: Database,
        report: VerifyReport,
        folder: FramesFolder | None,
        progress: Progress | None,
        comparer: Comparer,
    ) -> None:
        self.database, self.report, self.folder, self.progress = database, report, folder, progress
        self.comparer = comparer
        self.comparison = Comparison()
        self.changed: list[Changed] = []

    def verify_file(self, source: Source, label_id: str = "") -> None:
        """Compare the records of a file, then those of its frames files."""
        changed = Changed(source.name)
        self.changed.append(changed)
        pending: list[tuple[str, str]] = []
        decode = tolerant(RecordDecoder(bool(label_id)))
        if not (label_id or self.folder):
            for batch, equal in self.comparer.compared(self.batches(source, only_split(source))):
                self.compare(source.name, self.unlike(source.name, batch, equal, decode), changed)
                self.tell(source, batch)
        else:  # frames and who has them are known by what the record says
            for batch in self.batches(source, map(recognized, split(source, decode))):
                entries = list(self.entries(source.name, batch, label_id))
                if self.folder:
                    pending.extend(found for record, key in entries for found in self.frames_of(record.value, key))
                self.compare(source.name, entries, changed, label_id)
                self.tell(source, batch)
        changed.sha256 = source.sha256
        self.report.bytes += source.bytes_read
        for frames_label, file in pending:
            for frames_source in open_sources([file]):
                with frames_source:
                    self.verify_file(frames_source, frames_label)

    def batches(self, source: Source, found: Iterable[Record[Any] | Broken]) -> Iterator[Batch]:
        """The items of a file, some at a time."""
        most_records, most_bytes = _COLUMNAR_BATCH if self.database.is_columnar else _BATCH
        items: list[Record[Any] | Broken] = []
        size = 0
        for item in found:
            self.report.records += 1
            items.append(item)
            size += len(item.raw)
            if len(items) >= most_records or size >= most_bytes:
                yield Batch(items, source.bytes_read)
                items, size = [], 0
        yield Batch(items, source.bytes_read)

    def tell(self, source: Source, batch: Batch) -> None:
        """Report how far the file is compared."""
        if self.progress is not None and batch.items:
            self.progress(Reading(source.name, source.size, batch.bytes_read))

    def entries(self, name: str, batch: Batch, label_id: str) -> Iterator[tuple[Record[Decoded], str]]:
        """The records of a batch, or frames of `label_id`, with their keys; others are rejected."""
        for item in batch.items:
            if isinstance(item, Broken):
                self.reject(name, item, item.reason)
            elif isinstance(item.value, Frame) != bool(label_id):
                self.reject(name, item, LABEL_ALONE if label_id else FRAME_ALONE)
            else:
                yield item, self.key_of(item.value, label_id)

    def key_of(self, record: Decoded, label_id: str) -> str:
        """The key of a record in the store: its identity; for a frame, its label and number."""
        return f"{label_id}/{record.frame_number}" if isinstance(record, Frame) else identity(record)

    def reject(self, name: str, item: Record[Any] | Broken, reason: str) -> None:
        """Count a record that no load stores."""
        self.report.rejected += 1
        if len(self.report.first_rejects) < SHOWN:
            self.report.first_rejects.append({"file": name, "position": item.position, "reason": reason})

    def unlike(
        self, name: str, batch: Batch, equal: set[int], decode: Callable[[bytes], Decoded | Exception]
    ) -> list[tuple[Record[Decoded], str]]:
        """The records that are none of the equal ones, decoded and with their keys; what is no record is rejected."""
        self.report.equal += len(equal)
        for item in batch.items:
            if isinstance(item, Broken):
                self.reject(name, item, item.reason)
        left: list[tuple[Record[Decoded], str]] = []
        for record in batch.items:
            if isinstance(record, Broken) or record.position in equal:
                continue
            try:
                item = recognized(Record(record.position, record.byte_offset, record.raw, decode(record.raw)))
            except (ValueError, RecursionError) as error:
                item = Broken(record.position, record.byte_offset, record.raw, located(record.raw, error))
            if isinstance(item, Broken):
                self.reject(name, item, item.reason)
            elif isinstance(item.value, Frame):
                self.reject(name, item, FRAME_ALONE)
            else:
                left.append((item, self.key_of(item.value, "")))
        return left

    def frames_of(self, record: Decoded, label_id: str) -> Iterator[tuple[str, str]]:
        """The frames file of a label, where the folder has one: its label id and path."""
        found = frames_address(record)
        path = self.folder.find(label_id, *found) if self.folder and found else None
        if path:
            yield label_id, path

    def compare(
        self, name: str, batch: list[tuple[Record[Decoded], str]], changed: Changed, label_id: str = ""
    ) -> None:
        """Compare a batch with the records that the store has under the same keys."""
        for generation in sorted({generation_of(record.value) for record, _ in batch}):
            entries = [entry for entry in batch if generation_of(entry[0].value) == generation]
            stored = self.database.records_about(generation, [key for _, key in entries])
            rebuilt = dict(self.database.rebuilt([known[-1].record_id for known in stored.values()]))
            for record, key in entries:
                known = stored.get(key)
                text = rebuilt.get(known[-1].record_id, b"") if known else b""
                if known and self.comparison.same_and_plain(record.raw, text):
                    self.report.equal += 1
                elif (reason := _refusal(record, label_id)) is not None:
                    self.reject(name, record, reason)
                elif known:
                    self.compare_one(name, record, known[-1], text, changed)
                else:
                    self.missing(name, record)

    def missing(self, name: str, record: Record[Decoded]) -> None:
        """Count a record that is not stored; a later record of the other generation may hold its label."""
        loads = self.database.loads_of(label_ids(record.value))
        if loads:
            self.report.superseded[loads[-1]] += 1
            return
        self.report.missing += 1
        if len(self.report.first_missing) < SHOWN:
            self.report.first_missing.append({"file": name, "position": record.position})

    def compare_one(self, name: str, record: Record[Decoded], known: Stored, found: bytes, changed: Changed) -> None:
        """Compare a record with the stored one, whose rebuilt JSON is `found`."""
        keys = duplicate_keys(record.raw)
        place = {"file": name, "position": record.position}
        self.report.duplicate_keys.extend(
            {**place, "pointer": key} for key in keys[: SHOWN - len(self.report.duplicate_keys)]
        )
        if same(record.raw, found):
            self.report.equal += 1
            return
        is_as_loaded = (known.content_hash, known.url_hash) == hashes(record.raw)
        if isinstance(record.value, Line) and not is_as_loaded and same(completed_line(record.raw, found), found):
            self.report.equal += 1  # what it lacks was not requested
            return
        if known.content_hash is None and (by := self.lost_to(record, known, found)) is not None:
            self.report.superseded[by] += 1
            return
        listed = [{**place, **difference._asdict()} for difference in differences(record.raw, found, 5)]
        if is_as_loaded:
            self.report.add_different(1, listed)
        else:
            changed.add(known.url_load_id or known.load_id, listed)

    def lost_to(self, record: Record[Decoded], known: Stored, found: bytes) -> int | None:
        """The last load that took labels of a line, if the line is unchanged otherwise; else None."""
        ids = label_ids(record.value)
        here = {label.label_id for label in self.database.labels_of([known.record_id])}
        lost = [label_id for label_id in ids if label_id not in here]
        takers = {label.label_id: label.load_id for label in self.database.labels_named(lost)} if lost else {}
        for label_id in lost:
            if label_id not in takers:
                sql = "select max(replaced_by) from versions where label_id = ? and removed"
                takers[label_id] = self.database.value(sql, (label_id,))
        if not lost or None in takers.values():
            return None
        return max(takers.values()) if same(_without_labels(record.raw, {*lost}), found) else None


def _without_labels(raw: bytes, lost: set[str]) -> bytes:
    """A line without some of its labels."""
    line = msgspec.json.decode(raw)
    for project in (line.get("projects") or {}).values():
        if isinstance(project, dict) and isinstance(project.get("labels"), list):
            project["labels"] = [
                label for label in project["labels"] if not (isinstance(label, dict) and label.get("id") in lost)
            ]
    return msgspec.json.encode(line)


def _refusal(record: Record[Decoded], label_id: str) -> str | None:
    """Why a load refuses a record that decodes; None if it does not."""
    try:
        shred(record.value, record.raw, record_id(0, generation_of(record.value)), Rows(), (None,) * 5, label_id)
    except (ValueError, RecursionError) as error:
        return located(record.raw, error)
    return None
