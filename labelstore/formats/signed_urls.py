"""Signed URLs. Each export signs its URLs anew, so the tokens in their query strings are no content."""

import re

_WORD = r"(?=[SsTtXxEeK])(?:[Ss]ignature|[Tt]oken|[Xx]-[AaGg]|[Ss]ig=|[Ee]xpires=|Key-Pair-Id)"
_SIGNED = rf"\?([^\"?\s]*?{_WORD}[^\"?\s]*)"
_IN_TEXT = re.compile(_SIGNED)
_IN_JSON = re.compile(_SIGNED.encode())


def without_tokens(text: str) -> str:
    """A text with the query strings of its signed URLs emptied."""
    return _IN_TEXT.sub("?", text) if "?" in text else text


def split_tokens(raw: bytes) -> tuple[list[bytes], list[bytes]]:
    """JSON text in pieces, and the query strings of signed URLs that stood between them, each after a `?`."""
    parts = _IN_JSON.split(raw)
    return parts[::2], parts[1::2]
