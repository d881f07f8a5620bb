"""What changed in labels, as lines of text."""

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TYPE_CHECKING, Any, TypeVar

from labelstore.cli.terminal import visible
from labelstore.json.truncate import truncated

if TYPE_CHECKING:
    from labelstore.history import AnswerChange, Feature, LabelChange, LabelDiff, Move

T = TypeVar("T")

_SHOWN_FRAMES = 3
_SHOWN_LINES = 10
_LONGEST_VALUE = 60


def lines_of(change: "LabelChange") -> Iterator[str]:
    """What changed in a label; an empty line leads."""
    found = change.diff()
    yield ""
    data_row = f"  data row {visible(change.state.data_row_id)}" if change.state.data_row_id else ""
    yield f"{change.change:8} {visible(change.label_id)}{data_row}"
    if change.before is None or change.after is None:
        yield f"  {_counted(found.added or found.removed, 'object')}, {_counted(found.answers, 'answer')}"
        return
    if change.before.generation != change.after.generation:
        yield f"  came as {change.before.generation}, now as {change.after.generation}"
    lines = list(_details(found))
    yield from lines[:_SHOWN_LINES]
    more = len(lines) - _SHOWN_LINES + found.other_left_out
    if more > 0:
        yield f"  {more:,} more differences (--json lists them)"


def _counted(found: Sized, noun: str) -> str:
    return f"{len(found):,} {noun}{'' if len(found) == 1 else 's'}"


def _details(found: "LabelDiff") -> Iterator[str]:
    for word, features in (("added", found.added), ("removed", found.removed)):
        for track in _tracks(features, lambda feature: feature):
            yield f"  {word:8} {_named(track)}"
    for moves in _tracks(found.moved, lambda move: move.feature):
        yield f"  moved    {_named([move.feature for move in moves])}{_overlap(moves)}"
    for rename in found.renamed:
        yield f"  renamed  {_named([rename.feature])}: {rename.field} {_value(rename.before)} → {_value(rename.after)}"
    for answer in found.answers:
        yield f"  answer   {_question(answer)}: {_value(answer.before)} → {_value(answer.after)}"
    for other in found.other:
        values = (visible("absent" if value is None else value) for value in (other.before, other.after))
        yield f"  other    {visible(other.pointer) or 'the whole label'}: {' → '.join(values)}"


def _tracks(found: Iterable[T], feature_of: "Callable[[T], Feature]") -> Iterable[list[T]]:
    """Features, or what is said of them, by their id: in video one is in many frames."""
    tracks: dict[Any, list[T]] = {}
    for one in found:
        feature = feature_of(one)
        tracks.setdefault((feature.group, feature.feature_id or feature.pointer), []).append(one)
    return tracks.values()


def _named(track: "list[Feature]") -> str:
    first, frames = track[0], [feature.frame for feature in track if feature.frame is not None]
    words = (first.kind, first.name, first.feature_id, first.group)
    text = " ".join(visible(word) for word in words if word) or visible(first.pointer)
    if len(frames) > _SHOWN_FRAMES:
        return f"{text} in {len(frames):,} frames ({', '.join(map(str, frames[:_SHOWN_FRAMES]))} …)"
    return f"{text} in frame {', '.join(map(str, frames))}" if frames else text


def _overlap(moves: "list[Move]") -> str:
    overlaps = [move.iou for move in moves if move.iou is not None]
    if not overlaps:
        return ""
    lowest, highest = f"{min(overlaps):.2f}", f"{max(overlaps):.2f}"
    of = ", ".join(sorted({str(move.iou_of) for move in moves if move.iou is not None}))
    return f": IoU {lowest}{f' to {highest}' if lowest != highest else ''} of {of}"


def _question(answer: "AnswerChange") -> str:
    path = visible(" / ".join(answer.path))
    frame = answer.question.frame
    if answer.on is not None:
        return f"{path} of {_named([answer.on])}"
    if answer.question.is_at_moment:
        return f"{path} at {frame} ms"
    return f"{path} in frame {frame}" if frame is not None else path


def _value(value: list[str] | str | None) -> str:
    text = "absent" if value is None else ", ".join(value) or "none" if isinstance(value, list) else value
    return truncated(visible(text), _LONGEST_VALUE)
