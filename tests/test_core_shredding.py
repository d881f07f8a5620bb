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
from labelstore.core.shredding import Ids, Shredder, Stretch
from labelstore.formats.decoding import RecordDecoder, tolerant
from labelstore.formats.shredding import shred
from labelstore.schema.generations import record_id
from labelstore.schema.tables import Rows, columns, content_tables
from tests import declared, strategies
from tests.soaking import amount

pytestmark = pytest.mark.skipif(library() is None, reason="the core is not compiled")

WIDTHS = [len(columns()[table]) for table in content_tables()]
Json = dict[str, Any]


def shredder(generation: str) -> Shredder:
    core = library()
    assert core
    return Shredder(core, import_module(f"labelstore.formats.{generation}.program").program(), WIDTHS, Ids(core))


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


SAMPLES: dict[str, Any] = {"v1": samples.v1_labels, "v2": samples.v2_data_rows}
FILES = {"v1": strategies.v1_files(), "v2": strategies.v2_files()}
MOST = {("v1", "image"): 0.95, ("v1", "text"): 0.75, ("v2", "image"): 0.7, ("v2", "text"): 0.7, ("v2", "video"): 0.95}
"""The share of samples of which the core makes rows, at least."""


def with_ids(generation: str, records: Iterable[Json]) -> Iterator[Json]:
    """The records, with the ids without which the core makes no rows of them."""
    for number, record in enumerate(records):
        for place, label in enumerate(declared.v2_labels(record) if generation == "v2" else ()):
            label.setdefault("id", f"label {number}.{place}")
        yield {"DataRow ID": f"row {number}"} | record if generation == "v1" else record


@pytest.mark.parametrize(
    ("generation", "asset_type"), [(name, word) for name in SAMPLES for word in samples.ASSET_TYPES[name]]
)
def test_samples(generation: str, asset_type: str) -> None:
    count = 200 if generation == "v1" else 60
    records = SAMPLES[generation](asset_type, count)
    made = assert_rows_are_those_of_python(generation, lines_of(records, ensure_ascii=False))
    assert made >= MOST.get((generation, asset_type), 0) * count


@pytest.mark.parametrize("generation", SAMPLES)
def test_samples_with_white_space_and_escapes(generation: str) -> None:
    records = SAMPLES[generation]("image", 50)
    assert assert_rows_are_those_of_python(generation, lines_of(records, separators=(" , ", " :\t"))) > 30


@pytest.mark.parametrize("make", [declared.with_one_field, declared.with_all_fields])
@pytest.mark.parametrize("generation", SAMPLES)
def test_every_field_of_every_place(generation: str, make: Any) -> None:
    made = islice(make(generation, 0), 0, None, amount(1, 7 if generation == "v2" else 1))
    records = with_ids(generation, (record for _, record in made))
    assert assert_rows_are_those_of_python(generation, lines_of(records)) > 100


@pytest.mark.parametrize("generation", SAMPLES)
@given(st.data())
def test_hostile_records(generation: str, data: st.DataObject) -> None:
    records = with_ids(generation, data.draw(FILES[generation]))
    assert_rows_are_those_of_python(generation, lines_of(records))


@pytest.mark.parametrize("generation", SAMPLES)
@given(st.data())
def test_what_is_no_record_of_python_is_none_of_the_core(generation: str, data: st.DataObject) -> None:
    """Bytes of a line are changed: the core makes no rows of what Python refuses."""
    line = bytearray(lines_of(SAMPLES[generation]("image", 1)).rstrip())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(line) - 1))
        line[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2)).replace(b"\n", b" ")
    core = shredder(generation)
    stretch = core.stretch()
    shredded(core, stretch, bytes(line))
    if stretch.made:
        assert not isinstance(tolerant(RecordDecoder())(bytes(line)), Exception)
        assert_rows_are_those_of_python(generation, bytes(line) + b"\n")


def test_an_id_that_comes_twice_is_handed_back() -> None:
    label = next(iter(samples.v1_labels("image", 1)))
    core = shredder("v1")
    stretch = core.stretch()
    shredded(core, stretch, lines_of([label, label | {"Created By": "again@example.com"}]))
    assert [place.position for place in stretch.made] == [0]
    assert [place.position for place in stretch.back] == [1]
    assert [claim for _, claim in stretch.claims()] == [label["ID"]]


def test_a_line_claims_what_it_is_about() -> None:
    run = {"runs": {name: {"labels": [{"id": "a label"}]} for name in ("run 2", "run 1")}}
    projects = {name: {"labels": [{"id": f"label of {name}"}]} for name in ("b", "a")}
    line = {"data_row": {"id": "a row"}, "projects": projects, "experiments": {"an experiment": run}}
    other = {"data_row": {"id": "another row"}, "projects": {"c": {"labels": [{"id": "label of a"}]}}}
    core = shredder("v2")
    stretch = core.stretch()
    shredded(core, stretch, lines_of([line, other]))
    assert [place.position for place in stretch.made] == [0]
    assert {claim for _, claim in stretch.claims()} == {
        'v2 ["a row",["a","b"],["run 1","run 2"]]', "gives a row", "label of a", "label of b", "run 1/a row/a label",
        "run 2/a row/a label",
    }  # fmt: skip
    assert_rows_are_those_of_python("v2", lines_of([line, other]))
