"""Records that a store could not take: what is the matter with them, and their bytes as they stood in the files."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from labelstore.clock import now
from labelstore.engines import engine_at, is_store
from labelstore.engines.database import Database
from labelstore.errors import NotFoundError, StoreError
from labelstore.files.columns import Form
from labelstore.files.tables import cells_of
from labelstore.formats.decoding import bounded_depth
from labelstore.loading.loader import Loader
from labelstore.loading.report import Report
from labelstore.loading.store_file import Notify, locked, writing

EXCERPT_CHARACTERS = 80
_EXCERPT_BYTES = 1000
_BATCH_RECORDS = 200
_BATCH_BYTES = 32_000_000
_GOES_ON = "the broken part goes on"
_SECRET = re.compile(r'(:(?:\\?/){2}[^"\s?]*?(?:\?|\\u003[fF]))[^"\s]*')
"""The query of a URL: it may hold a token."""


class Reject(NamedTuple):
    """One record that was not stored. `size` is that of its bytes, 0 for a gap; `excerpt` is how they begin."""

    load_id: int
    file_name: str
    position: int
    byte_offset: int
    reason: str
    size: int
    excerpt: str


def rejects(database: Database, load_id: int | None = None) -> Iterator[Reject]:
    """The rejects of a store, or of one load, in the order of loads and files.

    Raises `NotFoundError` for a load that the store does not know.
    """
    _check(database, load_id)
    sql = (
        "select r.load_id, l.file_name, r.position, r.byte_offset, r.reason, octet_length(raw),"
        f" first_bytes(raw, {_EXCERPT_BYTES})"
        " from rejects as r left join loads as l on l.load_id = r.load_id"
        " where ? is null or r.load_id = ? order by r.load_id, r.position, r.byte_offset"
    )
    for row in database.query(database.dialect.translate(sql), (load_id, load_id)).rows:
        yield Reject._make((*row[:-1], excerpt(bytes(row[-1] or b""))))


def write(database: Database, file: BinaryIO, load_id: int | None = None) -> int:
    """Write the bytes of the rejects, a line for each unless it has line breaks itself; the number of records written.

    Pieces of one broken part are joined. Rows of a table (CSV) come behind its header, to be repaired and loaded.
    Raises `NotFoundError` for a load that the store does not know.
    """
    _check(database, load_id)
    sql = "select load_id, table_form from loads where table_form is not null"
    forms = {load: msgspec.json.decode(form, type=Form) for load, form in database.query(sql).rows}
    count, last = 0, None
    for load, reason, raw in _raw(database, load_id):
        form = forms.get(load)
        if reason == _GOES_ON and count:
            file.write(b" ")
        else:
            file.write(b"\n" if count else b"")
            count += 1
        if form is not None and load != last:
            file.write(form.row(form.columns).encode())
        last = load
        file.write(raw if form is None else _row(form, raw))
    file.write(b"\n" if count else b"")
    return count


def _row(form: Form, raw: bytes) -> bytes:
    """A row as it stood in its table: one that was refused as an element is given as that."""
    try:
        return form.row(cells_of(raw, form.columns)).rstrip("\r\n").encode() if raw.startswith(b"{") else raw
    except ValueError:
        return raw


def excerpt(raw: bytes) -> str:
    """The first characters of a record, without the query of a URL, which may hold a token."""
    text = _SECRET.sub(r"\1…", raw[:_EXCERPT_BYTES].decode(errors="backslashreplace"))
    whole = len(raw) < _EXCERPT_BYTES and len(text) <= EXCERPT_CHARACTERS
    return text if whole else text[: EXCERPT_CHARACTERS - 1] + "…"


def _check(database: Database, load_id: int | None) -> None:
    if load_id is None or (
        0 < load_id < 1 << 63 and database.value("select 1 from loads where load_id = ?", (load_id,))
    ):
        return
    hint = "list them with: labelstore loads DB"
    raise NotFoundError(f"{database.path} has no load {load_id}; {hint}")


def _raw(database: Database, load_id: int | None) -> Iterator[tuple[int, str, bytes]]:
    """Load, reason and bytes of the rejects that have bytes, a few at a time."""
    sql = database.dialect.translate(
        "select rowid, octet_length(raw) from rejects where octet_length(raw) > 0 and (? is null or load_id = ?)"
        " order by load_id, position, byte_offset"
    )
    batch: list[int] = []
    together = 0
    for row_id, length in list(database.query(sql, (load_id, load_id)).rows):
        if batch and (len(batch) == _BATCH_RECORDS or together + length > _BATCH_BYTES):
            yield from _read(database, batch)
            batch, together = [], 0
        batch.append(row_id)
        together += length
    yield from _read(database, batch)


def _read(database: Database, row_ids: list[int]) -> Iterator[tuple[int, str, bytes]]:
    sql = f"select rowid, load_id, reason, raw from rejects where rowid in ({','.join('?' * len(row_ids)) or 'null'})"
    found = {row_id: (load, reason, bytes(raw)) for row_id, load, reason, raw in database.query(sql, row_ids).rows}
    return (found[row_id] for row_id in row_ids)


def retry(store: str | Path, *, wait: float | None = None, notify: Notify | None = None) -> Report:
    """Store the records of the table `rejects` that can be stored, and take them out of it.

    What is stored belongs to a new load, whose file name says which load refused it; position and byte offset are
    those in the first file. Frames are not tried: nothing says to which label they belong. `wait` and `notify` as in
    `load`.
    """
    path, engine = Path(store), engine_at(store)
    if not is_store(path):
        raise StoreError(str(store), "does not exist", "make it with: labelstore load STORE FILE")
    report = Report(str(store), engine.name)
    started = time.perf_counter()
    with (
        locked(path, "retry", [str(store)], wait=wait, notify=notify) as patience,
        writing(path, patience) as database,
        bounded_depth(),
    ):
        loader = Loader(database, report)
        sql = "select load_id, file_name from loads where load_id in (select load_id from rejects) order by 1"
        for load_id, name in list(database.query(sql).rows):
            file = loader.state.new_file(f"{name} (rejects of load {load_id})")
            sql = "select position, byte_offset, raw from rejects where load_id = ? order by position"
            rows = [(position, offset, bytes(raw)) for position, offset, raw in database.query(sql, (load_id,)).rows]
            refused = loader.store_rejects(rows, file)
            file.rejected = len(refused)
            for position in {row[0] for row in rows} - refused:
                database.execute("delete from rejects where load_id = ? and position = ?", (load_id, position))
            if file.rejected < file.records:
                file.finished_at = now()
                loader.state.record([file])
        loader.state.finish()
    report.seconds = time.perf_counter() - started
    return report
