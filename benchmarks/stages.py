"""Where the time of a load goes: the processor time of its stages in one process, each measured with those before it.

python -m benchmarks.stages --megabytes 100 [--rounds 3] [--dir FOLDER] [--write docs/explanation/performance.md]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.measuring import Row, remove, report, run, sample, spread

STAGES = ("read", "split", "decode", "hash", "shred", "store")
TOLD = {
    "read": "start, read",
    "split": "split into records, check their syntax",
    "decode": "decode into structs, which checks the syntax too",
    "hash": "digests of the records without their tokens",
    "shred": "structs into rows, with the bounds and sizes of geometry",
    "store": "rows into the tables, derived tables, indexes, to the disk",
}

_STAGE = """
import gc, json, os, sys
stage, engine, path, store = sys.argv[1:5]
from labelstore.formats.decoding import RecordDecoder, bounded_depth, skim, tolerant
from labelstore.formats.shredding import hashes, shred
from labelstore.files import open_sources, split
from labelstore.schema.generations import record_id
from labelstore.schema.tables import Rows

gc.disable()
depth = ("read", "split", "decode", "hash", "shred", "store").index(stage)
rows, read = Rows(), skim if depth == 1 else tolerant(RecordDecoder())
if stage == "store":
    from labelstore.loading import load
    load(store, [path])
else:
    with bounded_depth():
        for source in open_sources([path]):
            with source:
                if stage == "read":
                    while source.read(1 << 22):
                        pass
                    continue
                for number, item in enumerate(split(source, read)):
                    if depth >= 3:
                        digests = hashes(item.raw)
                    if depth >= 4:
                        place = (1, number, item.byte_offset)
                        shred(item.value, item.raw, record_id(number, "v1"), rows, (*place, *digests))
                        if number % 100 == 0:
                            rows.clear()
times = os.times()
print(json.dumps(times.user + times.system))
"""


def measure(folder: Path, megabytes: int, rounds: int, engine: str) -> list[Row]:
    export = sample(folder, "v1", megabytes)
    store = folder / ("stages.db" if engine == "SQLite" else "stages.duckdb")
    seconds: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for _ in range(rounds):
        for stage in STAGES:
            remove(store)
            seconds[stage].append(json.loads(run(sys.executable, "-c", _STAGE, stage, engine, export, store).output))
    size = export.stat().st_size / 1e8
    rows, before = [], 0.0
    for stage in STAGES:
        now = median(seconds[stage]) / size
        what = f"{engine}: {TOLD[stage]}" if stage == "store" else TOLD[stage]
        result = f"{now - before:.2f} s; all so far {spread((value / size for value in seconds[stage]), 's', 2)}"
        rows.append(Row(what, result, None, "", None))
        before = now
    remove(store)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=100, help="size of the export")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rows = measure(options.dir, options.megabytes, options.rounds, "SQLite")
    rows += measure(options.dir, options.megabytes, options.rounds, "DuckDB")[-1:]
    text = (
        "Processor time of one process for 100 MB of v1, each stage with those before it; medians, smallest and largest"
        f" of {options.rounds} runs over {options.megabytes} MB."
    )
    return report("Stages of a load", text, rows, options.write)


if __name__ == "__main__":
    sys.exit(main())
