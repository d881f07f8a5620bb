"""`diff`: what changed between two loads of a store, or between two export files."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import interruptible, say
from labelstore.cli.options import AsJson, MaxRatio
from labelstore.cli.sections import Section
from labelstore.cli.terminal import json_escaped, visible
from labelstore.errors import UsageError
from labelstore.figures import figure

if TYPE_CHECKING:
    from labelstore.history import LabelChange
    from labelstore.loading import Report

SECTION = Section.CHECK


def diff(
    a: Annotated[str, typer.Argument(metavar="DB|FILE", help="A store, or an export file.")],
    b: Annotated[str, typer.Argument(metavar="LOAD|FILE", help="The earlier load, or the other export file.")],
    c: Annotated[str | None, typer.Argument(metavar="LOAD", help="The later load.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Labels to show; 0 shows all.")] = 20,
    max_ratio: MaxRatio = 1000.0,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two loads or two export files.

    Lists, by label, objects that were added, removed, moved (with the intersection over union of boxes and
    polygons) or renamed, answers that changed, and every other difference by its JSON pointer. Refreshed URL
    tokens are ignored. With --json each label is one line with all of it. Polygons are measured exactly if
    shapely is installed (the extra "geometry"), else by their bounds.

    \b
    Examples:
      labelstore diff labels.db 1 2
      labelstore diff labels.db 1 2 --json
      labelstore diff monday.ndjson friday.ndjson --limit 0
    """
    if c is not None:
        _diff_loads(a, (b, c), limit, as_json)
    else:
        _diff_files(a, b, max_ratio, limit, as_json)


def _diff_loads(store: str, loads: tuple[str, str], limit: int, as_json: bool) -> None:
    from labelstore.engines import is_store, open_database
    from labelstore.history import diff_loads

    if not all(load.isascii() and load.isdigit() and len(load) < 19 for load in loads):
        raise UsageError(f"{' '.join(loads)}: loads are numbers; list them with: {_list_loads(store)}")
    if Path(store).is_file() and not is_store(store):
        raise UsageError(f"{store}: is not a store; to compare two export files: labelstore diff FILE FILE")
    with interruptible(), open_database(store, read_only=True) as database:
        first, last = map(int, loads)
        _print(diff_loads(database, first, last), f"{store}, load {first} to load {last}", limit, as_json)


def _diff_files(one: str, other: str, max_ratio: float, limit: int, as_json: bool) -> None:
    from labelstore.engines import is_store
    from labelstore.history import diff_files

    for file in (one, other):
        if is_store(file):
            raise UsageError(f"{file}: is a store, so name two of its loads; list them with: {_list_loads(file)}")
    with progress.shown() as line:
        changes = diff_files(one, other, max_ratio=max_ratio or None, progress=line, loaded=_say_rejects)
        _print(changes, f"{one} to {other}", limit, as_json)


def _list_loads(store: str) -> str:
    return f'labelstore query {store} "select load_id, file_name from loads"'


def _say_rejects(report: "Report") -> None:
    count = report.total("rejected")
    if count:
        names = ", ".join(file.name for file in report.files)
        records = "record is" if count == 1 else "records are"
        say(f"{names}: {figure(count)} {records} left out, unreadable; see: labelstore detect FILE")


def _print(changes: "Iterator[LabelChange]", title: str, limit: int, as_json: bool) -> None:
    if as_json:
        import msgspec

        encode = msgspec.json.encode
        output.write_lines(json_escaped(encode(change.as_json()).decode()) for change in changes)
        return
    from labelstore.cli.label_changes import lines_of

    counts: Counter[str] = Counter()
    shown: list[str] = []
    for change in changes:
        counts[change.change] += 1
        if not limit or counts.total() <= limit:
            shown += lines_of(change)
    output.write(f"{visible(title)}\n")
    output.write_lines(f"  {kind:8} {figure(counts[kind])}" for kind in ("added", "removed", "changed"))
    output.write_lines(shown)
    if limit and counts.total() > limit:
        output.write(f"\n{figure(counts.total() - limit)} more labels (--limit 0 shows all)\n")
