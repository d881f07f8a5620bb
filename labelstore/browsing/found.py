"""What words lead to in a store, in groups: ids, values of filters, answers, texts.

Each group is bounded, and so is the time that all of them take: a group for which it was too short says so.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from labelstore.browsing.gallery.matches import matches
from labelstore.browsing.gallery.sidebar import known_values
from labelstore.browsing.gallery.view import View
from labelstore.browsing.ids_found import FoundId, ids_found
from labelstore.errors import TooSlowError
from labelstore.query.filters import FILTERS, Value, choose
from labelstore.query.filters.chosen import LONGEST_VALUE
from labelstore.query.search import folded_words, holds, labels_holding, state, texts_with
from labelstore.scenes import ConnectionSource

T = TypeVar("T")

SECONDS = 0.6
"""All groups together; the page is to be drawn as well."""
MOST = 12
"""Results of a group."""
LABELS = 3
"""Labels of a text."""
NAMED = ("class", "question", "project", "labeler", "reviewer", "step", "model_run")
"""Filters whose values are searched."""
TITLES = {name: "Classes" if name == "class" else f"{FILTERS[name].title}s" for name in NAMED}

_OPTIONS = """
select parent_name as question, name, cast(sum(annotations) as integer) as answers
from counts
where role = 'option' and grain is null and parent_role = 'classification' and name is not null
    and (label_id is null or label_id not in (select label_id from labels where model_run_id is not null))
group by 1, 2
having sum(annotations) > 0
order by answers desc, 1, 2
"""


class Group(Generic[T]):
    """What was found of one kind; `is_cut` where there is more, `is_whole` unless the time was over before its end."""

    def __init__(self, hits: Sequence[T] = (), *, is_cut: bool = False, is_whole: bool = True) -> None:
        self.hits, self.is_cut, self.is_whole = hits, is_cut, is_whole


class Option(NamedTuple):
    """An option of a question, and how often it was chosen."""

    question: str
    name: str
    answers: int


class FoundText(NamedTuple):
    """A text with the words, its place, and some of the labels in which it stands."""

    place: str
    text: str
    labels: list[str]


class FoundThings(NamedTuple):
    """The groups; `values` has one for each of `NAMED`. `index_state` is `current`, `stale` or `none`.

    `labels` is how many labels the gallery shows for the words, None where they were not counted.
    """

    ids: Group[FoundId]
    values: dict[str, Group[Value]]
    options: Group[Option]
    texts: Group[FoundText]
    labels: int | None
    index_state: str

    def groups(self) -> dict[str, Group[Any]]:
        """All groups by what they hold."""
        of_filters = {TITLES[name].lower(): group for name, group in self.values.items()}
        return {"ids": self.ids, **of_filters, "options": self.options, "texts": self.texts}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not any(group.hits for group in self.groups().values())

    @property
    def missed(self) -> list[str]:
        """The groups that were not searched to their end."""
        return [name for name, group in self.groups().items() if not group.is_whole]


def is_named(source: ConnectionSource, text: str) -> bool:
    """Whether a class, project or the like is called exactly so."""
    values = known_values(source)
    return any(text in (value.value, value.title) for name in NAMED for value in values[name] or ())


def find(source: ConnectionSource, words: str) -> FoundThings:
    """What the words lead to. Without any nothing is found."""
    words = words.strip()[:LONGEST_VALUE]
    parts = folded_words(words.split())
    if not parts:
        return FoundThings(Group(), {}, Group(), Group(), 0, state(source))
    until = time.monotonic() + SECONDS

    def group(found: Callable[[], Iterable[T]]) -> Group[T]:
        return _group(source, until, found)

    ids = group(lambda: ids_found(source, words))
    known = known_values(source)
    return FoundThings(
        ids=ids,
        values={name: _named(known[name], parts) for name in NAMED},
        options=group(lambda: _options(source, parts)),
        texts=group(lambda: _texts(source, parts)),
        labels=_number_of_labels(source, words, until),
        index_state=state(source),
    )


def _number_of_labels(source: ConnectionSource, words: str, until: float) -> int | None:
    """How many labels the gallery has for these words; None where there was no time to find them."""
    try:
        with source.within(max(until - time.monotonic(), 0)):
            return len(matches(source, View(choose([("words", words)]))).keys)
    except TooSlowError:
        return None


def _group(source: ConnectionSource, until: float, found: Callable[[], Iterable[T]]) -> Group[T]:
    """The first of what is found before the time is over."""
    hits: list[T] = []
    try:
        with source.within(max(until - time.monotonic(), 0)):
            hits.extend(islice(found(), MOST + 1))  # what was found before an error stays
    except TooSlowError:
        return Group(hits[:MOST], is_whole=False)
    return Group(hits[:MOST], is_cut=len(hits) > MOST)


def _named(values: Sequence[Value] | None, parts: Sequence[str]) -> Group[Value]:
    """The values that hold the words; None stands for those that could not be counted in time."""
    if values is None:
        return Group(is_whole=False)
    hits = [value for value in values if holds(value.title, parts) or holds(value.value, parts)]
    return Group(hits[:MOST], is_cut=len(hits) > MOST)


def _options(source: ConnectionSource, parts: Sequence[str]) -> Iterator[Option]:
    rows = (Option(row["question"], row["name"], row["answers"]) for row in source.query(_OPTIONS))
    return (option for option in rows if holds(option.name, parts))


def _texts(source: ConnectionSource, parts: Sequence[str]) -> Iterator[FoundText]:
    """Texts of answers and entities; options of questions stand by themselves."""
    options = {option.name for option in _options(source, parts)}
    for place, text in texts_with(source, parts, ("answer", "entity")):
        if place == "entity" or text not in options:
            yield FoundText(place, text, list(islice(labels_holding(source, place, parts, text), LABELS)))
