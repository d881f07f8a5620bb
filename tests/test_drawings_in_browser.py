"""Drawings in a real browser: where shapes are, what is a hole, what lights up, and that nothing else happens."""

from typing import Any

import pytest

from labelstore.drawing import DrawOptions, draw, highlights, style_sheet, thumbnail
from labelstore.scenes.scene import Answer, Asset, Box, Dot, Geometry, Path, Question, Scene, Shape, Track
from tests.browser import Watched, follow

HOSTILE = "\"'><script>document.title='run'</script></title><img src=https://evil.example.com/x onerror=alert(1)>"
OUTER = ((100.0, 100.0), (300.0, 100.0), (300.0, 300.0), (100.0, 300.0))
INNER = ((150.0, 150.0), (250.0, 150.0), (250.0, 250.0), (150.0, 250.0))


def shape(object_id: int, geometry: Geometry, name: str = "Car", **more: Any) -> Shape:
    return Shape(object_id, name, "polygon", "#e6194b", geometry, **more)


def scene(asset_type: str, *shapes: Shape, **more: Any) -> Scene:
    asset = Asset("d1", asset_type, None, width=1000, height=500)
    values: dict[str, Any] = {"shapes": shapes, "shape_count": len(shapes), **more}
    return Scene("l1", {"generation": "v1"}, asset, **values)


def show(watched: Watched, drawing: str, *object_ids: int) -> None:
    links = "".join(f'<a href="#o{one}">{one}</a> ' for one in object_ids)
    policy = "default-src 'none'; style-src 'nonce-n'; img-src 'self' data:"
    watched.page.set_content(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<style nonce="n">body {{ margin: 0 }} {style_sheet()} {highlights(object_ids)}</style>{drawing}{links}'
    )


def box_of(watched: Watched, selector: str) -> dict[str, float]:
    """Pixels of the page, for the geometry without its stroke."""
    found: dict[str, float] = watched.page.evaluate(
        """selector => {
            const element = document.querySelector(selector), box = element.getBBox(), matrix = element.getScreenCTM();
            const at = (x, y) => new DOMPoint(x, y).matrixTransform(matrix);
            const start = at(box.x, box.y), end = at(box.x + box.width, box.y + box.height);
            return {left: start.x, top: start.y, right: end.x, bottom: end.y};
        }""",
        selector,
    )
    return found


def at(watched: Watched, x: float, y: float) -> str:
    """The id of the shape at a place of the page, or ''."""
    found: str = watched.page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y)?.closest('.shape')?.id ?? ''", [x, y]
    )
    return found


def stroke_width(watched: Watched, object_id: int) -> float:
    script = "id => parseFloat(getComputedStyle(document.querySelector(`#o${id} .line`)).strokeWidth)"
    found: float = watched.page.evaluate(script, object_id)
    return found


def approx(left: float, top: float, right: float, bottom: float) -> Any:
    return pytest.approx({"left": left, "top": top, "right": right, "bottom": bottom}, abs=0.6)


def test_shapes_are_where_they_were_labelled(watched: Watched) -> None:
    line = Path((((600, 10), (900, 60)),), closed=False)
    show(watched, draw(scene("image", shape(1, Box(100, 200, 300, 150)), shape(2, line), shape(3, Dot(700, 400)))))
    assert watched.page.locator(".shape").count() == 3
    zoom = 1200 / 1000  # the page is 1200 pixels wide
    assert box_of(watched, "#o1 .line") == approx(*(zoom * side for side in (100, 200, 400, 350)))
    assert box_of(watched, "#o2 .line") == approx(*(zoom * side for side in (600, 10, 900, 60)))
    assert box_of(watched, "#o3 .line") == approx(*(zoom * side for side in (700, 400, 700, 400)))
    outer = watched.page.locator("#o1 .line").bounding_box()
    assert outer is not None
    assert abs(outer["x"] - 120) < 3
    assert abs(outer["width"] - 360) < 5
    assert at(watched, 840, 480) == "o3"  # a point can be pointed at


def test_a_hole_is_a_hole_also_where_another_shape_lies_below(watched: Watched) -> None:
    polygon = Path((OUTER, INNER), closed=True)
    show(
        watched, draw(scene("image", shape(1, polygon), shape(2, Box(0, 0, 1000, 500)), shape(3, Box(180, 180, 9, 9))))
    )
    assert at(watched, 125 * 1.2, 200 * 1.2) == "o1"
    assert at(watched, 220 * 1.2, 220 * 1.2) == "o2"
    assert at(watched, 184 * 1.2, 184 * 1.2) == "o3"


@pytest.mark.parametrize("width", [360, 1200])
def test_strokes_are_as_wide_on_any_screen(watched: Watched, width: int) -> None:
    watched.page.set_viewport_size({"width": width, "height": 800})
    show(watched, draw(scene("image", shape(1, Dot(500, 250)), shape(2, Box(100, 100, 300, 300)))))
    page, zoom = watched.page, width / 1000
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert at(watched, 500 * zoom + 4, 250 * zoom) == "o1"
    assert at(watched, 500 * zoom + 9, 250 * zoom) == ""


