"""What is known of an engine before a store of it is opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labelstore.schema import dialects
from labelstore.schema.dialects import Dialect


@dataclass(frozen=True)
class Engine:
    """An engine: how its files are known, and what other programs and processes can do with them.

    `suffixes` are those of new stores; `magic` is where in a file which bytes are. `refused_in_paths` are characters.
    `usual_wait`: seconds for a program that is not ours and has the store open, where nobody says how long to wait.
    `gains_from_processes`: whether several of them read a store in less time than one.
    `prompts`: programs that open a store for reading, the most helpful first, with their arguments; in these {path} and
    {uri} stand for the store.
    """

    dialect: Dialect
    suffixes: tuple[str, ...]
    magic: tuple[int, bytes]
    usual_wait: float
    gains_from_processes: bool
    prompts: Mapping[str, tuple[str, ...]]
    refused_in_paths: str = ""

    @property
    def name(self) -> str:
        """`sqlite` or `duckdb`."""
        return self.dialect.name

    def wrote(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes is a database of the engine."""
        offset, magic = self.magic
        return head.startswith(magic, offset)

    def is_meant_by(self, path: Path) -> bool:
        """Whether a new store of this name is one of the engine."""
        return path.suffix.lower() in self.suffixes


SQLITE = Engine(
    dialects.SQLITE,
    suffixes=(),  # any that is not of another engine
    magic=(0, b"SQLite format 3\0"),
    usual_wait=60.0,
    gains_from_processes=True,
    prompts={
        "litecli": ("{uri}?mode=ro",),
        "sqlite3": ("-readonly", "{path}"),
        "harlequin": ("--adapter", "sqlite", "--read-only", "{path}"),
    },
)
DUCKDB = Engine(
    dialects.DUCKDB,
    suffixes=(".duckdb", ".ddb"),
    magic=(8, b"DUCK"),
    usual_wait=0.0,
    gains_from_processes=False,  # it has threads of its own; two processes took twice the memory
    prompts={
        "duckdb": ("-readonly", "{path}"),
        "harlequin": ("--adapter", "duckdb", "--read-only", "{path}"),
    },
    refused_in_paths="?",
)
ENGINES = (SQLITE, DUCKDB)
"""All engines; a new store is one of the first unless its name says otherwise."""
