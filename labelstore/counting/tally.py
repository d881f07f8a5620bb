"""The rows of one batch, counted by feature; and for each of its labels, which features it has."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labelstore.counting.counted_rows import CountedRows
from labelstore.counting.features import Labels, Parent, Role, Times
from labelstore.counting.roles import NO_PARENT, UNKNOWN_OPTION, UNKNOWN_TOOL, Roles
from labelstore.schema.tables import Row


class Tally:
    """A batch, added (`sign` 1) or taken away (-1). `groups` has the labels that count, with the numbers of groups.

    Calls that go over all rows at once stand where loops would read better: a load counts each of its rows here.
    """

    def __init__(
        self,
        rows: CountedRows,
        groups: Mapping[str, int],
        times: Mapping[str, Times],
        roles: Roles,
        found: Mapping[Role, Labels],
        sign: int,
    ) -> None:
        """`found` takes the labels by their features."""
        self._rows, self._groups, self._times = rows, groups, times
        self._roles, self._found, self._sign = roles, found, sign

    def count(self) -> None:
        """Count all rows."""
        roles = self._roles
        self._count(roles.labels, list(self._groups))
        self._count(roles.frames, self._inside("frames")[1])
        self._plain(roles.relationships, "relationships", "name", "value", "schema_id", "color")
        objects, tools = self._plain(roles.tools, "objects", "kind", "name", "value", "schema_id", "color")
        asked, label_ids = self._inside("classifications")
        if asked:
            answers, options = self._count_options(asked, label_ids)
            self._count_questions(asked, label_ids, self._parents(asked, objects, tools, answers, options))

    def _inside(self, table: str) -> tuple[Sequence[Row], list[str]]:
        """The rows of a table that are in a label which counts, and these labels."""
        label_of, rows = self._rows.getter(table, "label_id"), self._rows[table]
        label_ids = list(map(label_of, rows))
        if not self._groups.keys() >= set(label_ids):
            rows = [row for row, label_id in zip(rows, label_ids, strict=True) if label_id in self._groups]
            label_ids = list(map(label_of, rows))
        return rows, label_ids

    def _plain(self, role: Role, table: str, *names: str) -> tuple[Sequence[Row], list[int]]:
        """Count the rows of a table that tell by themselves which feature they are; the rows and their features."""
        rows, label_ids = self._inside(table)
        return rows, self._count(role, label_ids, map(self._rows.getter(table, *names), rows))

    def _count(self, role: Role, label_ids: list[str], *parts: Iterable[Any]) -> list[int]:
        """Count features of labels, whose keys have these parts; their numbers."""
        keys = zip(map(self._groups.__getitem__, label_ids), *parts, strict=True)
        numbers = list(map(role.numbers.__getitem__, keys))
        self._add_up(role.annotations, numbers)
        if role.grains:
            self._add_labels(self._found[role], label_ids, numbers)
        return numbers

    def _add_up(self, counter: Counter[int], numbers: Iterable[int]) -> None:
        if self._sign > 0:
            counter.update(numbers)
        else:
            counter.subtract(numbers)

    def _add_labels(self, labels: Labels, label_ids: list[str], numbers: list[int]) -> None:
        start = 0
        for label_id, count in Counter(label_ids).items():  # those of a label stand together
            features = frozenset(numbers[start : start + count])
            start += count
            first, last = self._times[label_id]
            known = labels.get(features)
            if known is None:
                labels[features] = [1, first, last]
                continue
            known[0] += 1
            if first is not None and (known[1] is None or first < known[1]):
                known[1] = first
            if last is not None and (known[2] is None or last > known[2]):
                known[2] = last

    def _count_options(self, asked: Sequence[Row], label_ids: list[str]) -> tuple[Sequence[Row], list[int]]:
        """Count the answers to questions; the rows and their features."""
        rows, role = self._rows, self._roles.options
        ids = list(map(rows.getter("classifications", "classification_id"), asked))
        labels = dict(zip(ids, label_ids, strict=True))
        questions = dict(zip(ids, map(rows.getter("classifications", "schema_id", "name", "kind"), asked), strict=True))
        answers, asked_of = rows["answers"], rows.getter("answers", "classification_id")
        given = list(map(asked_of, answers))
        if not labels.keys() >= set(given):
            answers = [row for row, question in zip(answers, given, strict=True) if question in labels]
            given = list(map(asked_of, answers))
        texts = map(rows.getter("answers", "text"), answers)
        numbers = self._count(
            role,
            list(map(labels.__getitem__, given)),
            map(rows.getter("answers", "name", "value", "schema_id"), answers),
            map(questions.__getitem__, given),
            [text is not None for text in texts],
        )
        self._add_up(role.times_answered, dict(zip(given, numbers, strict=True)).values())
        return answers, numbers

    def _parents(
        self,
        asked: Sequence[Row],
        objects: Sequence[Row],
        tools: Sequence[int],
        answers: Sequence[Row],
        options: Sequence[int],
    ) -> list[Parent]:
        """What each question was asked of."""
        rows, roles = self._rows, self._roles
        both = list(map(rows.getter("classifications", "parent_answer_id", "object_id"), asked))
        nodes = [answer_id or object_id for answer_id, object_id in both]  # nodes of all tables are different
        known: dict[int | None, Parent] = {None: NO_PARENT}
        if any(nodes):
            known.update(
                zip(
                    map(rows.getter("objects", "object_id"), objects),
                    map(roles.tools.parents.__getitem__, tools),
                    strict=True,
                )
            )
            known.update(
                zip(
                    map(rows.getter("answers", "answer_id"), answers),
                    map(roles.options.parents.__getitem__, options),
                    strict=True,
                )
            )
        if not known.keys() >= set(nodes):
            for answer_id, object_id in both:
                known.setdefault(answer_id or object_id, UNKNOWN_OPTION if answer_id else UNKNOWN_TOOL)
        return list(map(known.__getitem__, nodes))

    def _count_questions(self, asked: Sequence[Row], label_ids: list[str], parents: list[Parent]) -> None:
        rows, role = self._rows, self._roles.questions
        names = rows.getter("classifications", "kind", "name", "value", "schema_id")
        numbers = self._count(role, label_ids, map(names, asked), parents)
        of = ("frame_id", "message_id", "scope")
        frames, messages, scopes = (list(map(rows.getter("classifications", name), asked)) for name in of)
        if frames.count(None) + messages.count(None) < 2 * len(asked) or "index" in scopes:
            where = zip(numbers, frames, messages, scopes, strict=True)
            by_frame = [
                number
                for number, frame_id, message_id, scope in where
                if frame_id is not None or message_id is not None or scope == "index"
            ]
            self._add_up(role.by_frame, by_frame)
