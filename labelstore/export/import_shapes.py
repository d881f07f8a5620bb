"""What annotation imports of Labelbox say of an object: where it is, or which messages it picks."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from labelstore.export.annotations import Object
from labelstore.export.bitmaps import mask_of, png_of
from labelstore.export.exporter import Export
from labelstore.export.shapes import Ring, box_of, parts_of, points_of
from labelstore.formats.kinds import KINDS

IN_FRAMES: Final = ("bounding_box", "point", "polyline")
"""The kinds that imports take in frames of videos."""

_UNREADABLE: Final = "without a geometry that can be read"
_FORMATS: Final = {kind.name: kind.tool for kind in KINDS}
"""What imports call the tasks of messages."""

Said = list[dict[str, Any]] | str
"""The members of each annotation that an object becomes; or why it becomes none."""


class _Token(msgspec.Struct):
    """A group of tokens of a document."""

    id: str
    page_number: int
    tokens: list[str]


_groups = msgspec.json.Decoder(list[_Token])


def said(export: Export, one: Object, *, on_pages: bool = False) -> Said:
    """The members that say where an object is; `on_pages`: in a document."""
    say = _SAYS.get(one.kind)
    if say is None:
        return "imports have no such objects"
    found = say(export, one)
    if on_pages and one.kind == "bounding_box" and not isinstance(found, str):
        if one.page is None:
            return "names no page"
        return [members | {"page": int(one.page), "unit": one.unit or "POINTS"} for members in found]
    return found


def _box(export: Export, one: Object) -> Said:
    if one.coordinates is not None and one.top is not None and one.height is not None:
        # on maps: from the lowest latitude, as the SDK writes it
        left, top, width, height = one.left, one.top - one.height, one.width, one.height
    elif (box := box_of(one)) is not None:
        left, top, width, height = box
    else:
        return _UNREADABLE
    values = {"top": top, "left": left, "height": height, "width": width}
    return [{"bbox": {name: export.rounded(value or 0) for name, value in values.items()}}]


def _polygon(export: Export, one: Object) -> Said:
    parts = parts_of(one)
    one.holes = sum(len(part.holes) for part in parts)
    return [{"polygon": _points(export, part.outline)} for part in parts] or _UNREADABLE


def _polyline(export: Export, one: Object) -> Said:
    return [{"line": _points(export, line)} for line in points_of(one)] or _UNREADABLE


def _point(export: Export, one: Object) -> Said:
    return [{"point": point} for line in points_of(one) for point in _points(export, line)] or _UNREADABLE


def _mask(export: Export, one: Object) -> Said:
    bitmap = mask_of(export, one)
    if isinstance(bitmap, str):
        return bitmap
    return [{"mask": {"png": b64encode(png_of(bitmap)).decode("ascii")}}]  # of 0 and 1, not 255


def _entity(export: Export, one: Object) -> Said:
    if one.location is not None:
        return _tokens(one.location)
    if one.start is None or one.end is None or one.start > one.end:
        return _UNREADABLE
    members: dict[str, Any] = {"location": {"start": one.start, "end": one.end}}
    return [members if one.message_id is None else members | {"messageId": one.message_id}]


def _tokens(location: str) -> Said:
    """The groups of tokens of a v2 entity; v1 has only the boxes around them."""
    try:
        groups = _groups.decode(location)
    except msgspec.DecodeError:
        return "does not name the tokens of the document"
    if not groups or min(group.page_number for group in groups) < 1:
        return "imports count pages from 1"
    return [
        {
            "textSelections": [
                {"groupId": group.id, "tokenIds": group.tokens, "page": group.page_number} for group in groups
            ]
        }
    ]


def _messages(export: Export, one: Object) -> Said:
    found = one.messages
    if not found or None in {name for message in found for name in message[:3]}:
        return "does not name its messages, their models and what they reply to"
    picked = [{"messageId": message.message_id, "modelConfigName": message.model_config_name} for message in found]
    data: dict[str, Any] = {"parentMessageId": found[0].parent_message_id}
    if one.kind == "message_ranking":
        if sorted(message.rank or 0 for message in found) != [*range(1, len(found) + 1)]:
            return "its ranks are not 1, 2, 3 and so on"
        ranks = (int(message.rank or 0) for message in found)
        data |= {"rankedMessages": [message | {"order": rank} for message, rank in zip(picked, ranks, strict=True)]}
    elif one.kind == "message_multi_selection":
        data |= {"selectedMessages": picked}
    else:
        data |= picked[0]
    return [{"messageEvaluationTask": {"format": _FORMATS[one.kind], "data": data}}]


def _points(export: Export, ring: Ring) -> list[dict[str, float]]:
    return [{"x": export.rounded(x), "y": export.rounded(y)} for x, y in ring]


_SAYS: Final[Mapping[str, Callable[[Export, Object], Said]]] = {
    "bounding_box": _box,
    "polygon": _polygon,
    "polyline": _polyline,
    "point": _point,
    "mask": _mask,
    "text_entity": _entity,
    "message_single_selection": _messages,
    "message_multi_selection": _messages,
    "message_ranking": _messages,
}
