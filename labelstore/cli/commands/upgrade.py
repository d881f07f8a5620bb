"""`upgrade`: a store of an older version of labelstore into one of this version."""

from typing import Annotated

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import say, stopped
from labelstore.cli.options import AsJson, Store, Wait
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.figures import duration, figure

SECTION = Section.MAINTAIN


def upgrade(
    db: Store,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the old file under another name.")] = False,
    wait: Wait = None,
    as_json: AsJson = False,
) -> None:
    """Bring a store made by an older labelstore up to date.

    The store is rebuilt from its own views in a new file, which replaces it when complete; a store that is up
    to date is left alone. A label without an id gets one that depends on its content only; copies of it under
    other ids are merged. Takes about as long as loading the exports again, and disk space for a second file.

    \b
    Examples:
      labelstore upgrade labels.db
      labelstore upgrade labels.duckdb --keep
    """
    from labelstore.upgrading import upgrade

    with stopped(lambda _: f"{db} is as it was before"), progress.shown() as line:
        done = upgrade(db, keep=keep, wait=wait, notify=say, progress=line)
    if as_json:
        output.write_json(done.as_json())
        return
    if not done.is_done:
        output.write(f"{visible(done.store)}: has schema version {done.to_version} already\n")
        return
    versions = f"upgraded from schema version {done.from_version} to {done.to_version}"
    output.write(f"{visible(done.store)}: {versions}, {figure(done.records)} records, {duration(done.seconds)}\n")
    if done.repeated:
        output.write(f"{figure(done.repeated)} records without an id were stored more than once and are one now.\n")
    if done.rejected:
        output.write(
            f"{figure(done.rejected)} records cannot be stored any more: labelstore rejects {visible(done.store)}\n"
        )
    if done.kept is not None:
        output.write(f"The old store is {visible(done.kept)}.\n")
