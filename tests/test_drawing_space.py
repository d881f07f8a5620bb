"""Drawings of what lies in space and time, as text: number, position and clamping of shapes, names, limits."""

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

import pytest

from labelstore.drawing import DrawOptions, draw, highlights, style_sheet, thumbnail
from labelstore.drawing.canvas import MAX_POINTS
from labelstore.drawing.charts import MAX_SERIES, Series, bars, columns
from labelstore.drawing.document import pages_of
from labelstore.drawing.geospatial import tile_bounds
from labelstore.drawing.map_projection import map_around
from labelstore.drawing.options import DrawView, Film
from labelstore.drawing.timeline import MAX_MARKS, draw_timeline, merged
from labelstore.scenes.documents import in_pages
from labelstore.scenes.scene import (
    Answer,
    Asset,
    Box,
    Dot,
    Geometry,
    Mask,
    Path,
    Question,
    Relation,
    Scene,
    Shape,
    Track,
)
from tests.soaking import amount

HOSTILE = "\"'><script>alert(1)</script></title><svg onload=alert(2)>&amp;\x00 javascript:alert(3)"
SVG = "{http://www.w3.org/2000/svg}"
SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


def shape(object_id: int, geometry: Geometry, name: str = "Car", **more: Any) -> Shape:
    return Shape(object_id, name, "polygon", "#e6194b", geometry, **more)


def scene(asset_type: str, *shapes: Shape, size: tuple[float, float] | None = (200, 100), **more: Any) -> Scene:
    width, height = size or (None, None)
    asset = Asset("d1", asset_type, None, width=width, height=height)
    values: dict[str, Any] = {"shapes": shapes, "shape_count": len(shapes), **more}
    return Scene("l1", {"generation": "v1"}, asset, **values)


def parsed(drawing: str) -> ET.Element:
    """The drawing as XML, which it is but for the NUL that HTML takes."""
    return ET.fromstring(f"<div>{drawing}</div>".replace("\x00", ""))


def shapes_of(drawing: str) -> dict[str, ET.Element]:
    found = [item for item in parsed(drawing).iter() if item.get("class") == "shape"]
    ids = {str(item.get("id")): item for item in found}
    assert len(ids) == len(found), "an id occurs twice"
    return ids


def points(group: ET.Element) -> list[tuple[float, float]]:
    """The vertices of the line of a shape."""
    (line,) = (item for item in group.iter() if "line" in str(item.get("class")).split())
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", str(line.get("d")).replace("h0", ""))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def view_box(drawing: str) -> str:
    """What the first canvas shows."""
    return next(str(item.get("viewBox")) for item in parsed(drawing).iter(f"{SVG}svg") if item.get("viewBox"))


def classes(drawing: str, name: str) -> list[ET.Element]:
    return [item for item in parsed(drawing).iter() if name in str(item.get("class")).split()]


