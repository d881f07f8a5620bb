"""One pass over files: records compared with the store, shredded and written in batches."""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from labelstore.engines.database import Database, Stored
from labelstore.errors import NeedsStaging
from labelstore.files import Broken, Record, Source, open_sources, split
from labelstore.files.byte_ranges import Stretch, split_stretch
from labelstore.formats.decoding import Decoded, RecordDecoder, skim, tolerant
from labelstore.formats.fitting import to_json
from labelstore.formats.shredding import (
    Hashes,
    generation_of,
    gives_ids,
    hashes,
    identity,
    label_ids,
    label_times,
    project_ids,
    shred,
)
from labelstore.formats.v1.record import Annotations, Element, Frame
from labelstore.formats.v2.completing import completed_line
from labelstore.json.equality import same
from labelstore.json.error_location import located
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.label_removal import LabelRemoval
from labelstore.loading.options import Options
from labelstore.loading.refusing import FRAME_ALONE, LABEL_ALONE, Foreign, recognized, refuse_foreign, refuse_many
from labelstore.loading.replacing import (
    Blocks,
    Replacement,
    is_older,
    lacks_blocks,
)
from labelstore.loading.report import FileReport, Progress, Reading, Report
from labelstore.loading.respelling import in_stored_order, is_same_content
from labelstore.loading.settling import ToldAgain
from labelstore.loading.shares import Share
from labelstore.schema.record_ids import lowest_id, number_after, record_id
from labelstore.schema.tables import Rows, columns
from labelstore.version import __version__

_FIRST_REJECTS = 5
_ASSET_TYPE = list(columns()["records"]).index("asset_type")
_LABEL_ID, _RUN, _IS_PREDICTION = map(list(columns()["labels"]).index, ("label_id", "model_run_id", "is_prediction"))
_LABEL_ID_OF = {table: list(columns()[table]).index("label_id") for table in ("objects", "classifications", "frames")}
_WAITING_RECORDS = 500
_WAITING_BYTES = 16_000_000


class _Batch:
    """Decoded records that wait to be compared with the store, shredded and written together."""

    def __init__(self) -> None:
        self.records: list[_Entry] = []
        self.identities: set[str] = set()
        self.label_ids: set[str] = set()
        self.giving_ids: set[str] = set()
        self.bytes = 0

    def takes(self, key: str, ids: list[str], gives_ids: str | None) -> bool:
        """Whether a record can join: no two records of a batch tell about the same label."""
        known = key in self.identities or gives_ids in self.giving_ids
        return not known and self.label_ids.isdisjoint(ids)

    def add(self, entry: "_Entry") -> None:
        self.records.append(entry)
        self.identities.add(entry.identity)
        self.label_ids.update(entry.label_ids)
        if entry.gives_ids is not None:
            self.giving_ids.add(entry.gives_ids)
        self.bytes += len(entry.record.raw)


