"""`entities`, `spans` and `geojson`: what was marked in texts, in recordings, and on maps."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible, say
from labelstore.cli.options import (
    Output,
    Overwrite,
    Project,
    RowsFormat,
    ShortForJson,
    Store,
    TextFormat,
    chosen_format,
)

if TYPE_CHECKING:
    from labelstore.analyses.entities import Entity

_Assets = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Downloaded texts, named by external id, global key, data row id or as in the URL; .txt may be added.",
    ),
]


def entities(
    db: Store,
    assets: _Assets = None,
    utf16: Annotated[
        bool, typer.Option("--utf-16", help="Where tokens do not tell, spans count UTF-16 units, not code points.")
    ] = False,
    problems: Annotated[bool, typer.Option("--problems", help="Only entities whose span cannot be right.")] = False,
    format: RowsFormat = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    as_json: ShortForJson = False,
) -> None:
    """Print the entities marked in texts with their text, and tell which spans do not fit it.

    Spans count characters from 0, both ends included. The text comes from the export where that has it,
    and from the files in --assets. An emoji is one code point and two UTF-16 units: the tokens of a label
    decide which of the two its spans count; without tokens it is code points.

    \b
    Examples:
      labelstore entities labels.db
      labelstore entities labels.db --assets texts --problems
      labelstore entities labels.db --assets texts -o entities.csv
    """
    from labelstore.analyses.entities import Entity, entities
    from labelstore.engines import open_database
    from labelstore.files.asset_folder import AssetFolder
    from labelstore.files.outputs import check_output, output_file
    from labelstore.formats.spans import Unit

    chosen = chosen_format(TextFormat, format, out, as_json)
    check_output(out, db, *([assets] if assets is not None else []), overwrite=overwrite)
    folder = AssetFolder(assets) if assets is not None else None
    counts = {"entities": 0, "text": 0, "problem": 0}
    with (
        interruptible(out),
        open_database(db, read_only=True) as database,
        output_file(out, overwrite=overwrite) as file,
    ):
        found = entities(database, folder, Unit.UTF_16 if utf16 else Unit.CODE_POINTS)
        output.write_rows(chosen, Entity._fields, _counted(found, counts, problems), file)
    told = f"{counts['entities']:,} entities, {counts['text']:,} with their text"
    print(f"{told}, {counts['problem']:,} with a problem", file=sys.stderr)


def _counted(found: "Iterator[Entity]", counts: dict[str, int], problems: bool) -> Iterator[tuple[Any, ...]]:
    for entity in found:
        counts["entities"] += 1
        counts["text"] += entity.text is not None
        counts["problem"] += entity.problem is not None
        if entity.problem is not None or not problems:
            yield entity


def spans(
    db: Store,
    project: Project = None,
    question: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only answers to this question, such as a speaker.")
    ] = None,
    format: RowsFormat = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    as_json: ShortForJson = False,
) -> None:
    """Print what was answered along the time of recordings: start, end, question, answer.

    A row is one answer in one span, such as a text that was written down for a speaker; start and end are
    milliseconds. An export has each answer at both ends of its span: it is printed once, with the text at the end
    beside it where that differs. The same as the query audio-spans.

    \b
    Examples:
      labelstore spans labels.db
      labelstore spans labels.db --question "Speaker 1" -o spans.csv
    """
    from itertools import chain, islice

    from labelstore.engines import open_database
    from labelstore.files.outputs import check_output, output_file
    from labelstore.query.projects import check_project
    from labelstore.schema.canned_queries import named

    chosen = chosen_format(TextFormat, format, out, as_json)
    check_output(out, db, overwrite=overwrite)
    with interruptible(out), open_database(db, read_only=True) as database:
        check_project(database, project)
        query = named("audio-spans")
        found = database.query(query.sql[database.engine], query.values({"project": project, "question": question}))
        first = list(islice(found.rows, 1))
        with output_file(out, overwrite=overwrite) as file:
            output.write_rows(chosen, found.columns, chain(first, found.rows), file)
    if not first:
        say("no answer is bound to the time of a recording")


def geojson(
    db: Store,
    out: Output = "-",
    class_name: Annotated[
        str | None, typer.Option("--class", metavar="NAME", help="Only objects of this class.")
    ] = None,
    project: Project = None,
    overwrite: Overwrite = False,
) -> None:
    """Write geospatial objects as a GeoJSON FeatureCollection.

    Points, lines, polygons and boxes, with label_id, object_id, name and data_row_id. Open rings are closed. Objects in
    pixels have no place on earth: they are left out and counted.

    \b
    Examples:
      labelstore geojson labels.db -o objects.geojson
      labelstore geojson labels.db --class Building | gzip > buildings.geojson.gz
    """
    from labelstore.export.writing import export

    done = export(db, "geojson", out, class_name=class_name, project=project, overwrite=overwrite)
    print(done, file=sys.stderr)
