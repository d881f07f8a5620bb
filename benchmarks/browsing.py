"""Processor time of the gallery of `browse` over a large store: its first page, each filter, each order.

python -m benchmarks.browsing --megabytes 1000 [--store STORE …] [--dir FOLDER] [--write
docs/explanation/performance.md]
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.measuring import LABELSTORE, machine, markdown, put, remove, run, sample

FIRST_PAGE, FILTER = 0.5, 1.0
"""Seconds of processor time that are demanded of the first page of a server, and of any other."""
GIVEN = {
    "answer": "Partly",
    "agreement": "0.5..",
    "benchmark_agreement": "0.5..",
    "score": "1..",
    "seconds": "..30",
    "objects": "3..10",
    "since": "2023-06-01",
    "until": "2023-06-01",
    "words": "tree",
}
"""Values of filters whose values are not listed."""

_PAGES = """
import asyncio, json, sys, time
from pathlib import Path
from labelstore.browsing import serving
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import Settings

async def main():
    store = Path(sys.argv[1])
    datasette = serving.application(store, Settings())
    await datasette.invoke_startup()
    found = {}
    for name, arguments in json.loads(sys.argv[2]):
        address = Paths(datasette, store.stem).gallery(arguments)
        begun = time.process_time()
        answer = await datasette.client.get(address)
        found[name] = time.process_time() - begun, answer.status_code, answer.text.count('class="tile"')
        others = asyncio.all_tasks() - {asyncio.current_task()}  # what is counted after the page was sent
        if others:
            begun = time.process_time()
            await asyncio.wait(others)
            found["what is counted after it"] = time.process_time() - begun, 200, 0
    print(json.dumps(found))

asyncio.run(main())
"""
_VALUES = """
import json, sys
from pathlib import Path
from labelstore.engines import open_database
from labelstore.query.filters import FILTERS, SORTS, values_of

with open_database(Path(sys.argv[1]), read_only=True) as database:
    values = {name: [value.value for value in values_of(database, one)[:1]] for name, one in FILTERS.items()}
print(json.dumps([values, SORTS]))
"""


class Page(NamedTuple):
    """A page of the gallery; `met` says whether it was as quick as demanded."""

    name: str
    seconds: float
    cards: int
    met: bool | None


def measure(store: Path) -> Iterator[Page]:
    """The first page in a server of its own, then that of each filter and order in another."""
    first: list[tuple[str, list[tuple[str, str]]]] = [("first page", [])]
    yield from _pages(store, first)
    values, sorts = json.loads(run(sys.executable, "-c", _VALUES, store).output.splitlines()[-1])
    asked = [(f"`{name}`", [(name, known[0] if known else GIVEN.get(name, ""))]) for name, known in values.items()]
    asked += [("`question` and `answer`", [("question", "Hidden"), ("answer", "Partly")])]
    asked += [(f"sorted by `{sort}`", [("sort", sort)]) for sort in sorts]
    asked += [("page 1,000", [("page", "1000")]), ("data rows of a class", [("show", "data-rows"), asked[2][1][0]])]
    for page in _pages(store, [*first, *(one for one in asked if one[1][0][1])]):
        if page.name not in ("first page", "what is counted after it"):
            yield page


def _pages(store: Path, asked: Sequence[tuple[str, list[tuple[str, str]]]]) -> Iterator[Page]:
    done = run(sys.executable, "-c", _PAGES, store, json.dumps(asked))
    for name, (seconds, status, cards) in json.loads(done.output.splitlines()[-1]).items():
        most = FIRST_PAGE if name == "first page" else FILTER
        yield Page(
            name, seconds, cards, None if name == "what is counted after it" else status == 200 and seconds <= most
        )


def stores(folder: Path, megabytes: int) -> Iterator[Path]:
    """A SQLite store of each generation, made anew."""
    for generation in ("v1", "v2"):
        store = folder / f"browsing-{generation}.db"
        remove(store)
        run(*LABELSTORE, "load", store, sample(folder, generation, megabytes))
        yield store


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000, help="size of the exports, one of v1 and one of v2")
    parser.add_argument("--store", type=Path, nargs=2, help="SQLite stores of both generations that are there already")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    found: dict[str, list[str]] = {}
    missed = False
    chosen = options.store or list(stores(options.dir, options.megabytes))
    for column, store in enumerate(chosen):
        for page in measure(store):
            print(store, *page, file=sys.stderr)
            told = f"{page.seconds:.2f} s"
            found.setdefault(page.name, ["", ""])[column] = f"**{told}**" if page.met is False else told
            missed |= page.met is False
    if options.store is None:
        for store in chosen:
            remove(store)
    text = (
        f"Processor time of pages of the gallery, with their drawings, of exports of {options.megabytes:,} MB of image"
        f" labels on SQLite. Demanded: {FIRST_PAGE:g} s for the first page of a server, {FILTER:g} s for any filter,"
        f" each asked for the first time. What is missed is bold. {machine()}"
    )
    rows = ((name, *cells) for name, cells in found.items())
    put(f"The gallery, {options.megabytes:,} MB", text, markdown(("", "v1", "v2"), rows), options.write)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
