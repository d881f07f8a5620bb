"""What a file is: generation, framing, compression, what it holds, and what we do not know of it yet.

The records are decoded and shredded as for a load; nothing is stored. A place is a JSON pointer in which `*`
stands for any element of an array and any key of a map, such as `/projects/*/labels/*/label_details`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from labelstore.files import Broken, Record, Source, split
from labelstore.formats.decoding import Decoded, RecordDecoder, UnknownRecord, bounded_depth, tolerant
from labelstore.formats.lenient_decoding import Extra, Odd
from labelstore.formats.shredding import generation_of, shred
from labelstore.inputs.gathering import Files, Notify, beginnings
from labelstore.json.error_location import located
from labelstore.json.pointer import token
from labelstore.schema.generations import record_id
from labelstore.schema.tables import Rows, columns

MAX_RECORDS = 1000
MAX_BYTES = 32 << 20
"""How much of a file is looked at, if not all."""

MAX_PLACES = 1000
"""Different places of unknown keys that are told apart."""

_ELSEWHERE = "elsewhere"
"""What is counted without its place."""

_FIRST_REJECTS = 5
_LEGACY = ("L0", "L1", "L2")
_UNREAD = "/Label/*"
"""Where values under the classes of a legacy label stand that are no geometry and no answer."""

_LABELS = ("/projects/*/labels/*", "/experiments/*/runs/*/labels/*", "/experiments/*/runs/*/predictions/*")

BLOCKS: dict[str, dict[str, tuple[str, ...]]] = {
    "v1": {
        key: (f"/{key}",)
        for key in (
            "DataRow ID",
            "View Label",
            "Reviews",
            "Skipped",
            "Has Open Issues",
            "Global Key",
            "Is Benchmark",
            "Seconds to Create",
            "Seconds to Review",
            "Media Attributes",
            "DataRow Metadata",
            "DataRow Workflow Info",
            "Data Split",
            "Label/relationships",
            "Label/frames",
        )
    },
    "v2": {
        "data_row.details": ("/data_row/details",),
        "media_attributes": ("/media_attributes",),
        "attachments": ("/attachments",),
        "metadata_fields": ("/metadata_fields",),
        "embeddings": ("/embeddings",),
        "projects": ("/projects",),
        "project_details": ("/projects/*/project_details",),
        "label_details": tuple(f"{label}/label_details" for label in _LABELS),
        "performance_details": tuple(f"{label}/performance_details" for label in _LABELS),
        "timestamp": tuple(f"{label}/annotations/timestamp" for label in _LABELS),  # audio in time
        "performance_details_v2": tuple(f"{label}/performance_details_v2" for label in _LABELS),
        "experiments": ("/experiments",),
        "predictions": ("/experiments/*/runs/*/predictions",),
    },
    "frames": {},
}
"""Generation → optional block → its places; v1 calls its later keys so."""

_BLOCK_PLACES = {place for blocks in BLOCKS.values() for places in blocks.values() for place in places}


@dataclass
class Detection:
    """What one file is, as far as it was looked at.

    `generation` is v1, v2, frames or mixed, None for a file without a record of an export. `sub_generations`,
    asset types and kinds are counted. `foreign` says what the first value is that is no record. A block's value is how
    often it is there, of how often it could be.
    """

    name: str
    compression: str = "none"
    framing: str | None = None
    generation: str | None = None
    sub_generations: Counter[str] = field(default_factory=Counter)
    records: int = 0
    is_complete: bool = False
    rejected: int = 0
    foreign: str = ""
    first_rejects: list[dict[str, Any]] = field(default_factory=list)
    asset_types: Counter[str] = field(default_factory=Counter)
    object_kinds: Counter[str] = field(default_factory=Counter)
    classification_kinds: Counter[str] = field(default_factory=Counter)
    blocks: dict[str, tuple[int, int]] = field(default_factory=dict)
    unknown_keys: Counter[str] = field(default_factory=Counter)
    unexpected_values: Counter[str] = field(default_factory=Counter)

    @property
    def is_export(self) -> bool:
        """Whether it holds records of an export, or nothing at all."""
        return self.generation is not None or self.records == 0

    def as_json(self) -> dict[str, Any]:
        """What `labelstore detect --json` prints."""
        blocks = {name: {"present": present, "of": of} for name, (present, of) in self.blocks.items()}
        told = {**vars(self), "blocks": blocks}
        return {
            name: dict(value.most_common()) if isinstance(value, Counter) else value for name, value in told.items()
        }


def detect(
    files: Files, *, whole: bool = False, max_ratio: float | None = 1000.0, notify: Notify | None = None
) -> Iterator[Detection]:
    """Look at files, those of folders and zip archives each for itself; `whole` reads them to their end.

    `notify` is told of what is no export in a folder or an archive. Raises InputError for a file that cannot be read
    or is no JSON.
    """
    for source in beginnings(files, max_ratio=max_ratio, notify=notify):
        with source, bounded_depth():
            found = _Look(source).look(whole)
        yield found


class _Look:
    """One file while it is looked at."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found = Detection(source.name, source.compression)
        self.rows = Rows()
        self.places: dict[str, _Places] = {}

    def look(self, whole: bool) -> Detection:
        found = self.found
        found.is_complete = True
        for item in split(self.source, tolerant(RecordDecoder())):
            if not whole and (found.records >= MAX_RECORDS or item.byte_offset >= MAX_BYTES):
                found.is_complete = False
                break
            found.records += 1
            self.add(item)
        found.framing = self.source.framing
        self.conclude()
        return found

    def add(self, item: Record[Decoded | Exception] | Broken) -> None:
        if isinstance(item, Broken):
            self.reject(item, item.reason)
        elif isinstance(item.value, Exception):
            if isinstance(item.value, UnknownRecord):
                self.found.foreign = self.found.foreign or str(item.value)
            self.reject(item, located(item.raw, item.value))
        else:
            self.add_record(item, item.value)

    def add_record(self, item: Record[Any], record: Decoded) -> None:
        generation = generation_of(record)
        self.rows.clear()
        try:
            source = (0, item.position, item.byte_offset, None, None)
            shred(record, item.raw, record_id(0, generation), self.rows, source)
        except (ValueError, RecursionError) as error:
            self.reject(item, located(item.raw, error))
            return
        shapes = _values(self.rows, "labels", "shape")
        if generation == "v1":
            self.found.sub_generations.update(shapes)
        self.count_rows()
        places = self.places.setdefault(generation, _Places())
        is_legacy = not set(_LEGACY).isdisjoint(shapes)
        odd = places.add(record, is_legacy)
        unfit = record.extra.unread if record.extra else 0
        if unread := self.rows.unread - unfit - odd:
            places.unexpected[_UNREAD if generation == "v1" else _ELSEWHERE] += unread

    def count_rows(self) -> None:
        self.found.asset_types.update(_values(self.rows, "records", "asset_type"))
        self.found.object_kinds.update(_values(self.rows, "objects", "kind"))
        self.found.classification_kinds.update(_values(self.rows, "classifications", "kind"))

    def reject(self, item: Record[Any] | Broken, reason: str) -> None:
        self.found.rejected += 1
        if len(self.found.first_rejects) < _FIRST_REJECTS:
            place = {"position": item.position, "byte_offset": item.byte_offset, "reason": reason}
            self.found.first_rejects.append(place)

    def conclude(self) -> None:
        found = self.found
        if self.places:
            found.generation = "mixed" if len(self.places) > 1 else next(iter(self.places))
        for generation, places in sorted(self.places.items()):
            found.blocks.update(places.blocks(BLOCKS[generation]))
            found.unknown_keys.update(places.unknown)
            found.unexpected_values.update(places.unexpected)


