"""The type of a record's asset: as the record says, else inferred from its shape."""

import re
from functools import cache

ASSET_TYPES = (
    "image",
    "video",
    "text",
    "geospatial",
    "audio",
    "document",
    "conversation",
    "dicom",
    "html",
    "llm",
)

_WORDS = (  # the first that occurs in the vendor's word or in a MIME type decides
    ("llm", "llm"),
    ("prompt", "llm"),
    ("model_chat", "llm"),
    ("multimodal", "llm"),
    ("multi_modal", "llm"),
    ("chat_evaluation", "llm"),
    ("dicom", "dicom"),
    ("conversation", "conversation"),
    ("geo", "geospatial"),
    ("tms", "geospatial"),
    ("tile", "geospatial"),
    ("pdf", "document"),
    ("document", "document"),
    ("html", "html"),
    ("video", "video"),
    ("audio", "audio"),
    ("image", "image"),
    ("text", "text"),
)

_SUFFIXES = {
    "image": "jpg jpeg png gif webp bmp tif tiff heic avif",
    "video": "mp4 mov avi mkv webm m4v",
    "audio": "mp3 wav flac ogg m4a aac",
    "document": "pdf",
    "dicom": "dcm dicom",
    "html": "html htm",
    "text": "txt md",
}
_BY_SUFFIX = {suffix: asset_type for asset_type, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{2,5})(?:[?#].*)?$", re.S)


@cache
def from_word(word: str) -> str | None:
    """The asset type that the vendor's `asset_type` or a MIME type names; None for an unknown one."""
    lowered = word.lower().replace("-", "_").replace(" ", "_")
    return next((asset_type for part, asset_type in _WORDS if part in lowered), None)


def from_name(name: str | None) -> str | None:
    """The asset type that the suffix of a file name or URL suggests."""
    match = _SUFFIX.search(name[-2048:]) if name else None
    return _BY_SUFFIX.get(match[1].lower()) if match else None


LAYER_KEY = '"tileLayerUrl"'
"""What tiled imagery has in it."""


def is_tile_layer(row_data: str | None) -> bool:
    """Whether the asset is given as tiled imagery: a JSON document in the string, blanks before it included."""
    return row_data is not None and row_data.lstrip()[:1] == "{" and LAYER_KEY in row_data
