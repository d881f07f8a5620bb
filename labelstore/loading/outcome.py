"""What became of the records of a load, in words."""

from collections.abc import Iterable
from typing import NamedTuple, Self

from labelstore import figures
from labelstore.figures import figure


class Counted(NamedTuple):
    """What became of records, and how many labels were removed that the files lack."""

    records: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    stale: int = 0
    rejected: int = 0
    pruned: int = 0

    @classmethod
    def of(cls, files: Iterable[object]) -> Self:
        """The counts of all files, each of which has these attributes."""
        rows = [tuple(getattr(file, name) for name in cls._fields) for file in files]
        return cls(*map(sum, zip(*rows, strict=True)))


def parts(counted: Counted) -> list[str]:
    """`12 changed`, `3 new`, `385 unchanged` …: what became of records, without what became of none."""
    return [
        f"{figure(count)} {word}"
        for word, count in (
            ("changed", counted.changed),
            ("new" if counted.changed else "added", counted.added),
            ("unchanged", counted.unchanged),
            ("repeated in the files", counted.repeated),
            ("older than the stored ones and skipped", counted.stale),
            ("rejected", counted.rejected),
        )
        if count
    ]


def outcome(counted: Counted) -> str:
    """`400 records added`, `12 records changed, 3 new, 385 unchanged`, or `nothing new: …`."""
    removed = f"; {figures.counted(counted.pruned, 'missing label')} removed" if counted.pruned else ""
    if not counted.records:
        return f"nothing new: the files hold no records{removed}"
    if counted.unchanged == counted.records:
        all_of = "its only record was" if counted.records == 1 else f"all {figure(counted.records)} records were"
        return f"nothing new: {all_of} stored before{removed}"
    first, *others = parts(counted)
    number, _, rest = first.partition(" ")
    text = ", ".join([f"{number} record{'' if number == '1' else 's'} {rest}", *others])
    return text + removed if counted.added or counted.changed else f"nothing new: {text}{removed}"
