"""`agreement`: how far labels of the same data row agree."""

from typing import Annotated

import typer

from labelstore.cli import output
from labelstore.cli.agreement_tables import lines
from labelstore.cli.diagnostics import interruptible, say
from labelstore.cli.options import AsJson, Project, Store, at_most
from labelstore.cli.sections import Section

SECTION = Section.ASK


def agreement(
    db: Store,
    project: Project = None,
    iou: Annotated[
        float, typer.Option(metavar="N", help="Intersection over union at which two objects match, 0 to 1.")
    ] = 0.5,
    limit: Annotated[int, at_most("rows of each table")] = 20,
    pairs: Annotated[bool, typer.Option("--pairs", help="Show every two labelers, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how far labels of the same data row agree.

    Compares the labels of data rows that have several in a project. Boxes and polygons of one class are matched
    between every two labels, those with the most overlap first. For each data row and class: matched pairs,
    objects without a partner, mean intersection over union and F1, the lowest first. Radio and dropdown
    questions about data rows, frames and messages get Cohen's kappa for every two labelers and, with the extra
    "agreement", Krippendorff's alpha. Polygons are measured exactly with the extra "geometry", else by their
    bounds. Skipped labels and labels in model runs are left out. Questions of one name are told apart by the
    question they are nested in, or by their schema id. --json has everything.

    \b
    Examples:
      labelstore agreement labels.db
      labelstore agreement labels.db --limit 5 --pairs
      labelstore agreement labels.db --project "Street scenes" --iou 0.75 --json
    """
    from labelstore.analyses.agreement import agreement
    from labelstore.engines import open_database

    with interruptible(), open_database(db, read_only=True) as database:
        found = agreement(database, project, iou)
    for note in found.notes:
        say(note)
    if as_json:
        output.write_json(found.as_json())
        return
    if not found.compared:
        say("no data row has several labels in one project")
    elif not (found.objects or found.questions):
        say("no data row has several labels with boxes, polygons or answers to compare")
    else:
        output.write_lines(lines(found, limit, pairs=pairs))
