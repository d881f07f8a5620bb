"""The blocks beside the labels in a line of the current export: the asset, its media, what was asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labelstore.samples import moments, words
from labelstore.samples.assets import (
    INLINE_IDS,
    Asset,
    audio_attributes,
    conversation,
    holds_messages,
    tiles,
    video_attributes,
)
from labelstore.samples.dice import Dice
from labelstore.samples.ids import LABELERS, word
from labelstore.samples.v2_answers import Era

Json = dict[str, Any]

EMBEDDING_ID = Dice("embedding").id()


@dataclass(frozen=True, slots=True)
class Export:
    """One run of the exporter: its time, and the optional blocks that were asked for."""

    era: Era
    flags: frozenset[str]


def identity(dice: Dice, export: Export, row: Asset) -> Json:
    """The block `data_row`; names are missing, not null, where none was given."""
    made: Json = {"id": row.id}
    if row.global_key:
        made["global_key"] = row.global_key
    if row.external_id:
        made["external_id"] = row.external_id
    made["row_data"] = _row_data(dice, row)
    if "data_row_details" in export.flags:
        created, updated = moments.created_and_updated(dice, export.era.year)
        details: Json = {"dataset_id": row.ontology.dataset_id, "dataset_name": row.ontology.dataset_name}
        details |= {"created_at": created, "updated_at": updated}
        if dice.chance(0.7):
            details["last_activity_at"] = created.replace(".000", "")
        made["details"] = details | {"created_by": dice.pick(LABELERS)}
    return made


def _row_data(dice: Dice, row: Asset) -> str:
    if row.ontology.tiling and dice.chance(0.5):
        return tiles(dice, row)
    if holds_messages(row):
        return conversation(row)
    return row.text if row.asset_type == "text" and dice.chance(0.3) else row.address


def media(dice: Dice, era: Era, row: Asset) -> Json:
    """The block `media_attributes`."""
    made: Json = {}
    if row.asset_type in ("image", "video"):
        made |= {"height": row.canvas[1], "width": row.canvas[0]}
    if era.asset_types:
        made["asset_type"] = row.asset_type
    made["mime_type"] = row.mime_type
    if row.asset_type == "image":
        made["exif_rotation"] = era.exif_rotation
    if row.asset_type == "video":
        made |= video_attributes(dice)
    if holds_messages(row):
        made |= {"labelable_ids": list(INLINE_IDS), "message_count": len(INLINE_IDS)}
    if row.asset_type == "audio" and era.timed_audio:
        made |= audio_attributes(row)
    return made


def _attachments(dice: Dice) -> list[Json]:
    if dice.chance(0.5):
        return []
    made = {"type": "IMAGE", "value": f"https://storage.example.com/attachments/{word(dice.random, 8)}.png"}
    return [made, {"type": "RAW_TEXT", "value": dice.pick(words.SENTENCES), "name": "hint"}]


def _metadata_fields(dice: Dice) -> list[Json]:
    fields: tuple[Json, ...] = (
        {"schema_name": "camera", "value": "front left"},
        {"schema_name": "temperature", "value": dice.random() * 40},
        {"schema_id": "cksample0metadata0schema0", "schema_name": "count", "value": dice.between(0, 9)},
        {"schema_name": "captured at", "value": moments.rounded(dice, 2023)},
        {"schema_name": "tags", "value": [{"schema_name": "night"}, {"schema_name": "Regen"}]},
    )
    return dice.some(fields, 5) if dice.chance(0.8) else []


def _embeddings(dice: Dice) -> list[Json]:
    vector = [dice.random() * 2 - 1 for _ in range(8)]
    whole: Json = {"id": EMBEDDING_ID, "name": "sample vectors", "dimensions": 8, "is_custom": True}
    return [{**whole, "values": [{"value": vector}]}] if dice.chance(0.8) else []


BLOCKS: dict[str, Callable[[Dice], list[Json]]] = {
    "attachments": _attachments,
    "metadata_fields": _metadata_fields,
    "embeddings": _embeddings,
}
