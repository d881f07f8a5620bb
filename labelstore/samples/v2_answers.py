"""Classifications of the current export, nested to any depth, global or about one message."""

from dataclasses import dataclass
from typing import Any

from labelstore.samples.assets import message_id
from labelstore.samples.dice import Dice
from labelstore.samples.ontology import Option, Question, Tool
from labelstore.samples.words import NOTES

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Era:
    """What an export of some year looks like; formats/labelbox-v2.md, section 7."""

    year: int
    schema_ids: bool = True
    values: bool = True
    composite_masks: bool = True
    line_kind: str = "ImagePolyline"
    page_dimensions: bool = True
    asset_types: bool = True
    tokens: bool = True
    exif_rotation: int | str = "1"
    timed_audio: bool = True
    related_objects: bool = False  # relationships stand among the objects too
    detailed: bool = False  # parts of the time, scores, order of drawing, empty questions of texts
    confidence: bool = False  # predictions of a model run


def feature(dice: Dice, era: Era, item: Question | Option | Tool) -> Json:
    """The keys that objects, questions and answers share; early exports lack the schema id and the value."""
    made: Json = {"feature_id": dice.id()}
    if era.schema_ids:
        made["feature_schema_id"] = item.schema_id
    made["name"] = item.name
    if era.values:
        made["value"] = item.value
    return made


def scored(dice: Dice, made: Json) -> Json:
    """What a model adds to its predictions."""
    made["confidence"] = dice.random()
    if dice.chance(0.3):
        made["custom_metrics"] = [{"name": "iou", "value": dice.random()}, {"name": "rank", "value": 2}]
    return made


def _answer(dice: Dice, era: Era, option: Option) -> Json:
    below = [classified(dice, era, question) for question in option.questions] if dice.chance(0.7) else []
    return {**feature(dice, era, option), "classifications": below}


def classified(dice: Dice, era: Era, question: Question, *, message: bool = False) -> Json:
    """The question with its answer, and below each answer the questions that it opened."""
    made = feature(dice, era, question)
    prefix = ""
    if message:
        made["message_id"] = message_id(dice)
        prefix = "conversational_"
    if question.kind == "text":
        answer = {"content": dice.pick(NOTES)}
        made[f"{prefix}text_answer"] = answer | {"classifications": []} if era.detailed else answer
    elif question.kind == "radio":
        opening = bool(question.options[0].questions) and dice.chance(0.6)
        option = question.options[0] if opening else dice.pick(question.options)
        made[f"{prefix}radio_answer"] = _answer(dice, era, option)
    else:
        chosen = dice.some(question.options, 3)
        made[f"{prefix}checklist_answers"] = [_answer(dice, era, option) for option in chosen]
    return scored(dice, made) if era.confidence else made


def given(made: Json) -> list[Json]:
    """The answers of a radio question or a checklist."""
    return made["checklist_answers"] if "checklist_answers" in made else [made["radio_answer"]]


def of_object(dice: Dice, era: Era, tool: Tool) -> list[Json]:
    """One or two of the tool's questions for some of its objects."""
    if not tool.questions or dice.random() > 0.38:
        return []
    return [classified(dice, era, question) for question in tool.questions[: dice.between(1, 2)]]


def of_label(dice: Dice, era: Era, questions: tuple[Question, ...], *, messages: bool) -> list[Json]:
    """Some of the project's global questions; in conversations half of them about one message."""
    if dice.chance(0.3):
        return []
    chosen = dice.some(questions, 3)
    return [classified(dice, era, question, message=messages and dice.chance(0.5)) for question in chosen]
