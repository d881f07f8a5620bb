"""The kinds of records that exports hold: how each is recognised, known and made rows of, from the generations."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import msgspec

from labelstore.formats.declaring import JsonObject
from labelstore.schema.generations import GENERATIONS
from labelstore.schema.tables import Rows

Json = dict[str, Any]
Source = tuple[Any, ...]
"""load_id, position, byte_offset, content_hash, url_hash"""


LARGE = 8 << 20
"""The frames of a longer text are decoded one after another."""


def _none(_: Any) -> Any:
    return None


def _nothing(_: Any) -> list[str]:
    return []


@dataclass(frozen=True)
class RecordKind:
    """One kind of record: a v1 element, a line of a frames file, a v2 line.

    `is_one` tells whether a JSON object is one, and is given whether it stands in a frames file. `shred` adds the rows
    of a record, and is given its id, the rows, its source and, for a frame, the label that it belongs to.
    """

    name: str
    struct: type[JsonObject]
    is_one: Callable[[Json, bool], bool]
    is_nameless: Callable[[Any], bool]
    """Whether a record is known by a digest of all its content."""
    identity: Callable[[Any], str]
    """What a later record must tell about to replace this one."""
    shred: Callable[[Any, int, Rows, Source, str], None]
    label_ids: Callable[[Any], list[str]] = _nothing
    """Ids of the labels that it brings, as far as the export gives them; model runs excluded."""
    project_ids: Callable[[Any], list[str]] = _nothing
    """Ids of the projects of which it tells the labels, be it that there are none."""
    gives_ids: Callable[[Any], str | None] = _none
    """The data row by which labels get ids of ours that another record about it may give them too."""
    label_times: Callable[[Any], dict[str, str]] = lambda _: {}
    """When its labels were last updated, as far as it says so."""
    frame_by_frame: Callable[[bytes], Any] = _none
    """The record of a large text, its frames decoded when it is their turn; None if it has to be decoded at once."""


def kinds() -> dict[type[JsonObject], RecordKind]:
    """Every kind of record by its struct."""
    return _kinds(tuple(f"{generation.package}.generation" for generation in GENERATIONS.values()))


@cache
def _kinds(modules: tuple[str, ...]) -> dict[type[JsonObject], RecordKind]:
    return {kind.struct: kind for module in modules for kind in import_module(module).RECORDS}


def decoded(kind: RecordKind, raw: bytes) -> Any:
    """The record of a text of this kind."""
    record = kind.frame_by_frame(raw) if len(raw) > LARGE else None
    return decoder_of(kind.struct).decode(raw) if record is None else record


@cache
def record_kind(struct: type[JsonObject]) -> RecordKind:
    """The kind of record that has this struct."""
    return kinds()[struct]


@cache
def decoder_of(struct: type[JsonObject]) -> Any:
    """The decoder of a struct."""
    return msgspec.json.Decoder(struct)
