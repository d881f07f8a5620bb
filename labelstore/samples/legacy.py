"""Elements of the exports of 2018 and 2019 (L0, L1, L2): class names as keys, WKT or rings, no ids."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from typing import Any

from labelstore.samples import moments, shapes, words
from labelstore.samples.dice import Dice
from labelstore.samples.ids import LABELERS, REVIEWERS

Json = dict[str, Any]
Points = list[Json]

SUB_GENERATIONS = ("L0", "L1", "L2")
CLASSES = ("Car", "car ", "tv/monitor", "Straße", "Person", "犬")
CANVAS = (1024, 768)
PROJECT = "Early trials"
PROJECT_ID = Dice("legacy project").id()


COLUMNS = (
    "ID",
    "DataRow ID",
    "Labeled Data",
    "Label",
    "Created By",
    "Project Name",
    "Created At",
    "Updated At",
    "Seconds to Label",
    "External ID",
    "Agreement",
    "Benchmark Agreement",
    "Benchmark ID",
    "Benchmark Reference ID",
    "Dataset Name",
    "Reviews",
    "View Label",
    "Masks",
)
"""Those of a CSV export."""


def table_cells(element: Json) -> list[str]:
    """A row of a CSV export: null is an empty cell, times are milliseconds since 1970."""
    return [_cell(column, element.get(column)) for column in COLUMNS]


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    if column in ("Created At", "Updated At"):
        return str(int(datetime.fromisoformat(value).timestamp()) * 1000)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def elements(sub_generation: str, seed: int, purpose: str = "legacy") -> Iterator[Json]:
    """Endless elements of one sub-generation; other ones for another purpose."""
    dice = Dice(purpose, sub_generation, seed)
    for number in count():
        yield _element(dice, sub_generation, number)


def _element(dice: Dice, sub_generation: str, number: int) -> Json:
    label_id = dice.id()
    seconds = dice.between(3, 90) + 0.2710000000000008
    made: Json = {"ID": label_id}
    year = 2019 if sub_generation == "L2" and dice.chance(0.7) else 2018
    if year == 2019:
        made["DataRow ID"] = dice.id()
    if sub_generation != "L0" and dice.chance(0.1):
        made["Masks"] = {
            name: f"https://storage.example.com/masks/{dice.id()}.png?jwt={dice.id()}" for name in _classes(dice)
        }
    made |= {
        "Labeled Data": f"https://storage.example.com/early/{number:06}.jpg",
        "Label": dice.pick(({}, "Skip")) if dice.chance(0.05) else LABELS[sub_generation](dice),
        "Created By": dice.pick(LABELERS),
        "Project Name": PROJECT,
        "Seconds to Label": str(seconds) if sub_generation == "L0" else seconds,
        "External ID": "" if sub_generation == "L0" else None,
    }
    return made if sub_generation == "L0" else made | _since_l1(dice, label_id, year)


def _since_l1(dice: Dice, label_id: str, year: int) -> Json:
    """The keys that came in mid 2018, and those of June 2019."""
    created = f"{moments.second(dice, year)}.000Z"
    made: Json = {"Created At": created}
    if year == 2019 and dice.chance(0.5):
        made |= {"Updated At": created, "Benchmark Agreement": None}
        made |= {"Benchmark ID": None, "Benchmark Reference ID": None}
    review = {"id": dice.id(), "score": 1, "createdAt": created, "createdBy": REVIEWERS[0]}
    return made | {
        "Agreement": None,
        "Dataset Name": "early images",
        "Reviews": [review] if dice.chance(0.2) else [],
        "View Label": f"https://image-segmentation-v3.example.com?project={PROJECT_ID}&label={label_id}",
    }


def _rings(dice: Dice, *, closed: bool) -> list[Points]:
    """One to three polygons of one class; some are the four corners of a rectangle."""
    return [
        _rectangle(dice, closed=closed) if dice.chance(0.3) else shapes.ring(dice, CANVAS, int, closed=closed)
        for _ in range(dice.between(1, 3))
    ]


def _rectangle(dice: Dice, *, closed: bool) -> Points:
    box = shapes.box(dice, CANVAS, int)
    left, top, right, bottom = box["left"], box["top"], box["left"] + box["width"], box["top"] + box["height"]
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return [{"x": x, "y": y} for x, y in (*corners, *corners[: int(closed)])]


def _wkt(ring: Points) -> str:
    """A ring in the parentheses of well-known text."""
    return "((" + ", ".join([f"{point['x']} {point['y']}" for point in ring]) + "))"


def _classes(dice: Dice) -> list[str]:
    return dice.some(CLASSES, 3)


def _multipolygons(dice: Dice) -> Json:
    """L0 and L1: all instances of a class in one MULTIPOLYGON."""
    return {
        name: "MULTIPOLYGON (" + ", ".join([_wkt(ring) for ring in _rings(dice, closed=True)]) + ")"
        for name in _classes(dice)
    }


def _xy_rings(dice: Dice) -> Json:
    """L0: a list of open rings per class."""
    return {name: _rings(dice, closed=False) for name in _classes(dice)}


def _instances(dice: Dice) -> Json:
    """L2: objects of geometry and attributes, and answers to global questions as plain strings."""
    as_wkt, closed = dice.chance(0.5), dice.chance(0.3)
    label: Json = {}
    for name in _classes(dice):
        rings = _rings(dice, closed=as_wkt or closed)
        label[name] = [_instance(dice, f"POLYGON {_wkt(ring)}" if as_wkt else ring) for ring in rings]
        if dice.chance(0.2):  # a class mixes what its tools drew
            spot = shapes.point(dice, CANVAS, int)
            label[name].append(_instance(dice, f"POINT ({spot['x']} {spot['y']})" if as_wkt else spot))
    if dice.chance(0.2):
        label["weather"] = dice.some(("rain", "fog", "night"), 2)
    if dice.chance(0.4):
        label["type"] = dice.pick(("person", "vehicle"))
    if dice.chance(0.2):
        label["notes"] = dice.pick(words.NOTES)
    return label


def _instance(dice: Dice, geometry: Any) -> Json:
    made: Json = {"geometry": geometry}
    if dice.chance(0.4):
        made["color"] = dice.pick(("blue", "red", "hellgrün"))
    if dice.chance(0.2):
        made["seen from"] = dice.some(("left", "right", "above"), 2)
    return made


LABELS: dict[str, Callable[[Dice], Json]] = {
    "L0": lambda dice: _multipolygons(dice) if dice.chance(0.5) else _xy_rings(dice),
    "L1": _multipolygons,
    "L2": _instances,
}
