"""The kind of an object: a known one is said only where its geometry has a row, whatever the export calls it."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.export.annotations import annotations
from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.kinds import OBJECT_KINDS, TABLES, UNKNOWN, V1_KEYS, V2_KEYS, V2_WORDS, kind_of
from labelstore.formats.v1 import objects as v1_objects
from labelstore.formats.v1 import pieces as v1_pieces
from labelstore.formats.v2 import objects as v2_objects
from labelstore.formats.v2 import pieces as v2_pieces
from labelstore.formats.walk import shapes_of
from tests import declared
from tests.lines import label, thing, v2
from tests.making import ENGINES, feature, store_of, v1

WORDS = [
    *V2_WORDS, *OBJECT_KINDS, *(f"{asset}{word}" for word in V2_WORDS for asset in ("Image", "Geo", "Message")),
    "boundingBox", "bounding box", "Bounding-Box", "textEntity", "ImageCuboid", "Cuboid", "", "unknown",
]  # fmt: skip
VALUES: list[Any] = [None, "x", 1, [], {}, [1], {"a": 1}, [{"x": 1, "y": 2}]]
SHAPES: list[dict[str, Any]] = [
    {},
    {"bounding_box": {"top": 1, "left": 2, "height": 3, "width": 4}},
    {"polygon": [{"x": 1, "y": 2}]},
    {"point": {"x": 1, "y": 2}},
    {"mask": {"url": "https://example.com/mask"}},
    {"composite_mask": {"url": "https://example.com/mask"}, "line": [{"x": 1, "y": 2}]},
    {"geojson": {"type": "Circle", "coordinates": [1, 2]}, "mask": {"url": "https://example.com/mask"}},
    {"geojson": {"type": "Point", "coordinates": ["x"]}},
    {"geojson": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}},
    {"ranked_messages": {"ranked_messages": []}},
    {"selected_messages": {"messages": [{"message_id": "m1"}]}},
    {"location": {"start": 1, "end": 2}},
    {"bounding_box": None},
    {"location": "x"},
]


def wrong(store: Path) -> list[tuple[Any, ...]]:
    """Objects of a known kind without the row of it."""
    rows = " union ".join(f"select '{kind}' as kind, object_id from {table}" for kind, table in TABLES.items())
    known = ", ".join(f"'{kind}'" for kind in TABLES)
    sql = (
        "select kind, annotation_kind, extra from objects"
        f" where kind in ({known}) and (kind, object_id) not in (select kind, object_id from ({rows}))"
    )
    with open_database(store, read_only=True) as database:
        return list(database.query(sql).rows)


@pytest.mark.parametrize(("of", "keys"), [(v1_objects.Object, V1_KEYS), (v2_objects.Object, V2_KEYS)], ids=["v1", "v2"])
def test_every_key_of_a_kind_is_declared_to_go_into_its_table(of: type, keys: dict[str, str]) -> None:
    members = {DECLARATIONS[of].json_key(name): member for name, member in DECLARATIONS[of].members.items()}
    places = {key: {place.partition(".")[0] for place in member.into.split()} for key, member in members.items()}
    places |= {name: {table} for name, (table, _) in shapes_of(of).items()}
    places["instanceURI"] = {"masks"}  # of a mask; of others it stays with the object
    assert all(TABLES[kind] in places[key] for key, kind in keys.items())
    geometry = {key for key, member in members.items() if member.exclusive and places[key] & set(TABLES.values())}
    assert geometry - keys.keys() <= {"geometry", "geojson"}, "whose type is another key"


@pytest.mark.parametrize(("pieces", "keys"), [(v1_pieces, V1_KEYS), (v2_pieces, V2_KEYS)], ids=["v1", "v2"])
def test_every_kind_is_written_back(pieces: Any, keys: dict[str, str]) -> None:
    assert {TABLES[kind] for kind in keys.values()} <= {piece.table for piece in pieces.PIECES}


@ENGINES
def test_of_two_geometries_none_is_lost(tmp_path: Path, engine: str) -> None:
    values = {"line": [{"x": 1, "y": 2}], "point": {"x": 1, "y": 2}, "polygon": [{"x": 1, "y": 2}]}
    values |= {"geometry": {"coordinates": [1, 2]}, "data": {"location": {"start": 1, "end": 2}}}
    values |= {"bbox": {"top": 1, "left": 2, "height": 3, "width": 4}, "cuboid": {"depth": 1}}
    assert values.keys() == set(v1_objects.Object.exclusive)
    pairs = combinations(values.items(), 2)
    elements = {f"l{place}": v1(f"l{place}", feature("Car", "f") | dict(pair)) for place, pair in enumerate(pairs)}
    store = store_of(tmp_path, engine, [*elements.values()])
    with open_database(store, read_only=True) as database:
        assert {
            key: json.loads(text) for key, text in database.query("select label_id, json from label_json").rows
        } == elements


@ENGINES
def test_v2_kind_is_that_of_the_row(tmp_path: Path, engine: str) -> None:
    objects = [thing("Car", f"f{place}", word, **shape) for word in WORDS for place, shape in enumerate(SHAPES)]
    objects += [thing("Car", f"f{place}", word) | {key: value} for word in ("Cuboid", "ImagePoint")
                for key in WORDS for place, value in enumerate(VALUES)]  # fmt: skip
    bare: list[Any] = [{key: value} | shape for key in WORDS for value in VALUES[-2:] for shape in SHAPES]
    store = store_of(tmp_path, engine, [v2("row1", label("l1", *objects)), v2("row2", label("l2", *bare))])
    assert wrong(store) == []
    with open_database(store, read_only=True) as database:
        kinds = {kind for (kind,) in database.query("select distinct kind from objects").rows}
    assert {"bounding_box", "polyline", "message_multi_selection", "cuboid", UNKNOWN} <= kinds


@ENGINES
def test_v1_kind_is_that_of_the_row(tmp_path: Path, engine: str) -> None:
    keys = [*WORDS, *(field.key for field in declared.fields(v1_objects.Object))]
    shapes: list[dict[str, Any]] = [
        {},
        {"bbox": {"top": 1, "left": 2, "height": 3, "width": 4}},
        {"instanceURI": "https://example.com/mask"},
        *(
            {"type": word, "geometry": {"coordinates": [[1, 2]]}}
            for word in ("point", "mask", "rectangle", "boundingBox")
        ),
    ]
    objects = [
        feature("Car", "f1") | shape | {key: value}
        for key in keys if key not in ("featureId", "classifications")
        for shape in shapes for value in VALUES
    ]  # fmt: skip
    store = store_of(tmp_path, engine, [v1("l1", *objects)])
    assert wrong(store) == []
    with open_database(store, read_only=True) as database:
        kinds = {kind for (kind,) in database.query("select distinct kind from objects").rows}
    assert {"bounding_box", "mask", "cuboid", UNKNOWN} <= kinds


@pytest.mark.parametrize("generation", ["v1", "v2"])
@ENGINES
def test_the_json_of_a_cuboid_is_its_row(tmp_path: Path, engine: str, generation: str) -> None:
    bodies: list[Any] = [{"corners": [[1, 2.5]], "depth": None}, {}, [1], None]
    if generation == "v1":
        record: Any = v1("l1", *(feature("Car", f"f{n}") | {"cuboid": body} for n, body in enumerate(bodies)))
        label_json, odd = record, UNKNOWN
    else:
        objects = [thing("Car", f"f{n}", "ImageCuboid", cuboid=body) for n, body in enumerate(bodies)]
        record, odd = v2("row1", label("l1", *objects)), "image_cuboid"
        label_json = label("l1", *objects)
    store = store_of(tmp_path, engine, [record])
    sql = "select o.kind, c.body from objects as o left join cuboids as c using (object_id) order by o.object_id"
    with open_database(store, read_only=True) as database:
        rows = list(database.query(sql).rows)
        assert rows == [("cuboid", '{"corners":[[1,2.5]],"depth":null}'), ("cuboid", None), (odd, None), (odd, None)]
        assert json.loads(database.value("select json from label_json")) == label_json
        (found,) = annotations(database)
        assert [one.geometry for one in found.objects] == [{"body": rows[0][1]}, {"body": None}, {}, {}]


@pytest.mark.parametrize(
    ("word", "rows", "kind"),
    [
        ("ImageBoundingBox", ("bounding_box",), "bounding_box"),
        ("ImageBoundingBox", ("polygon",), "polygon"),
        ("ImageBoundingBox", (), "image_bounding_box"),
        ("TextEntity", (), UNKNOWN),
        ("ImageSegmentationMask", ("polygon", "mask"), "mask"),
        ("ImageHexagon", ("polygon",), "image_hexagon"),
        ("", ("point",), "point"),
        (None, (), UNKNOWN),
        (None, ("mask",), "mask"),
    ],
)
def test_kind_of_a_word_with_rows(word: str | None, rows: tuple[str, ...], kind: str) -> None:
    assert kind_of(word, *rows) == kind
