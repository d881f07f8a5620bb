"""Objects and relationships of the legacy export, one geometry key each."""

from collections.abc import Callable
from typing import Any

from labelstore.samples import shapes, v1_answers, words
from labelstore.samples.assets import Asset, message_id
from labelstore.samples.dice import Dice
from labelstore.samples.ids import uuid
from labelstore.samples.ontology import Ontology, Tool
from labelstore.samples.v1_answers import Habit

Json = dict[str, Any]
Geometry = Callable[[Dice, Asset], Json]

PAGE = (612, 792)  # points
UNITS = ("POINTS", "POINTS", "POINTS", "PERCENT", "INCHES", "PIXELS")


def _box(dice: Dice, row: Asset) -> Json:
    return {"bbox": shapes.box(dice, row.canvas, int)}


def _polygon(dice: Dice, row: Asset) -> Json:
    return {"polygon": shapes.ring(dice, row.canvas, int, closed=dice.chance(0.5))}


def _line(dice: Dice, row: Asset) -> Json:
    return {"line": shapes.line(dice, row.canvas, int)}


def _point(dice: Dice, row: Asset) -> Json:
    return {"point": shapes.point(dice, row.canvas, int)}


def _mask(dice: Dice, row: Asset) -> Json:
    return {}  # nothing but its instanceURI


def _entity(dice: Dice, row: Asset) -> Json:
    start, end = words.span(dice, row.text)
    return {"data": {"location": {"end": end, "start": start}}, "format": "text.location", "version": 1}


def _message_entity(dice: Dice, row: Asset) -> Json:
    entity = _entity(dice, row)
    entity["data"]["location"]["messageId"] = message_id(dice)
    return entity


def _page_box(dice: Dice, row: Asset) -> Json:
    """Pages of boxes count from 0."""
    return {"bbox": shapes.box(dice, PAGE, int), "page": dice.between(0, 8), "unit": dice.pick(UNITS)}


def _page_entity(dice: Dice, row: Asset) -> Json:
    """Pages of entities count from 1."""
    boxes = [
        {"text-bbox": {"page": dice.between(1, 9), **shapes.box(dice, PAGE, int)}} for _ in range(dice.between(1, 3))
    ]
    return {"data": {"location": boxes, "unit": "POINTS"}}


def _rectangle_on_earth(dice: Dice, row: Asset) -> Json:
    return {"type": "rectangle", "geometry": {"coordinates": [shapes.place_rectangle(dice, row.extent)]}}


def _polygon_on_earth(dice: Dice, row: Asset) -> Json:
    return {"type": "polygon", "geometry": {"coordinates": [shapes.place_ring(dice, row.extent)]}}


def _line_on_earth(dice: Dice, row: Asset) -> Json:
    return {"type": "polyline", "geometry": {"coordinates": shapes.places(dice, row.extent, most=dice.between(2, 9))}}


def _point_on_earth(dice: Dice, row: Asset) -> Json:
    return {"type": "point", "geometry": {"coordinates": shapes.place(dice, row.extent)}}


PIXELS: dict[str, Geometry] = {
    "bounding_box": _box,
    "polygon": _polygon,
    "polyline": _line,
    "point": _point,
    "mask": _mask,
}
ON_EARTH: dict[str, Geometry] = {
    "bounding_box": _rectangle_on_earth,
    "polygon": _polygon_on_earth,
    "polyline": _line_on_earth,
    "point": _point_on_earth,
}
BY_ASSET: dict[str, dict[str, Geometry]] = {
    "text": {"text_entity": _entity},
    "conversation": {"text_entity": _message_entity},
    "document": {"bounding_box": _page_box, "text_entity": _page_entity},
}


def geometries(row: Asset) -> dict[str, Geometry]:
    """The geometry of each kind of tool on that asset."""
    if row.ontology.tiling:
        return PIXELS if row.ontology.tiling == "Simple" else ON_EARTH
    return BY_ASSET.get(row.asset_type, PIXELS)


def objects(dice: Dice, row: Asset, count: int, habit: Habit) -> list[Json]:
    """So many objects of the project's tools, the frequent ones more often."""
    table, deck = geometries(row), row.ontology.deck
    return [_object(dice, row, dice.pick(deck), table, habit) for _ in range(count)]


def _object(dice: Dice, row: Asset, tool: Tool, table: dict[str, Geometry], habit: Habit) -> Json:
    feature_id = dice.id()
    made: Json = {"featureId": feature_id, "schemaId": tool.schema_id}
    if habit.color_first:
        made["color"] = tool.color
    made["title"] = tool.name
    made["value"] = tool.value
    made["color"] = tool.color
    made |= table[tool.kind](dice, row)
    if row.asset_type != "geospatial" and (row.asset_type, tool.kind) != ("document", "text_entity"):
        made["instanceURI"] = f"https://api.example.com/masks/feature/{feature_id}?token=sample"
    if tool.questions and dice.random() < 0.38:
        made["classifications"] = v1_answers.of_object(dice, tool, habit)
    elif habit.color_first and dice.random() < 0.2:
        made["classifications"] = []
    if dice.random() < 0.01:
        made["uuid"] = uuid(dice.random)
    return made


def relationships(dice: Dice, ontology: Ontology, features: list[Json]) -> list[Json]:
    """None to two relationships between the objects, of the newer or of the older form."""
    if len(features) < 2 or dice.chance(0.6):
        return []
    return [_relationship(dice, ontology.relationship, features) for _ in range(dice.between(1, 2))]


def _relationship(dice: Dice, tool: Tool, features: list[Json]) -> Json:
    source = dice.between(0, len(features) - 2)
    ends = features[source]["featureId"], features[source + 1]["featureId"]
    feature_id = dice.id()
    if dice.chance(0.3):
        return {
            "featureId": feature_id,
            "schemaId": tool.schema_id,
            "title": tool.name,
            "value": tool.value,
            "data": {"startFeatureId": ends[0], "endFeatureId": ends[1], "label": tool.name},
            "format": "unidirectional",
            "instanceURI": f"https://api.example.com/masks/feature/{feature_id}?token=sample",
        }
    made: Json = {
        "featureId": feature_id,
        "schemaId": tool.schema_id,
        "data": {"source": ends[0], "target": ends[1], "label": tool.name},
        "relationshipType": dice.pick(("unidirectional", "unidirectional", "bidirectional")),
    }
    if dice.chance(0.7):
        made["version"] = 1
    return made
