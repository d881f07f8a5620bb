"""Counts of labels and features in rows that the compiled core made, of which Python sees none."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ctypes import CDLL
from typing import Any, Final

from labelstore.core.counting import PAIRS, Counted, From, Rule, Slot
from labelstore.core.counting import Counter as CoreCounter
from labelstore.core.shredding import Stretch
from labelstore.counting.counts import MOST_PAIRED, Count, Group
from labelstore.counting.features import Amounts, Feature, Times
from labelstore.counting.roles import (
    BY_FRAME,
    CLASSIFICATION,
    FRAME,
    LABEL,
    OPTION,
    PAIRED,
    PARENT_FIELDS,
    RELATIONSHIP,
    TEXT,
    TOOL,
    Declared,
    Texts,
    is_by_frame,
)
from labelstore.schema.tables import columns, content_tables, node_column

Told = dict[str, Any]
"""What a count is of, by slot: texts and booleans, numbers of what counts labels, and of kinds of parents."""
_MOST_COUNTS: Final = 100_000
_DECLARED: Final = {declared.name: declared for declared in (FRAME, TOOL, RELATIONSHIP, CLASSIFICATION, OPTION)}
_LABELS, _PROJECTS, _INSIDE = 1, 2, 3
"""Numbers of rules: that of labels, that of projects, the first one of what is in labels."""
_NO_PARENTS = (-1, -1)
_TEXT_SLOTS: Final = {Texts.ALL: (), Texts.NAMED: ("is_unnamed_text",), Texts.NONE: ("is_text",)}
"""By which of them count, the slot that says of features whether they do not."""


class CoreCounts:
    """What was added since it was made; as `Counts` gives it, in several parts where that has one."""

    def __init__(self, core: CDLL) -> None:
        told = what_is_counted()
        self._rows: list[Count] | None = None
        self._rules, self._counter = told[0], CoreCounter(core, *told)

    def add(self, stretch: Stretch) -> None:
        """Count the rows of a stretch, in which no label is twice."""
        self._rows = None
        self._counter.add(stretch)

    def is_large(self) -> bool:
        """Whether it should be written down, and another begun."""
        return len(self._counter) > _MOST_COUNTS

    @property
    def wide(self) -> set[str]:
        """Labels with too many classes for their pairs to be counted."""
        groups = self._groups()
        return {label_id for number, label_id in self._counter.wide() if number in groups}

    def rows(self) -> Sequence[Count]:
        """What was counted of labels that are in no model run."""
        if self._rows is None:
            self._rows = list(self._counts())
        return self._rows

    def _counts(self) -> Iterator[Count]:
        groups = self._groups()
        for _, one in self._told(_LABELS):
            if one.number in groups:
                yield Count(groups[one.number], LABEL.name, None, Feature(), Amounts(one.annotations), Times())
        for rule, role in enumerate(_DECLARED.values(), _INSIDE):
            for told, one in self._told(rule):
                if (group := groups.get(told["group"])) is not None:
                    yield from _count(role, group, one, told)

    def pairs(self) -> Mapping[tuple[str | None, str, str], int]:
        """(project, class, class that comes after it) → labels with both, but for labels with too many classes."""
        groups = self._groups()
        tools = {one.number: told for told, one in self._told(list(_DECLARED).index(TOOL.name) + _INSIDE)}
        found: Counter[tuple[str | None, str, str]] = Counter()
        for pair in self._counter.counts(PAIRS):
            one, other = (tools[number] for number in pair.values)
            if (group := groups.get(one["group"])) is not None:
                found[group.project_id, *sorted((one["name"], other["name"]))] += pair.labels
        return found

    def model_run_labels(self) -> tuple[int, int]:
        """How many labels are in model runs: those of labelers, and predictions."""
        found = Counter[bool]()
        for told, one in self._told(_LABELS):
            if told["is_in_model_run"]:
                found[bool(told["is_prediction"])] += one.annotations
        return found[False], found[True]

    def asset_types(self) -> Counter[str]:
        """Records by asset type."""
        told = ((told["asset_type"], one.annotations) for told, one in self._told(0))
        return Counter({asset_type: count for asset_type, count in told if asset_type is not None})

    def project_names(self) -> dict[str, str]:
        """Projects by id, with the name that was told last."""
        told = [*self._told(_PROJECTS), *self._told(_LABELS)]
        told.sort(key=lambda each: each[1].last_label)
        pairs = ((each["project_id"], each["project_name"]) for each, _ in told)
        return {project_id: name for project_id, name in pairs if project_id is not None and name is not None}

    def _told(self, rule: int) -> Iterator[tuple[Told, Counted]]:
        slots = self._rules[rule].slots
        return ((dict(zip(slots, one.values, strict=True)), one) for one in self._counter.counts(rule))

    def _groups(self) -> dict[int, Group]:
        """By the number of what counts them, groups of labels in no model run."""
        return {
            one.number: Group(told["project_id"], told["asset_type"], bool(told["skipped"]))
            for told, one in self._told(_LABELS)
            if not told["is_in_model_run"]
        }


def _count(role: Declared, group: Group, one: Counted, told: Told) -> Iterator[Count]:
    """What one count says of a feature of a role, or of what several have in common that count."""
    if role is RELATIONSHIP:
        told["kind"] = RELATIONSHIP.name
    if role.parents and told["parent_role"] is not None:
        told["parent_role"] = list(role.parents.values())[told["parent_role"]]
    if one.grain < 0:
        feature = Feature(**{field: told[field] for field in Feature._fields if field in told})
        by_frame = one.annotations if role is CLASSIFICATION and _is_by_frame(told) else 0
        amounts = Amounts(one.annotations, by_frame, one.times_answered if role is OPTION else 0)
        yield Count(group, role.name, None, feature, amounts, Times(*one.seen))
        return
    grain = role.grains[one.grain]
    if not any(told[slot] for slot in _TEXT_SLOTS[grain.texts]):
        common = Feature(**{field: told.get(field) for field in grain.fields})
        yield Count(group, role.name, grain.name, common, Amounts(labels=one.labels), Times())


def _is_by_frame(told: Told) -> bool:
    frame, message, scope = (told[name] for name in BY_FRAME)
    return is_by_frame(frame or None, message or None, scope)


def what_is_counted() -> tuple[Sequence[Rule], int, tuple[int, int, int]]:
    """What the core has to be told: the rules, of how many classes there are pairs, and some columns of labels."""
    of_label = _column("labels", "label_id"), _column("labels", "created_at"), _column("labels", "updated_at")
    return _rules(), MOST_PAIRED, of_label


def _rules() -> Sequence[Rule]:
    """How the core counts: records, labels, projects, and then what is in labels."""
    run = Slot(From.IS_GIVEN, _column("labels", "model_run_id"))
    asset_type = _column("records", "asset_type")
    labels = _of_row("labels", ("project_id", "project_name", "skipped", "is_prediction"))
    labels |= {"asset_type": Slot(From.OF_RECORD, asset_type), "is_in_model_run": run}
    projects = {
        "project_id": Slot(From.OF_ROW, _column("data_row_projects", "project_id")),
        "project_name": Slot(From.OF_ROW, _column("data_row_projects", "name")),
    }
    return [
        _rule("records", {"asset_type": Slot(From.OF_ROW, asset_type)}),
        _rule("labels", labels),
        _rule("data_row_projects", projects),
        *map(_inside, _DECLARED.values()),
    ]


def _rule(table: str, slots: Mapping[str, Slot]) -> Rule:
    place = content_tables().index(table)
    return Rule(place, len(columns()[table]), _column(table, node_column(table)), _NO_PARENTS, None, slots)


def _inside(role: Declared) -> Rule:
    """How rows of a role are counted."""
    parents = [_DECLARED[name] for name in role.parents.values()]
    slots = {"group": Slot(From.LABEL_COUNT), **_of_row(role.table, role.columns)}
    if parents:
        slots["parent_role"] = Slot(From.PARENT_KIND)
        slots |= {f"parent_{field}": _of_parents(parents, field) for field in PARENT_FIELDS}
    if role is CLASSIFICATION:
        frame, message, scope = BY_FRAME
        slots |= {name: Slot(From.IS_GIVEN, _column(role.table, name)) for name in (frame, message)}
        slots |= _of_row(role.table, (scope,))
    if role is OPTION:
        text = _column(role.table, TEXT)
        slots["is_text"] = Slot(From.IS_GIVEN, text)
        slots["is_unnamed_text"] = Slot(From.IS_GIVEN, text, _column(role.table, "name"))
    grains = [
        ["group", *(field for field in grain.fields if field in slots), *_TEXT_SLOTS[grain.texts]]
        for grain in role.grains
    ]
    label = _column(role.table, "label_id")
    names = [grain.name for grain in role.grains]
    node, other, *_ = (*(_column(role.table, name) for name in role.parents), *_NO_PARENTS)
    return _rule(role.table, slots)._replace(
        parents=(node, other),
        label=Slot(From.OF_ROW, label) if label >= 0 else _of_parents(parents, "label_id"),
        grains=grains,
        classes=(names.index(PAIRED), PAIRED) if role is TOOL else None,
    )


def _of_row(table: str, names: Iterable[str]) -> dict[str, Slot]:
    return {name: Slot(From.OF_ROW, _column(table, name)) for name in names}


def _of_parents(parents: Sequence[Declared], name: str) -> Slot:
    """A column of parents, as far as those of a kind have it."""
    return Slot(From.OF_PARENT, *(_column(parent.table, name) for parent in parents))


def _column(table: str, name: str) -> int:
    """The place of a column; -1 for one that the table lacks."""
    names = list(columns()[table])
    return names.index(name) if name in names else -1
