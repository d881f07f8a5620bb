"""All that a load writes before its commit: the tasks of its files, those of their frames files, right positions."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from labelstore.lake.commits.claims import claim
from labelstore.lake.place import Place
from labelstore.lake.reports import add_counts, joined, report_json
from labelstore.lake.tasks.changing import ChangeTask
from labelstore.lake.tasks.known import write_known
from labelstore.lake.tasks.planning import Replanned, check_plan, needed, plan_frames, task_bytes, write_tasks
from labelstore.lake.tasks.running import Runner
from labelstore.lake.tasks.splits import Split
from labelstore.lake.tasks.table_files import TableFile
from labelstore.lake.tasks.writing import Manifest, WriteTask
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.report import FileReport, Report

if TYPE_CHECKING:
    from labelstore.engines.database import Database

Files = dict[str, list[TableFile]]
"""Table → files."""


@dataclass
class Written:
    """What a load has written. `added` are files of the lake's tables, `counted` of counts that are summed up later.

    `touched` are labels to count by themselves, `frames_of` are the labels of frames files by load id, `seen` the
    files of what the lake held already. `first_number`
    is that of its first record, `last_claim` its newest claim: the frames of its labels have one of their own.
    """

    claim: int
    first_number: int
    first_load: int
    after: int
    last_claim: int = 0
    force: bool = False
    added: Files = field(default_factory=dict)
    counted: Files = field(default_factory=dict)
    touched: list[str] = field(default_factory=list)
    frames_of: dict[int, str] = field(default_factory=dict)
    files: list[FileReport] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Written":
        """What was saved as JSON."""
        files = {
            name: {table: [TableFile(*file) for file in some] for table, some in told[name].items()}
            for name in ("added", "counted")
        }
        frames_of = {int(load_id): label_id for load_id, label_id in told["frames_of"].items()}
        return cls(**{**told, **files, "frames_of": frames_of, "files": [FileReport(**file) for file in told["files"]]})


@dataclass(frozen=True)
class Writing:
    """How files are written: where, by whom, and in tasks of how many bytes."""

    place: Place
    runner: Runner
    task_bytes: int | None
    max_ratio: float | None
    folder: FramesFolder | None = None

    def write(self, splits: Sequence[Split], after: int, stored: "Database | None" = None) -> Written:
        """Write the records of splits that `stored` does not hold already, and the frames of their labels.

        Raises `Replanned` where the plan proves wrong: nothing that was written will be part of the lake.
        """
        mine = claim(self.place, *needed(splits))
        written = Written(mine.number, mine.first_number, mine.first_load, after, mine.number)
        report = Report(self.place.name, "delta")
        known = write_known(self.place, mine.number, stored) if stored is not None else ""
        tasks = write_tasks(self.place.url, mine, splits, self._size(splits), self.max_ratio, known)
        frames = self._run(tasks, written, report)
        self._write_frames(frames, written, report)
        written.report = report_json(report)
        if known:
            self.place.remove(known)
        return written

    def _size(self, splits: Sequence[Split]) -> int:
        return self.task_bytes or task_bytes(splits, self.runner.workers)

    def _write_frames(self, frames: Sequence[tuple[str, str | None, str]], written: Written, report: Report) -> None:
        plan = plan_frames(self.folder, frames, self.max_ratio)
        report.frames_missing += plan.missing
        splits, labels = plan.splits, plan.labels
        report.frames_files += len(splits)
        while splits:
            mine = claim(self.place, *needed(splits))
            written.last_claim = mine.number
            written.frames_of = {mine.first_load + number: label_id for number, label_id in enumerate(labels)}
            tasks = write_tasks(self.place.url, mine, splits, self._size(splits), self.max_ratio, "", labels)
            try:
                self._run(tasks, written, report)
                return
            except Replanned as again:  # a file has more frames than expected
                splits = again.splits

    def _run(self, tasks: Sequence[WriteTask], written: Written, report: Report) -> list[tuple[str, str | None, str]]:
        """Run tasks and note what they wrote; the labels whose frames are in files of their own."""
        manifests = self._manifests(tasks)
        lacks = _lacks(tasks, manifests)
        changed = self._with_positions(manifests, lacks)
        for manifest, files in zip(manifests, changed, strict=True):
            _extend(written.added, files)
            _extend(written.counted, manifest.counted)
            written.touched += manifest.touched
            written.seen += [manifest.seen] if manifest.seen else []
            add_counts(report, manifest.report)
        written.files += self._files(tasks, manifests, lacks)
        return [frame for manifest in manifests for frame in manifest.frames]

    def _manifests(self, tasks: Sequence[WriteTask]) -> list[Manifest]:
        """What came of tasks. After an error, or where a plan proves wrong, what they wrote is removed."""
        told = list(self.runner.run([task.to_json() for task in tasks]))
        try:
            manifests = list(map(Manifest.from_json, told))
            self._check(tasks, manifests)
        except BaseException:
            for one in told:
                for table, files in one["written"].items():
                    for path, *_ in files:
                        self.place.remove(f"{table}/{path}")
            raise
        return manifests

    def _check(self, tasks: Sequence[WriteTask], manifests: Sequence[Manifest]) -> None:
        splits = [part.split for task in tasks for part in task.parts]
        wrong: dict[int, bool] = {}
        before = 0
        for task, manifest in zip(tasks, manifests, strict=True):
            if manifest.replan is not None:
                place, has_more_records = manifest.replan
                wrong[before + place] = has_more_records
            before += len(task.parts)
        check_plan(splits, wrong)

    def _with_positions(self, manifests: Sequence[Manifest], lacks: Sequence[Mapping[int, int]]) -> Iterator[Files]:
        """The files of each manifest, with positions as in the whole files."""
        tasks = [
            ChangeTask(self.place.url, f"placed-{manifest.number}", table, manifest.written[table], "", shifts)
            for manifest, shifts in zip(manifests, lacks, strict=True)
            for table in ("records", "rejects")
            if shifts and table in manifest.written
        ]
        new: dict[tuple[str, str], list[TableFile]] = {}
        for task, told in zip(tasks, self.runner.run([task.to_json() for task in tasks]) if tasks else (), strict=True):
            for path, files in told["files"].items():
                new[task.table, path] = [TableFile(*file) for file in files]
                self.place.remove(f"{task.table}/{path}")
        for manifest in manifests:
            yield {
                table: [now for file in files for now in new.get((table, file.path), [file])]
                for table, files in manifest.written.items()
            }

    def _files(
        self, tasks: Sequence[WriteTask], manifests: Sequence[Manifest], lacks: Sequence[Mapping[int, int]]
    ) -> list[FileReport]:
        """The report of each file, of those of its parts."""
        parts: dict[int, list[FileReport]] = {}
        cut: dict[int, str] = {}
        for task, manifest, shifts in zip(tasks, manifests, lacks, strict=True):
            for part, file in zip(task.parts, manifest.files, strict=True):
                for reject in file.first_rejects:
                    reject["position"] += shifts.get(file.load_id, 0)
                parts.setdefault(file.load_id, []).append(file)
                if part.split.byte_range is not None:
                    cut[file.load_id] = part.split.source
        found = [joined(some) for _, some in sorted(parts.items())]
        digests = self.digests(list(cut.values()))
        for file in found:
            file.sha256 = digests.get(cut.get(file.load_id, ""), file.sha256)
        return found

    def digests(self, sources: Iterable[str]) -> dict[str, str]:
        """The digests of whole files."""
        names = list(dict.fromkeys(sources))
        told = (
            self.runner.run([{"work": "digest", "lake": self.place.url, "source": name} for name in names])
            if names
            else ()
        )
        return {name: one["sha256"] for name, one in zip(names, told, strict=True)}


def _lacks(tasks: Sequence[WriteTask], manifests: Sequence[Manifest]) -> list[dict[int, int]]:
    """By task, load id → how many records of its file earlier tasks have."""
    seen = Counter[int]()
    found: list[dict[int, int]] = []
    for task, manifest in zip(tasks, manifests, strict=True):
        found.append({part.load_id: seen[part.load_id] for part in task.parts if seen[part.load_id]})
        for file in manifest.files:
            seen[file.load_id] += file.records
    return found


def _extend(files: Files, more: Files) -> None:
    for table, some in more.items():
        files.setdefault(table, []).extend(some)
