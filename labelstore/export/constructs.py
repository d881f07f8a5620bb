"""What a label can hold, as exporters count it, and what a format makes of it."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from labelstore.formats.kinds import KINDS

LABEL: Final = "label"
OTHER_KIND: Final = "other_kind"
HOLE: Final = "hole"
TRACK: Final = "track"
KEY_FRAME: Final = "key_frame"
LABEL_QUESTION: Final = "label_question"
OBJECT_QUESTION: Final = "object_question"
FRAME_QUESTION: Final = "frame_question"
RELATIONSHIP: Final = "relationship"
REVIEW: Final = "review"

CONSTRUCTS: Final[Mapping[str, str]] = {
    LABEL: "labels",
    **{kind.name: kind.name.replace("_", " ") for kind in KINDS},
    OTHER_KIND: "objects of other kinds",
    HOLE: "holes of polygons",
    TRACK: "objects followed over frames",
    KEY_FRAME: "key frames of objects",
    LABEL_QUESTION: "questions about a label",
    OBJECT_QUESTION: "questions about an object",
    FRAME_QUESTION: "questions about a frame or a span",
    RELATIONSHIP: "relationships",
    REVIEW: "reviews",
}
"""What is counted → what it is called. A kind of objects is a construct by its own name."""

Action = Literal["kept", "changed", "left out"]


class Fate(NamedTuple):
    """What a format makes of a construct: kept or changed (`how` says as what), or left out (`how` says why)."""

    action: Action
    how: str = ""


def kept(how: str) -> Fate:
    """Kept, as something that has another name in the format."""
    return Fate("kept", how)


def changed(how: str) -> Fate:
    """Written as something that says less, or something else."""
    return Fate("changed", how)


def left_out(why: str) -> Fate:
    """Not written."""
    return Fate("left out", why)


def fates(otherwise: Fate, **constructs: Fate) -> dict[str, Fate]:
    """The fate of every construct. Raises `KeyError` for a name that is none."""
    if unknown := constructs.keys() - CONSTRUCTS.keys():
        raise KeyError(f"no constructs: {', '.join(sorted(unknown))}")
    return dict.fromkeys(CONSTRUCTS, otherwise) | constructs


ALL_KEPT: Final[Mapping[str, Fate]] = fates(kept("as exported"))
"""Of a format that gives back what came."""


def construct_of(kind: str) -> str:
    """The construct that an object of this kind counts as."""
    return kind if kind in CONSTRUCTS else OTHER_KIND