class _Places:
    """Where records of one generation have an optional block, or something that the structs do not take."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.unexpected: Counter[str] = Counter()

    def add(self, record: Decoded, is_legacy: bool) -> int:
        """Count the places of one record; how many elements of lists and maps in it are odd.

        The classes of a legacy `Label` are names, not unknown keys.
        """
        odd = 0
        todo: list[tuple[str, Any]] = [("", record)]
        while todo:
            place, value = todo.pop()
            if isinstance(value, Struct):
                self.counts[place] += 1
                todo.extend(self.members(place, value))
                extra = getattr(value, "extra", None)
                if extra is not None and not (is_legacy and place == "/Label"):
                    self.keep_aside(place, type(value), extra)
            elif isinstance(value, Odd):
                _count(self.unexpected, f"{place} ({_json_type(value.value)})")
                odd += 1
            elif isinstance(value, list | dict):
                items = value.values() if isinstance(value, dict) else value
                todo.extend((f"{place}/*", item) for item in items)
        return odd

    def members(self, place: str, struct: Struct) -> Iterator[tuple[str, Any]]:
        for name, absent, child, is_block in _members(type(struct), place):
            value = getattr(struct, name)
            if value is absent:
                continue
            if is_block and not isinstance(value, Struct):
                self.counts[child] += 1
            if isinstance(value, Struct | list | dict):
                yield child, value

    def keep_aside(self, place: str, struct: type[Struct], extra: Extra) -> None:
        if isinstance(extra, Odd):
            _count(self.unexpected, f"{place} ({_json_type(extra.value)})")
        known = {field.encode_name for field in msgspec.structs.fields(struct)} - {"extra"}
        for key, value in extra.members.items():
            child = f"{place}/{token(key)}"
            if child in _BLOCK_PLACES:
                self.counts[child] += 1
            if key in known:
                _count(self.unexpected, f"{child} ({_json_type(value)})")
            else:
                _count(self.unknown, child)

    def blocks(self, blocks: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[int, int]]]:
        for name, places in blocks.items():
            present = sum(self.counts[place] for place in places)
            yield name, (present, sum(self.counts[place.rpartition("/")[0]] for place in places))


@lru_cache(maxsize=10_000)
def _members(struct: type[Struct], place: str) -> tuple[tuple[str, Any, str, bool], ...]:
    """Of each member: its name, its value if the key is absent, its place, whether that is a block."""
    named = [(member, f"{place}/{token(member.encode_name)}") for member in msgspec.structs.fields(struct)]
    return tuple(
        (member.name, UNSET if member.default is UNSET else None, child, child in _BLOCK_PLACES)
        for member, child in named
        if member.name != "extra"
    )


def _values(rows: Rows, table: str, column: str) -> list[str]:
    index = list(columns()[table]).index(column)
    return [row[index] for row in rows[table] if row[index] is not None]


def _count(counter: Counter[str], place: str) -> None:
    counter[place if place in counter or len(counter) < MAX_PLACES else _ELSEWHERE] += 1


def _json_type(value: Any) -> str:
    names: dict[type, str] = {
        type(None): "null",
        bool: "boolean",
        str: "string",
        list: "array",
        dict: "object",
    }
    return names.get(type(value), "number")
