"""Two states of a label → what changed.

Objects match by feature id, in video by feature id and frame; questions by feature id, else schema, else name; answers
by schema, else value, else name. What has no id matches by name and order. That an array is absent or empty, and
whether v1 put brackets around brackets, counts only if nothing else differs.

A label may be v1 before and v2 after, or the other way round: then only what both generations say is compared.
"""

import json
from collections.abc import Hashable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

import msgspec

from labelstore.geometry import overlap
from labelstore.history.equal_frames import without_equal_frames
from labelstore.history.generations import COMMON, NOT_COMPARED, is_same
from labelstore.history.label_diff import AnswerChange, KeyChange, LabelDiff, Move, Rename
from labelstore.history.label_model import LATE, Feature, Object, Parts, Question, parts_of
from labelstore.history.matching import ANSWER_KEYS, OBJECT_KEYS, QUESTION_KEYS, Item, answered, called, flat, paired
from labelstore.json.equality import SNIPPET_LENGTH, differences, same
from labelstore.json.pointer import token
from labelstore.json.truncate import truncated

MOST_OTHER: Final = 50

_ABSENT: Final = object()
_IDS: Final = ("featureId", "feature_id", "id")


def compare(before: bytes | None, after: bytes | None) -> LabelDiff:
    """What changed between two JSON texts of a label; None is no label: then all that it holds was added or removed.

    Two texts of one generation have no changes if and only if they say the same. An object that was added or removed
    takes its questions along. A text that is no JSON raises ValueError.
    """
    comparing = None
    try:
        sides = (before, after) if before is None or after is None else without_equal_frames(before, after)
        comparing = _Comparing(*map(_parts, sides))
        comparing.label()
        found = comparing.found
    except (ValueError, RecursionError):  # a number, or a depth, that only the slow reader takes
        found = LabelDiff()
    crossed = comparing is not None and comparing.crossed
    if before is not None and after is not None and not found and not crossed and not same(before, after):
        for difference in differences(before, after, MOST_OTHER):
            old, new = (None if text == "absent" else text for text in difference[1:])
            found.other.append(KeyChange(difference.pointer, old, new))
    return found


def _parts(raw: bytes | None) -> Parts | None:
    return None if raw is None else parts_of(msgspec.json.decode(raw))


