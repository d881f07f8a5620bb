"""Which objects, questions and answers of two states of a label are the same ones."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Final, TypeVar

from labelstore.history.label_model import Answer, Object, Question

Item = Object | Question | Answer
_T = TypeVar("_T", bound=Item)


def _object_id(found: Object) -> Hashable:
    feature = found.feature
    return (feature.group, feature.frame, feature.feature_id) if feature.feature_id else None


def _object_name(found: Object) -> Hashable:
    feature = found.feature
    return None if feature.feature_id else (feature.group, feature.frame, feature.name, feature.kind)


def _question_by(name: str) -> Callable[[Question], Hashable]:
    def key(found: Question) -> Hashable:
        feature, value = found.feature, found.names.get(name)
        return (feature.group, feature.frame, str(found.message_id), value) if value else None

    return key


def _nameless(found: Question | Answer) -> Hashable:
    return None if any(found.names.values()) else (found.feature.group, found.feature.frame)


def _answer_by(name: str) -> Callable[[Answer], Hashable]:
    return lambda found: found.names.get(name) or None


OBJECT_KEYS: Final = (_object_id, _object_name)
QUESTION_KEYS: Final = (*map(_question_by, ("feature_id", "schema_id", "name", "value")), _nameless)
ANSWER_KEYS: Final = (*map(_answer_by, ("schema_id", "value", "name", "feature_id")), _nameless)


def paired(
    before: Sequence[_T], after: Sequence[_T], keys: Sequence[Callable[[_T], Hashable]]
) -> list[tuple[_T | None, _T | None]]:
    """What matches by the first key, of the rest what matches by the second …; then what is gone."""
    found: dict[int, _T] = {}
    left = dict(enumerate(before))
    for key in keys:
        waiting: dict[Hashable, list[int]] = {}
        for place, item in left.items():
            waiting.setdefault(key(item), []).append(place)
        waiting.pop(None, None)
        for place, item in enumerate(after):
            if place not in found and waiting.get(key(item)):
                found[place] = left.pop(waiting[key(item)].pop(0))
    return [(found.get(place), item) for place, item in enumerate(after)] + [(item, None) for item in left.values()]


def flat(questions: list[Question]) -> Iterator[Question]:
    """v1 writes nested questions behind the one that asks them: all questions that way."""
    for question in questions:
        yield question._replace(answers=[answer._replace(questions=[]) for answer in question.answers])
        for answer in question.answers:
            yield from flat(answer.questions)


def called(found: Item) -> str:
    """What people call it: its name, else its value, else its id."""
    return found.names.get("name") or found.names.get("value") or found.feature.feature_id or "(no name)"


def answered(question: Question | None) -> list[str] | str | None:
    """The answer as text, or the options chosen; None without a question."""
    if question is None:
        return None
    return question.text if question.text is not None else [called(answer) for answer in question.answers]
