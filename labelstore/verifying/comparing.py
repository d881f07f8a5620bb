"""Batches of records compared with what the views give, by threads beside the one that reads the files.

SQLite, DuckDB and the compiled core let other threads run while they work.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import local
from types import TracebackType
from typing import Any, NamedTuple, Self

from labelstore.core.equality import same_each
from labelstore.core.library import library
from labelstore.engines.database import Database
from labelstore.engines.pieces import Joined, elements, unmarked
from labelstore.files import Broken, Record
from labelstore.formats.shredding import hashes
from labelstore.json.equality import Comparison
from labelstore.schema.generations import CODE_BITS

_MANY = 10
"""Of fewer records each is hashed."""


class Batch(NamedTuple):
    """Some items of a file, one after another, and how far it has been read after them."""

    items: Sequence[Record[Any] | Broken]
    bytes_read: int


class _Own(local):
    """What each thread has: a connection to the store, and what it learned of the records."""

    database: Database | None = None
    comparison: Comparison


class Comparer:
    """Compares by so many threads, with connections beside `database`; one compares in the thread that asks."""

    def __init__(self, database: Database, threads: int) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._beside = [database.beside() for _ in range(threads)] if threads > 1 else []
        self._free = self._beside.copy() or [database]
        self._own = _Own()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        for database in self._beside:
            database.close()

    def compared(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, set[int]]]:
        """The batches in their order, each with the positions of records that the store surely returns as they are.

        All others have to be looked at.
        """
        begun: deque[tuple[Batch, Future[set[int]]]] = deque()
        for batch in batches:
            if self._pool is None:
                yield batch, self._equal(batch)
                continue
            begun.append((batch, self._pool.submit(self._equal, batch)))
            if len(begun) > self._threads:
                first, found = begun.popleft()
                yield first, found.result()
        for batch, found in begun:
            yield batch, found.result()

    def _equal(self, batch: Batch) -> set[int]:
        database, comparison = self._mine()
        records = [item for item in batch.items if isinstance(item, Record)]
        known = _in_file_order(database, records)
        equal = _same(database, comparison, records, known)
        left = [record for record in records if record.position not in equal]
        by_content = {
            position: record_id
            for position, record_id in _by_content(database, left).items()
            if record_id != known.get(position)
        }
        return equal | _same(database, comparison, left, by_content)

    def _mine(self) -> tuple[Database, Comparison]:
        own = self._own
        if own.database is None:
            own.database, own.comparison = self._free.pop(), Comparison()
        return own.database, own.comparison


def _by_content(database: Database, records: Sequence[Record[Any]]) -> dict[int, int]:
    """Positions of records whose content the store has, with the ids there."""
    contents = [hashes(record.raw).content for record in records]
    stored = database.records_with(contents)
    return {
        record.position: stored[content].record_id
        for record, content in zip(records, contents, strict=True)
        if content in stored
    }


def _in_file_order(database: Database, records: Sequence[Record[Any]]) -> dict[int, int]:
    """The same for records between two that stand as far apart in the store: likely they are those between, too.

    So they are not hashed. Numbers of records follow their positions in the file that a load reads.
    """
    if len(records) < _MANY:
        return {}
    ends = records[0].position, records[-1].position
    found = _by_content(database, [records[0], records[-1]])
    first, last = (found.get(position, -1) >> CODE_BITS for position in ends)
    if min(first, last) < 0 or last - first != ends[1] - ends[0]:
        return {}
    ids = database.records_between(found[ends[0]], found[ends[1]])
    return {ends[0] + (record_id >> CODE_BITS) - first: record_id for record_id in ids}


def _same(
    database: Database, comparison: Comparison, records: Sequence[Record[Any]], known: Mapping[int, int]
) -> set[int]:
    """Positions of the records that surely say what the store has under the id that is known of each."""
    by_id: dict[int, list[Record[Any]]] = {}
    for record in records:
        if (record_id := known.get(record.position)) is not None:
            by_id.setdefault(record_id, []).append(record)
    equal: set[int] = set()
    for joined in database.joined(list(by_id)):
        of_each = [by_id[record_id] for record_id in joined.record_ids]
        firsts = [first.raw for first, *_ in of_each]
        for some, raw, is_same in zip(of_each, firsts, _verdicts(firsts, joined, comparison), strict=True):
            if is_same:
                equal.update(record.position for record in some if record.raw == raw)
    return equal


def _verdicts(expected: Sequence[bytes], joined: Joined, comparison: Comparison) -> list[bool]:
    """Whether each text surely says what its record does; what the compiled core leaves open, Python looks at."""
    core = library()
    count = len(expected)
    verdicts = [False] * count if core is None else same_each(core, expected, joined.pieces)
    if all(verdicts):
        return verdicts
    # where these are not as many values, one of them spoils all: the views give them one by one then
    texts = elements(unmarked(joined.pieces), count) or [b""] * count
    return [
        is_same or comparison.same_and_plain(raw, text)
        for is_same, raw, text in zip(verdicts, expected, texts, strict=True)
    ]
