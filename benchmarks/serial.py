"""How much of a load into a new SQLite store one process does alone: what more cores cannot make shorter.

python -m benchmarks.serial --megabytes 100 1000 [--jobs 2] [--rounds 3] [--dir FOLDER] [--write
docs/explanation/performance.md]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.measuring import Row, remove, report, run, sample

LIMIT = 0.2

_LOAD = """
import json, sys, time
from labelstore.loading import load, parallel

moments = []

def noting(function):
    def noted(*arguments):
        moments.append(time.perf_counter())
        result = function(*arguments)
        moments.append(time.perf_counter())
        return result
    return noted

parallel.Loader.load_files = noting(parallel.Loader.load_files)
parallel.result_of = noting(parallel.result_of)
started = time.perf_counter()
load(sys.argv[1], [sys.argv[2]], jobs=int(sys.argv[3]))
ended = time.perf_counter()
print(json.dumps([ended - started, moments[0] - started, ended - moments[-1]]))
"""


def measure(folder: Path, megabytes: int, jobs: int, rounds: int) -> Row:
    export, store = sample(folder, "v1", megabytes), folder / "serial.db"
    shares, spent = [], []
    for _ in range(rounds):
        remove(store)
        done = run(sys.executable, "-c", _LOAD, store, export, str(jobs))
        total, before, after = json.loads(done.output)
        shares.append((before + after) / total)
        spent.append((total, before, after))
    remove(store)
    total, before, after = (median(values) for values in zip(*spent, strict=True))
    share = median(shares)
    result = f"{share:.0%} of {total:.1f} s: {before:.2f} s before and {after:.2f} s after they work side by side"
    return Row(f"{megabytes:,} MB, {jobs} processes", result, None, f"< {LIMIT:.0%} at 1,000 MB", share < LIMIT)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, nargs="+", default=[100, 1000], help="sizes of the exports")
    parser.add_argument("--jobs", type=int, default=2, help="processes, one at least for each core")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rows = [measure(options.dir, megabytes, options.jobs, options.rounds) for megabytes in options.megabytes]
    text = (
        f"Loads of v1 into a new SQLite store; medians of {options.rounds} rounds. Alone, one process makes the store"
        " at first, and merges the parts, derives tables and makes indexes at the end."
    )
    return report("What one process does alone", text, rows, options.write)


if __name__ == "__main__":
    sys.exit(main())
