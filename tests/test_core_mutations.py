"""Records of all kinds, changed at random: the compiled core and Python read the same of them, in all that is told.

An ordinary run takes few of them; `python -m pytest -m soak tests/test_core_mutations.py` a million.
"""

import io
import json
import random
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count, islice
from typing import Any, NamedTuple

import pytest

from labelstore import samples
from labelstore.core.library import library
from labelstore.counting import Counts, rows_of_records
from labelstore.counting.compiled import CoreCounts
from labelstore.errors import InputError
from labelstore.files import Broken, Record, Source
from labelstore.formats.decoding import RecordDecoder, bounded_depth
from labelstore.formats.shredding import hashes, shred
from labelstore.loading.record_reader import records_in
from labelstore.loading.stretches import Shredding, Stretch
from labelstore.schema.generations import record_id
from labelstore.schema.tables import Rows, columns, content_tables
from tests import declared
from tests.soaking import amount
from tests.strategies import KEYS, NUMBERS, TEXTS
from tests.test_core_counting import summed

pytestmark = pytest.mark.skipif(library() is None, reason="the core is not compiled")

Json = Any
TOGETHER = 60
"""So many records are a file."""
_LARGEST = 8_000
_ODD: tuple[Json, ...] = (
    *TEXTS,
    *NUMBERS,
    None,
    True,
    False,
    {},
    [],
    [[]],
    [None],
    {"": None},
    [1, "a"],
    {"a": {"b": []}},
)
_ODD_BYTES = (
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u0000",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"1e999",
    b" ",
    b"\n",
    b"\r",
)


@cache
def originals(generation: str) -> list[Json]:
    """Samples of all asset types, and legacy ones; long lists are cut."""
    make = {"v1": samples.v1_labels, "v2": samples.v2_data_rows}[generation]
    found = [record for word in samples.ASSET_TYPES[generation] for record in islice(make(word, 40), 30)]
    if generation == "v1":
        found += (record for word in ("L0", "L1", "L2") for record in samples.legacy_labels(word, 12))
    return [record for record in map(shortened, found) if len(json.dumps(record)) < _LARGEST]


@cache
def declared_ones(generation: str) -> list[Json]:
    """Records with each of the declared fields."""
    found = [record for _, record in declared.with_all_fields(generation, 0)]
    return found + list(islice((record for _, record in declared.with_one_field(generation, 0)), 0, None, 5))


def shortened(value: Json) -> Json:
    if isinstance(value, list):
        return [shortened(one) for one in value[:2]]
    if isinstance(value, dict):
        members = list(value.items())
        return {key: shortened(one) for key, one in (members[:4] if len(members) > 60 else members)}
    return value


def copied(value: Json) -> Json:
    return json.loads(json.dumps(value))


class Place(NamedTuple):
    """Where a value is in a record."""

    container: Any
    key: Any

    @property
    def value(self) -> Json:
        return self.container[self.key]


def places(value: Json) -> Iterator[Place]:
    todo = [value]
    while todo:
        one = todo.pop()
        for key in one if isinstance(one, dict) else range(len(one)):
            yield Place(one, key)
            if isinstance(one[key], dict | list):
                todo.append(one[key])


def mutated(record: Json, dice: random.Random) -> Json:
    """The record with one to four changes of its values and keys."""
    record = copied(record)
    for _ in range(dice.choice((1, 1, 1, 1, 2, 3))):
        found = list(places(record))
        if not found:
            return record
        place, other = dice.choice(found), dice.choice(found)
        container, key = place
        match dice.choice((0, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 7, 8, 8)):
            case 0:
                container[key] = copied(dice.choice(_ODD))
            case 1:  # of its own kind
                alike = [one for one in _ODD if type(one) is type(place.value)]
                container[key] = copied(dice.choice(alike or _ODD))
            case 2:
                del container[key]
            case 3:
                container[key] = copied(other.value)
            case 4 if isinstance(container, dict):
                container[dice.choice(KEYS)] = container.pop(key)
            case 5 if isinstance(container, list):
                container.insert(key, copied(place.value))
            case 6 if isinstance(container, dict):
                container[dice.choice(KEYS)] = copied(dice.choice(_ODD))
            case 7:
                for _ in range(dice.choice((1, 3, 70))):
                    container[key] = [container[key]] if dice.random() < 0.5 else {dice.choice(KEYS): container[key]}
            case 8 if isinstance(container, dict):
                members = list(container.items())
                dice.shuffle(members)
                container.clear()
                container.update(members)
            case _:
                container[key] = None
    return record


