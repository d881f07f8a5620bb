"""One pass over files: the records of each are read and handed on, those of its frames files after them."""

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

from labelstore.clock import now
from labelstore.engines.database import Database
from labelstore.files import Broken, Record, Source, open_sources
from labelstore.formats.decoding import RecordDecoder, bounded_depth, tolerant
from labelstore.formats.lenient_decoding import to_json
from labelstore.inputs.gathering import exports
from labelstore.loading.ahead import PART_BYTES, ahead
from labelstore.loading.batch import Origin
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.incoming import Incoming
from labelstore.loading.load_state import LoadState
from labelstore.loading.record_reader import records_in
from labelstore.loading.reject_policy import StillRefused, StoredRejects, decoded, refuse_foreign
from labelstore.loading.report import FileReport, Options, Progress, Reading, Report
from labelstore.loading.stretches import Stretch
from labelstore.schema.tables import no_cycle_search

_TOLD_RECORDS = 500
"""After so many of a file, the progress is told."""
_UNREAD = 4
"""So many stretches without rows are handed on together: while many are looked for, more come."""
_FRAMES_FILES = 500
"""So many frames files are read before what they replace is removed."""


class Loader:
    """Stores the records of files in a database; its owner begins and commits."""

    def __init__(
        self,
        database: Database,
        report: Report,
        folder: FramesFolder | None = None,
        progress: Progress | None = None,
        options: Options = Options(),  # noqa: B008
    ) -> None:
        self.state = LoadState(database, report, options)
        self._incoming = Incoming(self.state, folder)
        self._progress = progress
        self._frames_files: list[Origin] = []
        """Those read since `_drop_other_frames`."""
        self._frames_of: set[str] = set()
        self._frames_again: set[str] = set()
        """The labels whose frames files were read, and those for which that happened twice."""

    def load_files(self, arguments: list[str], max_ratio: float | None) -> None:
        """Store the records of all files."""
        state = self.state
        exports_read: list[FileReport] = []
        with bounded_depth(), no_cycle_search():
            for argument in arguments:
                for source in exports([argument], max_ratio=max_ratio, notify=state.report.notes.append):
                    with source:
                        exports_read.append(self._load_file(source))
            self._drop_other_frames()
        for file in exports_read:
            refuse_foreign(file)
        state.record(state.report.files)

    def load_frames_files(self, files: Iterable[tuple[str, str, str]]) -> None:
        """Store the frames of labels that the store holds: (label id, path, name of the file in `loads`)."""
        self._incoming.skips_known = False
        with bounded_depth(), no_cycle_search():
            for label_id, path, name in files:
                self._load_frames(label_id, path, name)
            self._drop_other_frames()
        self.state.record(self.state.report.files)

    def _load_file(self, source: Source) -> FileReport:
        """Read the records of an export, and the frames files of its labels."""
        state = self.state
        file = self._read(source).file
        if not self._incoming.skips_known:
            self._incoming.settle_held()  # so that its labels with frames files are known
        refuse_foreign(file)
        while state.pending_frames:
            self._load_frames(*state.pending_frames.pop(0))
        return file

    def _load_frames(self, label_id: str, file: str, name: str | None = None) -> None:
        """Read a frames file; its frames take the place of those that its label had."""
        (self._frames_again if label_id in self._frames_of else self._frames_of).add(label_id)
        for source in open_sources([file]):
            with source:
                self._frames_files.append(self._read(source, label_id, name))
                self.state.report.frames_files += 1
        if len(self._frames_files) >= _FRAMES_FILES:
            self._drop_other_frames()

    def _read(self, source: Source, label_id: str = "", name: str | None = None) -> Origin:
        """Read a file: an export, or the frames file of a label."""
        state, incoming = self.state, self._incoming
        file = state.new_file(name or source.name)
        origin = Origin(file, StoredRejects(state.database, file, state.options), state.next_number, label_id)
        shredding = None if label_id else state.shredding
        items = records_in(
            source,
            is_frames_file=bool(label_id),
            only_split=incoming.skips_known,
            shredding=shredding,
            load_id=file.load_id,
            first_number=state.next_number,
        )
        # a thread that waits for a pipe could not be stopped
        is_alone = shredding is None or source.size is None
        with nullcontext(items) if is_alone else ahead(items, _size, _digest) as found:
            told = 0
            for item in found:
                if isinstance(item, Stretch):
                    file.records += item.records
                    incoming.add_stretch(item, origin)
                else:
                    file.records += 1
                    if isinstance(item, Broken):
                        origin.rejects.add(item)
                    else:
                        incoming.add(item, origin)
                if self._progress is not None and file.records - told >= _TOLD_RECORDS:
                    told = file.records
                    self._progress(Reading.of(source))
        state.next_number += file.records
        file.framing, file.bytes = source.framing or "", source.bytes_read
        file.table_form = None if source.table is None else to_json(source.table)
        file.sha256, file.finished_at = source.sha256, now()
        state.report.bytes += source.bytes_read
        return origin

    def _drop_other_frames(self) -> None:
        """Store what was read; remove the frames that an earlier file of a label had and its newest has not."""
        self._incoming.flush()
        files, self._frames_files = self._frames_files, []
        database = self.state.database
        sql = "select record_id, identity from records where generation = 'frames' and identity >= ? and identity < ?"
        brought: dict[str, set[str]] = {}
        for origin in files:
            if not origin.file.rejected:
                brought[origin.frames_of] = origin.brought
            elif origin.frames_of in brought:  # what is rejected may be any of the frames
                brought[origin.frames_of] |= origin.brought
        for label_id, identities in brought.items():
            if self.state.is_new and label_id not in self._frames_again:
                continue
            stored = database.query(sql, (f"{label_id}/", f"{label_id}0")).rows  # "0" comes after "/"
            database.delete_records([record_id for record_id, identity in stored if identity not in identities])

    def store_rejects(self, rejects: Iterable[tuple[int, int, bytes]], file: FileReport) -> set[int]:
        """Try records again that were refused: (position, byte offset, bytes). The positions of those still refused."""
        refused = StillRefused()
        origin = Origin(file, refused, self.state.next_number)
        decode = tolerant(RecordDecoder())
        highest = -1
        for position, byte_offset, raw in rejects:
            file.records += 1
            file.bytes += len(raw)
            highest = max(highest, position)
            self._incoming.write(decoded(Record(position, byte_offset, raw, None), decode), origin)
        self._incoming.flush()
        self.state.next_number += highest + 1
        return refused.positions


def _size(item: Record[Any] | Broken | Stretch) -> int:
    if isinstance(item, Stretch):
        return PART_BYTES // _UNREAD if item.unread else PART_BYTES
    return len(item.raw)


def _digest(item: Record[Any] | Broken | Stretch) -> object:
    return item.digests if isinstance(item, Stretch) else None
