"""What the programs of both generations make rows of in the same way."""

from typing import Any

import msgspec

from labelstore.formats.asset_types import LAYER_KEY
from labelstore.formats.compiled.assembler import Assembler
from labelstore.formats.compiled.operands import NOTHING, Kind, Operand
from labelstore.formats.kinds import TABLES
from labelstore.formats.messages import Author, PlainConversation, PlainMessage

_BOX = {"top": "max_y", "left": "min_x", "height": "height", "width": "width", "coordinates": "coordinates"}
"""Column of a box in longitude and latitude → what is told of the ring around it."""


class _AnyObject(msgspec.Struct):
    """A JSON object with any members."""


def is_tile_layer(code: Assembler, row_data: Operand) -> Operand:
    """Whether an asset is given as tiled imagery, as `asset_types.is_tile_layer` says."""
    found = code.register(code.contains(row_data, LAYER_KEY))
    with code.when(found):
        code.hand_back_if(code.is_none(code.read(_AnyObject, row_data).itself))
    return found


def add_messages(code: Assembler, row_data: Operand, **of_data_row: Any) -> None:
    """Add the messages of a conversation given as JSON, if they are plain ones with ids of their own."""
    asset = code.read(PlainConversation, row_data)
    code.hand_back_if(code.is_none(asset.itself))
    with code.each(asset["messages"]) as loop:
        message = loop.item(PlainMessage)
        with code.each(asset["messages"]) as others:
            code.look()
            is_same = code.is_equal(others.item(PlainMessage)["message_id"], message["message_id"])
            with code.when(is_same), code.unless(code.is_equal(others.ordinal, loop.ordinal)):
                code.hand_back()
        author = code.item(Author, message["author"])
        sender = code.chosen(author["name"], author["name"], author["user_id"])
        with code.unless(sender):
            code.hand_back()
        code.plain_row(
            "messages",
            node_id=code.next(),
            ordinal=loop.ordinal,
            message_id=message["message_id"],
            sender=sender,
            text=message["text"],
            **of_data_row,
        )


def add_geometry(code: Assembler, kind: Operand, coordinates: Operand, object_id: Operand) -> None:
    """Add the row of an object of a kind in longitude and latitude: of a point, a line, or one ring."""
    path = code.path(coordinates)
    is_ring = code.is_kind(path["area"], Kind.REAL)
    is_line = code.chosen(is_ring, False, path["coordinates"])
    fitting = {
        "point": code.is_kind(coordinates, Kind.LIST),
        "bounding_box": is_ring,
        "polygon": is_ring,
        "polyline": is_line,
    }
    with code.alternatives() as found:
        for name, fits in fitting.items():
            with found.when(code.is_equal(kind, name)):
                code.hand_back_unless_any(fits)
                if name == "point":
                    x, y = code.register(), code.register(NOTHING)
                    with code.each(coordinates) as loop:
                        code.copy(x, y)
                        code.copy(y, loop.value)
                    code.plain_row(TABLES[name], object_id=object_id, x=x, y=y, form="geo")
                elif name == "bounding_box":
                    box = {column: path[told] for column, told in _BOX.items()}
                    code.plain_row(TABLES[name], object_id=object_id, **box)
                else:
                    code.path_row(TABLES[name], coordinates, object_id, form="geo")
        code.hand_back()
