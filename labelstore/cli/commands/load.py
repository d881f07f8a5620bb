"""`load`: exports into a store."""

import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import REJECTED, say, stopped
from labelstore.cli.options import AsJson, Exports, Frames, Jobs, MaxRatio, Store, Wait, check_order
from labelstore.cli.sections import Section
from labelstore.cli.terminal import visible
from labelstore.figures import duration, figure

if TYPE_CHECKING:
    from labelstore.loading import Report

SECTION = Section.LOAD


class OnError(StrEnum):
    """What happens to a load at a record that cannot be stored."""

    KEEP = "keep"
    STOP = "stop"


def load(
    db: Store,
    files: Exports,
    frames: Frames = None,
    jobs: Jobs = None,
    max_ratio: MaxRatio = 1000.0,
    wait: Wait = None,
    force: Annotated[bool, typer.Option("--force", help="Accept labels that are older than the stored ones.")] = False,
    history: Annotated[bool, typer.Option(help="Keep replaced versions; with --no-history they are lost.")] = True,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove labels of the files' projects that the files lack.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them without asking.")] = False,
    on_error: Annotated[
        OnError, typer.Option(help="At a record that cannot be stored: keep it in rejects, or stop and store nothing.")
    ] = OnError.KEEP,
    max_rejects: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help="Stop and store nothing if there are more rejects.", show_default="no limit"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Load exports into a store, creating it if needed.

    Records that the store already holds are skipped, or replaced if they changed. A new file whose name ends in
    .duckdb or .ddb becomes a DuckDB store, any other a SQLite store. Exits with 0 if everything was stored,
    with 3 if some records were rejected.

    A folder stands for the exports in it and below it, a zip archive for those inside; hidden files, frames
    files and anything that is not an export are skipped and named. A file named here that is not an export
    stops the load, and nothing is stored.

    A label is skipped as stale if the store holds it with a later "updated at". Labels of the files' projects
    that only the store has are counted as missing and kept; --prune removes them, unless a record cannot be
    read.

    \b
    Examples:
      labelstore load labels.db export.json
      labelstore load labels.duckdb "exports/*.ndjson.gz"
      labelstore load labels.db export-2019.csv
      labelstore load labels.db v1-video.json --frames frames/
      labelstore load labels.db weekly.ndjson --prune --yes
      curl -s https://example.com/export.ndjson | labelstore load labels.db -
    """
    from labelstore.errors import UsageError
    from labelstore.loading import load

    if prune and not yes and not sys.stdin.isatty():
        raise UsageError("--prune asks before it removes labels: run it on a terminal, or give --yes")
    check_order(db, files, "load")
    with stopped(lambda since: _after_stop(db, since)), progress.shown() as line:
        report = load(
            db,
            files,
            frames=frames,
            max_ratio=max_ratio or None,
            jobs=jobs,
            force=force,
            history=history,
            prune=_ask_before_pruning if prune and not yes else prune,
            max_rejects=0 if on_error is OnError.STOP else max_rejects,
            progress=line,
            wait=wait,
            notify=say,
        )
    for note in (*report.notes, *_notes_on_empty_files(report)):
        say(note)
    if as_json:
        output.write_json(report.as_json())
    else:
        output.write_lines(_lines(report))
    if report.total("rejected"):
        raise typer.Exit(REJECTED)


def _after_stop(db: Path, since: str) -> str:
    """What a load that was stopped, and began at a time, left behind."""
    from labelstore.engines import open_database
    from labelstore.errors import LabelstoreError

    if not db.exists():
        return f"nothing was stored, and there is no {db}"
    try:
        with open_database(db, read_only=True) as database:
            stored = database.value("select count(*) from loads where finished_at >= ?", (since,))
    except (LabelstoreError, OSError):
        stored = None
    if stored:
        return f"the load was complete by then, and is in {db}"
    return f"nothing of this load was stored; {db} is as it was before"


def _ask_before_pruning(missing: Mapping[str, int]) -> bool:
    for project, count in missing.items():
        print(f"{visible(project)}: {figure(count)} labels are not in the files", file=sys.stderr)
    return typer.confirm("Remove them?", err=True)


def _notes_on_empty_files(report: "Report") -> Iterator[str]:
    for file in report.files:
        if not file.records and not file.bytes:
            yield f"{file.name}: is empty; did its download fail?"
        elif not file.records:
            yield f"{file.name}: holds no records; an export that failed or found nothing looks like this"


def _lines(report: "Report") -> Iterator[str]:
    counts = ("added", "changed", "unchanged", "repeated", "stale", "rejected")
    yield f"{visible(report.store)} ({report.engine})"
    outcome = ", ".join(f"{figure(report.total(count))} {count}" for count in counts)
    yield f"  records          {figure(report.total('records'))}: {outcome}"
    yield f"  labels           {figure(report.labels)}"
    yield f"  objects          {figure(report.objects)}"
    yield f"  classifications  {figure(report.classifications)}"
    yield f"  frames           {figure(report.frames)}"
    if report.model_run_labels or report.predictions:
        apart = f"{figure(report.model_run_labels)} labels, {figure(report.predictions)} predictions"
        yield f"  model runs       {apart}, not counted above"
    if report.unread:
        unread = f"{figure(report.unread)} values without a column"
        yield f"  unread           {unread}, kept as JSON; see: labelstore detect"
    if missing := report.total("missing"):
        yield f"  missing labels   {figure(missing)}, {_fate_of_missing(report)}"
    if report.asset_types:
        types = ", ".join(f"{name} {figure(count)}" for name, count in sorted(report.asset_types.items()))
        yield f"  asset types      {types}"
    if report.frames_files or report.frames_missing:
        hint = " (give their folder with --frames)" if report.frames_missing else ""
        yield f"  frames files     {figure(report.frames_files)} found, {figure(report.frames_missing)} missing{hint}"
    yield f"  time             {duration(report.seconds)}, {report.megabytes_per_second:.1f} MB/s"
    for file in report.files:
        for reject in file.first_rejects:
            position = f"record {reject['position']} at byte {reject['byte_offset']}"
            yield f"rejected: {visible(file.name)}, {position}: {visible(reject['reason'])}"
        if file.rejected > len(file.first_rejects):
            yield f"rejected: {visible(file.name)}, {figure(file.rejected - len(file.first_rejects))} more"
    if report.total("rejected"):
        yield "They are kept in the table rejects."


def _fate_of_missing(report: "Report") -> str:
    if report.total("pruned"):
        return "removed"
    if unheard := report.total("unheard"):
        return f"kept: rejected records may hold them ({figure(unheard)} rejected); see: labelstore rejects"
    return "kept (--prune removes them)"
