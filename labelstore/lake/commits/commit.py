"""Commits: what a load wrote becomes part of the lake, in every table, or will be by whoever comes next.

A commit is decided by one file, its intent, which only one process can make; from then on nothing is left to decide.
Delta commits one table after another, each known by the number of the commit, so an intent can be carried out again and
by several at once. Our readers take the versions that a snapshot names; it is written last.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from labelstore.clock import now
from labelstore.errors import StoreError
from labelstore.lake.commits.delta import KEPT_DERIVED, DeltaTables, at_once, lake_tables
from labelstore.lake.commits.snapshot import MARK, Lake, Snapshot, lake_of
from labelstore.lake.place import OWN, Place, own
from labelstore.lake.tasks.table_files import TableFile
from labelstore.schema.dialects import SCHEMA_VERSION


@dataclass(frozen=True)
class Intent:
    """What a commit does: files to add and to remove by table, of derived tables those that take the place of all."""

    claim: int
    added: Mapping[str, Sequence[TableFile]] = field(default_factory=dict)
    removed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    counts: Mapping[str, Any] = field(default_factory=dict)


Prepare = Callable[[Snapshot], Intent]


class Overtaken(Exception):
    """A load that began later is part of the lake already, so the numbers of this one are not the newest."""


def create(place: Place) -> Lake:
    """The lake at a place, made if it is not there."""
    if place.get(MARK) is None:
        if others := sorted(set(place.names()) - {OWN, *lake_tables()}):
            reason = f"is no lake, and holds other things ({others[0]})"
            raise StoreError(place.name, reason, "name a folder that is not there yet, or is empty")
        place.check_new_files()
        versions = DeltaTables(place).create()
        place.put_new(own("snapshots", 0), {"number": 0, "versions": versions, "made_at": now()})
        place.put_new(MARK, {"schema_version": SCHEMA_VERSION})
    return lake_of(place)


class NeedsAll(Overtaken):
    """Records that a load left out, as the lake held them, are needed: it has, or gets, others about the same."""


def commit(lake: Lake, claim: int, prepare: Prepare, after: int = 0) -> Snapshot:
    """Make what a claim wrote part of the lake. `prepare` says what to do, and is asked again if another was first.

    A claim is committed once, whoever does it; `after` is the number of a snapshot from before it. Raises `Overtaken`.
    """
    while True:
        snapshot = completed(lake)
        since = _since(lake, after)
        if (done := since.get(claim)) is not None:
            return done
        if any(other > claim for other in since):
            raise Overtaken
        try:
            intent = prepare(snapshot.as_now())
        except Exception:
            if claim in _since(lake, after):  # another process has committed it, and tidied up what this one reads
                continue
            raise
        if lake.place.put_new(own("commits", snapshot.number + 1), asdict(intent)):
            return _carry_out(lake, snapshot.number + 1)


def _since(lake: Lake, after: int) -> dict[int, Snapshot]:
    """Claim → the snapshot that its commit made, of those after this one."""
    snapshots = (lake.at(number) for number in lake.numbers() if number > after)
    return {one.claim: one for one in snapshots}


def completed(lake: Lake) -> Snapshot:
    """The newest snapshot; a commit that is decided and not complete is completed first."""
    known = lake.numbers()
    decided = lake.place.numbers(f"{OWN}/commits")
    if decided and decided[-1] > known[-1]:
        return _carry_out(lake, decided[-1])
    return lake.at(known[-1])


def _carry_out(lake: Lake, number: int) -> Snapshot:
    place = lake.place
    told = place.get(own("commits", number))

    def changed(table: str) -> int:
        added = [TableFile(*file) for file in told["added"].get(table, ())]
        replaces = table in KEPT_DERIVED and table in told["added"]
        return DeltaTables(place).commit(table, number, added, told["removed"].get(table, ()), overwrites=replaces)

    first = lake_tables()[: lake_tables().index("labels")]  # of these no order matters
    versions = at_once(changed, first) | {table: changed(table) for table in lake_tables()[len(first) :]}
    snapshot = {"number": number, "versions": versions, "made_at": now()}
    place.put_new(own("snapshots", number), {**snapshot, "claim": told["claim"], "counts": told["counts"]})
    _tidy(place, told)
    return lake.at(number)


def _tidy(place: Place, intent: Mapping[str, Any]) -> None:
    """Remove the manifest of a load, and of what it wrote the files that others took the place of."""
    manifest = own("manifests", intent["claim"])
    written = place.get(manifest)
    if written is None:
        return
    place.remove(manifest)
    for table, files in written["added"].items():
        kept = {path for path, *_ in intent["added"].get(table, ())}
        for path in {path for path, *_ in files} - kept:
            place.remove(f"{table}/{path}")
    for name in written["seen"]:
        place.remove(name)
    for table, files in written["counted"].items():
        for path, *_ in files:
            place.remove(f"{OWN}/counts/{table}/{path}")
