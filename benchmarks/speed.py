"""Speed of loads (next to DuckDB's read_json_auto), reloads, verifying, exports, of one label by id, and of --help.

python -m benchmarks.speed --megabytes 100 --rounds 3 [--dir FOLDER] [--write docs/explanation/performance.md]
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from benchmarks.measuring import LABELSTORE, STORES, Row, Run, remove, report, run, sample, spread

BASELINE = "DuckDB `create table as select * from read_json_auto`"
FLOORS = {  # MB/s
    "load v1 into a new SQLite store": 80,
    "load v2 into a new SQLite store": 80,
    "load v1 into a new DuckDB store": 45,
    "load v2 into a SQLite store that holds the v1 labels": 50,
    "reload, nothing changed, SQLite": 300,
    "verify v1, SQLite": 40,
    "export v1, SQLite": 65,
    "export v1, DuckDB": 60,
}
LABEL_LIMIT_MS = {"SQLite": 0.2, "DuckDB": 5}
HELP_LIMIT, STATS_LIMIT = 0.2, 0.4

READ_JSON_AUTO = """
import sys, duckdb
database = duckdb.connect(sys.argv[1])
database.execute("create table export as select * from read_json_auto(?)", [sys.argv[2]])
database.close()
"""

_LABELS = """
import json, random, sys, time
import labelstore

with labelstore.open(sys.argv[1]) as store:
    ids = [row["label_id"] for row in store.query("select label_id from labels order by label_id")]
    wanted = random.Random(0).sample(ids, min(300, len(ids)))
    times = []
    for label_id in wanted:
        started = time.perf_counter()
        store.label(label_id)
        times.append((time.perf_counter() - started) * 1000)
print(json.dumps(times))
"""


def measure(folder: Path, megabytes: int, rounds: int) -> list[Row]:
    exports = {generation: sample(folder, generation, megabytes) for generation in ("v1", "v2")}
    stores = {engine: folder / name for engine, name in STORES.items()}
    sqlite, duckdb, other = stores["SQLite"], stores["DuckDB"], folder / "other.db"
    baseline, out, v1, v2 = folder / "baseline.duckdb", folder / "export.json", exports["v1"], exports["v2"]
    runs: dict[str, list[Run]] = defaultdict(list)
    sizes = {}
    for _ in range(rounds):
        for path in (baseline, other, *stores.values()):
            remove(path)
        runs[BASELINE].append(run(sys.executable, "-c", READ_JSON_AUTO, baseline, v1))
        for what, arguments in {
            "load v1 into a new SQLite store": ("load", sqlite, v1),
            "load v2 into a new SQLite store": ("load", other, v2),
            "load v1 into a new DuckDB store": ("load", duckdb, v1),
            "verify v1, SQLite": ("verify", sqlite, v1),
            "export v1, SQLite": ("export", sqlite, "labelbox-v1", out),
            "export v1, DuckDB": ("export", duckdb, "labelbox-v1", out),
            "reload, nothing changed, SQLite": ("load", sqlite, v1),
        }.items():
            remove(out)  # in its place a file system would first write the new one to the disk
            runs[what].append(run(*LABELSTORE, *arguments))
        sizes = {engine: store.stat().st_size / v1.stat().st_size for engine, store in stores.items()}
        latencies = [_latency(engine, store) for engine, store in stores.items()]
        what = "load v2 into a SQLite store that holds the v1 labels"
        runs[what].append(run(*LABELSTORE, "load", sqlite, v2))
    size = {what: (v2 if "load v2" in what else v1).stat().st_size / 1e6 for what in runs}
    rows = [_speed(what, size[what], runs[what]) for what in runs]
    rows += latencies
    rows += [_size(engine, share) for engine, share in sizes.items()]
    rows.append(_small("`labelstore --help`", HELP_LIMIT, "--help"))
    remove(other)
    run(*LABELSTORE, "load", other, sample(folder, "v1", 1))
    rows.append(_small("`labelstore stats` on a store of 1 MB", STATS_LIMIT, "stats", other))
    for path in (baseline, other, *stores.values(), out):
        remove(path)
    return rows


def _speed(what: str, size: float, runs: list[Run]) -> Row:
    speeds = [size / done.seconds for done in runs]
    floor = FLOORS.get(what)
    met = None if floor is None else median(speeds) >= floor
    peak = max(done.peak_mib for done in runs)
    return Row(what, spread(speeds, "MB/s"), peak, "" if floor is None else f"≥ {floor} MB/s", met)


def _size(engine: str, share: float) -> Row:
    limit = {"SQLite": 0.8, "DuckDB": 0.25}[engine]
    return Row(f"size of the {engine} store", f"{share:.2f} × the JSON", None, f"≤ {limit} ×", share <= limit)


def _latency(engine: str, store: Path) -> Row:
    done = run(sys.executable, "-c", _LABELS, store)
    times = sorted(json.loads(done.output))
    middle, slow = median(times), times[int(len(times) * 0.95)]
    limit = LABEL_LIMIT_MS[engine]
    result = f"{middle:.2f} ms, 95 % within {slow:.2f} ms"
    return Row(f"one label by id, {engine}", result, done.peak_mib, f"< {limit} ms", middle < limit)


def _small(what: str, limit: float, *arguments: str | Path) -> Row:
    runs = [run(*LABELSTORE, *arguments) for _ in range(10)]
    seconds = [done.seconds for done in runs]
    peak = max(done.peak_mib for done in runs)
    return Row(what, spread(seconds, "s", 2), peak, f"≤ {limit} s", median(seconds) <= limit)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=100, help="size of the export")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rows = measure(options.dir, options.megabytes, options.rounds)
    text = (
        f"Exports of {options.megabytes} MB, image labels: an array of v1 and lines of v2; medians of {options.rounds}"
        " alternating rounds, smallest and largest in brackets. Times are of whole commands, with start-up; memory is"
        " that of all their processes together."
    )
    return report(f"Speed, {options.megabytes} MB", text, rows, options.write)


if __name__ == "__main__":
    sys.exit(main())
