"""What labels were, and what changed: versions, two loads or two files compared, one label before and after."""

from labelstore.history.compare import compare
from labelstore.history.label_changes import LabelChange, State, diff_files, diff_label, diff_loads
from labelstore.history.label_diff import AnswerChange, KeyChange, LabelDiff, Move, Rename
from labelstore.history.label_model import Feature
from labelstore.history.loads import Load, last_two, loads_of
from labelstore.history.totals import Totals
from labelstore.history.versions import Version, known_label, label_at, versions_of

__all__ = [
    "AnswerChange",
    "Feature",
    "KeyChange",
    "LabelChange",
    "LabelDiff",
    "Load",
    "Move",
    "Rename",
    "State",
    "Totals",
    "Version",
    "compare",
    "diff_files",
    "diff_label",
    "diff_loads",
    "known_label",
    "label_at",
    "last_two",
    "loads_of",
    "versions_of",
]
