"""Locate an error in a record: a byte of its text, or an exception → the reason with a JSON pointer (RFC 6901).

Made for texts that are malformed, huge or nested without end: one pass, no recursion, memory for the open brackets.
"""

import json
import re
from array import array

from labelstore.json.pointer import token

MAX_DEPTH = 1000
"""Deepest nesting that is stored: SQLite's own limit for JSON."""

_SIBLINGS = (b"},{", b"}, {", b"],[", b"], [")
"""Where a value begins that is no deeper than the one before it."""
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))

_LONGEST, _HEAD, _TAIL = 200, 141, 40
_MOST_DIGITS = 4300

_BODY = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+'


def _inside(levels: int) -> bytes:
    """What is inside of a container that has as many levels of containers in it, at most."""
    nested = rb"|\{" + _inside(levels - 1) + rb"\}|\[" + _inside(levels - 1) + rb"\]" if levels else b""
    return rb'(?:[^\[\]{}"]++|' + _BODY + rb'"' + nested + rb")*+"


_TOKEN = re.compile(
    rb"(?:" + _BODY + rb'"|\{' + _inside(3) + rb"\}|\[" + _inside(3) + rb"\])"  # a string or a container as a whole
    rb"[ \t\r\n]*+(?:(:)|(,)|())"
    rb'|(,[^\[\]{}"]*+)'  # a comma, and scalars with their commas
    rb"|([\[{])|([\]}])"
    rb'|".*+',  # the start of a string that is not closed
    re.DOTALL,
)
_KEY, _WITH_COMMA, _PLAIN, _COMMAS, _OPENER, _CLOSER = range(1, 7)
_STRING = re.compile(_BODY + b'"', re.DOTALL)
_SURROGATE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_LARGE_NUMBER = re.compile(
    _BODY + rb'"|(?<![0-9.eE+-])(-?[0-9]++(?:(?:\.[0-9]++)?[eE]\+?[0-9]++|(?<=[0-9]{300})(?:\.[0-9]++)?))', re.DOTALL
)
_CONSTANT = re.compile(rb"-?(?:NaN|Infinity)\b")
_AT_BYTE = re.compile(r" \(byte (\d+)\)$")
_AT_PATH = re.compile(r" - at `(?:key in )?(\$.*)`$", re.DOTALL)
_STEP = re.compile(r"\[(\d+|\.\.\.)\]|\.([^.\[]*)")
_HALF_PAIR = re.compile("Input data was truncated$|.*(?:surrogate pair|unexpected end of hex escape)")
_NO_KEY = -1


def pointer_at(raw: bytes, byte: int) -> str:
    """The pointer of the place at a byte of a JSON text that is well-formed up to there; "" is the root.

    The place is the innermost value that the byte is in. From its colon on that is the member of a key, up to the
    comma after it; in a key, and at the bracket that closes a container, it is the container (unless a value is missing
    there).
    """
    return _pointer(raw, _places(raw, byte))


def located(raw: bytes, error: Exception) -> str:
    """Why a record with this text is refused, with the JSON pointer of the place where that is known.

    `invalid character at /Label/objects/0/bbox (byte 123)`: bytes are counted from the start of the record. Long
    pointers are cut, and characters that do not print are escaped.
    """
    if isinstance(error, RecursionError):
        return _reason(f"nested deeper than {MAX_DEPTH}", _pointer(raw, _places(raw, len(raw), MAX_DEPTH + 1)))
    if isinstance(error, UnicodeDecodeError):
        return _undecodable(raw, error)
    text = str(error) or type(error).__name__
    if isinstance(error, UnicodeEncodeError) or _HALF_PAIR.match(text):
        lone = _lone_surrogate(raw)
        if lone is not None:
            return _at(raw, "a \\u escape is half of a surrogate pair", lone)
    if found := _AT_BYTE.search(text):
        byte = int(found[1])
        return _at(raw, _constant(raw, byte) or text[: found.start()], byte)
    if found := _AT_PATH.search(text):
        return _out_of_range(raw) or _reason(text[: found.start()], _translated(found[1]))
    return text


