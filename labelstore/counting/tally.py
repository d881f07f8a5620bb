"""The rows of one batch, counted by feature; and for each of its labels, which features it has."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from operator import is_not
from typing import Any

from labelstore.counting.counted_rows import CountedRows
from labelstore.counting.features import Parent, Role, add_up
from labelstore.counting.roles import (
    BY_FRAME,
    CLASSIFICATION,
    NO_PARENT,
    OPTION,
    PARENT_FIELDS,
    RELATIONSHIP,
    TEXT,
    TOOL,
    UNKNOWN_OPTION,
    UNKNOWN_TOOL,
    Roles,
    is_by_frame,
)
from labelstore.schema.tables import Row

Members = dict[Role, dict[str, frozenset[int]]]
"""Role → label → which features it has."""

_NO_FEATURES: frozenset[int] = frozenset()


class Tally:
    """A batch, added (`sign` 1) or taken away (-1). `groups` has the labels that count, with the numbers of groups.

    It may come in parts: a label in several of them, but a question in one with what it was asked of and its answers.

    Calls that go over all rows at once stand where loops would read better: a load counts each of its rows here.
    """

    _rows: CountedRows
    """The part at hand."""

    def __init__(self, groups: Mapping[str, int], roles: Roles, sign: int) -> None:
        self._groups, self._roles, self._sign = groups, roles, sign
        self._members: Members = {}

    def count(self, parts: Iterable[CountedRows]) -> Members:
        """Count all rows; the features of each label."""
        self._plain(self._roles.labels, list(self._groups))
        for self._rows in parts:
            self._count_part()
        return self._members

    def _count_part(self) -> None:
        roles = self._roles
        self._plain(roles.frames, self._inside("frames")[1])
        rows, label_ids = self._inside("relationships")
        self._plain(roles.relationships, label_ids, self._values("relationships", rows, *RELATIONSHIP.columns))
        objects, label_ids = self._inside("objects")
        tools = self._plain(roles.tools, label_ids, self._values("objects", objects, *TOOL.columns))
        rows, label_ids = self._inside("classifications")
        if rows:
            asked = self._asked(rows, label_ids)
            answers, options = self._count_options(rows, label_ids, asked)
            self._count_questions(rows, label_ids, asked, self._parents(rows, objects, tools, answers, options))

    def _inside(self, table: str) -> tuple[Sequence[Row], list[str]]:
        """The rows of a table that are in a label which counts, and these labels."""
        label_of, rows = self._rows.getter(table, "label_id"), self._rows[table]
        label_ids = list(map(label_of, rows))
        if not self._groups.keys() >= set(label_ids):
            rows = [row for row, label_id in zip(rows, label_ids, strict=True) if label_id in self._groups]
            label_ids = list(map(label_of, rows))
        return rows, label_ids

    def _values(self, table: str, rows: Sequence[Row], *names: str) -> "map[Any]":
        return map(self._rows.getter(table, *names), rows)

    def _plain(self, role: Role, label_ids: list[str], *parts: Iterable[Any]) -> list[int]:
        """Count features of labels, whose keys are their group and these parts; their numbers."""
        return self._count(role, label_ids, zip(map(self._groups.__getitem__, label_ids), *parts, strict=True))

    def _count(self, role: Role, label_ids: list[str], keys: Iterable[Any]) -> list[int]:
        """Count features of labels; their numbers."""
        numbers = role.numbered(keys)
        add_up(role.annotations, numbers, self._sign)
        if role.grains:
            members = self._members.setdefault(role, {})
            start = 0
            for label_id, count in Counter(label_ids).items():  # those of a label stand together
                members[label_id] = members.get(label_id, _NO_FEATURES).union(numbers[start : start + count])
                start += count
        return numbers

    def _asked(self, rows: Sequence[Row], label_ids: list[str]) -> list[int]:
        """The numbers of what answers say of these questions."""
        groups = map(self._groups.__getitem__, label_ids)
        keys = zip(groups, self._values("classifications", rows, *PARENT_FIELDS), strict=True)
        return list(map(self._roles.asked.__getitem__, keys))

    def _count_options(
        self, rows: Sequence[Row], label_ids: list[str], asked: list[int]
    ) -> tuple[Sequence[Row], list[int]]:
        """Count the answers to questions; the rows and their features."""
        role = self._roles.options
        labels = dict(zip(self._values("classifications", rows, "classification_id"), label_ids, strict=True))
        questions = dict(zip(labels, asked, strict=True))
        answers = self._rows["answers"]
        given = list(self._values("answers", answers, "classification_id"))
        if not all(map(labels.__contains__, given)):
            answers = [row for row, question in zip(answers, given, strict=True) if question in labels]
            given = list(self._values("answers", answers, "classification_id"))
        keys = zip(
            map(questions.__getitem__, given),
            self._values("answers", answers, *OPTION.columns),
            map(is_not, self._values("answers", answers, TEXT), repeat(None)),
            strict=True,
        )
        numbers = self._count(role, list(map(labels.__getitem__, given)), keys)
        del keys, labels, questions  # as large as what follows, where one label has most of the rows
        add_up(role.times_answered, dict(zip(given, numbers, strict=True)).values(), self._sign)
        return answers, numbers

    def _parents(
        self,
        rows: Sequence[Row],
        objects: Sequence[Row],
        tools: Sequence[int],
        answers: Sequence[Row],
        options: Sequence[int],
    ) -> list[Parent]:
        """What each question was asked of, by its node: those of all tables are different."""
        roles = self._roles
        answer_ids, object_ids = (list(self._values("classifications", rows, name)) for name in CLASSIFICATION.parents)
        nodes = [answer_id or object_id for answer_id, object_id in zip(answer_ids, object_ids, strict=True)]
        known: dict[int | None, Parent] = {None: NO_PARENT}
        if any(nodes):
            tools_of = map(roles.tools.parents.__getitem__, tools)
            known.update(zip(self._values("objects", objects, "object_id"), tools_of, strict=True))
        if any(answer_ids):
            options_of = map(roles.options.parents.__getitem__, options)
            known.update(zip(self._values("answers", answers, "answer_id"), options_of, strict=True))
        if not all(map(known.__contains__, nodes)):
            for answer_id, object_id in zip(answer_ids, object_ids, strict=True):
                known.setdefault(answer_id or object_id, UNKNOWN_OPTION if answer_id else UNKNOWN_TOOL)
        return list(map(known.__getitem__, nodes))

    def _count_questions(
        self, rows: Sequence[Row], label_ids: list[str], asked: list[int], parents: list[Parent]
    ) -> None:
        role = self._roles.questions
        keys = zip(asked, self._values("classifications", rows, "value"), parents, strict=True)
        numbers = self._count(role, label_ids, keys)
        frames, messages, scopes = (list(self._values("classifications", rows, name)) for name in BY_FRAME)
        if frames.count(None) + messages.count(None) < 2 * len(rows) or any(scopes):
            where = zip(numbers, frames, messages, scopes, strict=True)
            add_up(role.by_frame, [number for number, *place in where if is_by_frame(*place)], self._sign)
