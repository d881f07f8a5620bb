"""`answers`: a column for each question."""

from enum import StrEnum
from typing import Annotated

import typer

from labelstore.cli.diagnostics import say
from labelstore.cli.options import (
    AllRows,
    NoPager,
    Output,
    Overwrite,
    Project,
    RowsFormat,
    ShortForJson,
    Store,
    TextFormat,
)
from labelstore.cli.row_output import asked, chosen_format, view_of
from labelstore.cli.sections import Section

SECTION = Section.ASK


class Owner(StrEnum):
    """What answers are about, as `labelstore.analyses.answers` knows them."""

    LABELS = "labels"
    OBJECTS = "objects"


def answers(
    db: Store,
    project: Project = None,
    of: Annotated[Owner, typer.Option(help="What the questions were asked about: one row each.")] = Owner.LABELS,
    format: RowsFormat = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    as_json: ShortForJson = False,
    all_rows: AllRows = False,
    no_pager: NoPager = False,
) -> None:
    """Print the answers, one column per question.

    A row is a label or an object that has answers. Columns are named after the questions, nested ones
    parent/child. If two questions share a name, those of objects start with their class, the others end with a
    number. A single answer is its text or name; checklists, and questions answered more than once, are JSON
    arrays. Frames, messages and spans of audio (`start_ms`) have rows of their own. Labels in model runs are
    left out.

    \b
    Examples:
      labelstore answers labels.db -o answers.csv
      labelstore answers labels.db --project "Street scenes" --of objects
    """
    from labelstore.analyses.answers import answers

    chosen = chosen_format(TextFormat, format, out, as_json)
    view = view_of(format, all_rows, no_pager)
    with asked(db, out=out, overwrite=overwrite, format=chosen, view=view) as (database, write):
        found = answers(database, of.value, project)
        count = write(found.columns, found.rows)
    if not count:
        say(f"none of the {of.value} has an answer to a question")
