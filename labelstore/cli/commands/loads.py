"""`loads`: the loads of a store."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from labelstore.cli.diagnostics import say
from labelstore.cli.options import Output, Overwrite, RowsFormat, ShortForJson, Store, TextFormat
from labelstore.cli.row_output import asked, chosen_format
from labelstore.cli.sections import Section
from labelstore.cli.shown_numbers import ShownNumber
from labelstore.figures import figure, moment, size

if TYPE_CHECKING:
    from labelstore.history import Load

SECTION = Section.LOAD


def loads(
    db: Store,
    format: RowsFormat = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    as_json: ShortForJson = False,
) -> None:
    """List the loads of a store, the newest last.

    Each file is a load of its own; `command` is the first load of those that came in one command. Frames files
    are counted with their export. diff, get --at and rejects --load take these numbers. As a table, names are
    short, times and sizes rounded, and counts in words; the other formats have a column for each.

    \b
    Examples:
      labelstore loads labels.db
      labelstore loads labels.db --json
      labelstore loads labels.db -o loads.csv
    """
    from labelstore.history import Load, loads_of

    chosen = chosen_format(TextFormat, format, out, as_json)
    with asked(db, out=out, overwrite=overwrite, format=chosen) as (database, write):
        found = loads_of(database)
        if chosen == TextFormat.TABLE:
            write(*_table(found))
        else:
            write(Load._fields, found)
    if not found:
        say("nothing was loaded yet")


def _table(loads: Sequence["Load"]) -> tuple[list[str], list[tuple[Any, ...]]]:
    names = _short([load.file_name for load in loads])
    rows = [
        (
            load.load_id,
            moment(load.finished_at).removesuffix(" UTC"),
            name,
            _brought(load),
            ShownNumber.of(load.bytes, size),
        )
        for load, name in zip(loads, names, strict=True)
    ]
    return ["load", "finished (UTC)", "file", "records", "size"], rows


def _brought(load: "Load") -> str:
    from labelstore.loading.outcome import Counted, parts

    more = [
        f"{figure(count)} {word}"
        for word, count in (
            ("labels missing", load.missing - load.pruned),
            ("labels removed", load.pruned),
            ("frames files", load.frames_files),
        )
        if count
    ]
    return ", ".join([*parts(Counted.of([load])), *more]) or "none"


def _short(names: Sequence[str]) -> list[str]:
    """The names without the folders that all of them are in."""
    folders = {os.path.dirname(name) for name in names if name != "-"}
    if len(folders) == 1 or (folders and len({os.path.isabs(folder) for folder in folders}) == 1):
        common = os.path.commonpath(folders)
        return [os.path.relpath(name, common) if common and name != "-" else name for name in names]
    return list(names)
