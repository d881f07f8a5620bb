"""The JSON of records without secrets, other projects and reviews."""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import msgspec

from labelstore.formats.messages import messages_of
from labelstore.publishing.recognising import WORD_STARTS, is_strong, names_a_secret
from labelstore.publishing.redaction import REMOVED, Edit, Redactor, applied
from labelstore.publishing.spans import move_spans, move_spans_in_messages


class Selection(NamedTuple):
    """What of a record is published: `projects` by id (None: all), and whether its reviews are."""

    projects: frozenset[str] | None = None
    reviews: bool = True


_ALL = Selection()


def decoded(raw: str | bytes) -> Any:
    """A JSON value; numbers keep their value, whole ones that are too long for Python as their text."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:
        return json.loads(raw, parse_int=_as_written)


def _as_written(digits: str) -> Any:
    return int(digits) if len(digits) < 4000 else msgspec.Raw(digits.encode())


class _Key(NamedTuple):
    """A key of objects: what it becomes, and what it says of its value."""

    name: str
    is_secret: bool
    is_strong: bool
    is_id: bool
    is_value: bool


class _Shape(NamedTuple):
    """The keys of an object: whether all of them stay, and whether one may name a field."""

    keys: dict[str, _Key]
    is_kept: bool
    has_field: bool


_PLAIN = frozenset((float, int, bool, type(None)))
"""What has no text."""
_NUMBERS = frozenset((float, int))
_MEMORY = 50_000
_SHAPES = 2_000
_SHORT = 100
_ID = re.compile(
    r"(?:(?:^|[ _-])(?:id|ID|Id)|(?<=[a-z])I[dD])s?$|[Gg]lobal[ _-]?[Kk]ey$|[Dd]ata ?[Rr]ow ?[Kk]ey$", re.A
)
_FIELDS = frozenset(
    ("schema_name", "schemaName", "name", "key", "field", "property", "attachment_name", "attachmentName")
)
"""Keys under which a field, of metadata above all, has its name."""
_VALUES = frozenset(("value", "values", "content", "text", "data"))
"""Keys under which it has its value then."""
_FEATURE = frozenset(("featureId", "feature_id", "feature_schema_id", "annotation_kind", "title"))
"""Keys of objects, classifications and answers, whose names are classes."""


def _is_secret_field(value: dict[str, Any]) -> bool:
    """Whether it is a field of metadata that is named like a secret."""
    for key in _FIELDS:
        name = value.get(key)
        if type(name) is str and names_a_secret(name):
            return True
    return False


def _is_word(value: dict[str, Any], key: str) -> bool:
    """Whether that is the word of a span of text."""
    return key == "token" and type(value[key]) is str and ("start" in value or "end" in value)


class RecordRedactor:
    """Redacts the records of both generations; counts in the `counts` of `redactor`."""

    def __init__(self, redactor: Redactor, selection: Selection = _ALL) -> None:
        self.redactor, self.selection = redactor, selection
        self._keys: dict[str, _Key] = {}
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._clean: set[str] = set()
        """Short texts that were looked at, and stay."""

    def record(self, raw: str | bytes) -> bytes:
        """A v1 element, a line of a frames file, a v2 line or a v2 label, without what is not published."""
        value = decoded(raw)
        if isinstance(value, dict):
            self._select(value)
            edits = self._asset_edits(value)
            if edits:
                move_spans(value, edits)
            if by_message := self._message_edits(value):
                move_spans_in_messages(value, by_message)
        return msgspec.json.encode(self.value(value))

    # -- parts that are left out --------------------------------------------------------------------------------------

    def _select(self, record: dict[str, Any]) -> None:
        projects = record.get("projects")
        selected = self.selection.projects
        if selected is not None and isinstance(record.get("data_row"), dict):
            self.redactor.counts["experiments"] += len(record.pop("experiments", None) or ())
            if isinstance(projects, dict):
                record["projects"] = projects = {key: projects[key] for key in projects if key in selected}
        if self.selection.reviews:
            return
        self._drop_reviews(record, "Reviews")
        for label in _labels(record):
            self._drop_reviews(label.get("label_details"), "reviews")

    def _drop_reviews(self, holder: Any, key: str) -> None:
        if isinstance(holder, dict) and isinstance(holder.get(key), list):
            self.redactor.counts["reviews"] += len(holder[key])
            holder[key] = []

    # -- values -------------------------------------------------------------------------------------------------------

    def value(self, value: Any) -> Any:
        """The value without secrets; what is in it is changed in place."""
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is dict:
            return self._members(value, False)
        if kind is list:
            for place, item in enumerate(value):
                kind = type(item)
                if kind is dict:
                    if len(item) != 2 or type(item.get("x")) not in _NUMBERS or type(item.get("y")) not in _NUMBERS:
                        self._members(item, False)
                elif kind not in _PLAIN:
                    value[place] = self.value(item)
        return value

    def _members(self, value: dict[str, Any], among_classes: bool) -> dict[str, Any]:
        """A JSON object; `among_classes` is true for v1 "Label", whose keys are classes in old exports."""
        keys = tuple(value)
        shape = self._shapes.get(keys) or self._learn_shape(keys)
        is_secret = shape.has_field and _is_secret_field(value)
        for key, item in value.items():
            kind = type(item)
            if kind in _PLAIN:
                continue
            known = shape.keys[key]
            if (known.is_secret and not among_classes and not _is_word(value, key)) or (is_secret and known.is_value):
                value[key] = self._hidden(item, known.is_strong)
            elif kind is str:
                if not item.isalnum() or item[:2] in WORD_STARTS:  # most are ids and names
                    value[key] = self.identity(item) if known.is_id else self.text(item)
            elif kind is dict:
                self._members(item, key == "Label")
            else:
                value[key] = self.value(item)
        if shape.is_kept:
            return value
        items = list(value.items())
        value.clear()
        for key, item in items:
            value[_unused(shape.keys[key].name, value)] = item
        return value

    def _learn_shape(self, names: tuple[str, ...]) -> _Shape:
        keys = {name: self._keys.get(name) or self._learn(name) for name in names}
        is_kept = all(key.name is name for name, key in keys.items())
        shape = _Shape(keys, is_kept, not _FIELDS.isdisjoint(names) and _FEATURE.isdisjoint(names))
        if len(self._shapes) > _SHAPES:
            self._shapes.clear()
        if is_kept:  # what was taken out of the others is counted each time
            self._shapes[names] = shape
        return shape

    def _learn(self, key: str) -> _Key:
        known = _Key(
            self.redactor.text(key), names_a_secret(key), is_strong(key), _ID.search(key) is not None, key in _VALUES
        )
        if known.name == key:
            known = known._replace(name=key)
            if len(self._keys) > _MEMORY:
                self._keys.clear()
            self._keys[key] = known
        return known

    def _hidden(self, value: Any, is_strong: bool) -> Any:
        """In place of what stands under a name of secrets, whatever its shape."""
        if isinstance(value, str):
            return self._secret(value, is_strong)
        if isinstance(value, list):
            return [self._hidden(item, is_strong) for item in value]
        if isinstance(value, dict):
            inner = {key: self._hidden(item, is_strong) for key, item in value.items()}
            return self._members(inner, False)
        return value

    def _secret(self, text: str, is_strong: bool) -> str:
        """In place of a word under a key that names secrets; a sentence stays where the key may mean another thing."""
        if len(text) < 4 or text == REMOVED or (len(text.split()) > 2 and not is_strong):
            return self.text(text)
        self.redactor.counts["tokens"] += 1
        self.redactor.losses += 1
        return REMOVED

    def identity(self, text: str) -> str:
        """An id without secrets. Ids that would become equal by that stay apart."""
        losses = self.redactor.losses
        new = self.text(text)
        if new == text or self.redactor.losses == losses:
            return new
        return f"{new}~{self.redactor.digest(text)}"

    def text(self, text: str) -> str:
        """A string without secrets; one that holds a JSON document is still one."""
        if len(text) <= _SHORT and text in self._clean:
            return text
        new = self._text(text)
        if new == text and len(text) <= _SHORT:
            if len(self._clean) > _MEMORY:
                self._clean.clear()
            self._clean.add(text)
        return new

    def _text(self, text: str) -> str:
        document = text.lstrip()
        if document[:1] in ("{", "[") and document[1:]:
            try:
                value = decoded(document)
            except (ValueError, RecursionError):
                value = None
            if value is not None:
                new = self.value(value)
                if new == decoded(document):
                    return text
                return text[: len(text) - len(document)] + msgspec.json.encode(new).decode()
        return self.redactor.text(text)

    def _asset_edits(self, record: dict[str, Any]) -> list[Edit]:
        """What changes in a text that stands in the record itself."""
        text = _asset_text(record)
        if len(text.split(None, 1)) < 2 or text.lstrip()[:1] in ("{", "["):
            return []
        return self._edits(text)

    def _message_edits(self, record: dict[str, Any]) -> dict[str, list[Edit]]:
        """What changes in the messages of a conversation that stands in the record itself; of each id the first."""
        text = _asset_text(record)
        if text.lstrip()[:1] not in ("{", "["):
            return {}
        texts = {message.message_id: message.text for message in reversed(messages_of(text))}
        return {key: edits for key, text in texts.items() if (edits := self._edits(text))}

    def _edits(self, text: str) -> list[Edit]:
        """What changes in a text, which is not counted."""
        before = self.redactor.counts.copy()
        edits = self.redactor.edits(text)
        self.redactor.counts.clear()
        self.redactor.counts.update(before)
        return edits if applied(text, edits) != text else []


def _labels(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The labels of a v2 line, those in model runs too; a v2 label itself."""
    if isinstance(record.get("label_details"), dict):
        yield record
    holders = list(_objects_in(record.get("projects")))
    for experiment in _objects_in(record.get("experiments")):
        holders += _objects_in(experiment.get("runs"))
    for holder in holders:
        for key in ("labels", "predictions"):
            labels = holder.get(key)
            yield from (label for label in labels if isinstance(label, dict)) if isinstance(labels, list) else ()


def _objects_in(value: Any) -> Iterator[dict[str, Any]]:
    """The members of a JSON object that are objects."""
    if isinstance(value, dict):
        yield from (member for member in value.values() if isinstance(member, dict))


def _asset_text(record: dict[str, Any]) -> str:
    data_row = record.get("data_row")
    text = data_row.get("row_data") if isinstance(data_row, dict) else record.get("Labeled Data")
    return text if isinstance(text, str) else ""


def _unused(key: str, taken: Collection[str]) -> str:
    """The key, or where two have become the same, the key with a number."""
    number, new = 2, key
    while new in taken:
        new, number = f"{key} ({number})", number + 1
    return new
