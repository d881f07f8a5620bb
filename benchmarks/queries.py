"""Seconds of every canned query over a large v1 export, on both engines.

python -m benchmarks.queries --megabytes 1000 [--patience 60] [--dir FOLDER] [--write docs/performance.md]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import LABELSTORE, STORES, Row, remove, report, run, sample

LIMITS = {"SQLite": 1.0, "DuckDB": 0.2}

_ASK = """
import json, sys, time
from labelstore.errors import TooSlowError
from labelstore.schema.canned_queries import queries
from labelstore.query.timeout import watched
from labelstore.engines import open_database

given = {"class": "Car", "a": "Car", "b": "Tree", "x": 500, "y": 400, "max_x": 600, "max_y": 600}
needy = ("class-overlap", "labels-with-class-inside-box", "nearest-objects", "nearest-of-class")
found = {}
for query in queries().values():
    names = {parameter.name for parameter in query.parameters} if query.name in needy else ()
    values = query.values({name: value for name, value in given.items() if name in names})
    with open_database(sys.argv[1], read_only=True) as database:
        started = time.perf_counter()
        try:
            with watched(database, float(sys.argv[2]), lambda: None, 130):
                rows = sum(1 for _ in database.asked(query.sql[database.engine], values).rows)
        except TooSlowError:
            rows = None
        found[query.name] = (time.perf_counter() - started, rows)
    print(query.name, *found[query.name], file=sys.stderr, flush=True)
print(json.dumps(found))
"""


def measure(folder: Path, megabytes: int, patience: float) -> list[Row]:
    export = sample(folder, "v1", megabytes)
    found: dict[str, dict[str, tuple[float, int | None]]] = {}
    for engine, name in STORES.items():
        store = folder / name
        remove(store)
        run(*LABELSTORE, "load", store, export)
        output = run(sys.executable, "-c", _ASK, store, str(patience)).output
        found[engine] = json.loads(output.splitlines()[-1])
        remove(store)
    rows = []
    for query in found["SQLite"]:
        times = {engine: answers[query] for engine, answers in found.items()}
        told = ", ".join(
            f"{engine} {f'{seconds:.2f} s' if rows is not None else f'over {patience:g} s'}"
            for engine, (seconds, rows) in times.items()
        )
        met = all(count is not None and seconds <= LIMITS[engine] for engine, (seconds, count) in times.items())
        rows.append(Row(f"`{query}`", told, None, "≤ 1 s, ≤ 0.2 s", met))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000, help="size of the export")
    parser.add_argument("--patience", type=float, default=60, help="seconds for one query")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rows = measure(options.dir, options.megabytes, options.patience)
    text = f"Every canned query once over a v1 export of {options.megabytes:,} MB of image labels, all rows fetched."
    return report(f"Canned queries, {options.megabytes:,} MB", text, rows, options.write)


if __name__ == "__main__":
    sys.exit(main())
