"""The filters beside the gallery: values as links with counts, and forms for what is typed."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from labelstore.browsing.gallery.matches import Memory
from labelstore.browsing.gallery.view import HIGH, LOW, Pair, View
from labelstore.browsing.paths import Paths
from labelstore.engines.reading import Reading
from labelstore.json.truncate import truncated
from labelstore.query.filters import FILTERS, Chosen, Filter, Value, answers_to, values_of
from labelstore.query.filters.forms import bounds
from labelstore.schema.suggestions import did_you_mean

MOST_LINKS = 10
"""Values of a filter that are links; the others are proposed by its field."""
MOST_PROPOSED = 300
SECONDS = 0.1
"""A page begins to count values for so long; what is left is counted after it was sent."""
_LONGEST = 60
_OPEN = ("project", "class", "labeler", "review")

_memory = Memory(most=400)  # of several stores


class Link(NamedTuple):
    """A value of a filter: `href` chooses it, or removes it where it is chosen."""

    text: str
    labels: int | None
    href: str
    chosen: bool


class Field(NamedTuple):
    """A field of a form."""

    name: str
    title: str
    value: str = ""
    type: str = "text"


class Group(NamedTuple):
    """A filter of the side column. `hidden` are the arguments that its form keeps."""

    name: str
    title: str
    links: tuple[Link, ...]
    proposed: tuple[str, ...]
    fields: tuple[Field, ...]
    hidden: tuple[Pair, ...]
    is_open: bool
    note: str


class Chip(NamedTuple):
    """A chosen value, with the address without it."""

    title: str
    text: str
    href: str


def known_values(reading: Reading, seconds: float | None = None) -> dict[str, tuple[Value, ...] | None]:
    """Filter → its values, None where there was no time to count them: those without counters wait for their turn."""
    until = time.monotonic() + (SECONDS if seconds is None else seconds)
    found: dict[str, tuple[Value, ...] | None] = {}
    for one in sorted(FILTERS.values(), key=lambda one: not one.instant):
        known: tuple[Value, ...] | None = None
        if one.instant or time.monotonic() < until:
            known = _memory.get(reading.path, one.counts, lambda one=one: values_of(reading, one))  # type: ignore[misc]
        found[one.name] = known
    return found


def values_for(reading: Reading, chosen: Chosen) -> dict[str, tuple[Value, ...] | None]:
    """The values that a page shows: where one question is chosen, with the answers to it."""
    values, questions = known_values(reading), chosen.of("question")
    if len(questions) == 1:
        key = ("answers", questions[0])
        values["answer"] = _memory.get(reading.path, key, lambda: answers_to(reading, questions[0]))
    return values


def groups(view: View, values: dict[str, tuple[Value, ...] | None], paths: Paths) -> list[Group]:
    """The filters that make sense for the store: those without any value are left out unless they are chosen."""
    made = (_group(one, view, values[one.name], paths) for one in FILTERS.values() if one.name != "until")
    return [group for group in made if group.links or group.fields or group.note]


def _group(one: Filter, view: View, values: tuple[Value, ...] | None, paths: Paths) -> Group:
    chosen = view.chosen.of(one.name)
    links = tuple(_links(one, view, values or (), paths))
    is_choice = one.form.shape == "choice"
    more = is_choice and (values is None or one.counts is None or len(values) > MOST_LINKS)
    proposed = tuple(value.value for value in (values or ())[:MOST_PROPOSED]) if more else ()
    fields = tuple(_fields(one, view)) if more or not is_choice else ()
    replaced = {field.name for field in fields} - {one.name} | (set() if is_choice else {one.name})
    hidden = tuple(pair for pair in view.first_page().arguments() if pair[0] not in replaced)
    is_asked = (one.name == "since" and view.chosen.of("until")) or (one.name == "answer" and links)
    is_open = bool(chosen or is_asked) or one.name in _OPEN
    note = "not counted yet; the next page has it" if values is None else ""
    return Group(one.name, one.title if one.name != "since" else "Made", links, proposed, fields, hidden, is_open, note)


def _links(one: Filter, view: View, values: Sequence[Value], paths: Paths) -> Iterator[Link]:
    """The chosen values first, then those with most labels."""
    if one.form.shape != "choice":
        return
    counted = {value.value: value for value in values}
    chosen = view.chosen.of(one.name)
    titles = Counter(value.title for value in values)
    for name in [*chosen, *[name for name in counted if name not in chosen][:MOST_LINKS]]:
        value = counted.get(name) or Value(name, name, None)
        text = f"{value.title} ({value.value[:6]}…)" if titles[value.title] > 1 else value.title
        pairs = view.first_page().arguments()
        changed = [pair for pair in pairs if pair != (one.name, name)] if name in chosen else [*pairs, (one.name, name)]
        yield Link(truncated(text, _LONGEST), value.labels, paths.gallery(changed), name in chosen)


def _fields(one: Filter, view: View) -> Iterator[Field]:
    chosen = view.chosen.of(one.name)
    if one.form.shape == "range":
        low, high = bounds(one.name, chosen[0]) if chosen else (None, None)
        for suffix, title, bound in ((LOW, "from", low), (HIGH, "to", high)):
            yield Field(one.name + suffix, title, "" if bound is None else f"{bound:.15g}", "number")
    elif one.form.shape == "moment":
        ends = (("since", "from"), ("until", "before")) if one.name == "since" else ((one.name, "from"),)
        for name, title in ends:
            text = next(iter(view.chosen.of(name)), "")
            yield Field(name, title, text, "date" if len(text) in (0, 10) else "text")
    else:
        yield Field(one.name, one.title, chosen[0] if chosen and one.form.shape == "words" else "")


def hints(view: View, values: dict[str, tuple[Value, ...] | None]) -> list[str]:
    """What may be wrong with values that no label has: near names that some have."""
    found = []
    for name, value in view.chosen.arguments():
        known = {word for one in values[name] or () for word in (one.value, one.title)}
        if known and value not in known and (FILTERS[name].counts or "") and not view.chosen.of("model_run"):
            near = did_you_mean(value, known)
            found.append(f"{FILTERS[name].title}: no label has {value!r}; {near}".removesuffix("; "))
    return found


def chips(view: View, values: dict[str, tuple[Value, ...] | None], paths: Paths) -> list[Chip]:
    """The chosen values; following one removes it."""
    if view.asked is not None:
        return [
            Chip(
                "query" if view.asked.name else "sql",
                truncated(view.asked.name or view.asked.sql, _LONGEST),
                paths.gallery(),
            )
        ]
    found = []
    for name, value in view.chosen.arguments():
        titles = {known.value: known.title for known in values[name] or ()}
        left = view._replace(chosen=view.chosen.removing(name, value), page=1).arguments()
        found.append(Chip(FILTERS[name].title, truncated(titles.get(value, value), _LONGEST), paths.gallery(left)))
    return found
