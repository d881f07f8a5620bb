"""`export`: a store as a file in another format."""

import sys
from typing import Annotated, Any

import typer

from labelstore.cli.command import Command
from labelstore.cli.diagnostics import stopped
from labelstore.cli.options import Overwrite, Store
from labelstore.cli.sections import Section
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


def export(
    db: Store,
    format: Annotated[str, typer.Argument(metavar="FORMAT", autocompletion=formats, help="One of the formats above.")],
    out: Annotated[str, typer.Argument(metavar="OUT", help="The file to write; - for stdout.")],
    overwrite: Overwrite = False,
) -> None:
    """Write what the store holds as a file in another format.

    \b
    Examples:
      labelstore export labels.db labelbox-v2 export.ndjson
      labelstore export labels.db labelbox-v1 - | gzip > export.json.gz
    """
    from labelstore.export.writing import export

    with stopped(lambda _: f"{out} was not written"):
        done = export(db, format, out, overwrite=overwrite)
    print(done, file=sys.stderr)
