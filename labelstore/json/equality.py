"""Whether two JSON texts say the same record: the first law.

Objects are unordered maps, of duplicate keys the last counts; arrays are ordered; strings are compared
code point by code point, integers exactly, other numbers as the nearest IEEE double; `true` is not 1,
null is not absent.

`same` is quick and exact: what its two shortcuts cannot decide goes to the slow comparison, which reads
any JSON text with a stack of its own (no recursion), integers of any length, and numbers beyond a double
as infinity. A large record is compared in parts, of which few are decoded at once.
"""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice, zip_longest
from typing import Any, Final, NamedTuple, NoReturn

import msgspec

from labelstore.json.pointer import token
from labelstore.json.shape import Shape
from labelstore.json.truncate import truncated

SNIPPET_LENGTH: Final = 60

_ABSENT: Final = object()
_AT_ONCE: Final = 1 << 20
"""A longer text is compared member by member."""
_LEVELS: Final = 8
"""So deep, since each level reads the whole of its text."""
_STRANGE: Final = 16
_MOST_STRANGE: Final = 1024
"""After so many records that do not fit a `Comparison` makes its type anew: twice as many each time, until it stops."""
_decode: Final = msgspec.json.Decoder().decode
_members: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_elements: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode: Final = msgspec.json.Encoder().encode
_snippets: Final = json.JSONEncoder(separators=(",", ":"), default=str)


class Difference(NamedTuple):
    """One place where two records differ: JSON of at most 60 characters, or `absent`."""

    pointer: str
    expected: str
    found: str


def same(expected: bytes, found: bytes) -> bool:
    """Whether both say the same record; malformed `found` does not, malformed `expected` raises
    ValueError.
    """
    try:
        return _same_text(expected, found) or all(
            _marked(left) == _marked(right) for left, right in _parts(expected, found)
        )
    except (ValueError, RecursionError):
        return not differences(expected, found, limit=1)


def same_and_plain(expected: bytes, found: bytes) -> bool:
    """Whether both surely say the same record and `expected` has no key twice: one pass for nearly all records.

    False leaves both questions open, for `same` and `duplicate_keys`.
    """
    colons = 0
    try:
        for left, right in _parts(expected, found):
            wanted = _marked(left)
            if wanted != _marked(right):
                return False
            colons += _encode(wanted).count(b":")
        return _is_plain(expected, colons)
    except (ValueError, RecursionError):
        return False


def _is_plain(raw: bytes, colons: int) -> bool:
    """Whether no key of `raw` is there twice, by the colons of its value (see `duplicate_keys`)."""
    return colons == raw.count(b":") and (b"\\" not in raw or b"\\u003" not in raw)


class Comparison:
    """Compares many records: those like most others by a type that it learns from the first ones."""

    def __init__(self) -> None:
        self._shape = Shape()
        self._typed: Callable[[bytes], Any] | None = None
        self._strange, self._most_strange = 0, _STRANGE
        """Records since the type was made that did not fit, and after how many it is made anew."""

    def same_and_plain(self, expected: bytes, found: bytes) -> bool:
        """What the function of this name says."""
        if self._typed is not None:
            try:
                wanted = self._typed(expected)
                return wanted == self._typed(found) and _is_plain(expected, _encode(wanted).count(b":"))
            except (ValueError, RecursionError):
                pass  # of another shape, or malformed
        if not same_and_plain(expected, found):
            return False
        if self._most_strange <= _MOST_STRANGE and len(expected) <= _AT_ONCE:
            self._learn(expected)
        return True

    def _learn(self, raw: bytes) -> None:
        self._shape.learn(_decode(raw))
        self._strange += 1
        if self._strange == self._most_strange:
            self._typed = msgspec.json.Decoder(self._shape.as_type()).decode
            self._strange, self._most_strange = 0, 2 * self._most_strange


