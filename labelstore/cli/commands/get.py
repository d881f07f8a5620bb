"""`get`: labels and data rows as JSON."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli import completion, output
from labelstore.cli.options import Store
from labelstore.cli.sections import Section
from labelstore.cli.terminal import is_terminal, json_escaped
from labelstore.errors import NotFoundError
from labelstore.figures import figure

if TYPE_CHECKING:
    from labelstore.engines.database import Database

SECTION = Section.LOOK


def get(
    db: Store,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Label ids, data row ids, external ids or global keys.")
    ],
    pretty: Annotated[
        bool | None, typer.Option("--pretty/--compact", help="Indented (the default on a terminal), or one line each.")
    ] = None,
    at: Annotated[
        int | None,
        typer.Option(metavar="LOAD", help="Labels as they were after this load.", autocompletion=completion.loads),
    ] = None,
) -> None:
    """Print labels or data rows as JSON, exactly as exported.

    With --at, labels as they were in the past; `labelstore history` lists the loads that changed one.

    \b
    Examples:
      labelstore get labels.db LABEL_ID
      labelstore get labels.db DATA_ROW_ID --compact
      labelstore get labels.db LABEL_ID --at 1
    """
    import msgspec

    from labelstore.engines import open_database
    from labelstore.query.find import json_of

    indent = 2 if (is_terminal() if pretty is None else pretty) else -1
    missing: list[NotFoundError] = []
    with open_database(db, read_only=True) as database:
        for wanted in ids:
            try:
                for _, text in json_of(database, [wanted]) if at is None else _past(database, wanted, at):
                    output.write(json_escaped(msgspec.json.format(text, indent=indent)) + "\n")
            except NotFoundError as error:
                missing.append(error)
    if missing:
        others = len(missing) - 1
        more = f" ({figure(others)} more {'id is' if others == 1 else 'ids are'} missing)" if others else ""
        raise NotFoundError(f"{missing[0]}{more}")


def _past(database: "Database", label_id: str, load_id: int) -> Iterator[tuple[str, str]]:
    from labelstore.history import label_at

    yield label_id, label_at(database, label_id, load_id)
