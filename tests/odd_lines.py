"""Hypothesis strategy of v2 lines whose objects can be written, with odd names, ids, sizes, places, frames and spans.

`strategies` spoils records anywhere, so that few of their objects have a place on a picture of a known size; here every
line has media, and what exporters read of it is drawn from pools, whose first entries are the plain ones.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]

# fmt: off
NAMES: Final = (
    "Car", "car", "", "   ", "a\nb", "a\r\nb", 'q"uote', "it's", "a,b", "a\tb", "x\x00y", "\x01\x1f", "\x85", "\u2028",
    "\ufeff", "\ufffe", "😀", "../../x", "..", "con", "NUL.txt", "a/b\\c", "x" * 300, "😀" * 90, "null", "- a: b #c",
    "<b>&amp;]]>", None,
)
IDS: Final = (
    "a.jpg", "A.JPG", "data.yaml", ".", "..", "../../x", "https://example.com/a.jpg?x=1", "", "x" * 500,
    "😀" * 90 + ".jpg", "CON", "con.tar.gz", "a_000001.jpg", "a b", "a\nb", "\x00", "classes.csv", None,
)
FEATURE_IDS: Final = ("f1", "f2", "f3", "", "../f", "ü😀", None)
NUMBERS: Final = (
    10, 0, 1, 50, 99, 33.25, 150, -10, -0.0, 1e-9, 5e-324, 1e15, 1e300, -1e300, 2**70, 10**400, None, "12", True,
)
SIZES: Final = (200, 100, 0, -1, 0.5, 100.5, 10**9, 1e300, "200", None)
FRAMES: Final = ("1", "2", "3", "5", "0", "-1", "007", "9" * 12, "x")
GROUPS: Final = ("Axial", "axial", "../x", "a/b", "a_b", "", "A" * 300)
OFFSETS: Final = (0, 1, 4, 8, 99, -1, 2**64, 1.5, None)
# fmt: on


def _some(draw: Draw, make: Callable[[Draw], Any], most: int = 3) -> list[Any]:
    return [make(draw) for _ in range(draw(st.integers(0, most)))]


def _pick(draw: Draw, pool: Sequence[Any]) -> Any:
    return draw(st.sampled_from(pool))


def _number(draw: Draw) -> Any:
    return _pick(draw, NUMBERS if draw(st.integers(0, 3)) == 3 else NUMBERS[:7])


def _feature(draw: Draw) -> dict[str, Any]:
    ids = {"feature_id": _pick(draw, FEATURE_IDS), "feature_schema_id": _pick(draw, ("s1", "s2", "", None))}
    return ids | {"name": _pick(draw, NAMES), "value": _pick(draw, NAMES)}


def _point(draw: Draw) -> dict[str, Any]:
    return {"x": _number(draw), "y": _number(draw)}


def _ring(draw: Draw) -> list[Any]:
    points = _some(draw, _point, 5)
    return points + points[: draw(st.integers(0, 1))]


def _rings(draw: Draw) -> list[Any]:
    return _some(draw, _ring)


def _polygon(draw: Draw) -> Any:
    """A ring, rings, or parts of rings."""
    return _pick(draw, (_ring, _rings, lambda draw: _some(draw, _rings, 2)))(draw)


def _box(draw: Draw) -> dict[str, Any]:
    return {name: _number(draw) for name in ("top", "left", "height", "width")}


def _on_map(draw: Draw) -> dict[str, Any]:
    def position(draw: Draw) -> list[Any]:
        return [_number(draw) for _ in range(draw(st.integers(2, 3)))]

    def line(draw: Draw) -> list[Any]:
        positions = _some(draw, position, 4)
        return positions + positions[: draw(st.integers(0, 1))]

    def lines(draw: Draw) -> list[Any]:
        return _some(draw, line, 2)

    shapes = {"Polygon": lines, "LineString": line, "Point": position}
    kind = _pick(draw, tuple(shapes))
    return {"geojson": {"type": kind, "coordinates": shapes[kind](draw)}}


def _span(draw: Draw) -> dict[str, Any]:
    return {"start": _pick(draw, OFFSETS), "end": _pick(draw, OFFSETS)}


def _mask(draw: Draw) -> dict[str, Any]:
    return {"url": "https://example.com/a.jpg", "color_rgb": _pick(draw, (None, [255, 0, 0], [1, 2], [300, -1, 0]))}


KINDS: Final = (
    lambda draw: {"annotation_kind": "ImageBoundingBox", "bounding_box": _box(draw)},
    lambda draw: {"annotation_kind": "ImagePolygon", "polygon": _polygon(draw)},
    lambda draw: {"annotation_kind": "ImagePolyline", "line": _ring(draw)},
    lambda draw: {"annotation_kind": "ImagePoint", "point": _point(draw)},
    lambda draw: {"annotation_kind": "ImageSegmentationMask", "composite_mask": _mask(draw)},
    lambda draw: {"annotation_kind": "TextEntity", "location": _span(draw)},
    lambda draw: {"annotation_kind": "GeoPolygon"} | _on_map(draw),
    lambda draw: {"annotation_kind": "GeoBoundingBox"} | _on_map(draw),
)


def _question(draw: Draw, deeper: int = 1) -> dict[str, Any]:
    def answer(draw: Draw) -> dict[str, Any]:
        return _feature(draw) | {"classifications": [_question(draw, deeper - 1)] if deeper else []}

    answers = (
        lambda: {"radio_answer": answer(draw)},
        lambda: {"checklist_answers": _some(draw, answer)},
        lambda: {"text_answer": {"content": _pick(draw, NAMES)}},
        dict,
    )
    answered: dict[str, Any] = _pick(draw, answers)()
    return _feature(draw) | answered


def _object(draw: Draw) -> dict[str, Any]:
    place: dict[str, Any] = _pick(draw, KINDS)(draw)
    return _feature(draw) | {"classifications": _some(draw, _question, 1)} | place


def _frames(draw: Draw) -> dict[str, Any]:
    def frame(draw: Draw) -> dict[str, Any]:
        objects = {str(one["feature_id"]): one for one in _some(draw, _object, 2)}
        return {"objects": objects, "classifications": _some(draw, _question, 1)}

    return {_pick(draw, FRAMES): frame(draw) for _ in range(draw(st.integers(0, 4)))}


def _spans(draw: Draw) -> dict[str, Any]:
    spans: tuple[Any, ...] = ([1, 3], [1, 9], [3, 1], [0, 10**12], [1, None], [], [-5, 5])
    return {_pick(draw, ("f1", "f2", "")): [_pick(draw, spans)] for _ in range(draw(st.integers(0, 2)))}


def _annotations(draw: Draw, asset_type: str) -> dict[str, Any]:
    about = {"classifications": _some(draw, _question, 2)}
    match asset_type:
        case "video":
            keys = _pick(draw, ({"f1": [1, 2]}, {"f1": {"1": True, "x": False}}, {}))
            return about | {"frames": _frames(draw), "segments": _spans(draw), "key_frame_feature_map": keys}
        case "dicom":
            groups = {_pick(draw, GROUPS): {"frames": _frames(draw)} | about for _ in range(3)}
            return about | {"groups": groups, "segments": {_pick(draw, GROUPS): _spans(draw)}}
        case "audio":
            moments = {key: {"classifications": _some(draw, _question, 2)} for key in ("100", "900", "0", "-5", "x")}
            segments = {"f1": [[100, 900]], "f2": [[0, 100], [100, 900]], "": [[900, 100]]}
            return about | {"timestamp": moments, "segments": segments}
    ends = {"source": _pick(draw, FEATURE_IDS), "target": _pick(draw, FEATURE_IDS)}
    related = _feature(draw) | {"annotation_kind": "UnidirectionalRelationship", "unidirectional_relationship": ends}
    return about | {"objects": _some(draw, _object, 5), "relationships": [related]}


@st.composite
def odd_lines(draw: Draw) -> list[Any]:
    """1 to 4 data rows."""
    found: list[Any] = []
    for number in range(draw(st.integers(1, 4))):
        asset_type = _pick(draw, ("image", "video", "dicom", "text", "audio", "geospatial", "hologram"))

        def label(draw: Draw, number: int = number, asset_type: str = asset_type) -> dict[str, Any]:
            details = {"updated_at": _pick(draw, ("2024-01-02", "", "x\x00", None)), "created_by": None}
            reviews = [{"id": "r", "score": _pick(draw, (1, -1, None))}]
            performance = {"skipped": draw(st.integers(0, 9)) == 9}
            id = f"l{number}-{draw(st.uuids())}"
            told = {"label_details": details | {"reviews": reviews}, "performance_details": performance}
            return {"id": id, "annotations": _annotations(draw, asset_type)} | told

        size = {"width": _pick(draw, SIZES), "height": _pick(draw, SIZES)} if draw(st.booleans()) else {}
        media = {"width": 200, "height": 100} | size | {"frame_rate": _pick(draw, (30, 0.001, 0, -1, 1e300, None))}
        media |= {"asset_type": asset_type, "frame_count": _pick(draw, (9, 0, -1, 1e300, 2**70, None))}
        ids = {"id": f"row{number}", "external_id": _pick(draw, IDS), "global_key": _pick(draw, IDS)}
        data = _pick(draw, ("Anna meets Otto. 😀\r\n", "", "https://example.com/a.jpg", "https://[bad", None))
        projects = {
            project: {"name": "P", "labels": _some(draw, label, 2), "selected_label_id": "none"}
            for project in _pick(draw, (("p1",), ("p1", "p2"), ("",)))
        }
        runs = {"m": {"runs": {"r": {"labels": _some(draw, label, 1), "predictions": _some(draw, label, 1)}}}}
        found.append({"data_row": ids | {"row_data": data}, "media_attributes": media, "projects": projects})
        found[-1] |= {"experiments": runs} if draw(st.booleans()) else {}
    return found
