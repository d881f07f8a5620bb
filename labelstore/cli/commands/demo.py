"""`demo`: a tour of what a store can answer."""

from pathlib import Path
from typing import Annotated

import typer

from labelstore.cli import output
from labelstore.cli.sections import Section

SECTION = Section.START


def demo(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", help="The folder to work in, new or empty.", show_default="a new temporary folder"
        ),
    ] = None,
) -> None:
    """Load samples of every asset type and show what a store answers.

    \b
    Examples:
      labelstore demo
      labelstore demo demo/
    """
    from labelstore.demo import Answer, demo

    for part in demo(directory):
        if isinstance(part, Answer):
            output.write(f"\n{part.title}\n\n    {part.sql.replace(chr(10), chr(10) + '    ')}\n\n")
            output.write_table(part.columns, part.rows, indent="    ")
        else:
            output.write(f"{part}\n")