def spelled(record: Json, dice: random.Random) -> bytes:
    """The text of a record, which may be no JSON any more."""
    separators = dice.choice(((",", ":"), (", ", ": "), (" ,\t", " : ")))
    text = bytearray(json.dumps(record, ensure_ascii=dice.random() < 0.5, separators=separators).encode())
    if dice.random() < 0.04:
        for _ in range(dice.choice((1, 1, 3))):
            at = dice.randrange(len(text))
            match dice.randrange(4):
                case 0:
                    text[at : at + 1] = dice.choice(_ODD_BYTES)
                case 1:
                    del text[at : at + dice.choice((1, 1, 5, 50))]
                case 2:
                    text[at:at] = text[at : at + dice.choice((1, 10, 100))]
                case 3:
                    text[at] = dice.randrange(256)
    return bytes(text)


def renamed(record: Json, generation: str, number: int) -> None:
    """Give a record ids of its own, where it has some."""
    if not isinstance(record, dict):
        return
    if generation == "v1":
        record |= {"ID": f"label {number}", "DataRow ID": f"row {number}"}
        return
    if isinstance(record.get("data_row"), dict) and isinstance(record["data_row"].get("id"), str):
        record["data_row"]["id"] = f"row {number}"
    try:
        for place, label in enumerate(declared.v2_labels(record)):
            label["id"] = f"label {number}.{place}"
    except (AttributeError, TypeError, KeyError):
        return


def file_of(generation: str, dice: random.Random, numbers: Iterator[int]) -> bytes:
    """Mutations as lines or as an array; a few come with ids that were there before."""
    parts = []
    for _ in range(TOGETHER):
        record = dice.choice((declared_ones if dice.random() < 0.25 else originals)(generation))
        if dice.random() < 0.95:
            record = copied(record)
            renamed(record, generation, next(numbers))
        parts.append(spelled(mutated(record, dice), dice))
    if dice.random() < 0.5:
        return dice.choice((b"\n", b"\r\n", b"\n\n", b"\n \t")).join(parts) + dice.choice((b"", b"\n"))
    return b"[" + dice.choice((b",", b",\n ", b" , ")).join(parts) + dice.choice((b"]", b"\n]\n", b""))


Told = list[tuple[Any, ...]]


def told(item: Record[Any] | Broken) -> tuple[Any, ...]:
    reason = item.reason if isinstance(item, Broken) else None
    return type(item).__name__, item.position, item.byte_offset, item.raw, reason


class Compared:
    """A file that is read both ways."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.made = 0

    def by_python(self) -> Told:
        with Source("a", io.BytesIO(self.data)) as source:
            return [told(item) for item in records_in(source, is_frames_file=False)]  # type: ignore[arg-type]

    def by_core(self) -> Told:
        """Raises where rows, hashes or counts are not those of Python."""
        core = library()
        assert core
        shredding = Shredding(core)
        found: Told = []
        by_core, by_python = CoreCounts(core), Counts()
        with Source("a", io.BytesIO(self.data)) as source:
            for item in records_in(source, is_frames_file=False, shredding=shredding, load_id=1):
                if not isinstance(item, Stretch):
                    found.append(told(item))
                    continue
                found += map(told, item.items())
                rows = self.rows(item)
                by_core.add(item.rows)
                by_python.add(rows_of_records(rows)[0])
                self.made += len(item.rows.made)
                item.release()
        assert summed(by_core) == summed(by_python)
        return found

    def rows(self, stretch: Stretch) -> Rows:
        """Those of Python, which the core made, too."""
        rows, decode = Rows(), RecordDecoder()
        for place, digest in zip(stretch.rows.made, stretch.digests, strict=True):
            raw = self.data[place.offset : place.offset + place.length]
            assert digest == hashes(raw)
            source = (1, place.position, place.offset, digest.content, digest.urls)
            shred(decode(raw), raw, record_id(place.position, stretch.generation), rows, source)
        assert rows.unread == 0
        for number, table in enumerate(content_tables()):
            by_core, by_python = list(stretch.rows.rows(number)), rows[table]
            assert list(map(repr, by_core)) == list(map(repr, by_python)), (table, columns()[table])
        return rows


def outcome(read: Callable[[], Told]) -> Told | str:
    """What is read, or why the file is refused as a whole, for its first record may have lost its bracket."""
    try:
        return read()
    except InputError as error:
        return str(error)


@pytest.mark.soak
@pytest.mark.parametrize("generation", ["v1", "v2"])
@pytest.mark.parametrize("seed", range(amount(500, 1)))
def test_mutations(generation: str, seed: int) -> None:
    dice, numbers, made = random.Random(f"{generation} {seed}"), count(), 0
    with bounded_depth():
        for _ in range(amount(1000 // TOGETHER, 4)):
            file = Compared(file_of(generation, dice, numbers))
            assert outcome(file.by_core) == outcome(file.by_python)
            made += file.made
    assert made > 10
