"""Unwrap records from objects of the SDK's stream, or from an array that is a member of an object."""

import re

import msgspec

from labelstore.files.window import SPACE

HEAD_BYTES = 1024
"""As much of a file tells whether its records are wrapped."""

_SCALAR = rb'(?:"(?:[^"\\]|\\.)*+"|-?[0-9][0-9.eE+-]*+|true|false|null)'
_BEFORE = rb'\{\s*(?:"(?!frameNumber")[a-z_][^"\\]*+"\s*:\s*' + _SCALAR + rb"\s*,\s*)*"
_ARRAYS = rb"data|results?|exports?|labels|annotations|items|records|rows|values|data_?rows|exported_?(?:data|labels)"
_ARRAY = re.compile(_BEFORE + rb'"(?:' + _ARRAYS + rb')"\s*:\s*(?=\[\s*[{\]])', re.IGNORECASE)
_STREAM = re.compile(rb"\s*\[?\s*" + _BEFORE + rb'"json(?:_str)?"\s*:\s*["{]')


class _Output(msgspec.Struct):
    """An object of the SDK's stream: `json_str` has the record as text, `json` (newer) as a value."""

    json_str: str | None = None
    json: msgspec.Raw = msgspec.Raw()


_output = msgspec.json.Decoder(_Output).decode
_text = msgspec.json.Decoder(str).decode


def array_start(head: bytes) -> int:
    """Where the array of records begins in an object that has one under a usual name; 0 if there is none.

    Only scalar members may stand before it. No key of a record has one of these names.
    """
    found = _ARRAY.match(head)
    return found.end() if found else 0


def members_end(tail: bytes) -> int:
    """The length of the text after the array, from its comma or brace on, that belongs to the object."""
    text = b'{"":0' + tail
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        found = re.search(r"trailing characters \(byte (\d+)\)$", str(error))
        return int(found[1]) - 1 - len(text) + len(tail) if found else 0
    return len(tail)


def is_stream(head: bytes) -> bool:
    """Whether the values are objects of the SDK's stream."""
    return _STREAM.match(head) is not None


def content(raw: bytes) -> bytes:
    """The text of the record in an object of the stream; `raw` itself if it has none."""
    try:
        output = _output(raw)
    except msgspec.ValidationError:
        return raw
    if output.json_str is not None:
        return output.json_str.encode().strip(SPACE)
    text = bytes(output.json) or raw
    return _text(text).encode().strip(SPACE) if text.startswith(b'"') else text
