"""Labels that a load brought several times, and that are in the end what they were before it: they are unchanged."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any, NamedTuple

from labelstore.engines.database import Database, StoredLabel
from labelstore.loading.report import Report
from labelstore.loading.respelling import is_same_content

_TOGETHER = 200
_PUT_BACK = """
    update records set load_id = ?, position = ?, url_load_id = ?, byte_offset = case when
        (select sha256 from loads where load_id = ?) = (select sha256 from loads where load_id = ?) then byte_offset end
    where record_id = ?
"""
"""The byte offset is known where both loads are of the same file."""


class OwnReplaced:
    """What a load replaced of its own: `labels` by id, and the records that lost some of them."""

    def __init__(self, first_load: int) -> None:
        self.first_load = first_load
        self.labels: set[str] = set()
        self.records: set[int] = set()

    def add(self, taken: Iterable[StoredLabel]) -> None:
        """Note labels that are replaced, if this load brought them."""
        for label in taken:
            if label.load_id >= self.first_load:
                self.labels.add(label.label_id)
                self.records.add(label.record_id)


class _Before(NamedTuple):
    """A label before the load, as `versions` has it."""

    load_id: int
    position: int | None
    json: bytes


def settle_restored(database: Database, report: Report, replaced: OwnReplaced) -> None:
    """Give records whose labels are all as they were before this load the place they had, and drop those versions."""
    records = set(replaced.records)
    for some in _parts(sorted(replaced.labels)):
        records.update(label.record_id for label in database.labels_named(some))
    for ids in _parts(sorted(records)):
        labels = [label for label in database.labels_of(ids) if label.load_id >= replaced.first_load]
        label_ids = [label.label_id for label in labels]
        before = dict(_before(database, label_ids, replaced.first_load))
        texts = database.labels_json(label_ids) if before else {}
        as_before = {
            label_id
            for label_id, version in before.items()
            if is_same_content(texts.get(label_id, "null").encode(), zlib.decompress(version.json))
        }
        labels.sort(key=lambda label: label.record_id)
        for record_id, members in groupby(labels, lambda label: label.record_id):
            _settle(database, report, record_id, list(members), before, as_before)


def _settle(
    database: Database,
    report: Report,
    record_id: int,
    labels: Sequence[StoredLabel],
    before: dict[str, _Before],
    as_before: set[str],
) -> None:
    names = [label.label_id for label in labels]
    places = {before[name][:2] for name in names if name in as_before}
    if not as_before.issuperset(names) or len(places) != 1:
        return
    (load_id, position), now = places.pop(), labels[0].load_id
    database.execute(_PUT_BACK, (load_id, position, now, load_id, now, record_id))
    for name in names:
        database.execute(
            "delete from versions where label_id = ? and replaced_by >= ?", (name, report.files[0].load_id)
        )
    file = next(file for file in report.files if file.load_id == now)
    if file.changed:
        file.changed, file.unchanged = file.changed - 1, file.unchanged + 1
        sql = "update loads set changed = changed - 1, unchanged = unchanged + 1 where load_id = ?"
        database.execute(sql, (now,))


def _before(database: Database, label_ids: Sequence[str], first_load: int) -> Iterator[tuple[str, _Before]]:
    for some in _parts(label_ids):
        sql = (
            "select label_id, load_id, position, json from versions where load_id < ? and replaced_by >= ?"
            f" and label_id in ({', '.join('?' * len(some))})"
        )
        for label_id, load_id, position, stored in database.query(sql, (first_load, first_load, *some)).rows:
            yield label_id, _Before(load_id, position, bytes(stored))


def _parts(values: Sequence[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while some := list(islice(rest, _TOGETHER)):
        yield some
