"""Charts of scorecards: weeks or months without gaps, steps and reviews stacked in them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from markupsafe import Markup

from labelstore.drawing.charts import MAX_COLUMNS, Series, bars, columns
from labelstore.reporting.columns import whoever

Row = Mapping[str, Any]
Link = Callable[[str, str], str]
"""From the first day of a column and that of the next to an address."""
_LONGEST = 60 * 53
"""Weeks at most: beyond, a clock was wrong, and only weeks with something in them are shown."""


class Times(NamedTuple):
    """The columns of a chart: their names, the weeks in each, and whether they are weeks, months or years."""

    names: list[str]
    weeks: list[list[str]]
    word: str


def times_of(found: Iterable[str]) -> Times:
    """Columns of all weeks from the first to the last of those found: months or years where they would be too many."""
    every = _every_week(sorted({date.fromisoformat(week) for week in found}))
    for letters, word in ((10, "week"), (7, "month")):
        found_times = _grouped(every, letters, word)
        if len(found_times.names) <= MAX_COLUMNS:
            return found_times
    return _grouped(every, 4, "year")


def _grouped(weeks: Sequence[str], letters: int, word: str) -> Times:
    groups: dict[str, list[str]] = defaultdict(list)
    for week in weeks:
        groups[week[:letters]].append(week)
    return Times(list(groups), list(groups.values()), word)


def _every_week(known: Sequence[date]) -> list[str]:
    if not known or (known[-1] - known[0]).days // 7 > _LONGEST:
        return [week.isoformat() for week in known]
    count = (known[-1] - known[0]).days // 7 + 1
    return [(known[0] + timedelta(weeks=number)).isoformat() for number in range(count)]


def over_time(
    rows: Sequence[Row], counts: Mapping[str, str], title: str, unit: str, link: Link | None = None
) -> Markup:
    """Columns of rows by week; `counts` is the name of each series and which column of the rows is added up in it."""
    times = times_of(row["week"] for row in rows)
    if not times.names:
        return Markup()
    sums: dict[str, dict[str, float]] = {name: defaultdict(float) for name in counts}
    for row in rows:
        for name, column in counts.items():
            sums[name][row["week"]] += row[column] or 0
    series = [Series(name, [sum(sums[name][week] for week in weeks) for weeks in times.weeks]) for name in counts]
    leads = [link(weeks[0], _next(weeks[-1])) for weeks in times.weeks] if link else ()
    return columns(times.names, series, title=f"{title} by {times.word}", unit=unit, hrefs=leads)


def burn_down(rows: Sequence[Row], since: str | None = None, until: str | None = None) -> Markup:
    """Data rows in each step at the end of each week, the steps stacked, Done below; from `burn-down`'s rows.

    Weeks before `since` and from `until` on (both dates) are not shown.
    """
    every = _every_week(sorted({date.fromisoformat(row["week"]) for row in rows}))
    shown = [week for week in every if (not since or _next(week) > since) and (not until or week < until)]
    if not shown:
        return Markup()
    changes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        changes[row["step"]][row["week"]] += row["entered"] - row["left_it"]
    times = times_of(shown)
    series = []
    for step in sorted(changes, key=lambda step: (step != "Done", -sum(changes[step].values()), step)):
        levels, now = {}, 0.0
        for week in every:
            levels[week] = now = now + changes[step][week]
        series.append(Series(step, [levels[weeks[-1]] for weeks in times.weeks]))
    title = f"Data rows by workflow step, at the end of each {times.word}"
    return columns(times.names, series, title=title, unit="data rows")


def of_each(rows: Sequence[Row], name: str, column: str, title: str) -> Markup:
    """Bars of the rows with something, the largest first; nothing where there is only one."""
    found = [(whoever(row[name]), row[column]) for row in rows if row[column]]
    return bars(sorted(found, key=lambda pair: -pair[1]), title=title) if len(found) > 1 else Markup()


def _next(week: str) -> str:
    return (date.fromisoformat(week) + timedelta(weeks=1)).isoformat()
