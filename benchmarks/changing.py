"""Loads of what changes: new labels, re-exports, new tokens, many small files; and one label of many frames.

python -m benchmarks.changing --megabytes 1000 --new 100 --frames 10000 [--dir FOLDER] [--write
docs/explanation/performance.md]
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.extremes import made, video_frames, video_line
from benchmarks.measuring import LABELSTORE, STORES, Command, Row, Run, medians, remove, report, run, sample
from benchmarks.reexports import all_changed, one_percent_changed, signed

OF_NEW = 0.6
"""Of the speed of a new store."""
MOST_SMALL = 1.5
"""Times the time of one file."""
LARGE_MIB = {"SQLite": 400, "DuckDB": 700}

_READ_AND_HASH = """
import hashlib, sys
digest = hashlib.sha256()
with open(sys.argv[1], "rb") as file:
    while block := file.read(1 << 20):
        digest.update(block)
"""


def reloads(folder: Path, engine: str, megabytes: int, new: int, rounds: int) -> Iterator[Row]:
    """A store of `megabytes` gets `new` MB more, then re-exports of those."""
    store, fresh = folder / f"changing-{STORES[engine]}", folder / f"fresh-{STORES[engine]}"
    remove(store)
    run(*LABELSTORE, "load", store, sample(folder, "v1", megabytes))
    for generation in ("v1", "v2"):
        times: dict[str, list[Run]] = {}
        for number in range(rounds):
            unsigned = sample(folder, generation, new, seed=number + 1)
            export = signed(unsigned, 1)
            remove(fresh)
            commands: dict[str, Command] = {
                "into a new store": (*LABELSTORE, "load", fresh, export),
                "into the store": (*LABELSTORE, "load", store, export),
                "again, nothing changed": (*LABELSTORE, "load", store, export),
                "again, 1 % of the labels changed": (*LABELSTORE, "load", store, one_percent_changed(export)),
                "again, new tokens in all URLs": (*LABELSTORE, "load", store, signed(unsigned, 2)),
                "again, all labels changed": (*LABELSTORE, "load", store, all_changed(export)),
                "the file read and hashed alone": (sys.executable, "-c", _READ_AND_HASH, export),
            }
            for what, command in commands.items():
                times.setdefault(what, []).append(run(*command))
                print(engine, generation, what, times[what][-1].seconds, file=sys.stderr)
        size = sample(folder, generation, new, seed=1).stat().st_size / 1e6
        seconds = {what: median(done.seconds for done in runs) for what, runs in times.items()}
        for what, runs in times.items():
            peak, limit, met = max(done.peak_mib for done in runs), "", None
            if what == "into the store" or "tokens" in what:
                floor = OF_NEW * size / seconds["into a new store"]
                limit, met = f"≥ {floor:.1f} MB/s", size / seconds[what] >= floor
            result = f"{seconds[what]:.2f} s, {size / seconds[what]:.1f} MB/s"
            yield Row(f"{engine}, {new} MB of {generation} {what}", result, peak, limit, met)
    remove(store)
    remove(fresh)


def small_files(folder: Path, engine: str, files: int, kilobytes: int, rounds: int) -> Iterator[Row]:
    """Many small files beside one file of all that they have."""
    store, parts = folder / f"small-{STORES[engine]}", folder / f"small-{files}-{kilobytes}"
    whole = sample(folder, "v2", files * kilobytes // 1000)
    if not parts.exists():
        parts.mkdir()
        with whole.open("rb") as file:
            for number in range(files):
                lines = file.readlines(kilobytes * 1000)
                if lines:
                    (parts / f"{number:05}.ndjson").write_bytes(b"".join(lines))
    times: dict[Path, list[Run]] = {whole: [], parts: []}
    for _ in range(rounds):
        for source, runs in times.items():
            remove(store)
            runs.append(run(*LABELSTORE, "load", store, source))
    remove(store)
    one, many = (median(done.seconds for done in runs) for runs in times.values())
    result = f"{many:.2f} s, one file of all of it {one:.2f} s: {many / one:.2f} ×"
    peak = max(done.peak_mib for done in times[parts])
    yield Row(
        f"{engine}, {len(list(parts.iterdir())):,} files of {kilobytes} kB",
        result,
        peak,
        f"≤ {MOST_SMALL} ×",
        many <= MOST_SMALL * one,
    )


def large_labels(folder: Path, engine: str, frames: int) -> Iterator[Row]:
    """One label of many frames, loaded, verified, exported, changed and compared."""
    store, out, limit = folder / f"large-{STORES[engine]}", folder / "large-out", LARGE_MIB[engine]
    exports = {
        "v1": made(folder / f"v1-frames-{frames}.json", video_frames(frames)),
        "v2": made(folder / f"v2-frames-{frames}.ndjson", video_line(frames)),
    }
    for generation, export in exports.items():
        remove(store)
        changed = export.with_stem(f"{export.stem}-changed")
        if not changed.exists():
            changed.write_bytes(export.read_bytes().replace(b"Vehicle", b"Motor car", 1000))
        for what, command in {
            "load": ("load", store, export),
            "verify": ("verify", store, export),
            "export": ("export", store, f"labelbox-{generation}", out),
            "load with changes": ("load", store, changed),
            "diff of the two loads": ("diff", store, "1", "2"),
        }.items():
            remove(out)
            done = run(*LABELSTORE, *command)
            size = export.stat().st_size / 1e6
            told = f"{what}, {engine}, one label of {frames:,} frames, {generation}, {size:.0f} MB"
            yield Row(told, f"{done.seconds:.1f} s", done.peak_mib, f"< {limit} MiB", done.peak_mib < limit)
        remove(store)
        remove(out)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000, help="size of the store's first export")
    parser.add_argument("--new", type=int, default=100, help="MB that are loaded into it")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--kilobytes", type=int, default=25, help="size of each of the files")
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rows: list[Row] = []
    for engine in STORES:
        for row in (
            *reloads(options.dir, engine, options.megabytes, options.new, options.rounds),
            *small_files(options.dir, engine, options.files, options.kilobytes, options.rounds),
            *large_labels(options.dir, engine, options.frames),
        ):
            print(*row, file=sys.stderr)
            rows.append(row)
    text = (
        f"A store of {options.megabytes:,} MB of v1 gets {options.new} MB more, and these again as a later export has"
        f" them; {medians(options.rounds)}, whole commands. Demanded are {OF_NEW} of the speed into a new"
        " store. A label of many frames is loaded, verified and compared once."
    )
    return report("What changes", text, rows, options.write)


if __name__ == "__main__":
    sys.exit(main())
