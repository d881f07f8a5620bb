"""The compiled core makes the rows that Python makes, value and type, and hands back what it does not know."""

import json
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import islice
from typing import Any

import pytest
from hypothesis import example, given
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
LEAST = {
    "v1": dict.fromkeys(samples.ASSET_TYPES["v1"], 0.98),
    "v2": dict.fromkeys(samples.ASSET_TYPES["v2"], 0.98),
}
"""The share of samples of which the core makes rows, at least."""


def with_ids(generation: str, records: Iterable[Json]) -> Iterator[Json]:
    """The records, with the ids without which the core makes no rows of them."""
    for number, record in enumerate(records):
        for place, label in enumerate(declared.v2_labels(record) if generation == "v2" else ()):
            label.setdefault("id", f"label {number}.{place}")
        yield {"DataRow ID": f"row {number}"} | record if generation == "v1" else record


@pytest.mark.soak
@pytest.mark.parametrize(
    ("generation", "asset_type"), [(name, word) for name in SAMPLES for word in samples.ASSET_TYPES[name]]
)
def test_samples(generation: str, asset_type: str) -> None:
    count = amount(200, 80) if generation == "v1" else amount(60, 30)
    records = SAMPLES[generation](asset_type, count)
    made = assert_rows_are_those_of_python(generation, lines_of(records, ensure_ascii=False))
    assert made >= LEAST[generation].get(asset_type, 0) * count


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


ENDS = {"source": "one", "target": "other"}
RELATED = {"feature_id": "r", "name": "beside", "annotation_kind": "ImageUnidirectionalRelationship",
           "unidirectional_relationship": ENDS}  # fmt: skip
BOX = {"feature_id": "one", "name": "car", "bounding_box": {"top": 1, "left": 2, "height": 3, "width": 4}}


def label_with(objects: list[Json], **more: Any) -> Json:
    """An element of v1."""
    known = {"ID": "a label", "DataRow ID": "a row", "Created At": "2023-05-16T11:50:48.000Z"}
    return known | {"Label": {"objects": objects}} | more


def line_with(annotations: Json, **more: Any) -> Json:
    data_row = {"id": "a row"} | more.pop("data_row", {})
    projects = {"a project": {"labels": [{"id": "a label", "annotations": annotations}]}}
    return {"data_row": data_row, "projects": projects} | more


@pytest.mark.parametrize(
    ("objects", "relationships", "is_made"),
    [
        ([BOX, RELATED], None, True),
        ([RELATED, BOX], [RELATED], True),
        (
            [BOX, RELATED | {"undeclared": [1]}, BOX],
            [RELATED | {"feature_id": "s"}, RELATED | {"undeclared": [1]}],
            True,
        ),
        (
            [RELATED | {"classifications": []}, {"bidirectional_relationship": ENDS | {"more": 1}}],
            [{"name": "a"}],
            True,
        ),
        ([RELATED], [RELATED | {"name": "told otherwise"}], False),
        ([RELATED], [RELATED | {"unidirectional_relationship": ENDS | {"more": 1}}], False),
        ([RELATED], [RELATED | {"classifications": []}], False),
        ([RELATED, RELATED], [RELATED], False),
        ([RELATED], [RELATED, RELATED], False),
        ([RELATED | {"confidence": 0.5}], [], False),
        ([RELATED | {"mask": {"url": "https://example.com/mask"}}], [], False),
        ([RELATED | {"classifications": [{"name": "a question"}]}], [], False),
    ],
)
def test_relationships_among_objects(objects: list[Json], relationships: list[Json] | None, is_made: bool) -> None:
    listed = {} if relationships is None else {"relationships": relationships}
    named = {f"key {place}": item for place, item in enumerate(objects)}
    frames = {"7": listed | {"objects": named | {"r": RELATED}}, "8": {}}
    assert assert_rows_are_those_of_python("v2", lines_of([line_with(listed | {"objects": objects})])) == is_made
    assert_rows_are_those_of_python("v2", lines_of([line_with({"objects": [], "frames": frames})]))
    assert (
        assert_rows_are_those_of_python("v2", lines_of([line_with({"frames": {"7": listed | {"objects": named}}})]))
        == is_made
    )