class TestImage:
    def test_each_geometry_is_where_it_was_labelled(self) -> None:
        hole = ((2.0, 2.0), (4.0, 2.0), (4.0, 4.0))
        drawing = draw(
            scene(
                "image",
                shape(1, Box(20, 30, 40, 50)),
                shape(2, Path((SQUARE, hole), closed=True)),
                shape(3, Path((((1.5, 2.25), (3, 4)),), closed=False)),
                shape(4, Dot(7, 8)),
                shape(5, Mask("https://example.com/m.png", None)),
                shape(6, None),
            ),
            DrawOptions(asset_href="/asset.jpg", mask_hrefs={5: "/mask/5.png"}),
        )
        found = shapes_of(drawing)
        assert set(found) == {"o1", "o2", "o3", "o4", "o5"}
        assert points(found["o1"]) == [(20, 30), (60, 30), (60, 80), (20, 80)]
        assert points(found["o2"]) == [*SQUARE, *hole]
        assert 'fill-rule="evenodd"' in ET.tostring(found["o2"], encoding="unicode")
        assert points(found["o3"]) == [(1.5, 2.25), (3, 4)]
        assert points(found["o4"]) == [(7, 8)]
        assert [item.get("href") for item in found["o5"].iter(f"{SVG}image")] == ["/mask/5.png"]
        assert view_box(drawing) == "0 0 200 100"
        assert classes(drawing, "asset")[0].get("href") == "/asset.jpg"

    def test_masks_without_a_picture_are_counted(self) -> None:
        masks = [shape(number, Mask("javascript:alert(1)", None)) for number in range(3)]
        drawing = draw(scene("image", *masks), DrawOptions(mask_hrefs={0: "/mask/0.png"}))
        assert set(shapes_of(drawing)) == {"o0"}
        assert "2 masks not drawn: no picture available" in drawing
        assert "javascript" not in drawing

    def test_small_shapes_are_above_large_ones(self) -> None:
        drawing = draw(
            scene("image", shape(1, Box(1, 1, 5, 5)), shape(2, Box(0, 0, 90, 90)), shape(3, Box(0, 0, 20, 20)))
        )
        assert list(shapes_of(drawing)) == ["o2", "o3", "o1"]

    def test_a_title_says_what_a_shape_is(self) -> None:
        question = Question("Color", "radio", (Answer("red"),))
        drawing = draw(scene("image", shape(1, Box(1, 1, 5, 5), questions=(question,))))
        assert shapes_of(drawing)["o1"][0].text == "Car (polygon) – Color: red"

    def test_hostile_names_stay_text(self) -> None:
        question = Question(HOSTILE, HOSTILE, (Answer(HOSTILE),))
        given = scene("image", shape(1, Box(1, 1, 5, 5), HOSTILE, questions=(question,)))
        for drawing in (draw(given), thumbnail(given)):
            assert "<script" not in drawing
            assert "onload=alert" not in drawing.replace("&lt;svg onload=alert", "")
        assert str(shapes_of(draw(given))["o1"][0].text).startswith(HOSTILE.replace("\x00", "␀"))

    def test_a_title_has_an_end(self) -> None:
        assert len(draw(scene("image", shape(1, Box(1, 1, 5, 5), "x" * 1_000_000)))) < 5000

    @pytest.mark.parametrize(
        "geometry",
        [
            Box(math.nan, -math.inf, math.inf, 5),
            Box(1e300, -1e300, 1e308, 1e308),
            Path((((math.inf, math.nan), (-math.inf, 1e308), (5, 5)),), closed=True),
            Path(((), ()), closed=True),
            Path((), closed=False),
            Dot(math.inf, -math.inf),
        ],
    )
    @pytest.mark.parametrize("size", [(200, 100), None, (math.nan, 5), (math.inf, 5), (1e300, 1e300), (0, -3)])
    @pytest.mark.parametrize("asset_type", ["image", "geospatial", "document", "video"])
    def test_no_coordinate_is_infinite_or_far_away(self, asset_type: str, geometry: Geometry, size: Any) -> None:
        given = scene(asset_type, shape(1, geometry, geo=asset_type == "geospatial"), size=size)
        for drawing in (draw(given), thumbnail(given)):
            for item in parsed(drawing).iter():
                for name in ("d", "x", "y", "width", "height", "viewBox", "cx", "cy"):
                    value = item.get(name)
                    assert value is None or not re.search(r"nan|inf", value), (name, value)
                    numbers = re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", value or "")
                    assert all(abs(float(number)) <= 1e10 for number in numbers) or size is None, (name, value)

    def test_a_point_far_outside_is_drawn_at_a_hundred_times_the_canvas(self) -> None:
        (far,) = points(shapes_of(draw(scene("image", shape(1, Dot(1e14, -1e14)))))["o1"])
        assert far == (20_000, -20_000)

    def test_without_a_size_the_canvas_is_what_the_shapes_need(self) -> None:
        drawing = draw(scene("image", shape(1, Box(10, 20, 300, 200)), size=None))
        left, top, width, height = map(float, view_box(drawing).split())
        assert (left, top) == (0, 0)
        assert 310 < width < 340
        assert 220 < height < 250

    def test_at_most_so_many_shapes_are_drawn_and_it_is_said(self) -> None:
        boxes = [shape(number, Box(number % 190, 1, 5, 5)) for number in range(3000)]
        drawing = draw(scene("image", *boxes, shape_count=50_000), DrawOptions(limit=2000))
        assert len(shapes_of(drawing)) == 2000
        assert "drawn 2,000 of 50,000 shapes" in drawing
        assert "drawn" not in draw(scene("image", *boxes[:5]))

    def test_vertices_have_a_limit(self) -> None:
        ring = tuple((100 + 90 * math.cos(i / 1e5), 50 + 40 * math.sin(i / 1e5)) for i in range(400_000))
        drawing = draw(scene("image", *(shape(number, Path((ring,), closed=True)) for number in range(3))))
        drawn = sum(len(points(group)) for group in shapes_of(drawing).values())
        assert MAX_POINTS * 0.8 < drawn <= MAX_POINTS

    @pytest.mark.soak
    def test_rings_have_a_limit(self) -> None:
        rings = tuple(SQUARE for _ in range(amount(100_000, 60_000)))
        drawing = draw(scene("image", shape(1, Path(rings, closed=True))))
        assert len(points(shapes_of(drawing)["o1"])) <= MAX_POINTS


