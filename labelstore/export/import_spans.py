"""Tracks of videos, and answers about frames or milliseconds, as annotation imports say how long they last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from labelstore.engines.database import Database
from labelstore.export.nested_answers import Question

_SPANS: Final = """
select feature_id, start_frame, end_frame
from segments
where label_id = ? and feature_id is not null and start_frame is not null and end_frame is not null
order by node_id
"""
_encode = msgspec.json.Encoder().encode

Spans = dict[str, list[tuple[int, int]]]
"""The id of an object, a question or an answer → its first and last frames or milliseconds, both included."""


def spans_of(database: Database, label_id: str) -> Spans:
    """The spans that a v2 export tells."""
    found: Spans = {}
    for feature_id, start, end in database.query(_SPANS, (label_id,)).rows:
        found.setdefault(feature_id, []).append((start, end))
    return found


def span_around(spans: Spans, ids: Sequence[str | None], place: int) -> tuple[int, int] | None:
    """The span of the first of these ids that has one around a frame or millisecond."""
    around = ((start, end) for one in ids if one for start, end in spans.get(one, ()) if start <= place <= end)
    return next(around, None)


@dataclass
class Track:
    """An object over frames. What is in memory are its key frames, as JSON.

    A segment begins and ends with a key frame, since imports show nothing before and after: what stands at its ends is
    one, also where the export has interpolated it. Where the export tells no spans, a segment is a run of frames.
    """

    uuid: str
    name: str
    spans: Sequence[tuple[int, int]]
    segments: list[list[tuple[int, bytes]]] = field(default_factory=list)
    """Frames, and JSON of what is there, without the brace that opens it."""
    dropped: int = 0
    """Frames between key frames, which Labelbox interpolates again."""
    prolonged: int = 0
    """Segments that lasted longer than their last frame in the export."""
    _span: tuple[int, int] | None = None
    _last: int = 0
    _waiting: bool = False
    """Whether the last frame is no key frame."""
    _members: bytes = b""

    def add(self, frame: int, is_key: bool, members: dict[str, Any]) -> None:
        """The next frame of it."""
        span = next(((start, end) for start, end in self.spans if start <= frame <= end), None)
        goes_on = (span == self._span) if span is not None or self._span is not None else frame == self._last + 1
        if not self.segments or not goes_on or frame <= self._last:
            self.close()
            self.segments.append([])
            is_key = True
        elif self._waiting:
            self.dropped += 1
        self._span, self._last, self._members, self._waiting = span, frame, _encode(members)[1:], not is_key
        if is_key:
            self.segments[-1].append((frame, self._members))

    def close(self) -> None:
        """End its last segment."""
        if not self.segments:
            return
        if self._waiting:
            self.segments[-1].append((self._last, self._members))
            self._waiting = False
        if self._span is not None and self._span[1] > self._last:
            self.segments[-1].append((self._span[1], self._members))
            self.prolonged += 1

    @property
    def said(self) -> dict[str, Any]:
        """What an import says of its frames; only once it is closed."""
        key_frames = [[msgspec.Raw(b'{"frame":%d,%b' % at) for at in segment] for segment in self.segments]
        return {"segments": [{"keyframes": some} for some in key_frames]}


@dataclass
class Asked:
    """A question about frames or milliseconds, and when it had which answer."""

    id: str
    is_text: bool
    name: str
    answers: list[tuple[bytes, int, int]] = field(default_factory=list)
    """JSON, the first and the last frame or millisecond."""

    def add_frame(self, frame: int, question: Question, spans: Spans) -> None:
        """What was answered in the next frame; it holds until the next answer, or as far as the export says."""
        answer = _encode(question.said["answer"])
        span = span_around(spans, question.feature_ids, frame)
        end = frame if span is None else span[1]
        if self.answers:
            before, start, until = self.answers[-1]
            if answer == before and frame <= until + 1:
                self.answers[-1] = (before, start, max(until, end))
                return
            if start < frame <= until:
                self.answers[-1] = (before, start, frame - 1)
        self.answers.append((answer, frame, end))

    def add_span(self, start: int, question: Question, spans: Spans) -> None:
        """What was answered from a millisecond on."""
        span = span_around(spans, question.feature_ids, start)
        self.answers.append((_encode(question.said["answer"]), start, start if span is None else span[1]))

    @property
    def times(self) -> dict[bytes, list[dict[str, int]]]:
        """Each answer → when it was given."""
        found: dict[bytes, list[dict[str, int]]] = {}
        for answer, start, end in sorted(self.answers, key=lambda one: one[1]):
            found.setdefault(answer, []).append({"start": start, "end": end})
        return found

    def in_frames(self) -> Iterator[dict[str, Any]]:
        """The members of each annotation of a video: a text has one, other answers have one each."""
        if self.is_text:
            yield {"name": self.name, "answer": self._texts()}
            return
        for answer, frames in self.times.items():
            yield {"name": self.name, "answer": msgspec.Raw(answer), "frames": frames}

    def in_time(self) -> dict[str, Any]:
        """The members of its annotation of a recording."""
        if self.is_text:
            return {"name": self.name, "answer": self._texts()}
        options: dict[str, list[dict[str, int]]] = {}
        for answer, times in self.times.items():
            decoded = msgspec.json.decode(answer)
            for option in decoded if isinstance(decoded, list) else [decoded]:
                options.setdefault(option["name"], []).extend(times)
        return {"name": self.name, "answer": [{"name": name, "frames": times} for name, times in options.items()]}

    def _texts(self) -> list[dict[str, Any]]:
        return [{"value": msgspec.Raw(answer), "frames": times} for answer, times in self.times.items()]
