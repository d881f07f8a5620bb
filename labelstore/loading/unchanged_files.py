"""The very same files again, and nothing changed in between: known by their digests, without reading a record."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from labelstore.clock import now
from labelstore.engines.database import MARKS, Database
from labelstore.files import digest_of
from labelstore.files.urls import name_of
from labelstore.loading.load_state import LoadState

_OF_THESE_SIZES = f"""
    select bytes, sha256, load_id, generation, records, missing - pruned
    from loads
    where bytes in ({MARKS}) and generation in ('v1', 'v2') and rejected = 0 and stale = 0
    order by load_id
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
    names = list(arguments)
    paths = [Path(name) for name in names]
    found = _loads_of(database, paths)
    load_ids = [load_id for _, load_id, *_ in found]
    if not found or load_ids != list(range(load_ids[0], load_ids[0] + len(found))):
        return False
    if database.value(_CHANGES_SINCE, (load_ids[-1], load_ids[0])):
        return False
    for name, path, (sha256, _, generation, records, missing) in zip(names, paths, found, strict=True):
        file = state.new_file(name_of(name))
        file.sha256, file.bytes, file.generation = sha256, path.stat().st_size, generation
        file.records = file.unchanged = records
        file.missing = missing
        file.finished_at = now()
        state.report.bytes += file.bytes
    state.record(state.report.files)
    return True


def _loads_of(database: Database, paths: Sequence[Path]) -> list[tuple[str, int, str, int, int]]:
    """The newest load of each file: digest, load, generation, records, missing; nothing if a file has none."""
    if not all(path.is_file() for path in paths):
        return []
    sizes = [path.stat().st_size for path in paths]
    loads: dict[int, dict[str, tuple[str, int, str, int, int]]] = {}
    for size, *load in database.select_in(_OF_THESE_SIZES, list(set(sizes))):
        loads.setdefault(size, {})[load[0]] = (load[0], load[1], load[2], load[3], load[4])
    found = []
    for path, size in zip(paths, sizes, strict=True):
        newest = loads[size].get(digest_of(path)) if size in loads else None
        if newest is None:
            return []
        found.append(newest)
    return found
