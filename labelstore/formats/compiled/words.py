"""What programs ask Python once for each word, or few words."""

import msgspec

from labelstore.formats import asset_types
from labelstore.formats.lenient_decoding import to_json
from labelstore.formats.walk import WITH_MESSAGES


def from_word(word: str | None, _: str | None) -> str | None:
    """The asset type that the vendor's word or a MIME type names."""
    return asset_types.from_word(word or "")


def by_suffix(suffix: str | None, _: str | None) -> str | None:
    """The asset type that the suffix of a file name suggests."""
    return suffix and asset_types.from_name(f".{suffix}")


def with_messages(asset_type: str | None, _: str | None) -> str | None:
    """The asset type, if such an asset may be a conversation in JSON."""
    return asset_type if asset_type in WITH_MESSAGES else None


def in_order(texts: str | None, _: str | None) -> str | None:
    """A JSON array of texts, sorted."""
    return texts and to_json(sorted(msgspec.json.decode(texts)))
