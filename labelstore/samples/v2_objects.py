"""Objects and relationships of the current export, by annotation kind."""

from collections.abc import Callable
from typing import Any

from labelstore.samples import shapes, v2_answers, words
from labelstore.samples.assets import Asset, message_id
from labelstore.samples.dice import Dice
from labelstore.samples.ids import uuid
from labelstore.samples.ontology import Tool
from labelstore.samples.v2_answers import Era

Json = dict[str, Any]
Geometry = Callable[[Dice, Era, Asset, str], Json]  # the last argument is the feature id

API = "https://api.example.com/api/v1"
PAGE = (612, 792)


def _box(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    return {
        "annotation_kind": "ImageBoundingBox",
        "classifications": [],
        "bounding_box": shapes.box(dice, row.canvas, float),
    }


def _polygon(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    ring = shapes.ring(dice, row.canvas, float, closed=True)
    return {"annotation_kind": "ImagePolygon", "classifications": [], "polygon": ring}


def _line(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    return {
        "annotation_kind": era.line_kind,
        "classifications": [],
        "line": shapes.line(dice, row.canvas, float),
    }


def _point(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    return {
        "annotation_kind": "ImagePoint",
        "classifications": [],
        "point": shapes.point(dice, row.canvas, float),
    }


def masks(dice: Dice, era: Era, project_id: str, feature_id: str, index: int = 1) -> Json:
    """`mask`, and since 2024 `composite_mask`, later alone sometimes; `index` is the frame in videos."""
    address = f"{API}/projects/{project_id}/annotations/{feature_id}"
    if not era.composite_masks:
        return {"mask": {"url": f"{address}/mask"}}
    color = [dice.between(0, 255), dice.between(0, 255), dice.between(0, 255)]
    composite = {"url": f"{API}/tasks/sample/masks/{dice.id()}/index/{index}", "color_rgb": color}
    if dice.chance(0.1):
        return {"composite_mask": composite}
    return {"mask": {"url": f"{address}/index/{index}/mask"}, "composite_mask": composite}


def _mask(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    urls = masks(dice, era, row.ontology.project_id, feature_id)
    return {"annotation_kind": "ImageSegmentationMask", "classifications": [], **urls}


def _entity(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    start, end = words.span(dice, row.text)
    location: Json = {"start": start, "end": end}
    if era.tokens:
        location["token"] = row.text[start : end + 1]
    return {"annotation_kind": "TextEntity", "classifications": [], "location": location}


def _message_entity(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    start, end = words.span(dice, row.text)
    location = {"message_id": message_id(dice), "location": {"start": start, "end": end}}
    return {
        "annotation_kind": "ConversationalTextEntity",
        "classifications": [],
        "conversational_location": location,
    }


def _page_box(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    made: Json = {
        "annotation_kind": "DocumentBoundingBox",
        "classifications": [],
        "page_number": dice.between(1, 9) if era.page_dimensions else dice.between(0, 8),
        "bounding_box": shapes.box(dice, PAGE, float),
    }
    if era.page_dimensions:
        made["page_dimensions"] = {"height": 792.0, "width": 612.0}
    return made


def _page_entity(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    groups = [
        {
            "id": uuid(dice.random),
            "page_number": dice.between(1, 9),
            "tokens": [uuid(dice.random) for _ in range(dice.between(1, 4))],
            "text": dice.pick(words.SENTENCES),
        }
        for _ in range(dice.between(1, 2))
    ]
    return {"annotation_kind": "DocumentEntityToken", "classifications": [], "location": {"groups": groups}}


def _on_earth(kind: str, geometry_type: str, coordinates: Callable[[Dice, shapes.Extent], Any]) -> Geometry:
    def made(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
        geojson = {"type": geometry_type, "coordinates": coordinates(dice, row.extent)}
        return {"annotation_kind": kind, "classifications": [], "geojson": geojson}

    return made


def _message(dice: Dice) -> Json:
    return {"message_id": f"m{dice.between(2, 9)}", "model_config_name": dice.pick(("Model A", "Modèle B"))}


def _single(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    selected = {**_message(dice), "parent_message_id": "m1"}
    return {"annotation_kind": "MessageSingleSelection", "classifications": [], "selected_message": selected}


def _multi(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    selected = {"messages": [_message(dice) for _ in range(dice.between(1, 3))], "parent_message_id": "m1"}
    return {"annotation_kind": "MessageMultiSelection", "classifications": [], "selected_messages": selected}


def _ranking(dice: Dice, era: Era, row: Asset, feature_id: str) -> Json:
    ranked = [{**_message(dice), "order": order} for order in range(1, dice.between(2, 4) + 1)]
    messages = {"ranked_messages": ranked, "parent_message_id": "m1"}
    return {"annotation_kind": "MessageRanking", "classifications": [], "ranked_messages": messages}


PIXELS: dict[str, Geometry] = {
    "bounding_box": _box,
    "polygon": _polygon,
    "polyline": _line,
    "point": _point,
    "mask": _mask,
}
BY_ASSET: dict[str, dict[str, Geometry]] = {
    "text": {"text_entity": _entity},
    "conversation": {"text_entity": _message_entity},
    "document": {"bounding_box": _page_box, "text_entity": _page_entity},
    "geospatial": {
        "bounding_box": _on_earth(
            "GeoBoundingBox", "Polygon", lambda dice, extent: [shapes.place_rectangle(dice, extent)]
        ),
        "polygon": _on_earth("GeoPolygon", "Polygon", lambda dice, extent: [shapes.place_ring(dice, extent)]),
        "polyline": _on_earth("GeoPolyline", "LineString", lambda dice, extent: shapes.places(dice, extent, most=5)),
        "point": _on_earth("GeoPoint", "Point", shapes.place),
    },
    "llm": {"message_single": _single, "message_multi": _multi, "message_ranking": _ranking},
}


def objects(dice: Dice, era: Era, row: Asset, count: int) -> list[Json]:
    """So many objects of the project's tools, the frequent ones more often."""
    table, deck = BY_ASSET.get(row.asset_type, PIXELS), row.ontology.deck
    return [_object(dice, era, row, dice.pick(deck), table) for _ in range(count)]


def _object(dice: Dice, era: Era, row: Asset, tool: Tool, table: dict[str, Geometry]) -> Json:
    made = v2_answers.feature(dice, era, tool)
    if row.asset_type == "llm":
        made.pop("value", None)  # message tasks never show it
    made |= table[tool.kind](dice, era, row, made["feature_id"])
    made["classifications"] = v2_answers.of_object(dice, era, tool)
    return v2_answers.scored(dice, made) if era.confidence else made


RELATED = {"image": "Image", "text": "Text", "conversation": "Text", "document": "Document"}


def relationships(dice: Dice, era: Era, row: Asset, features: list[Json]) -> list[Json]:
    """None to two relationships between the objects, for the asset types that have them."""
    if row.asset_type not in RELATED or len(features) < 2 or dice.chance(0.6):
        return []
    return [_relationship(dice, era, row, features) for _ in range(dice.between(1, 2))]


def _relationship(dice: Dice, era: Era, row: Asset, features: list[Json]) -> Json:
    source = dice.between(0, len(features) - 2)
    ends = {"source": features[source]["feature_id"], "target": features[source + 1]["feature_id"]}
    return {
        **v2_answers.feature(dice, era, row.ontology.relationship),
        "annotation_kind": f"{RELATED[row.asset_type]}UnidirectionalRelationship",
        "classifications": [],
        "unidirectional_relationship": ends,
    }
