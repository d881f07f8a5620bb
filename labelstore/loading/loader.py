"""One pass over files: records compared with the store, shredded and written in batches."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from labelstore.errors import InputError
from labelstore.formats.decoding import Decoded, RecordDecoder, UnknownRecord
from labelstore.formats.shredding import content_hash, generation_of, identity, label_ids, shred
from labelstore.formats.v1.record import Annotations, Element, Frame
from labelstore.framing import Broken, Record, Source, open_sources, split
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.report import FileReport, Report
from labelstore.rows import Rows
from labelstore.stores.database import Database
from labelstore.version import __version__

BATCH_RECORDS = {"sqlite": 100, "duckdb": 4000}
BATCH_BYTES = {"sqlite": 4_000_000, "duckdb": 40_000_000}
BLOCK_RECORDS = 256
_FIRST_REJECTS = 5
_SHORTER = 0.9
"""Each stretch of a file to the one before it: to split a record costs a tenth of storing it."""
_LATE_BYTES = 3_000_000
"""What a process stores while the next one starts."""


class Reading(NamedTuple):
    """How far a source has been read; `size` is None for a stream."""

    name: str
    size: int | None
    bytes_read: int


Progress = Callable[[Reading], None]


class Share(NamedTuple):
    """The part of every file that one of several processes stores.

    It is the `number`-th of `of` stretches; of a compressed file, where nobody knows the end, each `of`-th block.
    """

    number: int = 0
    of: int = 1

    @property
    def is_last(self) -> bool:
        return self.number == self.of - 1

    def owns(self, source: Source, position: int, byte_offset: int) -> bool:
        if source.size and is_seekable(source):
            start, end = (self._end(source.size, stretches) for stretches in (self.number, self.number + 1))
            return start <= byte_offset and (self.is_last or byte_offset < end)
        return position // BLOCK_RECORDS % self.of == self.number

    def is_over(self, source: Source, byte_offset: int) -> bool:
        """Whether neither the record there nor any after it can belong to this share."""
        if self.is_last or source.size is None or not is_seekable(source):
            return False
        return byte_offset >= self._end(source.size, self.number + 1)

    def _end(self, size: int, stretches: int) -> float:
        """Where the first `stretches` end: a later one is shorter, for its process starts late and reads all before."""
        late = _LATE_BYTES if size > 8 * self.of * _LATE_BYTES else 0
        weight = (1 - _SHORTER**stretches) / (1 - _SHORTER**self.of)
        return weight * (size + (self.of - 1) * late) - max(stretches - 1, 0) * late


def is_seekable(source: Source) -> bool:
    """Whether byte offsets of records tell how far into the file they are."""
    return source.compression == "none" and bool(source.size)


class _Batch:
    """Decoded records that wait to be compared with the store, shredded and written together."""

    def __init__(self) -> None:
        self.records: list[tuple[Record[Decoded], bytes, str]] = []  # record, hash, identity
        self.identities: set[str] = set()
        self.label_ids: list[str] = []
        self.seen_labels: set[str] = set()
        self.bytes = 0

    def takes(self, key: str, ids: list[str]) -> bool:
        """Whether a record can join: no two records of a batch tell about the same label."""
        return key not in self.identities and self.seen_labels.isdisjoint(ids)

    def add(self, record: Record[Decoded], digest: bytes, key: str, ids: list[str]) -> None:
        self.records.append((record, digest, key))
        self.identities.add(key)
        self.label_ids.extend(ids)
        self.seen_labels.update(ids)
        self.bytes += len(record.raw)


class Loader:
    """Writes the records of files, or a share of them, into a database; its owner begins and commits.

    Record ids follow the places of the records in the files, so shares do not have to agree on them.
    """

    def __init__(
        self,
        database: Database,
        report: Report,
        folder: FramesFolder | None = None,
        progress: Progress | None = None,
        share: Share = Share(),  # noqa: B008
    ) -> None:
        """`share` is what this loader stores of each file."""
        self.database, self.report, self.folder, self.progress = database, report, folder, progress
        self.share = share
        self.rows = Rows()
        first = int(database.value("select coalesce(max(record_id), -1) + 1 from records"))
        self.first_record = self.file_base = first + first % 2
        self.next_load = int(database.value("select coalesce(max(load_id), 0) + 1 from loads"))
        self.pending_frames: list[tuple[str, Path]] = []
        self.numbers_matter = True
        """Whether the number of records in a file is needed, for the record ids of a file after it."""

    # -- files --------------------------------------------------------------------------------------------------------

    def load_file(self, source: Source) -> None:
        """Store the records of an export, and the frames files of its labels."""
        file = self.begin_file(source.name)
        self.store_records(source, file)
        if self.share.of == 1:
            refuse_foreign(file)
        self.end_file(source, file)
        pending, self.pending_frames = self.pending_frames, []
        for label_id, path in pending:
            self.load_frames(label_id, path)

    def load_frames(self, label_id: str, path: Path) -> None:
        """Store a frames file under its label, in place of the frames that it had."""
        for source in open_sources([str(path)]):
            with source:
                file = self.begin_file(source.name)
                self.drop_other_frames(label_id, self.store_records(source, file, label_id))
                self.end_file(source, file)
                self.report.frames_files += 1

    def drop_other_frames(self, label_id: str, brought: set[str]) -> None:
        """Remove the frames that an earlier file of the label had and this one has not."""
        sql = "select record_id, identity from records where generation = 'frames' and identity >= ? and identity < ?"
        stored = self.database.query(sql, (f"{label_id}/", f"{label_id}0")).rows  # "0" comes after "/"
        self.database.delete_records([record_id for record_id, identity in stored if identity not in brought])

    def begin_file(self, name: str) -> FileReport:
        file = FileReport(name, self.next_load)
        self.next_load += 1
        self.report.files.append(file)
        self.started_at = now()
        return file

    def end_file(self, source: Source, file: FileReport) -> None:
        file.framing, file.bytes = source.framing or "", source.bytes_read
        self.report.bytes += source.bytes_read
        file.sha256, file.started_at, file.finished_at = source.sha256, self.started_at, now()
        if self.share.of == 1:
            record_load(self.database, file)

    # -- records ------------------------------------------------------------------------------------------------------

    def store_records(self, source: Source, file: FileReport, label_id: str = "") -> set[str]:
        """Store the records of a file, frames under their label; the identities of the frames."""
        batch, frames = _Batch(), set()
        most_records, most_bytes = BATCH_RECORDS[self.database.engine], BATCH_BYTES[self.database.engine]
        for item in self.shared(source):
            file.records += 1
            if isinstance(item, Broken):
                self.reject(file, item)
                continue
            if isinstance(item.value, Frame) != bool(label_id):
                raise _misplaced(source.name, label_id)
            key = identity(item.value)
            if label_id:
                key = f"{label_id}/{key}"
                frames.add(key)
            ids = label_ids(item.value)
            if not batch.takes(key, ids):
                self.write(batch, file, label_id)
                batch = _Batch()
            batch.add(item, content_hash(item.raw), key, ids)
            self.look_for_frames(item.value, ids)
            if len(batch.records) >= most_records or batch.bytes >= most_bytes:
                self.write(batch, file, label_id)
                batch = _Batch()
                if self.progress is not None:
                    self.progress(Reading(source.name, source.size, source.bytes_read))
        self.write(batch, file, label_id)
        self.file_base = self.record_id(self.read_records, False)
        return frames

    def shared(self, source: Source) -> Iterator[Record[Decoded] | Broken]:
        """The records of this share; the text of the others is only split."""
        decode, share = _decode(RecordDecoder()), self.share
        self.read_records = 0
        if share.of == 1:
            for item in split(source, decode):
                self.read_records = item.position + 1
                yield _known(item)
            return
        expected = share.owns(source, 0, 0)

        def decode_own(raw: bytes) -> Any:
            return decode(raw) if expected else _skim(raw)

        for item in split(source, decode_own):
            self.read_records = item.position + 1
            if not self.numbers_matter and share.is_over(source, item.byte_offset):
                break
            if share.owns(source, item.position, item.byte_offset):
                yield _known(item if expected else _decoded(item, decode))
            expected = share.owns(source, item.position + 1, item.byte_offset + len(item.raw))

    def record_id(self, position: int, is_v2: bool) -> int:
        return self.file_base + 2 * position + is_v2

    def look_for_frames(self, record: Decoded, ids: list[str]) -> None:
        body = record.label if isinstance(record, Element) else None
        if isinstance(body, Annotations) and body.frames is not None and isinstance(record, Element):
            path = self.folder.find(ids[0], record.data_row_id, body.frames) if self.folder else None
            if path:
                self.pending_frames.append((ids[0], path))
            else:
                self.report.frames_missing += 1

    def write(self, batch: _Batch, file: FileReport, label_id: str) -> None:
        """Store a batch: skip what is there unchanged, replace what changed."""
        if not batch.records:
            return
        generation = generation_of(batch.records[0][0].value)
        same = [entry for entry in batch.records if generation_of(entry[0].value) == generation]
        stored = self.database.stored(generation, [key for _, _, key in same])
        replaced: list[int] = []
        for record, digest, key in same:
            known = stored.get(key)
            if known is not None and known.content_hash == digest:
                file.unchanged += 1
                continue
            if not self.shred(record, digest, file, label_id):
                continue
            if known is None:
                file.added += 1
            else:
                replaced.append(known.record_id)
                if known.load_id == file.load_id:
                    file.repeated += 1
                else:
                    file.changed += 1
        self.database.delete_records(replaced)
        if batch.label_ids:
            self.database.take_labels_out(self.new_labels(), set(replaced))
        self.count_rows()
        self.database.insert(self.rows)
        self.database.batch_done()
        self.rows.clear()
        file.generation = file.generation or generation
        others = [entry for entry in batch.records if generation_of(entry[0].value) != generation]
        if others:
            rest = _Batch()
            for record, digest, key in others:
                rest.add(record, digest, key, label_ids(record.value))
            self.write(rest, file, label_id)

    def new_labels(self) -> list[str]:
        return [row[4] for row in self.rows["labels"]]

    def shred(self, record: Record[Decoded], digest: bytes, file: FileReport, label_id: str) -> bool:
        record_id = self.record_id(record.position, generation_of(record.value) == "v2")
        try:
            source = (file.load_id, record.position, record.byte_offset, digest)
            shred(record.value, record.raw, record_id, self.rows, source, label_id)
        except (ValueError, RecursionError) as error:
            self.reject(file, Broken(record.position, record.byte_offset, record.raw, _reason(error)))
            return False
        return True

    def reject(self, file: FileReport, item: Broken) -> None:
        file.rejected += 1
        if isinstance(item, _Foreign):
            file.foreign = file.foreign or item.reason
        if len(file.first_rejects) < _FIRST_REJECTS:
            place = {"position": item.position, "byte_offset": item.byte_offset, "reason": item.reason}
            file.first_rejects.append(place)
        self.database.execute(
            "insert into rejects values (?, ?, ?, ?, ?)",
            (file.load_id, item.position, item.byte_offset, item.reason, item.raw),
        )

    def count_rows(self) -> None:
        report = self.report
        report.labels += len(self.rows["labels"])
        report.objects += len(self.rows["objects"])
        report.classifications += len(self.rows["classifications"])
        report.frames += len(self.rows["frames"])
        report.asset_types.update(row[11] for row in self.rows["records"] if row[11] is not None)


class _Foreign(Broken, frozen=True):
    """A JSON value that is no record of an export."""


def _decode(decoder: RecordDecoder) -> Callable[[bytes], Decoded | UnknownRecord]:
    """`decoder`, giving back a JSON value that is no record: it is well-formed, so the file goes on after it."""

    def decode(raw: bytes) -> Decoded | UnknownRecord:
        try:
            return decoder(raw)
        except UnknownRecord as error:
            return error

    return decode


def _known(item: Record[Any] | Broken) -> Record[Decoded] | Broken:
    if isinstance(item, Record) and isinstance(item.value, UnknownRecord):
        return _Foreign(item.position, item.byte_offset, item.raw, str(item.value))
    return item


def refuse_foreign(file: FileReport) -> None:
    """Raise `InputError` for a file that holds JSON of something else and no record at all."""
    if file.foreign and file.rejected == file.records:
        reason = f"is JSON, but no Labelbox export: it holds {file.foreign}"
        raise InputError(file.name, reason, "see what is in it with: labelstore detect")


def _misplaced(name: str, label_id: str) -> InputError:
    if label_id:
        return InputError(name, "is no frames file: its records have no frameNumber")
    reason = "is a frames file, the frames of one label"
    return InputError(name, reason, "load the export that names it, with --frames and the folder of this file")


class _Skimmed(msgspec.Struct):
    """Any object: decoding it checks its syntax and keeps nothing."""


_skimmed = msgspec.json.Decoder(_Skimmed)


def _skim(raw: bytes) -> None:
    try:
        _skimmed.decode(raw)
    except msgspec.ValidationError:  # another kind of value
        msgspec.json.decode(raw, type=msgspec.Raw)


def _decoded(item: Record[Any] | Broken, decode: Callable[[bytes], Any]) -> Record[Any] | Broken:
    if isinstance(item, Broken):
        return item
    try:
        return Record(item.position, item.byte_offset, item.raw, decode(item.raw))
    except (ValueError, RecursionError) as error:
        return Broken(item.position, item.byte_offset, item.raw, _reason(error))


def record_load(database: Database, file: FileReport) -> None:
    """Write the row of `loads` for one file."""
    database.execute(
        f"insert into loads values ({','.join('?' * 13)})",
        (
            file.load_id,
            os.fsencode(file.name).decode(errors="backslashreplace"),
            file.sha256,
            file.bytes,
            file.generation,
            file.started_at,
            file.finished_at,
            file.records,
            file.added,
            file.changed,
            file.unchanged,
            file.rejected,
            __version__,
        ),
    )


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested deeper than 1000"
    return str(error) or type(error).__name__


def now() -> str:
    """UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
