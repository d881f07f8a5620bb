"""A record of the toy generation: one label of one asset, with boxes.

{"asset": {"uid": "a1", "uri": "https://…"}, "label": {"uid": "l1", "by": "ada@example.com", "stars": 5},
 "things": [{"what": "Car", "frame": {"x": 1, "y": 2, "w": 3, "h": 4}}]}
"""

from typing import ClassVar

from labelstore.formats.declaring import JsonObject, array, block, key, part
from labelstore.formats.lenient_decoding import Number


class Box(JsonObject, table="bounding_boxes", given="object_id"):
    """A box."""

    left: Number = key("x")
    top: Number = key("y")
    width: Number = key("w")
    height: Number = key("h")


class Thing(JsonObject, table="objects", given="object_id label_id ordinal closes kind"):
    """One object."""

    feature_id: str = key("uid")
    name: str = key("what")
    frame: Box = part()


class Asset(JsonObject, extra="data_row_extra"):
    """The data row."""

    data_row_id: str = key("uid", required=True)
    row_data: str = key("uri")


class AboutAsset(
    JsonObject,
    table="records",
    given="node_id record_id end_id load_id position byte_offset generation identity content_hash url_hash asset_type",
    extra="",
):
    """What a record says of its data row."""

    asset: Asset = block(required=True)


class About(JsonObject, extra="label_details_extra"):
    """Who made the label."""

    label_id: str = key("uid", required=True)
    created_by: str = key("by")
    quality_score: Number = key("stars")


class Record(AboutAsset, table="labels", given="node_id end_id record_id data_row_id generation shape objects_total"):
    """One label."""

    known_by: ClassVar[str] = "label"

    label: About = block(required=True)
    things: list[Thing] = array(count="object_count")
