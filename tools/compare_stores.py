"""Whether two stores of the same files hold the same rows, of whatever engines and schema versions.

python -m tools.compare_stores OLD NEW [--ignore table.column …]

For each table it says how many rows were compared, what only one store has, and the first differences. The exit code
is 1 for any difference that is not ignored. Records are matched by load and position, the rows of a record by their
place in it, and numbers of nodes are compared as such places. The rows of other tables are matched by their keys.
"""

import sqlite3
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from labelstore.engines.opening import engine_at
from labelstore.schema.tables import NODE_BITS, columns, content_tables, node_column

AMOUNTS = ("annotations", "by_frame", "times_answered", "labels", "first_seen", "last_seen")
"""What `counts` tells of the things that its other columns name."""

KEYS: Mapping[str, Sequence[str]] = {
    "loads": ("load_id",),
    "rejects": ("load_id", "position"),
    "vault": ("folder",),
    "assets": ("url",),
    "pulls": ("pull_id",),
    "sent": ("target", "uuid", "sent_at"),
    "versions": ("label_id", "load_id", "position", "replaced_by"),
    "datasets": ("dataset_id",),
    "projects": ("project_id",),
    "data_rows": ("data_row_id",),
    "features": ("schema_id", "name", "value", "kind", "color", "role"),
    "counts": tuple(name for name in columns()["counts"] if name not in AMOUNTS),
    "class_pairs": ("project_id", "class_a", "class_b"),
    "unpaired_classes": ("label_id", "name"),
}
"""The tables whose rows are of no single record, with what tells their rows apart."""

OF_THE_LOAD = frozenset({"loads.started_at", "loads.finished_at", "loads.labelstore_version"})
"""What differs between any two loads."""

Row = tuple[Any, ...]


@dataclass
class Comparison:
    """What came of one table."""

    rows: int = 0
    """How many are in both stores."""
    alone: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))
    """The columns that only the old, only the new store has."""
    missing: Counter[str] = field(default_factory=Counter)
    """How many rows only one of them has."""
    differing: Counter[str] = field(default_factory=Counter)
    """Column → rows in which its values differ."""
    examples: dict[str, str] = field(default_factory=dict)
    """The first of each of these differences."""

    @property
    def same(self) -> bool:
        """Whether both stores have the same columns, rows and values."""
        return not (any(self.alone) or self.missing or self.differing)

    def lines(self, table: str) -> Iterator[str]:
        """The result as lines of text."""
        yield f"{table}: {self.rows:,} rows compared{', no difference' if self.same else ''}"
        for store, names in zip(("OLD", "NEW"), self.alone, strict=True):
            if names:
                yield f"  columns only in {store}: {', '.join(names)}"
        for store, count in self.missing.items():
            yield f"  rows only in {store}: {count:,}, the first {self.examples[store]}"
        for column, count in self.differing.items():
            yield f"  {column}: {count:,} rows differ, the first {self.examples[column]}"