class _Comparing:
    """`crossed`: the two states are of different generations."""

    def __init__(self, before: Parts | None, after: Parts | None) -> None:
        self.before, self.after, self.found = before or Parts(), after or Parts(), LabelDiff()
        self.is_whole = before is not None and after is not None
        generations = {self.before.generation, self.after.generation}
        self.crossed = generations == {"v1", "v2"}
        self.id_key = "featureId" if self.after.generation == "v1" else "feature_id"

    def label(self) -> None:
        pairs = paired(self.before.objects, self.after.objects, OBJECT_KEYS)
        for old, new in pairs:
            self.object(old, new)
        self.order(self.before.objects, pairs)
        self.questions(self.before.questions, self.after.questions, None, ())
        if not self.is_whole:
            return
        for pointer, left, right in _frames(self.before, self.after):
            self.rest(pointer, left, right)
        if self.crossed:
            self.envelope()
        else:
            self.keys("", self.before.rest, self.after.rest)

    # -- objects ------------------------------------------------------------------------------------------------------

    def object(self, old: Object | None, new: Object | None) -> None:
        if old is None or new is None:
            if new is not None:
                self.found.added.append(new.feature)
            if old is not None:
                self.found.removed.append(old.feature)
            return
        self.names(old, new)
        self.geometry(old, new)
        self.rest(new.feature.pointer, old.rest, new.rest)
        self.questions(old.questions, new.questions, new.feature, ())

    def geometry(self, old: Object, new: Object) -> None:
        before, after = old.place, new.place
        if self.crossed and before and after:  # each generation counts pages its own way
            before, after = before._replace(page=None), after._replace(page=None)
        if before and after and before != after:
            found = overlap(before, after)
            self.found.moved.append(Move(new.feature, *(found or (None, None))))
        elif before and after and self.crossed:
            return
        elif old.form == new.form:
            self.keys(f"{new.feature.pointer}/{new.form}", old.geometry, new.geometry)
        if old.form != new.form and not (self.crossed and before and after):
            for form, *values in ((old.form, old.geometry, _ABSENT), (new.form, _ABSENT, new.geometry)):
                if form is not None:
                    self.note(f"{new.feature.pointer}/{form}", *values)

    # -- questions ----------------------------------------------------------------------------------------------------

    def questions(
        self, before: list[Question], after: list[Question], on: Feature | None, path: tuple[str, ...]
    ) -> None:
        if self.crossed:
            before, after = list(flat(before)), list(flat(after))
        pairs = paired(before, after, QUESTION_KEYS)
        for old, new in pairs:
            self.question(old, new, on, path)
        self.order(before, pairs)

    def question(self, old: Question | None, new: Question | None, on: Feature | None, path: tuple[str, ...]) -> None:
        either = new or old
        assert either is not None
        path = (*path, called(either))
        answers = paired(old.answers if old else [], new.answers if new else [], ANSWER_KEYS)
        before, after = answered(old), answered(new)
        if type(before) is not type(after) or (isinstance(after, str) and before != after) or _is_unequal(answers):
            self.found.answers.append(AnswerChange(path, on, either.feature, before, after))
        if old and new:
            self.names(old, new)
            self.order(old.answers, answers)
            self.rest(new.feature.pointer, old.rest, new.rest)
            if old.feature.kind != new.feature.kind and not self.crossed:
                self.note(new.feature.pointer, old.feature.kind, new.feature.kind)
        for was, now in answers:
            if was and now:
                self.names(was, now)
                self.rest(now.feature.pointer, was.rest, now.rest)
            inner = now or was
            assert inner is not None
            self.questions(was.questions if was else [], now.questions if now else [], on, (*path, called(inner)))

    # -- everything ---------------------------------------------------------------------------------------------------

    def names(self, old: Item, new: Item) -> None:
        for field in ("name", "value", "schema_id"):
            before, after = old.names.get(field), new.names.get(field)
            if before == after or (self.crossed and None in (before, after)):
                continue
            if None in (before, after) and field in LATE and self.after.generation == "v2":
                told = (_ABSENT if name is None else name for name in (before, after))
                self.note(f"{new.feature.pointer}/{LATE[field]}", *told)
            else:
                self.found.renamed.append(Rename(new.feature, field, before, after))
        ids = [side.names.get("feature_id", _ABSENT) for side in (old, new)]
        if ids[0] != ids[1] and not self.crossed:
            self.note(f"{new.feature.pointer}/{self.id_key}", *ids)

    def order(self, before: Sequence[Item], pairs: Sequence[tuple[Item | None, Item | None]]) -> None:
        """Notes the arrays whose elements stand in another order; maps have none."""
        if self.crossed:
            return
        places = {id(item): place for place, item in enumerate(before)}
        moved: dict[str, list[tuple[Item, Item]]] = {}
        for old, new in pairs:
            if old and new and not (isinstance(new, Object) and not new.is_listed):
                moved.setdefault(old.feature.pointer.rpartition("/")[0], []).append((old, new))
        for kept in moved.values():
            ordered = sorted(kept, key=lambda pair: places[id(pair[0])])
            if ordered != kept:
                pointer = kept[0][1].feature.pointer.rpartition("/")[0]
                self.note(pointer, *([called(new) for _, new in pairs] for pairs in (ordered, kept)))

    def rest(self, pointer: str, left: Any, right: Any) -> None:
        """What is left of two objects, features or frames."""
        if self.crossed:
            left, right = (
                {key: value for key, value in side.items() if key not in NOT_COMPARED} for side in (left, right)
            )
        self.keys(pointer, left, right)

    def envelope(self) -> None:
        """Around the annotations of different generations: what both of them say, and keys that nobody knows."""
        sides = (self.before, self.after)
        v1, v2 = (next(side.rest for side in sides if side.generation == generation) for generation in ("v1", "v2"))
        for word, (block, name) in COMMON.items():
            said = v2.get(block)
            if word in v1 and isinstance(said, dict) and name in said and not is_same(v1[word], said[name]):
                values = {"v1": v1[word], "v2": said[name]}
                pointer = f"/{word}" if self.after.generation == "v1" else f"/{block}/{name}"
                self.note(pointer, values[str(self.before.generation)], values[str(self.after.generation)])
        self.rest("", self.before.rest, self.after.rest)
        bodies = [side.rest.get(side.body[1:]) for side in sides]
        if all(isinstance(body, dict) for body in bodies):
            self.rest(self.after.body, *bodies)
            related = [_by_id(body.get("relationships")) or {} for body in bodies]
            pointer = f"{self.after.body}/relationships"
            for key in related[0] | related[1]:
                if key not in related[0] or key not in related[1]:
                    self.note(pointer, *(side.get(key, _ABSENT) for side in related))

    def keys(self, pointer: str, left: Any, right: Any) -> None:
        """Every place where two values differ. Elements of arrays match by their ids where all have some."""
        if isinstance(left, dict) and isinstance(right, dict):
            for key in left | right:
                self.keys(f"{pointer}/{token(key)}", left.get(key, _ABSENT), right.get(key, _ABSENT))
        elif isinstance(left, list) and isinstance(right, list):
            self.elements(pointer, left, right)
        elif left != right or isinstance(left, bool) != isinstance(right, bool):
            self.note(pointer, left, right)

    def elements(self, pointer: str, left: list[Any], right: list[Any]) -> None:
        before, after = _by_id(left), _by_id(right)
        if before is None or after is None:
            for place, (old, new) in enumerate(zip_longest(left, right, fillvalue=_ABSENT)):
                self.keys(f"{pointer}/{place}", old, new)
            return
        for side, names in ((left, list(before)), (right, list(after))):
            for place, name in enumerate(names):
                if side is right:
                    self.keys(f"{pointer}/{place}", before.get(name, _ABSENT), after[name])
                elif name not in after:
                    self.note(f"{pointer}/{place}", before[name], _ABSENT)
        kept = [name for name in before if name in after], [name for name in after if name in before]
        if kept[0] != kept[1]:
            self.note(pointer, *kept)

    def note(self, pointer: str, before: Any, after: Any) -> None:
        if len(self.found.other) < MOST_OTHER:
            self.found.other.append(KeyChange(pointer, *_snippets(before, after)))
        else:
            self.found.other_left_out += 1


