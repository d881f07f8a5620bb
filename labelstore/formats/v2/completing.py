"""Blocks that a line lacks, taken from the stored record: an absent block was not requested.

A block is a JSON object; on the line and in a project, a list too. An absent text or number stays absent.
The members are handled as text: no value is decoded or written anew.
"""

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

import msgspec
from msgspec import Raw

Members = dict[str, Any]
"""The members of an object: their text, or, once opened, their own members or elements."""

Place = tuple[str, ...]
"""The keys that lead from a line to the list that a label stands in."""

_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode

_GO_WITH = {"performance_details": ("consensus_score", "benchmark_score"), "annotations": ("z_order",)}
"""Members of a label that were not requested either where the block is absent."""


def completed_labels(raw: bytes, stored: Mapping[tuple[Place, int], str]) -> bytes | None:
    """A line whose labels have their missing blocks from those stored for the same places; None if none is missing."""
    line: Members = dict(_members(raw))
    found = False
    for (place, number), text in stored.items():
        labels = _opened(line, place)
        if labels is None or number >= len(labels):
            continue
        label = _completed_label(labels[number], text.encode())
        if label is not None:
            labels[number], found = label, True
    return msgspec.json.encode(line) if found else None


def labels_in(line: bytes) -> dict[tuple[str | None, str], str]:
    """Model run, None outside of these, and id in it → the text of a label, but for ids that are there twice."""
    members = dict(_members(line))
    projects = [(None, held) for held, _ in _pairs(members, members, ("projects", ""))]
    runs = [
        (run_id, _object_in(held, run_id))
        for held, _ in _pairs(members, members, ("experiments", "", "runs"))
        for run_id in held
    ]
    found: dict[tuple[str | None, str], list[str]] = {}
    for run_id, held in (*projects, *runs):
        lists = [] if held is None else [_list_in(held, "labels"), _list_in(held, "predictions")]
        for label in chain.from_iterable(filter(None, lists)):
            label_id = _members(label).get("id") if _kind(label) == b"{" else None
            if label_id is not None and _kind(label_id) == b'"':
                found.setdefault((run_id, msgspec.json.decode(label_id)), []).append(bytes(label).decode())
    return {key: texts[0] for key, texts in found.items() if len(texts) == 1}


def completed_line(raw: bytes, stored: bytes) -> bytes:
    """A line with the missing blocks of itself and its labels from a stored one of the same data row and projects."""
    line, before = dict(_members(raw)), dict(_members(stored))
    _take(line, before, b"{[")
    for told, held in _pairs(line, before, ("data_row",)):
        _take(told, held, b"{")
    for told, held in _pairs(line, before, ("projects", "")):
        labels = told.get("labels")
        _take(told, held, b"{[")
        if labels is None:
            told.pop("labels", None)
        _complete_list(told, held, "labels")
    for told, held in _pairs(line, before, ("experiments", "", "runs", "")):
        _complete_list(told, held, "labels")
        _complete_list(told, held, "predictions")
    return msgspec.json.encode(line)


def _completed_label(told: Raw, stored: bytes) -> Members | None:
    if bytes(told)[:1] != b"{":
        return None
    label, before = dict(_members(told)), _members(stored)
    kept = [key for key, value in before.items() if key not in label and _kind(value) in b"{"]
    kept += [key for block, keys in _GO_WITH.items() if block not in label for key in keys if key not in label]
    label |= {key: before[key] for key in kept if key in before}
    return label if len(label) > len(_members(told)) else None


def _complete_list(told: Members, stored: Members, key: str) -> None:
    """The labels of a list, from those with the same ids at the same places."""
    labels, before = _list_in(told, key), _list_in(stored, key)
    for number, (label, held) in enumerate(zip(labels or (), before or (), strict=False)):
        if _kind(label) == b"{" == _kind(held) and _members(label).get("id") == _members(held).get("id"):
            labels[number] = _completed_label(label, bytes(held)) or label  # type: ignore[index]


def _take(told: Members, stored: Members, kinds: bytes) -> None:
    told |= {key: value for key, value in stored.items() if key not in told and _kind(value) in kinds}


def _pairs(told: Members, stored: Members, keys: Place) -> list[tuple[Members, Members]]:
    """The objects that the keys lead to in both, each key that is empty to all that both have."""
    pairs = [(told, stored)]
    for key in keys:
        steps = [
            (_object_in(one, name), _object_in(other, name))
            for one, other in pairs
            for name in ([key] if key else [name for name in one if name in other])
        ]
        pairs = [(one, other) for one, other in steps if one is not None and other is not None]
    return pairs


def _opened(line: Members, place: Place) -> list[Any] | None:
    *keys, last = place
    found: Members | None = line
    for key in keys:
        found = None if found is None else _object_in(found, key)
    return None if found is None else _list_in(found, last)


def _object_in(members: Members, key: str) -> Members | None:
    found: Members | None = _open(members, key, b"{", _members)
    return found


def _list_in(members: Members, key: str) -> list[Any] | None:
    found: list[Any] | None = _open(members, key, b"[", _elements)
    return found


def _open(members: Members, key: str, kind: bytes, decode: Callable[[Raw], Any]) -> Any:
    """A member as an object or list whose changes are changes of `members`; None for another kind of value."""
    value = members.get(key)
    if isinstance(value, Raw):
        if _kind(value) != kind:
            return None
        value = members[key] = decode(value)
    return value


def _kind(value: Raw) -> bytes:
    """The first byte of a value."""
    return bytes(memoryview(value)[:1])