RING = [[-99.5, 20], [-99, 20.25], [-99.25, 20.5], [-99.5, 20]]


@pytest.mark.parametrize(
    ("kind", "coordinates", "is_made"),
    [
        ("Point", [-99.5, 20], True),
        ("Point", [10.0, -0.0], True),
        ("LineString", RING[:2], True),
        ("Polygon", [RING], True),
        ("Polygon", [RING, RING], False),
        ("Polygon", [[[0.0, 1], [-0.0, 1]]], False),
        ("Polygon", [[[1e308, 1], [-1e308, 1]]], False),
        ("Polygon", RING, False),
        ("LineString", [RING], False),
        ("LineString", [20.5, 10], False),
        ("Point", RING, False),
        ("Point", [1, 2, 3], False),
        ("MultiPolygon", [[RING]], False),
        ("Other", [1, 2], False),
        ("Polygon", [], False),
        ("Polygon", [[]], False),
    ],
)
def test_geojson(kind: str, coordinates: Any, is_made: bool) -> None:
    shape = {"type": kind, "coordinates": coordinates}
    objects = [{"annotation_kind": word, "geojson": shape} for word in ("GeoPolygon", "GeoBoundingBox")]
    both = {"geojson": shape, "mask": {"url": "https://example.com/mask"}, "undeclared": 1.5}
    for line in (line_with({"objects": [*objects, {"geojson": shape}]}), line_with({"objects": [both]})):
        assert assert_rows_are_those_of_python("v2", lines_of([line], separators=(",", ":"))) == is_made
        assert assert_rows_are_those_of_python("v2", lines_of([line], separators=(" ,\t", " : "))) == is_made
    assert not assert_rows_are_those_of_python(
        "v2", lines_of([line_with({"objects": [{"geojson": shape | {"a": 1}}]})])
    )


@pytest.mark.parametrize(
    ("word", "coordinates", "is_made"),
    [
        ("point", [-99.5, 20], True),
        ("polyline", RING, True),
        ("polygon", [RING], True),
        ("rectangle", [RING], True),
        ("rectangle", RING, False),
        ("polygon", [RING, RING], False),
        ("point", [RING], False),
        ("other", [RING], False),
        (None, [RING], False),
    ],
)
def test_tiled_imagery_of_v1(word: str | None, coordinates: Any, is_made: bool) -> None:
    told = {} if word is None else {"type": word}
    lines = lines_of([label_with([told | {"geometry": {"coordinates": coordinates}}], undeclared=1)])
    assert assert_rows_are_those_of_python("v1", lines) == is_made


FEATURE = {"featureId": "f", "title": "car"}
QUESTION = {"title": "seen", "answer": {"title": "yes"}}
FRAME = {
    "frameNumber": 3,
    "objects": [
        FEATURE | {"line": [{"x": 1, "y": 2}, {"x": 3, "y": 4}], "keyframe": True, "classifications": [QUESTION]},
        FEATURE,
    ],
    "classifications": [QUESTION, [QUESTION]],
    "relationships": [{"data": {"source": "f", "target": "g"}, "relationshipType": "bidirectional"}],
}


@given(st.lists(st.from_regex(r"\A-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?\Z"), min_size=1))
@example(["9007199254740993.0", "-9007199254740995.0", "9007199254740993.001", "9007.199254740992999"])
@example(["4503599627370496.5", "4503599627370497.5", "137.59829316046932", "1.999999999999999999"])
def test_numbers(numbers: list[str]) -> None:
    boxes = [FEATURE | {"bbox": {"top": place}} for place in range(len(numbers))]
    text = json.dumps(label_with(boxes))
    for place, number in enumerate(numbers):
        text = text.replace(f'"top": {place}}}', f'"top": {number}}}', 1)
    made = assert_rows_are_those_of_python("v1", text.encode() + b"\n")
    usual = [number for number in numbers if "e" not in number.lower() and len(number) < 18 and float(number) != 0]
    assert made >= (len(usual) == len(numbers))


