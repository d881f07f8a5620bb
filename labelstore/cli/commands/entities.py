"""`entities`: what was marked in texts."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelstore.cli.options import (
    AllRows,
    NoPager,
    Output,
    Overwrite,
    RowsFormat,
    ShortForJson,
    Store,
    TextFormat,
    downloaded,
)
from labelstore.cli.row_output import asked, chosen_format, view_of
from labelstore.cli.sections import Section
from labelstore.figures import figure

if TYPE_CHECKING:
    from labelstore.analyses.entities import Entity

SECTION = Section.ASK


def entities(
    db: Store,
    assets: Annotated[Path | None, downloaded("; .txt may follow")] = None,
    utf16: Annotated[
        bool, typer.Option("--utf-16", help="Spans of labels without tokens count UTF-16 units, not code points.")
    ] = False,
    problems: Annotated[bool, typer.Option("--problems", help="Only entities whose span cannot be right.")] = False,
    format: RowsFormat = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    as_json: ShortForJson = False,
    all_rows: AllRows = False,
    no_pager: NoPager = False,
) -> None:
    """Print text entities with their text, and flag wrong spans.

    Spans count characters from 0, both ends included. The text comes from the export if it has it, else from
    the files in --assets. An emoji is one code point and two UTF-16 units: the tokens of a label decide which
    of the two its spans count; without tokens it is code points.

    \b
    Examples:
      labelstore entities labels.db
      labelstore entities labels.db --assets texts --problems
      labelstore entities labels.db --assets texts -o entities.csv
    """
    from labelstore.analyses.entities import Entity, entities
    from labelstore.assets.at_hand import at_hand
    from labelstore.formats.spans import Unit

    chosen = chosen_format(TextFormat, format, out, as_json)
    view = view_of(format, all_rows, no_pager)
    inputs = [] if assets is None else [assets]
    counts = {"entities": 0, "text": 0, "problem": 0}
    with asked(db, *inputs, out=out, overwrite=overwrite, format=chosen, view=view) as (database, write):
        found = entities(database, at_hand(database, assets), Unit.UTF_16 if utf16 else Unit.CODE_POINTS)
        write(Entity._fields, _counted(found, counts, problems))
    told = f"{figure(counts['entities'])} entities, {figure(counts['text'])} with their text"
    print(f"{told}, {figure(counts['problem'])} with a problem", file=sys.stderr)


def _counted(found: "Iterator[Entity]", counts: dict[str, int], problems: bool) -> Iterator[tuple[Any, ...]]:
    for entity in found:
        counts["entities"] += 1
        counts["text"] += entity.text is not None
        counts["problem"] += entity.problem is not None
        if entity.problem is not None or not problems:
            yield entity
