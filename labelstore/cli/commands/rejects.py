"""`rejects`: the records that could not be stored, to look at, to repair and to retry."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli import completion, output
from labelstore.cli.diagnostics import REJECTED, say, stopped
from labelstore.cli.options import AsJson, Overwrite, Store, Wait
from labelstore.cli.row_output import write_rows
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.errors import UsageError
from labelstore.figures import counted, figure

if TYPE_CHECKING:
    from labelstore.loading.rejects import Reject

SECTION = Section.LOAD


def rejects(
    db: Store,
    load: Annotated[
        int | None,
        typer.Option(metavar="LOAD", help="Only rejects of the load with this id.", autocompletion=completion.loads),
    ] = None,
    write: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", "--write", metavar="FILE", help="Write to a file; - for stdout: the records, one a line."
        ),
    ] = None,
    overwrite: Overwrite = False,
    retry: Annotated[bool, typer.Option("--retry", help="Try again to store all of them.")] = False,
    wait: Wait = None,
    as_json: AsJson = False,
) -> None:
    """List the records that could not be stored, with reasons.

    The position of an error is a JSON pointer and a byte offset in the record. -o writes the records to a file,
    to repair and load again; --retry, after an upgrade of labelstore, stores those that it can read by now.
    Exits with 3 if some remain.

    \b
    Examples:
      labelstore rejects labels.db
      labelstore rejects labels.db --load 3 --json
      labelstore rejects labels.db -o rejects.ndjson
      labelstore rejects labels.db --retry
    """
    if retry and (write is not None or load is not None):
        raise UsageError("--retry tries all rejects: give it without -o and --load")
    if write is not None and as_json:
        raise UsageError("-o writes the records as they came: give it without --json")
    if retry:
        _retry(db, as_json, wait)
    elif write is not None:
        _write(db, load, write, overwrite)
    else:
        _list(db, load, as_json)


def _list(db: Path, load: int | None, as_json: bool) -> None:
    from labelstore.engines import open_database
    from labelstore.loading.rejects import Reject, rejects

    with open_database(db, read_only=True) as database:
        found = rejects(database, load)
        if as_json:
            write_rows("json", Reject._fields, found)
            return
        sent = database.value("select count(*) from sent where status = 'rejected'")
        listed = 0
        for reject in found:
            listed += 1
            output.write_lines(_lines(reject))
    print(f"{figure(listed)} rejects" if listed else "no rejects", file=sys.stderr)
    if sent:
        say(f"Labelbox rejected {counted(sent, 'annotation')}; list them with: labelstore push {db} --rejected")


def _lines(reject: "Reject") -> Iterator[str]:
    position = f"record {reject.position} at byte {reject.byte_offset}, {figure(reject.size)} bytes"
    yield f"load {reject.load_id}, {visible(reject.file_name or '?')}, {position}"
    yield f"  {visible(reject.reason)}"
    if reject.excerpt:
        yield f"  {visible(reject.excerpt)}"


def _write(db: Path, load: int | None, out: str, overwrite: bool) -> None:
    from labelstore.engines import open_database
    from labelstore.files.outputs import check_output, output_file
    from labelstore.loading import rejects

    check_output(out, db, overwrite=overwrite)
    with open_database(db, read_only=True) as database, output_file(out, overwrite=overwrite) as file:
        count = rejects.write(database, file, load)
    print(f"{figure(count)} records written", file=sys.stderr)


def _retry(db: Path, as_json: bool, wait: float | None) -> None:
    from labelstore.loading.rejects import retry

    with stopped(lambda _: f"{db} is as it was before"):
        report = retry(db, wait=wait, notify=say)
    before, remaining = report.total("records"), report.total("rejected")
    if as_json:
        output.write_json({**report.as_json(), "retried": before, "remaining": remaining})
    else:
        output.write(f"{figure(before - remaining)} of {figure(before)} rejects stored, {figure(remaining)} remain\n")
    if remaining:
        raise typer.Exit(REJECTED)
