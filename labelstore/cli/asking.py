"""`ontology`, `answers`, `search`, `index` and `agreement`: ready answers about labels."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible
from labelstore.cli.options import AsJson, Store
from labelstore.cli.output import visible
from labelstore.cli.reading import Format

if TYPE_CHECKING:
    from labelstore.ontology import Feature

Project = Annotated[
    str | None, typer.Option(metavar="PROJECT", help="Only this project, by id or name.", show_default="all")
]


def ontology(db: Store, project: Project = None, as_json: AsJson = False) -> None:
    """Show the ontology that the labels were made with: tools, questions, options.

    It is rebuilt from the exports alone, so it has what at least one label uses; renamed features have their newest
    name. The numbers count annotations, in video once for each frame; labels in model runs are left out. With --json
    it comes in the shape that Labelbox imports, where nothing is required, since exports do not tell. The queries
    renamed-features and colliding-names tell what changed its name, and which names mean several features.

    \b
    Examples:
      labelstore ontology labels.db
      labelstore ontology labels.db --project "Street scenes" --json > ontology.json
    """
    from labelstore import ontology as rebuilt
    from labelstore.stores import open_database

    with interruptible(), open_database(db, read_only=True) as database:
        features = rebuilt.ontology(database, project)
    if as_json:
        output.write_json(rebuilt.normalized(features))
        return
    for title, role in (("tools", "tool"), ("classifications", "classification")):
        shown = [feature for feature in features if feature.role == role]
        if shown:
            output.write(f"{title}\n")
            for line in _tree(shown, "  "):
                output.write(line + "\n")


class Owner(StrEnum):
    """What answers are about, as `labelstore.answers` knows them."""

    LABELS = "labels"
    OBJECTS = "objects"


def answers(
    db: Store,
    project: Project = None,
    of: Annotated[Owner, typer.Option(help="What the questions were asked about: a row for each.")] = Owner.LABELS,
    format: Annotated[
        Format | None, typer.Option(help="Usual: table on a terminal, ndjson elsewhere.", show_default=False)
    ] = None,
) -> None:
    """Print the answers with a column for each question, a row for each label or object that was asked one.

    Columns have the names of the questions, nested ones parent/child; where two questions share a name, those of
    objects are led by their class, others end with a number. One answer stands as its text or name; checklists, and
    what was answered more than once, as a JSON array. Frames and messages have rows of their own. Labels in model
    runs are left out.

    \b
    Examples:
      labelstore answers labels.db --format csv > answers.csv
      labelstore answers labels.db --project "Street scenes" --of objects
    """
    from labelstore.answers import answers
    from labelstore.stores import open_database

    chosen = format or (Format.TABLE if output.is_terminal() else Format.NDJSON)
    with interruptible(), open_database(db, read_only=True) as database:
        found = answers(database, of.value, project)
        output.write_rows(chosen.value, found.columns, found.rows)


def _tree(features: "list[Feature]", indent: str) -> Iterator[str]:
    for feature in features:
        words = [visible(feature.name)]
        if feature.role != "option":
            words.insert(0, visible(feature.word))
        if feature.color:
            words.append(visible(feature.color))
        dates = sorted({(time or "")[:10] for time in (feature.first_seen, feature.last_seen)} - {""})
        schema = f", schema {visible(feature.schema_id)}" if feature.schema_id else ""
        when = f", {' to '.join(map(visible, dates))}" if dates else ""
        yield f"{indent}{' '.join(words)}  ({feature.annotations:,}{schema}{when})"
        yield from _tree(feature.children, indent + "  ")