class TestThumbnail:
    def test_it_is_small_and_has_no_words_of_the_shapes(self) -> None:
        ring = tuple((100 + 90 * math.cos(i), 50 + 40 * math.sin(i)) for i in range(500))
        many = [shape(number, Path((ring,), closed=True), "a name") for number in range(5000)]
        small = thumbnail(scene("image", *many))
        assert len(small) < 10_000
        assert "a name" not in small
        assert ' id="' not in small
        assert str(next(parsed(small).iter(f"{SVG}path")).get("d")).count("M") <= 300

    def test_shapes_are_in_their_places(self) -> None:
        small = parsed(thumbnail(scene("image", shape(1, Box(100, 50, 100, 50)))))
        svg = next(small.iter(f"{SVG}svg"))
        assert (svg.get("width"), svg.get("height"), svg.get("viewBox")) == ("120", "60", "0 0 480 240")
        assert [path.get("d") for path in small.iter(f"{SVG}path")] == ["M240 120L480 120L480 240L240 240Z"]

    @pytest.mark.parametrize("asset_type", ["image", "video", "dicom", "document", "geospatial", "unknown"])
    def test_nothing_to_draw_is_an_empty_canvas(self, asset_type: str) -> None:
        assert classes(thumbnail(scene(asset_type)), "thumbnail")


