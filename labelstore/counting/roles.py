"""What is counted in labels, by role; and by which features that have something in common labels are counted once."""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from labelstore.counting.features import Feature, Numbers, Parent, Role

Names = tuple[str | None, str | None, str | None]
"""Name, value and schema id."""
Asked = tuple[str | None, str | None, str | None]
"""Schema id, name and kind of a question."""


class Texts(Enum):
    """Which free texts have something in common with other features."""

    ALL = auto()
    NAMED = auto()
    NONE = auto()


class Grain(NamedTuple):
    """What features have in common among which a label counts once: some of their fields."""

    name: str
    fields: tuple[str, ...]
    texts: Texts = Texts.ALL

    def of(self, feature: Feature) -> Feature | None:
        """These fields of a feature; None if it does not count."""
        if feature.is_text and (self.texts is Texts.NONE or (self.texts is Texts.NAMED and feature.name is None)):
            return None
        return Feature(**{field: getattr(feature, field) for field in self.fields})


class Declared(NamedTuple):
    """A role: its table, which columns are fields of the feature, and what questions are asked of.

    `parents`: by column with the node of the parent, the role of that; the first one that is given counts.
    """

    name: str
    table: str
    columns: tuple[str, ...] = ()
    grains: tuple[Grain, ...] = ()
    parents: Mapping[str, str] = MappingProxyType({})


PARENT_FIELDS: Final = ("schema_id", "name", "kind")
"""What of a parent is counted, beside its role."""
BY_FRAME: Final = ("frame_id", "message_id", "scope")
"""The columns of classifications that say whether they were asked by frame; see `is_by_frame`."""
TEXT: Final = "text"
"""The column of answers that makes one a free text."""

_PARENT = ("parent_role", *(f"parent_{field}" for field in PARENT_FIELDS))
_TOOL = ("kind", "name", "value", "schema_id", "color")
_QUESTION = ("kind", "name", "value", "schema_id")
_SCHEMA = ("name", "schema_id")
_UNDER = (*_SCHEMA, "parent_name")
_CLASS = ("kind", "name")

LABEL = Declared("label", "labels")
FRAME = Declared("frame", "frames")
TOOL = Declared(
    "tool",
    "objects",
    _TOOL,
    (
        Grain("feature", _TOOL),
        Grain("schema", _SCHEMA),
        Grain("class", _CLASS),
        Grain("name", ("name",)),
        Grain("kind", ("kind",)),
    ),
)
RELATIONSHIP = Declared("relationship", "relationships", _TOOL[1:], (Grain("feature", _TOOL),))
CLASSIFICATION = Declared(
    "classification",
    "classifications",
    _QUESTION,
    (
        Grain("feature", (*_QUESTION, *_PARENT)),
        Grain("schema", _SCHEMA),
        Grain("parent", _UNDER),
        Grain("class", _CLASS),
        Grain("kind", ("kind",)),
    ),
    {"parent_answer_id": "option", "object_id": "tool"},
)
OPTION = Declared(
    "option",
    "answers",
    _QUESTION[1:],
    (
        Grain("feature", (*_QUESTION[1:], *_PARENT), Texts.NAMED),
        Grain("schema", _SCHEMA, Texts.NONE),
        Grain("parent", _UNDER, Texts.NONE),
    ),
    {"classification_id": "classification"},
)
PAIRED: Final = "name"
"""The grain of tools by which labels have pairs of classes."""

NO_PARENT: Parent = (None, None, None, None)
UNKNOWN_TOOL: Parent = (TOOL.name, None, None, None)
UNKNOWN_OPTION: Parent = (OPTION.name, None, None, None)


def is_by_frame(frame_id: Any, message_id: Any, scope: str | None) -> bool:
    """Whether a question was asked of a frame, or of a part of a text or conversation."""
    return frame_id is not None or message_id is not None or scope == "index"


class Roles:
    """An empty count for each role. The keys of features begin with the number of a group of labels, or of `asked`."""

    def __init__(self) -> None:
        self.asked = asked = Numbers()
        """Group of labels, and a question as its answers have it."""
        self.labels = _role(LABEL, lambda key: (key[0], Feature()))
        self.frames = _role(FRAME, lambda key: (key[0], Feature()))
        self.tools = _role(TOOL, lambda key: (key[0], Feature(*key[1])))
        self.relationships = _role(RELATIONSHIP, lambda key: (key[0], Feature(RELATIONSHIP.name, *key[1])))
        self.questions = _role(CLASSIFICATION, lambda key: _question(*asked.by_number[key[0]], *key[1:]))
        self.options = _role(OPTION, lambda key: _answer(*asked.by_number[key[0]], *key[1:]))
        self.all = (self.labels, self.frames, self.tools, self.relationships, self.questions, self.options)


def _role(declared: Declared, place: Any) -> Role:
    return Role(declared.name, place, {grain.name: grain.of for grain in declared.grains})


def _question(group: int, asked: Asked, value: str | None, parent: Parent) -> tuple[int, Feature]:
    schema_id, name, kind = asked
    return group, Feature(kind, name, value, schema_id, None, *parent)


def _answer(group: int, asked: Asked, names: Names, is_text: bool) -> tuple[int, Feature]:
    return group, Feature(None, *names, None, CLASSIFICATION.name, *asked, is_text)
