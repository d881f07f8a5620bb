"""The ids of labels without one of their own: in older stores drawn, now made of their content."""

import re
import zlib
from typing import Any

import msgspec

from labelstore.engines.older_store import OlderStore
from labelstore.formats.decoding import Decoded, RecordDecoder
from labelstore.formats.naming import content_digest, is_unnamed, unnamed
from labelstore.formats.v1.record import Element
from labelstore.formats.v1.shred import label_id_of
from labelstore.schema.tables import NODE_BITS, Rows, columns, node_place

_DERIVED = re.compile(r"^unnamed-|/unnamed(?:#\d+)?$")
"""Ids of ours in older stores: of labels without one, in v2 behind the project or model run and the data row."""


class TakenIds:
    """The ids that labels of the new store have so far."""

    def __init__(self, old: OlderStore) -> None:
        self._old = old
        self._found: set[str] = set()
        """The ids of labels that the old store had no rows for."""
        self._derived: set[str] = set()
        """Derived ids, and those of frames and versions of the labels that have them."""

    def take(self, derived_id: str) -> bool:
        """Take a derived id; False if it is taken already."""
        if derived_id in self._derived:
            return False
        self._derived.add(derived_id)
        return True

    def take_numbered(self, label_id: str) -> str:
        """Take the id, with a number if another record of the store has the very same label."""
        found, repeats = label_id, 1
        while not self.take(found):
            repeats += 1
            found = f"{label_id}#{repeats}"
        return found

    def take_new(self, label_ids: set[str]) -> bool:
        """Take ids of labels that stood in `extra`; False if the old store has other labels of these ids."""
        sql = "select 1 from labels where label_id = $label_id"
        if not label_ids.isdisjoint(self._found) or any(self._old.rows(sql, label_id=name) for name in label_ids):
            return False
        self._found |= label_ids
        return True


def rename_version(version: dict[str, Any], taken: TakenIds) -> bool:
    """Give an earlier version of a label without an id the one of its content; False if it is there already."""
    if _DERIVED.search(version["label_id"]) is None:
        return True
    label = msgspec.json.decode(zlib.decompress(version["json"]))
    if isinstance(label.get("ID" if version["generation"] == "v1" else "id"), str):
        return True
    place, slash, _ = version["label_id"].rpartition("/")
    version["label_id"] = place + slash + unnamed(content_digest(label))
    return taken.take(f"{version['label_id']} {version['load_id']} {version['replaced_by']}")


def is_derived(label_id: str, record: Decoded) -> bool:
    """Whether an id of a record's label is made of the label's content."""
    return is_unnamed(label_id) and not (isinstance(record, Element) and record.label_id is not None)


def new_ids_of_framed(old: OlderStore) -> dict[str, str]:
    """The ids that labels without one get, by those they have, of labels with frames files."""
    names: dict[str, str] = {}
    for (label_id,) in old.rows("select distinct label_id from frames where label_id like 'unnamed-%'"):
        for (text,) in old.rows("select json from label_json where label_id = $label_id", label_id=label_id):
            element = RecordDecoder()(text.encode())
            if isinstance(element, Element) and element.label_id is None:
                names[label_id] = label_id_of(element)
    return names


def rename_labels(rows: Rows, record_id: int, label_ids: dict[str, str]) -> None:
    """Give the labels of the last record other ids; a v1 record is known by that of its label."""
    for table, names in columns().items():
        renamed = [at for at, name in enumerate(names) if name in ("label_id", "identity")]
        for number, row in enumerate(rows.by_table.get(table, ())):
            if renamed and row[node_place(table)] >> NODE_BITS == record_id:
                values = [label_ids.get(value, value) if at in renamed else value for at, value in enumerate(row)]
                rows[table][number] = tuple(values)