class _Entry(NamedTuple):
    record: Record[Decoded]
    hashes: Hashes
    identity: str
    label_ids: list[str]
    gives_ids: str | None


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
        options: Options = Options(),  # noqa: B008
        share: Share = Share(),  # noqa: B008
    ) -> None:
        """`share` is what this loader stores of each file."""
        self.database, self.report, self.folder, self.progress = database, report, folder, progress
        self.options, self.share = options, share
        self.rows = Rows()
        self.removal = LabelRemoval(database)
        highest = int(database.value("select coalesce(max(record_id), -1) from records"))
        self.is_new = highest == -1
        """Whether the store was empty: then no record can be known by its content."""
        self.file_number = number_after(highest)
        """The number of the first record of the file among those of the store."""
        self.first_record = lowest_id(self.file_number)
        self.first_load = self.next_load = int(database.value("select coalesce(max(load_id), 0) + 1 from loads"))
        self.batches_cut = 0
        """How many batches were written before they were full, for a record told about the same as one in them."""
        self.most_cut: int | None = None
        """With more than these the load is given up by `NeedsStaging`."""
        self.told = ToldAgain(self.first_load)
        self.pending_frames: list[tuple[str, Path]] = []
        self.first_numbers: list[int | None] = []
        """By file, the number of the first item of a stretch; None where the items before it are counted."""
        self.numbers = 0
        """How many numbers the items of the file take, of which each record gets its record id."""
        self.told_again: set[str] = set()
        """If this loader is one of several: identities of records and ids of labels of which it replaced something."""
        self.refused: set[int] | None = None
        """While rejects are tried again: the positions of those that are refused again."""

    # -- files --------------------------------------------------------------------------------------------------------

    def load_file(self, source: Source, stretch: Stretch | None = None) -> None:
        """Store the records of an export, or a stretch of it, and the frames files of its labels."""
        file = self.begin_file(source.name)
        self.first_numbers.append(None if stretch is None else stretch.number)
        self.store_records(source, file, stretch=stretch)
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
                brought = self.store_records(source, file, label_id)
                if not file.rejected:  # what is rejected may be any of the frames
                    self.drop_other_frames(label_id, brought)
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
        self.replaced = set[int]()
        self.report.files.append(file)
        self.started_at = now()
        return file

    def end_file(self, source: Source, file: FileReport) -> None:
        file.framing, file.bytes = source.framing or "", source.bytes_read
        file.table_form = None if source.table is None else to_json(source.table)
        self.report.bytes += source.bytes_read
        file.sha256, file.started_at, file.finished_at = source.sha256, self.started_at, now()
        if self.share.of == 1:
            record_load(self.database, file)

    # -- records ------------------------------------------------------------------------------------------------------

    def store_records(
        self, source: Source, file: FileReport, label_id: str = "", stretch: Stretch | None = None
    ) -> set[str]:
        """Store the records of a file, frames under their label; the identities of the frames."""
        skips = not (self.is_new or label_id or self.folder)
        self.begin_batch(file, label_id)
        waiting: list[Record[Any]] = []
        waiting_bytes = 0
        for item in self.shared(source, skips, stretch):
            file.records += 1
            if isinstance(item, Broken):
                self.reject(file, item)
                continue
            if skips:
                waiting.append(item)
                waiting_bytes += len(item.raw)
            else:
                self.take(item)
            if len(waiting) >= _WAITING_RECORDS or waiting_bytes >= _WAITING_BYTES:
                self.sort_out(waiting)
                waiting, waiting_bytes = [], 0
            if self.progress is not None and file.records % _WAITING_RECORDS == 0:
                self.progress(Reading.of(source, stretch))
        self.sort_out(waiting)
        self.write()
        self.file_number += self.numbers
        return self.frames

    def begin_batch(self, file: FileReport, label_id: str) -> None:
        self.file, self.label_id = file, label_id
        self.batch, self.frames = _Batch(), set[str]()
        self.decode = tolerant(RecordDecoder(bool(label_id)))

    def shared(self, source: Source, skips: bool, stretch: Stretch | None) -> Iterator[Record[Any] | Broken]:
        """The records of this share, decoded unless `skips`; what is not in it is only split, or not even read."""
        decode, share = self.decode, self.share
        if stretch is not None:
            self.numbers = stretch.numbers
            yield from map(recognized, split_stretch(source, decode, stretch))
            return
        self.numbers = 0
        if share.of == 1:
            for item in split(source, skim if skips else decode):
                self.numbers = item.position + 1
                yield recognized(item)
            return
        for item in split(source, lambda raw: decode(raw) if share.owns(self.numbers) else skim(raw)):
            expected = share.owns(self.numbers)
            self.numbers = item.position + 1
            if share.owns(item.position):
                yield recognized(item) if expected else self.decoded(item)

    def decoded(self, item: Record[Any] | Broken) -> Record[Any] | Broken:
        """A record that was only split until now."""
        if isinstance(item, Broken):
            return item
        try:
            return recognized(Record(item.position, item.byte_offset, item.raw, self.decode(item.raw)))
        except (ValueError, RecursionError) as error:
            return Broken(item.position, item.byte_offset, item.raw, located(item.raw, error))

    def sort_out(self, waiting: list[Record[Any]]) -> None:
        """Skip the records whose content the store holds, and take the others."""
        if not waiting:
            return
        self.write()
        digests = [hashes(record.raw) for record in waiting]
        known = self.database.known([digest.content for digest in digests])
        items = [
            (record if digest.content in known else self.decoded(record), digest)
            for record, digest in zip(waiting, digests, strict=True)
        ]
        told = self.records_told_of(item for item, digest in items if digest.content not in known) if known else set()
        same: list[tuple[Record[Any], Hashes, Stored]] = []
        self.replaced = set()
        for item, digest in items:
            stored = known.get(digest.content)
            if isinstance(item, Broken):
                self.reject(self.file, item)
            elif stored is None:
                self.take(item, digest)
            elif stored.record_id not in told:
                same.append((item, digest, stored))
            elif isinstance(again := self.decoded(item), Record):  # in its turn among those about the same labels
                self.take(again, digest)
        self.write()
        back = [record for record, _, stored in same if stored.record_id in self.replaced]
        self.keep([entry for entry in same if entry[2].record_id not in self.replaced])
        for record in back:  # another record of the file changed it just now
            item = self.decoded(record)
            assert isinstance(item, Record)
            self.take(item)

    def records_told_of(self, items: Iterable[Record[Decoded] | Broken]) -> set[int]:
        """The stored records that are about the labels or data rows of these."""
        identities: dict[str, list[str]] = {}
        ids: list[str] = []
        for item in items:
            if isinstance(item, Record):
                identities.setdefault(generation_of(item.value), []).append(identity(item.value))
                ids += label_ids(item.value)
        found = {label.record_id for label in self.database.labels_named(ids)}
        for generation, keys in identities.items():
            for stored in self.database.stored(generation, keys).values():
                found.update(one.record_id for one in stored)
        return found

    def keep(self, same: list[tuple[Record[Any], Hashes, Stored]], *, renew: bool = True) -> None:
        """Records whose content the store holds: at most the tokens of their URLs are new."""
        self.file.unchanged += len(same)
        self.database.note("seen", [stored.record_id for _, _, stored in same])
        for record, digest, stored in same if renew else ():
            if digest.urls != stored.url_hash:
                item = self.decoded(record)
                assert isinstance(item, Record)
                self.renew_urls(item, digest, stored)

    def renew_urls(self, record: Record[Decoded], digest: Hashes, stored: Stored) -> None:
        """Write the rows that hold URLs again; the others are as they were."""
        rows = Rows()
        source = (stored.load_id, stored.position, stored.byte_offset, *digest)
        shred(record.value, record.raw, stored.record_id, rows, source, self.label_id)
        names = list(columns()["records"])
        for table, new in rows:
            new[:] = [row for row in new if any(isinstance(value, str) and "?" in value for value in row)]
            if table == "records":
                url_load = names.index("url_load_id")
                new[:] = [(*row[:url_load], self.file.load_id, *row[url_load + 1 :]) for row in new]
        self.database.replace(rows)
        for row in rows["records"]:
            self.database.execute(
                "update data_rows set row_data = ? where data_row_id = ? and record_id = ?",
                (row[names.index("row_data")], row[names.index("data_row_id")], stored.record_id),
            )
        if not rows["records"]:
            sql = "update records set url_hash = ?, url_load_id = ? where record_id = ?"
            self.database.execute(sql, (digest.urls, self.file.load_id, stored.record_id))

    def take(self, item: Record[Decoded], digest: Hashes | None = None) -> None:
        """Put a record into the batch."""
        if isinstance(item.value, Frame) != bool(self.label_id):
            reason = LABEL_ALONE if self.label_id else FRAME_ALONE
            self.reject(self.file, Foreign(item.position, item.byte_offset, item.raw, reason))
            return
        key = identity(item.value)
        if self.label_id:
            key = f"{self.label_id}/{key}"
            self.frames.add(key)
        ids = label_ids(item.value)
        about = gives_ids(item.value)
        if not self.batch.takes(key, ids, about):
            self.batches_cut += 1
            if self.most_cut is not None and self.batches_cut > self.most_cut:
                raise NeedsStaging(f"{key}: told about again and again")
            self.write()
        self.batch.add(_Entry(item, digest or hashes(item.raw), key, ids, about))
        self.look_for_frames(item.value, ids)
        if len(self.batch.records) >= self.database.batch_records or self.batch.bytes >= self.database.batch_bytes:
            self.write()

    def record_id(self, position: int, generation: str) -> int:
        return record_id(self.file_number + position, generation)

    def look_for_frames(self, record: Decoded, ids: list[str]) -> None:
        body = record.label if isinstance(record, Element) else None
        if isinstance(body, Annotations) and body.frames is not None and isinstance(record, Element):
            path = self.folder.find(ids[0], record.data_row_id, body.frames) if self.folder else None
            if path:
                self.pending_frames.append((ids[0], path))
            else:
                self.report.frames_missing += 1

    def write(self) -> None:
        """Store the batch: skip what is there unchanged, replace what changed."""
        batch, self.batch = self.batch, _Batch()
        generations = sorted({generation_of(entry.record.value) for entry in batch.records})
        for generation in generations:
            entries = [entry for entry in batch.records if generation_of(entry.record.value) == generation]
            self.write_generation(generation, entries, batch.label_ids)
        if batch.records:
            self.database.batch_done()

    def write_generation(self, generation: str, entries: list[_Entry], label_ids: set[str]) -> None:
        file, database = self.file, self.database
        file.generation = file.generation or generation
        stored = database.stored(generation, [entry.identity for entry in entries])
        holders = {} if self.is_new else {label.label_id: label for label in database.labels_named(list(label_ids))}
        new: list[tuple[_Entry, list[Stored]]] = []
        earlier: dict[int, list[Stored]] = {}
        stale: list[_Entry] = []
        respelled = self.respelled(entries, stored)
        for entry in entries:
            known = stored.get(entry.identity, [])
            newest = known[-1] if known else None
            if newest is not None and newest.content_hash == entry.hashes.content:
                self.keep([(entry.record, entry.hashes, newest)])
            elif entry.record.position in respelled:
                continue
            elif (
                holders
                and not self.options.force
                and is_older(entry.label_ids, label_times(entry.record.value), holders)
            ):
                stale.append(entry)
            elif self.shred(entry):
                new.append((entry, known))
        blocks = Blocks(database, self.rows) if generation == "v2" and new else None
        if blocks is not None:
            new = self.complete(new, blocks)
        for entry, known in new:
            if not known:
                file.added += 1
                continue
            if known[-1].load_id == file.load_id:
                file.repeated += 1
            else:
                file.changed += 1
            earlier[self.record_id(entry.record.position, generation)] = known
        if stale:
            file.stale += len(stale)
            self.hear_of(
                (label_id for entry in stale for label_id in entry.label_ids),
                (project_id for entry in stale for project_id in project_ids(entry.record.value)),
            )
        replacement = Replacement(self.removal, self.rows, earlier, blocks)
        if self.options.history:
            replacement.keep_versions(file.load_id)
        replacement.make_way()
        came = [label for label in replacement.taken if label.load_id >= self.first_load and label.project_id]
        if came and not self.is_new:
            self.hear_of((), (label.project_id for label in came if label.project_id))
        if not self.is_new:
            self.told.add(replacement.taken)
        self.replaced.update(replacement.touched)
        if self.share.of > 1 and replacement.touched:
            taken = {label.label_id for label in replacement.taken}
            again = (entry for entry in entries if entry.identity in stored or not taken.isdisjoint(entry.label_ids))
            self.told_again.update(taken, (entry.identity for entry in again))
        self.count_rows()
        database.insert(self.rows)
        self.rows.clear()

    def respelled(self, entries: list[_Entry], stored: dict[str, list[Stored]]) -> set[int]:
        """Keep the records that an earlier load brought in other bytes; their positions.

        They get the digests of these bytes, by which the next load knows them.
        """
        unlike: list[tuple[_Entry, Stored]] = []
        for entry in entries:
            newest = stored[entry.identity][-1] if entry.identity in stored else None
            if (
                newest is not None
                and newest.load_id != self.file.load_id
                and newest.content_hash not in (None, entry.hashes.content)
            ):
                unlike.append((entry, newest))
        if not unlike:
            return set()
        texts = dict(self.database.rebuilt([newest.record_id for _, newest in unlike]))
        found = {}
        for entry, newest in unlike:
            text = texts.get(newest.record_id, "").encode()
            if text and is_same_content(entry.record.raw, text):
                found[entry.record.position] = (entry, newest, text)
        self.keep([(entry.record, entry.hashes, newest) for entry, newest, _ in found.values()], renew=False)
        digests = [(newest.record_id, *entry.hashes) for entry, newest, _ in found.values()]
        self.database.renew_digests(digests)
        for entry, newest, text in found.values():
            if (entry.hashes.urls or newest.url_hash) and not same(entry.record.raw, text):
                raw = in_stored_order(entry.record.raw, text)
                record = Record(newest.position, newest.byte_offset, raw, RecordDecoder(bool(self.label_id))(raw))
                self.renew_urls(record, entry.hashes, newest)
        return set(found)

    def complete(self, new: list[tuple[_Entry, list[Stored]]], blocks: Blocks) -> list[tuple[_Entry, list[Stored]]]:
        """Have new v2 lines tell the blocks that were not requested; without those that then say nothing new."""
        database = self.database
        found = (
            (entry, blocks.completed(self.record_id(entry.record.position, "v2"), entry.record.raw)) for entry, _ in new
        )
        raws = {entry.record.position: raw for entry, raw in found if raw is not None}
        doubtful = {
            entry.record.position: known[-1]
            for entry, known in new
            if known and (entry.record.position in raws or lacks_blocks(entry.record.value))  # type: ignore[arg-type]
        }
        stored_ids = [stored.record_id for stored in doubtful.values()]
        self.removal.close_gaps(stored_ids)
        texts = dict(database.rebuilt(stored_ids)) if stored_ids else {}
        left: list[tuple[_Entry, list[Stored]]] = []
        for entry, known in new:
            stored = doubtful.get(entry.record.position)
            text = texts.get(stored.record_id) if stored is not None else None
            if stored is None or text is None or not self.says_nothing_new(entry.record, stored, text):
                left.append((entry, known))
        if not raws and len(left) == len(new):
            return new
        self.rows.clear()
        return [(entry, known) for entry, known in left if self.shred(entry, raws.get(entry.record.position))]

    def says_nothing_new(self, record: Record[Decoded], stored: Stored, text: str) -> bool:
        """Whether a v2 line tells what the stored one does, as far as it tells; then it is counted as unchanged."""
        told = completed_line(record.raw, text.encode())
        if not is_same_content(told, text.encode()):
            return False
        if not same(told, text.encode()):  # the tokens of its URLs are new
            line = in_stored_order(told, text.encode())
            digest = Hashes(stored.content_hash, hashes(line).urls)  # type: ignore[arg-type]
            self.renew_urls(Record(record.position, record.byte_offset, line, RecordDecoder()(line)), digest, stored)
        self.file.unchanged += 1
        self.database.note("seen", [stored.record_id])
        return True

    def hear_of(self, label_ids: Iterable[str], project_ids: Iterable[str]) -> None:
        """Note what a record told that is not, or no longer, stored."""
        self.database.note("heard_labels", list(dict.fromkeys(label_ids)))
        self.database.note("heard_projects", list(dict.fromkeys(project_ids)))

    def shred(self, entry: _Entry, completed: bytes | None = None) -> bool:
        """Make the rows of a record; `completed` is its text with blocks that it does not tell itself."""
        record, digest = entry.record, entry.hashes
        record_id = self.record_id(record.position, generation_of(record.value))
        source = (self.file.load_id, record.position, record.byte_offset)
        try:
            if completed is None:
                shred(record.value, record.raw, record_id, self.rows, (*source, *digest), self.label_id)
            else:
                value, urls = RecordDecoder()(completed), hashes(completed).urls
                shred(value, completed, record_id, self.rows, (*source, None, urls))
        except (ValueError, RecursionError) as error:
            reason = located(record.raw, error)
            self.hear_of(entry.label_ids, project_ids(record.value))
            self.reject(self.file, Broken(record.position, record.byte_offset, record.raw, reason), is_heard=True)
            return False
        return True

    def store_rejects(self, rejects: Iterable[tuple[int, int, bytes]], file: FileReport) -> set[int]:
        """Try records again that were refused: (position, byte offset, bytes). The positions of those still refused."""
        self.begin_batch(file, "")
        self.refused = refused = set[int]()
        for position, byte_offset, raw in rejects:
            file.records += 1
            file.bytes += len(raw)
            item = self.decoded(Record(position, byte_offset, raw, None))
            if isinstance(item, Record) and not isinstance(item.value, Frame):
                self.take(item)
            else:
                refused.add(position)
        self.write()
        self.refused = None
        return refused

    def reject(self, file: FileReport, item: Broken, *, is_heard: bool = False) -> None:
        """Keep what is not stored; `is_heard` if it is known which labels it tells of."""
        if self.refused is not None:
            self.refused.add(item.position)
            return
        file.rejected += 1
        if isinstance(item, Foreign):
            file.foreign = file.foreign or item.reason
        elif not is_heard:
            file.unheard += 1
        if len(file.first_rejects) < _FIRST_REJECTS:
            place = {"position": item.position, "byte_offset": item.byte_offset, "reason": item.reason}
            file.first_rejects.append(place)
        refuse_many(file, self.options, item)
        self.database.execute(
            "insert into rejects values (?, ?, ?, ?, ?)",
            (file.load_id, item.position, item.byte_offset, item.reason, item.raw),
        )

    def count_rows(self) -> None:
        """Count as `stats` does: what stands in model runs is no work of labelers and counts apart."""
        report = self.report
        under_runs = {row[_LABEL_ID]: row[_IS_PREDICTION] for row in self.rows["labels"] if row[_RUN] is not None}
        predictions = sum(map(bool, under_runs.values()))
        report.labels += len(self.rows["labels"]) - len(under_runs)
        report.model_run_labels += len(under_runs) - predictions
        report.predictions += predictions
        for table, place in _LABEL_ID_OF.items():
            rows = self.rows[table]
            inside = sum(row[place] in under_runs for row in rows) if under_runs else 0
            setattr(report, table, getattr(report, table) + len(rows) - inside)
        report.unread += self.rows.unread
        types = (row[_ASSET_TYPE] for row in self.rows["records"])
        report.asset_types.update(asset_type for asset_type in types if asset_type is not None)


def record_load(database: Database, file: FileReport) -> None:
    """Write the row of `loads` for one file."""
    name = os.fsencode(file.name).decode(errors="backslashreplace")
    values: dict[str, Any] = {**vars(file), "file_name": name, "labelstore_version": __version__}
    database.insert_rows("loads", [tuple(values[column] for column in columns()["loads"])])


def now() -> str:
    """UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
