"""From what a load has written to the intent of its commit, against the lake as it is by then."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pyarrow as pa
from pyarrow import parquet

from labelstore.lake.commits.commit import Intent, NeedsAll
from labelstore.lake.commits.delta import KEPT_DERIVED
from labelstore.lake.commits.snapshot import Snapshot
from labelstore.lake.database import LakeDatabase
from labelstore.lake.known_files import KnownFiles
from labelstore.lake.place import OWN, Place
from labelstore.lake.recounting import recount_new
from labelstore.lake.reports import report_json, report_of
from labelstore.lake.resolving.resolve import Resolution, resolve
from labelstore.lake.tasks.changing import ChangeTask
from labelstore.lake.tasks.known import StoredSeen
from labelstore.lake.tasks.running import Runner
from labelstore.lake.tasks.table_files import TableFile, TableFiles
from labelstore.lake.writing import Files, Written
from labelstore.loading.load_state import load_row
from labelstore.loading.report import FileReport
from labelstore.schema.generations import lowest_id
from labelstore.schema.tables import NODE_BITS, content_tables, node_range


@dataclass
class Change:
    """What a commit does to the files of the content tables and of `rejects`."""

    added: Files = field(default_factory=dict)
    removed: dict[str, list[str]] = field(default_factory=dict)

    def files(self, base: Mapping[str, Mapping[str, TableFile]], place: Place) -> dict[str, list[str]]:
        """The files of these tables after it, by their paths or URLs."""
        found: dict[str, list[str]] = {}
        for table in {*base, *self.added}:
            gone = set(self.removed.get(table, ()))
            paths = [path for path in base.get(table, {}) if path not in gone]
            paths += [file.path for file in self.added.get(table, ())]
            found[table] = [place.url_of(f"{table}/{path}") for path in paths]
        return found


def prepare(place: Place, written: Written, runner: Runner, snapshot: Snapshot) -> Intent:
    """What the commit of a load does after this snapshot."""
    base = snapshot.described
    change = Change({table: list(files) for table, files in written.added.items()})
    with closing(_database(place, change.files(base, place))) as database:
        first_record = lowest_id(written.first_number)
        files = {file.load_id: replace(file) for file in written.files}
        seen = StoredSeen(database, [place.url_of(name) for name in written.seen], first_record)
        resolution = resolve(
            database,
            first_record,
            written.first_load,
            files,
            force=written.force,
            frames_of=written.frames_of,
        )
        if not seen.stay(resolution.removed):
            raise NeedsAll
        _note(files, resolution, seen.generations())
        database.begin()  # in which temporary tables are seen
        database.counters.begin_at(node_range(first_record)[0])
        _bring_counts(database, place, written)
        if len(resolution.removed):
            database.counters.take_away(_ranges(resolution.removed))
            change = _changed(place, runner, written, change, base, resolution)
            database.use(change.files(base, place))
            database.counters.add_stored(_ranges(_record_ids(resolution.rewritten)))
        database.derive(first_record)
        report = report_of(written.report)
        if len(resolution.removed):
            recount_new(database, report, first_record)
        report.files = list(files.values())
        report.bytes = sum(file.bytes for file in written.files)
        _add_rest(place, written, change, database, report.files)
    return Intent(written.last_claim, change.added, change.removed, report_json(report))


def _database(place: Place, files: Mapping[str, Sequence[str]]) -> LakeDatabase:
    system = None if place.is_local else KnownFiles(place.system)
    return LakeDatabase(place.url, files, filesystem=system, read_only=False, views=False)


def _note(files: Mapping[int, FileReport], resolution: Resolution, generations: Mapping[int, str]) -> None:
    """Note in the reports of the files, by load id, what became of their records; some were left out as known."""
    for load_id, file in files.items():
        file.generation = file.generation or generations.get(load_id)
        for name, count in resolution.counts.get(load_id, {}).items():
            setattr(file, name, getattr(file, name) + count)


def _record_ids(rows: Mapping[str, pa.Table]) -> pa.Array:
    return rows["records"]["record_id"].combine_chunks() if "records" in rows else pa.array([], pa.int64())


def _ranges(record_ids: pa.Array) -> list[tuple[int, int]]:
    """The nodes of records, of those side by side in one range."""
    ranges: list[tuple[int, int]] = []
    for record_id in sorted(record_ids.to_pylist()):
        first, last = node_range(record_id)
        if ranges and ranges[-1][1] + 1 == first:
            ranges[-1] = ranges[-1][0], last
        else:
            ranges.append((first, last))
    return ranges


def _bring_counts(database: LakeDatabase, place: Place, written: Written) -> None:
    counted = {
        table: [place.url_of(f"{OWN}/counts/{table}/{file.path}") for file in files]
        for table, files in written.counted.items()
    }
    for table, files in counted.items():
        database.append_files(table, files)
    database.counters.bring(written.touched)


def _changed(
    place: Place,
    runner: Runner,
    written: Written,
    change: Change,
    base: Mapping[str, Mapping[str, TableFile]],
    resolution: Resolution,
) -> Change:
    """The change without the records that are superseded, and with those that were put together anew."""
    removed = sorted(resolution.removed.to_pylist())
    ids = f"{OWN}/removed/load-{written.claim}-{uuid4().hex}.parquet"
    with place.writing(ids) as file:
        parquet.write_table(pa.table({"record_id": pa.array(removed, pa.int64())}), file)
    found = Change()
    tasks: list[ChangeTask] = []
    for table in content_tables():
        old = list(base.get(table, {}).values())
        new = change.added.get(table, [])
        hit = [file for file in (*old, *new) if _holds(file, removed)]
        found.added[table] = [file for file in new if file not in hit]
        tasks += [ChangeTask(place.url, f"kept-{written.claim}", table, [file], ids) for file in hit]
    for table in change.added.keys() - set(content_tables()):
        found.added[table] = change.added[table]
    for task, told in zip(tasks, runner.run([task.to_json() for task in tasks]) if tasks else (), strict=True):
        for path, files in told["files"].items():
            _take(found, base, task, path, [TableFile(*file) for file in files])
    with TableFiles(place, f"anew-{written.claim}") as anew:
        for table, rows in resolution.rewritten.items():
            anew.add_arrow(table, rows)
        anew.add("rejects", list(resolution.rejects))
    for table, files in anew.written.items():
        found.added.setdefault(table, []).extend(files)
    place.remove(ids)
    return found


def _take(
    found: Change, base: Mapping[str, Mapping[str, TableFile]], task: ChangeTask, path: str, now: list[TableFile]
) -> None:
    """Note which files took the place of one."""
    was_there, (old,) = path in base.get(task.table, {}), task.files
    if now == [old]:
        found.added[task.table] += [] if was_there else [old]
        return
    if was_there:
        found.removed.setdefault(task.table, []).append(path)
    found.added[task.table] += now


def _holds(file: TableFile, removed: Sequence[int]) -> bool:
    """Whether a file can hold rows of these records."""
    if file.first is None or file.last is None:
        return True
    place = bisect_left(removed, file.first >> NODE_BITS)
    return place < len(removed) and removed[place] <= file.last >> NODE_BITS


def _add_rest(
    place: Place, written: Written, change: Change, database: LakeDatabase, reports: Sequence[FileReport]
) -> None:
    """Write the derived tables and the rows of `loads`."""
    with TableFiles(place, f"derived-{written.claim}") as files:
        for table in KEPT_DERIVED:
            rows = database.derived_rows(table)
            if rows.num_rows:
                files.add_arrow(table, rows)
        files.add("loads", [load_row(file) for file in reports])
    change.added |= {table: [] for table in KEPT_DERIVED} | files.written
