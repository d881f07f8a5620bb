"""Two texts of a label without what stands in frames that say the same in both: a label of many frames is large."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from labelstore.json.equality import same

_LARGE: Final = 1 << 20
"""A shorter text is compared as it is."""
_members: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_elements: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode: Final = msgspec.json.Encoder().encode


class _Numbered(msgspec.Struct):
    frameNumber: Any = None


_number: Final = msgspec.json.Decoder(_Numbered).decode


def without_equal_frames(before: bytes, after: bytes) -> tuple[bytes, bytes]:
    """Both texts; in large ones of one generation, a frame that both have alike is empty.

    Each frame stays in its place, so pointers into the others hold. Raises ValueError for what is no JSON.
    """
    if min(len(before), len(after)) <= _LARGE or bytes(before[:1]) != b"{" or bytes(after[:1]) != b"{":
        return before, after
    sides = _members(before), _members(after)
    for key, emptied in (("annotations", _without_in_map), ("Label", _without_in_list)):
        if all(key in side for side in sides):
            found = emptied(*(side[key] for side in sides))
            if found is not None:
                old, new = (_encode({**side, key: body}) for side, body in zip(sides, found, strict=True))
                return old, new
    return before, after


def _without_in_map(before: msgspec.Raw, after: msgspec.Raw) -> list[msgspec.Raw] | None:
    """v2: annotations whose `frames` are a map by frame number."""
    old, new = (_of_kind(raw, b"{", _members) or {} for raw in (before, after))
    earlier, later = (_of_kind(body.get("frames"), b"{", _members) for body in (old, new))
    if not earlier or not later:
        return None
    pairs = zip((old, new), _emptied(earlier, later, {}), strict=True)
    return [msgspec.Raw(_encode({**body, "frames": frames})) for body, frames in pairs]


def _without_in_list(before: msgspec.Raw, after: msgspec.Raw) -> list[msgspec.Raw] | None:
    """v1: frames in the place of their URL, each with a number of its own."""
    earlier, later = (_by_number(_of_kind(raw, b"[", _elements) or ()) for raw in (before, after))
    if not earlier or not later:
        return None
    empty = {number: _encode({"frameNumber": number}) for number in earlier}
    return [msgspec.Raw(_encode(list(frames.values()))) for frames in _emptied(earlier, later, empty)]


def _of_kind(raw: msgspec.Raw | None, opening: bytes, decode: Any) -> Any:
    return decode(raw) if raw is not None and bytes(memoryview(raw)[:1]) == opening else None


def _by_number(frames: Any) -> dict[Any, msgspec.Raw] | None:
    """The frames by their numbers, if each has one."""
    if not all(bytes(memoryview(frame)[:1]) == b"{" for frame in frames):
        return None
    found = {_number(frame).frameNumber: frame for frame in frames}
    return found if len(found) == len(frames) and all(type(number) is int for number in found) else None


def _emptied(
    before: Mapping[Any, msgspec.Raw], after: Mapping[Any, msgspec.Raw], empty: Mapping[Any, bytes]
) -> tuple[dict[Any, msgspec.Raw], dict[Any, msgspec.Raw]]:
    """Both, with an empty object for each frame that says the same in both; `empty` are those that tell a number."""
    alike = {
        key: msgspec.Raw(empty.get(key, b"{}"))
        for key, frame in before.items()
        if key in after and _is_alike(frame, after[key])
    }
    return {**before, **alike}, {key: alike.get(key, frame) for key, frame in after.items()}


def _is_alike(before: msgspec.Raw, after: msgspec.Raw) -> bool:
    old, new = bytes(before), bytes(after)
    return old[:1] == new[:1] == b"{" and (old == new or same(old, new))
