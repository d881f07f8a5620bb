"""Decoded records that wait to be compared with the store, shredded and written together."""

from dataclasses import dataclass, field
from typing import NamedTuple

from labelstore.files import Record
from labelstore.formats.decoding import Decoded
from labelstore.formats.shredding import (
    Hashes,
    generation_of,
    gives_ids,
    hashes,
    identity,
    label_ids,
    label_times,
    project_ids,
)
from labelstore.loading.reject_policy import Rejects
from labelstore.loading.report import FileReport
from labelstore.schema.generations import record_id


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that records are from; `first_number` is the number in the store of its first record.

    `frames_of` is the label whose frames it has; then `brought` are the identities of these.
    """

    file: FileReport
    rejects: Rejects
    first_number: int
    frames_of: str = ""
    brought: set[str] = field(default_factory=set)


class Entry(NamedTuple):
    """A record with what says whether the store, or the batch, has one about the same.

    `gives_ids` is the data row by which labels of the record get ids of ours.
    """

    record: Record[Decoded]
    origin: Origin
    hashes: Hashes
    generation: str
    identity: str
    label_ids: list[str]
    gives_ids: str | None

    @classmethod
    def of(cls, record: Record[Decoded], origin: Origin, digest: Hashes | None = None) -> "Entry":
        """The entry of a record; `digest` where it is known."""
        value = record.value
        key = f"{origin.frames_of}/{identity(value)}" if origin.frames_of else identity(value)
        digest = digest or hashes(record.raw)
        return cls(record, origin, digest, generation_of(value), key, label_ids(value), gives_ids(value))

    @property
    def record_id(self) -> int:
        """The id that the record gets in the store."""
        return record_id(self.origin.first_number + self.record.position, self.generation)

    def label_times(self) -> dict[str, str]:
        """When its labels were last updated, as far as it says so."""
        return label_times(self.record.value)

    def project_ids(self) -> list[str]:
        """Ids of the projects of which it tells the labels."""
        return project_ids(self.record.value)


class Batch:
    """Entries of which no two tell about the same label."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.label_ids: set[str] = set()
        self.bytes = 0
        self._identities: set[str] = set()
        self._giving_ids: set[str] = set()

    def takes(self, entry: Entry) -> bool:
        """Whether an entry can join."""
        known = entry.identity in self._identities or entry.gives_ids in self._giving_ids
        return not known and self.label_ids.isdisjoint(entry.label_ids)

    def add(self, entry: Entry) -> None:
        """Let an entry join."""
        self.entries.append(entry)
        self._identities.add(entry.identity)
        self.label_ids.update(entry.label_ids)
        if entry.gives_ids is not None:
            self._giving_ids.add(entry.gives_ids)
        self.bytes += len(entry.record.raw)
