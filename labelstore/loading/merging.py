"""The stores that several processes made side by side put together to what one process would have made."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from itertools import groupby

from labelstore.engines.sqlite import SqliteDatabase
from labelstore.errors import NeedsOneProcess
from labelstore.loading.label_removal import LabelRemoval
from labelstore.schema.dialects import SQLITE
from labelstore.schema.generations import generation_in, generation_named
from labelstore.schema.tables import columns, content_tables

_INDEX_NAME = re.compile(r"\bindex (\w+)")
_REPEATED = """
    select r.identity, r.generation, r.record_id, r.load_id, r.content_hash, r.url_hash
    from (
        select identity, generation from records where identity is not null group by 1, 2 having count(*) > 1
    ) as again
    cross join records as r on r.identity = again.identity and r.generation = again.generation
    order by r.identity, r.generation, r.record_id"""
"""`cross join` keeps SQLite from a scan of all records, most of which are there once."""


def merge(
    database: SqliteDatabase, parts: Mapping[str, Mapping[int, int]], replaced_ids: Collection[str]
) -> Counter[tuple[int, str]]:
    """Copy the rows of attached stores, whose nodes do not meet, into a new store.

    `parts`: for the name of each of them, load id → what the positions of its records lack. `replaced_ids` has the
    identities of which one part alone read records that differ, or that took labels from each other.

    Of records about the same label or data row one stays; the others are given by load and what a load in their
    order would have counted them as, unchanged or repeated. Raises `NeedsOneProcess` where only such a load knows
    that: for lines of v2 that differ or share a label, for what differs between loads, which becomes a version, and
    for records of several parts of which one has only the last of its own.
    """
    *of_records, of_labels = lookups = list(SQLITE.statements("lookups.sql"))
    for statement in lookups:
        database.execute("drop index " + _INDEX_NAME.search(statement)[1])  # type: ignore[index]
    for part, shifts in parts.items():
        for table in (*content_tables(), "rejects", "versions"):
            database.execute(f"insert into main.{table} select {_shifted(table, shifts)} from {part}.{table}")
        database.counters.add_those_of(part)
    for statement in of_records:
        database.execute(statement)
    again = _drop_repeated(database, replaced_ids)
    _drop_labels_again(database, replaced_ids)
    database.execute(of_labels)
    return again


def _shifted(table: str, shifts: Mapping[int, int]) -> str:
    """The columns of a table, `position` set right; a bare `*`, which is quicker, where that changes nothing."""
    if not ({"load_id", "position"} <= columns()[table].keys() and any(shifts.values())):
        return "*"
    cases = " ".join(f"when {load_id} then {shift}" for load_id, shift in shifts.items())
    return ", ".join(
        f"position + case load_id {cases} else 0 end" if name == "position" else name for name in columns()[table]
    )


def _drop_repeated(database: SqliteDatabase, replaced_ids: Collection[str]) -> Counter[tuple[int, str]]:
    again: Counter[tuple[int, str]] = Counter()
    dropped = []
    for (identity, generation), records in groupby(database.query(_REPEATED).rows, lambda row: row[:2]):
        if identity in replaced_ids:
            raise NeedsOneProcess(f"{identity}: told about several times in one part and in others")
        stays, *others = (record[2:] for record in records)
        for record in others:
            (older, before, content, urls), (newer, load_id, *digests) = stays, record
            same = content is not None and content == digests[0]
            again[load_id, "unchanged" if same else "repeated"] += 1
            if same and urls == digests[1]:
                dropped.append(newer)
            elif before == load_id and (same or generation_named(generation).record_is_label):
                dropped.append(older)
                stays = record
            else:
                raise NeedsOneProcess(f"{identity}: told about in different ways")
    database.delete_records(dropped)
    return again


def _drop_labels_again(database: SqliteDatabase, replaced_ids: Collection[str]) -> None:
    """Take labels out of older records if newer ones bring them too."""
    sql = "select label_id, max(record_id) from labels group by label_id having count(*) > 1"
    again = list(database.query(sql).rows)
    if not again:
        return
    removal = LabelRemoval(database)
    database.execute("create index labels_again on labels (label_id)")
    for label_id, newest in again:
        labels = database.labels_named([label_id])
        if label_id in replaced_ids or len({label.load_id for label in labels}) > 1:
            raise NeedsOneProcess(f"{label_id}: in several files, or several times in one part")
        if sum(not generation_in(label.record_id).record_is_label for label in labels) > 1:
            raise NeedsOneProcess(f"{label_id}: in several lines, of which the last may lack blocks")
        removal.take_out([label for label in labels if label.record_id != newest])
    removal.close_gaps()
    database.execute("drop index labels_again")
