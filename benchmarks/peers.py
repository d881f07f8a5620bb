"""The tools that people use on these exports today, next to labelstore: each in an environment of its own.

python -m benchmarks.peers --megabytes 100 --rounds 3 [--dir FOLDER] [--write docs/performance.md]

The environments are made once, from the package index, and kept in the folder.
"""

import argparse
import sys
import tempfile
import venv
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.measuring import LABELSTORE, Row, Run, remove, report, run, sample, spread


class Peer(NamedTuple):
    """A tool: its packages, the program that stores an export (path of the store, of the export), what that gives."""

    packages: tuple[str, ...]
    program: str
    gives: str
    rounds: int | None = None


_PANDAS = """
import json, sqlite3, sys
import pandas

def plain(value):
    return json.dumps(value) if isinstance(value, (dict, list)) else value

with open(sys.argv[2]) as file:
    elements = json.load(file)
rows = [{key: plain(value) for key, value in e.items() if key != "Label"} for e in elements]
labels = pandas.DataFrame(rows)
read = [e for e in elements if isinstance(e["Label"], dict)]
found = [item | {"ID": e["ID"]} for e in read for item in e["Label"].get("objects", [])]
objects = pandas.json_normalize(found, max_level=1)
for column in objects:
    objects[column] = objects[column].map(plain)
with sqlite3.connect(sys.argv[1]) as connection:
    labels.to_sql("labels", connection)
    objects.to_sql("objects", connection)
"""

_CONVERTER = """
import json, sys
from labelbox.data.serialization import LBV1Converter

with open(sys.argv[2]) as file:
    elements = json.load(file)
for element in elements:
    try:
        for label in LBV1Converter.deserialize([element]):
            pass
    except Exception:  # it knows fewer shapes than there are
        pass
"""

PEERS = {
    "DuckDB read_json_auto": Peer(
        ("duckdb",),
        "import sys, duckdb\n"
        "database = duckdb.connect(sys.argv[1])\n"
        'database.execute("create table export as select * from read_json_auto(?)", [sys.argv[2]])',
        "one table of nested types",
    ),
    "sqlite-utils insert --alter": Peer(
        ("sqlite-utils",),
        "import sys\nfrom sqlite_utils.cli import cli\ncli(['insert', sys.argv[1], 'labels', sys.argv[2], '--alter'])",
        "one table, the nested JSON as text",
    ),
    "pandas json_normalize, to_sql": Peer(("pandas",), _PANDAS, "two tables, geometry as text"),
    "labelbox 3.40.1, LBV1Converter": Peer(
        ("labelbox[data]==3.40.1", "numpy<1.25", "opencv-python-headless<4.9", "setuptools<70"),
        _CONVERTER,
        "Python objects of the labels that it can read, nothing stored",
        1,
    ),
}


def measure(folder: Path, megabytes: int, rounds: int) -> list[Row]:
    export = sample(folder, "v1", megabytes)
    size = export.stat().st_size / 1e6
    pythons = {name: environment(folder, name, peer) for name, peer in PEERS.items()}
    runs: dict[str, list[Run]] = defaultdict(list)
    store = folder / "peer.db"
    for number in range(rounds):
        remove(store)
        runs["labelstore load"].append(run(*LABELSTORE, "load", store, export))
        for name, peer in PEERS.items():
            remove(store)
            if number < (peer.rounds or rounds) and pythons[name] is not None:
                runs[name].append(run(str(pythons[name]), "-c", peer.program, store, export))
    remove(store)
    gives = {"labelstore load": "all tables, indexes, exact rebuild"} | {
        name: peer.gives for name, peer in PEERS.items()
    }
    ours = median(done.seconds for done in runs["labelstore load"])
    return [
        Row(
            f"{name}: {gives[name]}",
            f"{spread((size / done.seconds for done in found), 'MB/s')};"
            f" {median(done.seconds for done in found) / ours:.1f} × our time",
            max(done.peak_mib for done in found),
            "",
            None,
        )
        for name, found in runs.items()
    ]


def environment(folder: Path, name: str, peer: Peer) -> Path | None:
    """The Python of a peer's environment; None where its packages cannot be had."""
    place = folder / "environments" / "".join(c if c.isalnum() else "-" for c in name)
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (place / "ready").exists():
        venv.create(place, with_pip=True, clear=True)
        try:
            run(str(python), "-m", "pip", "install", "--quiet", *peer.packages)
        except SystemExit as error:
            print(f"{name} is left out: {str(error)[-300:]}", file=sys.stderr)
            return None
        (place / "ready").touch()
    return python


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=100, help="size of the export")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rows = measure(options.dir, options.megabytes, options.rounds)
    text = (
        f"A v1 export of {options.megabytes} MB, an array of image labels; {options.rounds} alternating rounds (the"
        " converter of the SDK: one), whole processes, their memory together."
    )
    return report(f"Peers, {options.megabytes} MB", text, rows, options.write)


if __name__ == "__main__":
    sys.exit(main())
