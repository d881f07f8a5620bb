"""The data rows whose labels differ most, each a link to their comparison."""

from pathlib import Path
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from labelstore.analyses.disagreement import ORDERS, Choice, Disputed, chosen, disputed
from labelstore.browsing.cells import Budget, label_thumbnail
from labelstore.browsing.comparing import MOST_LABELS
from labelstore.browsing.gallery.matches import Memory
from labelstore.browsing.pages.page import database_of, page, rendered, whole
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import settings_of
from labelstore.browsing.stores import read
from labelstore.figures import figure
from labelstore.json.truncate import truncated
from labelstore.scenes import ConnectionSource

ROWS = 20
"""Data rows on a page."""
MOST_CHOICES = 300
"""Projects, classes, labelers and model runs to choose from, each."""
_PICTURES = 2
"""Labels of a data row that are drawn."""
_NAMED = 3
"""Labelers and classes that are named of each data row."""
_LONGEST = 80
_RUNS = "select distinct model_run_id as run from labels where model_run_id is not null order by 1 limit $limit"
_TITLES: Final = {"objects": "objects that differ", "answers": "answers that differ", "agreement": "lowest agreement"}
_memory = Memory()


class Shown(NamedTuple):
    """A data row of the page: its numbers, the address of its comparison, and thumbnails of its first labels."""

    row: Disputed
    title: str
    href: str
    people: str
    classes: str
    pictures: tuple[Markup, ...]


class Options(NamedTuple):
    """What the fields of the form offer."""

    projects: tuple[str, ...]
    labelers: tuple[str, ...]
    classes: tuple[str, ...]
    runs: tuple[str, ...]


class Page(NamedTuple):
    """One page of data rows: the `number`th of `pages`; `total` is how many there are."""

    rows: tuple[Shown, ...]
    total: int
    number: int
    pages: int
    options: Options


@page("/disagreement")
async def disagreement(request: Any, datasette: Any) -> Any:
    """Data rows by how much their labels, or their labels and a model run, differ."""
    database = database_of(request, datasette)
    paths, settings = Paths(datasette, database), settings_of(datasette)
    asked = {name: request.args.get(name) or None for name in ("project", "labeler", "class", "model_run", "sort")}
    order = asked["sort"] if asked["sort"] in ORDERS else "objects"
    choice = Choice(asked["project"], asked["labeler"], asked["class"])
    wanted = max(whole(request.args.get("page")) or 1, 1)

    def work(source: ConnectionSource) -> Page:
        run = asked["model_run"]
        path = Path(str(datasette.databases[database].path))
        every = _memory.get(path, ("rows", run), lambda: disputed(source, run), len)
        options = _memory.get(path, ("options", run), lambda: _options(source, every))
        found = chosen(every, choice, order)
        pages = max(-(-len(found) // ROWS), 1)
        number = min(wanted, pages)
        budget = Budget()
        shown = tuple(
            Shown(
                row,
                truncated(row.external_id or row.data_row_id, _LONGEST),
                paths.compare(row.label_ids[:MOST_LABELS]),
                _people(row),
                _classes(row),
                tuple(_pictures(source, row, budget)),
            )
            for row in found[(number - 1) * ROWS : number * ROWS]
        )
        return Page(shown, len(found), number, pages, options)

    def _pictures(source: ConnectionSource, row: Disputed, budget: Budget) -> list[Markup]:
        first_and_last = (row.label_ids[0], row.label_ids[-1])[:_PICTURES]
        drawn = (label_thumbnail(source, one, settings, paths, budget) for one in first_and_last)
        return [picture for picture in drawn if picture is not None]

    found = await read(datasette, database, work)
    filters = {name: value for name, value in asked.items() if value is not None}
    return await rendered(
        request,
        datasette,
        database,
        "labelstore_disagreement.html",
        found=found,
        asked=asked,
        order=order,
        orders=_TITLES,
        before=paths.disagreement(**filters, page=found.number - 1) if found.number > 1 else None,
        after=paths.disagreement(**filters, page=found.number + 1) if found.number < found.pages else None,
    )


def _people(row: Disputed) -> str:
    """Who made the labels, each once."""
    names = dict.fromkeys(truncated(one or "unknown", 40) for one in row.labelers)
    return _few(list(names))


def _classes(row: Disputed) -> str:
    """The classes that differ, those that differ most first."""
    differing = sorted((one for one in row.classes if one.most > one.fewest), key=lambda one: one.fewest - one.most)
    return _few(
        [f"{truncated(one.name or 'no name', 40)} {figure(one.fewest)} to {figure(one.most)}" for one in differing]
    )


def _few(texts: list[str]) -> str:
    more = f" and {figure(len(texts) - _NAMED)} more" if len(texts) > _NAMED else ""
    return ", ".join(texts[:_NAMED]) + more


def _options(source: ConnectionSource, every: list[Disputed]) -> Options:
    projects = {row.project for row in every if row.project}
    labelers = {one for row in every for one in row.labelers if one}
    classes = {count.name for row in every for count in row.classes if count.name}
    runs = [row["run"] for row in source.query(_RUNS, {"limit": MOST_CHOICES})]
    return Options(*(tuple(sorted(names)[:MOST_CHOICES]) for names in (projects, labelers - set(runs), classes, runs)))
