"""`search`: labels by words."""

import sys
import time
from enum import StrEnum
from typing import Annotated

import typer

from labelstore.cli.diagnostics import interruptible, say
from labelstore.cli.options import AsJson, Store, at_most
from labelstore.cli.row_output import write_answer, write_rows
from labelstore.cli.sections import Section
from labelstore.figures import figure

SECTION = Section.ASK


class Place(StrEnum):
    """Where to search, as `labelstore.query.search` knows it."""

    NAMES = "names"
    ANSWERS = "answers"
    ENTITIES = "entities"
    IDS = "ids"


def search(
    db: Store,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help="What to find; quote several words to find them together.")
    ],
    places: Annotated[
        list[Place] | None,
        typer.Option(
            "--in",
            metavar="WHERE",
            help="Only in names, answers, entities or ids; repeatable.",
            show_default="everywhere",
        ),
    ] = None,
    limit: Annotated[int, at_most("results")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find labels by words in names, answers, text entities and ids.

    Ids are external ids and global keys. A result is a text with all the words, in any order and either case,
    and a label that has it. Parts of words match, too, and no character is special. With an index (labelstore
    index) the best results come first. Without one, after a load that changed the store, and in DuckDB, the
    tables are read instead: same results, another order.

    \b
    Examples:
      labelstore search labels.db rust
      labelstore search labels.db night rain --in answers --json
      labelstore search labels.db "IMG_0042.jpg" --in ids
    """
    from itertools import islice

    from labelstore.engines import open_database
    from labelstore.query.search import Hit, search

    started = time.perf_counter()
    for word in words:
        word.encode()  # no engine takes a lone surrogate
    with interruptible(), open_database(db, read_only=True) as database:
        found = search(database, words, [place.value for place in places or ()])
        if found.note is not None:
            say(found.note)
        hits = list(islice(found.hits, min(limit + 1, sys.maxsize) if limit else None))
    shown = hits[:limit] if limit else hits
    if as_json:
        write_rows("json", Hit._fields, shown)
    elif shown:
        write_answer(Hit._fields, shown, started)
    if not hits:
        say("nothing found")
    elif len(hits) > len(shown):
        say(f"there are more results than these {figure(limit)}; --limit 0 shows all")
