"""`get`, `export` and `stats`: what a store holds."""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible, stopped
from labelstore.cli.options import AsJson, Overwrite, Store
from labelstore.errors import NotFoundError
from labelstore.export.registry import exporter_of, formats

if TYPE_CHECKING:
    from labelstore.engines.database import Database


class ExportCommand(TyperCommand):
    """Its help lists the formats with what they are, for which their modules are imported."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Formats"):
            formatter.write_dl([(name, exporter_of(name).description) for name in formats()])
        super().format_options(ctx, formatter)


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
    from labelstore.query.find import json_of

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
    format: Annotated[str, typer.Argument(metavar="FORMAT", autocompletion=formats, help="One of the formats above.")],
    out: Annotated[str, typer.Argument(metavar="OUT", help='The file to write; "-" is standard output.')],
    overwrite: Overwrite = False,
) -> None:
    """Write what the store holds as a file in another format.

    \b
    Examples:
      labelstore export labels.db labelbox-v2 export.ndjson
      labelstore export labels.db labelbox-v1 - | gzip > export.json.gz
    """
    from labelstore.export.writing import export

    with stopped(lambda _: f"{out} was not written"):
        done = export(db, format, out, overwrite=overwrite)
    print(done, file=sys.stderr)


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
