"""Records inside of something else: as texts in the objects of the SDK's stream, or in an array that is a member."""

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
    """An object of the SDK's stream: `json_str` has the record as text, in its newer form `json` has it as it is."""

    json_str: str | None = None
    json: msgspec.Raw = msgspec.Raw()


_output = msgspec.json.Decoder(_Output).decode
_text = msgspec.json.Decoder(str).decode


def array_start(head: bytes) -> int:
    """Where the array of records begins in an object that has it under one of the usual names; 0 if it is none.

    Before it the object has only members that are no containers. None of the names is that of a key of a record.
    """
    found = _ARRAY.match(head)
    return found.end() if found else 0


def members_end(tail: bytes) -> int:
    """How much of the text behind the array, from its comma or brace on, belongs to the object; 0 if none does."""
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
    """The text of the record in an object of the stream; `raw` itself if there is none in it."""
    try:
        output = _output(raw)
    except msgspec.ValidationError:
        return raw
    if output.json_str is not None:
        return output.json_str.encode().strip(SPACE)
    text = bytes(output.json) or raw
    return _text(text).encode().strip(SPACE) if text.startswith(b'"') else text
