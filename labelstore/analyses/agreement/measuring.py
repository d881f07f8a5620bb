"""All of the agreement in a store, and what could not be measured."""

from typing import Any, NamedTuple

from labelstore.analyses.agreement.objects import Compared, ObjectAgreement, object_agreement
from labelstore.analyses.agreement.questions import PairAgreement, QuestionAgreement, has_alpha, question_agreement
from labelstore.engines.database import Database
from labelstore.errors import UsageError
from labelstore.figures import figure
from labelstore.query.projects import check_project
from labelstore.schema.tables import sql_text


class Agreement(NamedTuple):
    """`compared` has the projects; `notes` says what is not in the numbers, and how to get it there."""

    iou: float
    objects: list[ObjectAgreement]
    questions: list[QuestionAgreement]
    pairs: list[PairAgreement]
    notes: list[str]
    compared: tuple[Compared, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What `labelstore agreement --json` prints."""
        return {
            "iou": self.iou,
            "objects": [row._asdict() for row in self.objects],
            "questions": [row._asdict() for row in self.questions],
            "pairs": [row._asdict() for row in self.pairs],
            "notes": self.notes,
            "compared": [row._asdict() for row in self.compared],
        }


def agreement(database: Database, project: str | None = None, iou: float = 0.5) -> Agreement:
    """How far labels of the same data row in the same project agree; of one project (id or name) or of all.

    Objects match if they are of one class and their intersection over union is `iou` or more. Skipped labels and
    those in model runs are left out. Raises `NotFoundError` for an unknown project, `UsageError` for an `iou` that is
    not above 0 and at most 1.
    """
    if not 0 < iou <= 1:
        raise UsageError(f"{iou}: the intersection over union at which objects match is above 0 and at most 1")
    check_project(database, project)
    values = {"project": project}
    objects, skipped, compared = object_agreement(
        database.query(sql_text("analyses/agreement_objects.sql"), values), iou
    )
    questions, pairs = question_agreement(database.query(sql_text("analyses/agreement_answers.sql"), values))
    notes = []
    if skipped:
        listed = ", ".join(f"{figure(count)} {kind}" for kind, count in sorted(skipped.items()))
        notes.append(f"not compared, since only boxes, polygons and masks with pixels are: {listed}")
    if any(row.measured == "bounds" for row in objects):
        notes.append("some polygons are measured by their bounds; exactly with: pip install 'labelstore-db[geometry]'")
    if questions and not has_alpha():
        notes.append("no alpha; it takes: pip install 'labelstore-db[agreement]'")
    return Agreement(iou, objects, questions, pairs, notes, tuple(compared))
