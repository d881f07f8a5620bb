"""`schema`: the tables and views of a store, and their columns."""

from typing import Annotated

import typer

from labelstore.cli import completion, output, relations
from labelstore.cli.diagnostics import interruptible
from labelstore.cli.options import AsJson, Store
from labelstore.cli.sections import Section

SECTION = Section.ASK


def schema(
    db: Store,
    table: Annotated[
        str | None, typer.Argument(metavar="TABLE", help="A table or view.", autocompletion=completion.tables)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the tables and views of a store, or the columns of one.

    Each comes with a description. Nothing is computed to count rows: views of which tables do not tell the number
    have none. Columns come with their value in the first row; long values are cut, except with --json.

    \b
    Examples:
      labelstore schema labels.db
      labelstore schema labels.db objects
      labelstore schema labels.db image_labels --json
    """
    from labelstore.engines import open_database

    with interruptible(), open_database(db, read_only=True) as database:
        if as_json:
            output.write_json(relations.facts(database, table))
        else:
            relations.show(database, table)
