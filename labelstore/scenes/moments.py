"""The answers along the time of a recording.

They stand in frames whose numbers are milliseconds, or in the block `timestamp` of a v2 label, which is kept as JSON:
a map from milliseconds to classifications. `segments` has the spans of questions and answers by their feature ids.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from labelstore.colors import ClassColors
from labelstore.drawing.scene import Answer, Question, Track
from labelstore.scenes.questions import MAX_DEPTH, trees
from labelstore.scenes.source import Source

LIMIT = 20_000
"""So many classifications, answers and segments are read."""
MAX_TRACKS = 500
_LONGEST_NAME = 80

_CLASSIFICATIONS = """
select c.classification_id, c.frame_id, c.object_id, c.parent_answer_id, c.frame_number, c.message_id, c.kind,
    c.feature_id, coalesce(c.name, c.value) as name, null as group_name
from classifications as c
where c.label_id = $label_id
order by c.classification_id
limit $limit
"""
_ANSWERS = """
select a.answer_id, a.classification_id, a.feature_id, coalesce(a.text, a.name, a.value) as text
from classifications as c
cross join answers as a -- in this order in SQLite, see labelstore/scenes/questions.py
where a.classification_id = c.classification_id and c.label_id = $label_id
order by a.answer_id
limit $limit
"""
_SEGMENTS = """
select s.feature_id, s.start_frame, s.end_frame
from segments as s
where s.label_id = $label_id and s.feature_id is not null and s.start_frame is not null and s.end_frame is not null
order by s.node_id
limit $limit
"""


class Moments(NamedTuple):
    """Tracks in milliseconds, and the questions that are bound to a time."""

    tracks: tuple[Track, ...]
    track_count: int
    questions: tuple[Question, ...]


NO_MOMENTS = Moments((), 0, ())


class _Asked(NamedTuple):
    """A question with the feature ids of itself and its answers; at `at` milliseconds, or bound by segments alone."""

    question: Question
    feature_id: str | None
    answer_ids: tuple[str | None, ...]
    at: int | None


def read_moments(source: Source, label_id: str, annotations_extra: str | None, colors: ClassColors) -> Moments:
    """The timed answers of a label of a recording. `annotations_extra` is that column of `labels`."""
    values = {"label_id": label_id, "limit": LIMIT}
    runs: dict[str, list[tuple[int, int]]] = {}
    for row in source.query(_SEGMENTS, values):
        runs.setdefault(row["feature_id"], []).append((row["start_frame"], row["end_frame"]))
    answers = list(source.query(_ANSWERS, values))
    ids: dict[int, list[str | None]] = {}
    for row in answers:
        ids.setdefault(row["classification_id"], []).append(row["feature_id"])
    rows = (
        _Asked(question, row["feature_id"], tuple(ids.get(row["classification_id"], ())), row["frame_number"])
        for row, question in trees(source.query(_CLASSIFICATIONS, values), answers)
        if row["object_id"] is None
    )
    asked = [*rows, *timestamps(annotations_extra)]
    tracks = _tracks(asked, runs, colors)
    return Moments(
        tuple(tracks[:MAX_TRACKS]), len(tracks), tuple(_timed(one, runs) for one in asked if one.at is not None)
    )


def _timed(one: _Asked, runs: Mapping[str, list[tuple[int, int]]]) -> Question:
    """With the end of the span that starts where it was asked."""
    found = (run for key in (one.feature_id, *one.answer_ids) if key is not None for run in runs.get(key, ()))
    end = next((end for start, end in found if start == one.at), None)
    return one.question._replace(frame_number=one.at, end_frame=end)


def _tracks(asked: Iterable[_Asked], runs: Mapping[str, list[tuple[int, int]]], colors: ClassColors) -> list[Track]:
    """One for each answer of a question, in the order of their first times; free text is one for its question."""
    places: dict[str, list[tuple[int, int]]] = {}
    about: dict[str, _Asked] = {}
    for one in asked:
        texts = [answer.text for answer in one.question.answers]
        named = one.question.kind != "text" and texts
        name = f"{one.question.name}: {', '.join(texts)}" if named else one.question.name
        of_answers = [
            (f"{one.question.name}: {text}" if named else name, runs[key])
            for text, key in zip(texts, one.answer_ids, strict=False)
            if key is not None and key in runs
        ]
        own = runs.get(one.feature_id or "", [])
        if not own and not of_answers and one.at is not None:
            own = [(one.at, one.at)]
        for long, spans in ((name, own), *of_answers):
            if spans:
                track = long if len(long) <= _LONGEST_NAME else long[: _LONGEST_NAME - 1] + "…"
                places.setdefault(track, []).extend(spans)
                about.setdefault(track, one)
    ordered = sorted(places, key=lambda name: (min(places[name]), name))
    return [_track(name, places[name], about[name], colors) for name in ordered]


def _track(name: str, spans: list[tuple[int, int]], one: _Asked, colors: ClassColors) -> Track:
    return Track(one.feature_id, name, one.question.kind, colors.of(None, name), tuple(sorted(set(spans))))


def timestamps(annotations_extra: str | None) -> Iterator[_Asked]:
    """The questions of the block `timestamp`, in the order of their times; whatever has another shape is left out."""
    try:
        extra = msgspec.json.decode(annotations_extra or "{}")
    except (msgspec.DecodeError, RecursionError):
        return
    block = extra.get("timestamp") if isinstance(extra, dict) else None
    if not isinstance(block, dict):
        return
    times = {int(key): held for key, held in block.items() if key.isascii() and key.isdigit() and len(key) < 16}
    for at in sorted(times)[:LIMIT]:
        held = times[at]
        found = held.get("classifications", [held]) if isinstance(held, dict) else held
        for item in found if isinstance(found, list) else ():
            if isinstance(item, dict) and (item.get("name") or item.get("value")):
                ids = (answer.get("feature_id") for answer in _answers(item)[1])
                yield _Asked(_question(item, MAX_DEPTH), _text(item.get("feature_id")), tuple(map(_text, ids)), at)


def _question(item: Mapping[str, Any], depth: int) -> Question:
    kind, answers = _answers(item)
    found = (
        Answer(
            _text(answer.get("content")) or _text(answer.get("name")) or _text(answer.get("value")) or "",
            tuple(
                _question(inner, depth - 1)
                for inner in answer.get("classifications") or ()
                if depth and isinstance(inner, dict)
            )
            if isinstance(answer.get("classifications"), list)
            else (),
        )
        for answer in answers
    )
    return Question(_text(item.get("name")) or _text(item.get("value")) or "question", kind, tuple(found))


def _answers(item: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]]:
    """The kind of a v2 classification and its answers."""
    for key, kind in (("radio_answer", "radio"), ("checklist_answers", "checklist"), ("text_answer", "text")):
        for name in (key, f"conversational_{key}"):
            if name in item:
                held = item[name] if isinstance(item[name], list) else [item[name]]
                return kind, [answer for answer in held if isinstance(answer, dict)]
    return "unknown", []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
