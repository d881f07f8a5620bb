"""The content that a lake holds already, for tasks that leave out what comes again; and what they have left out.

A file of 24 bytes for each stored record, in their order: what `formats.shredding.hashes` gives of it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from labelstore.formats.shredding import Hashes
from labelstore.lake.place import OWN, Place

if TYPE_CHECKING:
    import pyarrow as pa

    from labelstore.engines.database import Database
    from labelstore.lake.database import LakeDatabase

MOST_KNOWN = 20_000_000
"""With more stored records each task would hold more than 480 MB of them; then all is written first."""
_BYTES = 24
_NO_TOKENS = bytes(8)
_ROWS = 100_000


def key(hashes: Hashes) -> bytes:
    """24 bytes for the content of a record and the tokens of its URLs."""
    return hashes.content + (hashes.urls or _NO_TOKENS)


def write_known(place: Place, claim: int, database: "Database") -> str:
    """Write what is known of the records of a lake, frames left out; the name of the file, "" for none."""
    stored = "from records where generation <> 'frames' and content_hash is not null"
    if not 0 < int(database.value(f"select count(*) {stored}")) <= MOST_KNOWN:
        return ""
    name = f"{OWN}/known/load-{claim}.bin"
    rows = database.query(f"select content_hash, url_hash {stored} order by 1, 2 nulls first").rows
    with place.writing(name) as file:
        while some := [key(Hashes(*row)) for _, row in zip(range(_ROWS), rows, strict=False)]:
            file.write(b"".join(some))
    return name


class Known:
    """What `write_known` wrote."""

    def __init__(self, place: Place, name: str) -> None:
        with place.reading(name) as file:
            self._keys = file.read()
        self._all = range(len(self._keys) // _BYTES)

    def __contains__(self, hashes: Hashes) -> bool:
        wanted = key(hashes)
        found = bisect_left(self._all, wanted, key=self._at)
        return found < len(self._all) and self._at(found) == wanted

    def _at(self, number: int) -> bytes:
        return self._keys[number * _BYTES : (number + 1) * _BYTES]


class Seen:
    """Records of a task that the lake holds already."""

    def __init__(self) -> None:
        self._loads: list[int] = []
        self._contents: list[bytes] = []

    def add(self, load_id: int, hashes: Hashes) -> None:
        """Note one."""
        self._loads.append(load_id)
        self._contents.append(hashes.content)

    def write(self, place: Place, name: str) -> str:
        """Write them; the name of the Parquet file of load ids and contents, "" for none."""
        if not self._loads:
            return ""
        import pyarrow as pa
        from pyarrow import parquet

        rows = pa.table({"load_id": pa.array(self._loads, pa.int64()), "content_hash": self._contents})
        name = f"{OWN}/seen/{name}.parquet"
        with place.writing(name) as file:
            parquet.write_table(rows, file, compression="zstd")
        return name


class StoredSeen:
    """What was left out, as the lake has it by the time of a commit: `files` are those of `Seen`, by path or URL."""

    def __init__(self, database: "LakeDatabase", files: Sequence[str], first_record: int) -> None:
        self._database, self._first = database, first_record
        database.execute("create table seen_records (load_id bigint, content_hash blob)")
        database.append_files("seen_records", files)

    def generations(self) -> dict[int, str]:
        """Load id → the generation of its records."""
        sql = (
            "select s.load_id, min(r.generation) from seen_records as s"
            " join records as r on r.content_hash = s.content_hash and r.record_id < ? group by 1"
        )
        return dict(self._database.query(sql, (self._first,)).rows)

    def stay(self, removed: "pa.Array") -> bool:
        """Whether the lake still has all of them, and none is among the records that are removed."""
        sql = (
            "select r.record_id from (select distinct content_hash from seen_records) as s"
            " left join records as r"
            " on r.content_hash = s.content_hash and r.record_id < ? and r.generation <> 'frames'"
        )
        gone = set(removed.to_pylist())
        found = self._database.query(sql, (self._first,)).rows
        return all(record_id is not None and record_id not in gone for (record_id,) in found)
