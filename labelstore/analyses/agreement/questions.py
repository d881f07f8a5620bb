"""Agreement about radio and dropdown questions: Krippendorff's alpha of all labelers, Cohen's kappa of every two.

A unit is what was asked about: a data row, a frame of it, or a message. Alpha comes from the extra `agreement`.
"""

from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec
from itertools import combinations
from typing import Any, NamedTuple


class QuestionAgreement(NamedTuple):
    """A question in a project. `units` have the answers of two labelers or more.

    `agreement` is the share of pairs of answers that are the same. `alpha` (nominal) is None where all answers are the
    same, since chance alone would do that, and without the extra. `parent` is the question that it is nested in.
    """

    project: str | None
    question: str
    units: int
    answers: int
    agreement: float
    alpha: float | None
    project_id: str | None
    schema_id: str | None
    parent: str | None


class PairAgreement(NamedTuple):
    """The units of a question that two labelers answered both. `kappa` is None where all answers are the same."""

    project: str | None
    question: str
    labeler_a: str
    labeler_b: str
    units: int
    agreement: float
    kappa: float | None
    project_id: str | None
    schema_id: str | None
    parent: str | None


class _Question:
    """The answers to a question of a project: unit → labeler → answer."""

    def __init__(self, project_id: str | None, project: str | None, schema_id: str | None) -> None:
        self.project_id, self.project, self.schema_id = project_id, project, schema_id
        self.name = ""
        self.parent: str | None = None
        self.units: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.labelers: set[str] = set()

    @property
    def identity(self) -> tuple[str | None, str | None, str | None]:
        """What else tells it from questions of the same name: project, schema, the question above."""
        return self.project_id, self.schema_id, self.parent


def has_alpha() -> bool:
    """Whether the extra `agreement` is installed."""
    return find_spec("krippendorff") is not None


def question_agreement(rows: Iterable[dict[str, Any]]) -> tuple[list[QuestionAgreement], list[PairAgreement]]:
    """The agreement of the rows of `sql/analyses/agreement_answers.sql`; sorted by project, question and labelers.

    Of several labels of one labeler the last counts. A label of an unknown labeler is one of its own, in no pair.
    """
    questions, pairs = [], []
    for question in _collected(rows):
        units = [list(given.values()) for given in question.units.values() if len(given) > 1]
        if not units:
            continue
        numbers = [_pairs_of(answers) for answers in units]
        same, all_pairs = (sum(column) for column in zip(*numbers, strict=True))
        answers = sum(map(len, units))
        share = round(same / all_pairs, 4)
        numbers_of = (len(units), answers, share, _alpha(units))
        questions.append(QuestionAgreement(question.project, question.name, *numbers_of, *question.identity))
        pairs += _pairs(question)
    return questions, pairs


def _collected(rows: Iterable[dict[str, Any]]) -> list[_Question]:
    found: dict[tuple[Any, ...], _Question] = {}
    messages: dict[int, Any] = {}
    asked: dict[int, str] = {}
    label_id = classification_id = None
    for row in rows:
        if row["label_id"] != label_id:
            messages.clear()
            asked.clear()
            label_id = row["label_id"]
        message = row["message_id"] or messages.get(row["parent_answer_id"])
        messages[row["answer_id"]] = message
        asked[row["answer_id"]] = row["question"] or ""
        if row["kind"] not in ("radio", "dropdown"):
            continue
        key = (row["project_id"], row["schema_id"] or f"named {row['question']}")
        if key not in found:
            found[key] = _Question(row["project_id"], row["project"], row["schema_id"])
        question = found[key]
        question.name, question.parent = row["question"] or "", asked.get(row["parent_answer_id"])
        labeler = row["created_by"] or f"label {row['label_id']}"
        if row["created_by"] is not None:
            question.labelers.add(labeler)
        unit = (row["data_row_id"], row["group_name"], row["frame_number"], message)
        of_unit = question.units.setdefault(unit, {})
        if row["classification_id"] != classification_id:  # a dropdown may have several answers
            of_unit[labeler] = ()
        of_unit[labeler] = tuple(sorted((*of_unit[labeler], row["answer"] or "")))
        classification_id = row["classification_id"]
    return sorted(found.values(), key=lambda question: (question.project or "", question.name))


def _pairs_of(answers: list[Any]) -> tuple[int, int]:
    """(pairs of the same answer, pairs)"""
    same = sum(count * (count - 1) // 2 for count in Counter(answers).values())
    return same, len(answers) * (len(answers) - 1) // 2


def _pairs(question: _Question) -> list[PairAgreement]:
    common: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
    for given in question.units.values():
        for one, other in combinations(sorted(question.labelers & given.keys()), 2):
            common.setdefault((one, other), []).append((given[one], given[other]))
    return [
        PairAgreement(
            question.project,
            question.name,
            *labelers,
            len(both),
            round(sum(one == other for one, other in both) / len(both), 4),
            _kappa(both),
            *question.identity,
        )
        for labelers, both in sorted(common.items())
    ]


def _alpha(units: list[list[Any]]) -> float | None:
    """Krippendorff's alpha, nominal."""
    categories = sorted({answer for unit in units for answer in unit})
    if len(categories) < 2 or not has_alpha():
        return None
    import krippendorff

    counts = [[Counter(unit)[category] for category in categories] for unit in units]
    return round(float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")), 4)


def _kappa(both: list[tuple[Any, Any]]) -> float | None:
    """Cohen's kappa: how far two labelers agree beyond what their answers would by chance."""
    ours, theirs = (Counter(side) for side in zip(*both, strict=True))
    if len(ours | theirs) < 2:
        return None
    observed = sum(one == other for one, other in both) / len(both)
    expected = sum(ours[answer] * theirs[answer] for answer in ours) / len(both) ** 2
    return round(float((observed - expected) / (1 - expected)), 4)
