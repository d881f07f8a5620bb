"""What differs between two states of one label, in its own terms: objects, their places, names, answers."""

from labelstore.diffing.changes import AnswerChange, KeyChange, LabelDiff, Move, Rename
from labelstore.diffing.comparing import compare
from labelstore.diffing.parts import Feature

__all__ = ["AnswerChange", "Feature", "KeyChange", "LabelDiff", "Move", "Rename", "compare"]
