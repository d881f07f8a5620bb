"""The rows of a published record, shredded from its JSON as a load does it."""

import re
from typing import Any

from labelstore.formats.decoding import RecordDecoder
from labelstore.formats.shredding import shred
from labelstore.publishing.records import RecordRedactor
from labelstore.publishing.selecting import StoredRecord
from labelstore.schema.tables import NODE_BITS, Row, Rows, columns, node_place

_OWN_LABEL, _OWN_DATA_ROW = "unnamed-", "asset-"
"""How ids begin that are digests of what the export says."""

_OWN_IN_LINE = re.compile(r"(?<=/)unnamed-[0-9a-f]{16}(?=#\d+$|$)")
"""The part of a v2 label's id that is one."""

_IDS = ("label_id", "data_row_id", "identity")


def published_id(json: RecordRedactor, id: str, data_row_id: str | None = None) -> str:
    """The id of a label or data row in the published store: another for digests, by which content could be guessed."""
    if data_row_id is not None and data_row_id.startswith(_OWN_DATA_ROW):
        id = id.replace(data_row_id, published_id(json, data_row_id))
    for own in (_OWN_LABEL, _OWN_DATA_ROW):
        if id.startswith(own):
            return own + json.redactor.digest(id)
    return json.identity(_OWN_IN_LINE.sub(lambda own: _OWN_LABEL + json.redactor.digest(own[0]), id))


def add_rows(record: StoredRecord, raw: bytes, json: RecordRedactor, decode: RecordDecoder, rows: Rows) -> None:
    """Add the rows of a published record to `rows`, under the number it has; `raw` is its JSON without secrets.

    It has no hashes and no place in its file's bytes, which could confirm a guess of what it was.
    """
    frames_of = published_id(json, record.frames_of)
    before = len(rows["labels"])
    source = (record.load_id, record.position, None, None, None)
    value = RecordDecoder(True)(raw) if frames_of else decode(raw)
    shred(value, raw, record.record_id, rows, source, frames_of)
    own = rows["records"][-1]
    names = list(columns()["records"])
    renamed: dict[Any, str] = {}
    if record.data_row_id is not None and record.derived_id:
        renamed[own[names.index("data_row_id")]] = published_id(json, record.data_row_id)
    elif record.data_row_id is not None:
        renamed[own[names.index("data_row_id")]] = json.identity(record.data_row_id)
    at = list(columns()["labels"]).index("label_id")
    for number, key in enumerate(record.labels, before):
        row = rows["labels"][number]
        project_id = None if key.project_id is None else json.identity(key.project_id)
        rows["labels"][number] = _with(row, "labels", project_id=project_id)
        renamed[row[at]] = published_id(json, key.label_id, record.data_row_id if record.derived_id else None)
    if len(rows["labels"]) - before != len(record.labels):
        raise ValueError("has other labels than its JSON")
    rows["records"][-1] = _with(own, "records", asset_type=record.asset_type)
    _rename(rows, record.record_id, {old: new for old, new in renamed.items() if old != new})


def _with(row: Row, table: str, **values: Any) -> Row:
    """A row with other values in some columns."""
    return tuple(values.get(name, value) for name, value in zip(columns()[table], row, strict=True))


def _rename(rows: Rows, record_id: int, ids: dict[Any, str]) -> None:
    """Give the labels and the data row of the last record other ids, and the record the identity that follows."""
    if not ids:
        return
    for table, names in columns().items():
        places = [at for at, name in enumerate(names) if name in _IDS]
        if not places:
            continue
        found = rows.by_table.get(table, [])
        for number in range(len(found) - 1, -1, -1):
            row = found[number]
            if row[node_place(table)] >> NODE_BITS != record_id:
                break
            values = list(row)
            for at in places:
                values[at] = _renamed(values[at], ids)
            found[number] = tuple(values)


def _renamed(value: Any, ids: dict[Any, str]) -> Any:
    if not isinstance(value, str) or value in ids:
        return ids.get(value, value)
    for old, new in ids.items():
        if value.startswith("[") and f'"{old}"' in value:  # the identity of a v2 line
            value = value.replace(f'"{old}"', f'"{new}"')
    return value
