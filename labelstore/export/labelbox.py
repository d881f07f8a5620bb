"""From a store back to JSON: single labels and data rows, and whole export files."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from labelstore.engines import engine_of, open_database
from labelstore.engines.database import Database
from labelstore.errors import NotFoundError, UsageError
from labelstore.files.columns import Form
from labelstore.files.outputs import check_output, is_stream, output_file, scratch_of
from labelstore.files.signatures import BOM
from labelstore.files.tables import cells_of
from labelstore.query.find import data_row_of
from labelstore.workers import answer, helpers, tell, useful_jobs

TABLE = "labelbox-csv"
FORMATS = ("labelbox-v1", "labelbox-v2", TABLE)
"""A JSON array of the labels that came as v1; a line for each data row that came as v2; a table of the labels that came
in one."""

_TOGETHER = 500


def json_of(database: Database, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(id, JSON) of labels and data rows, in the order asked for.

    A label comes as its v1 element or its v2 label object; a data row as each v2 line that told about it, or where
    only v1 knows it as each of its labels; a data row also by its external id or global key. Raises `NotFoundError` at
    an id that the store does not hold.
    """
    for wanted in ids:
        found = database.label_json(wanted) or database.data_row_json(wanted)
        if not found and (data_row_id := data_row_of(database, wanted)):
            found = database.data_row_json(data_row_id)
        if not found:
            hint = f"find ids with: labelstore search {database.path} WORDS"
            raise NotFoundError(
                f"{wanted}: no label or data row of {database.path} has this id, external id or global key; {hint}"
            )
        yield from ((wanted, text) for text in found)


class _Frame(NamedTuple):
    """What stands around the records of an export file."""

    generation: str
    before: bytes
    between: bytes
    after: bytes


_FRAMES = {
    "labelbox-v1": _Frame("v1", b"[", b",\n", b"]\n"),
    "labelbox-v2": _Frame("v2", b"", b"\n", b"\n"),
}


def export(
    store: str | Path,
    format: str,
    out: str | Path,
    *,
    jobs: int | None = None,
    overwrite: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the records of one generation to `out` ("-" is standard output); the number of records written.

    A table (CSV) has the columns of those that its labels came in, in their order, and is written as the first of them.
    `jobs` processes (the number of cores, 8 at most) rebuild a large SQLite store side by side. `progress` is called
    now and then with the number of records so far.
    """
    if format not in FORMATS:
        raise UsageError(f"{format}: unknown format; known are {', '.join(FORMATS)}")
    check_output(out, store, overwrite=overwrite)
    if format == TABLE:
        with open_database(store, read_only=True) as database:
            form = _form(database)
            with output_file(out, overwrite=overwrite) as file:
                return _write_table(database, form, file, progress)
    frame = _FRAMES[format]
    jobs = useful_jobs(jobs, Path(store)) if engine_of(store) == "sqlite" else 1
    with (
        helpers(__name__, jobs - 1) as others,
        open_database(store, read_only=True) as database,
        output_file(out, overwrite=overwrite) as file,
        _folder_for_parts(out) as folder,
    ):
        ends = _stretches(database, frame.generation, jobs)
        parts = [folder / str(number) for number in range(1, jobs)]
        for helper, part, stretch in zip(others, parts, ends[1:], strict=True):
            tell(helper, {"store": str(store), "format": format, "stretch": stretch, "out": str(part)})
        file.write(frame.before)
        tick = progress and (lambda count: progress(count * jobs))
        count = _write(database, frame, ends[0], file, tick)
        for helper, part in zip(others, parts, strict=True):
            added = answer(helper, str(store))["count"]
            if count and added:
                file.write(frame.between)
            with part.open("rb") as text:
                shutil.copyfileobj(text, file, 1 << 20)
            count += added
        if count or frame.before:
            file.write(frame.after)
    return int(count)


def _stretches(database: Database, generation: str, count: int) -> list[tuple[int, int]]:
    """First and last record id of `count` stretches that hold all records of a generation."""
    sql = (
        "select min(record_id), max(record_id)"
        " from (select record_id, ntile(?) over (order by record_id) as stretch from records where generation = ?)"
        " group by stretch order by stretch"
    )
    found = [(first, last) for first, last in database.query(sql, (count, generation)).rows]
    return found + [(0, -1)] * (count - len(found))


def _write(
    database: Database,
    frame: _Frame,
    stretch: tuple[int, int],
    file: BinaryIO,
    progress: Callable[[int], None] | None = None,
) -> int:
    count = 0
    for count, text in enumerate(database.rebuilt_all(frame.generation, *stretch), 1):
        if count > 1:
            file.write(frame.between)
        file.write(text)
        if progress is not None and count % 1000 == 0:
            progress(count)
    return count


_OF_TABLES = "load_id in (select load_id from loads where table_form is not null)"


def _form(database: Database) -> Form:
    """How to write the labels that came in tables. Raises `UsageError` if there are none."""
    sql = (
        f"select table_form from loads where {_OF_TABLES} and load_id in (select load_id from records) order by load_id"
    )
    forms = [msgspec.json.decode(text, type=Form) for (text,) in database.query(sql).rows]
    if not forms:
        raise UsageError(f"{TABLE}: no label of {database.path} came in a table (CSV); write them with labelbox-v1")
    return msgspec.structs.replace(
        forms[0], columns=list(dict.fromkeys(name for form in forms for name in form.columns))
    )


def _write_table(database: Database, form: Form, file: BinaryIO, progress: Callable[[int], None] | None = None) -> int:
    file.write((BOM if form.mark else b"") + form.row(form.columns).encode())
    sql = f"select record_id from records where generation = 'v1' and {_OF_TABLES} and record_id > ? order by 1 limit ?"
    count, last = 0, -1
    while ids := [record_id for (record_id,) in database.query(sql, (last, _TOGETHER)).rows]:
        texts = dict(database.rebuilt(ids))
        file.writelines(form.row(cells_of(texts[record_id], form.columns)).encode() for record_id in ids)
        count, last = count + len(ids), ids[-1]
        if progress is not None:
            progress(count)
    return count


def work(task: dict[str, Any]) -> dict[str, Any]:
    """The part of a helper process."""
    with open_database(task["store"], read_only=True) as database, open(task["out"], "wb") as file:
        return {"count": _write(database, _FRAMES[task["format"]], tuple(task["stretch"]), file)}


@contextmanager
def _folder_for_parts(out: str | Path) -> Iterator[Path]:
    """Where parts can be written: beside the file, or where temporary files go."""
    if is_stream(out):
        with tempfile.TemporaryDirectory(prefix="labelstore-") as temporary:
            yield Path(temporary)
        return
    scratch = scratch_of(out)
    folder = scratch.with_name(scratch.name + ".parts")
    folder.mkdir()  # goes with what else is left of the file
    yield folder
