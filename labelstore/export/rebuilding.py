"""The records of one generation, all or those with chosen labels, rebuilt from the views; of a large SQLite store by
several processes."""

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from labelstore.engines import engine_at, open_database
from labelstore.engines.database import Database
from labelstore.export.chosen_records import chosen_nodes, divided, record_texts
from labelstore.export.exporter import Chunks, Export
from labelstore.files.outputs import folder_for_parts
from labelstore.workers import helpers, result_of, send_task, useful_jobs

_CHUNK = 1 << 20
_FEW = 5_000
"""Chosen labels that one process writes sooner than several."""


def rebuilt_records(
    export: Export,
    *,
    generation: str,
    more: Callable[[Export, "array[int] | None"], Iterator[bytes]],
    between: bytes,
    before: bytes = b"",
    after: bytes = b"",
) -> Chunks:
    """The bytes of a file: records of a generation, then `more`, and what stands before, between and after them."""
    database, nodes = export.database, chosen_nodes(export)
    pays = engine_at(database.path).gains_from_processes and (nodes is None or len(nodes) >= _FEW)
    jobs = useful_jobs(export.jobs, database.path) if pays else 1
    with helpers(__name__, jobs - 1) as others, folder_for_parts(export.out) as folder:
        ranges = _id_ranges(database, generation, jobs) if nodes is None else [[*some] for some in divided(nodes, jobs)]
        parts = [folder / str(number) for number in range(1, jobs)]
        key = "ids" if nodes is None else "nodes"
        tasks: list[dict[str, Any]] = [
            {"store": str(database.path), "generation": generation, "between": between.decode(), key: some}
            for some in ranges
        ]
        for helper, part, task in zip(others, parts, tasks[1:], strict=True):
            send_task(helper, {**task, "out": str(part)})
        yield before
        for text in _joined(database, tasks[0]):
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
    for text in more(export, nodes):
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


def _joined(database: Database, task: dict[str, Any]) -> Iterator[bytes]:
    """The records of a task, each but the first with what stands between it and the one before."""
    generation, between = task["generation"], task["between"].encode()
    if "ids" in task:
        texts = database.rebuilt_all(generation, *task["ids"])
    else:
        texts = (text for _, text in record_texts(database, generation, task["nodes"]))
    for number, text in enumerate(texts):
        yield between + text if number else text


def work(task: dict[str, Any]) -> dict[str, Any]:
    """The part of a helper process."""
    count = 0
    with open_database(Path(task["store"]), read_only=True) as database, open(task["out"], "wb") as file:
        for text in _joined(database, task):
            file.write(text)
            count += 1
    return {"count": count}
