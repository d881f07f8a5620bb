"""Where an object is: its geometry read from the JSON of both generations, and how much two of them overlap.

Coordinates are taken as plane ones, in geospatial labels too: the ratio of areas hardly notices.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

from labelstore.formats.kinds import GEO_WORDS, GEOJSON_TYPES, V1_KEYS, V2_KEYS

Point = tuple[float, float]
Ring = tuple[Point, ...]
Bounds = tuple[float, float, float, float]
"""min_x, min_y, max_x, max_y"""

_GEO_KINDS: Final = {word.lower(): kind for word, kind in (GEO_WORDS | GEOJSON_TYPES).items()}
GEO: Final = "geometry"
"""The kind of GeoJSON until its type is read, and of a type that is none of ours."""
_AREAS: Final = frozenset(("bounding_box", "polygon"))
_LARGEST: Final = 1e150  # areas stay finite


class Place(NamedTuple):
    """The rings of a box or polygon (not closed), the points of a line, or (message, first, last) of a text."""

    kind: str
    rings: tuple[Ring, ...] = ()
    page: Any = None
    span: tuple[Any, ...] | None = None


class Overlap(NamedTuple):
    """`iou`: intersection over union, 0 to 1; `of`: of the boxes, the polygons, or only the bounds of polygons."""

    iou: float
    of: str


def kind_of(form: str, holder: dict[str, Any], geometry: Any) -> str:
    """Our kind of what stands under the key `form` of an object."""
    kind = FORMS[form].kind
    if kind != GEO:
        return kind
    if "BoundingBox" in str(holder.get("annotation_kind")):
        return "bounding_box"
    word = geometry.get("type", holder.get("type")) if isinstance(geometry, dict) else None
    return _GEO_KINDS.get(str(word).lower(), GEO)


def place_of(form: str, kind: str, geometry: Any, page: Any) -> Place | None:
    """The place that geometry says; None for a shape that we do not know, or more than a place."""
    try:
        place = FORMS[form].read(kind, geometry)._replace(page=page)
    except (TypeError, ValueError):
        return None
    if kind in _AREAS:
        place = place._replace(
            rings=tuple(ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring for ring in place.rings)
        )
    return place


def overlap(before: Place, after: Place) -> Overlap | None:
    """How much two boxes or polygons overlap; None for what has no area."""
    if not {before.kind, after.kind} <= _AREAS:
        return None
    both_boxes = is_upright(before) and is_upright(after)
    exact = None if both_boxes else _polygon_iou(before, after)
    of = "boxes" if both_boxes else "bounds" if exact is None else "polygons"
    if before.page != after.page:
        return Overlap(0.0, of)
    return Overlap(_bounds_iou(before, after) if exact is None else exact, of)


# -- readers: kind and JSON value → place; TypeError or ValueError for another shape -----------------------------------


def _span(kind: str, value: Any) -> Place:
    """v1: `{location: {start, end, messageId?}}`; v2: `{start, end, token?}`, or that in `{message_id, location}`."""
    location, message = value, None
    if isinstance(value, dict) and "location" in value and set(value) <= {"location", "message_id"}:
        location, message = value["location"], value.get("message_id")
    if not isinstance(location, dict) or set(location) - {"messageId", "token"} != {"start", "end"}:
        raise ValueError("no span of characters")
    span = (message or location.get("messageId"), _number(location["start"]), _number(location["end"]))
    return Place(kind, span=span)


def _geo(kind: str, value: Any) -> Place:
    if not isinstance(value, dict) or set(value) - {"type"} != {"coordinates"}:
        raise ValueError("no coordinates")
    coordinates = value["coordinates"]
    if kind == "point":
        return Place(kind, ((_pair(coordinates),),))
    if kind == "polyline":
        return Place(kind, (tuple(map(_pair, coordinates)),))
    return Place(kind, tuple(tuple(map(_pair, ring)) for ring in coordinates if ring) or ((),))


def _box(kind: str, value: Any) -> Place:
    if not isinstance(value, dict) or set(value) != {"top", "left", "height", "width"}:
        raise ValueError("no box")
    left, top, width, height = (_number(value[key]) for key in ("left", "top", "width", "height"))
    return Place(kind, (((left, top), (left + width, top), (left + width, top + height), (left, top + height)),))


def _path(kind: str, value: Any) -> Place:
    return Place(kind, (tuple(map(_point, value)),))


def _dot(kind: str, value: Any) -> Place:
    return Place(kind, ((_point(value),),))


def _point(value: Any) -> Point:
    if not isinstance(value, dict) or set(value) != {"x", "y"}:
        raise ValueError("no point")
    return (_number(value["x"]), _number(value["y"]))


def _pair(value: Any) -> Point:
    x, y = value
    return (_number(x), _number(y))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LARGEST < value < _LARGEST:
        raise ValueError("no number")
    return value


Read = Callable[[str, Any], Place]

READERS: Final[dict[str, Read]] = {
    "polyline": _path,
    "point": _dot,
    "polygon": _path,
    "bounding_box": _box,
    "text_entity": _span,
}
"""Kind → what reads its place; other kinds have none."""


class Form(NamedTuple):
    """How geometry stands under a key: our kind of it, and what reads it."""

    kind: str
    read: Read


FORMS: Final = {
    **{key: Form(kind, READERS[kind]) for key, kind in (V1_KEYS | V2_KEYS).items() if kind in READERS},
    "geometry": Form(GEO, _geo),
    "geojson": Form(GEO, _geo),
}
"""The keys that geometry stands under, those of v1 first and in the order in which its objects are recognized."""


# -- overlap ----------------------------------------------------------------------------------------------------------


def is_upright(place: Place) -> bool:
    """Whether it is a box whose sides are parallel to the axes."""
    ring = place.rings[0]
    columns, rows = ({point[axis] for point in ring} for axis in (0, 1))
    return place.kind == "bounding_box" and len(place.rings) == 1 and len(columns) <= 2 and len(rows) <= 2


def _bounds(place: Place) -> tuple[float, float, float, float] | None:
    xs, ys = ([point[axis] for ring in place.rings for point in ring] for axis in (0, 1))
    return (min(xs), min(ys), max(xs), max(ys)) if xs else None


def _bounds_iou(before: Place, after: Place) -> float:
    one, other = _bounds(before), _bounds(after)
    return 0.0 if one is None or other is None else iou_of_bounds(one, other)


def iou_of_bounds(one: Bounds, other: Bounds) -> float:
    """Intersection over union of two rectangles; 0 where neither has an area."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(width, 0.0) * max(height, 0.0)
    union = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - common
    return common / union if union > 0 else 0.0


def _polygon_iou(before: Place, after: Place) -> float | None:
    """By shapely; None without it, or for what it cannot make an area of."""
    shapely = _shapely()
    if shapely is None or any(len(ring) < 3 for place in (before, after) for ring in place.rings):
        return None
    try:
        areas = [shapely.make_valid(shapely.Polygon(place.rings[0], place.rings[1:])) for place in (before, after)]
        union = shapely.union(*areas).area
        return float(shapely.intersection(*areas).area / union) if union > 0 else 0.0
    except shapely.errors.ShapelyError:
        return None


@cache
def _shapely() -> Any:
    """The extra `geometry`, or None."""
    try:
        import shapely
    except ImportError:
        return None
    return shapely
