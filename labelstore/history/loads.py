"""The loads of a store: what each file brought, and which loads were one command."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from labelstore.engines.reading import Reading
from labelstore.errors import NotFoundError
from labelstore.loading.report import FRAMES


class Load(NamedTuple):
    """One file loaded; the frames files of its labels are counted in `frames_files`.

    `command` is the first load of the command that it was part of. Times are UTC in ISO 8601, `bytes` the size of the
    file. `missing` labels of its projects were in the store and not in the files of the command, `pruned` of them were
    removed; both are told at its last file. `last_load_id` is the load of the last of its frames files, or its own.
    """

    load_id: int
    command: int
    file_name: str
    generation: str | None
    started_at: str
    finished_at: str
    bytes: int
    records: int
    added: int
    changed: int
    unchanged: int
    repeated: int
    stale: int
    rejected: int
    missing: int
    pruned: int
    frames_files: int
    last_load_id: int
    sha256: str
    labelstore_version: str

    @property
    def changes_labels(self) -> bool:
        """Whether it brought or removed records."""
        return bool(self.added or self.changed or self.repeated or self.pruned)


_COLUMNS = tuple(name for name in Load._fields if name not in ("command", "frames_files", "last_load_id"))
_COUNTS = frozenset(
    {"bytes", "records", "added", "changed", "unchanged", "repeated", "stale", "rejected", "missing", "pruned"}
)
_SELECTED = (f"coalesce({name}, 0) as {name}" if name in _COUNTS else name for name in _COLUMNS)
_LOADS = f"select {', '.join(_SELECTED)} from loads order by load_id"


def loads_of(database: Reading) -> list[Load]:
    """The loads of exports, oldest first. Loads of frames files are counted with the export that they belong to."""
    found: list[Load] = []
    command, started_at = 0, ""
    for row in database.query(_LOADS):
        if row["generation"] == FRAMES and found:
            found[-1] = _with_frames(found[-1], row)
            continue
        if row["started_at"] is None or row["started_at"] != started_at:
            command, started_at = row["load_id"], row["started_at"]
        found.append(Load(**row, command=command, frames_files=0, last_load_id=row["load_id"]))
    return found


def _with_frames(load: Load, row: dict[str, Any]) -> Load:
    """A load of an export, and one more of its frames files; the last file of a command tells what is missing."""
    return load._replace(
        frames_files=load.frames_files + 1,
        last_load_id=row["load_id"],
        missing=load.missing + row["missing"],
        pruned=load.pruned + row["pruned"],
    )


def last_two(database: Reading) -> tuple[Load, Load]:
    """The last load that changed labels, and the one that did before it; of several files of one command the last.

    Raises `NotFoundError` where there are no two.
    """
    commands = list(_changing(loads_of(database)))
    if len(commands) < 2:
        raise NotFoundError(f"{database.path}: {_why_not_two(commands)}; load a later export, then compare")
    return commands[-2][-1], commands[-1][-1]


def _changing(loads: Iterable[Load]) -> Iterator[list[Load]]:
    commands: dict[int, list[Load]] = {}
    for load in loads:
        commands.setdefault(load.command, []).append(load)
    return (some for some in commands.values() if any(load.changes_labels for load in some))


def _why_not_two(commands: list[list[Load]]) -> str:
    if not commands:
        return "no load brought a label yet"
    ids = [load.load_id for load in commands[0]]
    name = f"load {ids[0]}" if len(ids) == 1 else f"loads {ids[0]} to {ids[-1]}, of one command,"
    return f"only {name} brought labels, so there is nothing to compare with"
