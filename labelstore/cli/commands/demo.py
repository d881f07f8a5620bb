"""`demo`: a tour of what a store can answer."""

import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from labelstore.cli import output
from labelstore.cli.next_steps import Step, next_lines, step
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

    Ends with what to type next. The folder stays.

    \b
    Examples:
      labelstore demo
      labelstore demo demo/
    """
    from labelstore.demo import STORE, Answer, demo

    folder = directory or Path(tempfile.mkdtemp(prefix="labelstore-demo-"))
    for part in demo(folder):
        if isinstance(part, Answer):
            output.write(f"\n{part.title}\n\n    {part.sql.replace(chr(10), chr(10) + '    ')}\n\n")
            output.write_table(part.columns, part.rows, indent="    ")
        else:
            output.write(f"{part}\n")
        sys.stdout.flush()
    output.write_lines(next_lines(_next_steps(folder / STORE)))


def _next_steps(store: Path) -> Iterator[Step]:
    yield step("query", store, "select * from image_labels limit 3", purpose="ask in SQL")
    yield step("query", store, "class-counts", purpose="a query that comes along; --list shows all")
    yield step("stats", store, purpose="count all")
    browse = "look at the labels" if find_spec("datasette") else "look at the labels; takes: pip install '.[browse]'"
    yield step("browse", store, "--open", purpose=browse)
    yield step("load", "labels.db", "YOUR-EXPORT.ndjson", purpose="your own labels")
