"""The filters as keywords of Python: values as Python has them, turned into texts as commands and pages take them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict

from labelstore.errors import UsageError
from labelstore.query.filters.chosen import Chosen, choose
from labelstore.query.filters.forms import BETWEEN, YES_NO
from labelstore.query.filters.registry import FILTERS
from labelstore.schema.suggestions import did_you_mean

MOST_VALUES = 1000
"""Values of one filter at most: each is a parameter of SQL."""

Name = str | Sequence[str]
"""One text, or several of which one is enough."""
Bounds = str | float | tuple[float | None, float | None]
"""A number, or (low, high), both included, either of which may be None; or the text of commands: `0.5..0.9`."""
Moment = str | date
"""A date, a time, or its text in ISO 8601; UTC unless it has an offset."""

KEYWORDS = {one.keyword: one for one in FILTERS.values()}
"""Keyword of Python → the filter."""


class CommonFilters(TypedDict, total=False):
    """The keywords that exports take too, with the types of their values; None is as if left away."""

    project: Name | None
    asset_type: Name | None
    with_class: Name | None
    without_class: Name | None
    kind: Name | None
    labeler: Name | None
    review: Name | None
    reviewer: Name | None
    step: Name | None
    answer: Name | None
    agreement: Bounds | None
    benchmark_agreement: Bounds | None
    score: Bounds | None
    seconds: Bounds | None
    objects: Bounds | None
    since: Moment | None
    until: Moment | None
    updated_since: Moment | None
    words: Name | None
    issues: bool | None
    benchmark: bool | None
    skipped: bool | None


class LabelFilters(CommonFilters, total=False):
    """Which labels are meant: the filters of `labelstore labels` by their names in Python; None is as if left away."""

    question: Name | None
    model_run: Name | None


def chosen_of(given: Mapping[str, Any]) -> Chosen:
    """The choice that keywords of Python make. Raises `UsageError` for an unknown one or a value that is none."""
    pairs = []
    for keyword, value in given.items():
        if keyword not in KEYWORDS:
            hint = did_you_mean(keyword, KEYWORDS) or f"filters: {', '.join(KEYWORDS)}"
            raise UsageError(f"{keyword}: no filter has this name; {hint}")
        one = KEYWORDS[keyword]
        texts = _texts(value)
        if not all(text.strip() for text in texts):
            raise UsageError(f"{one.option}: a value is empty; name one, or leave it out")
        pairs += [(one.name, text) for text in texts]
    return choose(pairs, most=MOST_VALUES)


def _texts(value: Any) -> list[str]:
    """One value as texts: several for a list of names."""
    match value:
        case None:
            return []
        case str():
            return [value]
        case bool():
            return [YES_NO[not value]]
        case date():
            return [value.isoformat()]
        case (None | int() | float(), None | int() | float()):
            return [BETWEEN.join("" if end is None else repr(end) for end in value)]
        case int() | float():
            return [repr(value)]
    return [text for each in value for text in _texts(each)]
