"""A large record whose frames are decoded one after another: all at once take three times the memory of their text."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import msgspec

from labelstore.counting import FEATURE_NAMES
from labelstore.formats.declaration import DECLARATIONS
from labelstore.formats.decoding import deep_calls
from labelstore.formats.record_kinds import LARGE

EACH: Final = "*"
"""In a path, each member or element."""

_REPEATED: Final = FEATURE_NAMES | {"feature_id", "annotation_kind"}
"""Fields whose texts come again in each frame."""
_MOST_TEXTS: Final = 10_000

_members: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_elements: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode: Final = msgspec.json.Encoder().encode


def taken_out(raw: Any, path: Sequence[str], place: tuple[Any, ...] = ()) -> tuple[Any, dict[tuple[Any, ...], Any]]:
    """A JSON text in which the large values at a path are empty, and their own texts by their places."""
    text = memoryview(raw)
    opening = bytes(text[:1])
    if len(text) <= LARGE or opening not in (b"{", b"["):
        return raw, {}
    if not path:
        return msgspec.Raw(b"{}" if opening == b"{" else b"[]"), {place: raw}
    inside: Any = _members(raw) if opening == b"{" else _elements(raw)
    step, *rest = path
    keys = list(inside) if opening == b"{" else list(range(len(inside)))
    found: dict[tuple[Any, ...], Any] = {}
    for key in keys:
        if step in (EACH, key):
            inside[key], values = taken_out(inside[key], rest, (*place, key))
            found |= values
    return (msgspec.Raw(_encode(inside)) if found else raw), found


class FrameList(list[Any]):
    """The frames of a v1 label, each decoded when it is its turn."""

    decode: Callable[[Any], Any]

    @classmethod
    def of(cls, text: Any, struct: Any) -> "FrameList":
        """Those in a JSON array; raises as decoding them all at once does, if not the same."""
        frames = cls(_elements(text))
        _check(list.__iter__(frames), struct)
        frames.decode = _decoder(struct)
        return frames

    def __iter__(self) -> Iterator[Any]:
        return map(self.decode, super().__iter__())


class FrameMap(Mapping[str, Any]):
    """The frames of a v2 label by their numbers, each decoded when it is its turn."""

    def __init__(self, texts: Mapping[str, msgspec.Raw], decode: Callable[[Any], Any]) -> None:
        self._texts, self._decode = texts, decode

    @classmethod
    def of(cls, text: Any, key: Any, struct: Any) -> "FrameMap":
        """Those in a JSON object; raises as decoding them all at once does, if not the same."""
        texts = msgspec.json.decode(text, type=dict[key, msgspec.Raw])
        _check(texts.values(), struct)
        return cls(texts, _decoder(struct))

    def __getitem__(self, key: str) -> Any:
        return self._decode(self._texts[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def _check(texts: Iterable[Any], struct: Any) -> None:
    decode = msgspec.json.Decoder(struct).decode
    for text in texts:
        decode(text)


def _decoder(struct: Any) -> Callable[[Any], Any]:
    decode, once = msgspec.json.Decoder(struct).decode, dict[str, str]()

    def decoded(raw: Any) -> Any:
        if len(once) > _MOST_TEXTS:
            once.clear()
        with deep_calls():
            frame = decode(raw)
            _share(frame, once.setdefault)
        return frame

    return decoded


def _share(item: Any, once: Callable[[str, str], str]) -> None:
    """Let all have the same string for a text that comes again."""
    names, inner = _repeated(item.__class__)
    for name in names:
        text = getattr(item, name)
        if type(text) is str:
            setattr(item, name, once(text, text))
    for name in inner:
        value = getattr(item, name)
        if not value or type(value) is str:
            continue
        for one in value.values() if type(value) is dict else value if type(value) is list else (value,):
            for each in one if type(one) is list else (one,):
                _share(each, once)


@cache
def _repeated(cls: Any) -> tuple[list[str], list[str]]:
    """The fields of a struct with such texts, and those that hold structs with some."""
    declaration = DECLARATIONS.get(cls)
    if declaration is None:
        return [], []
    inner = {name: declaration.inner(name) for name in declaration.members}
    holders = [name for name, one in inner.items() if one and not _REPEATED.isdisjoint(one.members)]
    return [name for name in declaration.members if name in _REPEATED], holders
