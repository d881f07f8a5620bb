"""All records of one generation as texts of another."""

from array import array
from collections.abc import Iterator

import msgspec

from labelstore.export.exporter import Export
from labelstore.export.turning.reading import elements, lines
from labelstore.export.turning.to_v1 import elements_of
from labelstore.export.turning.to_v2 import line_of
from labelstore.formats.decoding import deep_calls
from labelstore.formats.lenient_decoding import unfitted

_encode = msgspec.json.Encoder().encode


def v1_as_v2(export: Export, nodes: "array[int] | None") -> Iterator[bytes]:
    """The v1 labels, all or those with these nodes, as lines of v2."""
    for told in elements(export.database, nodes):
        with deep_calls():
            text = _encode(unfitted(line_of(told, export.account)))
        yield text


def v2_as_v1(export: Export, nodes: "array[int] | None") -> Iterator[bytes]:
    """The v2 labels, all or those with these nodes, as elements of v1."""
    for line, asset_type in lines(export.database, nodes):
        with deep_calls():
            texts = [_encode(unfitted(one)) for one in elements_of(line, asset_type, export.account)]
        yield from texts