@given(st.text(st.sampled_from('ab"\\\n\x00\x1f\x7f\x80\u3042\U0001f600'), max_size=30), st.booleans())
def test_texts(text: str, is_ascii: bool) -> None:
    label = label_with([{"featureId": "f", "title": text, "point": {"x": 1, "y": 2}}])
    assert assert_rows_are_those_of_python("v1", lines_of([label], ensure_ascii=is_ascii)) == 1


@pytest.mark.parametrize(
    ("label", "is_made"),
    [
        ([], True),
        ([FRAME], True),
        ([{"frameNumber": 0, "other": 1}, FRAME, FRAME | {"frameNumber": 1.0}], False),
        ([{"frameNumber": 0, "other": 1}, FRAME, {"frameNumber": -1, "objects": []}], True),
        ([{"objects": []}], False),
        ([FRAME, None], False),
        ({"frames": "https://example.com/frames", "other": 1}, True),
        ({"frames": ""}, True),
        ({"frames": None}, False),
        (FRAME, True),
    ],
)
@pytest.mark.parametrize("name", ["a.dcm", "a.jpg", '{"tileLayerUrl": 1}'])
def test_frames_of_v1(name: str, label: Any, is_made: bool) -> None:
    record = label_with([], Label=label, **{"Labeled Data": name})
    following = label_with([], Label=FRAME) | {"ID": "another label"}  # of no frame
    made = assert_rows_are_those_of_python("v1", lines_of([record, following]))
    assert made == is_made + 1


SAID = {"messageId": "1", "content": 'ein "Gruß"\n\u3042', "user": {"userId": "u", "name": "Ada"}, "align": "left"}


@pytest.mark.parametrize(
    ("messages", "is_made"),
    [
        ([], True),
        ([SAID, SAID | {"messageId": "2", "timestampUsec": 1, "user": {"userId": "u", "name": ""}}], True),
        ([SAID | {"user": {"name": None, "userId": "u", "more": [{}]}, "metadata": None}], True),
        ([SAID, SAID], False),
        ([SAID | {"metadata": {"name": "someone else"}}], False),
        ([SAID | {"user": {"name": "", "userId": ""}, "author": "someone else"}], False),
        ([SAID | {"user": {"name": 7}}], False),
        ([SAID | {"user": "Ada"}], False),
        ([SAID | {"content": ["one", "two"]}], False),
        ([SAID | {"messageId": 1}], False),
        ([SAID | {"messageId": None, "id": "one"}], False),
        ([SAID, "a text"], False),
        ([{"id": "one", "text": "a text"}], False),
    ],
)
@pytest.mark.parametrize("asset_type", ["conversation", "unknown"])
def test_conversations_as_json(asset_type: str, messages: list[Any], is_made: bool) -> None:
    told = {} if asset_type == "unknown" else {"media_attributes": {"asset_type": asset_type}}
    for before, ascii_only, after in (("", False, ""), (" \n", True, " \t")):
        asset = before + json.dumps({"version": 1, "messages": messages, "more": 0.1}, ensure_ascii=ascii_only) + after
        line = line_with({}, data_row={"row_data": asset}, **told)
        assert assert_rows_are_those_of_python("v2", lines_of([line])) == is_made
        for other in (asset[:-3], asset + "}", asset.replace("messages", "turns"), f"[{asset}]"):
            line = line_with({}, data_row={"row_data": other}, **told)
            assert not assert_rows_are_those_of_python("v2", lines_of([line]))
        media = {} if asset_type == "unknown" else {"Media Attributes": {"assetType": asset_type}}
        label = label_with([], **{"Labeled Data": asset}, **media)
        assert assert_rows_are_those_of_python("v1", lines_of([label])) == is_made


