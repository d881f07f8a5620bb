"""What is shown of a canvas, and what lies over it: windows, names, arrows, marks. Pure, and as text."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from labelstore.drawing import DrawOptions, draw
from labelstore.drawing.colors import readable_on
from labelstore.drawing.legend import class_mark, kind_mark, legend_of, marks_of
from labelstore.drawing.names import HEIGHT, Placed, place_names, width_of
from labelstore.drawing.options import DrawView, Zoom
from labelstore.drawing.shapes import Canvas
from labelstore.drawing.window import parse_zoom, part, window_around, window_of, write_zoom
from labelstore.scenes.scene import Asset, Box, Dot, Geometry, Relation, Scene, Shape, Track

CANVAS = Canvas(0, 0, 400, 200)
HOSTILE = ["\"'><script>", "</script></svg><img src=x>", "\x00\x07", "\u202eevil\u2066", "]]>{}*/", "\udc80", "", " "]


def shape(object_id: int, geometry: Geometry, name: str = "Car", **more: Any) -> Shape:
    return Shape(object_id, name, "polygon", more.pop("color", "#e6194b"), geometry, **more)


def scene(*shapes: Shape, size: tuple[float, float] = (400, 200), **more: Any) -> Scene:
    asset = Asset("d1", more.pop("asset_type", "image"), None, width=size[0], height=size[1])
    return Scene("l1", {"generation": "v1"}, asset, shapes=shapes, shape_count=len(shapes), **more)


def view_boxes(drawing: str) -> list[str]:
    return re.findall(r'viewBox="([^"]*)"', drawing)


class TestWindows:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "1",
            "1,2,3",
            "1,2,3,4,5",
            "a,b,c,d",
            "1,2,0,4",
            "1,2,3,-4",
            "1,2,3,nan",
            "inf,0,1,1",
            "1..2,0,1,1",
            "1,2,3,4@",
            "1e9,0,1,1",
            "1,2,3,4@99999999999999",
            "99999999999999999,0,1,1",
            "1,2,3,4\n",
            "1,2,3,4@<b>",
            "\u0661,0,1,1",
        ],
    )
    def test_what_is_no_zoom(self, text: str) -> None:
        assert parse_zoom(text) is None

    def test_a_zoom_is_read_and_written(self) -> None:
        assert parse_zoom(None) is None
        assert parse_zoom("1.5,-2,30,4") == Zoom(1.5, -2, 30, 4)
        assert parse_zoom("1,2,3,4@12") == Zoom(1, 2, 3, 4, "12")
        assert write_zoom(Canvas(1.5, 2, 30, 0.0625)) == "1.5,2,30,0.0625"
        assert parse_zoom(write_zoom(Canvas(1, 2, 3, 4), "7")) == Zoom(1, 2, 3, 4, "7")

    def test_a_window_has_the_proportions_of_its_canvas_and_lies_in_it(self) -> None:
        assert window_of(CANVAS, None) == CANVAS
        assert window_of(CANVAS, Zoom(100, 50, 100, 50)) == Canvas(100, 50, 100, 50)
        assert window_of(CANVAS, Zoom(100, 50, 100, 10)) == Canvas(100, 30, 100, 50)
        assert window_of(CANVAS, Zoom(-50, -50, 100, 100)) == Canvas(0, 0, 200, 100)
        assert window_of(CANVAS, Zoom(350, 190, 100, 100)) == Canvas(200, 100, 200, 100)
        assert window_of(CANVAS, Zoom(-9e9, -9e9, 9e11, 9e11)) == CANVAS
        tiny = window_of(CANVAS, Zoom(100, 50, 1e-12, 1e-12))
        assert (tiny.width, tiny.height) == pytest.approx((0.4, 0.2))

    @pytest.mark.parametrize("zoom", [Zoom(400, 0, 10, 10), Zoom(0, -30, 10, 10), Zoom(1, 1, 10, 10, "2")])
    def test_outside_and_of_another_canvas_is_the_whole(self, zoom: Zoom) -> None:
        assert window_of(CANVAS, zoom) == CANVAS

    def test_an_object_is_shown_with_a_margin(self) -> None:
        window = window_around(CANVAS, (180, 90, 220, 110))
        assert window.left < 180 < window.left + window.width - 40
        assert window.width == pytest.approx(40 * 1.7)
        assert window_around(CANVAS, (400, 200, 400, 200)) == part(CANVAS, 400, 200, 0.02)
        assert window_around(CANVAS, (-1e6, 0, 1e6, 1)) == CANVAS

    def test_the_drawing_shows_the_window(self) -> None:
        view = DrawView(zoom=Zoom(100, 50, 100, 50), zoom_href="?zoom={}")
        drawing = draw(scene(shape(1, Box(110, 60, 20, 20))), DrawOptions(view=view))
        assert view_boxes(drawing) == ["100 50 100 50"]
        assert 'data-whole="0 0 400 200"' in drawing
        hrefs = dict(re.findall(r'href="\?zoom=([^"]*)" data-zoom="(\w+)"', drawing))
        assert {way: zoom for zoom, way in hrefs.items()} == {
            "in": "125,62.5,50,25",
            "out": "50,25,200,100",
            "whole": "",
            "left": "70,50,100,50",
            "right": "130,50,100,50",
            "up": "100,35,100,50",
            "down": "100,65,100,50",
        }

    def test_without_an_address_nothing_zooms(self) -> None:
        assert "data-zoom" not in draw(scene(shape(1, Box(1, 1, 2, 2))))

    def test_each_page_of_a_document_zooms_by_itself(self) -> None:
        pages = scene(shape(1, Box(0, 0, 9, 9), page=1), shape(2, Box(0, 0, 9, 9), page=2), asset_type="document")
        view = DrawView(zoom=Zoom(0, 0, 306, 396, "2"), zoom_href="?{}")
        assert view_boxes(draw(pages, DrawOptions(view=view))) == ["0 0 612 792", "0 0 306 396"]

    def test_a_map_has_degrees_and_a_scale_for_its_window(self) -> None:
        place = scene(shape(1, Box(8, 50, 1, 1), geo=True), asset_type="geospatial")
        whole = draw(place, DrawOptions(view=DrawView(zoom_href="?{}")))
        _, _, width, height = (float(side) for side in view_boxes(whole)[0].split())
        close = draw(place, DrawOptions(view=DrawView(zoom=Zoom(width * 0.4, height * 0.4, width / 50, height / 50))))
        assert re.findall(r"Scale: ([\d.]+ \w+)", whole) == ["20 km"]
        assert re.findall(r"Scale: ([\d.]+ \w+)", close)[0] in ("500 m", "400 m", "200 m")
        degrees = re.findall(r'class="label"[^>]*>([\d.]+)° N', close)
        assert degrees
        assert all(50 < float(degree) < 51 for degree in degrees)


def placed(*boxes: tuple[float, float, float, float], names: tuple[str, ...] = ()) -> list[Placed]:
    texts = [*names, *["Car"] * len(boxes)]
    return [Placed(shape(n, Box(*box), texts[n]), (box[0], box[1], box[0] + box[2], box[1] + box[3]), f"o{n}")
            for n, box in enumerate(boxes)]  # fmt: skip


class TestNames:
    def test_names_do_not_overlap(self) -> None:
        boxes = [(x * 7.0, y * 9.0 + 20, 30.0, 30.0) for x in range(50) for y in range(18)]
        names = [one for one in place_names(CANVAS, placed(*boxes), frozenset(), (800, 400)) if one.offset is not None]
        assert 20 < len(names) < len(boxes)
        rooms = []
        for name in names:
            assert name.offset is not None
            left, base = name.of.bounds[0] * 2 + name.offset[0], name.of.bounds[1] * 2 + name.offset[1]
            rooms.append((left, base - HEIGHT, left + width_of(name.text), base))
        for n, (left, top, right, bottom) in enumerate(rooms):
            assert 0 <= left < right <= 800
            assert 0 <= bottom <= 400
            for other in rooms[:n]:
                assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top

    def test_the_first_is_named_where_there_is_room_for_one(self) -> None:
        names = list(
            place_names(CANVAS, placed((50, 50, 9, 9), (50, 50, 9, 9), (50, 50, 9, 9)), frozenset(), (400, 200))
        )
        assert [name.offset for name in names] == [(0, -5), (4, 14), None]

    def test_at_the_upper_edge_a_name_is_inside(self) -> None:
        (name,) = place_names(CANVAS, placed((50, 0, 90, 90)), frozenset(), (400, 200))
        assert name.offset == (4, 14)

    def test_what_is_hidden_or_not_in_the_window_takes_no_room(self) -> None:
        shapes = placed((50, 50, 9, 9), (50, 50, 9, 9), (300, 150, 9, 9), names=("Tree", "Car", "Car"))
        window = Canvas(0, 0, 200, 100)
        names = list(place_names(window, shapes, frozenset([class_mark("Tree")]), (400, 200)))
        assert [name.offset for name in names] == [None, (0, -5), None]

    def test_a_shape_that_is_partly_seen_is_named_where_it_is_seen(self) -> None:
        view = DrawView(zoom=Zoom(100, 50, 100, 50))
        drawing = draw(scene(shape(1, Box(0, 60, 300, 20))), DrawOptions(view=view))
        assert re.search(r'class="name" x="0%" y="20%"[^>]*>Car<', drawing)

    def test_names_can_be_left_out(self) -> None:
        given = scene(shape(1, Box(50, 60, 30, 20)))
        assert 'class="name"' in draw(given)
        assert 'class="name"' not in draw(given, DrawOptions(view=DrawView(names=False)))

    def test_a_narrow_screen_has_fewer(self) -> None:
        drawing = draw(scene(shape(1, Box(20, 60, 30, 20), "a longer name"), shape(2, Box(80, 60, 29, 20))))
        assert re.findall(r'class="(name[^"]*)"', drawing) == ["names", "name", "name wide"]

    @pytest.mark.parametrize("color", ["#000000", "#ffffff", "#777777", "#e6194b", "#ffe119", "#757575", "#767676"])
    def test_names_are_readable_on_their_halo(self, color: str) -> None:
        def light(text: str) -> float:
            parts = [int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)]
            red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue

        drawing = draw(scene(shape(1, Dot(50, 50), color=color)))
        ((fill, stroke),) = re.findall(r'class="name of-dot"[^>]*fill="(#\w+)" stroke="(#\w+)"', drawing)
        assert (fill, stroke) == (readable_on(color), color)
        dark, bright = sorted((light(fill), light(stroke)))
        assert (bright + 0.05) / (dark + 0.05) >= 4.5


class TestArrows:
    GIVEN = (
        shape(1, Box(0, 0, 40, 40), feature_id="a"),
        shape(2, Box(200, 0, 40, 40), "Tree", feature_id="b"),
    )

    def test_a_relationship_is_a_line_between_the_edges(self) -> None:
        drawing = draw(scene(*self.GIVEN, relations=(Relation("near", "unidirectional", "a", "b"),)))
        assert re.findall(r'<line x1="([^"]*)" y1="([^"]*)" x2="([^"]*)" y2="([^"]*)"', drawing) == [
            ("10%", "10%", "50%", "10%")
        ]
        assert re.findall(
            r'<svg x="([^"]*)" y="([^"]*)" overflow="visible"><path d="[^"]*" transform="([^"]*)"', drawing
        ) == [("50%", "10%", "rotate(0)")]
        assert "<title>near: Car → Tree</title>" in drawing

    def test_both_ways_has_two_heads(self) -> None:
        drawing = draw(scene(*self.GIVEN, relations=(Relation("near", "bidirectional", "a", "b"),)))
        assert re.findall(r'transform="(rotate[^"]*)"', drawing) == ["rotate(0)", "rotate(180)"]

    @pytest.mark.parametrize(("source", "target"), [("a", "x"), (None, "b"), (None, None), ("a", "a")])
    def test_what_is_not_on_the_canvas_has_no_line(self, source: str | None, target: str | None) -> None:
        drawing = draw(scene(*self.GIVEN, relations=(Relation("near", "unidirectional", source, target),)))
        assert "<line" not in drawing

    def test_one_in_the_other(self) -> None:
        inside = (shape(1, Box(0, 0, 100, 100), feature_id="a"), shape(2, Box(40, 40, 20, 20), feature_id="b"))
        drawing = draw(scene(*inside, relations=(Relation("part", "unidirectional", "b", "a"),)))
        assert len(re.findall("<line", drawing)) == 2


class TestLegend:
    def test_classes_and_kinds_are_counted(self) -> None:
        shapes = (shape(1, None), shape(2, None, "Tree", color="#00ff00"), shape(3, None)._replace(kind="line"))
        legend = legend_of(scene(*shapes))
        assert [tuple(entry) for entry in legend.classes] == [("Car", "#e6194b", 2), ("Tree", "#00ff00", 1)]
        assert [entry.name for entry in legend.kinds] == ["polygon", "line"]
        many = legend_of(scene(*(shape(n, None, f"class {n}") for n in range(100))))
        assert (len(many.classes), many.classes_left_out) == (60, 40)

    def test_of_a_video_what_is_in_other_frames_is_in_the_legend(self) -> None:
        track = Track("f1", "Car", "polygon", "#e6194b", ((1, 9),))
        tracks = (track, track._replace(feature_id="f2"), Track("q", "Weather: Rain", "radio", "#000000", ((1, 9),)))
        shapes = (shape(1, None, feature_id="f1"), shape(2, None, "Tree"))
        legend = legend_of(scene(*shapes, asset_type="video", tracks=tracks))
        assert [(entry.name, entry.number) for entry in legend.classes] == [("Car", 2), ("Tree", 1)]

    @pytest.mark.parametrize("name", HOSTILE)
    def test_marks_are_safe_words(self, name: str) -> None:
        assert re.fullmatch("c[0-9a-f]{1,8}", class_mark(name))
        assert class_mark(name)[1:] == kind_mark(name)[1:]

    @pytest.mark.parametrize("name", HOSTILE)
    @pytest.mark.parametrize("asset_type", ["image", "document", "geospatial", "video"])
    def test_hostile_names_are_text(self, asset_type: str, name: str) -> None:
        one = shape(1, Box(10, 20, 20, 20), name, feature_id="a", geo=True)
        other = one._replace(object_id=2, feature_id="b", geometry=Box(50, 20, 9, 9))
        given = scene(one, other, asset_type=asset_type, relations=(Relation(name, "x", "a", "b"),))
        drawing = draw(given, DrawOptions(view=DrawView(zoom_href="?{}")))
        root = ET.fromstring(f"<div>{drawing}</div>")
        assert {item.tag.rpartition("}")[2] for item in root.iter()} <= {
            "div", "svg", "title", "g", "path", "rect", "text", "line", "nav", "a", "p", "h4", "b"
        }  # fmt: skip
        assert sum(item.get("data-of") == marks_of(one) and item.get("class") == "shape" for item in root.iter()) == 2