class TestGeospatial:
    def test_north_is_up_and_east_is_right(self) -> None:
        drawing = draw(
            scene(
                "geospatial",
                shape(1, Dot(8.0, 50.0), geo=True),
                shape(2, Dot(9.0, 50.0), geo=True),
                shape(3, Dot(8.0, 51.0), geo=True),
            )
        )
        at = {name: points(group)[0] for name, group in shapes_of(drawing).items()}
        assert at["o2"][0] > at["o1"][0]
        assert at["o2"][1] == at["o1"][1]
        assert at["o3"][1] < at["o1"][1]
        across, along = at["o2"][0] - at["o1"][0], at["o1"][1] - at["o3"][1]
        assert across / along == pytest.approx(math.cos(math.radians(50.5)), rel=0.01)

    def test_there_are_meridians_parallels_and_a_scale(self) -> None:
        drawing = draw(scene("geospatial", shape(1, Box(8, 50, 0.01, 0.01), geo=True)))
        words = [item.text for item in classes(drawing, "label")]
        assert "8.004° E" in words
        assert "50.004° N" in words
        assert any(str(word).endswith(" m") for word in words)

    @pytest.mark.parametrize("mercator", [False, True])
    def test_the_scale_bar_is_as_long_as_it_says(self, mercator: bool) -> None:
        place = map_around((7.995, 59.995, 8.005, 60.005), mercator=mercator)
        bar = place.scale_bar(place.canvas)
        sides = re.findall(r'x1="([\d.]+)%" x2="([\d.]+)%"', bar)[0]
        start, end = (float(side) / 100 * place.canvas.width for side in sides)
        (meters,) = (float(value) for value in re.findall(r"Scale: ([\d.]+) m<", bar))
        degree_in_units = (place.project(8.001, 60)[0] - place.project(8.0, 60)[0]) / 0.001
        assert (end - start) / degree_in_units * 111_195 * math.cos(math.radians(60)) == pytest.approx(meters, rel=0.01)

    def test_pixel_coordinates_of_simple_layers_are_no_map(self) -> None:
        drawing = draw(scene("geospatial", shape(1, Box(500, 700, 30, 40)), size=None))
        assert points(shapes_of(drawing)["o1"])[0] == (500, 700)
        assert classes(drawing, "graticule") == []

    @pytest.mark.parametrize("shapes", [(), (shape(1, Box(500, 700, 30, 40)), shape(2, Dot(90.0, 30.0), geo=True))])
    def test_a_simple_layer_is_the_plane_of_its_pixels(self, shapes: tuple[Shape, ...]) -> None:
        plain = scene("geospatial", *shapes, size=None)
        layer = '{"epsg": "Simple", "bounds": [[0, 0], [1024, 2048]]}'
        drawing = draw(plain._replace(asset=plain.asset._replace(row_data=layer)))
        assert {item.get("viewBox") for item in parsed(drawing).iter() if item.get("viewBox")} == {"0 0 2048 1024"}
        assert len(shapes_of(drawing)) == len(shapes)
        assert classes(drawing, "graticule") == []

    @pytest.mark.parametrize(
        "url", [None, "javascript:alert(1)", "data:text/html,{z}", "//tiles.example.com/{z}", "ftp://x"]
    )
    def test_without_an_address_of_tiles_there_are_none(self, url: str | None) -> None:
        drawing = draw(scene("geospatial", shape(1, Dot(8.0, 50.0), geo=True)), DrawOptions(tile_url=url))
        assert classes(drawing, "tile") == []

    def test_tiles_lie_where_the_map_is(self) -> None:
        drawing = draw(  # of zoom 2 the tile 2/1 is 0° to 90° east and 0° to 66.5° north
            scene("geospatial", shape(1, Box(0, 0, 90, 66.51326), geo=True)),
            DrawOptions(tile_url="https://tiles.example.com/{z}/{x}/{y}.png"),
        )
        tiles = {str(tile.get("href")): tile for tile in classes(drawing, "tile")}
        assert 4 <= len(tiles) <= 48
        zoom = int(next(iter(tiles)).split("/")[3])
        corner = tiles[f"https://tiles.example.com/{zoom}/{2 ** (zoom - 1)}/{2 ** (zoom - 2)}.png"]
        xs, ys = zip(*points(shapes_of(drawing)["o1"]), strict=True)
        assert float(str(corner.get("x"))) == pytest.approx(min(xs), abs=0.1)
        assert float(str(corner.get("y"))) == pytest.approx(min(ys), abs=0.1)
        assert float(str(corner.get("width"))) * 2 ** (zoom - 2) == pytest.approx(max(xs) - min(xs), abs=0.5)

    @pytest.mark.parametrize(
        ("row_data", "expected"),
        [
            ('\n {"epsg": "EPSG4326", "bounds": [[43.5, 46.0], [43.0, 47.0]]}', (46.0, 43.0, 47.0, 43.5)),
            ('{"epsg": "Simple", "bounds": [[0, 0], [1024, 2048]]}', None),
            ('{"bounds": [[1e999, 0], [1, 2]]}', None),
            ('{"bounds": [["<", 0], [1, 2]]}', None),
            ("{" * 10_000, None),
            ("https://example.com/a.tif", None),
            (None, None),
        ],
    )
    def test_bounds_of_a_tile_layer(self, row_data: str | None, expected: Any) -> None:
        assert tile_bounds(row_data) == expected


