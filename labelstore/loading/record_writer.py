"""Writing records in batches: what came unchanged is skipped, what changed replaces what was there."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from labelstore.engines.database import Stored
from labelstore.errors import NeedsStaging
from labelstore.files import Broken
from labelstore.formats.decoding import RecordDecoder
from labelstore.formats.record_kinds import LARGE
from labelstore.formats.shredding import hashes, shred
from labelstore.json.error_location import located
from labelstore.loading.batch import Batch, Entry
from labelstore.loading.load_state import LoadState
from labelstore.loading.recognizer import Recognizer, Unchanged
from labelstore.loading.replacing import Blocks, Replacement, is_older, lacks_blocks
from labelstore.loading.report import MOST_NAMED, Report
from labelstore.schema.tables import Part, Rows, columns

if TYPE_CHECKING:
    from labelstore.counting.compiled import CoreCounts

_ASSET_TYPE = list(columns()["records"]).index("asset_type")
_LABEL_ID, _RUN, _IS_PREDICTION = map(list(columns()["labels"]).index, ("label_id", "model_run_id", "is_prediction"))
_PROJECT = list(columns()["labels"]).index("project_id")
_LABEL_PROJECT = itemgetter(*map(list(columns()["labels"]).index, ("project_id", "project_name")))
_PROJECT_NAME = itemgetter(*map(list(columns()["data_row_projects"]).index, ("project_id", "name")))
_CLASS, _QUESTION = (itemgetter(list(columns()[table]).index("name")) for table in ("objects", "classifications"))
_LABEL_ID_OF = {table: list(columns()[table]).index("label_id") for table in ("objects", "classifications", "frames")}


class RecordWriter:
    """Writes records in batches, which reach over files."""

    def __init__(self, state: LoadState, recognizer: Recognizer) -> None:
        self.replaced: set[int] = set()
        """Stored records of which something was replaced; whoever reads it empties it."""
        self._state, self._recognizer = state, recognizer
        self._database = state.database
        self._batch = Batch()
        self._rows = Rows()

    def add(self, entry: Entry) -> None:
        """Put a record into the batch, which is written when it is full, or has one about the same."""
        state, database = self._state, self._database
        if not self._batch.takes(entry):
            self.flush()
            if state.cuts_left is not None:
                state.cuts_left -= 1
                if state.cuts_left < 0:
                    raise NeedsStaging(f"{entry.identity}: told about again and again")
        self._batch.add(entry)
        if len(self._batch.entries) >= database.batch_records or self._batch.bytes >= database.batch_bytes:
            self.flush()

    def flush(self) -> None:
        """Write the batch."""
        batch, self._batch = self._batch, Batch()
        for generation in sorted({entry.generation for entry in batch.entries}):
            entries = [entry for entry in batch.entries if entry.generation == generation]
            self._write(generation, entries, batch.label_ids)
        self._state.allow_cuts(len(batch.entries))

    def _write(self, generation: str, entries: Sequence[Entry], label_ids: set[str]) -> None:
        state = self._state
        for entry in entries:
            entry.origin.file.generation = entry.origin.file.generation or generation
        stored = self._database.records_about(generation, [entry.identity for entry in entries])
        respelled, texts = self._recognizer.respelled(entries, stored)
        new = self._shredded(entries, stored, label_ids, respelled)
        blocks = Blocks(self._database, self._rows, texts) if generation == "v2" and new else None
        if blocks is not None:
            new = self._completed(new, blocks, texts)
        earlier = self._counted(new)
        replacement = Replacement(state.removal, self._rows, earlier, texts, blocks)
        if state.options.history:
            replacement.keep_versions()
        replacement.delete_superseded()
        self._note_replaced(replacement)
        add_counts(state.report, self._rows)
        self._database.insert(self._rows, lambda part: _add_part(state.report, self._rows, part))
        self._rows.clear()

    def _shredded(
        self, entries: Sequence[Entry], stored: dict[str, list[Stored]], label_ids: set[str], respelled: set[int]
    ) -> list[tuple[Entry, list[Stored]]]:
        """The entries to write, their rows made, each with the stored records about the same."""
        state, database = self._state, self._database
        holders = {} if state.is_new else {label.label_id: label for label in database.labels_named(list(label_ids))}
        new: list[tuple[Entry, list[Stored]]] = []
        unchanged: list[Unchanged] = []
        stale: list[Entry] = []
        for entry in entries:
            known = stored.get(entry.identity, [])
            if known and known[-1].content_hash == entry.hashes.content:
                unchanged.append(Unchanged(entry.record, entry.origin, entry.hashes, known[-1]))
            elif entry.record_id in respelled:
                continue
            elif holders and not state.options.force and is_older(entry.label_ids, entry.label_times(), holders):
                stale.append(entry)
            elif self._shred(entry):
                new.append((entry, known))
        if unchanged:
            self._recognizer.count_unchanged(unchanged)
        if stale:
            for entry in stale:
                entry.origin.file.stale += 1
            state.note_not_stored(
                (label_id for entry in stale for label_id in entry.label_ids),
                (project_id for entry in stale for project_id in entry.project_ids()),
            )
        return new

    def _completed(
        self, new: list[tuple[Entry, list[Stored]]], blocks: Blocks, texts: dict[int, bytes]
    ) -> list[tuple[Entry, list[Stored]]]:
        """Have new v2 lines tell the blocks that were not requested; without those that then say nothing new.

        `texts` are those of stored records, as far as they are known: the new lines are unlike them.
        """
        database = self._database
        found = ((entry.record_id, blocks.completed(entry.record_id, entry.record.raw)) for entry, _ in new)
        raws = {record_id: raw for record_id, raw in found if raw is not None}
        doubtful = {
            entry.record_id: known[-1]
            for entry, known in new
            if known and (entry.record_id in raws or lacks_blocks(entry.record.value))  # type: ignore[arg-type]
        }
        stored_ids = [stored.record_id for stored in doubtful.values()]
        self._state.removal.close_gaps(stored_ids)
        unread = [record_id for record_id in stored_ids if record_id not in texts]
        held = {**texts, **dict(database.rebuilt(unread))} if unread else texts
        left: list[tuple[Entry, list[Stored]]] = []
        for entry, known in new:
            stored = doubtful.get(entry.record_id)
            text = held.get(stored.record_id) if stored is not None else None
            if (
                stored is None
                or text is None
                or not self._recognizer.says_nothing_new(entry, stored, text, is_unlike=stored.record_id in texts)
            ):
                left.append((entry, known))
        if not raws and len(left) == len(new):
            return new
        self._rows.clear()
        return [(entry, known) for entry, known in left if self._shred(entry, raws.get(entry.record_id))]

    def _shred(self, entry: Entry, completed: bytes | None = None) -> bool:
        """Make the rows of a record; `completed` is its text with blocks that it does not tell itself."""
        record, origin, digest = entry.record, entry.origin, entry.hashes
        source = (origin.file.load_id, record.position, record.byte_offset)
        self._rows.packs = len(record.raw) > LARGE
        try:
            if completed is None:
                shred(record.value, record.raw, entry.record_id, self._rows, (*source, *digest), origin.frames_of)
            else:
                value, urls = RecordDecoder()(completed), hashes(completed).urls
                shred(value, completed, entry.record_id, self._rows, (*source, None, urls))
        except (ValueError, RecursionError) as error:
            reason = located(record.raw, error)
            self._state.note_not_stored(entry.label_ids, entry.project_ids())
            origin.rejects.add(Broken(record.position, record.byte_offset, record.raw, reason), is_noted=True)
            return False
        return True

    def _counted(self, new: list[tuple[Entry, list[Stored]]]) -> dict[int, list[Stored]]:
        """Count the new records; those that stored records are replaced by, with these."""
        earlier: dict[int, list[Stored]] = {}
        for entry, known in new:
            file = entry.origin.file
            if not known:
                file.added += 1
                continue
            if known[-1].load_id == file.load_id:
                file.repeated += 1
            else:
                file.changed += 1
            earlier[entry.record_id] = known
        return earlier

    def _note_replaced(self, replacement: Replacement) -> None:
        state = self._state
        if not state.is_new:
            came = [label for label in replacement.taken if label.load_id >= state.first_load and label.project_id]
            if came:
                state.note_not_stored((), (label.project_id for label in came if label.project_id))
            state.own_replaced.add(replacement.taken)
        self.replaced.update(replacement.touched)


def add_counts(report: Report, rows: Rows) -> None:
    """Count as `stats` does: what stands in model runs is no work of labelers and counts apart.

    What was put away is left out.
    """
    under_runs = _under_runs(rows)
    predictions = sum(map(bool, under_runs.values()))
    report.labels += len(rows["labels"]) - len(under_runs)
    report.model_run_labels += len(under_runs) - predictions
    report.predictions += predictions
    _add_part(report, rows, rows.by_table)
    _add_names(report.projects, (row[_PROJECT] for row in rows["labels"] if row[_RUN] is None))
    if len(report.project_names) < MOST_NAMED:
        for name_of, table in ((_PROJECT_NAME, "data_row_projects"), (_LABEL_PROJECT, "labels")):
            report.project_names.update(pair for pair in map(name_of, rows[table]) if None not in pair)
    report.unread += rows.unread
    types = (row[_ASSET_TYPE] for row in rows["records"])
    report.asset_types.update(asset_type for asset_type in types if asset_type is not None)


def _under_runs(rows: Rows) -> dict[str, bool | None]:
    """The labels in model runs, and whether each is a prediction."""
    return {row[_LABEL_ID]: row[_IS_PREDICTION] for row in rows["labels"] if row[_RUN] is not None}


def _add_part(report: Report, rows: Rows, part: Part) -> None:
    """Count what a part of the rows has in frames and labels."""
    under_runs = _under_runs(rows)
    for table, place in _LABEL_ID_OF.items():
        inside = sum(row[place] in under_runs for row in part[table]) if under_runs else 0
        setattr(report, table, getattr(report, table) + len(part[table]) - inside)
    for counter, table, name in ((report.classes, "objects", _CLASS), (report.questions, "classifications", _QUESTION)):
        place = _LABEL_ID_OF[table]
        counted = (row for row in part[table] if row[place] not in under_runs) if under_runs else part[table]
        _add_names(counter, map(name, counted))


def add_core_counts(report: Report, counts: "CoreCounts") -> None:
    """Count, as `add_counts` does, the rows that the core made and counted."""
    under_runs, predictions = counts.model_run_labels()
    report.model_run_labels += under_runs
    report.predictions += predictions
    named: dict[str, Counter[str | None]] = {role: Counter() for role in ("label", "frame", "tool", "classification")}
    for count in counts.rows():
        if count.grain is None and count.role in named:
            name = count.group.project_id if count.role == "label" else count.feature.name
            named[count.role][name] += count.amounts.annotations
    report.labels += named["label"].total()
    report.frames += named["frame"].total()
    report.objects += named["tool"].total()
    report.classifications += named["classification"].total()
    for counter, role in ((report.projects, "label"), (report.classes, "tool"), (report.questions, "classification")):
        _add_names(counter, named[role])
    if len(report.project_names) < MOST_NAMED:
        report.project_names.update(counts.project_names())
    report.asset_types.update(counts.asset_types())


def _add_names(counter: Counter[str], names: Iterable[str | None] | Mapping[str | None, int]) -> None:
    if len(counter) < MOST_NAMED:
        counter.update(names)  # type: ignore[arg-type] # all of them, which is faster
        del counter[None]
