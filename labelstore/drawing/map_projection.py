"""Longitude and latitude → a canvas, with what a map needs: graticule, scale bar, tiles."""

import math
from typing import NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup

from labelstore.drawing.shapes import Canvas, Point
from labelstore.drawing.svg import Attribute, element, joined

_SIDE = 1000.0
"""The longer side of a map, in units of its canvas."""
_METERS = 111_195.0
"""Of one degree of latitude on a sphere of the radius 6 371 km."""
_NORTHMOST = 85.0511
"""Where Web Mercator ends."""
_SMALLEST = 1e-6
"""Degrees; about a tenth of a meter."""
_MAX_TILES = 48


class Map(NamedTuple):
    """A part of the earth between meridians and parallels, north up.

    Equirectangular, true to scale along its middle parallel; Web Mercator where it lies on tiles.
    """

    west: float
    south: float
    east: float
    north: float
    mercator: bool
    canvas: Canvas
    scale: float
    """Units of the canvas to a degree of latitude (of longitude in Mercator)."""

    def project(self, longitude: float, latitude: float) -> Point:
        """The pixel of a place."""
        x, y = _project(longitude, latitude, self._middle, self.mercator)
        left, top = _project(self.west, self.north, self._middle, self.mercator)
        return (x - left) * self.scale, (y - top) * self.scale

    @property
    def _middle(self) -> float:
        return (self.south + self.north) / 2

    def graticule(self) -> Markup:
        """Meridians and parallels at round degrees, with their names."""
        step = _round(max(self.east - self.west, self.north - self.south) / 5)
        digits = max(-math.floor(math.log10(step)), 0)
        lines = Markup()
        width, height = self.canvas.width, self.canvas.height
        for longitude in _steps(self.west, self.east, step):
            x = self.project(longitude, self._middle)[0]
            lines += element("path", class_="graticule", d=f"M{x:.2f} 0V{height:.2f}", **_THIN)
            if x < width - 150:
                lines += _label(x + 4, 30, _degrees(longitude, digits, "E", "W"))
        for latitude in _steps(self.south, self.north, step):
            y = self.project(self.west, latitude)[1]
            lines += element("path", class_="graticule", d=f"M0 {y:.2f}H{width:.2f}", **_THIN)
            if 70 < y < height - 70:
                lines += _label(4, y - 4, _degrees(latitude, digits, "N", "S"))
        return element("g", lines, aria_hidden="true")

    def scale_bar(self) -> Markup:
        """A bar of a round length, in m or km, as it is at the middle parallel."""
        units_per_meter = self.scale / _METERS
        if self.mercator:
            units_per_meter /= max(math.cos(math.radians(self._middle)), 0.01)
        meters = _round(self.canvas.width / 4 / units_per_meter, down=True)
        length, bottom = meters * units_per_meter, self.canvas.height - 14
        text = f"{meters / 1000:g} km" if meters >= 1000 else f"{meters:g} m" if meters >= 1 else f"{meters * 100:g} cm"
        bar = element(
            "path",
            d=f"M14 {bottom - 8:.2f}V{bottom:.2f}H{14 + length:.2f}V{bottom - 8:.2f}",
            fill="none",
            stroke="currentColor",
            stroke_width=2,
            vector_effect="non-scaling-stroke",
        )
        return element("g", element("title", f"Scale: {text}"), bar, _label(18, bottom - 8, text), class_="scale")

    def tiles(self, url: str | None) -> Markup:
        """Pictures of the map below it, from an address with {z}, {x} and {y}; nothing for what is no http address."""
        if url is None or not self.mercator or not _is_tile_url(url):
            return Markup()
        left, top = _fraction(self.west, self.north)
        right, bottom = _fraction(self.east, self.south)
        zoom = min(max(math.floor(math.log2(4 / max(right - left, bottom - top, 1e-9))), 0), 22)
        while zoom > 0 and _tile_count(left, top, right, bottom, 2**zoom) > _MAX_TILES:
            zoom -= 1
        count = 2**zoom
        size = self.canvas.width / max((right - left) * count, 1e-9)
        return joined(
            element(
                "image",
                class_="tile",
                href=url.replace("{z}", str(zoom)).replace("{x}", str(column % count)).replace("{y}", str(row)),
                x=(column - left * count) * size,
                y=(row - top * count) * size,
                width=size,
                height=size,
            )
            for row in range(max(math.floor(top * count), 0), min(math.floor(bottom * count), count - 1) + 1)
            for column in range(math.floor(left * count), math.floor(right * count) + 1)
        )


