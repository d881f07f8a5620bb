"""`load`: exports into a store."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from labelstore.cli import load_summary, output, progress
from labelstore.cli.command import Command
from labelstore.cli.diagnostics import say, stopped
from labelstore.cli.options import (
    AsJson,
    Exports,
    Force,
    Frames,
    MaxRatio,
    MaxRejects,
    OnError,
    OnErrorOption,
    Store,
    Wait,
)
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.figures import counted, duration

SECTION = Section.LOAD


class LoadCommand(Command):
    """It takes files, or else the tables of a lake."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Ask for files only where no lake is named."""
        from labelstore.errors import UsageError

        given, _, _ = self.make_parser(ctx).parse_args(list(args))
        is_from_lake = "from_lake" in given
        params = {param.name: param for param in self.params}
        params["files"].required = not is_from_lake
        others = [params[name] for name, value in given.items() if name not in _WITH_LAKE and value not in (None, ())]
        if is_from_lake and others:
            what = others[0].metavar if others[0].param_type_name == "argument" else others[0].opts[0]
            raise UsageError(f"--from-lake takes no {what}: it copies tables as they are into a new store")
        return super().parse_args(ctx, args)


COMMAND = LoadCommand
_WITH_LAKE = ("db", "from_lake", "wait", "as_json", "help")


def load(
    db: Store,
    files: Exports,
    frames: Frames = None,
    max_ratio: MaxRatio = 1000.0,
    wait: Wait = None,
    force: Force = False,
    history: Annotated[
        bool, typer.Option(help="Keep earlier versions of labels; with --no-history they are lost.")
    ] = True,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove labels of the files' projects that the files lack.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them without asking.")] = False,
    on_error: OnErrorOption = OnError.KEEP,
    max_rejects: MaxRejects = None,
    from_lake: Annotated[
        str | None,
        typer.Option(
            metavar="LAKE",
            help="In place of FILE...: make a new store of a lake, or of the folder that export parquet wrote.",
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

    URLs (https://, s3://, gs:// and others, with the extra "urls") are copied to this computer first. Loads name
    them without their query.

    A label is skipped as stale if the store holds it with a later "updated at". Labels of the files' projects
    that only the store has are counted as missing and kept; --prune removes them, unless a record cannot be
    read.

    \b
    Examples:
      labelstore load labels.db export.json
      labelstore load labels.duckdb "exports/*.ndjson.gz"
      labelstore load labels.db export-2019.csv
      labelstore load labels.db "s3://bucket/exports/*.ndjson"
      labelstore load labels.db v1-video.json --frames frames/
      labelstore load labels.db weekly.ndjson --prune --yes
      curl -s https://example.com/export.ndjson | labelstore load labels.db -
      labelstore load labels.duckdb --from-lake lake/
    """
    from labelstore.errors import UsageError
    from labelstore.loading import load

    if from_lake is not None:
        _load_lake(db, from_lake, wait, as_json=as_json)
        return
    if prune and not yes and not sys.stdin.isatty():
        raise UsageError("--prune asks before it removes labels: run it on a terminal, or give --yes")
    with stopped(lambda since: _after_stop(db, since)), progress.shown() as line:
        report = load(
            db,
            files,
            frames=frames,
            max_ratio=max_ratio or None,
            force=force,
            history=history,
            prune=load_summary.ask_before_pruning if prune and not yes else prune,
            max_rejects=0 if on_error is OnError.STOP else max_rejects,
            progress=line,
            wait=wait,
            notify=say,
        )
    load_summary.show(report, load_summary.next_steps(report, files), as_json=as_json)


def _load_lake(db: Path, lake: str, wait: float | None, *, as_json: bool) -> None:
    from labelstore.lake.to_store import load_lake

    with stopped(lambda _: f"there is no {db}"), progress.shown() as line:
        done = load_lake(db, lake, wait=wait, notify=say, progress=None if line is None else line.counted)
    if as_json:
        output.write_json(done.as_json())
        return
    held = f"{counted(done.rows['records'], 'record')}, {counted(done.rows['labels'], 'label')}"
    output.write(f"{visible(done.store)}: {held}, {duration(done.seconds)}\n")


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
