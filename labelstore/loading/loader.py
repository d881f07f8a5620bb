"""One pass over files: each is read, its records recognized or written, its frames files after it."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from labelstore.clock import now
from labelstore.engines.database import Database
from labelstore.files import Broken, Record, Source, open_sources
from labelstore.files.byte_ranges import ByteRange
from labelstore.formats.decoding import bounded_depth
from labelstore.formats.lenient_decoding import to_json
from labelstore.formats.shredding import Hashes, hashes
from labelstore.inputs.gathering import exports
from labelstore.loading.batch import Entry
from labelstore.loading.frames_files import FramesFolder, frames_address
from labelstore.loading.load_state import LoadState
from labelstore.loading.partitions import Partition
from labelstore.loading.recognizer import Recognizer, Unchanged
from labelstore.loading.record_reader import RecordReader
from labelstore.loading.record_writer import RecordWriter
from labelstore.loading.reject_policy import (
    FRAME_ALONE,
    LABEL_ALONE,
    Foreign,
    Rejects,
    StillRefused,
    StoredRejects,
    refuse_foreign,
)
from labelstore.loading.report import FileReport, Options, Progress, Reading, Report

_WAITING_RECORDS = 500
_WAITING_BYTES = 16_000_000


class Loader:
    """Stores the records of files, or a partition of them, in a database; its owner begins and commits."""

    def __init__(
        self,
        database: Database,
        report: Report,
        folder: FramesFolder | None = None,
        progress: Progress | None = None,
        options: Options = Options(),  # noqa: B008
        partition: Partition = Partition(),  # noqa: B008
    ) -> None:
        self.state = LoadState(database, report, options, partition)
        self.first_numbers: list[int | None] = []
        """By file, the number of the first item of a byte range; None where the items before it are counted."""
        self._folder, self._progress = folder, progress

    def load_files(self, arguments: list[str], max_ratio: float | None) -> None:
        """Store the records of all files."""
        state = self.state
        with bounded_depth(), _no_cycle_search():
            for number, argument in enumerate(arguments):
                for source in exports([argument], max_ratio=max_ratio, notify=state.report.notes.append):
                    with source:
                        self._load_file(source, state.partition.byte_range(number))

    def _load_file(self, source: Source, byte_range: ByteRange | None) -> None:
        """Store the records of an export, or a byte range of it, and the frames files of its labels."""
        state = self.state
        file = state.new_file(source.name)
        self.first_numbers.append(None if byte_range is None else byte_range.number)
        _FilePass(state, file, byte_range, self._folder, self._progress).store(source)
        if state.partition.of == 1:
            refuse_foreign(file)
        self._end_file(source, file)
        while state.pending_frames:
            self._load_frames(*state.pending_frames.pop(0))

    def _load_frames(self, label_id: str, path: Path) -> None:
        """Store a frames file under its label, in place of the frames that it had."""
        for source in open_sources([str(path)]):
            with source:
                file = self.state.new_file(source.name)
                reading = _FilePass(self.state, file, None, self._folder, self._progress, label_id)
                reading.store(source)
                if not file.rejected:  # what is rejected may be any of the frames
                    self._drop_other_frames(label_id, reading.identities)
                self._end_file(source, file)
                self.state.report.frames_files += 1

    def _drop_other_frames(self, label_id: str, brought: set[str]) -> None:
        """Remove the frames that an earlier file of the label had and this one has not."""
        database = self.state.database
        sql = "select record_id, identity from records where generation = 'frames' and identity >= ? and identity < ?"
        stored = database.query(sql, (f"{label_id}/", f"{label_id}0")).rows  # "0" comes after "/"
        database.delete_records([record_id for record_id, identity in stored if identity not in brought])

    def _end_file(self, source: Source, file: FileReport) -> None:
        file.framing, file.bytes = source.framing or "", source.bytes_read
        file.table_form = None if source.table is None else to_json(source.table)
        self.state.report.bytes += source.bytes_read
        file.sha256, file.finished_at = source.sha256, now()
        if self.state.partition.of == 1:
            self.state.record(file)

    def store_rejects(self, rejects: Iterable[tuple[int, int, bytes]], file: FileReport) -> set[int]:
        """Try records again that were refused: (position, byte offset, bytes). The positions of those still refused."""
        refused = StillRefused()
        _FilePass(self.state, file, None, rejects=refused).store_again(rejects)
        return refused.positions


class _FilePass:
    """The pass over one file: `label_id` is the label whose frames it has."""

    def __init__(
        self,
        state: LoadState,
        file: FileReport,
        byte_range: ByteRange | None,
        folder: FramesFolder | None = None,
        progress: Progress | None = None,
        label_id: str = "",
        rejects: Rejects | None = None,
    ) -> None:
        self.identities: set[str] = set()
        """Of the frames that the file has."""
        self._state, self._file, self._label_id = state, file, label_id
        self._folder, self._progress = folder, progress
        self._rejects = rejects or StoredRejects(state.database, file, state.options)
        self._reader = RecordReader(state.partition, byte_range, is_frames_file=bool(label_id))
        self._recognizer = Recognizer(state.database, file, label_id)
        self._writer = RecordWriter(state, file, label_id, self._recognizer, self._rejects)

    def store(self, source: Source) -> None:
        """Store the records of the file."""
        file, state, reader = self._file, self._state, self._reader
        skips_known = not (state.is_new or self._label_id or self._folder)
        waiting: list[Record[Any]] = []
        waiting_bytes = 0
        for item in reader.read(source, only_split=skips_known):
            file.records += 1
            if isinstance(item, Broken):
                self._rejects.add(item)
                continue
            if skips_known:
                waiting.append(item)
                waiting_bytes += len(item.raw)
            else:
                self._enqueue(item)
            if len(waiting) >= _WAITING_RECORDS or waiting_bytes >= _WAITING_BYTES:
                self._sort_out(waiting)
                waiting, waiting_bytes = [], 0
            if self._progress is not None and file.records % _WAITING_RECORDS == 0:
                self._progress(Reading.of(source, reader.byte_range))
        self._sort_out(waiting)
        self._writer.flush()
        state.next_number += reader.numbers

    def store_again(self, rejects: Iterable[tuple[int, int, bytes]]) -> None:
        """Try records that were refused: (position, byte offset, bytes)."""
        highest = -1
        for position, byte_offset, raw in rejects:
            self._file.records += 1
            self._file.bytes += len(raw)
            highest = max(highest, position)
            self._enqueue(self._reader.decoded(Record(position, byte_offset, raw, None)))
        self._writer.flush()
        self._state.next_number += highest + 1

    def _enqueue(self, item: Record[Any] | Broken, digest: Hashes | None = None) -> None:
        """Hand a record to the writer, and what is none of this kind of file to the rejects."""
        if isinstance(item, Broken):
            self._rejects.add(item)
            return
        entry = Entry.of(item, digest, self._label_id)
        if (entry.generation == "frames") != bool(self._label_id):
            reason = LABEL_ALONE if self._label_id else FRAME_ALONE
            self._rejects.add(Foreign(item.position, item.byte_offset, item.raw, reason))
            return
        if self._label_id:
            self.identities.add(entry.identity)
        self._writer.add(entry)
        self._look_for_frames(entry)

    def _look_for_frames(self, entry: Entry) -> None:
        found = frames_address(entry.record.value)
        if found is None:
            return
        (label_id,) = entry.label_ids
        path = self._folder.find(label_id, *found) if self._folder else None
        if path:
            self._state.pending_frames.append((label_id, path))
        else:
            self._state.report.frames_missing += 1

    def _sort_out(self, waiting: list[Record[Any]]) -> None:
        """Skip the records whose content the store holds, and hand on the others."""
        if not waiting:
            return
        writer, reader = self._writer, self._reader
        writer.flush()
        digests = [hashes(record.raw) for record in waiting]
        known = self._state.database.records_with([digest.content for digest in digests])
        items = [
            (record if digest.content in known else reader.decoded(record), digest)
            for record, digest in zip(waiting, digests, strict=True)
        ]
        told = self._stored_records_about(items, known.keys()) if known else set()
        unchanged: list[Unchanged] = []
        writer.replaced.clear()
        for item, digest in items:
            stored = known.get(digest.content)
            if isinstance(item, Broken) or stored is None:
                self._enqueue(item, digest)
            elif stored.record_id not in told:
                unchanged.append(Unchanged(item, digest, stored))
            else:  # in its turn among those about the same labels
                self._enqueue(reader.decoded(item), digest)
        writer.flush()
        replaced = set(writer.replaced)
        self._recognizer.count_unchanged([one for one in unchanged if one.stored.record_id not in replaced])
        for one in unchanged:
            if one.stored.record_id in replaced:  # another record of the file changed it just now
                self._enqueue(reader.decoded(one.record), one.hashes)

    def _stored_records_about(
        self, items: Iterable[tuple[Record[Any] | Broken, Hashes]], known: Iterable[bytes]
    ) -> set[int]:
        contents = set(known)
        return self._recognizer.stored_records_about(
            Entry.of(item, digest, self._label_id)
            for item, digest in items
            if isinstance(item, Record) and digest.content not in contents
        )


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Records and rows hold no cycles: looking for some among them takes a fifth of a load's time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
