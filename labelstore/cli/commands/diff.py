"""`diff`: what changed: between two loads of a store, in a label, or between two export files."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import interruptible, say
from labelstore.cli.options import AsJson, MaxRatio, at_most
from labelstore.cli.sections import Section
from labelstore.cli.terminal import json_escaped
from labelstore.displaying.cells import visible
from labelstore.errors import UsageError
from labelstore.figures import figure, moment

if TYPE_CHECKING:
    from labelstore.engines.database import Database
    from labelstore.history import LabelChange, Load
    from labelstore.loading import Report

SECTION = Section.CHECK


class _Form(NamedTuple):
    """How changes are printed."""

    limit: int
    only_totals: bool
    as_json: bool


def diff(
    a: Annotated[str, typer.Argument(metavar="DB|FILE", help="A store, or an export file.")],
    b: Annotated[
        str | None,
        typer.Argument(
            metavar="LABEL_ID|LOAD|FILE",
            help="Of a store a label (or its data row, by id, external id or global key) or the earlier load; of a file"
            " the other file. Without, the last two loads that changed labels are compared.",
            show_default=False,
        ),
    ] = None,
    c: Annotated[str | None, typer.Argument(metavar="LOAD", help="The later load.", show_default=False)] = None,
    limit: Annotated[int, at_most("labels, classes and questions")] = 20,
    totals: Annotated[bool, typer.Option("--totals", help="Only the totals, with --json as one document.")] = False,
    max_ratio: MaxRatio = 1000.0,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two loads, files or versions of a label.

    First the totals: objects by class that were added, removed, moved or renamed, and answers by question. Then
    the same by label, with the intersection over union of boxes and polygons that moved, and every other
    difference by its JSON pointer. Refreshed URL tokens are ignored. With --json each label is one line with all
    of it. Labels in model runs are in no total. Files of one command count as one load. Polygons are measured
    exactly if shapely is installed (the extra "geometry"), else by their bounds.

    \b
    Examples:
      labelstore diff labels.db
      labelstore diff labels.db LABEL_ID
      labelstore diff labels.db 1 2 --json
      labelstore diff monday.ndjson friday.ndjson --totals
    """
    from labelstore.engines import is_store

    form = _Form(limit, totals, as_json)
    if c is not None:
        _diff_loads(a, (str(b), c), form)
    elif b is None:
        _diff_last(a, form)
    elif is_store(a) and not is_store(b):
        _diff_label(a, b, form)
    else:
        _diff_files(a, b, max_ratio, form)


def _diff_last(store: str, form: _Form) -> None:
    from labelstore.engines import open_database
    from labelstore.history import diff_loads, last_two

    _check_store(store)
    with interruptible(), open_database(store, read_only=True) as database:
        before, after = last_two(database)
        title = f"{store}: {_named(before)} to {_named(after)},\nthe last two loads that changed labels"
        _print(diff_loads(database, before.last_load_id, after.last_load_id), title, form)


def _named(load: "Load") -> str:
    return f"load {load.load_id} ({Path(load.file_name).name}, {moment(load.finished_at)})"


def _diff_label(store: str, label_id: str, form: _Form) -> None:
    from labelstore.engines import open_database
    from labelstore.errors import AmbiguousError, NotFoundError
    from labelstore.history import diff_label, versions_of

    with interruptible(), open_database(store, read_only=True) as database:
        try:
            versions_of(database, label_id)
        except AmbiguousError:
            raise
        except NotFoundError:
            raise _not_a_label(store, label_id) from None
        first, last, change = diff_label(database, label_id)
        title = f"{store}: {change.label_id}, load {first} to load {last}, its last change"
        _print(iter([change]), title, form)


def _not_a_label(store: str, name: str) -> Exception:
    from labelstore.errors import NotFoundError

    if _is_number(name):
        return UsageError(
            f"{name}: no label of {store} has this id; to compare loads, name two of its loads, as in:"
            f" labelstore diff {store} {name} LOAD (they are listed by: labelstore loads {store})"
        )
    if Path(name).exists():
        return UsageError(
            f"{name}: is a file, and {store} a store: name two export files; or load it, then: labelstore diff {store}"
        )
    hint = f"find ids with: labelstore search {store} WORDS"
    return NotFoundError(f"{name}: {store} has and had no label with this id, external id or global key; {hint}")


def _diff_loads(store: str, loads: tuple[str, str], form: _Form) -> None:
    from labelstore.engines import open_database
    from labelstore.history import diff_loads

    if not all(map(_is_number, loads)):
        raise UsageError(f"{' '.join(loads)}: loads are numbers; list them with: labelstore loads {store}")
    _check_store(store)
    with interruptible(), open_database(store, read_only=True) as database:
        first, last = map(int, loads)
        changes = diff_loads(database, first, last)
        _print(changes, f"{store}: {_told(database, first)} to {_told(database, last)}", form)


def _told(database: "Database", load_id: int) -> str:
    from labelstore.history import loads_of

    return next((_named(load) for load in loads_of(database) if load.load_id == load_id), f"load {load_id}")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _check_store(path: str) -> None:
    from labelstore.engines import is_store

    if Path(path).is_file() and not is_store(path):
        raise UsageError(f"{path}: is not a store; to compare two export files: labelstore diff FILE FILE")


def _diff_files(one: str, other: str, max_ratio: float, form: _Form) -> None:
    from labelstore.engines import is_store
    from labelstore.files.urls import shown_name
    from labelstore.history import diff_files

    for file in (one, other):
        if is_store(file):
            raise UsageError(f"{file}: is a store, so name two of its loads; list them with: labelstore loads {file}")
    with progress.shown() as line:
        changes = diff_files(one, other, max_ratio=max_ratio or None, progress=line, loaded=_say_rejects)
        _print(changes, f"{shown_name(one)} to {shown_name(other)}", form)


def _say_rejects(report: "Report") -> None:
    count = report.total("rejected")
    if count:
        names = ", ".join(file.name for file in report.files)
        records = "record is" if count == 1 else "records are"
        say(f"{names}: {figure(count)} {records} left out, unreadable; see: labelstore detect FILE")


def _print(changes: "Iterator[LabelChange]", title: str, form: _Form) -> None:
    if form.as_json and not form.only_totals:
        import msgspec

        encode = msgspec.json.encode
        output.write_lines(json_escaped(encode(change.as_json()).decode()) for change in changes)
        return
    from tempfile import SpooledTemporaryFile

    from labelstore.cli.label_changes import lines_of, total_lines
    from labelstore.history import Totals

    totals = Totals()
    with SpooledTemporaryFile(max_size=10_000_000) as spool:
        with progress.shown() as line:
            for change in changes:
                found = change.diff()
                totals.add(change.change, found, in_model_run=change.is_in_model_run)
                if not form.only_totals and (not form.limit or totals.count <= form.limit):
                    spool.writelines(f"{text}\n".encode() for text in lines_of(change, found))
                if line is not None:
                    line.items(totals.count)
        if form.as_json:
            output.write_json(totals.as_json())
            return
        output.write_lines(visible(line) for line in title.splitlines())
        output.write_lines(total_lines(totals, form.limit))
        spool.seek(0)
        output.write_lines(line.decode().rstrip("\n") for line in spool)
    left_out = totals.count - form.limit
    if form.limit and left_out > 0 and not form.only_totals:
        output.write(f"\n{figure(left_out)} more labels (--limit 0 shows all)\n")