class TestDocument:
    def test_v1_counts_pages_of_boxes_from_0_and_of_entities_from_1(self) -> None:
        entity = shape(2, None, blocks=((1, Box(1, 2, 3, 4)), (3, Box(5, 6, 7, 8))), unit="POINTS")
        counted = in_pages([entity, shape(1, Box(9, 9, 9, 9), page=0, unit="POINTS")], "v1")
        assert [(one.object_id, one.page) for one in counted] == [(2, 1), (1, 1)]
        pages = pages_of(counted)
        assert [(page.number, [one.object_id for one in page.shapes]) for page in pages] == [(1, [2, 1]), (3, [2])]

    @pytest.mark.parametrize(("first", "expected"), [(0, [1, 2]), (1, [1, 2])])
    def test_v2_counts_from_1_unless_there_is_a_page_0(self, first: int, expected: list[int]) -> None:
        boxes = [shape(number, Box(9, 9, 9, 9), page=first + number) for number in range(2)]
        assert [shape.page for shape in in_pages(reversed(boxes), "v2")] == expected
        assert [page.number for page in pages_of(in_pages(boxes, "v2"))] == expected

    @pytest.mark.parametrize(
        ("unit", "expected"),
        [
            ("POINTS", (10, 20)),
            (None, (10, 20)),
            ("INCHES", (720, 1440)),
            ("PERCENT", (61.2, 158.4)),
            ("PIXELS", (10, 20)),
            ("<nonsense>", (10, 20)),
        ],
    )
    def test_units(self, unit: str | None, expected: tuple[float, float]) -> None:
        (page,) = pages_of([shape(1, Box(10, 20, 1, 1), page=0, unit=unit)])
        (one,) = page.shapes
        assert isinstance(one.geometry, Box)
        assert (one.geometry.left, one.geometry.top) == pytest.approx(expected)

    def test_the_size_of_a_page_is_that_of_the_export_else_what_its_boxes_need(self) -> None:
        sizes = [(300.0, 400.0), None, (math.inf, 5.0)]
        boxes = [shape(n, Box(900, 10, 100, 10), page=n, page_size=size) for n, size in enumerate(sizes)]
        known, needed, odd = pages_of(boxes)
        assert known.size == (300, 400)
        assert needed.size == odd.size == pytest.approx((1020, 1320))

    def test_an_object_on_two_pages_has_two_ids(self) -> None:
        entity = shape(2, None, blocks=((1, Box(1, 2, 3, 4)), (3, Box(5, 6, 7, 8)), (3, Box(50, 60, 7, 8))))
        found = shapes_of(draw(scene("document", entity)))
        assert list(found) == ["o2", "o2-3"]
        assert len(points(found["o2-3"])) == 8

    def test_the_words_of_tokens_are_said_where_their_place_is_unknown(self) -> None:
        entity = shape(2, None, texts=((4, HOSTILE), (None, "more")))
        drawing = draw(scene("document", entity)._replace(facts={"generation": "v2"}))
        assert list(shapes_of(drawing)) == ["o2", "o2-None-0"]
        assert "<script" not in drawing
        assert "Page 4" in drawing
        assert "Unknown page" in drawing

    def test_pages_have_a_limit(self) -> None:
        boxes = [shape(number, Box(9, 9, 9, 9), page=number) for number in range(100)]
        drawing = draw(scene("document", *boxes))
        assert len(classes(drawing, "page-drawing")) == 30
        assert "drawn 30 of 100 pages" in drawing


def tracks(count: int, runs: Sequence[tuple[int, int]] = ((1, 5),), keys: Sequence[int] = ()) -> list[Track]:
    return [Track(f"f{n}", f"Car {n}", "bounding_box", "#e6194b", tuple(runs), tuple(keys)) for n in range(count)]


