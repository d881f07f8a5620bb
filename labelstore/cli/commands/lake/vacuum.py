"""`vacuum`: removing files of a lake that nothing needs any more."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import say
from labelstore.cli.options import AsJson, Lake
from labelstore.errors import UsageError
from labelstore.figures import counted, moment, size

if TYPE_CHECKING:
    from labelstore.lake.vacuum import Needless


def vacuum(
    lake: Lake,
    older_than: Annotated[
        float, typer.Option(metavar="DAYS", min=0, help="Keep the snapshots and files of so many days.")
    ] = 7.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; tell what would be removed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove the files of a lake that nothing needs any more.

    They belong to snapshots that are old by now, or a load left them that did not end. The newest snapshot
    stays, and everything younger than --older-than, for a load may be writing it. With --older-than 0 no load
    may be running.

    \b
    Examples:
      labelstore lake vacuum lake/ --dry-run
      labelstore lake vacuum s3://example/lake --older-than 30 --yes
    """
    from labelstore.lake.opening import lake_at

    opened = lake_at(lake)
    from labelstore.lake.vacuum import needless, vacuum

    age = timedelta(days=older_than)
    found = needless(opened, age)
    if not dry_run and found.files and not yes:
        _ask(found)
    done = found if dry_run else vacuum(opened, age)
    if as_json:
        facts = {"files": len(done.files), "bytes": done.bytes, "snapshots": done.snapshots, "names": [*done.files]}
        output.write_json({**facts, "removed": not dry_run})
        return
    told = "would be removed" if dry_run else "removed"
    output.write(f"{counted(len(done.files), 'file')} ({size(done.bytes)}) {told}\n")
    if done.snapshots:
        output.write(f"{counted(len(done.snapshots), 'snapshot')} {told}: {', '.join(map(str, done.snapshots))}\n")


def _ask(found: "Needless") -> None:
    """Ask whether to remove files. Raises `UsageError` where nobody can answer, `typer.Abort` for no."""
    if not sys.stdin.isatty():
        raise UsageError(f"{counted(len(found.files), 'file')} would be removed; say so with --yes, or see --dry-run")
    for started in found.running:
        say(f"a load that began at {moment(started)} is not known to have ended; if it still runs, wait for it")
    if not typer.confirm(f"Remove {counted(len(found.files), 'file')} ({size(found.bytes)})?", err=True):
        raise UsageError("nothing was removed")
