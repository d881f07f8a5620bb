"""`history`: the versions of a label."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.next_steps import Step, next_lines, step
from labelstore.cli.options import AsJson, Store
from labelstore.cli.sections import Section
from labelstore.figures import NOTHING, moment

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

    Ends with the commands that compare the last two versions and print an earlier one. --json also has the
    generation of the export and the position of the label's record in it.

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
    output.write_table(_COLUMNS, map(_row, versions))
    output.write_lines(next_lines(_next_steps(db, label_id, versions)))


_COLUMNS = ("load", "loaded (UTC)", "label updated", "what happened", "file")


def _row(version: "Version") -> tuple[Any, ...]:
    loaded, updated = (moment(time).removesuffix(" UTC") for time in (version.finished_at, version.updated_at))
    name = NOTHING if version.file_name is None else os.path.basename(version.file_name) or version.file_name
    return version.load_id, loaded, updated, _happened(version), name


def _happened(version: "Version") -> str:
    if version.is_current:
        return f"{version.change}, current"
    return f"{version.change}, {'removed in' if version.removed else 'until'} load {version.replaced_by}"


def _next_steps(db: Path, label_id: str, versions: Sequence["Version"]) -> Iterator[Step]:
    if versions[-1].removed or any(version.change != "unchanged" for version in versions[1:]):
        yield step("diff", db, label_id, purpose="what changed last")
    earlier = [version for version in versions if not version.is_current]
    if earlier:
        yield step("get", db, label_id, "--at", earlier[-1].load_id, purpose="as it was after that load")
    else:
        yield step("get", db, label_id, purpose="the label as exported")
