"""Which labels are exported: of each data row and project those that a caller chose, and the split of each data row."""

from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from labelstore.engines.database import Database
from labelstore.errors import NotFoundError
from labelstore.export.choices import FILTERED, Choices, option_of
from labelstore.export.file_names import FileNames
from labelstore.export.splitting import Splits, splits_of
from labelstore.query.filters import check_known, labels
from labelstore.query.where import nodes_where
from labelstore.schema.tables import sql_text


class Candidate(NamedTuple):
    """A label that may be exported: a row of `sql/export/candidates.sql`."""

    node_id: int
    label_id: str
    data_row_id: str | None
    project_id: str | None
    project_name: str | None
    asset_type: str
    skipped: bool
    score: float | None
    """Of its last review."""
    picked: bool
    """Whether its project selected it."""
    benchmark: bool
    updated_at: str | None
    external_id: str | None
    global_key: str | None
    row_data: str | None
    data_split: str | None

    @property
    def data_row(self) -> str:
        """What tells its data row from others: the id, or that of the label where the export has none."""
        return self.data_row_id or self.label_id


@dataclass
class Selection:
    """The chosen labels by their nodes. Those of one data row belong together; `first` has one of each, in order."""

    first: "array[int]" = field(default_factory=lambda: array("q"))
    others: dict[int, list[int]] = field(default_factory=dict)
    """The first label of a data row → its other ones."""
    splits: Splits = field(default_factory=Splits)
    names: FileNames = field(default_factory=FileNames)
    not_selected: Counter[str] = field(default_factory=Counter)


def select(
    database: Database, choices: Choices, *, skipped: bool = False, model_runs: bool = False, together: bool = True
) -> Selection:
    """The labels that the choices mean; with `skipped` and `model_runs` also those that were skipped and of model runs.

    Without `together` each label stands for itself, also where a data row has several.

    Raises `NotFoundError` for an unknown name or model run, `UsageError` and `QueryError` for what is no choice.
    """
    check_known(database, choices.filters)
    chosen = Selection(names=FileNames(choices.name))
    keeps = _condition(database, choices, skipped)
    values = {"model_run": choices.model_run, "model_runs": model_runs}
    candidates = (Candidate(*row) for row in database.query(sql_text("export/candidates.sql"), values).rows)
    found = 0
    rows: list[tuple[int, Candidate, list[int]]] = []
    for _, of_data_row in groupby(candidates, key=lambda label: label.data_row):
        nodes: list[Candidate] = []
        for _, of_project in groupby(of_data_row, key=lambda label: label.project_id):
            some = []
            for label in of_project:
                found += 1
                if (reason := keeps(label)) is None:
                    some.append(label)
                else:
                    chosen.not_selected[reason] += 1
            nodes += (picked := _PICKS[choices.labels](some))
            chosen.not_selected["another label of the data row is chosen"] += len(some) - len(picked)
        if nodes:
            first, *others = sorted(nodes, key=lambda label: label.node_id)
            rows.append((first.node_id, first, [label.node_id for label in others] if together else []))
            if not together:
                rows += [(label.node_id, label, []) for label in others]
    if choices.model_run is not None and not found:
        raise NotFoundError(
            f"{choices.model_run}: no model run with this id has labels;"
            " list them with: select distinct model_run_id from labels"
        )
    rows.sort(key=lambda row: row[0])
    for node, label, further in rows:
        chosen.first.append(node)
        if further:
            chosen.others[node] = further
        chosen.names.note(label)
    chosen.splits = splits_of(database, choices, [(node, label.data_row, label.data_split) for node, label, _ in rows])
    chosen.not_selected = +chosen.not_selected
    return chosen


def _condition(database: Database, choices: Choices, skipped: bool) -> Callable[[Candidate], str | None]:
    """What says of a label why it is not selected; None if it is."""
    filters = choices.filters
    matching = set(labels(database, filters, model_runs=True)) if filters.filters else None
    options = ", ".join(option_of(name) for name in choices.chosen() if name in FILTERED)
    where = None if choices.where is None else nodes_where(database, choices.where)

    def reason(label: Candidate) -> str | None:
        if matching is not None and label.node_id not in matching:
            return f"not chosen by {options}"
        if where is not None and label.node_id not in where:
            return f"not in {option_of('where')}"
        return "skipped" if label.skipped and not skipped else None

    return reason


def _winner(labels: list[Candidate]) -> list[Candidate]:
    """The one that the project selected, else its benchmark, else the newest that is not rejected."""
    kept = [label for label in labels if label.score is None or label.score >= 0]
    order = ([one for one in kept if one.picked], [one for one in kept if one.benchmark], kept)
    return next((some[:1] for some in order if some), [])


_PICKS: dict[str, Callable[[list[Candidate]], list[Candidate]]] = {
    "winner": _winner,
    "newest": lambda labels: labels[:1],
    "benchmark": lambda labels: [label for label in labels if label.benchmark],
    "approved": lambda labels: [label for label in labels if label.score is not None and label.score > 0][:1],
    "all": lambda labels: labels,
}
"""A word of the choice `labels` → the labels that it picks of one data row and project, the newest first."""
