"""Classifications of the legacy export: all shapes of `answer` and `answers`, flattened or nested."""

from dataclasses import dataclass
from typing import Any

from labelstore.samples.assets import message_id
from labelstore.samples.dice import Dice
from labelstore.samples.ontology import Option, Question, Tool
from labelstore.samples.words import NOTES

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Habit:
    """How one label is written: the spellings that differ between exports."""

    nested: bool = False  # sub-questions inside the answer; else after their question, in the same array
    answers_key: str = "answers"  # where a checklist keeps its list: `answer` in 2020
    scope: bool = False  # late exports add `scope` to questions and `position` to answers
    messages: bool = False  # conversations: questions asked about one message
    keyframe: bool | None = None  # frames of videos: on the answer
    color_first: bool = False  # of an object's keys `color` precedes `title`, as in 2021


def feature(dice: Dice, item: Question | Option | Tool) -> Json:
    """The four keys that objects, questions and answers share."""
    return {"featureId": dice.id(), "schemaId": item.schema_id, "title": item.name, "value": item.value}


def _answer(dice: Dice, option: Option, habit: Habit, position: int) -> Json:
    answer = feature(dice, option)
    if habit.scope:
        answer["position"] = position
    if habit.keyframe is not None:
        answer["keyframe"] = habit.keyframe
    if habit.nested and option.questions:
        answer["classifications"] = answered(dice, option.questions, habit)
    return answer


def _classified(dice: Dice, question: Question, habit: Habit) -> list[Json]:
    """The question with its answer; in exports that flatten, then the questions that the answer opened."""
    made = feature(dice, question)
    if question.kind == "text":
        made["answer"] = dice.pick(NOTES)
        return [made]
    if question.kind == "radio":
        first = bool(question.options[0].questions)
        chosen = [question.options[0] if first and dice.chance(0.6) else dice.pick(question.options)]
        made["answer"] = _answer(dice, chosen[0], habit, 0)
    else:
        chosen = dice.some(question.options, 3)
        key = habit.answers_key if question.kind == "checklist" else "answer"
        made[key] = [_answer(dice, option, habit, position) for position, option in enumerate(chosen)]
    if habit.nested:
        return [made]
    opened = [below for option in chosen for below in option.questions]
    return [made, *answered(dice, opened, habit)]


def answered(dice: Dice, questions: tuple[Question, ...] | list[Question], habit: Habit) -> list[Json]:
    """Each of the questions answered, as the array `classifications` of a label or of an answer."""
    return [made for question in questions for made in _classified(dice, question, habit)]


def of_object(dice: Dice, tool: Tool, habit: Habit) -> list[Any]:
    """One or two of the tool's questions, as `classifications` of an object.

    When the first is a checklist the array stands in brackets of its own, sometimes only its first item does.
    """
    questions = tool.questions[: dice.between(1, 2)]
    found = answered(dice, questions, habit)
    if questions[0].kind != "checklist":
        return found
    return [found] if len(found) == 1 or dice.chance(0.7) else [found[:1], *found[1:]]


def of_label(dice: Dice, questions: tuple[Question, ...], habit: Habit) -> list[Json]:
    """Some of the project's global questions; of conversations half of them about one message."""
    found = answered(dice, dice.some(questions, 3), habit) if dice.chance(0.7) else []
    for made in found:
        if habit.messages and dice.chance(0.5):
            made["messageId"] = message_id(dice)
        if habit.scope:
            made["scope"] = "index" if "messageId" in made else "global"
    return found
