"""What the benchmarks share: sample files of a given size, processes with their time and peak memory,
sections of docs/explanation/performance.md.

This process stays small and imports no engine: a child starts with its parent's peak as its own.
"""

import compileall
import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from statistics import median
from threading import Event, Thread, Timer
from typing import NamedTuple

from labelstore.core.library import told

compileall.compile_dir(Path(__file__).parents[1] / "labelstore", quiet=1)  # an installed package has its bytecode
LABELSTORE = [sys.executable, "-c", "import sys; from labelstore.cli import main; sys.exit(main())"]
Command = Sequence[str | Path]
STORES = {"SQLite": "store.db", "DuckDB": "store.duckdb"}

_WRITE_SAMPLE = """
import sys
from pathlib import Path
from labelstore.samples import v1_labels, v2_data_rows
from labelstore.samples.writing import ARRAY, LINES, write_records

path, generation, asset_type, size, seed = Path(sys.argv[1]), *sys.argv[2:4], *map(int, sys.argv[4:])
written = 0

def count(block):
    global written
    written += block

def records():
    for record in (v1_labels if generation == "v1" else v2_data_rows)(asset_type, sys.maxsize, seed):
        if written >= size:
            return
        yield record

write_records(path, records(), ARRAY if generation == "v1" else LINES, count)
"""


class Run(NamedTuple):
    """A finished process: seconds on the clock, and of the processor, its children's too; the peak is that of all of
    them together (Linux; else of the largest of them)."""

    seconds: float
    cpu: float
    peak_mib: float
    output: str


class Row(NamedTuple):
    """A measured quantity; `met` is None where nothing is demanded of it."""

    what: str
    result: str
    peak_mib: float | None
    limit: str
    met: bool | None


def run(*command: str | Path, patience: float = 3600) -> Run:
    """Run a process to its end. Raises `SystemExit` with its error text if it fails, or after `patience` seconds."""
    started = time.perf_counter()
    words = [str(part) for part in command]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    peak = _TreePeak(process.pid)
    end = Timer(patience, process.kill)
    end.start()
    output = process.stdout.read()
    end.cancel()
    peak.stop()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words[1:])[:200]}\nended with {process.returncode}:\n{output}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, cpu, max(peak.mib, usage.ru_maxrss / unit), output)


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
            self.mib = max(self.mib, sum(map(_held_mib, tree(self._pid))))
            pause = max(0.05, 50 * (time.perf_counter() - started))

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()


def tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text(encoding="ascii").split():
                yield from tree(int(child))


def _held_mib(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # it has ended, or this is no Linux
        return 0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)


def sample(folder: Path, generation: str, megabytes: int, asset_type: str = "image", seed: int = 0) -> Path:
    """A sample export of about that size, made when the folder does not have it yet."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{generation}-{asset_type}-{megabytes}mb" + (f"-{seed}" if seed else "")
    path = folder / f"{name}.{'json' if generation == 'v1' else 'ndjson'}"
    if not path.exists():
        size = str(megabytes * 1_000_000)
        run(sys.executable, "-c", _WRITE_SAMPLE, path, generation, asset_type, size, str(seed))
    return path


def remove(store: Path) -> None:
    for path in (store, *(store.with_name(store.name + suffix) for suffix in ("-wal", "-shm", ".wal"))):
        path.unlink(missing_ok=True)


def medians(rounds: int) -> str:
    """How often something was timed, in words."""
    return "one round" if rounds == 1 else f"medians of {rounds} rounds"


def spread(values: Iterable[float], unit: str, digits: int = 1) -> str:
    """Median, smallest and largest."""
    known = sorted(values)
    return f"{median(known):.{digits}f} {unit} ({known[0]:.{digits}f}–{known[-1]:.{digits}f})"


def table(rows: Iterable[Row]) -> str:
    """Rows as a Markdown table."""
    verdicts = {None: "", True: "met", False: "**missed**"}
    return markdown(
        ("what", "result", "peak MiB", "demanded", ""),
        (
            (row.what, row.result, "" if row.peak_mib is None else f"{row.peak_mib:.0f}", row.limit, verdicts[row.met])
            for row in rows
        ),
    )


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    ruled = "|---" * len(head) + "|\n"
    first, *others = (f"| {' | '.join(cells)} |\n" for cells in (head, *rows))
    return "".join((first, ruled, *others))


def machine() -> str:
    """One line about where the figures come from."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB of memory, {platform.system()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, DuckDB {version('duckdb')}, {told()}."
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
    put(title, f"{text} {machine()}", table(rows), page)
    return int(any(row.met is False for row in rows))


def put(title: str, text: str, made: str, page: Path | None) -> None:
    """Print a section; in the page it takes the place of the section of that title, or comes last."""
    section = f"{title}\n\n{text}\n\n{made}"
    print(f"## {section}")
    if page is None:
        return
    head, *sections = page.read_text(encoding="utf-8").split("\n## ")
    titles = [part.partition("\n")[0] for part in sections]
    place = titles.index(title) if title in titles else len(sections)
    sections[place : place + 1] = [section]
    page.write_text("\n## ".join([head, *(part.rstrip("\n") + "\n" for part in sections)]), encoding="utf-8")