def is_too_deep(raw: bytes) -> bool:
    """Whether a JSON text nests deeper than `MAX_DEPTH`; quick for what cannot."""
    if len(raw) <= 2 * MAX_DEPTH:
        return False
    openers = raw.count(b"{") + raw.count(b"[")
    if openers <= MAX_DEPTH or openers - sum(map(raw.count, _SIBLINGS)) <= MAX_DEPTH:
        return False
    brackets = raw.translate(None, _NO_BRACKETS)
    for level in range(2, 20, 2):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if level + len(brackets) // 2 <= MAX_DEPTH:
            return False
    return len(_places(raw, len(raw), MAX_DEPTH + 1)) > 0


def _places(raw: bytes, byte: int, deepest: int = 0) -> "array[int]":
    """For each container that is open at the byte the index in it, or ~ of the byte where its key starts.

    With `deepest`, those at the first place that is as deep, and none if there is no such place.
    """
    places, closers = array("q"), bytearray()
    kind: int | None = _PLAIN
    end = 0
    for found in _TOKEN.finditer(raw, 0, max(byte, 0)):
        kind, end = found.lastindex, found.end()
        if kind == _OPENER:
            is_object = raw[found.start()] == 0x7B
            places.append(_NO_KEY if is_object else 0)
            closers.append(0x7D if is_object else 0x5D)
            if len(places) == deepest:
                return places
        elif not places:
            continue
        elif kind == _KEY:
            if places[-1] < 0:
                places[-1] = ~found.start()
        elif kind == _CLOSER:
            places.pop()
            closers.pop()
        elif kind in (_WITH_COMMA, _COMMAS):
            commas = 1 if kind == _WITH_COMMA else raw.count(b",", *found.span())
            places[-1] = _NO_KEY if places[-1] < 0 else places[-1] + commas
    if deepest:
        return array("q")
    is_awaited = kind == _KEY and not raw[end:byte].strip()
    if closers and kind is not None and not is_awaited and raw[byte : byte + 1] == closers[-1:]:
        places.pop()
    return places


def _pointer(raw: bytes, places: "array[int]") -> str:
    return "".join(f"/{_step(raw, place)}" for place in places if place != _NO_KEY)


def _step(raw: bytes, place: int) -> str:
    """One step of a pointer: an index, or the key at a place of the text."""
    if place >= 0:
        return str(place)
    found = _STRING.match(raw, ~place)
    text = found[0] if found else b""
    try:
        key = str(json.loads(text, strict=False))
        key.encode()
    except ValueError:  # no Unicode, or a wrong escape: as it stands there
        key = text[1:-1].decode(errors="backslashreplace")
    return token(key)


def _reason(text: str, pointer: str, byte: int | None = None) -> str:
    shown = pointer if len(pointer) <= _LONGEST else f"{pointer[:_HEAD]}…{pointer[-_TAIL:]}"
    if not shown.isprintable():
        shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown)
    return text + (f" at {shown}" if shown else "") + (f" (byte {byte})" if byte is not None else "")


def _at(raw: bytes, text: str, byte: int) -> str:
    return _reason(text, pointer_at(raw, byte), byte)


def _undecodable(raw: bytes, error: UnicodeDecodeError) -> str:
    """msgspec decodes one string at a time, so the byte in its error is not that of the record."""
    start, reason = error.start, error.reason
    try:
        raw.decode()
    except UnicodeDecodeError as whole:  # kept in no variable: its traceback would keep the record for ever
        start, reason = whole.start, whole.reason
    return _at(raw, f"not utf-8: {reason} 0x{raw[start : start + 1].hex()}", start)


def _lone_surrogate(raw: bytes) -> int | None:
    return next((found.start() for found in _SURROGATE.finditer(raw) if found[1]), None)


def _constant(raw: bytes, byte: int) -> str:
    """What is wrong with a word that Python and JavaScript take for a number."""
    found = _CONSTANT.match(raw, byte - (raw[byte - 1 : byte] == b"-"))
    return f"JSON is malformed: {found[0].decode()} is no JSON value" if found else ""


def _out_of_range(raw: bytes) -> str:
    """The reason for the first number that no double or no Python integer can be; "" without one."""
    for found in _LARGE_NUMBER.finditer(raw):
        if found[1] and (len(found[1]) > _MOST_DIGITS or float(found[1]) in (float("inf"), float("-inf"))):
            return _at(raw, "a number is out of range", found.start())
    return ""


def _translated(path: str) -> str:
    """The pointer for a path of msgspec, in which `[...]` is any key."""
    steps = (index or key for index, key in _STEP.findall(path))
    return "".join("/*" if step == "..." else "/" + token(step) for step in steps)
