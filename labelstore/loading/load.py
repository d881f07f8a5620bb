"""Loading files into a store: one transaction, or for a new store one rename."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from labelstore.errors import InputError, LabelstoreError
from labelstore.formats.decoding import Decoded, RecordDecoder, UnknownRecord, bounded_depth
from labelstore.formats.shredding import generation_of, identity, label_ids, shred
from labelstore.formats.v1.record import Annotations, Element, Frame
from labelstore.framing import Broken, Record, Source, open_sources, split
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.report import FileReport, Report
from labelstore.rows import Rows
from labelstore.stores import open_database
from labelstore.stores.database import Database
from labelstore.version import __version__

Progress = Callable[[Source], None]

BATCH_RECORDS = {"sqlite": 500, "duckdb": 4000}
BATCH_BYTES = {"sqlite": 8_000_000, "duckdb": 40_000_000}
KEPT_REJECT_BYTES = 1 << 20
_FIRST_REJECTS = 5


def load(
    store: str | Path,
    files: Iterable[str | Path],
    *,
    frames: str | Path | None = None,
    max_ratio: float | None = 1000.0,
    progress: Progress | None = None,
) -> Report:
    """Load exports into the store at `store`, which is made if it is not there.

    `files` are paths, glob patterns, or "-" for standard input. `frames` is a folder of downloaded frames files.
    `progress` is called now and then with the source that is being read. All of it is stored or, after an error,
    nothing; single records that cannot be stored are kept in `rejects` and counted in the report.
    """
    arguments = [str(file) for file in files]
    folder = FramesFolder(frames) if frames is not None else None
    started = time.perf_counter()
    with _writing(Path(store)) as database, bounded_depth():
        loader = _Loader(database, Report(str(store), database.engine), folder, progress)
        for source in open_sources(arguments, max_ratio=max_ratio):
            with source:
                loader.load_file(source)
        loader.finish()
    report = loader.report
    report.seconds = time.perf_counter() - started
    return report


@contextmanager
def _writing(path: Path) -> Iterator[Database]:
    """A database in a transaction. A new store is built beside its place and moved there when it is complete."""
    if path.exists() and path.stat().st_size > 0:
        with open_database(path) as database:
            database.share()
            database.begin()
            try:
                yield database
                database.commit()
            except BaseException:
                database.rollback()
                raise
        return
    scratch = path.with_name(f".{path.name}.{os.getpid()}.loading{path.suffix}")
    try:
        with open_database(scratch, create=True) as database:
            database.build_fast()
            database.begin()
            yield database
            database.commit()
            database.finish()
            database.share()
        os.replace(scratch, path)
    finally:
        for left in (scratch, *(scratch.with_name(scratch.name + suffix) for suffix in ("-wal", "-shm", "-journal", ".wal"))):
            left.unlink(missing_ok=True)


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


class _Loader:
    def __init__(
        self, database: Database, report: Report, folder: FramesFolder | None, progress: Progress | None
    ) -> None:
        self.database, self.report, self.folder, self.progress = database, report, folder, progress
        self.rows = Rows()
        self.first_record = self.next_record = int(database.value("select coalesce(max(record_id), -1) + 1 from records"))
        self.next_load = int(database.value("select coalesce(max(load_id), 0) + 1 from loads"))
        self.pending_frames: list[tuple[str, Path]] = []

    # -- files --------------------------------------------------------------------------------------------------------

    def load_file(self, source: Source) -> None:
        file = self.begin_file(source.name)
        unknown: str | None = None
        for record, is_label in self.records(source, file):
            if is_label is not None:
                unknown = unknown or is_label
            elif isinstance(record.value, Frame):
                raise InputError(
                    source.name,
                    "is a frames file, the frames of one label",
                    "load the export that names it, with --frames and the folder of this file",
                )
        if file.records and file.rejected == file.records and unknown:
            raise InputError(source.name, f"is JSON, but no Labelbox export: it holds {unknown}", "try labelstore detect")
        self.end_file(source, file)
        pending, self.pending_frames = self.pending_frames, []
        for label_id, path in pending:
            self.load_frames(label_id, path)

    def load_frames(self, label_id: str, path: Path) -> None:
        for source in open_sources([str(path)]):
            with source:
                file = self.begin_file(source.name)
                for record, _ in self.records(source, file, label_id):
                    if not isinstance(record.value, Frame):
                        raise InputError(source.name, "is no frames file: its records have no frameNumber")
                self.end_file(source, file)
                self.report.frames_files += 1

    def begin_file(self, name: str) -> FileReport:
        file = FileReport(name, self.next_load)
        self.next_load += 1
        self.report.files.append(file)
        self.started_at = _now()
        self.spared: set[int] = set()
        return file

    def end_file(self, source: Source, file: FileReport) -> None:
        file.framing, file.bytes = source.framing, source.bytes_read
        self.report.bytes += source.bytes_read
        self.database.execute(
            f"insert into loads values ({','.join('?' * 13)})",
            (
                file.load_id,
                file.name,
                source.sha256,
                file.bytes,
                file.generation,
                self.started_at,
                _now(),
                file.records,
                file.added,
                file.changed,
                file.unchanged,
                file.rejected,
                __version__,
            ),
        )

    def finish(self) -> None:
        self.database.derive(self.first_record)

    # -- records ------------------------------------------------------------------------------------------------------

    def records(
        self, source: Source, file: FileReport, label_id: str = ""
    ) -> Iterator[tuple[Record[Decoded], str | None]]:
        """Store the records of a file; yields each with, for a JSON value that is no record, what it is instead."""
        batch = _Batch()
        most_records, most_bytes = BATCH_RECORDS[self.database.engine], BATCH_BYTES[self.database.engine]
        for item in split(source, _decode(RecordDecoder())):
            file.records += 1
            if isinstance(item, Broken):
                self.reject(file, item)
                continue
            if isinstance(item.value, UnknownRecord):
                self.reject(file, item, str(item.value))
                yield item, str(item.value)
                continue
            yield item, None
            key = f"{label_id}/{item.value.number}" if isinstance(item.value, Frame) else identity(item.value)
            ids = label_ids(item.value)
            if not batch.takes(key, ids):
                self.write(batch, file, label_id)
                batch = _Batch()
            batch.add(item, blake2b(item.raw, digest_size=16).digest(), key, ids)
            self.look_for_frames(item.value, ids)
            if len(batch.records) >= most_records or batch.bytes >= most_bytes:
                self.write(batch, file, label_id)
                batch = _Batch()
                if self.progress is not None:
                    self.progress(source)
        self.write(batch, file, label_id)

    def look_for_frames(self, record: Decoded, ids: list[str]) -> None:
        body = record.label if isinstance(record, Element) else None
        if isinstance(body, Annotations) and body.frames is not None and isinstance(record, Element):
            path = self.folder and self.folder.find(ids[0], record.data_row_id, body.frames)
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
        is_v2 = generation_of(record.value) == "v2"
        record_id = self.next_record + (self.next_record + is_v2) % 2
        try:
            source = (file.load_id, record.position, record.byte_offset, digest)
            shred(record.value, record.raw, record_id, self.rows, source, label_id)
        except (ValueError, RecursionError) as error:
            self.reject(file, record, _reason(error))
            return False
        self.next_record = record_id + 1
        return True

    def reject(self, file: FileReport, item: Broken | Record[Decoded], reason: str | None = None) -> None:
        reason = reason or (item.reason if isinstance(item, Broken) else "")
        file.rejected += 1
        if len(file.first_rejects) < _FIRST_REJECTS:
            place = {"position": item.position, "byte_offset": item.byte_offset, "reason": reason}
            file.first_rejects.append(place)
        self.database.execute(
            "insert into rejects values (?, ?, ?, ?, ?)",
            (file.load_id, item.position, item.byte_offset, reason, item.raw),
        )

    def count_rows(self) -> None:
        report = self.report
        report.labels += len(self.rows["labels"])
        report.objects += len(self.rows["objects"])
        report.classifications += len(self.rows["classifications"])
        report.frames += len(self.rows["frames"])
        report.asset_types.update(row[11] for row in self.rows["records"] if row[11] is not None)


def _decode(decoder: RecordDecoder) -> Callable[[bytes], Decoded | UnknownRecord]:
    """`decoder`, giving back a JSON value that is no record: it is well-formed, so the file goes on after it."""

    def decode(raw: bytes) -> Decoded | UnknownRecord:
        try:
            return decoder(raw)
        except UnknownRecord as error:
            return error

    return decode


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested deeper than 1000"
    if isinstance(error, UnicodeDecodeError):
        return f"invalid UTF-8 ({error.reason})"
    return str(error) or type(error).__name__


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


__all__ = ["LabelstoreError", "Progress", "load"]
