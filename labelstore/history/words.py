"""What changed in a label, in words: a line for each object, answer or other place."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeVar

from labelstore.figures import figure
from labelstore.history.label_diff import AnswerChange, LabelDiff, Move
from labelstore.history.label_model import Feature
from labelstore.json.truncate import truncated

T = TypeVar("T")
Visible = Callable[[str], str]
"""What makes the characters of an export's text fit for where it is shown."""

_SHOWN_FRAMES: Final = 3
_LONGEST_VALUE: Final = 60


class Change(NamedTuple):
    """What happened (`added`, `removed`, `moved`, `renamed`, `answer`, `other`), and to what."""

    word: str
    text: str


def changes(found: LabelDiff, visible: Visible = str) -> Iterator[Change]:
    """Every change; in video an object is one, in however many frames."""
    for word, features in (("added", found.added), ("removed", found.removed)):
        for track in tracks(features, lambda feature: feature):
            yield Change(word, _named(track, visible))
    for moves in tracks(found.moved, lambda move: move.feature):
        yield Change("moved", _named([move.feature for move in moves], visible) + _overlap(moves))
    for rename in found.renamed:
        values = f"{_value(rename.before, visible)} → {_value(rename.after, visible)}"
        yield Change("renamed", f"{_named([rename.feature], visible)}: {rename.field} {values}")
    for answer in found.answers:
        values = f"{_value(answer.before, visible)} → {_value(answer.after, visible)}"
        yield Change("answer", f"{_question(answer, visible)}: {values}")
    for other in found.other:
        told = (visible("absent" if value is None else value) for value in (other.before, other.after))
        yield Change("other", f"{visible(other.pointer) or 'the whole label'}: {' → '.join(told)}")


def summary(found: LabelDiff) -> str:
    """`2 added, 1 moved, 3 answers`; empty where nothing changed. In video an object counts once."""
    counts = {
        "added": len(list(tracks(found.added, lambda feature: feature))),
        "removed": len(list(tracks(found.removed, lambda feature: feature))),
        "moved": len(list(tracks(found.moved, lambda move: move.feature))),
        "renamed": len(found.renamed),
        "answers" if len(found.answers) != 1 else "answer": len(found.answers),
        "other": len(found.other) + found.other_left_out,
    }
    return ", ".join(f"{figure(count)} {word}" for word, count in counts.items() if count)


def tracks(found: Iterable[T], feature_of: Callable[[T], Feature]) -> Iterable[list[T]]:
    """Features, or what is said of them, by their id: in video one is in many frames."""
    by_id: dict[Any, list[T]] = {}
    for one in found:
        feature = feature_of(one)
        by_id.setdefault((feature.group, feature.feature_id or feature.pointer), []).append(one)
    return by_id.values()


def _named(track: list[Feature], visible: Visible) -> str:
    first, frames = track[0], [feature.frame for feature in track if feature.frame is not None]
    words = (first.kind, first.name, first.feature_id, first.group)
    text = " ".join(visible(word) for word in words if word) or visible(first.pointer)
    if len(frames) > _SHOWN_FRAMES:
        return f"{text} in {figure(len(frames))} frames ({', '.join(map(str, frames[:_SHOWN_FRAMES]))} …)"
    return f"{text} in frame {', '.join(map(str, frames))}" if frames else text


def _overlap(moves: list[Move]) -> str:
    overlaps = [move.iou for move in moves if move.iou is not None]
    if not overlaps:
        return ""
    lowest, highest = f"{min(overlaps):.2f}", f"{max(overlaps):.2f}"
    of = ", ".join(sorted({str(move.iou_of) for move in moves if move.iou is not None}))
    return f": IoU {lowest}{f' to {highest}' if lowest != highest else ''} of {of}"


def _question(answer: AnswerChange, visible: Visible) -> str:
    path = visible(" / ".join(answer.path))
    frame = answer.question.frame
    if answer.on is not None:
        return f"{path} of {_named([answer.on], visible)}"
    if answer.question.is_at_moment:
        return f"{path} at {frame} ms"
    return f"{path} in frame {frame}" if frame is not None else path


def _value(value: list[str] | str | None, visible: Visible) -> str:
    text = "absent" if value is None else ", ".join(value) or "none" if isinstance(value, list) else value
    return truncated(visible(text), _LONGEST_VALUE)
