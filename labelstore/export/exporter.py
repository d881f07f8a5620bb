"""What an exporter is, what it is given, and what it reports."""

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from labelstore.engines.database import Database
from labelstore.formats.kinds import OBJECT_KINDS

_EVERY = 1000

Chunks = Generator[bytes, None, None]
"""The bytes of a file, some at a time."""


class Choices(NamedTuple):
    """What a caller may select; only the exporters that name a choice in `takes` heed it."""

    class_name: str | None = None
    project: str | None = None
    """By id or name."""


@dataclass
class Export:
    """One export under way: what to read, and how much came of it."""

    database: Database
    out: str | Path
    choices: Choices = field(default_factory=Choices)
    jobs: int | None = None
    """Processes to use; None: as many as pay off."""
    progress: Callable[[int], None] | None = None
    count: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def wrote(self, number: int = 1) -> None:
        """Count what was written; reports progress now and then."""
        before, self.count = self.count, self.count + number
        if self.progress is not None and before // _EVERY != self.count // _EVERY:
            self.progress(self.count)


AS_EXPORTED: Final[Mapping[str, str | None]] = dict.fromkeys(OBJECT_KINDS, "as exported")
"""The `kinds` of a format that gives back what came."""


class Exporter(NamedTuple):
    """A format to export to. `write` works in constant memory."""

    name: str
    suffix: str
    description: str
    write: Callable[[Export], Chunks]
    kinds: Mapping[str, str | None]
    """Kind of object → what it becomes in this format; None: it is left out."""
    unit: str = "records"
    """What it writes and counts."""
    takes: tuple[str, ...] = ()
    """The names of the choices that it heeds."""


@dataclass(frozen=True)
class Written:
    """How much was written, and how much of it without what the format cannot say, or not at all: reason → number."""

    count: int
    unit: str
    changed: dict[str, int]
    left_out: dict[str, int]

    def __str__(self) -> str:
        changed = "".join(f", {number:,} {how}" for how, number in self.changed.items())
        left_out = "".join(f"; {number:,} left out, {why}" for why, number in self.left_out.items())
        return f"{self.count:,} {self.unit} written{changed}{left_out}"