def test_what_is_pointed_at_lights_up(watched: Watched) -> None:
    show(watched, draw(scene("image", shape(1, Box(10, 10, 100, 100)), shape(12, Box(300, 10, 100, 100)))), 1, 12)
    assert (stroke_width(watched, 1), stroke_width(watched, 12)) == (2, 2)
    watched.page.hover('a[href="#o1"]')
    assert (stroke_width(watched, 1), stroke_width(watched, 12)) == (4, 2)
    watched.page.hover("#o12")
    assert (stroke_width(watched, 1), stroke_width(watched, 12)) == (2, 4)
    watched.page.mouse.move(900, 400)
    watched.page.focus('a[href="#o12"]')
    watched.page.keyboard.press("Shift+Tab")
    assert (stroke_width(watched, 1), stroke_width(watched, 12)) == (4, 2)
    follow(watched.page.locator('a[href="#o12"]'))
    watched.page.mouse.move(900, 400)
    assert watched.page.evaluate("location.hash") == "#o12"
    assert stroke_width(watched, 12) == 4


def test_all_parts_of_an_object_light_up(watched: Watched) -> None:
    entity = shape(2, None, blocks=((1, Box(100, 100, 50, 10)), (2, Box(200, 200, 50, 10))))
    show(watched, draw(scene("document", entity)), 2)
    watched.page.hover('a[href="#o2"]')
    script = "[...document.querySelectorAll('.shape .line')].map(line => getComputedStyle(line).strokeWidth)"
    assert watched.page.evaluate(script) == ["4px", "4px"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_are_readable_in_light_and_dark(watched: Watched, scheme: Any) -> None:
    watched.page.emulate_media(color_scheme=scheme)
    show(watched, draw(scene("geospatial", shape(1, Dot(8.0, 50.0), geo=True))))
    colors = watched.page.evaluate(
        """() => [getComputedStyle(document.querySelector('.label')).fill,
                  getComputedStyle(document.querySelector('.canvas')).fill]"""
    )
    ink, paper = (_luminance(color) for color in colors)
    assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) > 7
    watched.page.emulate_media(color_scheme="light")


def _luminance(color: str) -> float:
    channels = [int(part) / 255 for part in color.removeprefix("rgb(").removesuffix(")").split(", ")]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_timeline_is_where_its_frames_are(watched: Watched) -> None:
    track = Track("f1", HOSTILE, "bounding_box", "#e6194b", ((101, 200), (501, 1000)), (101,))
    given = scene("video", frames=(101, 501), frame_number=501, tracks=(track,), track_count=1)
    drawing = draw(given._replace(asset=given.asset._replace(frame_count=1000)), DrawOptions(frame_href="#frame-{}"))
    show(watched, drawing)
    first, second = (watched.page.locator(".run").nth(n).bounding_box() for n in range(2))
    assert first is not None
    assert second is not None
    assert abs(first["x"] - 120) < 2
    assert abs(first["width"] - 120) < 3
    assert abs(second["x"] + second["width"] - 1200) < 2
    follow(watched.page.locator(".run").nth(0))
    assert watched.page.evaluate("location.hash") == "#frame-101"
    follow(watched.page.locator("text=‹ 101"))
    assert watched.page.title() == ""


@pytest.mark.parametrize("asset_type", ["image", "video", "dicom", "document", "geospatial", "unknown"])
def test_hostile_names_are_words_and_nothing_is_asked_for(watched: Watched, asset_type: str) -> None:
    question = Question(HOSTILE, "radio", (Answer(HOSTILE),))
    given = scene(
        asset_type,
        shape(1, Box(10, 10, 20, 20), HOSTILE, questions=(question,), texts=((1, HOSTILE),), geo=True),
        groups=(HOSTILE,),
        frames=(1, 2),
        frame_number=1,
        tracks=(Track(HOSTILE, HOSTILE, HOSTILE, "#e6194b", ((1, 2),), (1,), HOSTILE),),
    )
    show(watched, draw(given, DrawOptions(frame_href="#f{}", group_href="#g{}")) + thumbnail(given))
    assert watched.page.locator("script, img").count() == 0
    assert watched.page.title() == ""
    assert watched.page.locator("#o1").count() == 1


def test_2000_shapes_of_50000_are_drawn(watched: Watched) -> None:
    boxes = [shape(number, Box(number % 950, number % 450, 40, 40)) for number in range(2000)]
    show(watched, draw(scene("image", *boxes, shape_count=50_000)))
    assert watched.page.locator(".shape").count() == 2000
    assert watched.page.locator("text=drawn 2,000 of 50,000 shapes").count() == 1