def _parts(expected: bytes, found: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of texts; if both of each say the same, so do the whole ones. The keys in the left ones are all of
    `expected`.

    A large object is its keys and each of its members, a large array its length and each of its elements. Whoever meets
    a difference stops.
    """
    waiting: list[tuple[memoryview, memoryview, int]] = [(memoryview(expected), memoryview(found), 0)]
    while waiting:
        left, right, level = waiting.pop()
        kind = bytes(left[:1])
        if len(left) <= _AT_ONCE or level == _LEVELS or kind not in (b"{", b"[") or bytes(right[:1]) != kind:
            yield bytes(left), bytes(right)
        elif kind == b"{":
            members, others = _members(left), _members(right)
            yield _encode(dict.fromkeys(members)), _encode(dict.fromkeys(others))
            waiting += ((memoryview(members[key]), memoryview(others[key]), level + 1) for key in members)
        else:
            items, other_items = _elements(left), _elements(right)
            yield _encode(len(items)), _encode(len(other_items))
            pairs = zip(items, other_items, strict=True)
            waiting += ((memoryview(item), memoryview(other), level + 1) for item, other in pairs)


def differences(expected: bytes, found: bytes, limit: int = 10) -> list[Difference]:
    """The first differences in document order; [] says that both are the same record.

    Malformed `found` is one difference at the root; malformed `expected` raises ValueError.
    """
    wanted = _value(expected)
    try:
        got = _value(found)
    except ValueError as error:
        return [Difference("", _snippet(wanted), truncated(f"malformed JSON: {error}", SNIPPET_LENGTH))][:limit]
    return list(islice(_compared(wanted, got), limit))


def duplicate_keys(raw: bytes) -> list[str]:
    """JSON pointers of the keys that occur twice in their object; malformed `raw` raises ValueError.

    There are none when decoding and encoding again keeps the number of colons: each dropped key takes at
    least its own colon along, and nothing adds one but an escape (`\\u003a`), so with those the reader
    decides.
    """
    try:
        if b"\\u003" not in raw and _encode(_decode(raw)).count(b":") == raw.count(b":"):
            return []
    except (ValueError, RecursionError):
        pass  # not for msgspec: the reader decides
    return _read(raw)[1]


def _same_text(expected: bytes, found: bytes) -> bool:
    """Whether `found` is `expected`, with or without its white space; checks the whole of `expected`."""
    if len(found) > len(expected) or len(expected) > _AT_ONCE:
        return False
    expected.decode()  # the one thing that `format` does not check
    return found in (expected, msgspec.json.format(expected, indent=-1))


def _marked(raw: bytes) -> Any:
    """The decoded value with every bool in brackets, so that Python's == is the law.

    In Python True == 1, and nothing else keeps == from the law: it compares ints with floats exactly. The
    brackets are put around the words in the text, which is cheaper than a walk through the value. A
    string that holds the words gets them too, and no harm is done: taking the brackets off every word
    again gives the string back, so different strings stay different. That needs words in strings to be
    words in the text. Escapes could part them: that of a letter (`\\u0074rue`) is refused here, and a
    short one (`\\true`, a tab and `rue`) becomes malformed; both raise ValueError.
    """
    if b"\\" in raw and (b"\\u006" in raw or b"\\u007" in raw):
        raise ValueError("escaped letters")
    return _decode(raw.replace(b"true", b"[true]").replace(b"false", b"[false]"))


def _value(raw: bytes) -> Any:
    try:
        return _decode(raw)
    except (ValueError, RecursionError):  # malformed, or too long a number, a lone surrogate, too deep
        return _read(raw)[0]


def _compared(wanted: Any, got: Any) -> Iterator[Difference]:
    waiting: list[tuple[str, Any, Any]] = [("", wanted, got)]
    while waiting:
        pointer, left, right = waiting.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            waiting += [
                (f"{pointer}/{token(key)}", left.get(key, _ABSENT), right.get(key, _ABSENT))
                for key in reversed(left | right)
            ]
        elif isinstance(left, list) and isinstance(right, list):
            pairs = [*zip_longest(left, right, fillvalue=_ABSENT)]
            waiting += [(f"{pointer}/{place}", *pairs[place]) for place in reversed(range(len(pairs)))]
        elif left != right or isinstance(left, bool) != isinstance(right, bool):
            yield Difference(pointer, _snippet(left), _snippet(right))


def _snippet(value: Any) -> str:
    """The start of the value; ASCII, so that different strings look different. Encodes no more than that."""
    if value is _ABSENT:
        return "absent"
    if isinstance(value, Decimal):
        return truncated(str(value), SNIPPET_LENGTH)
    text = ""
    for piece in _snippets.iterencode(value):
        text += piece
        if len(text) > SNIPPET_LENGTH:
            break
    return truncated(text, SNIPPET_LENGTH)


def _integer(digits: str) -> int | Decimal:
    """Exact; Python may refuse to make an int of more than 640 digits (`sys.set_int_max_str_digits`)."""
    return int(digits) if len(digits) <= 640 else Decimal(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")


_scalars: Final = json.JSONDecoder(parse_int=_integer, parse_constant=_refuse)


def _read(raw: bytes) -> tuple[Any, list[str]]:
    """The value of any JSON text, however deep, and the pointers of its duplicate keys."""
    text = raw.decode()
    duplicates: dict[str, None] = {}
    holders: list[Any] = []  # the open containers
    keys: list[Any] = []  # where in each of them the next value goes
    at = _skip(text, 0)
    while True:
        value: Any
        opening = text[at : at + 1]
        if opening in ("{", "["):
            value, at = {} if opening == "{" else [], _skip(text, at + 1)
            if text[at : at + 1] != _closing(value):
                key, at = _key(text, at) if opening == "{" else (0, at)
                holders.append(value)
                keys.append(key)
                continue
            at += 1
        else:
            value, at = _scalars.raw_decode(text, at)
        while True:
            at = _skip(text, at)
            if not holders:
                _expect(at == len(text), "the end", at)
                return value, list(duplicates)
            holder = holders[-1]
            if isinstance(holder, list):
                holder.append(value)
            else:
                if keys[-1] in holder:
                    duplicates["".join(f"/{token(key)}" for key in keys)] = None
                holder[keys[-1]] = value
            if text[at : at + 1] == ",":
                at = _skip(text, at + 1)
                keys[-1], at = (keys[-1] + 1, at) if isinstance(holder, list) else _key(text, at)
                break
            _expect(text[at : at + 1] == _closing(holder), f", or {_closing(holder)}", at)
            value, at = holders.pop(), at + 1
            keys.pop()


def _key(text: str, at: int) -> tuple[str, int]:
    """The key at this place, and where its value starts."""
    _expect(text[at : at + 1] == '"', "a key", at)
    key, at = _scalars.raw_decode(text, at)
    at = _skip(text, at)
    _expect(text[at : at + 1] == ":", ":", at)
    return key, _skip(text, at + 1)


def _closing(holder: Any) -> str:
    return "}" if isinstance(holder, dict) else "]"


def _skip(text: str, at: int) -> int:
    """Past white space."""
    while text[at : at + 1] in (" ", "\n", "\r", "\t"):
        at += 1
    return at


def _expect(met: bool, what: str, at: int) -> None:
    if not met:
        raise ValueError(f"expected {what} at character {at}")
