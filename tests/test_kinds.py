"""The kind of an object: a known one is said only where its geometry has a row, whatever the export calls it."""

from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.formats.kinds import OBJECT_KINDS, UNKNOWN, V2_KINDS, kind_of
from labelstore.formats.v1.objects import Object
from tests import declared
from tests.lines import label, thing, v2
from tests.making import ENGINES, feature, store_of, v1

ROWS = {
    "bounding_box": "bounding_boxes",
    "polygon": "polygons",
    "polyline": "polylines",
    "point": "points",
    "mask": "masks",
    "text_entity": "text_entities",
    "message_single_selection": "selected_messages",
    "message_multi_selection": "selected_messages",
    "message_ranking": "selected_messages",
}
"""Kind → the table of its rows."""

WORDS = [
    *V2_KINDS, *OBJECT_KINDS, *(f"{asset}{word}" for word in V2_KINDS for asset in ("Image", "Geo", "Message")),
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
    rows = " union ".join(f"select '{kind}' as kind, object_id from {table}" for kind, table in ROWS.items())
    known = ", ".join(f"'{kind}'" for kind in ROWS)
    sql = (
        "select kind, annotation_kind, extra from objects"
        f" where kind in ({known}) and (kind, object_id) not in (select kind, object_id from ({rows}))"
    )
    with open_database(store, read_only=True) as database:
        return list(database.query(sql).rows)


def test_every_known_kind_has_a_table() -> None:
    assert ROWS.keys() == OBJECT_KINDS


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
    keys = [*WORDS, *(field.key for field in declared.fields(Object))]
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


@pytest.mark.parametrize(
    ("word", "rows", "kind"),
    [
        ("ImageBoundingBox", ("bounding_box",), "bounding_box"),
        ("ImageBoundingBox", ("polygon",), "polygon"),
        ("ImageBoundingBox", (), "image_bounding_box"),
        ("TextEntity", (), UNKNOWN),
        ("ImageSegmentationMask", ("polygon", "mask"), "mask"),
        ("ImageCuboid", ("polygon",), "image_cuboid"),
        ("", ("point",), "point"),
        (None, (), UNKNOWN),
        (None, ("mask",), "mask"),
    ],
)
def test_kind_of_a_word_with_rows(word: str | None, rows: tuple[str, ...], kind: str) -> None:
    assert kind_of(word, *rows) == kind