def _is_unequal(pairs: Sequence[tuple[object, object]]) -> bool:
    return any(old is None or new is None for old, new in pairs)


def _frames(before: Parts, after: Parts) -> Iterator[tuple[str, Any, Any]]:
    """Pointer and what is left of each frame, {} where it is not there."""
    for key in before.frames | after.frames:
        old, new = before.frames.get(key), after.frames.get(key)
        yield (new or old or ("",))[0], old[1] if old else {}, new[1] if new else {}


def _by_id(elements: Any) -> dict[Hashable, Any] | None:
    """The elements by their ids, if each has one of its own."""
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        return None
    ids = [next((element[key] for key in _IDS if isinstance(element.get(key), str)), None) for element in elements]
    return dict(zip(ids, elements, strict=True)) if None not in ids and len(set(ids)) == len(ids) else None


def _snippets(before: Any, after: Any) -> tuple[str | None, str | None]:
    """The start of both values as JSON, or where that is the same, from shortly before the first difference."""
    old, new = (None if value is _ABSENT else json.dumps(value, ensure_ascii=False) for value in (before, after))
    start = 0
    if old and new and old[: SNIPPET_LENGTH - 1] == new[: SNIPPET_LENGTH - 1]:
        pairs = enumerate(zip_longest(old, new))
        start = next((place for place, (left, right) in pairs if left != right), 0) - SNIPPET_LENGTH // 4
    if start > 0:
        old, new = (text and f"…{text[start:]}" for text in (old, new))
    return old and truncated(old, SNIPPET_LENGTH), new and truncated(new, SNIPPET_LENGTH)
