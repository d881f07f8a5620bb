"""Derived ids, for labels and data rows without one: digests of the content, the same in every process and version.

Content is compared as by `verify`: keys in any order, numbers by value, strings code point by code point, without the
tokens of signed URLs.
"""

import json
import re
from hashlib import blake2b
from typing import Any

from labelstore.formats.signed_urls import without_tokens

_UNNAMED = re.compile(r"unnamed-[0-9a-f]{16}(?=#\d+$|$)")


def content_digest(value: Any) -> str:
    """16 hex digits of a decoded JSON value."""
    text = json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=8).hexdigest()


def unnamed(digest: str) -> str:
    """The id of a label without one."""
    return f"unnamed-{digest}"


def is_unnamed(label_id: str) -> bool:
    """Whether an id is derived from the label's content; in v2 it follows project or model run, and data row."""
    return _UNNAMED.search(label_id) is not None


def asset(digest: str) -> str:
    """The id of a data row without one."""
    return f"asset-{digest}"


def text_digest(text: str) -> str:
    """16 hex digits of a text."""
    return blake2b(without_tokens(text).encode(), digest_size=8).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, str):
        return without_tokens(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, dict):
        return {key: _canonical(member) for key, member in value.items()}
    return value
