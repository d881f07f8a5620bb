"""Pull and fetch from servers on this computer, beside what they cannot do without: the load, the bare downloads.

python -m benchmarks.connecting --rows 10000 --files 5000 [--dir FOLDER] [--write docs/explanation/performance.md]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measuring import LABELSTORE, STORES, Command, Row, remove, report, run

_BYTES = 20_000
_AT_ONCE = 8
_SERVER = """
import sys
from tests.asset_server import Reply, png, serving
with serving() as server:
    for number in range(int(sys.argv[1])):
        body = png(number) + bytes(int(sys.argv[2]))
        server.routes[f"/{number}.png"] = lambda _, body=body: Reply(body)
    print('"' + server.place + '"', flush=True)
    sys.stdin.read()
"""
_BARE = """
import sys, threading, httpx
place, files, jobs, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
numbers, lock = iter(range(files)), threading.Lock()
def work():
    while True:
        with lock:
            number = next(numbers, None)
        if number is None:
            return
        with client.stream("GET", f"http://{place}/{number}.png") as answer, open(f"{folder}/{number}", "wb") as file:
            for some in answer.iter_raw():
                file.write(some)
with httpx.Client(trust_env=False) as client:
    threads = [threading.Thread(target=work) for _ in range(jobs)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
"""


@contextmanager
def _served(*command: str) -> Iterator[Any]:
    """A server in a process of its own, which ends with its input, and what it says of itself."""
    words = [sys.executable, *command]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()


def _row(what: str, command: Command) -> Row:
    done = run(*command)
    print(what, f"{done.seconds:.1f} s", file=sys.stderr)
    return Row(what, f"{done.seconds:.1f} s, {done.cpu:.1f} s of the processor", done.peak_mib, "", None)


def pulls(folder: Path, rows: int) -> Iterator[Row]:
    """A pull, and a load of the export that it kept."""
    size = ("--rows", str(rows), "--asset-type", "image", "--chunk-size", str(4 << 20))
    with _served("-m", "tests.labelbox_service", *size) as told:
        os.environ |= {"LABELBOX_API_KEY": told["key"], "LABELBOX_ENDPOINT": told["endpoint"]}
        for engine, name in STORES.items():
            store, kept = folder / name, folder / "kept"
            shutil.rmtree(kept, ignore_errors=True)
            remove(store)
            pull: Command = (*LABELSTORE, "pull", store, "--catalog", "--keep", kept)
            yield _row(f"pull, {engine}", pull)
            (export,) = kept.glob("*.gz")
            remove(store)
            yield _row(f"load of the kept export, {engine}", (*LABELSTORE, "load", store, export))


def fetches(folder: Path, files: int) -> Iterator[Row]:
    """A fetch, a second one that has nothing to ask for, and bare downloads of the same files."""
    with _served("-c", _SERVER, str(files), str(_BYTES)) as place:
        export = folder / "assets.ndjson"
        with export.open("w", encoding="utf-8") as file:
            for number in range(files):
                row = {"id": f"row{number}", "row_data": f"http://{place}/{number}.png"}
                file.write(json.dumps({"data_row": row, "media_attributes": {"asset_type": "image"}}) + "\n")
        (bare := folder / "bare").mkdir(exist_ok=True)
        yield _row("bare downloads by httpx", (sys.executable, "-c", _BARE, place, str(files), str(_AT_ONCE), bare))
        for engine, name in STORES.items():
            store, vault = folder / name, folder / "vault"
            shutil.rmtree(vault, ignore_errors=True)
            remove(store)
            run(*LABELSTORE, "load", store, export)
            fetch: Command = (*LABELSTORE, "fetch", store, "--into", vault, "--allow-host", place, "--allow-private")
            yield _row(f"fetch, {engine}", fetch)
            yield _row(f"fetch again, {engine}", fetch)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.dir or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        rows = [*pulls(folder, given.rows), *fetches(folder, given.files)]
    text = (
        f"A pull of {given.rows:,} data rows; {given.files:,} files of {_BYTES // 1000} kB, {_AT_ONCE} at once; from"
        f" servers on the same cores; {time.strftime('%Y-%m-%d')}."
    )
    return report("Pull and fetch", text, rows, given.write)


if __name__ == "__main__":
    sys.exit(main())
