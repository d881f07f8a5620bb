"""Claims of loads: each gets record numbers and load ids that no other load of the lake has."""

import os
import time
from dataclasses import dataclass
from typing import Any

from labelstore.clock import now
from labelstore.errors import StoreError
from labelstore.lake.place import OWN, Place, own
from labelstore.schema.generations import CODE_BITS
from labelstore.schema.tables import NODE_BITS

_NUMBERS = 1 << 63 - NODE_BITS - CODE_BITS
"""So many records can be numbered in a lake, and in a store."""


@dataclass(frozen=True)
class Claim:
    """What load `number` of a lake may use: record numbers from `first_number` and load ids from `first_load` on."""

    number: int
    first_number: int
    next_number: int
    first_load: int
    next_load: int
    started_at: str = ""
    pid: int = 0

    def next(self, numbers: int, loads: int) -> "Claim":
        """The claim of so many numbers and load ids that follows it."""
        end, next_load = self.next_number + numbers, self.next_load + loads
        return Claim(self.number + 1, self.next_number, end, self.next_load, next_load)


_LOOKS = 5
_PAUSE = 0.1
NONE = Claim(0, 0, 0, 1, 1)
"""What the first claim of a lake follows."""


def claim(place: Place, numbers: int, loads: int) -> Claim:
    """Reserve so many numbers and load ids. Two who claim at once get different ones."""
    while True:
        taken = place.numbers(f"{OWN}/claims")
        before = claimed(place, taken[-1]) if taken else NONE
        mine = before.next(numbers, loads)
        if mine.next_number > _NUMBERS:
            raise StoreError(place.name, "has no numbers left for so many records", "load into a new lake")
        told: dict[str, Any] = {**vars(mine), "started_at": now(), "pid": os.getpid()}
        if place.put_new(own("claims", mine.number), told):
            return Claim(**told)


def claimed(place: Place, number: int) -> Claim:
    """A claim by its number, which was listed: so a file that cannot be read yet is looked for again."""
    name = own("claims", number)
    told = place.get(name)
    for _ in range(_LOOKS):
        if told is not None:
            break
        time.sleep(_PAUSE)
        told = place.get(name)
    try:
        return Claim(**told)
    except TypeError:
        raise place.damaged(name) from None
