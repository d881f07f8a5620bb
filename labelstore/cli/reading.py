"""`get`, `export` and `stats`: what a store holds."""

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible, stopped
from labelstore.cli.options import AsJson, Overwrite, Store
from labelstore.errors import NotFoundError

if TYPE_CHECKING:
    from labelstore.engines.database import Database


class ExportFormat(StrEnum):
    """The export files that can be written, those of `labelstore.export.labelbox`."""

    V1 = "labelbox-v1"
    TABLE = "labelbox-csv"
    V2 = "labelbox-v2"


def get(
    db: Store,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Ids of labels or data rows; external ids, global keys.")
    ],
    pretty: Annotated[
        bool | None, typer.Option("--pretty/--compact", help="Indented (as on a terminal), or a line each.")
    ] = None,
    at: Annotated[int | None, typer.Option(metavar="LOAD", help="Labels as they were after this load.")] = None,
) -> None:
    """Print labels or data rows as they came, as JSON.

    With --at, labels as they were in the past; `labelstore history` lists the loads that changed one.

    \b
    Examples:
      labelstore get labels.db LABEL_ID
      labelstore get labels.db DATA_ROW_ID --compact
      labelstore get labels.db LABEL_ID --at 1
    """
    import msgspec

    from labelstore.engines import open_database
    from labelstore.export.labelbox import json_of

    indent = 2 if (output.is_terminal() if pretty is None else pretty) else -1
    missing: list[NotFoundError] = []
    with open_database(db, read_only=True) as database:
        for wanted in ids:
            try:
                for _, text in json_of(database, [wanted]) if at is None else _past(database, wanted, at):
                    output.write(output.json_escaped(msgspec.json.format(text, indent=indent)) + "\n")
            except NotFoundError as error:
                missing.append(error)
    if missing:
        others = len(missing) - 1
        more = f" ({others:,} more {'id is' if others == 1 else 'ids are'} missing)" if others else ""
        raise NotFoundError(f"{missing[0]}{more}")


def _past(database: "Database", label_id: str, load_id: int) -> Iterator[tuple[str, str]]:
    from labelstore.history import label_at

    yield label_id, label_at(database, label_id, load_id)


def export(
    db: Store,
    format: Annotated[ExportFormat, typer.Argument(metavar="FORMAT", help="labelbox-v1, labelbox-v2 or labelbox-csv.")],
    out: Annotated[str, typer.Argument(metavar="OUT", help='The file to write; "-" is standard output.')],
    overwrite: Overwrite = False,
) -> None:
    """Write the records of one generation as an export file.

    labelbox-v1 is a JSON array of the labels that came as v1, labelbox-v2 a line for each data row that came
    as v2. labelbox-csv is a table of the labels that came in one, with the same columns and cells.

    \b
    Examples:
      labelstore export labels.db labelbox-v2 export.ndjson
      labelstore export labels.db labelbox-v1 - | gzip > export.json.gz
    """
    from labelstore.export import labelbox

    with stopped(lambda _: f"{out} was not written"):
        count = labelbox.export(db, format.value, out, overwrite=overwrite)
    print(f"{count:,} records written", file=sys.stderr)


def stats(db: Store, as_json: AsJson = False) -> None:
    """Count data rows, labels, objects and classifications, each by itself.

    By project, asset type, kind and name. An object or classification counts once in every frame it is in.
    Labels in model runs and predictions are counted apart, with what is in them.

    \b
    Examples:
      labelstore stats labels.db
      labelstore stats labels.db --json
    """
    from labelstore.analyses.stats import stats
    from labelstore.engines import open_database

    with interruptible(), open_database(db, read_only=True) as database:
        found = stats(database)
    if as_json:
        output.write_json(found)
        return
    output.write_table(("total", ""), list(found.pop("total").items()))
    for section, rows in found.items():
        if rows:
            _write_section(section, rows)


def _write_section(section: str, rows: Iterable[dict[str, Any]]) -> None:
    output.write(f"\n{section.replace('_', ' ')}\n")
    listed = list(rows)
    output.write_table(list(listed[0]), [tuple(row.values()) for row in listed])
