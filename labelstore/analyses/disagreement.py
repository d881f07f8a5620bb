"""Data rows whose labels differ, by what counts tell: how many objects of each class, which answers.

Where objects are is not looked at: labels of as many objects in other places count as equal here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple, Protocol

from labelstore.schema.tables import sql_text


class Source(Protocol):
    """A store to read from."""

    def query(self, sql: str, parameters: Mapping[str, Any] = {}, /) -> Iterable[Any]:
        """The rows of a query with parameters `$name`, as dicts."""


class ClassCount(NamedTuple):
    """A class of objects: how many the label with most and the one with fewest have."""

    name: str | None
    most: int
    fewest: int


class Disputed(NamedTuple):
    """A data row and its labels in a project; with a model run, all its labels and those of the run, last.

    `agreement` is the lowest score in the export. `questions` about the data row are answered, `answers` of these not
    the same in all labels.
    """

    project_id: str | None
    project: str | None
    data_row_id: str
    external_id: str | None
    asset_type: str | None
    label_ids: tuple[str, ...]
    labelers: tuple[str | None, ...]
    agreement: float | None
    classes: tuple[ClassCount, ...] = ()
    questions: int = 0
    answers: int = 0

    @property
    def objects(self) -> int:
        """How many more objects of each class the label with most has than that with fewest, added up."""
        return sum(one.most - one.fewest for one in self.classes)


class Choice(NamedTuple):
    """Which data rows, and what of them counts; None is all."""

    project: str | None = None
    """Id or name."""
    labeler: str | None = None
    name: str | None = None
    """The class whose objects count."""


def disputed(source: Source, model_run: str | None = None) -> list[Disputed]:
    """The data rows with several labels; with those that this model run has, if one is given."""
    values = {"model_run": model_run}
    of_labels, of_classes, of_answers = _statements()
    objects: dict[Any, list[ClassCount]] = {}
    for row in source.query(of_classes, values):
        objects.setdefault(_key(row), []).append(ClassCount(row["name"], row["most"], row["fewest"]))
    answers = {_key(row): row for row in source.query(of_answers, values)}
    found = []
    for key, labels in groupby(source.query(of_labels, values), _group_key):
        rows = list(labels)
        asked = answers.get(key)
        one = _head(rows)._replace(classes=tuple(objects.get(key, ())))
        found.append(one._replace(questions=asked["questions"], answers=asked["differing"]) if asked else one)
    return found


def _statements() -> list[str]:
    """SQL about the labels, the classes and the answers."""
    passes, *parts = sql_text("analyses/disagreement.sql").split(";\n")
    return [f"{passes}\n{part}" for part in parts]


def _key(row: Mapping[str, Any]) -> tuple[Any, Any]:
    return row["data_row_id"], row["project_id"]


def _group_key(row: Mapping[str, Any]) -> tuple[Any, Any]:
    return row["data_row_id"], row["group_id"]


def _head(rows: Sequence[Mapping[str, Any]]) -> Disputed:
    first = rows[0]
    scores = [row["agreement"] for row in rows if row["agreement"] is not None]
    return Disputed(
        first["project_id"],
        first["project"],
        first["data_row_id"],
        first["external_id"],
        first["asset_type"],
        tuple(row["label_id"] for row in rows),
        tuple(row["model_run_id"] or row["created_by"] for row in rows),
        min(scores, default=None),
    )


ORDERS: Final[dict[str, Callable[[Disputed], Any]]] = {
    "objects": lambda one: (-one.objects, -one.answers),
    "answers": lambda one: (-one.answers, -one.objects),
    "agreement": lambda one: (one.agreement is None, one.agreement or 0.0, -one.objects),
}
"""What comes first: most objects or answers that differ, or the lowest score of the export."""


def chosen(found: Iterable[Disputed], choice: Choice, order: str = "objects") -> list[Disputed]:
    """Those of the choice, in order. `order` is a key of `ORDERS`."""
    kept = [one for one in found if _is_chosen(one, choice)]
    if choice.name is not None:
        kept = [
            one._replace(classes=tuple(count for count in one.classes if count.name == choice.name)) for one in kept
        ]
    return sorted(kept, key=lambda one: (ORDERS[order](one), one.data_row_id, one.project_id or ""))


def _is_chosen(one: Disputed, choice: Choice) -> bool:
    return (
        (choice.project is None or choice.project in (one.project_id, one.project))
        and (choice.labeler is None or choice.labeler in one.labelers)
        and (choice.name is None or any(count.name == choice.name for count in one.classes))
    )
