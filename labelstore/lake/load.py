"""Loading into a lake: the driver plans, lets tasks write, and commits what they wrote."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from functools import partial
from os import PathLike

from labelstore.errors import InUseError
from labelstore.inputs.gathering import Files, Notify
from labelstore.lake.commits.commit import NeedsAll, Overtaken, commit, completed, create
from labelstore.lake.commits.snapshot import Lake, Snapshot
from labelstore.lake.opening import opened
from labelstore.lake.place import OWN, Place, own
from labelstore.lake.preparing import prepare
from labelstore.lake.reports import report_of
from labelstore.lake.tasks.planning import Replanned
from labelstore.lake.tasks.running import Heard, Runner, in_processes
from labelstore.lake.tasks.splits import SPLIT_BYTES, Split, plan_splits
from labelstore.lake.unchanged import report_unchanged
from labelstore.lake.writing import Writing, Written
from labelstore.loading.frames_files import FramesFolder
from labelstore.loading.reject_policy import refuse_foreign, refuse_many
from labelstore.loading.report import Options, Progress, Reading, Report
from labelstore.workers import useful_jobs

_ATTEMPTS = 20
"""So often a load is written again: each time a guess is mended, or another load was quicker."""


def load(
    lake: str | PathLike[str],
    files: Files,
    *,
    frames: str | PathLike[str] | None = None,
    max_ratio: float | None = 1000.0,
    jobs: int | None = None,
    split_bytes: int = SPLIT_BYTES,
    task_bytes: int | None = None,
    force: bool = False,
    max_rejects: int | None = None,
    runner: Runner | None = None,
    progress: Progress | None = None,
    notify: Notify | None = None,
) -> Report:
    """Load exports into the lake at a path or URL, which is made if it is not there.

    `files` and `frames` are as in `labelstore.Store.load`, and read where they are, not copied. Files larger than
    `split_bytes` are read in parts; a task reads about `task_bytes`. `runner` runs the tasks; without it `jobs`
    processes of this computer do. All of it is in the lake in the end or, after an error, nothing. `notify` is told
    what was completed or done again, `progress` how far it is. Raises `InputError` and `StoreError`.
    """
    started = time.perf_counter()
    place = Place(lake)
    notes: list[str] = []
    splits = plan_splits(files, split_bytes=split_bytes, max_ratio=max_ratio, notify=notes.append)
    folder = FramesFolder(frames) if frames is not None else None
    runner = runner or in_processes(_jobs(jobs, splits), _heard(place, splits, progress))
    there = create(place)
    _complete_pending(there, runner, notify)
    writing = Writing(place, runner, task_bytes, max_ratio, folder)
    report = None if folder or force else report_unchanged(there, splits, writing.digests)
    if report is None:
        report = _loaded(there, writing, splits, Options(force, False, max_rejects), notify)
    report.notes += notes
    report.seconds = time.perf_counter() - started
    return report


def _jobs(jobs: int | None, splits: Sequence[Split]) -> int:
    """As many processes as wanted, else the cores there are if it pays; at most one a split."""
    return min(useful_jobs(jobs, size=sum(split.size for split in splits)), max(len(splits), 1))


def _heard(place: Place, splits: Sequence[Split], progress: Progress | None) -> Heard | None:
    """What hears of bytes that were read, from several threads, and tells how far the whole load is."""
    if progress is None:
        return None
    total, done = sum(split.size for split in splits), 0

    def heard(read: int) -> None:
        nonlocal done
        done += max(read, 0)
        progress(Reading(place.name, total or None, min(done, total)))

    return heard


def _loaded(lake: Lake, writing: Writing, splits: Sequence[Split], options: Options, notify: Notify | None) -> Report:
    leaves_out = writing.folder is None  # known videos may have frames that are new
    for _ in range(_ATTEMPTS):
        try:
            snapshot = completed(lake)
            with closing(opened(snapshot, views=False)) as stored:
                written = writing.write(splits, snapshot.number, stored if leaves_out else None)
            written.force = options.force
            for file in written.files:
                refuse_foreign(file)
                refuse_many(file, options)
            snapshot = _committed(lake, writing.runner, written)
            return report_of(snapshot.counts)
        except Replanned as plan:
            splits = plan.splits
            _tell(notify, f"{lake.place.name}: written again, for {plan}")
        except NeedsAll:
            leaves_out = False
            _tell(notify, f"{lake.place.name}: written again, for some records are as the lake holds them, others not")
        except Overtaken:
            _tell(notify, f"{lake.place.name}: another load was quicker; writing again")
    raise InUseError(lake.place.name, "other loads, which are quicker each time", hint="load again when they are done")


def _committed(lake: Lake, runner: Runner, written: Written) -> Snapshot:
    lake.place.put(own("manifests", written.last_claim), asdict(written))
    return commit(lake, written.last_claim, partial(prepare, lake.place, written, runner), written.after)


def _complete_pending(lake: Lake, runner: Runner, notify: Notify | None) -> None:
    """Commit what earlier loads have written and not committed, for they were stopped."""
    completed(lake)
    for number in lake.place.numbers(f"{OWN}/manifests"):
        told = lake.place.get(own("manifests", number))
        if told is None:  # its load has just committed it
            continue
        try:
            written = Written.from_json(told)
        except (KeyError, TypeError):
            raise lake.place.damaged(own("manifests", number), "remove it, and load again what it names") from None
        names = ", ".join(file.name for file in written.files)
        if not _are_there(lake, written):
            lake.place.remove(own("manifests", number))
            _tell(
                notify,
                f"{lake.place.name}: the load of {names} had been stopped, and its files are gone: load it again",
            )
            continue
        try:
            _committed(lake, runner, written)
            _tell(notify, f"{lake.place.name}: completed the load of {names}, which had been stopped")
        except Overtaken:  # its numbers are lower than what came after it
            lake.place.remove(own("manifests", number))


def _are_there(lake: Lake, written: Written) -> bool:
    """Whether the files of a load are there: other programs may have removed what no commit names yet."""
    names = (f"{table}/{file.path}" for table, files in written.added.items() for file in files)
    return all(map(lake.place.exists, names))


def _tell(notify: Notify | None, sentence: str) -> None:
    if notify is not None:
        notify(sentence)
