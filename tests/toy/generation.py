"""What a record of the toy generation is, its rows, and the view that writes it back."""

from typing import Any

from labelstore.formats.pieces import view
from labelstore.formats.record_kinds import Json, RecordKind, Source
from labelstore.formats.walk import Walk
from labelstore.schema.generations import GENERATIONS
from labelstore.schema.tables import Rows
from tests.toy.pieces import PIECES
from tests.toy.record import AboutAsset, Box, Record, Thing


def shred(record: Record, record_id: int, rows: Rows, source: Source, _: str) -> None:
    walk = Walk(rows, record_id)
    walk.label_id = record.label.label_id
    objects = 0
    for thing, object_id, ordinal, closes in walk.elements(Thing, record.things or ()):
        objects += 1
        kind = "unknown" if thing.frame is None else "bounding_box"
        rows["objects"].append(
            Thing.row(thing, object_id=object_id, label_id=walk.label_id, ordinal=ordinal, closes=closes, kind=kind)
        )
        if thing.frame is not None:
            rows["bounding_boxes"].append(Box.row(thing.frame, object_id=object_id))
    where: dict[str, Any] = {
        "node_id": walk.first, "record_id": record_id, "end_id": walk.next(), "generation": "v3",
    }  # fmt: skip
    load_id, position, byte_offset, content_hash, url_hash = source
    rows["records"].append(
        AboutAsset.row(
            record,
            load_id=load_id,
            position=position,
            byte_offset=byte_offset,
            identity=walk.label_id,
            content_hash=content_hash,
            url_hash=url_hash,
            asset_type="image",
            **where,
        )
    )
    rows["labels"].append(
        Record.row(record, data_row_id=record.asset.data_row_id, shape="v3", objects_total=objects, **where)
    )
    rows.unread += walk.unread


def is_one(value: Json, _: bool) -> bool:
    return isinstance(value.get("asset"), dict) and isinstance(value.get("label"), dict)


RECORDS = (
    RecordKind(
        "v3",
        Record,
        is_one=is_one,
        is_nameless=lambda _: False,
        identity=lambda record: str(record.label.label_id),
        shred=shred,
        label_ids=lambda record: [record.label.label_id],
    ),
)


def view_text() -> str:
    """The view that writes the records back."""
    return view(GENERATIONS["v3"], PIECES)
