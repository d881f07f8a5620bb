"""`schema`: the tables and views of a store, and their columns."""

from typing import Annotated, Any

import typer

from labelstore.cli import completion, output
from labelstore.cli.diagnostics import interruptible
from labelstore.cli.options import AsJson, Store
from labelstore.cli.sections import Section
from labelstore.figures import figure
from labelstore.json.truncate import truncated

SECTION = Section.ASK

_LONGEST_EXAMPLE = 60


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
    from labelstore.query.describe import described, listed

    with interruptible(), open_database(db, read_only=True) as database:
        if table is None:
            entries = listed(database)
            if as_json:
                output.write_json([entry._asdict() for entry in entries])
            else:
                short = [(name, kind, count, about.partition(". ")[0]) for name, kind, count, about in entries]
                output.write_table(("name", "kind", "rows", "one row is"), short)
            return
        about, columns = described(database, table)
    if as_json:
        shown = [column._asdict() | {"example": _plain(column.example)} for column in columns]
        output.write_json(about._asdict() | {"columns": shown})
        return
    counted = "" if about.rows is None else f", {figure(about.rows)} rows"
    one_row = f": one row is {about.description}" if about.description else ""
    output.write(f"{about.name} ({about.kind}{counted}){one_row}\n\n")
    rows = [(name, type_, _example(example), description) for name, type_, description, example in columns]
    output.write_table(("column", "type", "example", "what it is"), rows)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, int | float | str | None) else str(value)


def _example(value: Any) -> str:
    text = "" if value is None else value[:_LONGEST_EXAMPLE].hex() if isinstance(value, bytes) else str(value)
    return truncated(text, _LONGEST_EXAMPLE)
