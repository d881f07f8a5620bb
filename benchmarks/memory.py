"""How time and memory of load, verify and export grow with the file, for v1 and v2 on both engines.

python -m benchmarks.memory --megabytes 10 100 1000 [--dir FOLDER] [--write docs/explanation/performance.md]
python -m benchmarks.memory --megabytes 10000 --generation v1 --engine SQLite
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import LABELSTORE, STORES, Row, remove, report, run, sample

LIMITS_MIB = {"SQLite": 300, "DuckDB": 1024}


def measure(folder: Path, megabytes: int, generations: list[str], engines: list[str]) -> list[Row]:
    rows = []
    for generation in generations:
        export = sample(folder, generation, megabytes)
        for engine in engines:
            store = folder / STORES[engine]
            remove(store)
            out = folder / f"export-{generation}"
            commands = {
                "load": ("load", store, export),
                "verify": ("verify", store, export),
                "export": ("export", store, f"labelbox-{generation}", out),
            }
            for name, arguments in commands.items():
                done = run(*LABELSTORE, *arguments)
                speed = export.stat().st_size / 1e6 / done.seconds
                limit = LIMITS_MIB[engine]
                what = f"{name}, {generation}, {engine}, {megabytes:,} MB"
                result = f"{done.seconds:.1f} s, {speed:.0f} MB/s"
                rows.append(Row(what, result, done.peak_mib, f"< {limit} MiB", done.peak_mib < limit))
                print(f"{what}: {result}, {done.peak_mib:.0f} MiB", file=sys.stderr)
            remove(store)
            out.unlink()
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, nargs="+", default=[10, 100, 1000], help="sizes of the exports")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--generation", action="append", choices=["v1", "v2"])
    parser.add_argument("--engine", action="append", choices=list(STORES))
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rows = [
        row
        for megabytes in options.megabytes
        for row in measure(options.dir, megabytes, options.generation or ["v1", "v2"], options.engine or list(STORES))
    ]
    text = "A v1 array and v2 lines of image labels, one run each; the memory of all processes of a command together."
    title = ", ".join(["Growth", *(options.generation or []), *(options.engine or [])])
    return report(title, text, rows, options.write)


if __name__ == "__main__":
    sys.exit(main())
