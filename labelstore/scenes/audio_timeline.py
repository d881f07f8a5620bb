"""The answers of a recording, in time.

They stand in frames whose numbers are milliseconds (v1), or at moments (v2), once for each span. `segments` has the
spans of questions and answers by their feature ids.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from labelstore.analyses.class_colors import ClassColors
from labelstore.json.truncate import truncated
from labelstore.scenes.questions import ANSWERS, CLASSIFICATIONS, trees
from labelstore.scenes.scene import Answer, Question, Track
from labelstore.scenes.source import Source

LIMIT = 20_000
"""Classifications, answers and segments that are read."""
MAX_TRACKS = 500
_LONGEST_NAME = 80

_OF_LABEL = "c.label_id = $label_id"
_SEGMENTS = """
select s.feature_id, s.start_frame, s.end_frame
from segments as s
where s.label_id = $label_id and s.feature_id is not null and s.start_frame is not null and s.end_frame is not null
order by s.node_id
limit $limit
"""

_AT_END = """
select c.feature_id, m.milliseconds, a.text
from moments as m
join repeated_classifications as c on c.moment_id = m.moment_id
join repeated_answers as a on a.classification_id = c.classification_id
where m.label_id = $label_id and c.is_end and a.text is not null
order by a.answer_id
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


def read_moments(source: Source, label_id: str, colors: ClassColors) -> Moments:
    """The timed answers of a label of a recording, in the order of their times."""
    values = {"label_id": label_id, "limit": LIMIT}
    runs: dict[str, list[tuple[int, int]]] = {}
    for row in source.query(_SEGMENTS, values):
        runs.setdefault(row["feature_id"], []).append((row["start_frame"], row["end_frame"]))
    answers = list(source.query(ANSWERS.format(condition=_OF_LABEL), values))
    ids: dict[int, list[str | None]] = {}
    for row in answers:
        ids.setdefault(row["classification_id"], []).append(row["feature_id"])
    asked = [
        _Asked(question, row["feature_id"], tuple(ids.get(row["classification_id"], ())), row["frame_number"])
        for row, question in trees(source.query(CLASSIFICATIONS.format(condition=_OF_LABEL), values), answers)
        if row["object_id"] is None
    ]
    asked.sort(key=lambda one: -1 if one.at is None else one.at)
    tracks = _tracks(asked, runs, colors)
    ends: dict[tuple[str, int], list[str]] = {}
    for row in source.query(_AT_END, values):
        ends.setdefault((row["feature_id"], row["milliseconds"]), []).append(row["text"])
    timed = tuple(_timed(one, runs, ends) for one in asked if one.at is not None)
    return Moments(tuple(tracks[:MAX_TRACKS]), len(tracks), timed)


def _timed(
    one: _Asked, runs: Mapping[str, list[tuple[int, int]]], ends: Mapping[tuple[str, int], list[str]]
) -> Question:
    """The question with the span that starts or ends where it was asked, and the text at its end if that differs."""
    found = [run for key in (one.feature_id, *one.answer_ids) if key is not None for run in runs.get(key, ())]
    start, end = next((run for edge in (0, 1) for run in found if run[edge] == one.at), (one.at, None))
    texts = ends.get((one.feature_id or "", end), []) if end is not None else []
    answers = one.question.answers
    if texts and not {answer.text for answer in answers}.intersection(texts):
        answers = (*answers, Answer(f"at the end: {texts[0]}"))
    return one.question._replace(frame_number=start, end_frame=end, answers=answers)


def _tracks(asked: Iterable[_Asked], runs: Mapping[str, list[tuple[int, int]]], colors: ClassColors) -> list[Track]:
    """One for each answer of a question, in the order of their first times; free text is one for its question."""
    spans_by_name: dict[str, list[tuple[int, int]]] = {}
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
                track = truncated(long, _LONGEST_NAME)
                spans_by_name.setdefault(track, []).extend(spans)
                about.setdefault(track, one)
    ordered = sorted(spans_by_name, key=lambda name: (min(spans_by_name[name]), name))
    return [_track(name, spans_by_name[name], about[name], colors) for name in ordered]


def _track(name: str, spans: list[tuple[int, int]], one: _Asked, colors: ClassColors) -> Track:
    return Track(one.feature_id, name, one.question.kind, colors.of(None, name), tuple(sorted(set(spans))))
