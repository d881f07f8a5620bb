"""What the compiled core makes faster: whole commands with it, without it, and DuckDB's read_json_auto, in turn.

python -m benchmarks.compiled --megabytes 100 --rounds 3 [--dir FOLDER] [--write docs/explanation/performance.md]
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.extremes import made, video_frames, video_line
from benchmarks.measuring import LABELSTORE, Run, machine, markdown, medians, put, remove, run, sample
from benchmarks.reexports import one_percent_changed
from benchmarks.speed import READ_JSON_AUTO
from labelstore.core.library import library

LEAN = 200
"""MiB that a load of any size may take."""
OTHER_TYPES = ("video", "text", "document", "conversation")


class Job(NamedTuple):
    """A command on an export; what is demanded of it."""

    what: str
    store: str
    arguments: tuple[str | Path, ...]
    export: Path
    holds: Path | None = None
    """What the store holds before."""
    times_read_json: float | None = None
    times_pure: float | None = None
    speed: float | None = None
    """MB/s."""
    peak_mib: float | None = None


def jobs(folder: Path, megabytes: int, large: int, frames: int) -> Iterator[Job]:
    v1, v2 = (sample(folder, generation, megabytes) for generation in ("v1", "v2"))
    new = sample(folder, "v1", megabytes, seed=1)
    yield Job("load v1", "a.db", ("load",), v1, times_read_json=2.2)
    yield Job("load v2", "a.db", ("load",), v2, times_read_json=2.8)
    for generation in ("v1", "v2"):
        for asset_type in OTHER_TYPES:
            export = sample(folder, generation, max(1, megabytes // 4), asset_type)
            yield Job(f"load {generation} of {asset_type}", "a.db", ("load",), export, times_pure=1.7)
    yield Job("load v1 into a store with labels", "a.db", ("load",), new, holds=v1, speed=60)
    yield Job("the same export, 1 % changed", "a.db", ("load",), one_percent_changed(v1), holds=v1, speed=200)
    yield Job("load v1 into DuckDB", "a.duckdb", ("load",), v1, speed=45, peak_mib=1024)
    yield Job("load v2 into DuckDB", "a.duckdb", ("load",), v2)
    yield Job("load v1 into a DuckDB store with labels", "a.duckdb", ("load",), new, holds=v1, peak_mib=1024)
    yield Job("verify v1", "a.db", ("verify",), v1, holds=v1, speed=60)
    yield Job("verify v2", "a.db", ("verify",), v2, holds=v2)
    for generation, make, suffix in (("v1", video_frames, "json"), ("v2", video_line, "ndjson")):
        export = made(folder / f"{generation}-frames-{frames}.{suffix}", make(frames))
        yield Job(f"one label of {frames:,} frames, {generation}", "a.db", ("load",), export, peak_mib=250)
    if large:
        for generation, times in (("v1", 1.9), ("v2", None)):  # which read_json_auto does not take at this size
            export = sample(folder, generation, large)
            yield Job(
                f"load {generation}, {large:,} MB", "a.db", ("load",), export, times_read_json=times, peak_mib=200
            )


def measure(folder: Path, job: Job, rounds: int) -> Sequence[str]:
    store = folder / job.store
    full = store.with_stem("full")
    if job.holds is not None:
        remove(full)
        run(*LABELSTORE, "load", full, job.holds)
    compiled: list[Run] = []
    pure: list[Run] = []
    read: list[Run] = []
    for _ in range(rounds):
        for runs, is_pure in ((compiled, "0"), (pure, "1")):
            remove(store)
            if job.holds is not None:
                store.write_bytes(full.read_bytes())
            runs.append(_run_as(is_pure, *LABELSTORE, *job.arguments, store, job.export))
        if job.times_read_json is not None:
            remove(folder / "read.duckdb")
            read.append(run(sys.executable, "-c", READ_JSON_AUTO, folder / "read.duckdb", job.export))
    for path in (store, full, folder / "read.duckdb"):
        remove(path)
    return _told(job, compiled, pure, read)


def _run_as(is_pure: str, *command: str | Path) -> Run:
    os.environ["LABELSTORE_PURE"] = is_pure
    try:
        return run(*command)
    finally:
        del os.environ["LABELSTORE_PURE"]


def _told(job: Job, compiled: list[Run], pure: list[Run], read: list[Run]) -> Sequence[str]:
    seconds, alone = (median(done.seconds for done in runs) for runs in (compiled, pure))
    megabytes = job.export.stat().st_size / 1e6
    peak = max(done.peak_mib for done in compiled)
    of_read = median(done.seconds for done in read) if read else None
    found = [
        (of_read and of_read / seconds, job.times_read_json, "× `read_json_auto`"),
        (alone / seconds, job.times_pure, "× pure"),
        (megabytes / seconds, job.speed, "MB/s"),
    ]
    demanded = [(f"{least:g} {unit}", value is not None and value >= least) for value, least, unit in found if least]
    if job.peak_mib:
        demanded.append((f"≤ {job.peak_mib:g} MiB", peak <= job.peak_mib))
    return (
        job.what,
        f"{seconds:.2f} s",
        f"{median(done.cpu for done in compiled):.2f} s",
        f"{megabytes / seconds:.0f} MB/s",
        f"{peak:.0f} MiB",
        f"{alone:.2f} s",
        f"{alone / seconds:.1f} ×",
        "" if of_read is None else f"{of_read:.2f} s",
        "" if of_read is None else f"{of_read / seconds:.1f} ×",
        ", ".join(text if is_met else f"**{text}**" for text, is_met in demanded),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=100, help="size of the exports of images")
    parser.add_argument("--large", type=int, default=1000, help="size of the large ones; 0 for none")
    parser.add_argument("--frames", type=int, default=10_000, help="frames of one label of a video")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="jobs whose names hold this")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    if library() is None:
        raise SystemExit("the core is not compiled: python -m tools.core")
    options.dir.mkdir(parents=True, exist_ok=True)
    head = ("", "compiled", "processor", "speed", "peak", "pure Python", "", "`read_json_auto`", "", "demanded")
    rows = []
    for job in jobs(options.dir, options.megabytes, options.large, options.frames):
        if options.only in job.what:
            rows.append(measure(options.dir, job, options.rounds if job.export.stat().st_size < 5e8 else 1))
            print(*rows[-1], sep=" | ", flush=True)
    text = (
        f"Seconds of whole commands, in turn, {medians(options.rounds)}, one from 500 MB on: exports of"
        f" {options.megabytes} MB of image labels, a quarter of it for the other asset types, into new SQLite stores"
        " where nothing else is said. What was demanded of the compiled core and is missed is bold."
    )
    put("The compiled core", f"{text} {machine()}", markdown(head, rows), options.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
