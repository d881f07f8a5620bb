"""The compiled core makes the rows that Python makes, value and type, and hands back what it does not know."""

import json
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelstore import samples
from labelstore.core.library import library
from labelstore.core.shredding import Shredder, Stretch
from labelstore.formats.decoding import RecordDecoder, tolerant
from labelstore.formats.shredding import shred
from labelstore.schema.generations import record_id
from labelstore.schema.tables import Rows, columns, content_tables
from tests import declared, strategies

pytestmark = pytest.mark.skipif(library() is None, reason="the core is not compiled")

WIDTHS = [len(columns()[table]) for table in content_tables()]
Json = dict[str, Any]


def shredder(generation: str) -> Shredder:
    core = library()
    assert core
    return Shredder(core, import_module(f"labelstore.formats.{generation}.program").program(), WIDTHS)


def shredded(core: Shredder, stretch: Stretch, lines: bytes, begin: int = 0, position: int = 0) -> None:
    """Shred lines from a place on."""
    core.shred(
        stretch, lines, (begin, len(lines)), offset=0, in_lines=True, is_last=True, position=position, number=position,
        load_id=1,
    )  # fmt: skip


def assert_rows_are_those_of_python(generation: str, lines: bytes) -> int:
    """How many of the records the core made rows of; all others are handed back, or stop it."""
    core = shredder(generation)
    stretch, begin, position, made = core.stretch(), 0, 0, 0
    while begin < len(lines):
        shredded(core, stretch, lines, begin, position)
        places = sorted(place.position - position for place in (*stretch.made, *stretch.back))
        assert places == list(range(stretch.records))
        assert_rows(generation, lines, stretch)
        made += len(stretch.made)
        begin, position = begin + stretch.consumed, position + stretch.records
        while lines[begin : begin + 1] == b"\n":
            begin += 1
        if begin < len(lines):  # it stopped, and Python reads one record
            begin, position = lines.index(b"\n", begin) + 1, position + 1
    return made


def assert_rows(generation: str, lines: bytes, stretch: Stretch) -> None:
    rows, decode = Rows(), RecordDecoder()
    for place in stretch.made:
        raw = lines[place.offset : place.offset + place.length]
        source = (1, place.position, place.offset, None, None)
        shred(decode(raw), raw, record_id(place.position, generation), rows, source)
    assert rows.unread == 0
    for number, table in enumerate(content_tables()):
        found = list(stretch.rows(number))
        assert list(map(repr, found)) == list(map(repr, rows[table])), (table, columns()[table])


def lines_of(records: Iterable[Any], **layout: Any) -> bytes:
    return b"".join(json.dumps(record, **layout).encode() + b"\n" for record in records)


def with_data_rows(records: Iterable[Json]) -> Iterator[Json]:
    """Records of v1, each with the id of a data row."""
    return ({"DataRow ID": f"row {number}"} | record for number, record in enumerate(records))


@pytest.mark.parametrize("asset_type", samples.ASSET_TYPES["v1"])
def test_samples_of_v1(asset_type: str) -> None:
    labels = list(islice(samples.v1_labels(asset_type, 200), 200))
    made = assert_rows_are_those_of_python("v1", lines_of(labels, ensure_ascii=False))
    assert made > {"image": 190, "text": 150}.get(asset_type, 0)


def test_samples_with_white_space_and_escapes() -> None:
    labels = samples.v1_labels("image", 50)
    assert assert_rows_are_those_of_python("v1", lines_of(labels, separators=(" , ", " :\t"))) > 40


@pytest.mark.parametrize("make", [declared.with_one_field, declared.with_all_fields])
def test_every_field_of_every_place_of_v1(make: Any) -> None:
    records = with_data_rows(record for _, record in make("v1", 0))
    assert assert_rows_are_those_of_python("v1", lines_of(records)) > 100


@given(strategies.v1_files())
def test_hostile_labels_of_v1(labels: list[Json]) -> None:
    assert_rows_are_those_of_python("v1", lines_of(with_data_rows(labels)))


@given(st.data())
def test_what_is_no_record_of_python_is_none_of_the_core(data: st.DataObject) -> None:
    """Bytes of a line are changed: the core makes no rows of what Python refuses."""
    line = bytearray(lines_of(samples.v1_labels("image", 1)).rstrip())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(line) - 1))
        line[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2)).replace(b"\n", b" ")
    core = shredder("v1")
    stretch = core.stretch()
    shredded(core, stretch, bytes(line))
    if stretch.made:
        assert not isinstance(tolerant(RecordDecoder())(bytes(line)), Exception)
        assert_rows_are_those_of_python("v1", bytes(line) + b"\n")


def test_an_id_that_comes_twice_is_handed_back() -> None:
    label = next(iter(samples.v1_labels("image", 1)))
    core = shredder("v1")
    stretch = core.stretch()
    shredded(core, stretch, lines_of([label, label | {"Created By": "again@example.com"}]))
    assert [place.position for place in stretch.made] == [0]
    assert [place.position for place in stretch.back] == [1]
    assert [claim for _, claim in stretch.claims()] == [label["ID"]]