@pytest.mark.parametrize("name", [
    "a.mp4", "a.pdf\n", "a.pdf\n\n", "one.\ntwo.txt?\n", "a.html#.x\n.y", "a.jpeg.unknown", "a.b.wav",
    "\u3042" * 2043 + ".mp4", "\u3042.mp4?" + "\u3042" * 2042, "\u3042.mp4?" + "\u3042" * 2043,
    ".gif?" + "x" * 2043, ".gif?" + "x" * 2044, "",
    '{"a": 1}', '{"tileLayerUrl": "https://example.com"}', '\n{"tileLayerUrl": 1}', ' the "tileLayerUrl"',
    "\u201cIt is.\u201d",
])  # fmt: skip
def test_types_told_by_names(name: str) -> None:
    line = line_with({}, data_row={"row_data": name})
    is_made = name[:1] not in (" ", "\u201c", "\u3042") and name != '{"a": 1}'
    assert assert_rows_are_those_of_python("v2", lines_of([line])) >= is_made
    assert assert_rows_are_those_of_python("v2", lines_of([line_with({}, data_row={"external_id": name})])) == 1
    assert assert_rows_are_those_of_python("v1", lines_of([label_with([], **{"Labeled Data": name})])) >= is_made


FEATURES = st.sampled_from(["one", "other", "third"])
OF_FEATURE: dict[str, st.SearchStrategy[Any]] = {"feature_id": FEATURES}


def asked(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    opened = OF_FEATURE | {"classifications": st.lists(inner, max_size=2)}
    answer = st.fixed_dictionaries({"name": st.just("yes")}, optional=opened)
    return st.fixed_dictionaries({"radio_answer": answer}, optional=OF_FEATURE) | st.fixed_dictionaries(
        {"checklist_answers": st.lists(answer, max_size=2)}, optional=OF_FEATURE
    )


TEXTS = st.fixed_dictionaries({"content": st.sampled_from(["so", "not so"])}, optional=OF_FEATURE)
QUESTIONS = st.recursive(st.fixed_dictionaries({"text_answer": TEXTS}, optional=OF_FEATURE), asked, max_leaves=3)
TIMES = st.integers(0, 4)
SPANS = st.lists(st.tuples(TIMES, TIMES).map(sorted), max_size=3)
RECORDINGS = st.fixed_dictionaries(
    {
        "timestamp": st.dictionaries(
            TIMES.map(str) | st.just("01"),
            st.fixed_dictionaries({"classifications": st.lists(QUESTIONS, max_size=3)}),
            max_size=4,
        )
    },
    optional={"segments": st.dictionaries(FEATURES, SPANS | st.dictionaries(FEATURES, SPANS, max_size=1), max_size=3)},
)


@given(RECORDINGS)
def test_moments_of_recordings(annotations: Json) -> None:
    assert_rows_are_those_of_python("v2", lines_of([line_with(annotations)]))


def test_a_span_that_begins_where_another_ends() -> None:
    def said(text: str) -> Json:
        return {"feature_id": "one", "text_answer": {"content": text}}

    moments = {"0": ["a"], "5": ["a", "b"], "9": ["b", "c", "d"], "12": ["c"], "20": ["d"], "7": ["b"]}
    timestamp = {time: {"classifications": list(map(said, texts))} for time, texts in moments.items()}
    annotations = {"segments": {"one": [[0, 5], [5, 9], [9, 12], [12, 12], [15, 20]]}, "timestamp": timestamp}
    assert assert_rows_are_those_of_python("v2", lines_of([line_with(annotations)])) == 1
    timestamp["5"]["classifications"].reverse()
    assert assert_rows_are_those_of_python("v2", lines_of([line_with(annotations)])) == 0


def test_what_takes_very_many_looks_is_handed_back() -> None:
    """Each message is looked for among all others; each relationship among the objects."""
    for count, is_made in ((100, True), (1100, False)):
        messages = [SAID | {"messageId": f"message {number}"} for number in range(count)]
        line = line_with({}, data_row={"row_data": json.dumps({"messages": messages})})
        assert assert_rows_are_those_of_python("v2", lines_of([line])) == is_made
        related = [RELATED | {"feature_id": f"relationship {number}"} for number in range(count)]
        line = line_with({"objects": related, "relationships": related})
        assert assert_rows_are_those_of_python("v2", lines_of([line])) == is_made
