"""What the comparison of two states of a label finds."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from labelstore.history.label_model import Feature


class Move(NamedTuple):
    """An object whose geometry changed.

    `iou` is intersection over union, `iou_of` says of what: `boxes`, `polygons`, or `bounds` where polygons were
    measured by their bounding boxes. Both are None for what has no area.
    """

    feature: Feature
    iou: float | None
    iou_of: str | None


class Rename(NamedTuple):
    """An object, question or answer whose `field` (`name`, `value` or `schema_id`) changed; None is absent."""

    feature: Feature
    field: str
    before: str | None
    after: str | None


class AnswerChange(NamedTuple):
    """A question that was answered anew, for the first time, or no longer.

    `path`: the names of the question and, before it, of the questions and answers it is nested in. `on`: the object
    it is asked of. `before` and `after`: the names of the answers, the text of a free-form answer, None without any.
    """

    path: tuple[str, ...]
    on: Feature | None
    question: Feature
    before: list[str] | str | None
    after: list[str] | str | None


class KeyChange(NamedTuple):
    """Any other place where two states differ: its JSON pointer, the values as JSON of 60 characters; None is absent.

    The pointer is that in the later state, or where only the earlier one has the place, in that.
    """

    pointer: str
    before: str | None
    after: str | None


@dataclass
class LabelDiff:
    """What changed in a label. `other_left_out`: how many more places differ than `other` lists."""

    added: list[Feature] = field(default_factory=list)
    removed: list[Feature] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    renamed: list[Rename] = field(default_factory=list)
    answers: list[AnswerChange] = field(default_factory=list)
    other: list[KeyChange] = field(default_factory=list)
    other_left_out: int = 0

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.moved, self.renamed, self.answers, self.other))

    def as_json(self) -> dict[str, Any]:
        """The differences as JSON values, each kind in a list."""
        return {
            "added": [feature._asdict() for feature in self.added],
            "removed": [feature._asdict() for feature in self.removed],
            "moved": [{**move.feature._asdict(), "iou": move.iou, "iou_of": move.iou_of} for move in self.moved],
            "renamed": [
                {**rename.feature._asdict(), "field": rename.field, "before": rename.before, "after": rename.after}
                for rename in self.renamed
            ],
            "answers": [
                {
                    **answer.question._asdict(),
                    "path": list(answer.path),
                    "object": answer.on and answer.on._asdict(),
                    "before": answer.before,
                    "after": answer.after,
                }
                for answer in self.answers
            ],
            "other": [change._asdict() for change in self.other],
            "other_left_out": self.other_left_out,
        }
