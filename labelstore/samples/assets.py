"""The invented data rows: what was labelled, its address, text, size and media attributes."""

import json
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from labelstore.samples.dice import Dice
from labelstore.samples.ids import uuid, word
from labelstore.samples.ontology import Ontology
from labelstore.samples.shapes import Extent
from labelstore.samples.words import prose

Json = dict[str, Any]

SUFFIXES = {
    "image": ("jpg", "image/jpeg"),
    "video": ("mp4", "video/mp4"),
    "text": ("txt", "text/plain"),
    "geospatial": ("tif", "image/tiff"),
    "audio": ("mp3", "audio/mpeg"),
    "document": ("pdf", "application/pdf"),
    "conversation": ("json", "application/vnd.labelbox.conversational"),
    "dicom": ("dcm", "application/dicom"),
    "html": ("html", "text/html"),
    "llm": ("json", "application/vnd.labelbox.conversational"),
}
CANVASES = ((2560, 1707), (1920, 1080), (1280, 720), (640, 416))
INLINE_IDS = tuple(map(str, range(10)))
STEMS = ("IMG", "aufnahme_ü", "frame", "a-weird Filename", "ファイル", "scan (1)")
SIGNATURE = "Expires=1700000000&KeyName=sample&Signature=AbC-_dEf%3D%3D"


@dataclass(frozen=True, slots=True)
class Asset:
    """One data row. `text` is the content of a text or of each message, empty for what cannot be read."""

    id: str
    asset_type: str
    ontology: Ontology
    address: str
    external_id: str | None
    global_key: str | None
    canvas: tuple[int, int]
    mime_type: str
    text: str = ""

    @property
    def extent(self) -> Extent:
        """Where the map of tiled imagery lies."""
        if self.ontology.tiling == "Simple":
            return 0, 0, 2048.5, 1024
        digest = crc32(self.id.encode())
        return digest % 300_000 / 1000 - 150.0, digest // 300_000 % 12_000 / 100 - 60.0, 0.5, 0.25


def asset(dice: Dice, ontology: Ontology, number: int) -> Asset:
    """The data row with that number in its file."""
    kind = ontology.asset_type
    suffix, mime_type = SUFFIXES[kind]
    name = f"{dice.pick(STEMS)}-{number:06}.{suffix}"
    return Asset(
        id=dice.id(),
        asset_type=kind,
        ontology=ontology,
        address=f"https://storage.example.com/{ontology.dataset_id}%2F{number:06}.{suffix}",
        external_id=name if dice.chance(0.85) else None,
        global_key=f"{uuid(dice.random)}/{name}" if dice.chance(0.5) else None,
        canvas=dice.pick(CANVASES),
        mime_type=mime_type,
        text=prose(dice, dice.between(2, 9)) if kind in ("text", "conversation", "llm") else "",
    )


def tiles(dice: Dice, row: Asset) -> str:
    """The JSON document that tiled imagery carries in place of a URL; bounds are [latitude, longitude]."""
    simple = row.ontology.tiling == "Simple"
    west, south, width, height = row.extent
    layer: Json = {
        "tileLayerUrl": f"https://tiles.example.com/{row.id}/{{z}}/{{x}}/{{y}}.png",
        "bounds": [[0, 0], [height, width]] if simple else [[south + height, west], [south, west + width]],
        "minZoom": 0,
        "maxZoom": 20.5 if dice.chance(0.2) else 20,
        "tileSize": 256,
        "epsg": "Simple" if simple else dice.pick(("EPSG4326", "EPSG3857")),
    }
    if dice.chance(0.5):
        layer |= {"name": row.external_id or "tiles", "version": 2}
    if dice.chance(0.5):
        url = f"https://tiles.example.com/infrared/{row.id}/{{z}}/{{x}}/{{y}}.png"
        layer["alternativeLayers"] = [{"tileLayerUrl": url, "name": "Infrared"}]
    return "\n    " + json.dumps(layer, indent=2) + "\n"


def video_attributes(dice: Dice) -> Json:
    """Frame rate, count and duration, in v2's spelling."""
    return {"frame_rate": dice.pick((29.97002997002997, 25, 30.0)), "frame_count": dice.between(60, 900)}


def holds_messages(row: Asset) -> bool:
    """Whether the whole conversation stands in the place of its address."""
    return row.asset_type == "conversation" and Dice("inline", row.id).chance(0.3)


def conversation(row: Asset) -> str:
    """The JSON document of a conversation."""
    messages = [
        {
            "messageId": message_id,
            "timestampUsec": number,
            "content": row.text,
            "user": {"userId": f"user-{number % 2}", "name": ("Ada", "Bot")[number % 2]},
            "align": ("left", "right")[number % 2],
            "canLabel": True,
        }
        for number, message_id in enumerate(INLINE_IDS)
    ]
    return json.dumps({"type": row.mime_type, "version": 1, "messages": messages}, ensure_ascii=False)


def audio_attributes(row: Asset) -> Json:
    """Length and sampling of a sound."""
    rate = 8000 * Dice("audio", row.id).between(1, 6)
    duration = Dice("audio", row.id).between(10_000, 90_000) / 1000
    return {"duration": duration, "bit_rate": rate * 16, "bits_per_sample": 16, "channel_count": 1}


def message_id(dice: Dice) -> str:
    """A message of a conversation: a number or a word in a string."""
    return str(dice.between(0, 9)) if dice.chance(0.5) else f"m-{word(dice.random, 6)}"