class TestTimeline:
    def test_runs_and_key_frames_are_where_they_are(self) -> None:
        drawing = draw_timeline(tracks(1, [(11, 20), (51, 51)], [11, 51]), first=1, last=100, unit="frames", at=51)
        bars = classes(drawing, "run")
        assert [(bar.get("x"), bar.get("width")) for bar in bars] == [("10%", "10%"), ("50%", "1%")]
        assert [dot.get("cx") for dot in classes(drawing, "key")] == ["10.5%", "50.5%"]
        assert [line.get("x1") for line in classes(drawing, "at")] == ["50.5%"]
        assert bars[0][0].text == "Car 0: 11–20"

    def test_bars_and_dots_are_links_to_their_frames(self) -> None:
        drawing = draw_timeline(tracks(1, [(3, 9)], [5]), first=1, last=9, unit="frames", href="/l1?frame={}")
        links = re.findall(r'href="([^"]*)"( class="place")?', drawing)
        assert [href for href, is_place in links if not is_place] == ["/l1?frame=3", "/l1?frame=5"]
        assert "href" not in draw_timeline(tracks(1, [(3, 9)], [5]), first=1, last=9, unit="frames")

    def test_milliseconds_are_minutes_and_seconds(self) -> None:
        drawing = draw_timeline(tracks(1, [(83_500, 90_000)]), first=0, last=3_700_000, unit="ms")
        assert classes(drawing, "run")[0][0].text == "Car 0: 1:23.5–1:30"
        assert "1:00:00" in [item.text for item in classes(drawing, "tick")]

    def test_rows_have_a_limit_that_is_said(self) -> None:
        drawing = draw_timeline(tracks(500), first=1, last=9, unit="frames", count=1000)
        assert len(classes(drawing, "track")) == 200
        assert "shown 200 of 1,000 tracks" in drawing

    @pytest.mark.soak
    def test_marks_have_a_limit(self) -> None:
        runs = [(n, n) for n in range(1, 10_000, 2)]
        drawing = draw_timeline(tracks(amount(200, 10), runs, range(1, 10_000)), first=1, last=10_000, unit="frames")
        assert len(classes(drawing, "run")) + len(classes(drawing, "key")) <= MAX_MARKS
        assert len(drawing) < 3_000_000

    @pytest.mark.parametrize(
        ("first", "last", "runs"),
        [
            (1, 1, [(1, 1)]),
            (9, 1, [(5, 2)]),
            (0, 2**62, [(-(2**62), 2**62)]),
            (-5, 5, [(100, 200)]),
            (1, 10, []),
        ],
    )
    @pytest.mark.parametrize("unit", ["frames", "ms"])
    def test_odd_times_stay_inside(self, first: int, last: int, runs: list[tuple[int, int]], unit: Any) -> None:
        drawing = draw_timeline(tracks(1, runs, [-(2**62), 3, 2**62]), first=first, last=last, unit=unit, at=2**62)
        shares = [float(share) for share in re.findall(r'"(-?[\d.]+)%"', drawing)]
        assert shares
        assert all(0 <= share <= 100 for share in shares)

    def test_without_tracks_there_is_none(self) -> None:
        assert draw_timeline([], first=1, last=5, unit="frames") == ""

    def test_hostile_names_stay_text(self) -> None:
        track = Track(HOSTILE, HOSTILE, HOSTILE, "#e6194b", ((1, 2),), (), HOSTILE)
        drawing = draw_timeline([track], first=1, last=5, unit="frames")
        assert "<script" not in drawing
        assert len(classes(drawing, "track")) == 1

    def test_runs_that_touch_or_overlap_become_one(self) -> None:
        assert merged([(5, 9), (1, 3), (4, 4), (8, 12), (20, 25), (99, 99)], 2, 50) == [(2, 12), (20, 25)]
        assert merged([(1, 3), (6, 9)], 1, 50, apart=3) == [(1, 9)]


