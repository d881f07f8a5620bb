"""The records of an older store, each with its JSON as the store's own views give it."""

from collections.abc import Iterator
from typing import NamedTuple

from labelstore.engines.older_store import OlderStore
from labelstore.schema.tables import node_range


class OldRecord(NamedTuple):
    """One record of the old store; `label_ids` in the order of its text."""

    record_id: int
    load_id: int
    position: int
    byte_offset: int
    generation: str
    identity: str
    content_hash: bytes | None
    url_hash: bytes | None
    url_load_id: int | None
    raw: bytes
    label_ids: list[str]


def batches(store: OlderStore) -> Iterator[list[OldRecord]]:
    """All records in the order of their numbers."""
    urls = "null, null" if store.version == 1 else "url_hash, url_load_id"
    sql = (
        f"select record_id, load_id, position, byte_offset, generation, identity, content_hash, {urls} from records"
        f" where record_id > $last order by record_id limit {store.batch_records}"
    )
    last = -1
    while found := store.rows(sql, last=last):
        first, last = found[0][0], found[-1][0]
        texts, label_ids = store.rebuilt(first, last), _label_ids(store, first, last)
        yield [OldRecord._make((*row, texts[row[0]].encode(), label_ids.get(row[0], []))) for row in found]


def _label_ids(store: OlderStore, first: int, last: int) -> dict[int, list[str]]:
    sql = "select record_id, label_id from labels where node_id between $first and $last order by node_id"
    found: dict[int, list[str]] = {}
    for record_id, label_id in store.rows(sql, first=node_range(first)[0], last=node_range(last)[1]):
        found.setdefault(record_id, []).append(label_id)
    return found
