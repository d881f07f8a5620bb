"""`export`: a store as files in another format."""

import sys
from typing import Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.command import Command
from labelstore.cli.derived_options import choice_options, take
from labelstore.cli.diagnostics import LEFT_OUT, stopped
from labelstore.cli.losses import loss_lines
from labelstore.cli.options import AsJson, Jobs, Overwrite, Store
from labelstore.cli.progress import shown
from labelstore.cli.sections import Section
from labelstore.errors import UsageError
from labelstore.export.choices import CHOICES
from labelstore.export.registry import exporter_of, formats

SECTION = Section.SHARE


class ExportCommand(Command):
    """Its help lists the formats, for which their modules are imported."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the formats, then the arguments and the options."""
        with formatter.section("Formats"):
            formatter.write_dl([(name, exporter_of(name).description) for name in formats()])
        super().format_options(ctx, formatter)


COMMAND = ExportCommand


def _export(
    db: Store,
    format: Annotated[str, typer.Argument(metavar="FORMAT", autocompletion=formats, help="One of the formats above.")],
    out: Annotated[str | None, typer.Argument(metavar="OUT", help="The file or folder to write; - for stdout.")] = None,
    overwrite: Overwrite = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; tell what would be lost.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 4 where something is left out.")] = False,
    loss: Annotated[
        str | None,
        typer.Option("--loss", metavar="FILE", help="The report of losses.  [default: OUT.losses.json]"),
    ] = None,
    as_json: AsJson = False,
    jobs: Jobs = None,
    **choices: Any,
) -> None:
    """Write the labels in another format, and tell what it cannot hold.

    Which labels, classes and frames are written, and how, are choices; each format takes those that it has a use for.

    \b
    Examples:
      labelstore export labels.db coco coco.json --missing-size skip
      labelstore export labels.db yolo dataset --assets images --class Car --class Truck
      labelstore export labels.db yolo --dry-run --assets images
      labelstore export labels.db labelbox-v1 - | gzip > export.json.gz
      labelstore export labels.db labelbox-v2 cars.ndjson --project Roads --with Car --since 2024-01-01
    """
    from labelstore.export.writing import export as write
    from labelstore.export.writing import report

    if format not in formats() and out in formats():
        raise UsageError(f"{out} is the format, so it comes before OUT: labelstore export DB {out} {format}")
    if out is None and not dry_run:
        raise UsageError("OUT is missing: name the file or folder to write, or tell the losses only with --dry-run")
    if as_json and out == "-" and not dry_run:
        raise UsageError(
            "--json and the export both go to stdout; write the export to a file, or the report with --loss"
        )
    with (
        stopped(lambda _: "the export is not complete" if out in (None, "-") else f"{out} was not written"),
        shown() as line,
    ):
        done = write(
            db,
            format,
            out or "",
            jobs=jobs,
            overwrite=overwrite,
            dry_run=dry_run,
            loss=loss,
            progress=None if line is None else line.items,
            **choices,
        )
    told = str(done).replace(" written", " would be written") if dry_run else str(done)
    if as_json:
        output.write_json(report(done))
    elif dry_run:
        output.write_lines([*loss_lines(done), told])
    else:
        for text in (*loss_lines(done), told):
            print(text, file=sys.stderr)
    if strict and any(done.left_out.values()):
        raise typer.Exit(LEFT_OUT)


def export(*args: Any, **kwargs: Any) -> None:
    """See `_export`, which Typer reads with an option for each choice and filter."""
    _export(*args, **kwargs)


take(export, _export, choice_options(CHOICES))
