"""The mirror of a SQLite store: a copy in DuckDB beside it, which answers questions and is nothing else."""

from collections.abc import Iterable
from pathlib import Path

from labelstore.engines.duckdb import DuckdbDatabase
from labelstore.engines.duckdb_marks import mirror_mark
from labelstore.errors import StoreError
from labelstore.schema.dialects import check_version


class MirrorDatabase(DuckdbDatabase):
    """A mirror, open for reading. `held` says what its store held when it was made; messages name the store."""

    def __init__(self, mirror: Path, store: Path) -> None:
        self.held = ""
        super().__init__(mirror, read_only=True)
        self.path = store

    def _check_mark(self, columns: Iterable[tuple[str, str]]) -> None:
        mark = mirror_mark(self._connection)
        if mark is None:
            raise StoreError(str(self.path), "is not the mirror of a store", "remove it")
        version, self.held = mark
        check_version(self.path, version, self.dialect.title, columns)
