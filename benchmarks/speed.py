"""Speed of a load (next to DuckDB's read_json_auto), of an export, of one label by id, and of --help.

python benchmarks/speed.py --megabytes 100 --rounds 3 [--dir FOLDER] [--write docs/performance.md]
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from measuring import LABELSTORE, STORES, Row, Run, remove, report, run, sample, spread

LOAD_FLOOR, EXPORT_FLOOR, HELP_LIMIT = 30, 40, 0.3
LABEL_LIMIT_MS = {"SQLite": 1, "DuckDB": 50}
BASELINE = "DuckDB `create table as select * from read_json_auto`"

_BASELINE = """
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
    export = sample(folder, "v1", megabytes)
    size = export.stat().st_size / 1e6
    stores = {engine: folder / name for engine, name in STORES.items()}
    baseline, out = folder / "baseline.duckdb", folder / "export.json"
    runs: dict[str, list[Run]] = defaultdict(list)
    for _ in range(rounds):
        remove(baseline)
        runs[BASELINE].append(run(sys.executable, "-c", _BASELINE, baseline, export))
        for engine, store in stores.items():
            remove(store)
            runs[f"load into a new {engine} store"].append(run(*LABELSTORE, "load", store, export))
        for engine, store in stores.items():
            runs[f"export all labels, {engine}"].append(run(*LABELSTORE, "export", store, "labelbox-v1", out))
    rows = [_speed(what, size, runs[what], runs[BASELINE]) for what in runs]
    rows += [_latency(engine, store) for engine, store in stores.items()]
    rows.append(_help())
    for path in (baseline, *stores.values(), out):
        remove(path)
    return rows


def _speed(what: str, size: float, runs: list[Run], baseline: list[Run]) -> Row:
    speeds = [size / done.seconds for done in runs]
    limit, met = "", None
    if what == "load into a new SQLite store":
        limit = f"≥ {LOAD_FLOOR} MB/s, and faster than read_json_auto"
        met = median(speeds) >= max(LOAD_FLOOR, median(size / done.seconds for done in baseline))
    elif what.startswith("export"):
        limit, met = f"≥ {EXPORT_FLOOR} MB/s", median(speeds) >= EXPORT_FLOOR
    return Row(what, spread(speeds, "MB/s"), max(done.peak_mib for done in runs), limit, met)


def _latency(engine: str, store: Path) -> Row:
    done = run(sys.executable, "-c", _LABELS, store)
    times = sorted(json.loads(done.output))
    middle, slow = median(times), times[int(len(times) * 0.95)]
    limit = LABEL_LIMIT_MS[engine]
    result = f"{middle:.2f} ms, 95 % within {slow:.2f} ms"
    return Row(f"one label by id, {engine}", result, done.peak_mib, f"< {limit} ms", middle < limit)


def _help() -> Row:
    runs = [run(*LABELSTORE, "--help") for _ in range(10)]
    seconds = [done.seconds for done in runs]
    peak = max(done.peak_mib for done in runs)
    return Row(
        "`labelstore --help`",
        spread(seconds, "s", 2),
        peak,
        f"< {HELP_LIMIT} s",
        median(seconds) < HELP_LIMIT,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=100, help="size of the export")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rows = measure(options.dir, options.megabytes, options.rounds)
    text = (
        f"A v1 export of {options.megabytes} MB, an array of image labels; medians of {options.rounds}"
        " alternating rounds, smallest and largest in brackets. Times are of whole processes, with start-up."
    )
    return report("Speed", text, rows, options.write)


if __name__ == "__main__":
    sys.exit(main())
