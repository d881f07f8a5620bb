"""The block `timestamp` of audio, which has each question with its answer at the start and at the end of a span.

The one at the start is the answer of the span. Those at its end, or left behind at a moment inside it, are repeats and
kept apart, so that an answer counts once for each span.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from labelstore.formats.lenient_decoding import Odd, sound
from labelstore.formats.v2.labels import Moment
from labelstore.formats.v2.questions import Answer, Classification
from labelstore.formats.v2.times import whole_number

Span = tuple[int, int]


class _Entry(NamedTuple):
    """One question at a moment: `at` is its time."""

    at: int | None
    question: Classification


def spans_by_feature(rows: Iterable[Sequence[Any]]) -> dict[str, list[Span]]:
    """The spans of features without a group, of the rows that `times.spans_of` gives."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for group, feature_id, _, start, end, *_ in rows:
        if group is None and start is not None:
            spans[feature_id].append((start, end))
    return spans


def repeats_of(timestamp: Mapping[str, Moment], spans: Mapping[str, Sequence[Span]]) -> dict[int, bool]:
    """The Python `id` of each question and answer that repeats another moment → whether a span ends there.

    One without a span of its own in `spans` follows the question or answer above it; at the top it is no repeat.
    """
    said: dict[str, list[_Entry]] = defaultdict(list)
    entries = [
        _Entry(whole_number(key), question)
        for key, moment in timestamp.items()
        if not isinstance(moment, Odd)
        for question in sound(moment.classifications or ())
    ]
    for entry in entries:
        for feature_id in _features(entry.question):
            if feature_id in spans:
                said[feature_id].append(entry)
    told = {feature_id: _tellers(spans[feature_id], found) for feature_id, found in said.items()}
    sorter = _Sorter(spans, told)
    for entry in entries:
        sorter.entry(entry)
    return sorter.repeats


def _features(question: Classification) -> Iterator[str]:
    """The feature ids of a question, its answers and their further questions, each once."""
    todo: list[Classification | Answer] = [question]
    found: set[str] = set()
    for item in todo:
        if item.feature_id is not None:
            found.add(item.feature_id)
        todo.extend(_below(item))
    yield from found


def _below(item: Classification | Answer) -> Sequence[Any]:
    return list(sound(item.classifications or ())) if isinstance(item, Answer) else _answers(item)


def _answers(question: Classification) -> list[Answer]:
    found = (getattr(question, name) for name in Classification.exclusive)
    return [answer for value in found if value for answer in sound(value if isinstance(value, list) else (value,))]


def _tellers(spans: Sequence[Span], entries: Sequence[_Entry]) -> set[int]:
    """The Python `id` of each question that has the answer of a span of one feature.

    It is the one at the start of the span or, if there is none, at its end. Where one span ends as another starts, the
    question that equals the start of the first is its end, and the later one in the list belongs to the second.
    """
    at: dict[int, list[Classification]] = defaultdict(list)
    for entry in entries:
        if entry.at is not None:
            at[entry.at].append(entry.question)
    starting = Counter(start for start, _ in spans)
    ending: dict[int, list[int]] = defaultdict(list)
    for start, end in spans:
        if end != start:
            ending[end].append(start)
    told: set[int] = set()
    by_start: dict[int, list[Classification]] = {}
    for now in sorted(at):
        left, ended = at[now], ending.get(now, [])
        wanted = starting[now] or sum(start not in at for start in ended)
        for start in ended:
            words = [_words(question) for question in by_start.get(start, ())]
            same = next((question for question in left if _words(question) in words), None)
            if same is not None and len(left) > 1:
                left = [question for question in left if question is not same]
        chosen = left[-wanted:] if wanted else []
        by_start[now] = chosen
        told.update(map(id, chosen))
    return told


def _words(question: Classification) -> list[tuple[str | None, ...]]:
    return [(answer.text, answer.feature_id, answer.name, answer.value) for answer in _answers(question)]


class _Sorter:
    """Finds the repeats: questions and answers that have no answer of a span, in themselves or below."""

    def __init__(self, spans: Mapping[str, Sequence[Span]], told: Mapping[str, set[int]]) -> None:
        self.ends = {feature_id: {end for _, end in spans[feature_id]} for feature_id in told}
        self.told = told
        self.repeats: dict[int, bool] = {}

    def entry(self, entry: _Entry) -> None:
        features = [feature_id for feature_id in _features(entry.question) if feature_id in self.told]
        tells = {feature_id for feature_id in features if id(entry.question) in self.told[feature_id]}
        if features:
            is_end = any(entry.at in self.ends[feature_id] for feature_id in features)
            self.item(entry.question, tells, bool(tells), is_end, entry.at)

    def item(self, item: Classification | Answer, tells: set[str], asked: bool, is_end: bool, at: int | None) -> None:
        """`asked`: whether the one above it is no repeat; `is_end`: whether a span of that one ends here."""
        if item.feature_id in self.told:
            asked = item.feature_id in tells or not tells.isdisjoint(_ids_below(item))
            is_end = at in self.ends[item.feature_id]
        if not asked:
            self.repeats[id(item)] = is_end
        for inner in _below(item):
            self.item(inner, tells, asked, is_end, at)


def _ids_below(item: Classification | Answer) -> Iterator[str]:
    for inner in _below(item):
        if inner.feature_id is not None:
            yield inner.feature_id
        yield from _ids_below(inner)
