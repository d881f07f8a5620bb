"""All records of one generation, rebuilt from the views; of a large SQLite store by several processes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from labelstore.engines import engine_at, open_database
from labelstore.engines.database import Database
from labelstore.export.exporter import Chunks, Export
from labelstore.files.outputs import folder_for_parts
from labelstore.workers import helpers, result_of, send_task, useful_jobs

_CHUNK = 1 << 20


def rebuilt_records(
    export: Export,
    *,
    generation: str,
    more: Callable[[Export], Iterator[bytes]],
    between: bytes,
    before: bytes = b"",
    after: bytes = b"",
) -> Chunks:
    """The bytes of a file: records of a generation, then `more`, and what stands before, between and after them."""
    database = export.database
    jobs = useful_jobs(export.jobs, database.path) if engine_at(database.path).gains_from_processes else 1
    with helpers(__name__, jobs - 1) as others, folder_for_parts(export.out) as folder:
        first, *rest = _id_ranges(database, generation, jobs)
        parts = [folder / str(number) for number in range(1, jobs)]
        for helper, part, ids in zip(others, parts, rest, strict=True):
            task = {"store": str(database.path), "generation": generation, "ids": ids, "out": str(part)}
            send_task(helper, {**task, "between": between.decode()})
        yield before
        for text in _joined(database, generation, first, between):
            yield text
            export.wrote()
        for helper, part in zip(others, parts, strict=True):
            added = result_of(helper, str(database.path))["count"]
            if export.count and added:
                yield between
            with part.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
            export.wrote(added)
    for text in more(export):
        yield between + text if export.count else text
        export.wrote()
    if export.count or before:
        yield after


def _id_ranges(database: Database, generation: str, count: int) -> list[tuple[int, int]]:
    """The first and last record id of `count` parts of about equal size that hold all records of a generation."""
    sql = (
        "select min(record_id), max(record_id)"
        " from (select record_id, ntile(?) over (order by record_id) as part from records where generation = ?)"
        " group by part order by part"
    )
    found = [(first, last) for first, last in database.query(sql, (count, generation)).rows]
    return found + [(0, -1)] * (count - len(found))


def _joined(database: Database, generation: str, ids: tuple[int, int], between: bytes) -> Iterator[bytes]:
    """The records with these ids, each but the first with what stands between it and the one before."""
    for number, text in enumerate(database.rebuilt_all(generation, *ids)):
        yield between + text if number else text


def work(task: dict[str, Any]) -> dict[str, Any]:
    """The part of a helper process."""
    count = 0
    with open_database(Path(task["store"]), read_only=True) as database, open(task["out"], "wb") as file:
        between = task["between"].encode()
        for text in _joined(database, task["generation"], tuple(task["ids"]), between):
            file.write(text)
            count += 1
    return {"count": count}
