"""The JSON of records without secrets, other projects and reviews."""

import json
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import msgspec

from labelstore.publishing.redaction import REMOVED, Edit, Redactor, applied, moved, names_a_secret


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


class RecordRedactor:
    """Makes the records of both generations fit for others; counts in the `counts` of `redactor`."""

    def __init__(self, redactor: Redactor, selection: Selection = _ALL) -> None:
        self.redactor, self.selection = redactor, selection

    def record(self, raw: str | bytes) -> bytes:
        """A v1 element, a line of a frames file, a v2 line or a v2 label, without what is not published."""
        value = decoded(raw)
        if isinstance(value, dict):
            self._select(value)
            edits = self._asset_edits(value)
            if edits:
                _move_spans(value, edits)
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

    def value(self, value: Any, *, among_classes: bool = False) -> Any:
        """The value without secrets; `among_classes` is true for v1 "Label", whose keys are classes in old exports."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [item if type(item) is float else self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        found: dict[str, Any] = {}
        is_secret = isinstance(value.get("schema_name"), str) and names_a_secret(value["schema_name"])
        is_span = "start" in value or "end" in value  # whose `token` is the text of an entity
        for key, item in value.items():
            if type(item) is float:
                new: Any = item
            elif isinstance(item, str) and (
                (is_secret and key == "value")
                or (not among_classes and not (is_span and key == "token") and names_a_secret(key))
            ):
                new = self._secret(item)
            else:
                new = self.value(item, among_classes=key == "Label")
            found[_unused(self.redactor.text(key), found)] = new
        return found

    def _secret(self, text: str) -> str:
        """In place of a word under a key that names secrets; a sentence stays."""
        if len(text) < 4 or len(text.split()) > 2 or text == REMOVED:
            return self.text(text)
        self.redactor.counts["tokens"] += 1
        return REMOVED

    def text(self, text: str) -> str:
        """A string without secrets; one that holds a JSON document is still one."""
        document = text.lstrip()
        if document[:1] in ("{", "[") and document[1:]:
            try:
                value = decoded(document)
            except (ValueError, RecursionError):
                value = None
            if value is not None:
                new = self.value(value)
                if new == value:
                    return text
                return text[: len(text) - len(document)] + msgspec.json.encode(new).decode()
        return self.redactor.text(text)

    def _asset_edits(self, record: dict[str, Any]) -> list[Edit]:
        """What changes in a text that stands in the record itself."""
        data_row = record.get("data_row")
        text = data_row.get("row_data") if isinstance(data_row, dict) else record.get("Labeled Data")
        if not isinstance(text, str) or len(text.split(None, 1)) < 2 or text.lstrip()[:1] in ("{", "["):
            return []
        before = self.redactor.counts.copy()
        edits = self.redactor.edits(text)
        self.redactor.counts.clear()
        self.redactor.counts.update(before)
        return edits if applied(text, edits) != text else []


def _labels(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The labels of a v2 line, those in model runs too; a v2 label itself."""
    if isinstance(record.get("label_details"), dict):
        yield record
    holders = list(_members(record.get("projects")))
    for experiment in _members(record.get("experiments")):
        holders += _members(experiment.get("runs"))
    for holder in holders:
        for key in ("labels", "predictions"):
            labels = holder.get(key)
            yield from (label for label in labels if isinstance(label, dict)) if isinstance(labels, list) else ()


def _members(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield from (member for member in value.values() if isinstance(member, dict))


def _move_spans(value: Any, edits: list[Edit]) -> None:
    """Move the spans of text entities to where their characters are after the edits."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list):
                _move_spans(item, edits)
        return
    for key, item in value.items():
        if key == "location" and isinstance(item, dict):
            _move_span(item, edits)
        elif isinstance(item, dict | list):
            _move_spans(item, edits)


def _move_span(span: dict[str, Any], edits: list[Edit]) -> None:
    start, end = span.get("start"), span.get("end")
    if type(start) is not int or type(end) is not int or "message_id" in span:
        return
    span["start"] = moved(start, edits)
    span["end"] = max(span["start"], moved(end + 1, edits) - 1) if end >= start else moved(end, edits)


def _unused(key: str, taken: Collection[str]) -> str:
    """The key, or where two have become the same, the key with a number."""
    number, new = 2, key
    while new in taken:
        new, number = f"{key} ({number})", number + 1
    return new
