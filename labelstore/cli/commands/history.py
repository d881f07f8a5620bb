"""`history`: the versions of a label."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.options import AsJson, Store
from labelstore.cli.sections import Section

if TYPE_CHECKING:
    from labelstore.history import Version

SECTION = Section.CHECK


def history(
    db: Store,
    label_id: Annotated[
        str,
        typer.Argument(metavar="LABEL_ID", help="The label; or its data row, by id, external id or global key."),
    ],
    as_json: AsJson = False,
) -> None:
    """List the loads that added, changed or removed a label.

    `labelstore get DB LABEL_ID --at LOAD` prints one of them.

    \b
    Examples:
      labelstore history labels.db LABEL_ID
      labelstore history labels.db LABEL_ID --json
    """
    from labelstore.engines import open_database
    from labelstore.history import versions_of

    with open_database(db, read_only=True) as database:
        versions = versions_of(database, label_id)
    if as_json:
        output.write_json([{**version._asdict(), "current": version.is_current} for version in versions])
        return
    names = ("load", "file", "position", "when", "updated_at", "generation", "what happened")
    output.write_table(names, map(_row, versions))


def _row(version: "Version") -> tuple[Any, ...]:
    until = "removed" if version.removed else "replaced"
    happened = "current" if version.is_current else f"{until} by load {version.replaced_by}"
    cells = (version.file_name, version.position, version.finished_at, version.updated_at, version.generation)
    return version.load_id, *("" if cell is None else cell for cell in cells), f"{version.change}, {happened}"
