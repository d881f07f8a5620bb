"""What one task does: the records of its splits become rows in Parquet files. It knows no engine and no other task.

A task is told in JSON what to do and tells in JSON what came of it, its manifest. It can be tried again and can run
twice at once: each time it writes other files, and only those of the manifest that is taken are ever part of the lake.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple
from uuid import uuid4

from labelstore.clock import now
from labelstore.counting import Counts, rows_of_records, without_repeats
from labelstore.errors import LabelstoreError, WrongSplitError
from labelstore.files import Broken, Record, Source
from labelstore.files.sources import MAX_RATIO
from labelstore.formats.decoding import Decoded, RecordDecoder, bounded_depth, skim, tolerant
from labelstore.formats.lenient_decoding import to_json
from labelstore.formats.record_kinds import record_kind
from labelstore.formats.shredding import hashes, label_ids, shred
from labelstore.json.error_location import located
from labelstore.lake.place import OWN, Place
from labelstore.lake.reports import report_json
from labelstore.lake.tasks.known import Known, Seen
from labelstore.lake.tasks.splits import Split, open_split, records_of
from labelstore.lake.tasks.table_files import TableFile, TableFiles
from labelstore.loading.frames_files import frames_address
from labelstore.loading.record_writer import add_counts
from labelstore.loading.reject_policy import FRAME_ALONE, LABEL_ALONE, Foreign, decoded, recognized
from labelstore.loading.report import FIRST_REJECTS, FRAMES, FileReport, Report
from labelstore.schema.generations import record_id
from labelstore.schema.tables import Rows, no_cycle_search
from labelstore.workers import error_told, raise_told

_TOLD_RECORDS = 500
_BATCH_RECORDS = 1000
_BATCH_BYTES = 16_000_000
"""So many records, or bytes of them, become Arrow columns together."""


class Part(NamedTuple):
    """A split, with the numbers that its records get and the load that its file is; `frames_of` a label, if any."""

    split: Split
    first_number: int
    load_id: int
    frames_of: str = ""


class WriteTask(NamedTuple):
    """What is written by one process after another: `number` tells it from the others of its claim."""

    lake: str
    claim: int
    number: int
    parts: Sequence[Part]
    max_ratio: float | None = MAX_RATIO
    known: str = ""
    """The file of `write_known`, by which records that the lake holds are left out."""

    def to_json(self) -> dict[str, Any]:
        """As JSON, for `run_task`."""
        return {"work": "write", **self._asdict()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "WriteTask":
        """A task that came as JSON."""
        parts = [Part(Split.from_json(split), *numbers) for split, *numbers in told["parts"]]
        return cls(told["lake"], told["claim"], told["number"], parts, told["max_ratio"], told["known"])


@dataclass
class Manifest:
    """What came of a task. `written` and `counted`: table → files, of the lake and of counts that are summed up later.

    `files` are reports of the parts, in their order; `frames` are labels whose frames are in a file of their own: id,
    data row, URL. `touched` are labels to count by themselves, `seen` is the file of what was left out. `replan` says
    which part needs another plan: its place, and whether it has more records than numbers; else it ends elsewhere than
    was guessed.
    """

    number: int
    written: dict[str, list[TableFile]] = field(default_factory=dict)
    counted: dict[str, list[TableFile]] = field(default_factory=dict)
    files: list[FileReport] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    frames: list[tuple[str, str | None, str]] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    seen: str = ""
    replan: tuple[int, bool] | None = None
    error: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Manifest":
        """A manifest that came as JSON. Raises the error that the task ended with."""
        raise_told(told["error"])
        files = {
            name: {table: [TableFile(*one) for one in some] for table, some in told[name].items()}
            for name in ("written", "counted")
        }
        reports = [FileReport(**file) for file in told["files"]]
        frames = [(label, data_row, url) for label, data_row, url in told["frames"]]
        return cls(**{**told, **files, "files": reports, "frames": frames})


def write_task(task: WriteTask, heard: Callable[[int], None] | None = None) -> Manifest:
    """Write the rows of a task's records to new files of the lake; `heard` is told how many bytes were read."""
    manifest = Manifest(task.number)
    work = _Task(task, manifest, heard)
    try:
        work.run()
    except WrongSplitError:
        place = len(manifest.files)
        manifest.replan = place, work.records >= task.parts[place].split.numbers
    except LabelstoreError as error:
        manifest.error = error_told(error)
    return manifest


