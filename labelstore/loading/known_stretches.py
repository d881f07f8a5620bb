"""Stretches that a store which has records is asked about: does it hold some of their records, or about the same?

SQLite answers for one stretch at once. A columnar engine scans its tables for each question, of one record or of
thousands; so there stretches are held until there are enough of them.
"""

from collections.abc import Iterator, Sequence

from labelstore.engines.database import Database
from labelstore.loading.batch import Origin
from labelstore.loading.stretches import Stretch

HELD_BYTES = 16 << 20
"""A columnar engine is asked about so many bytes of records together."""
_FIRST_BYTES = 2 << 20
"""But of the first ones earlier: where the store has them, the next ones need no rows."""


class HeldStretches:
    """Stretches that wait to be asked about, each with where it comes from."""

    def __init__(self, *, is_columnar: bool) -> None:
        self._most = _FIRST_BYTES if is_columnar else 0
        self._next_most = HELD_BYTES if is_columnar else 0
        self._held: list[tuple[Stretch, Origin]] = []
        self._bytes = 0

    def add(self, stretch: Stretch, origin: Origin) -> bool:
        """Hold a stretch; whether it is time to ask."""
        self._held.append((stretch, origin))
        self._bytes += stretch.consumed
        return self._bytes >= self._most

    def take(self) -> list[tuple[Stretch, Origin]]:
        """All that are held, in their order; they are not held any more."""
        taken, self._held, self._bytes = self._held, [], 0
        if taken:
            self._most = self._next_most
        return taken


def are_in_store(database: Database, stretches: Sequence[Stretch]) -> list[bool]:
    """For each stretch, whether the store has records with the content of some of its records, or about the same."""
    contents = database.records_with([digest.content for stretch in stretches for digest in stretch.digests])
    found = [any(digest.content in contents for digest in stretch.digests) for stretch in stretches]
    if all(found):
        return found
    ids = [stretch.ids for stretch in stretches]
    about = set(_identities(database, stretches, [identities for identities, _ in ids]))
    labels = {one.label_id for one in database.labels_named([name for _, names in ids for name in names])}
    return [
        is_found
        or not about.isdisjoint((stretch.generation, identity) for identity in identities)
        or not labels.isdisjoint(names)
        for is_found, stretch, (identities, names) in zip(found, stretches, ids, strict=True)
    ]


def _identities(
    database: Database, stretches: Sequence[Stretch], identities: Sequence[list[str]]
) -> Iterator[tuple[str, str]]:
    """Those, with their generations, about which the store has records."""
    for generation in {stretch.generation for stretch in stretches}:
        some = [
            identity
            for stretch, names in zip(stretches, identities, strict=True)
            if stretch.generation == generation
            for identity in names
        ]
        yield from ((generation, identity) for identity in database.records_about(generation, some))
