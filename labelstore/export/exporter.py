"""What an exporter is, what it is given, and what it reports."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from labelstore.assets.at_hand import AssetsAtHand, at_hand
from labelstore.engines.database import Database
from labelstore.export.choices import Choices
from labelstore.export.constructs import LABEL, Fate
from labelstore.export.losses import Account, Loss
from labelstore.figures import figure
from labelstore.files.outputs import is_stream

_EVERY = 1000

Chunks = Generator[bytes, None, None]
"""The bytes of a file, some at a time."""


class FileChunk(NamedTuple):
    """The next bytes of the file with this path in the folder that is written; / stands between its parts."""

    path: str
    content: bytes


class FileCopy(NamedTuple):
    """A file that is linked or copied into the folder."""

    path: str
    source: Path


FileChunks = Iterator[FileChunk | FileCopy]
"""The files of a folder, some bytes at a time; those of several files may alternate."""


@dataclass
class Export:
    """One export under way: what to read, and how much came of it."""

    exporter: "Exporter"
    database: Database
    out: str | Path
    choices: Choices = field(default_factory=Choices)
    jobs: int | None = None
    """Processes to use; None: as many as pay off."""
    progress: Callable[[int], None] | None = None
    folder: str | None = None
    """For an exporter that fills a folder itself: its path or URL; None where nothing is to be written."""
    count: int = 0

    @cached_property
    def account(self) -> Account:
        """What was selected, written, changed and left out."""
        return Account(self.exporter.fates(self.choices))

    def wrote(self, number: int = 1) -> None:
        """Count what was written; reports progress now and then."""
        before, self.count = self.count, self.count + number
        if self.progress is not None and before // _EVERY != self.count // _EVERY:
            self.progress(self.count)

    @cached_property
    def assets(self) -> AssetsAtHand | None:
        """The files of assets, where there is a folder or a vault. Raises `InputError` for what is no folder."""
        return at_hand(self.database, self.choices.assets)

    def rounded(self, number: float) -> float:
        """A coordinate with the digits that were asked for; whole numbers as such."""
        if self.choices.digits is not None:
            number = round(number, self.choices.digits)
        return int(number) if number == int(number) else number


class Exporter(NamedTuple):
    """A format to export to. `write` works in constant memory: the chunks of a file, or those of a folder's files."""

    name: str
    suffix: str
    """Of the file; "" where it is always a folder."""
    description: str
    write: Callable[[Export], Iterator[bytes | FileChunk | FileCopy]]
    """Bytes are those of `out` itself."""
    fates: Callable[[Choices], Mapping[str, Fate]]
    """What it makes of every construct."""
    unit: str = "records"
    """What it writes and counts."""
    takes: tuple[str, ...] = ()
    """The names of the choices that it heeds."""
    defaults: Mapping[str, Any] = {}
    """Its own defaults of choices."""
    folder_takes: tuple[str, ...] = ()
    """More choices, where it can be a file or a folder and `out` is a folder: its name does not end in the suffix."""
    folder_defaults: Mapping[str, Any] = {}
    more_suffixes: tuple[str, ...] = ()
    """Of other forms of the file."""
    fills: bool = False
    """Whether `write` itself writes `Export.folder`, which can be a URL, and gives no chunks."""
    columns: Mapping[str, Mapping[str, Any]] = {}
    """Its columns in the matrix of formats → the choices that they differ by; without any, it has one."""

    def is_folder(self, out: str | Path) -> bool:
        """Whether `out` is to be a folder."""
        may_be_file = Path(out).suffix in (self.suffix, *self.more_suffixes) or is_stream(out)
        return not self.suffix or (bool(self.folder_takes) and not may_be_file)


@dataclass(frozen=True, repr=False)
class Written:
    """How much was written, and what of it was changed or left out. `selected` is `written` and `left_out`."""

    format: str
    count: int
    unit: str
    selected: dict[str, int]
    written: dict[str, int]
    left_out: dict[str, int]
    not_selected: dict[str, int]
    losses: list[Loss]
    interpolated: int = 0
    """How many of `count` the export does not list: positions between key frames."""

    @property
    def lossless(self) -> bool:
        """Whether nothing was changed or left out."""
        return not self.losses

    def __repr__(self) -> str:
        return f"<Written {self.format}: {self}>"

    def __str__(self) -> str:
        labels = f" of {figure(self.written[LABEL])} labels" if self.unit != "labels" and LABEL in self.written else ""
        changed = sum(loss.count for loss in self.losses if loss.action == "changed")
        told = [f"{figure(self.count)} {self.unit}{labels} written"]
        told += [f"{figure(self.interpolated)} of them interpolated"] * bool(self.interpolated)
        told += [f"{figure(changed)} changed"] * bool(changed)
        told += [f"{figure(sum(self.left_out.values()))} left out"] * any(self.left_out.values())
        return ", ".join(told)
