"""The rows that are counted, and where in them stands what is counted."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from labelstore.schema.tables import NODE_BITS, Part, Row, Rows, columns, node_column, node_place

COUNTED: Mapping[str, Sequence[str]] = {
    "frames": ("frame_id", "label_id"),
    "objects": ("object_id", "label_id", "kind", "name", "value", "schema_id", "color"),
    "classifications": (
        "classification_id",
        "label_id",
        "kind",
        "name",
        "value",
        "schema_id",
        "object_id",
        "parent_answer_id",
        "frame_id",
        "message_id",
        "scope",
    ),
    "answers": ("answer_id", "classification_id", "name", "value", "schema_id", "text"),
    "relationships": ("node_id", "label_id", "name", "value", "schema_id", "color"),
}
"""The tables of which rows are counted, and the columns that tell what they are."""

FEATURE_NAMES = frozenset({"name", "value", "schema_id", "color"})
"""Those of them that can hold any text."""


class CountedLabel(NamedTuple):
    """What is counted of a label itself, and what all that is in it is counted under."""

    label_id: str
    project_id: str | None
    asset_type: str | None
    skipped: bool | None
    model_run_id: str | None
    created_at: str | None
    updated_at: str | None


_OF_RECORD = itemgetter(*map(list(columns()["records"]).index, ("record_id", "asset_type", "generation")))
_OF_LABEL = itemgetter(
    *map(
        list(columns()["labels"]).index,
        ("record_id", "label_id", "project_id", "skipped", "model_run_id", "created_at", "updated_at"),
    )
)


class CountedRows:
    """Labels and the rows inside them, those of a label one after another; `names` are the columns of each table."""

    def __init__(
        self,
        labels: Sequence[CountedLabel],
        rows: Mapping[str, Sequence[Row]],
        names: Mapping[str, Sequence[str]] = COUNTED,
    ) -> None:
        self.labels, self._rows, self._names = labels, rows, names

    def __getitem__(self, table: str) -> Sequence[Row]:
        return self._rows[table]

    def getter(self, table: str, *names: str) -> "itemgetter[Any]":
        """What takes the values of these columns out of a row of a table."""
        return _getter(tuple(self._names[table]), names)

    def of_labels(self, labels: Sequence[CountedLabel]) -> "CountedRows":
        """The same rows, with these labels."""
        return CountedRows(labels, self._rows, self._names)

    def divided(self, records: Collection[int]) -> tuple["CountedRows", "CountedRows"]:
        """The rows of other records, and those of these."""
        if not records:
            return self, CountedRows([], {table: [] for table in COUNTED}, self._names)
        others: dict[str, list[Row]] = {table: [] for table in COUNTED}
        these: dict[str, list[Row]] = {table: [] for table in COUNTED}
        for table in COUNTED:
            node_of = self.getter(table, node_column(table))
            for row in self[table]:
                (these if node_of(row) >> NODE_BITS in records else others)[table].append(row)
        return CountedRows(self.labels, others, self._names), CountedRows([], these, self._names)

    def by_label(self) -> "CountedRows":
        """The rows of labels that they name, one label after another; each label stands for its project."""
        label_ids = self.label_ids()
        rows = {
            table: sorted(self[table], key=self.getter(table, "label_id"))
            for table in COUNTED
            if "label_id" in COUNTED[table]
        }
        ids = map(self.getter("classifications", "classification_id"), rows["classifications"])
        places = {classification_id: place for place, classification_id in enumerate(ids)}
        asked = self.getter("answers", "classification_id")
        rows["answers"] = sorted(self["answers"], key=lambda row: places.get(asked(row), -1))
        labels = [CountedLabel(label_id, label_id, None, None, None, None, None) for label_id in label_ids]
        return CountedRows(labels, rows, self._names)

    def label_ids(self) -> set[str]:
        """The labels that rows are in."""
        tables = [table for table in COUNTED if "label_id" in COUNTED[table]]
        return {label_id for table in tables for label_id in map(self.getter(table, "label_id"), self[table])}


def rows_of_records(rows: Rows) -> tuple[CountedRows, CountedRows]:
    """What is counted of the rows of records: labels with what is in them, and what frames files add to labels."""
    records = {record_id: (asset_type, kind) for record_id, asset_type, kind in map(_OF_RECORD, rows["records"])}
    labels = [
        CountedLabel(label_id, project_id, records[record_id][0], *values)
        for record_id, label_id, project_id, *values in map(_OF_LABEL, rows["labels"])
    ]
    counted = CountedRows(labels, rows.by_table, _whole_rows())
    return counted.divided({record_id for record_id, (_, kind) in records.items() if kind == "frames"})


def rows_put_away(part: Part) -> CountedRows:
    """What is counted of rows that were put away, which are inside labels among the other rows."""
    return CountedRows([], part, _whole_rows())


@cache
def _whole_rows() -> Mapping[str, Sequence[str]]:
    return {table: tuple(columns()[table]) for table in COUNTED}


def without_repeats(rows: Rows) -> Iterator[Rows]:
    """The rows of records, in several parts where labels are in several records: in none of which a label is twice."""
    labels: dict[int, list[str]] = {}
    for record_id, label_id, *_ in map(_OF_LABEL, rows["labels"]):
        labels.setdefault(record_id, []).append(label_id)
    newest: dict[str, int] = {}
    parts: dict[int, int] = {}
    for record_id, label_ids in labels.items():
        parts[record_id] = part = max(newest.get(label_id, -1) + 1 for label_id in label_ids)
        newest.update(dict.fromkeys(label_ids, part))
    last = max(parts.values(), default=0)
    if last == 0:
        yield rows
        return
    for part in range(last + 1):
        some = Rows()
        for table, held in rows:
            place = node_place(table)
            some[table].extend(row for row in held if parts.get(row[place] >> NODE_BITS, 0) == part)
        yield some


@cache
def _getter(columns: Sequence[str], names: Sequence[str]) -> "itemgetter[Any]":
    return itemgetter(*map(columns.index, names))
