"""The home page of a store: what to look at next, the newest labels, and what the store holds."""

import time
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.browsing.cells import SECONDS, Budget
from labelstore.browsing.gallery.cards import Card, label_cards
from labelstore.browsing.overview import Overview, read_overview
from labelstore.browsing.pages.page import database_of, page, rendered
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import Settings, settings_of
from labelstore.browsing.stores import read
from labelstore.drawing.charts import bars, columns_over_time
from labelstore.scenes import ConnectionSource

_BARS = 15
STRIP = 8
"""New labels that are shown."""


class Task(NamedTuple):
    """Something to look at: how many there are, what they are, and where they are shown."""

    number: int
    text: str
    href: str


@page()
async def overview(request: Any, datasette: Any) -> Any:
    """The home page of the store."""
    database = database_of(request, datasette)
    paths, settings = Paths(datasette, database), settings_of(datasette)
    from_newest = Paths(datasette, database, [("sort", "-created")])  # where Next leads to the next newest

    def work(source: ConnectionSource) -> dict[str, Any]:
        found, until = read_overview(source), time.monotonic() + SECONDS
        return {
            "overview": found,
            "newest": _newest(source, found, settings, from_newest, Budget(until)),
            "examples": _examples(source, found, settings, paths, Budget(until)),  # the same label may be both
            "file": source.path.name,
            "assets": settings.at_hand(source),
        }

    context = await read(datasette, database, work)
    found: Overview = context["overview"]
    context |= {"tasks": tasks(found, paths), "charts": _charts(found, paths)}
    return await rendered(request, datasette, database, "labelstore_overview.html", **context)


def tasks(found: Overview, paths: Paths) -> list[Task]:
    """What one would look at next, without what there is none of."""
    work = found.work
    every = (
        Task(found.total["labels"], "labels, newest first", paths.gallery(sort="-created")),
        Task(found.rejected or 0, "rejected", paths.gallery(review="rejected", sort="-created")),
        Task(found.compared or 0, "data rows with several labels, most different first", paths.disagreement()),
        Task(
            work.scored if work else 0, "with agreement, lowest first", paths.gallery(agreement="0..", sort="agreement")
        ),
        Task(work.issues if work else 0, "with open issues", paths.gallery(issues="yes")),
        Task(found.skipped, "skipped", paths.gallery(skipped="yes")),
        Task(found.unlabeled or 0, "data rows without labels", paths.query("unlabeled-data-rows")),
    )
    return [task for task in every if task.number]


def _newest(source: ConnectionSource, found: Overview, settings: Settings, paths: Paths, budget: Budget) -> list[Card]:
    """Cards of the newest labels, those that can be drawn before the others."""
    cards = label_cards(source, found.newest or (), settings, paths, budget)
    return sorted(cards, key=lambda card: card.picture is None)[:STRIP]


def _examples(
    source: ConnectionSource, found: Overview, settings: Settings, paths: Paths, budget: Budget
) -> list[tuple[str, int | None, Card | None]]:
    """(asset type, its labels, the card of one of them), those with most labels first."""
    return [
        (
            value.value,
            value.labels,
            _drawn(source, (found.examples or {}).get(value.value, []), settings, paths, budget),
        )
        for value in found.asset_types
    ]


def _drawn(source: ConnectionSource, nodes: list[int], settings: Settings, paths: Paths, budget: Budget) -> Card | None:
    """The card of the first label that can be drawn, else of the first."""
    cards = (card for node in nodes for card in label_cards(source, [node], settings, paths, budget))
    tried: list[Card] = []
    for card in cards:
        if card.picture is not None:
            return card
        tried.append(card)
    return tried[0] if tried else None


def _charts(found: Overview, paths: Paths) -> list[Markup]:
    objects = [(one.name, one.objects) for one in found.classes]
    href = f"{paths.gallery()}?class={{}}"
    charts = [bars(objects, title="Objects by class", href=href, most=_BARS)] if objects else []
    if found.work and found.work.months:
        hrefs = [_in_month(month, paths) for month, _ in found.work.months]
        charts.append(columns_over_time(found.work.months, title="Labels by month", hrefs=hrefs))
    return charts


def _in_month(month: str, paths: Paths) -> str:
    """The gallery of the labels made in a month, such as `2024-03`."""
    year, number = map(int, month.split("-"))
    following = f"{year + number // 12:04}-{number % 12 + 1:02}"
    return paths.gallery(since=f"{month}-01", until=f"{following}-01", sort="-created")
