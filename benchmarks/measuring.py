"""What the benchmarks share: sample files of a given size, processes with their time and peak memory,
sections of docs/performance.md.

This process stays small and imports no engine: a child starts with its parent's peak as its own.
"""

import compileall
import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import NamedTuple

compileall.compile_dir(Path(__file__).parents[1] / "labelstore", quiet=1)  # an installed package has its bytecode
LABELSTORE = [sys.executable, "-c", "import sys; from labelstore.cli import main; sys.exit(main())"]
STORES = {"SQLite": "store.db", "DuckDB": "store.duckdb"}

_WRITE_SAMPLE = """
import sys
from pathlib import Path
from labelstore.samples import v1_labels, v2_data_rows
from labelstore.samples.writing import ARRAY, LINES, write_records

path, generation, asset_type, size = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
written = 0

def count(block):
    global written
    written += block

def records():
    for record in (v1_labels if generation == "v1" else v2_data_rows)(asset_type, sys.maxsize):
        if written >= size:
            return
        yield record

write_records(path, records(), ARRAY if generation == "v1" else LINES, count)
"""


class Run(NamedTuple):
    """A finished process; the peak is that of it and its children together (Linux; else of the largest of them)."""

    seconds: float
    peak_mib: float
    output: str


class Row(NamedTuple):
    """A measured quantity; `met` is None where nothing is demanded of it."""

    what: str
    result: str
    peak_mib: float | None
    limit: str
    met: bool | None


def run(*command: str | Path) -> Run:
    """Run a process to its end. Raises `SystemExit` with its error text if it fails."""
    started = time.perf_counter()
    words = [str(part) for part in command]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    peak = _TreePeak(process.pid)
    output = process.stdout.read()
    peak.stop()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words[1:])[:200]}\nended with {process.returncode}:\n{output}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Run(seconds, max(peak.mib, usage.ru_maxrss / unit), output)


class _TreePeak:
    """Looks now and then how much memory a process and its descendants hold, shared pages counted once.

    A look at 100 MiB takes 10 ms of a core that the process may want: looks take a fiftieth of the time.
    """

    def __init__(self, pid: int) -> None:
        self.mib = 0.0
        self._pid, self._ended = pid, Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        pause = 0.05
        while not self._ended.wait(pause):
            started = time.perf_counter()
            self.mib = max(self.mib, sum(map(_held_mib, _tree(self._pid))))
            pause = max(0.05, 50 * (time.perf_counter() - started))

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text(encoding="ascii").split():
                yield from _tree(int(child))


def _held_mib(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # it has ended, or this is no Linux
        return 0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)


def sample(folder: Path, generation: str, megabytes: int, asset_type: str = "image") -> Path:
    """A sample export of about that size, made when the folder does not have it yet."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{generation}-{asset_type}-{megabytes}mb.{'json' if generation == 'v1' else 'ndjson'}"
    if not path.exists():
        run(sys.executable, "-c", _WRITE_SAMPLE, path, generation, asset_type, str(megabytes * 1_000_000))
    return path


def remove(store: Path) -> None:
    for path in (store, *(store.with_name(store.name + suffix) for suffix in ("-wal", "-shm", ".wal"))):
        path.unlink(missing_ok=True)


def spread(values: Iterable[float], unit: str, digits: int = 1) -> str:
    """Median, smallest and largest."""
    known = sorted(values)
    return f"{median(known):.{digits}f} {unit} ({known[0]:.{digits}f}–{known[-1]:.{digits}f})"


def table(rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = ["| what | result | peak MiB | demanded | |", "|---|---|---|---|---|"]
    for row in rows:
        peak = "" if row.peak_mib is None else f"{row.peak_mib:.0f}"
        verdict = {None: "", True: "met", False: "**missed**"}[row.met]
        lines.append(f"| {row.what} | {row.result} | {peak} | {row.limit} | {verdict} |")
    return "\n".join(lines) + "\n"


def machine() -> str:
    """One line about where the figures come from."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB of memory, {platform.system()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, DuckDB {version('duckdb')}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def report(title: str, text: str, rows: list[Row], page: Path | None) -> int:
    """Print a section, put it into the page, and return the exit code: 1 when a demand was missed."""
    section = f"## {title}\n\n{text} {machine()}\n\n{table(rows)}"
    print(section)
    if page is not None:
        _put(page, title, section)
    return int(any(row.met is False for row in rows))


def _put(page: Path, title: str, section: str) -> None:
    """Replace the section of that title, or add it."""
    old = page.read_text(encoding="utf-8")
    head, *sections = old.split("\n## ")
    kept = [part for part in sections if not part.startswith(f"{title}\n")]
    parts = sorted([*kept, section.removeprefix("## ")], reverse=True)
    page.write_text("\n## ".join([head, *(part.rstrip("\n") + "\n" for part in parts)]), encoding="utf-8")
