"""Geometry in pixels and degrees, drawn inside a canvas.

Points are `{"x", "y"}`, boxes `{"top", "left", "height", "width"}` in both generations. What differs is how a
whole number is written, so callers pass `whole`: `int` for v1 (`720`), `float` for v2 (`720.0`).
"""

from math import sqrt
from typing import Any

from labelstore.samples.dice import Dice

Json = dict[str, Any]
Canvas = tuple[int, int]  # width, height
Extent = tuple[float, float, float, float]
"""West, south, width and height of a map, in degrees or in the units of a simple one."""
Whole = type[int] | type[float]


def _outline(dice: Dice, corners: int) -> list[tuple[float, float]]:
    """A closed walk around the origin at distances of 0.7 to 1, without its repeated end.

    Square roots are exact to the last bit on every platform; sines are not.
    """
    points = []
    for corner in range(corners):
        turn = 4 * corner / corners
        x = 1 - turn if turn < 2 else turn - 3
        y = 1 - abs(x) if turn < 2 else abs(x) - 1
        scale = (0.7 + 0.3 * dice.random()) / sqrt(x * x + y * y)
        points.append((x * scale, y * scale))
    return points


OUTLINES = [_outline(dice, corners) for dice in [Dice("outlines")] for corners in range(12, 44) for _ in range(4)]


def thousandths(value: float) -> float:
    """Cut to three decimals; much quicker than `round`."""
    return int(value * 1000) / 1000


def box(dice: Dice, canvas: Canvas, whole: Whole) -> Json:
    """A box: whole pixels mostly, thousandths otherwise."""
    random = dice.random
    width, height = canvas[0] * (0.01 + 0.2 * random()), canvas[1] * (0.01 + 0.2 * random())
    left, top = (canvas[0] - width) * random(), (canvas[1] - height) * random()
    if random() < 0.7:
        return {
            "top": whole(int(top)),
            "left": whole(int(left)),
            "height": whole(1 + int(height)),
            "width": whole(1 + int(width)),
        }
    return {
        "top": thousandths(top),
        "left": thousandths(left),
        "height": thousandths(height),
        "width": thousandths(width),
    }


def path(dice: Dice, canvas: Canvas, whole: Whole, *, most: int = 64) -> list[Json]:
    """The first `most` points of an outline: in all digits, in thousandths, or whole beside thousandths."""
    random = dice.random
    radius = min(canvas) * (0.02 + 0.15 * random())
    x = radius + (canvas[0] - 2 * radius) * random()
    y = radius + (canvas[1] - 2 * radius) * random()
    outline = dice.pick(OUTLINES)[:most]
    spelling = random()
    if spelling < 0.15:
        return [{"x": x + radius * dx, "y": y + radius * dy} for dx, dy in outline]
    points = [
        {"x": int((x + radius * dx) * 1000) / 1000, "y": int((y + radius * dy) * 1000) / 1000} for dx, dy in outline
    ]
    if spelling > 0.7:
        for point in points[::3]:
            point["x"] = whole(int(point["x"]))
    return points


def ring(dice: Dice, canvas: Canvas, whole: Whole, *, closed: bool) -> list[Json]:
    """The points of a polygon, about 28; a closed ring repeats its first point."""
    points = path(dice, canvas, whole)
    if closed:
        points.append(dict(points[0]))
    return points


def line(dice: Dice, canvas: Canvas, whole: Whole) -> list[Json]:
    """The 2 to 9 points of a polyline."""
    return path(dice, canvas, whole, most=dice.between(2, 9))


def point(dice: Dice, canvas: Canvas, whole: Whole) -> Json:
    """One point."""
    return path(dice, canvas, whole, most=1)[0]


def moved(geometry: Any, dx: float, dy: float, whole: Whole | None) -> Any:
    """A box, a point or points shifted; written whole, or in thousandths where `whole` is None."""
    write = thousandths if whole is None else (lambda value: whole(int(value)))
    if isinstance(geometry, list):
        return [moved(item, dx, dy, whole) for item in geometry]
    if "x" in geometry:
        return {"x": write(geometry["x"] + dx), "y": write(geometry["y"] + dy)}
    size = {"height": write(geometry["height"]), "width": write(geometry["width"])}
    return {"top": write(geometry["top"] + dy), "left": write(geometry["left"] + dx), **size}


def place(dice: Dice, extent: Extent) -> list[float]:
    """A point within the extent, [longitude, latitude] in all digits."""
    west, south, width, height = extent
    return [west + width * (0.1 + 0.8 * dice.random()), south + height * (0.1 + 0.8 * dice.random())]


def places(dice: Dice, extent: Extent, *, most: int = 64) -> list[list[float]]:
    """Points along an outline, [longitude, latitude]."""
    lng, lat = place(dice, extent)
    size = extent[3] * (0.01 + 0.1 * dice.random())
    return [[lng + size * dx, lat + size * dy] for dx, dy in dice.pick(OUTLINES)[:most]]


def place_ring(dice: Dice, extent: Extent) -> list[list[float]]:
    """A closed ring, [longitude, latitude]."""
    around = places(dice, extent)
    return [*around, list(around[0])]


def place_rectangle(dice: Dice, extent: Extent) -> list[list[float]]:
    """A rectangle as a ring of five: bottom left, top left, top right, bottom right, bottom left."""
    (west, south), size = place(dice, extent), extent[3] * (0.01 + 0.1 * dice.random())
    east, north = west + size, south + size / 2
    return [[west, south], [west, north], [east, north], [east, south], [west, south]]