_THIN: dict[str, Attribute] = {
    "fill": "none",
    "stroke": "#808080",
    "stroke_opacity": 0.5,
    "vector_effect": "non-scaling-stroke",
}


def map_around(bounds: tuple[float, float, float, float], *, mercator: bool = False) -> Map:
    """A map of west, south, east, north with a margin; neither side is less than a third of the other."""
    west, south, east, north = bounds
    most = _NORTHMOST if mercator else 90.0
    west, east = min(max(west, -540.0), 540.0), min(max(east, -540.0), 540.0)
    south, north = min(max(south, -most), most), min(max(north, -most), most)
    middle = (south + north) / 2
    across = max((east - west) * max(math.cos(math.radians(middle)), 0.01), _SMALLEST)
    along = max(north - south, _SMALLEST)
    least = max(across, along) / 3
    margin = max(across, along) * 0.08
    wide = max(across, least) + 2 * margin
    high = max(along, least) + 2 * margin
    half = wide / max(math.cos(math.radians(middle)), 0.01) / 2
    west, east = (west + east) / 2 - half, (west + east) / 2 + half
    south, north = max(middle - high / 2, -most), min(middle + high / 2, most)
    left, top = _project(west, north, (south + north) / 2, mercator)
    right, bottom = _project(east, south, (south + north) / 2, mercator)
    scale = _SIDE / max(right - left, bottom - top)
    return Map(west, south, east, north, mercator, Canvas(0, 0, (right - left) * scale, (bottom - top) * scale), scale)


def _project(longitude: float, latitude: float, middle: float, mercator: bool) -> Point:
    if not mercator:
        return longitude * max(math.cos(math.radians(middle)), 0.01), -min(max(latitude, -90.0), 90.0)
    latitude = math.radians(min(max(latitude, -_NORTHMOST), _NORTHMOST))
    return longitude, -math.degrees(math.asinh(math.tan(latitude)))


def _fraction(longitude: float, latitude: float) -> Point:
    """The position in the square of Web Mercator, from 0 to 1."""
    x, y = _project(longitude, latitude, 0, True)
    return (x + 180) / 360, (y + 180) / 360


def _tile_count(left: float, top: float, right: float, bottom: float, count: int) -> int:
    return (math.floor(right * count) - math.floor(left * count) + 1) * (
        math.floor(bottom * count) - math.floor(top * count) + 1
    )


def _is_tile_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") or (not parts.scheme and not parts.netloc and url.startswith("/"))


def _round(value: float, *, down: bool = False) -> float:
    """1, 2 or 5 times a power of ten: the nearest, or the next below."""
    power = 10.0 ** math.floor(math.log10(max(value, 1e-12)))
    share = value / power
    limits = (2, 5) if down else (1.5, 3.5)
    if not down and share > 7.5:
        return 10 * power
    return (1 if share < limits[0] else 2 if share < limits[1] else 5) * power


def _steps(first: float, last: float, step: float) -> list[float]:
    start = math.ceil(first / step)
    return [(start + number) * step for number in range(min(max(math.floor(last / step) - start + 1, 0), 40))]


def _degrees(value: float, digits: int, above: str, below: str) -> str:
    if above == "E":
        value = (value + 180) % 360 - 180
    text = f"{abs(value):.{digits}f}°"
    return text if float(text[:-1]) == 0 else f"{text} {above if value > 0 else below}"


def _label(x: float, y: float, text: str) -> Markup:
    return element("text", text, class_="label", x=round(x, 2), y=round(y, 2), font_size=15, fill="currentColor")
