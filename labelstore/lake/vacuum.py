"""Vacuuming a lake: removing files that nothing needs any more."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from labelstore.lake.commits.commit import completed
from labelstore.lake.commits.delta import DeltaTables, lake_tables
from labelstore.lake.commits.snapshot import Lake, Snapshot
from labelstore.lake.place import OWN, own

_TOGETHER = 16
_KINDS = ("claims", "commits", "snapshots", "manifests")


class Needless(NamedTuple):
    """What a lake can do without: `files` by their paths in it with their sizes in bytes, and old `snapshots`.

    `running` are the times at which loads began that are not known to have ended.
    """

    files: dict[str, int]
    snapshots: list[int]
    running: list[str]

    @property
    def bytes(self) -> int:
        """All files together."""
        return sum(self.files.values())


def needless(lake: Lake, older_than: timedelta) -> Needless:
    """What no snapshot needs that was the newest in this time, and what a load left that never ended.

    Files that are younger are kept, whatever they are, and those of loads that the next one completes.
    """
    before = datetime.now(UTC) - older_than
    snapshots = [lake.at(number) for number in lake.numbers()]
    recent = [one for one, later in pairwise(snapshots) if datetime.fromisoformat(later.made_at) > before]
    kept = recent + snapshots[-1:]
    pending = _pending(lake, snapshots[-1])
    held = {path for told in pending.values() for path in _paths(told)}
    delta = DeltaTables(lake.place)
    files = [
        f"{table}/{path}"
        for table in lake_tables()
        for path in delta.needless(table, _versions(kept, table), older_than)
        if path not in held
    ]
    old = [one.number for one in snapshots if one not in kept]
    own_files = _own_files(lake, snapshots[-1], old, pending.keys(), held, before)
    return Needless(_sizes(lake, [*files, *own_files]), old, _running(lake, snapshots[-1], pending.keys()))


def vacuum(lake: Lake, older_than: timedelta) -> Needless:
    """Remove what `needless` finds. A commit that is decided and not complete is completed first."""
    completed(lake)
    found = needless(lake, older_than)
    for number in found.snapshots:  # first: nobody may ask them while their files go
        lake.place.remove(own("snapshots", number))
    with ThreadPoolExecutor(_TOGETHER) as pool:
        list(pool.map(lake.place.remove, found.files))
    return found


def _versions(snapshots: Sequence[Snapshot], table: str) -> list[int]:
    """The versions of a table in snapshots."""
    return [version for one in snapshots if (version := one.versions[table]) is not None]


def _pending(lake: Lake, newest: Snapshot) -> dict[int, Any]:
    """What loads wrote that the next one completes, by their claims; and the commits that are decided."""
    place = lake.place
    manifests = [number for number in place.numbers(f"{OWN}/manifests") if number > newest.claim]
    found = {number: place.get(own("manifests", number)) for number in manifests}
    commits = [number for number in place.numbers(f"{OWN}/commits") if number > newest.number]
    return found | {-number: place.get(own("commits", number)) for number in commits}


def _paths(told: Any) -> Iterator[str]:
    """The Parquet files that a value names, wherever in it."""
    if isinstance(told, str) and told.endswith(".parquet"):
        yield told.rpartition("/")[2]
    for part in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _paths(part)


def _own_files(
    lake: Lake, newest: Snapshot, old: Sequence[int], pending: Any, held: set[str], before: datetime
) -> Iterator[str]:
    """Files of ours that nothing asks for any more, and that were written before a time."""
    place = lake.place
    numbers = {
        "snapshots": old,
        "commits": [number for number in place.numbers(f"{OWN}/commits") if number in old],
        "manifests": [number for number in place.numbers(f"{OWN}/manifests") if number not in pending],
    }
    yield from (own(kind, number) for kind, some in numbers.items() for number in some)
    top = place.path("")
    for path in place.system.find(place.path(OWN)):
        name = path[len(top) :].lstrip("/")
        kind, _, file = name.removeprefix(f"{OWN}/").partition("/")
        is_kept = not file or file.rpartition("/")[2] in held or (kind in _KINDS and file.endswith(".json"))
        if not is_kept and place.system.modified(path) < before:
            yield name


def _sizes(lake: Lake, names: Sequence[str]) -> dict[str, int]:
    """The sizes of the files that are there."""
    place = lake.place

    def size(name: str) -> int | None:
        try:
            return int(place.system.size(place.path(name)) or 0)
        except FileNotFoundError:
            return None

    with ThreadPoolExecutor(_TOGETHER) as pool:
        found = zip(names, pool.map(size, names), strict=True)
        return {name: bytes_ for name, bytes_ in found if bytes_ is not None}


def _running(lake: Lake, newest: Snapshot, pending: Any) -> list[str]:
    place = lake.place
    later = [one for one in place.numbers(f"{OWN}/claims") if one > newest.claim and one not in pending]
    return [str(place.get(own("claims", number)).get("started_at", "")) for number in later]
