"""What changed in many labels, added up: by class of object, and by question."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from labelstore.formats.kinds import OBJECT_KINDS
from labelstore.history.label_diff import AnswerChange, LabelDiff
from labelstore.history.label_model import Feature
from labelstore.history.words import tracks

UNNAMED: Final = "(no name)"


class ClassTotals(NamedTuple):
    """Objects of one class; an object in many frames of a video is one. `renamed`: another name, value or schema id."""

    name: str
    added: int
    removed: int
    moved: int
    renamed: int


class QuestionTotals(NamedTuple):
    """Answers to one question, those of frames one by one: new, another one, none any more."""

    question: str
    answered: int
    changed: int
    cleared: int


class Totals:
    """Adds up the changes of labels. `labels` counts them as `added`, `removed` and `changed`; `other` are differences
    that are about no object and no answer. Labels in model runs are counted in `in_model_runs` and nowhere else.
    """

    def __init__(self) -> None:
        self.labels = Counter[str]()
        self.in_model_runs = 0
        self.other = 0
        self._classes: dict[str, Counter[str]] = {}
        self._questions: dict[str, Counter[str]] = {}

    @property
    def count(self) -> int:
        """All labels, those in model runs too."""
        return self.labels.total() + self.in_model_runs

    def add(self, change: str, found: LabelDiff, *, in_model_run: bool = False) -> None:
        """Count a label that was `added`, `removed` or `changed`, and what changed in it."""
        if in_model_run:
            self.in_model_runs += 1
            return
        self.labels[change] += 1
        objects = [rename.feature for rename in found.renamed if rename.feature.kind in OBJECT_KINDS]
        moved = [move.feature for move in found.moved]
        for word, features in zip(ClassTotals._fields[1:], (found.added, found.removed, moved, objects), strict=True):
            for track in tracks(features, _itself):
                self._classes.setdefault(track[0].name or UNNAMED, Counter())[word] += 1
        for answer in found.answers:
            word = "answered" if answer.before is None else "cleared" if answer.after is None else "changed"
            self._questions.setdefault(_question(answer), Counter())[word] += 1
        self.other += len(found.other) + found.other_left_out + len(found.renamed) - len(objects)

    @property
    def classes(self) -> list[ClassTotals]:
        """The classes, those with the most changes first."""
        return [ClassTotals(name, *counts) for name, counts in _sorted(self._classes, ClassTotals._fields[1:])]

    @property
    def questions(self) -> list[QuestionTotals]:
        """The questions, those with the most changes first."""
        return [QuestionTotals(name, *counts) for name, counts in _sorted(self._questions, QuestionTotals._fields[1:])]

    def as_json(self) -> dict[str, Any]:
        """What `labelstore diff --totals --json` prints."""
        return {
            "labels": {change: self.labels[change] for change in ("added", "removed", "changed")},
            "in_model_runs": self.in_model_runs,
            "classes": [row._asdict() for row in self.classes],
            "questions": [row._asdict() for row in self.questions],
            "other": self.other,
        }


def _itself(feature: Feature) -> Feature:
    return feature


def _question(answer: AnswerChange) -> str:
    path = " / ".join(answer.path)
    return path if answer.on is None else f"{path} of {answer.on.name or UNNAMED}"


def _sorted(counted: Mapping[str, Counter[str]], words: Sequence[str]) -> list[tuple[str, list[int]]]:
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    return [(name, [counts[word] for word in words]) for name, counts in ranked]
