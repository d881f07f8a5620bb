"""Tables and views, listed or one by one."""

from typing import TYPE_CHECKING, Any

from labelstore.cli import output
from labelstore.figures import figure
from labelstore.json.truncate import truncated

if TYPE_CHECKING:
    from labelstore.engines.database import Database

_LONGEST_EXAMPLE = 60


def show(database: "Database", name: str | None) -> None:
    """Print all tables and views of a store, or the columns of one. Raises `NotFoundError`."""
    from labelstore.query.describe import described, listed

    if name is None:
        short = [(name, kind, count, about.partition(". ")[0]) for name, kind, count, about in listed(database)]
        output.write_table(("name", "kind", "rows", "one row is"), short)
        return
    about, columns = described(database, name)
    counted = "" if about.rows is None else f", {figure(about.rows)} rows"
    one_row = f": one row is {about.description}" if about.description else ""
    output.write(f"{about.name} ({about.kind}{counted}){one_row}\n\n")
    rows = [(name, type_, _example(example), description) for name, type_, description, example in columns]
    output.write_table(("column", "type", "example", "what it is"), rows)


def facts(database: "Database", name: str | None) -> Any:
    """The same for JSON."""
    from labelstore.query.describe import described, listed

    if name is None:
        return [entry._asdict() for entry in listed(database)]
    about, columns = described(database, name)
    shown = [column._asdict() | {"example": _plain(column.example)} for column in columns]
    return about._asdict() | {"columns": shown}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, int | float | str | None) else str(value)


def _example(value: Any) -> str:
    text = "" if value is None else value[:_LONGEST_EXAMPLE].hex() if isinstance(value, bytes) else str(value)
    return truncated(text, _LONGEST_EXAMPLE)
