"""Words that one generation has and the other derives: kinds of annotations and labels, machine names, links."""

import re
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import msgspec
from msgspec import Raw

from labelstore.export.turning.columns import whole
from labelstore.formats.kinds import ASSET_WORDS, KINDS
from labelstore.formats.lenient_decoding import Number

V1_TO_V2: Final = {kind.v1_key: kind.v2_keys[0] for kind in KINDS if kind.v1_key}
"""The key of a geometry in v1 → in v2."""
V2_TO_V1: Final = {key: kind.v1_key for kind in KINDS for key in kind.v2_keys if kind.v1_key}
GEO_WORDS: Final = {kind.name: kind.geo_word for kind in KINDS if kind.geo_word}
GEOJSON: Final = {kind.name: kind.geojson or "Polygon" for kind in KINDS if kind.geo_word}
"""A kind on a map → the type of its GeoJSON: a box is a polygon."""

_WORDS: Final = {kind.name: kind.v2_words[0] for kind in KINDS if kind.v2_words}
_PREFIXES: Final = {asset_type: prefix for prefix, asset_type in ASSET_WORDS.items()}
_LABEL_KINDS: Final = {"video": "Video", "dicom": "Dicom", "audio": "Audio"}
_RELATED: Final = {"conversation": "Text", "document": "Document", "text": "Text"}

_position = msgspec.json.Decoder(tuple[Number, Number])

LABEL_VERSION: Final = "1.0.0"
"""Of every label of v2 so far."""


class Shape(NamedTuple):
    """What kind an object is, on which asset, and its geometry; or why it has none."""

    kind: str
    asset_type: str = ""
    members: dict[str, Any] | None = None
    """Fields of the object."""
    why: str = ""

    @property
    def word(self) -> str | None:
        """What v2 calls it; None for a kind that has no word."""
        word, prefix = _WORDS.get(self.kind), _PREFIXES.get(self.asset_type, "")
        return word if word is None or word.startswith(prefix) else prefix + word


def framed(asset_type: str) -> str:
    """The type of an asset with frames, in the word that v2 gives what is drawn on it."""
    return "dicom" if asset_type == "dicom" else "video"


def place(kind: str, coordinates: Raw) -> Raw | None:
    """Coordinates on a map, if they are those of a kind: of a point they are two numbers."""
    if kind != "point":
        return coordinates
    try:
        return Raw(msgspec.json.encode([whole(number) for number in _position.decode(coordinates)]))
    except msgspec.ValidationError:
        return None


def related_kind(direction: str, asset_type: str) -> str:
    """What v2 calls a relationship."""
    return f"{_RELATED.get(asset_type, 'Image')}{direction.title()}Relationship"


def label_kind(asset_type: str) -> str:
    """What v2 calls the labels of an asset."""
    return _LABEL_KINDS.get(asset_type, "Default")


def named(item: Any) -> dict[str, Any]:
    """The machine name of a feature that has none."""
    return {"value": machine_name(item.name)} if item.value is None else {}


def machine_name(name: str | None) -> str | None:
    """What Labelbox makes of a name, where nobody says otherwise."""
    return None if name is None else re.sub(r"\s+", "_", name.lower())


def view_label(project_id: str, label_id: str | None) -> str:
    """The link to the editor, where v1 has the id of the project."""
    return f"https://editor.labelbox.com?project={quote(project_id, safe='')}&label={label_id or ''}"
