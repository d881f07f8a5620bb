"""Hypothesis strategies for whole export records: true to the formats first, then spoiled.

A record is built by plain functions of `draw`, one per part of the format; then `spoil` makes a few
hostile edits at any level: unknown and missing keys, wrong types, empty containers, odd text, extreme
numbers, deep nesting. What every record keeps: label ids and `data_row.id` are non-empty strings, unique
in one drawn value; a v1 label has `Labeled Data`; a frame line has an int `frameNumber`. There are no
lone surrogates and no NaN.

A draw costs some 50 microseconds, so the leaves of one dict share one: a throw of dice, one byte each; 0
is the plainest.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import count
from typing import Any

from hypothesis import strategies as st

Json = Any
Draw = Callable[[st.SearchStrategy[Any]], Any]
Maker = Callable[[Draw], Json]


def to_json(value: Json, ensure_ascii: bool = False) -> bytes:
    """`value` as JSON text: integers and floats exact, -0.0 kept."""
    return json.dumps(value, ensure_ascii=ensure_ascii, allow_nan=False).encode()


def json_texts(values: st.SearchStrategy[Json]) -> st.SearchStrategy[bytes]:
    """The drawn values as JSON text, ASCII only or not."""
    return st.builds(to_json, values, st.booleans())


# Pools: the first entries are the plain ones, so that examples shrink to them.

# fmt: off
TEXTS = (
    "plain", "", " ", "car ", "tv/monitor", "~tilde", "it's", 'say "hi"', "back\\slash", "\\u0041", "\x00",
    "a\x00b", "tab\tnew\nline\r", "\x1f\x7f\x80", "line\u2028para\u2029", "caf\u00e9", "cafe\u0301",
    "\u212b", "\u05e9\u05dc", "\u202ertl", "😀", "\U0001f469\u200d\U0001f467", "𝒳", "\ufeffbom", "\ufffd",
    "\uffff", "\U0010ffff", "null", "true", "1", "-0.0", "1e5", "[]", '{"a": 1}', "$.a[0]",
    "'); drop table labels; --", "%s %!.20g {}", "<script>", "x" * 70,
)
NUMBERS = (
    0, 1, -1, 362, 362.0, 0.5, -0.0, 0.1, 0.30000000000000004, 155.355, 2.9140000000000201,
    29.97002997002997, 123456789.12345679, 1e15, 1e16, 1e22, 1e23, 1e300, -1e300, 1e-300, 5e-324,
    2.2250738585072014e-308, 1.7976931348623157e308, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, float(2**53),
    2**63 - 1, 2**63, -(2**63), -(2**63) - 1, float(2**63), 2**64 - 1, 2**64, 2**70, -(2**70) - 1,
    10**23 + 1, 99999999999999999999999, 10**40,
)
COORDINATES = (
    0, 1, 720, 10.0, 362.0, 155.355, -58.6, 0.5, -0.0, 1.91400000000002, 123.45678901234567, 1e-7, 1e300,
    2**70,
)
KEYS = (
    "new key", "", "extra", "extra", "extra",
    "node_id", "object_id", "label_id", "ordinal", "json", "kind", "id", "ID",
    "name", "title", "value", "type", "data", "answer", "answers", "classifications", "objects", "frames",
    "bbox", "bounding_box", "polygon", "point", "line", "location", "a.b", "a/b", "a~b", "0", "$ref", '"',
    "\\", "\x00", "é", "😀", "'", "[0]",
)
IDS = (
    "id", "ck1a2b3c4", "5f0c3e9a-8f7e-4c4f-9d5e-1b2a3c4d5e6f", "odd id", "a/b", "a~b", "it's", '"', "\\",
    "ü😀", "\x00",
)
URLS = ("https://x/a.jpg", "https://x/a.jpg?token=t&e=1", "gs://bucket/ü.png", 'Text of the "asset".\n', "")
# fmt: on
FEATURE_IDS = ("f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "", "odd/feature", "ü'\"😀")
DATA_ROW_IDS = ("dr1", "dr2", "dr3", "d/r ü'")
FEATURES = (  # schema id, name, value, color
    ("s1", "Dog", "dog", "#1CE6FF"),
    ("s2", "Weather", "weather", "#a23030"),
    ("s3", "Is it open?", "is_it_open?", "#FF0000"),
    ("s4", "car ", "car_", "#00ff00"),
    ("s5", "tv/monitor", "tv/monitor", "#ABCDEF"),
    ("s6", "שלום 😀", "😀", "#123456"),
    ("s7", 'a "quoted" \\ name', "it's", "blue"),
    ("", "", "", ""),
    ("s1", "Dog, renamed", "dog", "#000000"),
    ("s9", "nul \x00\u2028", "e\u0301", "#FFFFFF"),
)
EMAILS = ("a@example.com", "ü@example.com", "")
TIMES_V1 = ("2020-01-02T03:04:05.000Z", "2021-06-07T08:09:10.123Z", "")
TIMES_V2 = ("2023-05-16T11:50:48.000+00:00", "2024-01-02T03:04:05+00:00", "2025-06-07T08:09:10.123+02:00")
FRAMES = ("1", "2", "13", "100", "007", "0", "-1", "x")


# Small words for drawing.


@cache
def _index(size: int) -> st.SearchStrategy[int]:
    return st.integers(0, size - 1)


@cache
def _dice(least: int, most: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=least, max_size=most)


def below(draw: Draw, size: int) -> int:
    return draw(_index(size)) if size > 1 else 0


def few(draw: Draw, most: int) -> int:
    """0 to `most`, 0 half as often as the others."""
    return (below(draw, 2 * most + 1) + 1) // 2


def pick(draw: Draw, options: Sequence[Any]) -> Any:
    return options[below(draw, len(options))]


def throw(draw: Draw, least: int, most: int | None = None) -> bytes:
    """So many dice, one byte each."""
    most = least if most is None else most
    return draw(_dice(least, most)) if most else b""


class Among:
    """Makes one of its options; `at` by a die thrown elsewhere."""

    def __init__(self, *options: Any) -> None:
        self.options = options

    def __call__(self, draw: Draw) -> Any:
        return pick(draw, self.options)

    def at(self, die: int) -> Any:
        return self.options[die % len(self.options)]


def _made(draw: Draw, makers: Mapping[str, Maker], dice: bytes) -> dict[str, Json]:
    """A value for every key; every `Among` takes a die."""
    dice_left = iter(dice)
    return {key: make.at(next(dice_left)) if isinstance(make, Among) else make(draw) for key, make in makers.items()}


def _leaves(makers: Mapping[str, Maker]) -> int:
    return sum(isinstance(make, Among) for make in makers.values())


def made(makers: Mapping[str, Maker]) -> Maker:
    leaves = _leaves(makers)
    return lambda draw: _made(draw, makers, throw(draw, leaves))


def maybe(draw: Draw, makers: Mapping[str, Maker]) -> dict[str, Json]:
    """Some of the keys."""
    size = (len(makers) + 7) // 8
    dice = throw(draw, size + _leaves(makers))
    present = int.from_bytes(dice[:size], "little")
    kept = {key: make for place, (key, make) in enumerate(makers.items()) if present >> place & 1}
    return _made(draw, kept, dice[size:])


def listed(make: Maker, most: int = 3) -> Maker:
    if isinstance(make, Among):
        return lambda draw: [make.at(die) for die in throw(draw, 0, most)]
    return lambda draw: [make(draw) for _ in range(few(draw, most))]


def mapped(keys: Sequence[str], make: Maker, most: int = 2) -> Maker:
    return lambda draw: {pick(draw, keys): make(draw) for _ in range(few(draw, most))}


def empty_list(draw: Draw) -> Json:
    return []


def path(draw: Draw) -> Json:
    dice = throw(draw, 0, 12)
    return [{"x": coordinate.at(x), "y": coordinate.at(y)} for x, y in zip(dice[::2], dice[1::2], strict=False)]


text, number, coordinate, boolean = Among(*TEXTS), Among(*NUMBERS), Among(*COORDINATES), Among(False, True)
text_or_null, number_or_null = Among(*TEXTS[:8], None), Among(*NUMBERS[:12], None)
feature_id, url, email, small = Among(*FEATURE_IDS), Among(*URLS), Among(*EMAILS), Among(0, 1, 2, 25, 1080)
v1_time, v2_time = Among(*TIMES_V1), Among(*TIMES_V2)
depth = Among(0, 0, 0, 0, 0, 0, 1, 2, 3, 6)
spot = made({"x": coordinate, "y": coordinate})
box = made({"top": coordinate, "left": coordinate, "height": coordinate, "width": coordinate})
position = listed(coordinate, 3)
ring = listed(position, 3)


# Hostile values and edits.


def deep(draw: Draw) -> Json:
    value = pick(draw, (None, 1, "end"))
    for _ in range(pick(draw, (3, 20, 100))):
        value = [value] if below(draw, 2) else {"deep": value}
    return value


def free_text(draw: Draw) -> Json:
    return draw(_FREE_TEXT)


def free_number(draw: Draw) -> Json:
    return draw(_FREE_NUMBERS)


_FREE_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_FREE_NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(), st.integers(-(2**80), 2**80))
SCALARS: tuple[Maker, ...] = (text, number, Among(None), boolean, free_text, free_number)


def scalar(draw: Draw) -> Json:
    return pick(draw, SCALARS)(draw)


def hostile(draw: Draw) -> Json:
    """Any JSON value, small unless it is deep."""
    containers: tuple[Maker, ...] = (empty_list, lambda _: {}, listed(scalar), mapped(KEYS, scalar), deep)
    return pick(draw, (*SCALARS, *containers))(draw)


def holders(value: Json) -> Iterator[dict[str, Json] | list[Json]]:
    """The containers right below `value`."""
    below_it: Iterable[Json] = value.values() if isinstance(value, dict) else value
    return (item for item in below_it if isinstance(item, dict | list))


def slots(holder: dict[str, Json] | list[Json]) -> list[Any]:
    return list(holder) if isinstance(holder, dict) else list(range(len(holder)))


def add(draw: Draw, holder: Any) -> None:
    if isinstance(holder, dict):
        holder[pick(draw, KEYS) if below(draw, 4) else free_text(draw)] = hostile(draw)
    else:
        holder.insert(below(draw, len(holder) + 1), hostile(draw))


def replace(draw: Draw, holder: Any) -> None:
    if holder:
        holder[pick(draw, slots(holder))] = hostile(draw)


def blank(draw: Draw, holder: Any) -> None:
    if holder:
        holder[pick(draw, slots(holder))] = pick(draw, (None, None, False, 0, "")) if below(draw, 3) else []


def remove(draw: Draw, holder: Any) -> None:
    if holder:
        del holder[pick(draw, slots(holder))]


def retype(draw: Draw, holder: Any) -> None:
    if holder:
        slot = pick(draw, slots(holder))
        holder[slot] = retyped(holder[slot])


def retyped(value: Json) -> Json:
    """The neighbour by type: the mistake that a changed exporter makes."""
    match value:
        case bool():
            return int(value)
        case 0 | 1:
            return bool(value)
        case int() | float() | None:
            return json.dumps(value)
        case str():
            return len(value)
        case list():
            return {str(place): item for place, item in enumerate(value)}
        case _:
            return list(value.values())


def wrap(draw: Draw, holder: Any) -> None:
    if holder:
        slot = pick(draw, slots(holder))
        holder[slot] = [holder[slot]]


def clear(draw: Draw, holder: Any) -> None:
    holder.clear()


EDITS = (replace, add, add, blank, remove, retype, wrap, clear)


def spoil(draw: Draw, record: Any) -> None:
    """Hostile edits of `record` in place; none in one of three records."""
    for _ in range(pick(draw, (0, 0, 1, 2, 3, 6))):
        holder = record
        while (choices := list(holders(holder))) and below(draw, 5):
            holder = pick(draw, choices)
        pick(draw, EDITS)(draw, holder)


def odd_id(draw: Draw, serial: int) -> str:
    """A non-empty id, different for every `serial`."""
    return f"{pick(draw, IDS)}-{serial}"


# v1: features, objects, classifications.


def v1_feature(draw: Draw) -> dict[str, Json]:
    own, shared = throw(draw, 2)
    schema_id, name, value, _ = FEATURES[shared % len(FEATURES)]
    return {"featureId": feature_id.at(own), "schemaId": schema_id, "title": name, "value": value}


def v1_text_span(draw: Draw) -> Json:
    location = {"end": small(draw), "start": small(draw)} | maybe(draw, {"messageId": Among("m1", "0")})
    return {"format": "text.location", "version": 1, "data": {"location": location}}


def v1_document_span(draw: Draw) -> Json:
    boxes = listed(lambda draw: {"text-bbox": {"page": 1} | box(draw)})
    return {"data": {"location": boxes(draw), "unit": "POINTS"}}


def v1_document_box(draw: Draw) -> Json:
    return {
        "bbox": box(draw),
        "page": small(draw),
        "unit": pick(draw, ("POINTS", "PERCENT", "INCHES", "PIXELS")),
    }


def v1_geo(draw: Draw) -> Json:
    kind, coordinates = pick(draw, GEO_SHAPES)
    return {"type": kind, "geometry": {"coordinates": coordinates(draw)}}


GEO_SHAPES = (
    ("point", position),
    ("polyline", ring),
    ("polygon", listed(ring, 2)),
    ("rectangle", listed(ring, 1)),
    ("circle", position),
)
V1_SHAPES: tuple[Maker, ...] = (
    made({"bbox": box}),
    made({"polygon": path}),
    made({"line": path}),
    made({"point": spot}),
    made({"instanceURI": url}),
    v1_text_span,
    v1_document_box,
    v1_document_span,
    v1_geo,
    made({"cuboid": made({"corners": path, "depth": number})}),
    lambda draw: {},
    lambda draw: made({"polygon": path})(draw) | made({"bbox": box})(draw),
)


def v1_object(draw: Draw) -> Json:
    options: dict[str, Maker] = {
        "color": Among(*(color for *_, color in FEATURES)),
        "instanceURI": url,
        "keyframe": boolean,
        "classifications": lambda draw: v1_questions(draw, depth(draw)),
        "uuid": Among("5f0c3e9a-8f7e-4c4f-9d5e-1b2a3c4d5e6f"),
    }
    return v1_feature(draw) | maybe(draw, options) | pick(draw, V1_SHAPES)(draw)


def v1_answer(draw: Draw, deeper: int) -> Json:
    answer = v1_feature(draw) | maybe(draw, {"keyframe": boolean, "position": small})
    if deeper or not below(draw, 8):
        answer["classifications"] = v1_questions(draw, deeper - 1)
    return answer


def v1_answers(draw: Draw, deeper: int) -> list[Json]:
    """Only the first answer goes deeper, so that size grows with the depth and not with its power."""
    return [v1_answer(draw, 0 if place else deeper) for place in range(below(draw, 3) + (deeper > 0))]


V1_QUESTION_OPTIONS: dict[str, Maker] = {
    "scope": Among("global", "index"),
    "messageId": Among("m1", "0"),
    "keyframe": boolean,
}


def v1_question(draw: Draw, deeper: int) -> Json:
    question = v1_feature(draw)
    form, content, optional = throw(draw, 3)
    if optional % 5 == 4:
        question |= maybe(draw, V1_QUESTION_OPTIONS)
    match form % (3 if deeper else 4):
        case 0:
            question["answer"] = v1_answer(draw, deeper)
        case 1:
            question["answers"] = v1_answers(draw, deeper)
        case 2:
            question["answer"] = v1_answers(draw, deeper)
        case _:
            question["answer"] = text.at(content)
    return question


def v1_questions(draw: Draw, deeper: int) -> list[Json]:
    """Questions, sometimes in double or mixed brackets."""
    questions = [v1_question(draw, 0 if place else deeper) for place in range(below(draw, 3) + (deeper > 0))]
    match below(draw, 6):
        case 4:
            return [questions]
        case 5:
            return [*questions[:1], questions[1:]]
        case _:
            return questions


def v1_root_questions(draw: Draw) -> list[Json]:
    return v1_questions(draw, depth(draw))


def v1_relationship(draw: Draw) -> Json:
    schema_id, name, value, _ = pick(draw, FEATURES)
    if below(draw, 2):
        data = {"source": feature_id(draw), "target": feature_id(draw)} | maybe(draw, {"label": text})
        kind = pick(draw, ("unidirectional", "bidirectional"))
        keys = {"featureId": feature_id(draw), "schemaId": schema_id, "data": data, "relationshipType": kind}
        return keys | maybe(draw, {"version": Among(1)})
    data = {"startFeatureId": feature_id(draw), "endFeatureId": feature_id(draw), "label": text(draw)}
    return {"title": name, "value": value, "data": data, "format": "unidirectional", "instanceURI": url(draw)}


def v1_line(draw: Draw) -> Json:
    line = {
        "frameNumber": pick(draw, (1, 2, 3, 100)),
        "classifications": v1_root_questions(draw),
        "objects": listed(v1_object, 2)(draw),
    }
    return line | maybe(draw, {"relationships": listed(v1_relationship, 1)})


# v1: labels.


def v1_body(draw: Draw) -> Json:
    body = {"objects": listed(v1_object)(draw), "classifications": v1_root_questions(draw)}
    return body | maybe(draw, {"relationships": listed(v1_relationship, 2)})


def v1_video_body(draw: Draw) -> Json:
    link = {"frames": "https://x/frames/1"}
    return {"objects": [], "classifications": [], "relationships": []} | link if below(draw, 2) else link


V1_BODIES: tuple[Maker, ...] = (v1_body,) * 6 + (
    lambda draw: {},
    Among("Skip"),
    v1_video_body,
    listed(v1_line, 2),
)


def tiled_asset(draw: Draw) -> str:
    layer = {
        "tileLayerUrl": "https://x/{z}/{x}/{y}.png",
        "bounds": [[1.5, 2], [3, 4]],
        "minZoom": 0.5,
        "epsg": pick(draw, ("EPSG4326", "EPSG3857", "Simple")),
    }
    return "\n  " + json.dumps(layer)


def labeled_data(draw: Draw) -> Json:
    return tiled_asset(draw) if not below(draw, 6) else url(draw)


v1_review = made({"id": Among("rv1", "rv2"), "score": Among(1, -1), "createdAt": v1_time, "createdBy": email})
v1_step = made({"actorId": Among("u1"), "action": Among("Move", "Approve"), "createdAt": v1_time, "nextTaskName": text})
V1_BASE: dict[str, Maker] = {
    "Labeled Data": labeled_data,
    "Label": lambda draw: pick(draw, V1_BODIES)(draw),
    "Created By": email,
    "Project Name": text,
    "Seconds to Label": number,
}
V1_OPTIONS: dict[str, Maker] = {
    "DataRow ID": Among(*DATA_ROW_IDS),
    "Created At": v1_time,
    "Updated At": v1_time,
    "External ID": text_or_null,
    "Global Key": text_or_null,
    "Agreement": number_or_null,
    "Benchmark Agreement": number_or_null,
    "Benchmark ID": text_or_null,
    "Benchmark Reference ID": Among(None, "l1"),
    "Dataset Name": text,
    "Reviews": listed(lambda draw: v1_review(draw) | maybe(draw, {"labelId": text}), 2),
    "View Label": Among("https://editor.labelbox.com?project=p1&label=l1", "https://x", ""),
    "Has Open Issues": Among(0, 1, 2),
    "Skipped": boolean,
    "Seconds to Review": number,
    "Seconds to Create": number,
    "Is Benchmark": Among(0, 1),
    "Media Attributes": lambda draw: maybe(draw, V1_MEDIA),
    "DataRow Metadata": listed(lambda draw: maybe(draw, {"name": text, "value": scalar}), 2),
    "Data Split": Among("training", "validation", "test", None),
    "DataRow Workflow Info": made({"taskName": text, "Workflow History": listed(v1_step, 2)}),
    "media_type": Among("image", "video"),
    "Masks": mapped(("Car", "car ", "", "😀"), lambda draw: pick(draw, (url, url, scalar))(draw), 3),
}
V1_MEDIA: dict[str, Maker] = {
    "assetType": Among("image", "video", "text", "audio"),
    "mimeType": text,
    "width": small,
    "height": small,
    "frameRate": number,
    "duration": number,
    "codec": text,
}


def v1_label(draw: Draw, serial: int) -> dict[str, Json]:
    label = made(V1_BASE)(draw) | maybe(draw, V1_OPTIONS)
    return _spoiled_label(draw, label, serial)


def _spoiled_label(draw: Draw, label: dict[str, Json], serial: int) -> dict[str, Json]:
    spoil(draw, label)
    label.setdefault("Labeled Data", "")
    return {"ID": odd_id(draw, serial), **{key: value for key, value in label.items() if key != "ID"}}


# v1 before 2020: class names are keys.

CLASSES = ("Car", "car ", "tv/monitor", "objects", "", "😀")
WKT = (
    "POLYGON ((1 2, 3 2, 3 5, 1 2))",
    "MULTIPOLYGON (((10 20, 30 20, 30 40, 10 20)))",
    "POINT (1 2)",
    "multipoint ((1 2), (3 4.5))",
    "LINESTRING (1 2, 3 4)",
    "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
    "POINT EMPTY",
    "POLYGON Z ((1 2 3, 4 5 6, 7 8 9, 1 2 3))",
    "POINT (here)",
    "",
)
texts = listed(text, 2)
LEGACY_ANSWERS: dict[str, Maker] = {"color": text, "type": text, "seen": texts, "odd": scalar, "x": texts}


def legacy_position(draw: Draw) -> Json:
    return {"x": number(draw), "y": number(draw)}


def legacy_instance(draw: Draw) -> Json:
    geometry = pick(draw, (Among(*WKT), path, legacy_position, Among(None, 5, [])))(draw)
    return {"geometry": geometry} | maybe(draw, LEGACY_ANSWERS)


def legacy_member(draw: Draw) -> Json:
    """One element of the list of a class, of any kind: kinds mix."""
    return pick(draw, (Among(*WKT), path, legacy_position, legacy_instance, scalar))(draw)


LEGACY_CLASS: tuple[Maker, ...] = (
    Among(*WKT),
    listed(path, 2),
    listed(legacy_position, 2),
    listed(legacy_instance, 2),
    listed(legacy_member, 3),
    legacy_position,
    legacy_instance,
    texts,
    text,
    scalar,
)
LEGACY_OPTIONS: dict[str, Maker] = {
    key: V1_OPTIONS[key]
    for key in (
        "DataRow ID",
        "Created At",
        "Updated At",
        "Agreement",
        "Benchmark ID",
        "Dataset Name",
        "Reviews",
        "Masks",
    )
}


def v1_legacy_label(draw: Draw, serial: int) -> dict[str, Json]:
    body = mapped(CLASSES, lambda draw: pick(draw, LEGACY_CLASS)(draw), 3)(draw)
    label = {
        "Labeled Data": labeled_data(draw),
        "Label": "Skip" if not below(draw, 10) else body,
        "Created By": email(draw),
        "Project Name": text(draw),
        "Seconds to Label": pick(draw, ("12.5", "0", 12.5, 3)),
        "External ID": text_or_null(draw),
    }
    return _spoiled_label(draw, label | maybe(draw, LEGACY_OPTIONS), serial)


# v2: features, objects, classifications.


def v2_feature(draw: Draw) -> dict[str, Json]:
    """As of 2024; sometimes as of 2023, without `value`, or earlier, without the schema id too."""
    own, shared, era = throw(draw, 3)
    schema_id, name, value, _ = FEATURES[shared % len(FEATURES)]
    feature = {"feature_id": feature_id.at(own), "feature_schema_id": schema_id, "name": name, "value": value}
    for key in ("value", "feature_schema_id")[: max(0, era % 8 - 5)]:
        del feature[key]
    return feature


def v2_mask(draw: Draw) -> Json:
    colour = [small(draw), 144, 186]
    composite = {"url": "https://x/tasks/t1/masks/c1/index/1", "color_rgb": colour}
    masks = {"mask": {"url": "https://x/annotations/o5/index/1/mask"}, "composite_mask": composite}
    kept = pick(draw, (("mask", "composite_mask"), ("mask",), ("composite_mask",)))
    return {key: masks[key] for key in kept}


def v2_geojson(draw: Draw) -> Json:
    kind, coordinates = pick(draw, GEOJSON)
    return {"geojson": {"type": kind, "coordinates": coordinates(draw)}}


def v2_message(draw: Draw) -> dict[str, Json]:
    return {"message_id": pick(draw, ("m1", "m2", "")), "model_config_name": text(draw)}


def v2_ranked(draw: Draw) -> Json:
    return v2_message(draw) | {"order": small(draw)}


def v2_document_box(draw: Draw) -> Json:
    page = {"page_number": small(draw), "bounding_box": box(draw)}
    return page | maybe(draw, {"page_dimensions": made({"height": number, "width": number})})


GEOJSON = (("Point", position), ("LineString", ring), ("Polygon", listed(ring, 2)))
v2_span = made({"start": small, "end": small})
v2_token_group = made({"id": text, "page_number": small, "tokens": listed(text, 2), "text": text})
V2_SHAPES: dict[str, Maker] = {
    "BoundingBox": made({"bounding_box": box}),
    "Polygon": made({"polygon": path}),
    "Polyline": made({"line": path}),
    "Line": made({"line": path}),
    "Point": made({"point": spot}),
    "Cuboid": made({"cuboid": made({"corners": path, "depth": number})}),
    "SegmentationMask": v2_mask,
    "Hexagon": lambda draw: {"hexagon": hostile(draw)},
}
V2_OTHER_SHAPES: dict[str, Maker] = {
    "TextEntity": lambda draw: {"location": v2_span(draw) | maybe(draw, {"token": text})},
    "ConversationalTextEntity": made(
        {"conversational_location": made({"message_id": Among("0", "m1"), "location": v2_span})}
    ),
    "DocumentBoundingBox": v2_document_box,
    "DocumentEntityToken": made({"location": made({"groups": listed(v2_token_group, 2)})}),
    "GeoBoundingBox": v2_geojson,
    "GeoPoint": v2_geojson,
    "GeoPolyline": v2_geojson,
    "GeoPolygon": v2_geojson,
    "MessageSingleSelection": lambda draw: {"selected_message": v2_message(draw) | {"parent_message_id": "m1"}},
    "MessageMultiSelection": made(
        {"selected_messages": made({"messages": listed(v2_message, 2), "parent_message_id": text})}
    ),
    "MessageRanking": made(
        {"ranked_messages": made({"ranked_messages": listed(v2_ranked, 2), "parent_message_id": text})}
    ),
}
IMAGE_KINDS = {f"Image{shape}": make for shape, make in V2_SHAPES.items()} | V2_OTHER_SHAPES
VIDEO_KINDS = {f"Video{shape}": make for shape, make in V2_SHAPES.items()}
DICOM_KINDS = {f"DICOM{shape}": make for shape, make in V2_SHAPES.items()}


def v2_object_of(kinds: Mapping[str, Maker]) -> Maker:
    return lambda draw: v2_object(draw, kinds)


def v2_object(draw: Draw, kinds: Mapping[str, Maker]) -> dict[str, Json]:
    kind = pick(draw, tuple(kinds))
    thing = v2_feature(draw) | {"annotation_kind": kind, "classifications": v2_root_questions(draw)}
    if not below(draw, 6):
        thing |= maybe(draw, {"confidence": number, "custom_metrics": listed(made({"name": text, "value": number}), 1)})
    whole: dict[str, Json] = thing | kinds[kind](draw)
    return whole


def v2_answer(draw: Draw, deeper: int) -> Json:
    answer = v2_feature(draw)
    if deeper or below(draw, 4):
        answer["classifications"] = v2_questions(draw, deeper - 1) if deeper else []
    return answer


def v2_answers(draw: Draw, deeper: int) -> list[Json]:
    return [v2_answer(draw, 0 if place else deeper) for place in range(below(draw, 3) + (deeper > 0))]


def v2_question(draw: Draw, deeper: int) -> Json:
    question, prefix = v2_feature(draw), ""
    form, content, message = throw(draw, 3)
    if message % 5 == 4:
        question["message_id"], prefix = ("m1", "0")[message % 2], "conversational_"
    match form % (2 if deeper else 3):
        case 0:
            question[f"{prefix}radio_answer"] = v2_answer(draw, deeper)
        case 1:
            question[f"{prefix}checklist_answers"] = v2_answers(draw, deeper)
        case _:
            question[f"{prefix}text_answer"] = {"content": text.at(content)}
    return question


def v2_questions(draw: Draw, deeper: int) -> list[Json]:
    return [v2_question(draw, 0 if place else deeper) for place in range(below(draw, 3) + (deeper > 0))]


def v2_root_questions(draw: Draw) -> list[Json]:
    return v2_questions(draw, depth(draw)) if not below(draw, 3) else []


def v2_relationship(draw: Draw) -> Json:
    way = pick(draw, ("uni", "bi"))
    return v2_feature(draw) | {
        "annotation_kind": f"{pick(draw, ('Image', 'Text'))}{way.title()}directionalRelationship",
        "classifications": [],
        f"{way}directional_relationship": {"source": feature_id(draw), "target": feature_id(draw)},
    }


# v2: containers of annotations, one per kind of asset.

v2_ranges = listed(lambda draw: [small(draw), small(draw)], 2)
v2_segments = mapped(FEATURE_IDS, v2_ranges)
v2_frame_flags = mapped(FRAMES, boolean)


def v2_flat(draw: Draw) -> Json:
    """Relationships stand among the objects too, as in 2023, or only there, or in another form."""
    made = {
        "objects": listed(v2_object_of(IMAGE_KINDS))(draw),
        "classifications": v2_root_questions(draw),
        "relationships": listed(v2_relationship, 1)(draw),
    }
    if not below(draw, 6):
        others = listed(v2_relationship, 2)(draw)
        made["objects"] += [*json.loads(json.dumps(made["relationships"])), *others]
        made["relationships"] += [relation | {"value": text(draw)} for relation in others if below(draw, 2)]
    return made


def v2_frames(kinds: Mapping[str, Maker]) -> Maker:
    return mapped(
        FRAMES,
        lambda draw: {"objects": v2_frame_objects(draw, kinds), "classifications": v2_root_questions(draw)},
    )


def v2_frame_objects(draw: Draw, kinds: Mapping[str, Maker]) -> Json:
    """Objects keyed by their own feature id, as the vendor does."""
    things = listed(v2_object_of(kinds), 2)(draw)
    if not below(draw, 12):
        things.append(v2_relationship(draw))
    return {thing["feature_id"]: thing for thing in things}


def v2_key_frames(draw: Draw) -> Json:
    """Both shapes: a list of frame numbers, or a map of flags."""
    return mapped(FEATURE_IDS, listed(small, 3) if below(draw, 2) else v2_frame_flags)(draw)


def v2_video(draw: Draw) -> Json:
    return {
        "frames": v2_frames(VIDEO_KINDS)(draw),
        "segments": v2_segments(draw),
        "key_frame_feature_map": v2_key_frames(draw),
        "classifications": v2_root_questions(draw),
    }


def v2_moment(draw: Draw) -> Any:
    return {"classifications": v2_root_questions(draw)} if below(draw, 8) else v2_root_questions(draw)


def v2_audio(draw: Draw) -> Json:
    return {
        "classifications": v2_root_questions(draw),
        "segments": v2_segments(draw),
        "timestamp": mapped(FRAMES, v2_moment)(draw),
    }


def v2_dicom(draw: Draw) -> Json:
    planes = ("Axial", "Sagittal", "Coronal", "ü")
    group = made({"name": Among(*planes), "classifications": v2_root_questions, "frames": v2_frames(DICOM_KINDS)})
    annotations = {
        "groups": mapped(planes, group)(draw),
        "segments": mapped(planes, v2_segments)(draw),
        "classifications": v2_root_questions(draw),
    }
    return annotations | maybe(draw, {"key_frame_feature_map": mapped(FEATURE_IDS, mapped(planes, v2_frame_flags))})


V2_ANNOTATIONS: tuple[Maker, ...] = (v2_flat, v2_flat, v2_flat, v2_video, v2_audio, v2_dicom)


# v2: labels and data rows. The ids are set last, by `v2_record`, after the spoiling.

v2_review = made({"reviewed_at": v2_time, "reviewed_by": email, "score": Among(1, -1)})
V2_LABEL_DETAILS: dict[str, Maker] = {
    "created_at": v2_time,
    "updated_at": v2_time,
    "created_by": email,
    "content_last_updated_at": v2_time,
    "reviews": listed(v2_review, 1),
    "scores": lambda draw: maybe(draw, {"quality_score": number, "violation_count": small}),
}
V2_TIMES: dict[str, Maker] = {
    "seconds_to_label": small,
    "seconds_to_review": small,
    "seconds_to_rework": small,
    "seconds_total": small,
    "skipped": boolean,
    "consensus_score": number,
}
V2_PERFORMANCE: dict[str, Maker] = {
    "seconds_to_create": small,
    "seconds_to_review": small,
    "skipped": boolean,
    "benchmark_score": number,
    "consensus_score": number,
    "benchmark_reference_label": text,
}


def v2_label(draw: Draw) -> Json:
    label = {"label_kind": pick(draw, ("Default", "Video", "Audio", "Dicom")), "version": "1.0.0", "id": ""}
    details = {
        "label_details": V2_LABEL_DETAILS,
        "performance_details": V2_PERFORMANCE,
        "performance_details_v2": V2_TIMES,
    }
    blocks: dict[str, Maker] = {key: partial(maybe, makers=parts) for key, parts in details.items()}
    label |= maybe(draw, blocks | {"z_order": listed(feature_id, 2)})
    return label | {"annotations": pick(draw, V2_ANNOTATIONS)(draw)}


V2_STEP: dict[str, Maker] = {
    "created_by": email,
    "previous_task_id": text,
    "previous_task_name": text,
    "next_task_id": text,
    "next_task_name": text,
}


def v2_step(draw: Draw) -> Json:
    moved = {"action": pick(draw, ("Move", "Approve", "Reject")), "created_at": v2_time(draw)}
    return moved | maybe(draw, V2_STEP)


V2_PROJECT_DETAILS: dict[str, Maker] = {
    "ontology_id": text,
    "task_id": text,
    "task_name": Among("Done", "Initial labeling task"),
    "batch_id": text,
    "batch_name": text,
    "workflow_status": Among("TO_LABEL", "IN_REVIEW", "IN_REWORK", "DONE"),
    "priority": small,
    "consensus_expected_label_count": small,
    "workflow_history": listed(v2_step, 2),
    "selected_label_id": text,
}


def v2_project(draw: Draw) -> Json:
    options = {
        "project_tags": listed(text, 1),
        "project_details": lambda draw: maybe(draw, V2_PROJECT_DETAILS),
    }
    return {"name": text(draw), "labels": listed(v2_label, 2)(draw)} | maybe(draw, options)


def v2_run(draw: Draw) -> Json:
    options = {"name": text, "run_data_row_id": text, "split": Among("training", "test")}
    return {"labels": listed(v2_label, 1)(draw), "predictions": listed(v2_label, 1)(draw)} | maybe(draw, options)


def v2_experiment(draw: Draw) -> Json:
    return maybe(draw, {"name": text}) | {"runs": mapped(("r1", "r2"), v2_run)(draw)}


V2_DETAILS: dict[str, Maker] = {
    "dataset_id": Among("ds1", "ds2"),
    "dataset_name": text,
    "created_at": v2_time,
    "updated_at": v2_time,
    "last_activity_at": v2_time,
    "created_by": email,
}
V2_DATA_ROW: dict[str, Maker] = {
    "external_id": text,
    "global_key": text,
    "details": lambda draw: maybe(draw, V2_DETAILS),
}
V2_MEDIA: dict[str, Maker] = {
    "height": small,
    "width": small,
    "asset_type": Among("image", "video", "text", "audio", "document", "dicom"),
    "mime_type": Among("image/jpeg", "image/jpg", "text/plain"),
    "exif_rotation": Among("1", 1),
    "frame_rate": number,
    "frame_count": small,
    "duration": number,
    "bit_rate": small,
    "bits_per_sample": small,
    "channel_count": small,
    "message_count": small,
    "labelable_ids": listed(text, 2),
}
V2_METADATA: dict[str, Maker] = {
    "schema_name": text,
    "value": lambda draw: scalar(draw) if below(draw, 2) else [{"schema_name": text(draw)}],
    "schema_id": text,
    "schema_kind": text,
}
V2_EMBEDDING: dict[str, Maker] = {
    "id": text,
    "name": text,
    "dimensions": small,
    "is_custom": boolean,
    "values": lambda draw: [{"value": listed(number)(draw)}],
}
V2_BLOCKS: dict[str, Maker] = {
    "media_attributes": lambda draw: maybe(draw, V2_MEDIA),
    "attachments": listed(made({"type": text, "value": url, "name": text}), 1),
    "metadata_fields": listed(lambda draw: maybe(draw, V2_METADATA), 2),
    "embeddings": listed(made(V2_EMBEDDING), 1),
    "experiments": mapped(("m1", "m2"), v2_experiment, 1),
}


def v2_row_data(draw: Draw) -> str:
    """An address, or the JSON of a conversation."""
    if below(draw, 6):
        return str(url(draw))
    messages = [{"messageId": pick(draw, ("0", "m1")), "content": text(draw)} for _ in range(few(draw, 2))]
    return json.dumps({"version": 1, "messages": messages})


def v2_record(draw: Draw, serials: Iterator[int]) -> dict[str, Json]:
    """One data row; the ids of it and of its labels are numbered by `serials`."""
    record = {
        "data_row": {"id": "", "row_data": v2_row_data(draw), **maybe(draw, V2_DATA_ROW)},
        **maybe(draw, V2_BLOCKS),
        "projects": mapped(("p1", "p2", "ü/p'"), v2_project)(draw),
    }
    spoil(draw, record)
    if not isinstance(record.get("data_row"), dict):
        record["data_row"] = {}
    record["data_row"]["id"] = odd_id(draw, next(serials))
    for label in v2_labels(record):
        label["id"] = odd_id(draw, next(serials))
    return record


def v2_labels(record: Json) -> Iterator[dict[str, Json]]:
    """The labels of a record, wherever the format puts them and spoiling left them."""
    runs = (run for experiment in _values(record, "experiments") for run in _values(experiment, "runs"))
    yield from (label for project in _values(record, "projects") for label in _dicts(project, "labels"))
    yield from (label for run in runs for key in ("labels", "predictions") for label in _dicts(run, key))


def _values(holder: Json, key: str) -> Iterable[Json]:
    value = holder.get(key) if isinstance(holder, dict) else None
    return value.values() if isinstance(value, dict) else ()


def _dicts(holder: Json, key: str) -> list[dict[str, Json]]:
    value = holder.get(key) if isinstance(holder, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


# The strategies.


@st.composite
def v1_records(draw: Draw) -> Json:
    """One label of 2020 or later: images, text, documents, tiles, video by URL or with its frames inside."""
    return v1_label(draw, 0)


@st.composite
def v1_legacy_records(draw: Draw) -> Json:
    """One label of 2018 or 2019: class names as keys, WKT or points."""
    return v1_legacy_label(draw, 0)


@st.composite
def v1_frame_lines(draw: Draw, frame_number: int | None = None) -> Json:
    """One line of a frames file of a video or DICOM label."""
    line = v1_line(draw)
    number_of_it = line["frameNumber"] if frame_number is None else frame_number
    spoil(draw, line)
    return {**line, "frameNumber": number_of_it}


@st.composite
def v1_frame_files(draw: Draw) -> list[Json]:
    """The lines of one frames file, every frame number once."""
    return [draw(v1_frame_lines(frame_number)) for frame_number in range(1, 2 + below(draw, 5))]


@st.composite
def v2_records(draw: Draw) -> Json:
    """One data row with its labels of every project and model run."""
    return v2_record(draw, count())


@st.composite
def v1_files(draw: Draw) -> list[Json]:
    """1 to 8 labels of both eras with ids of their own; several may be of the same data row."""
    makers = (v1_label, v1_label, v1_label, v1_legacy_label)
    return [pick(draw, makers)(draw, serial) for serial in range(1 + below(draw, 8))]


@st.composite
def v2_files(draw: Draw) -> list[Json]:
    """1 to 8 data rows; no id of a data row or a label comes twice."""
    serials = count()
    return [v2_record(draw, serials) for _ in range(1 + below(draw, 8))]
