"""Records on their way to the writer: those that the store holds already are looked for together, and skipped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from labelstore.engines.database import Stored
from labelstore.files import Broken, Record
from labelstore.formats.decoding import RecordDecoder, tolerant
from labelstore.formats.shredding import Hashes, hashes
from labelstore.loading.batch import Entry, Origin
from labelstore.loading.frames_files import FramesFolder, frames_address
from labelstore.loading.known_stretches import HeldStretches, are_in_store
from labelstore.loading.load_state import LoadState
from labelstore.loading.recognizer import Recognizer, Unchanged
from labelstore.loading.record_writer import RecordWriter
from labelstore.loading.reject_policy import FRAME_ALONE, LABEL_ALONE, Foreign, decoded
from labelstore.loading.stretch_writer import StretchWriter
from labelstore.loading.stretches import Stretch, Unread, whole

_NEW_RECORDS = 1500
_NEW_BYTES = 16_000_000
"""So many records of which the store lacks something are decoded together, or so many bytes of them."""


class _Waiting(NamedTuple):
    """A record that is looked for in the store by its digest, without being read."""

    record: Record[Any] | Unread
    origin: Origin
    hashes: Hashes
    size: int


class Incoming:
    """Takes the records of all files in turn. What it was given is in the store after `flush`."""

    def __init__(self, state: LoadState, folder: FramesFolder | None = None) -> None:
        self.skips_known = not (state.is_new or folder is not None)
        """Whether records of exports need not be decoded before they come here."""
        self._state, self._folder = state, folder
        self._recognizer = Recognizer(state.database)
        self._writer = RecordWriter(state, self._recognizer)
        self._stretch_writer = StretchWriter(state)
        self._decode = tolerant(RecordDecoder())
        self._held = HeldStretches(is_columnar=state.database.is_columnar)
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0

    def add(self, item: Record[Any] | Broken, origin: Origin) -> None:
        """Take a record of a file, or what is none."""
        self.settle_held()
        if isinstance(item, Record) and self.skips_known:
            self._wait([_Waiting(item, origin, hashes(item.raw), len(item.raw))])
        else:
            self.write(item, origin)

    def _wait(self, records: Sequence[_Waiting]) -> None:
        """Have records wait until they are looked for together."""
        self._waiting += records
        self._waiting_bytes += sum(one.size for one in records)
        database = self._state.database
        if len(self._waiting) >= database.sought_records or self._waiting_bytes >= database.sought_bytes:
            self._sort_out()

    def add_stretch(self, stretch: Stretch, origin: Origin) -> None:
        """Take records of which the compiled core made rows, and those that it handed back."""
        if stretch.unread:
            self.settle_held()
            told = zip(stretch.unread, stretch.digests, strict=True)
            self._wait([_Waiting(record, origin, digest, record.place.length) for record, digest in told])
            stretch.release()
        elif self._held.add(stretch, origin) or self._state.is_new:
            self.settle_held()

    def settle_held(self) -> None:
        """Write the rows of the stretches of which the store knows nothing, and take the records of others as such."""
        held = self._held.take()
        if not held:
            return
        are_known = self._are_known([stretch for stretch, _ in held])
        if are_known[-1]:
            self._expect_known(self.skips_known)
        for (stretch, origin), is_known in zip(held, are_known, strict=True):
            if is_known:
                for item in stretch.items():
                    self.add(item if self.skips_known else decoded(item, self._decode), origin)
            else:
                self._write_stretch(stretch, origin)
            stretch.release()

    def _write_stretch(self, stretch: Stretch, origin: Origin) -> None:
        if not self._stretch_writer.has_written:
            self._writer.flush()  # the records before it, so that most rows of the tables are in order
        self._stretch_writer.add(stretch, origin.file)
        for item in stretch.back:
            self.add(item, origin)
        for address in stretch.frames_addresses():
            self._look_for_frames(*address)

    def _are_known(self, stretches: Sequence[Stretch]) -> list[bool]:
        """Whether the store has some of the records of each, or about the same, also among those that wait."""
        if self._state.is_new:
            return [False] * len(stretches)
        found = are_in_store(self._state.database, stretches)
        if all(found):
            return found
        had_waiting = bool(self._waiting)
        self._sort_out()
        self._writer.flush()
        return are_in_store(self._state.database, stretches) if had_waiting else found

    def _expect_known(self, are_known: bool) -> None:
        """Tell the reader whether the records that come next are worth being shredded at once."""
        if self._state.shredding is not None:
            self._state.shredding.expects_known = are_known

    def write(self, item: Record[Any] | Broken, origin: Origin, digest: Hashes | None = None) -> None:
        """Hand a decoded record to the writer, and what is none of this kind of file to the rejects."""
        if isinstance(item, Broken):
            origin.rejects.add(item)
            return
        entry = Entry.of(item, origin, digest)
        if (entry.generation == "frames") != bool(origin.frames_of):
            reason = LABEL_ALONE if origin.frames_of else FRAME_ALONE
            origin.rejects.add(Foreign(item.position, item.byte_offset, item.raw, reason))
            return
        if origin.frames_of:
            origin.brought.add(entry.identity)
        self._writer.add(entry)
        found = frames_address(entry.record.value)
        if found is not None:
            (label_id,) = entry.label_ids
            self._look_for_frames(label_id, *found)

    def flush(self) -> None:
        """Store all that was taken."""
        self.settle_held()
        self._sort_out()
        self._writer.flush()
        self._stretch_writer.flush()

    def _look_for_frames(self, label_id: str, data_row_id: str | None, url: str) -> None:
        path = self._folder.find(label_id, data_row_id, url) if self._folder else None
        if path:
            self._state.pending_frames.append((label_id, path))
        else:
            self._state.report.frames_missing += 1

    def _sort_out(self) -> None:
        """Skip the waiting records whose content the store holds, and hand on the others."""
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        while waiting:
            self._writer.flush()
            known = self._state.database.records_with([one.hashes.content for one in waiting])
            self._expect_known(2 * len(known) >= len(waiting))
            end = _end_of_part(waiting, known)
            self._sort_out_part(waiting[:end], known)
            waiting = waiting[end:]

    def _sort_out_part(self, part: Sequence[_Waiting], known: Mapping[bytes, Stored]) -> None:
        writer = self._writer
        new: Iterator[tuple[_Waiting, Record[Any] | Broken]] = (
            (one, self._decoded(one.record)) for one in part if one.hashes.content not in known
        )
        told: set[int] = set()
        if known:  # else they are decoded as the writer takes them
            found = list(new)
            told, new = self._stored_records_about(found), iter(found)
        unchanged: list[Unchanged] = []
        writer.replaced.clear()
        for one in part:
            stored = known.get(one.hashes.content)
            if stored is None:
                self.write(next(new)[1], one.origin, one.hashes)
            elif stored.record_id not in told:
                unchanged.append(Unchanged(one.record, one.origin, one.hashes, stored))
            else:  # in its turn among those about the same labels
                self.write(self._decoded(one.record), one.origin, one.hashes)
        writer.flush()
        replaced = set(writer.replaced)
        self._recognizer.count_unchanged([one for one in unchanged if one.stored.record_id not in replaced])
        for gone in unchanged:
            if gone.stored.record_id in replaced:  # another record changed it just now
                self.write(self._decoded(gone.record), gone.origin, gone.hashes)

    def _decoded(self, found: Record[Any] | Unread) -> Record[Any] | Broken:
        record = whole(found)
        return decoded(record, self._decode) if record.value is None else record

    def _stored_records_about(self, new: Iterable[tuple[_Waiting, Record[Any] | Broken]]) -> set[int]:
        return self._recognizer.stored_records_about(
            Entry.of(item, one.origin, one.hashes) for one, item in new if isinstance(item, Record)
        )


def _end_of_part(records: Sequence[_Waiting], known: Mapping[bytes, Stored]) -> int:
    """How many of the first records to sort out together, for the content or the tokens of enough of them are new."""
    number = size = 0
    for end, one in enumerate(records, 1):
        stored = known.get(one.hashes.content)
        if stored is None or stored.url_hash != one.hashes.urls:
            number, size = number + 1, size + one.size
            if number >= _NEW_RECORDS or size >= _NEW_BYTES:
                return end
    return len(records)
