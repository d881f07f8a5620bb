"""What an address of the gallery asks for: the filter, labels or data rows, their order, the page."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from labelstore.browsing.gallery.asked import Asked
from labelstore.errors import UsageError
from labelstore.query.filters import FILTERS, SORTS, Chosen, choose
from labelstore.query.filters.forms import BETWEEN
from labelstore.schema.suggestions import did_you_mean

PAGE = 48
"""Labels of a page."""
LABELS, DATA_ROWS = "labels", "data-rows"
SHOWN = (LABELS, DATA_ROWS)
LOW, HIGH = "_from", "_to"
"""Suffixes of the two fields of a form that ask for a range."""

Pair = tuple[str, str]


class View(NamedTuple):
    """What is shown; `sort` is one of `SORTS`, or empty for the order of the store; pages count from 1."""

    chosen: Chosen = Chosen()
    show: str = LABELS
    sort: str = ""
    page: int = 1
    asked: Asked | None = None
    """A question, whose answer takes the place of the filter."""

    def arguments(self) -> list[Pair]:
        """As the arguments of an address; what goes without saying is left out."""
        if self.asked is not None:
            return [*self.asked.arguments, *([("page", str(self.page))] if self.page > 1 else [])]
        others = (
            ("show", self.show if self.show != LABELS else ""),
            ("sort", self.sort),
            ("page", str(self.page) if self.page > 1 else ""),
        )
        return [*self.chosen.arguments(), *((name, value) for name, value in others if value)]

    def first_page(self) -> "View":
        """The same from its beginning."""
        return self._replace(page=1)


def view_of(pairs: Sequence[Pair], asked: Asked | None = None) -> tuple[View, list[str]]:
    """The view that arguments ask for, and what was wrong with those that are left out. Others are ignored."""
    wrong: list[str] = []
    if asked is not None:
        return View(page=_page(dict(reversed(pairs)).get("page", ""), wrong), asked=asked), wrong
    chosen = choose(
        (pair for pair in pairs if pair[0] in FILTERS),
        lambda error: wrong.append(str(error)) if len(wrong) < 10 else None,
    )
    given = dict(reversed(pairs))
    show, sort = _one_of(given, "show", SHOWN, wrong) or LABELS, _one_of(given, "sort", SORTS, wrong)
    return View(chosen, show, sort, _page(given.get("page", ""), wrong)), wrong


def _one_of(given: dict[str, str], name: str, known: Sequence[str], wrong: list[str]) -> str:
    value = given.get(name, "")
    if value and value not in known:
        error = UsageError(f"{name}: {value[:40]!r} is none; {did_you_mean(value[:40], known) or ', '.join(known)}")
        wrong.append(str(error))
        return ""
    return value


def _page(text: str, wrong: list[str]) -> int:
    if not text:
        return 1
    if text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0:
        return int(text)
    wrong.append(f"page: {text[:40]!r} is no number of a page")
    return 1


def from_forms(pairs: Sequence[Pair]) -> list[Pair] | None:
    """The pairs as links have them, where a form sent empty fields or the two ends of a range; None if it did not."""
    ends = {name + suffix for name, one in FILTERS.items() if one.form.shape == "range" for suffix in (LOW, HIGH)}
    if not any(name in ends or not value.strip() for name, value in pairs):
        return None
    return [*_with_ranges(pairs, ends)]


def _with_ranges(pairs: Iterable[Pair], ends: set[str]) -> Iterator[Pair]:
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in ends:
            given[name] = value.strip()
        elif value.strip():
            yield name, value.strip()
    for name in FILTERS:
        low, high = given.get(name + LOW, ""), given.get(name + HIGH, "")
        if low or high:
            yield name, f"{low}{BETWEEN}{high}"