class _Task:
    """The work of one task."""

    def __init__(self, task: WriteTask, manifest: Manifest, heard: Callable[[int], None] | None) -> None:
        self.records = 0
        """Of the part that is being read, so far."""
        self._task, self._manifest, self._heard = task, manifest, heard
        self._rows, self._counts = Rows(), Counts()
        self._report = Report(task.lake, "delta")
        self._touched: set[str] = set()
        self._known: Known | None = None
        self._seen = Seen()
        self._before = Counter[int]()
        """By load, how many items of its file were in the parts before."""
        self._waiting = self._waiting_bytes = 0

    def run(self) -> None:
        task, manifest = self._task, self._manifest
        place, name = Place(task.lake), f"load-{task.claim}-{task.number}"
        self._known = Known(place, task.known) if task.known else None
        with (
            bounded_depth(),
            no_cycle_search(),
            TableFiles(place, name) as self._files,
            TableFiles(place, name, f"{OWN}/counts") as self._counted,
        ):
            for part in task.parts:
                manifest.files.append(self._write(part))
            self._flush()
            self._write_counts()
        manifest.written, manifest.counted = self._files.written, self._counted.written
        manifest.touched = sorted(self._touched)
        manifest.seen = self._seen.write(place, f"{name}-{uuid4().hex}")
        manifest.report = report_json(self._report)

    def _write(self, part: Part) -> FileReport:
        split = part.split
        file = FileReport(split.name, part.load_id, started_at=now())
        decode = tolerant(RecordDecoder(bool(part.frames_of)))
        with open_split(split, max_ratio=self._task.max_ratio) as source:
            self.records = read = 0
            for item in records_of(source, split, decode if self._known is None else skim):
                self.records += 1
                if self._known is None:
                    self._take(recognized(item), part, file)
                elif isinstance(item, Broken) or not self._is_known(item, file):
                    self._take(decoded(item, decode), part, file)
                if self._heard is not None and self.records % _TOLD_RECORDS == 0:
                    self._heard(source.bytes_read - read)
                    read = source.bytes_read
            file.records = self.records
            _describe(file, source)
        self._before[part.load_id] += file.records
        return file

    def _is_known(self, item: Record[Any], file: FileReport) -> bool:
        """Whether the lake holds a record already, which is noted then."""
        digest = hashes(item.raw)
        if self._known is None or digest not in self._known:
            return False
        self._seen.add(file.load_id, digest)
        file.unchanged += 1
        return True

    def _take(self, item: Record[Decoded] | Broken, part: Part, file: FileReport) -> None:
        """Make the rows of a record, or keep what is none."""
        position = self._before[part.load_id] + item.position
        if isinstance(item, Broken):
            self._reject(item, position, file)
            return
        value = item.value
        generation = record_kind(type(value)).name
        if (generation == FRAMES) != bool(part.frames_of):
            reason = LABEL_ALONE if part.frames_of else FRAME_ALONE
            self._reject(Foreign(position, item.byte_offset, item.raw, reason), position, file)
            return
        file.generation = file.generation or generation
        source = (part.load_id, position, item.byte_offset, *hashes(item.raw))
        own_id = record_id(part.first_number + item.position, generation)
        try:
            shred(value, item.raw, own_id, self._rows, source, part.frames_of)
        except (ValueError, RecursionError) as error:
            reason = located(item.raw, error)
            self._reject(Broken(position, item.byte_offset, item.raw, reason), position, file)
            return
        if (found := frames_address(value)) is not None:
            self._manifest.frames.extend((label_id, *found) for label_id in label_ids(value))
        self._waiting += 1
        self._waiting_bytes += len(item.raw)
        if self._waiting >= _BATCH_RECORDS or self._waiting_bytes >= _BATCH_BYTES:
            self._flush()

    def _reject(self, item: Broken, position: int, file: FileReport) -> None:
        file.rejected += 1
        if isinstance(item, Foreign):
            file.foreign = file.foreign or item.reason
        else:
            file.unheard += 1
        if len(file.first_rejects) < FIRST_REJECTS:
            place = {"position": position, "byte_offset": item.byte_offset, "reason": item.reason}
            file.first_rejects.append(place)
        self._files.add("rejects", [(file.load_id, position, item.byte_offset, item.reason, item.raw)])

    def _flush(self) -> None:
        """Write the rows that wait."""
        self._waiting = self._waiting_bytes = 0
        if not len(self._rows):
            return
        for some in without_repeats(self._rows):
            own, of_frames = rows_of_records(some)
            self._counts.add(own)
            self._touched |= of_frames.label_ids() | self._counts.wide
        add_counts(self._report, self._rows)
        for table, rows in self._rows:
            self._files.add(table, rows)
        self._rows.clear()
        if self._counts.is_large():
            self._write_counts()

    def _write_counts(self) -> None:
        from labelstore.engines.counters import rows_of_counts

        counts, self._counts = self._counts, Counts()
        for table, rows in rows_of_counts(counts).items():
            self._counted.add(table, rows)


def _describe(file: FileReport, source: Source) -> None:
    """Note what is known of a file once it is read."""
    file.framing, file.bytes = source.framing or "", source.bytes_read
    file.table_form = None if source.table is None else to_json(source.table)
    file.sha256, file.finished_at = source.sha256, now()