class OpenStore:
    """A store that is read by the names of its own columns."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise FileNotFoundError(f"{path}: no such file")
        self.connection: Any
        if engine_at(path).name == "duckdb":
            self.connection = duckdb.connect(str(path), read_only=True)
            sql = "select table_name, column_name from duckdb_columns() where not internal"
        else:
            self.connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            sql = "select m.name, c.name from sqlite_master as m, pragma_table_info(m.name) as c where m.type = 'table'"
        self.columns: dict[str, set[str]] = {}
        for table, column in self._rows(sql):
            self.columns.setdefault(table, set()).add(column)

    def close(self) -> None:
        """Close the store."""
        self.connection.close()

    def rows(self, table: str, names: Sequence[str]) -> Iterator[tuple[Row, Row]]:
        """The key of each row, in their order, and its values of these columns."""
        key = [f"t.{name}" for name in KEYS.get(table, ())]
        record = "t.record_id"
        if table not in KEYS:
            node = f"t.{node_column(table)}"
            key, record = ["r.load_id", "r.position", _place(node)], f"{node} >> {NODE_BITS}"
        join = f"left join records as r on r.record_id = {record}" if "r." in str(_values(table, names) + key) else ""
        order = ", ".join(f"{number} nulls first" for number in range(1, len(key) + 1))
        select = ", ".join(key + _values(table, names))
        for row in self._rows(f"select {select} from {table} as t {join} order by {order}"):
            yield row[: len(key)], row[len(key) :]

    def _rows(self, sql: str) -> Iterator[Row]:
        cursor = self.connection.cursor()
        cursor.execute(sql)
        while batch := cursor.fetchmany(1000):
            yield from batch


def _place(node: str) -> str:
    return f"{node} - coalesce(r.record_id, 0) * {1 << NODE_BITS}"


def _values(table: str, names: Sequence[str]) -> list[str]:
    """The columns in SQL that gives the same on both engines and for any record ids."""
    types = columns()[table]
    values = []
    for name in names:
        column = f't."{name}"'
        if name == "record_id":
            column = "r.load_id || '/' || r.position"
        elif (
            types[name] == "integer"
            and name.endswith("_id")
            and name not in KEYS.get(table, ())
            and not name.endswith("load_id")
        ):
            column = _place(column)
        elif types[name] == "boolean":
            column = f"cast({column} as integer)"
        values.append(column)
    return values


def compare(old: OpenStore, new: OpenStore, table: str, ignored: Collection[str] = ()) -> Comparison:
    """The rows of a table, matched by their keys."""
    found, known = Comparison(), [name for name in columns()[table] if f"{table}.{name}" not in ignored]
    for names, one, other in ((found.alone[0], old, new), (found.alone[1], new, old)):
        more = one.columns.get(table, set()) - other.columns.get(table, set())
        names.extend(sorted(name for name in more if f"{table}.{name}" not in ignored))
    names = [name for name in known if all(name in store.columns.get(table, ()) for store in (old, new))]
    if not names:
        return found
    for key, left, right in _matched(old.rows(table, names), new.rows(table, names)):
        if left is None or right is None:
            store = "NEW" if left is None else "OLD"
            found.missing[store] += 1
            found.examples.setdefault(store, repr(key))
            continue
        found.rows += 1
        if repr(left) == repr(right):
            continue
        for name, was, became in zip(names, left, right, strict=True):
            if type(was) is not type(became) or was != became:
                found.differing[name] += 1
                found.examples.setdefault(name, f"{key!r}: {was!r} → {became!r}")
    return found


def _matched(
    old: Iterator[tuple[Row, Row]], new: Iterator[tuple[Row, Row]]
) -> Iterator[tuple[Row, Row | None, Row | None]]:
    """Each key with the rows of both sides, None where a side has none."""
    left, right = next(old, None), next(new, None)
    while left or right:
        if left and (not right or _rank(left[0]) < _rank(right[0])):
            yield left[0], left[1], None
            left = next(old, None)
        elif right and (not left or _rank(right[0]) < _rank(left[0])):
            yield right[0], None, right[1]
            right = next(new, None)
        elif left and right:
            yield left[0], left[1], right[1]
            left, right = next(old, None), next(new, None)


def _rank(key: Row) -> Row:
    return tuple((value is not None, value) for value in key)


def main(arguments: Sequence[str]) -> int:
    """Print what differs; the exit code."""
    parser = ArgumentParser("tools.compare_stores", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--ignore", action="extend", nargs="+", default=[], metavar="TABLE.COLUMN")
    given = parser.parse_args(arguments)
    with closing(OpenStore(given.old)) as old, closing(OpenStore(given.new)) as new:
        ignored = OF_THE_LOAD | set(given.ignore)
        results = {table: compare(old, new, table, ignored) for table in (*KEYS, *content_tables())}
    print("\n".join(chain.from_iterable(result.lines(table) for table, result in results.items())))
    same = all(result.same for result in results.values())
    print(
        f"{sum(result.rows for result in results.values()):,} rows compared: {'no difference' if same else 'different'}"
    )
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