class TestVideo:
    def test_the_picker_leads_to_the_labelled_frames_around(self) -> None:
        frames = tuple(range(10, 1000, 10))
        given = scene("video", shape(1, Box(1, 1, 5, 5)), frames=frames, frame_number=500)
        drawing = draw(given, DrawOptions(frame_href="?frame={}"))
        hrefs = re.findall(r'href="\?frame=(\d+)"', drawing)
        assert hrefs == [str(n) for n in (10, 460, 470, 480, 490, 510, 520, 530, 540, 990)]
        assert re.search(r'rel="prev"[^>]*>‹ 490<', drawing)
        assert "Frame 500" in drawing
        assert "50 of 99 labelled" in drawing
        assert "href" not in draw(given)

    def test_a_frame_that_nobody_labelled_can_be_looked_at(self) -> None:
        drawing = draw(scene("video", frames=(10, 20), frame_number=15), DrawOptions(frame_href="?frame={}"))
        assert re.findall(r'href="\?frame=(\d+)"', drawing) == ["10", "20"]
        assert "not labelled" in drawing

    @pytest.mark.parametrize(
        ("count", "last"), [(None, 20), (math.nan, 20), (math.inf, 20), (-1, 20), (1e300, 20), (30, 30), (300, 40)]
    )
    def test_the_timeline_is_as_long_as_the_video_unless_little_is_labelled(
        self, count: float | None, last: int
    ) -> None:
        given = scene("video", frames=(10, 20), frame_number=10, tracks=tuple(tracks(2, [(10, 20)])), track_count=2)
        drawing = draw(given._replace(asset=given.asset._replace(frame_count=count)))
        assert f"Timeline, frames 1 to {last}" in drawing

    def test_the_groups_of_a_dicom_label_are_links(self) -> None:
        given = scene("dicom", groups=("Axial", HOSTILE), group_name="Axial", frames=(1,), frame_number=1)
        drawing = draw(given, DrawOptions(group_href="?group={}"))
        (href,) = re.findall(r'href="(\?group=[^"]*)"', drawing)
        assert re.fullmatch(r"\?group=[\w%.~-]+", href)
        assert "<script" not in drawing


_SERIES = [Series(str(number), [1, 2]) for number in range(MAX_SERIES)]


class TestStyles:
    def test_highlights_are_rules_for_each_object(self) -> None:
        rules = highlights([12, 7]).splitlines()
        assert len(rules) == 4
        assert rules[0].startswith(':root:has([href="#o12"]:is(:hover,:focus-visible)) :is([id="o12"],[id^="o12-"],')
        assert rules[2].startswith(':root:has([id="o12"]:hover) .for-o12')
        assert len(highlights(range(100_000)).splitlines()) == 1500

    def test_every_class_of_the_style_sheet_is_drawn(self) -> None:
        drawn = "".join(
            draw(
                one,
                DrawOptions(frame_href="?{}", film=Film("/f"), mask_hrefs={9: "/m"}, view=DrawView(zoom_href="?{}")),
            )
            for one in (
                scene("image", shape(1, Dot(1, 1)), shape(9, Mask(None, None))),
                scene("video", frames=(1, 2), frame_number=1, tracks=tuple(tracks(1))),
                scene("document", shape(2, None, texts=((2, "x"),))),
                scene("geospatial", shape(3, Dot(1, 1), geo=True)),
                scene("image", shape(4, Mask(None, None))),
                scene(
                    "image",
                    shape(5, Box(0, 50, 20, 20), feature_id="a"),
                    shape(6, Box(60, 50, 20, 20), "a longer name", feature_id="b"),
                    shape(7, Box(85, 50, 20, 20), "a longer name"),
                    relations=(Relation("r", "unidirectional", "a", "b"),),
                ),
            )
        ) + str(thumbnail(scene("image")) + bars([("a", 1)], title="a") + columns(["2024", "2025"], _SERIES, title="b"))
        css = style_sheet().partition("/* Drawings of what is read")[0]  # the rest: tests/test_drawing_words.py
        names = set(re.findall(r"\.([a-z][a-z0-9-]*)", re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", css)))
        assert names
        assert {name for name in names if not re.search(rf'class="[^"]*\b{name}\b', drawn)} == set()
