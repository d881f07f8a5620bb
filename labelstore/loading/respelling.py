"""A record that came before, in other bytes: spacing, escapes, the order of keys and the spelling of numbers aside."""

import re
from typing import Any

import msgspec

from labelstore.formats.decoding import deep_calls
from labelstore.formats.signed_urls import split_tokens
from labelstore.json.equality import same

_ESCAPES = re.compile(rb'\?[^"]*\\|\\u003[fF]')
"""Behind the sign that begins a query string, or of it: all others are outside of tokens, however they are spelled."""


def is_same_content(raw: bytes, stored: bytes) -> bool:
    """Whether both texts say the same record, with the tokens of URLs aside."""
    try:
        if same(_without_tokens(raw), _without_tokens(stored)):
            return True
    except ValueError:  # a token that ends in an escape
        pass
    if b"\\" not in raw or not (_ESCAPES.search(raw) or _ESCAPES.search(stored)):
        return False
    with deep_calls():  # a token may end elsewhere where escapes are spelled in another way
        return same(_without_tokens(_spelled_alike(raw)), _without_tokens(_spelled_alike(stored)))


def _spelled_alike(raw: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(raw))


def in_stored_order(raw: bytes, stored: bytes) -> bytes:
    """What `raw` says, the same record, with its keys in the order of `stored`: so its rows have the same nodes."""
    with deep_calls():
        return msgspec.json.encode(_ordered(msgspec.json.decode(raw), msgspec.json.decode(stored)))


def _ordered(new: Any, stored: Any) -> Any:
    if isinstance(stored, dict):
        return {key: _ordered(new[key], value) for key, value in stored.items()}
    if isinstance(stored, list):
        return [_ordered(item, value) for item, value in zip(new, stored, strict=True)]
    return new


def _without_tokens(raw: bytes) -> bytes:
    text, _ = split_tokens(raw)
    return b"?".join(text)
