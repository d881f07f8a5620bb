"""The rows of a store: tables and columns as `sql/schema.sql` declares them, and a collection of rows to be written."""

import gc
import marshal
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]
"""One row, its values in the order of the table's columns."""

Part = dict[str, list[Row]]
"""Some of the rows of a batch, by table."""

NodeRange = tuple[int, int]
"""The first and the last node of something inside one record."""

NODE_BITS = 24
"""A node is `record_id << NODE_BITS | place`: at most 16.7 million JSON objects in one record."""

COUNTERS = ("counts", "class_pairs", "unpaired_classes")
"""Tables of how much there is of what."""

DERIVED = ("datasets", "projects", "data_rows", "features", *COUNTERS)
"""Tables that are computed from the others at the end of a load."""

BOOKKEEPING = ("loads", "rejects", "versions")

CONNECTED = ("vault", "assets", "pulls", "sent")
"""Tables of what was exchanged with Labelbox; loads leave them as they are."""

FOUND_IN_FILES = ("asset_files", "mask_pixels")
"""Content tables that files fill, to which an export only has URLs. Their rows go with those they belong to."""

_MOST_OF_FRAMES = 10_000
"""So many rows of frames and of what is in them are put away together."""

_TABLE = re.compile(r"^create table (\w+) \(\n(.*?)^\);", re.M | re.S)
_COLUMN = re.compile(r'^ {4}"?(\w+)"? (\w+)', re.M)
_KEY = re.compile(r"^ {4}(\w+) (?:integer|text) primary key", re.M)


def sql_text(name: str) -> str:
    """The text of one file of `sql/`."""
    return (_sql_folder() / name).read_text(encoding="utf-8")


@cache
def sql_names(folder: str) -> tuple[str, ...]:
    """The names of the files in a folder of `sql/`, without their suffix."""
    return tuple(sorted(file.stem for file in (_sql_folder() / folder).glob("*.sql")))


@cache
def _sql_folder() -> Path:
    """`sql/` of the installed package, or of the checkout."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "sql"
    return packaged if packaged.is_dir() else package.parent / "sql"


@cache
def columns() -> dict[str, dict[str, str]]:
    """Table → column → declared type (integer, double, boolean, text, blob), in the order of the schema."""
    return {table: dict(_COLUMN.findall(body)) for table, body in _TABLE.findall(sql_text("schema.sql"))}


@cache
def content_tables() -> tuple[str, ...]:
    """The tables that hold what records say, `records` first."""
    return tuple(table for table in columns() if table not in DERIVED + BOOKKEEPING + CONNECTED)


@cache
def _tables_of_frames() -> frozenset[str]:
    """The content tables for frames and for what stands in them."""
    return frozenset(content_tables()[content_tables().index("frames") :])


def content_widths() -> dict[str, int]:
    """How many columns each content table has, in the order of `content_tables`."""
    return {table: len(columns()[table]) for table in content_tables()}


@cache
def _keys() -> dict[str, tuple[str, int]]:
    """Table → its primary key, which in a content table holds a row's node, and the place of that column."""
    found = ((table, _KEY.search(body)) for table, body in _TABLE.findall(sql_text("schema.sql")))
    return {table: (key[1], list(columns()[table]).index(key[1])) for table, key in found if key}


def key_column(table: str) -> str | None:
    """The primary key of a table, if it has one."""
    return _keys()[table][0] if table in _keys() else None


def node_column(table: str) -> str:
    """The column of a content table that holds the row's node: its primary key."""
    return _keys()[table][0]


def node_place(table: str) -> int:
    """The place in a row of a content table where its node stands."""
    return _keys()[table][1]


def node_range(record_id: int) -> tuple[int, int]:
    """The first node that a record can have, and the last."""
    return record_id << NODE_BITS, (record_id + 1 << NODE_BITS) - 1


@contextmanager
def no_cycle_search() -> Iterator[None]:
    """Records and rows hold no cycles: looking for some among them takes a fifth of a load's time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Rows:
    """Rows per table, in the order in which their records came.

    With `packs`, those of frames are put away while a record is made rows of. Then only `take_put_away` has them.
    """

    packs = False
    """Whether rows take little memory: those of a large record take three times that of its text."""

    def __init__(self) -> None:
        self.by_table: Part = {table: [] for table in content_tables()}
        self.unread = 0
        """How many values are not what belongs in their place, and are kept as JSON."""
        self._packed: list[bytes] = []
        self._of_frames = {table: rows for table, rows in self.by_table.items() if table in _tables_of_frames()}

    def __getitem__(self, table: str) -> list[Row]:
        return self.by_table[table]

    def __len__(self) -> int:
        return sum(map(len, self.by_table.values()))

    def __iter__(self) -> Iterator[tuple[str, list[Row]]]:
        """The tables that have rows, with them."""
        assert not self._packed
        return ((table, rows) for table, rows in self.by_table.items() if rows)

    def put_away(self) -> None:
        """Compress rows of frames, if there are many; called between frames, so that those of one stay in one part."""
        if self.packs and sum(map(len, self._of_frames.values())) >= _MOST_OF_FRAMES:
            self._packed.append(zlib.compress(marshal.dumps(self._of_frames), 1))
            for rows in self._of_frames.values():
                rows.clear()

    def take_put_away(self) -> Iterator[Part]:
        """Take out the rows that were put away, in the order in which they came."""
        while self._packed:
            yield _unpacked(self._packed.pop(0))

    def drop_from(self, record_id: int) -> None:
        """Take back the rows of a record that was the last to come."""
        self._drop_from(record_id << NODE_BITS)
        while self._packed and not any(self._of_frames.values()):
            for table, rows in _unpacked(self._packed.pop()).items():
                self.by_table[table].extend(rows)
            self._drop_from(record_id << NODE_BITS)

    def _drop_from(self, first: int) -> None:
        for table, rows in self.by_table.items():
            place = node_place(table)
            while rows and rows[-1][place] >= first:
                rows.pop()

    def clear(self) -> None:
        """Forget all rows."""
        self.unread = 0
        self._packed.clear()
        for rows in self.by_table.values():
            rows.clear()


def _unpacked(packed: bytes) -> Part:
    found: Part = marshal.loads(zlib.decompress(packed))
    return found
