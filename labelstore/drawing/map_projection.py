"""Longitude and latitude → a canvas, with what a map needs: graticule, scale bar, tiles."""

import math
from typing import NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup

from labelstore.drawing.shapes import Canvas, Point
from labelstore.drawing.svg import Attribute, element, joined
from labelstore.drawing.window import percent

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

    def graticule(self, window: Canvas) -> Markup:
        """Meridians and parallels at round degrees, as close as the window asks for."""
        lines = Markup()
        width, height = self.canvas.width, self.canvas.height
        meridians, parallels = self._degrees(window)
        for longitude in meridians:
            x = self.project(longitude, self._middle)[0]
            lines += element("path", class_="graticule", d=f"M{x:.2f} 0V{height:.2f}", **_THIN)
        for latitude in parallels:
            y = self.project(self.west, latitude)[1]
            lines += element("path", class_="graticule", d=f"M0 {y:.2f}H{width:.2f}", **_THIN)
        return element("g", lines, aria_hidden="true")

    def names(self, window: Canvas) -> Markup:
        """The degrees of the meridians along the upper side of the window, those of the parallels along the left."""
        meridians, parallels = self._degrees(window)
        digits = max(-math.floor(math.log10(self._step(window))), 0)
        texts = []
        for longitude in meridians:
            x = self.project(longitude, self._middle)[0]
            if window.left < x < window.left + 0.88 * window.width:
                texts.append(_label(window, x, window.top, 4, 26, _degrees(longitude, digits, "E", "W")))
        for latitude in parallels:
            y = self.project(self.west, latitude)[1]
            if 0.08 < (y - window.top) / window.height < 0.9:
                texts.append(_label(window, window.left, y, 4, -4, _degrees(latitude, digits, "N", "S")))
        return element("g", joined(texts), class_="degrees", aria_hidden="true")

    def _degrees(self, window: Canvas) -> tuple[list[float], list[float]]:
        """The longitudes and latitudes that have lines: those of the window, or of the whole map."""
        step = self._step(window)
        west, north = self._place(window.left, window.top)
        east, south = self._place(window.left + window.width, window.top + window.height)
        return _steps(west, east, step), _steps(south, north, step)

    def _step(self, window: Canvas) -> float:
        return _round(max(self.east - self.west, self.north - self.south) / 5 * window.width / self.canvas.width)

    def _place(self, x: float, y: float) -> Point:
        """The longitude and latitude at a point of the canvas."""
        longitude = self.west + (self.east - self.west) * x / self.canvas.width
        if not self.mercator:
            return longitude, self.north - (self.north - self.south) * y / self.canvas.height
        top = _project(0, self.north, 0, True)[1]
        return longitude, math.degrees(math.atan(math.sinh(math.radians(-top - y / self.scale))))

    def scale_bar(self, window: Canvas) -> Markup:
        """A bar of a round length, in m or km, as it is at the middle parallel."""
        units_per_meter = self.scale / _METERS
        if self.mercator:
            units_per_meter /= max(math.cos(math.radians(self._middle)), 0.01)
        meters = _round(window.width / 4 / units_per_meter, down=True)
        left, bottom = window.left + 0.02 * window.width, window.top + 0.97 * window.height
        (x1, y), (x2, _) = percent(window, left, bottom), percent(window, left + meters * units_per_meter, bottom)
        text = f"{meters / 1000:g} km" if meters >= 1000 else f"{meters:g} m" if meters >= 1 else f"{meters * 100:g} cm"
        bar = element("line", x1=x1, x2=x2, y1=y, y2=y, stroke="currentColor", stroke_width=3)
        return element(
            "g", element("title", f"Scale: {text}"), bar, _label(window, left, bottom, 2, -6, text), class_="scale"
        )

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


def _label(window: Canvas, x: float, y: float, dx: float, dy: float, text: str) -> Markup:
    """A text `dx` and `dy` pixels from a point of the canvas."""
    left, top = percent(window, x, y)
    return element("text", text, class_="label", x=left, y=top, dx=dx, dy=dy, font_size=13, fill="currentColor")
