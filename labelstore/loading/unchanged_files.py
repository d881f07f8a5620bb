"""The very same files again, and nothing changed in between: known by their digests, without reading a record."""

from collections.abc import Iterable
from pathlib import Path

from labelstore.clock import now
from labelstore.engines.database import Database
from labelstore.files import digest_of
from labelstore.loading.load_state import LoadState

_SAME = """
    select load_id, generation, records, missing - pruned
    from loads
    where sha256 = ? and bytes = ? and generation in ('v1', 'v2') and rejected = 0 and stale = 0
    order by load_id desc
    limit 1
"""
_CHANGES_SINCE = """
    select (select coalesce(sum(added + changed + repeated + pruned), 0) from loads where load_id > ?)
        + (select count(*) from records where url_load_id > ? or (content_hash is null and generation <> 'frames'))
"""


def report_unchanged(state: LoadState, arguments: Iterable[str]) -> bool:
    """Report files as unchanged that one earlier load read in this order, if the store is still as it left it.

    False, with nothing done, if it is not so. Frames files, rejects and stale records call for a closer look.
    """
    database = state.database
    paths = [Path(argument) for argument in arguments]
    found: list[tuple[int, str, int, int]] = []
    for path in paths:
        if not (path.is_file() and (row := _same(database, path))):
            return False
        found.append(row)
    load_ids = [row[0] for row in found]
    if not found or load_ids != list(range(load_ids[0], load_ids[0] + len(found))):
        return False
    if database.value(_CHANGES_SINCE, (load_ids[-1], load_ids[0])):
        return False
    for path, (load_id, generation, records, missing) in zip(paths, found, strict=True):
        file = state.new_file(str(path))
        file.sha256 = str(database.value("select sha256 from loads where load_id = ?", (load_id,)))
        file.bytes, file.generation = path.stat().st_size, generation
        file.records = file.unchanged = records
        file.missing = missing
        file.finished_at = now()
        state.report.bytes += file.bytes
    state.record(state.report.files)
    return True


def _same(database: Database, path: Path) -> tuple[int, str, int, int] | None:
    size = path.stat().st_size
    if not database.value("select count(*) from loads where bytes = ?", (size,)):
        return None
    digest = digest_of(path)
    row = next(database.query(_SAME, (digest, size)).rows, None)
    return None if row is None else (row[0], row[1], row[2], row[3])
