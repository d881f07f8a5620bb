"""`ontology`, `answers`, `search`, `index` and `agreement`: ready answers about labels."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible, say
from labelstore.cli.options import (
    AsJson,
    Output,
    Overwrite,
    Project,
    RowsFormat,
    ShortForJson,
    Store,
    TextFormat,
    Wait,
    chosen_format,
)
from labelstore.cli.output import visible

if TYPE_CHECKING:
    from labelstore.analyses.ontology import Feature


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
    from labelstore.analyses import ontology as rebuilt
    from labelstore.analyses.class_colors import class_colors
    from labelstore.engines import open_database

    with interruptible(), open_database(db, read_only=True) as database:
        features = rebuilt.ontology(database, project)
        colors = class_colors(database) if as_json else None
    if colors is not None:
        output.write_json(rebuilt.normalized(features, colors))
        return
    if not features:
        say("no label has an object or an answer, so there is no ontology to tell of")
    for title, role in (("tools", "tool"), ("classifications", "classification")):
        shown = [feature for feature in features if feature.role == role]
        if shown:
            output.write(f"{title}\n")
            for line in _tree(shown, "  "):
                output.write(line + "\n")


class Owner(StrEnum):
    """What answers are about, as `labelstore.analyses.answers` knows them."""

    LABELS = "labels"
    OBJECTS = "objects"


def answers(
    db: Store,
    project: Project = None,
    of: Annotated[Owner, typer.Option(help="What the questions were asked about: a row for each.")] = Owner.LABELS,
    format: RowsFormat = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    as_json: ShortForJson = False,
) -> None:
    """Print the answers with a column for each question, a row for each label or object that was asked one.

    Columns have the names of the questions, nested ones parent/child; where two questions share a name, those of
    objects are led by their class, others end with a number. One answer stands as its text or name; checklists, and
    what was answered more than once, as a JSON array. Frames, messages and spans of audio (`start_ms`) have rows of
    their own. Labels in model runs are left out.

    \b
    Examples:
      labelstore answers labels.db -o answers.csv
      labelstore answers labels.db --project "Street scenes" --of objects
    """
    from itertools import chain, islice

    from labelstore.analyses.answers import answers
    from labelstore.engines import open_database
    from labelstore.files.outputs import check_output, output_file

    chosen = chosen_format(TextFormat, format, out, as_json)
    check_output(out, db, overwrite=overwrite)
    with interruptible(out), open_database(db, read_only=True) as database:
        found = answers(database, of.value, project)
        first = list(islice(found.rows, 1))
        with output_file(out, overwrite=overwrite) as file:
            output.write_rows(chosen, found.columns, chain(first, found.rows), file)
    if not first:
        say(f"none of the {of.value} has an answer to a question")


class Place(StrEnum):
    """Where to search, as `labelstore.query.search` knows it."""

    NAMES = "names"
    ANSWERS = "answers"
    ENTITIES = "entities"
    IDS = "ids"


def search(
    db: Store,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help="What to find; quoted, several words are one.")
    ],
    places: Annotated[
        list[Place] | None, typer.Option("--in", help="Only there; can be repeated.", show_default="everywhere")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Results to show; 0 shows all.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find labels by words in names, answers, text entities, external ids and global keys.

    A result is a text that holds all words, in any order and in upper or lower case, and a label in which it stands;
    parts of words are found, too, and no character has a special meaning. With an index (labelstore index) the best
    come first; without one, after a load that changed the store, and in DuckDB, the tables are read instead, with the
    same results in another order.

    \b
    Examples:
      labelstore search labels.db rust
      labelstore search labels.db night rain --in answers --json
      labelstore search labels.db "IMG_0042.jpg" --in ids
    """
    from itertools import islice

    from labelstore.engines import open_database
    from labelstore.query.search import Hit, search

    for word in words:
        word.encode()  # no engine takes a lone surrogate
    with interruptible(), open_database(db, read_only=True) as database:
        found = search(database, words, [place.value for place in places or ()])
        if found.note is not None:
            say(found.note)
        hits = list(islice(found.hits, min(limit + 1, sys.maxsize) if limit else None))
    shown = hits[:limit] if limit else hits
    if as_json:
        output.write_rows("json", Hit._fields, shown)
    elif shown:
        output.write_table(Hit._fields, shown)
    if not hits:
        say("nothing found")
    elif len(hits) > len(shown):
        say(f"there are more results than these {limit:,}; --limit 0 shows all")


def index(db: Store, wait: Wait = None, as_json: AsJson = False) -> None:
    """Make the search index of a SQLite store, or make it anew.

    A load that changes the store leaves the index behind; search says so and reads the tables until this has run.

    \b
    Examples:
      labelstore index labels.db
    """
    from labelstore.query.search import index

    done = index(db, wait=wait, notify=say)
    if as_json:
        output.write_json(done.as_json())
    else:
        output.write(f"{visible(done.store)}: {done.texts:,} different texts indexed, {done.seconds:.2f} s\n")


def agreement(
    db: Store,
    project: Project = None,
    iou: Annotated[
        float, typer.Option(metavar="N", help="Intersection over union at which two objects match, 0 to 1.")
    ] = 0.5,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Data rows and classes to show; 0 shows all.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Tell how far the labels of the same data row agree, where it has several in a project.

    Boxes and polygons of one class are matched between every two labels, those that overlap most first: for each data
    row and class the matched pairs, the objects without a partner, the mean intersection over union and F1, the
    lowest first. Radio and dropdown questions about data rows, frames and messages get Cohen's kappa for every two
    labelers and, with the extra "agreement", Krippendorff's alpha. Polygons are measured exactly with the extra
    "geometry", else by their bounds. Skipped labels and labels in model runs are left out.

    \b
    Examples:
      labelstore agreement labels.db
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
    objects = found.objects[:limit] if limit else found.objects
    for title, rows in (("objects", objects), ("questions", found.questions), ("pairs of labelers", found.pairs)):
        if rows:
            output.write(f"{title}\n")
            output.write_table(rows[0]._fields, rows)
    if not (found.objects or found.questions):
        say("no data row has several labels with boxes, polygons or answers to compare")
    elif len(objects) < len(found.objects):
        say(f"{len(found.objects) - len(objects):,} more data rows and classes; --limit 0 shows all")


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
