"""The records of a generation, decoded; of v1 those about one data row together, with the frames of their files."""

from array import array
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from labelstore.engines.database import MARKS, Database
from labelstore.export.annotations import Annotations, annotations
from labelstore.export.chosen_records import record_texts
from labelstore.formats.decoding import RecordDecoder
from labelstore.formats.v1.record import Element, Frame
from labelstore.formats.v2.record import Line
from labelstore.schema.tables import NODE_BITS

_TOGETHER: Final = 256
_NODES: Final = 100_000
"""Records are read so many at a time, or those of so many nodes."""
_ELEMENTS: Final = """
select record_id, data_row_id, asset_type, end_id - node_id as nodes
from (
    select record_id, data_row_id, asset_type, node_id, end_id,
        min(record_id) over (partition by data_row_id) as first
    from records
    where generation = 'v1'
) as r
order by first, record_id
"""
_LINES: Final = "select record_id, asset_type from records where generation = 'v2' order by record_id"
_FRAMES: Final = "select frame_id from frames where label_id = ? order by frame_number, frame_id"
_HAS_FRAMES: Final = "select 1 from records where generation = 'frames' limit 1"


class Told(NamedTuple):
    """A v1 element, with the type of its asset and the id of its label."""

    element: Element
    asset_type: str
    label_id: str
    frames: Iterator[Frame]
    """Those that came in a file of their own."""
    parts: Iterator[Annotations]
    """What the store holds of it."""


def elements(database: Database, nodes: "array[int] | None" = None) -> Iterator[list[Told]]:
    """The v1 labels of one data row at a time, in the order of the first of them; all, or those with these nodes."""
    has_frames = database.value(_HAS_FRAMES) is not None
    decode = RecordDecoder()
    for rows in _batches(database, None if nodes is None else {node >> NODE_BITS for node in nodes}):
        texts = dict(database.rebuilt([row[0] for row in rows]))
        ids = dict(database.select_in(f"select record_id, label_id from labels where record_id in ({MARKS})", [*texts]))
        for _, some in groupby(rows, itemgetter(1)):
            yield [
                Told(
                    decode(texts.pop(record_id)),  # type: ignore[arg-type]
                    asset_type,
                    ids[record_id],
                    _frames(database, ids[record_id]) if has_frames else iter(()),
                    annotations(database, nodes=[record_id << NODE_BITS]),
                )
                for record_id, _, asset_type, _ in some
            ]


def lines(database: Database, nodes: "array[int] | None" = None) -> Iterator[tuple[Line, str]]:
    """The v2 lines, with the types of their assets; all, or those with these labels and without others."""
    decode = RecordDecoder()
    if nodes is not None:
        asset_type = "select asset_type from records where record_id = ?"
        for record_id, text in record_texts(database, "v2", nodes):
            yield decode(text), database.value(asset_type, (record_id,))  # type: ignore[misc]
        return
    last: Any = database.value("select max(record_id) from records")
    asset_types = database.query(_LINES).rows
    for text in database.rebuilt_all("v2", 0, -1 if last is None else last):
        yield decode(text), next(asset_types)[1]  # type: ignore[misc]


def _batches(database: Database, wanted: set[int] | None) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of the elements, all or those with these ids; those of one data row never apart."""
    batch: list[tuple[Any, ...]] = []
    nodes = 0
    for _, found in groupby(database.query(_ELEMENTS).rows, itemgetter(1)):
        rows = [row for row in found if wanted is None or row[0] in wanted]
        size = sum(row[3] for row in rows)
        if batch and (len(batch) + len(rows) > _TOGETHER or nodes + size > _NODES):
            yield batch
            batch, nodes = [], 0
        batch += rows
        nodes += size
    if batch:
        yield batch


def _frames(database: Database, label_id: str) -> Iterator[Frame]:
    """The lines of the frames file of a label."""
    decode = RecordDecoder(among_frames=True)
    found = [frame_id >> NODE_BITS for (frame_id,) in database.query(_FRAMES, (label_id,)).rows]
    generations = dict(
        database.select_in(f"select record_id, generation from records where record_id in ({MARKS})", found)
    )
    ids = [record_id for record_id in found if generations.get(record_id) == "frames"]
    for start in range(0, len(ids), _TOGETHER):
        some = ids[start : start + _TOGETHER]
        texts = dict(database.rebuilt(some))
        for record_id in some:
            yield decode(texts.pop(record_id))  # type: ignore[misc]
