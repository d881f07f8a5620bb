"""The ontologies of the invented projects: tools, questions, options, with their schema ids and colours.

An ontology depends on its asset type alone, not on the seed, the generation or the count: two sample files of
one asset type are two exports of the same projects, so their classes count together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from labelstore.errors import UsageError
from labelstore.samples.dice import Dice

# Kinds of tools by asset type, with their share of the objects. Audio and HTML have questions only.
SHARES: dict[str, dict[str, float]] = {
    "image": {"bounding_box": 0.45, "polygon": 0.35, "polyline": 0.07, "point": 0.08, "mask": 0.05},
    "video": {"bounding_box": 0.6, "polygon": 0.1, "polyline": 0.1, "point": 0.1, "mask": 0.1},
    "text": {"text_entity": 1.0},
    "geospatial": {"bounding_box": 0.3, "polygon": 0.4, "polyline": 0.15, "point": 0.15},
    "audio": {},
    "document": {"bounding_box": 0.6, "text_entity": 0.4},
    "conversation": {"text_entity": 1.0},
    "dicom": {"polyline": 0.6, "mask": 0.4},
    "html": {},
    "llm": {"message_single": 0.4, "message_multi": 0.3, "message_ranking": 0.3},
}
PROJECTS: dict[str, tuple[str, ...]] = {
    "image": ("Street scenes", "Orchard survey"),
    "video": ("Junction cameras", "Aquarium 水族館"),
    "text": ("Support tickets", "Presseschau"),
    "geospatial": ("Harbour tiles", "Floor plans"),
    "audio": ("Call recordings", "Bird song"),
    "document": ("Invoices", "Lab reports"),
    "conversation": ("Chat quality", "Hotline chats"),
    "dicom": ("Knee study", "Chest study"),
    "html": ("Shop pages", "News pages"),
    "llm": ("Model comparison", "Prompt and response"),
}
NAMES = (
    "Car",
    "Person",
    "Straßenschild",
    "tv/monitor",
    "Apple tree",
    "犬 Dog",
    "Lane?",
    "Café [open]",
    "Crate",
    "Été",
)
COLORS = (
    "#1CE6FF",
    "#FF34FF",
    "#ff4a46",
    "#008941",
    "#006fA6",
    "#A30059",
    "#a23030",
    "#7A4900",
    "#0000A6",
    "#63FFAC",
)
TILINGS = ("EPSG4326", "Simple")
DECK = 128


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that a question offers, with the questions that it opens."""

    name: str
    value: str
    schema_id: str
    questions: tuple["Question", ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A classification: `kind` is radio, checklist, dropdown or text."""

    kind: str
    name: str
    value: str
    schema_id: str
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """An object class, with the questions asked about each of its objects."""

    kind: str
    name: str
    value: str
    color: str
    schema_id: str
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Ontology:
    """One project. `deck` holds each tool as often as its objects are frequent."""

    asset_type: str
    project_id: str
    project_name: str
    ontology_id: str
    dataset_id: str
    dataset_name: str
    tiling: str
    deck: tuple[Tool, ...]
    questions: tuple[Question, ...]
    relationship: Tool


def slug(name: str) -> str:
    """The machine name that Labelbox makes of a display name."""
    return re.sub(r"\s+", "_", name.lower())


def _option(dice: Dice, name: str, *questions: Question) -> Option:
    return Option(name, slug(name), dice.id(), questions)


def _question(dice: Dice, kind: str, name: str, options: Sequence[Option | str] = ()) -> Question:
    made = tuple([_option(dice, option) if isinstance(option, str) else option for option in options])
    return Question(kind, name, slug(name), dice.id(), made)


def _ladder(dice: Dice, depth: int) -> Question:
    """A radio question whose first option opens another one, `depth` levels in all, the last of them text."""
    if depth == 1:
        return _question(dice, "text", "In your own words")
    kind = "checklist" if depth == 3 else "radio"
    because = _option(dice, f"Because {depth}", _ladder(dice, depth - 1))
    return _question(dice, kind, f"Why? (level {depth})", (because, "No reason"))


def _global_questions(dice: Dice) -> tuple[Question, ...]:
    return (
        _question(dice, "radio", "Weather", ("Sunny", "Überwiegend bewölkt", "Rain")),
        _question(dice, "checklist", "Seen?", ("Cat", "Dog", "Nothing at all", "Löwe")),
        _question(dice, "dropdown", "Season", ("Spring", "Summer", "Autumn", "Winter")),
        _question(dice, "text", "Notes [free text]"),
        _ladder(dice, 5),
    )


def _tool_questions(dice: Dice, number: int) -> tuple[Question, ...]:
    """None to three questions; of every four tools one starts with a checklist, one has a nested question."""
    why = _question(dice, "text", "Why hidden")
    hidden = _question(dice, "radio", "Hidden", (_option(dice, "Partly", why), "No"))
    parts = _question(dice, "checklist", "Parts", ("Front", "Rear", "Left side", "Right side"))
    state = _question(dice, "dropdown", "State", ("New", "Used", "Broken"))
    remark = _question(dice, "text", "Remark")
    return ((hidden,), (parts, remark), (), (state, hidden, remark))[number % 4]


def _deck(dice: Dice, asset_type: str, start: int) -> tuple[Tool, ...]:
    """Three tools a kind, the first six times as frequent as the last."""
    deck: list[Tool] = []
    number = 0
    for kind, share in SHARES[asset_type].items():
        for weight in (0.6, 0.3, 0.1):
            name = NAMES[(start + number) % len(NAMES)] + (
                f" {number // len(NAMES) + 1}" if number >= len(NAMES) else ""
            )
            color = COLORS[number % len(COLORS)]
            tool = Tool(kind, name, slug(name), color, dice.id(), _tool_questions(dice, number))
            deck += [tool] * max(1, int(share * weight * DECK))
            number += 1
    return tuple(deck)


@cache
def ontologies(asset_type: str) -> tuple[Ontology, ...]:
    """The projects of an asset type."""
    return tuple([_ontology(asset_type, number) for number in range(len(PROJECTS[asset_type]))])


def _ontology(asset_type: str, number: int) -> Ontology:
    dice = Dice("ontology", asset_type, number)
    name = PROJECTS[asset_type][number]
    has_tools = (asset_type, number) != ("llm", 1)  # prompts and responses are questions
    return Ontology(
        asset_type=asset_type,
        project_id=dice.id(),
        project_name=name,
        ontology_id=dice.id(),
        dataset_id=dice.id(),
        dataset_name=f"{name} raw ",
        tiling=TILINGS[number] if asset_type == "geospatial" else "",
        deck=_deck(dice, asset_type, number * 5) if has_tools else (),
        questions=_global_questions(dice),
        relationship=Tool("relationship", "belongs to", "belongs_to", "#8FB0FF", dice.id()),
    )


@cache
def project(name: str) -> Ontology:
    """The project of that name."""
    for asset_type in PROJECTS:
        for ontology in ontologies(asset_type):
            if ontology.project_name == name:
                return ontology
    raise UsageError(f"no sample project is called {name!r}; take a label that `v1_labels` made")
