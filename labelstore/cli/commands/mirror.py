"""`mirror`: the copy of a SQLite store that DuckDB asks."""

from typing import Annotated

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import say, stopped
from labelstore.cli.options import AsJson, Store, Wait
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.figures import duration, size

SECTION = Section.MAINTAIN


def mirror(
    db: Store,
    dropped: Annotated[bool, typer.Option("--drop", help="Remove the mirror.")] = False,
    wait: Wait = None,
    as_json: AsJson = False,
) -> None:
    """Copy a SQLite store for DuckDB, which answers sooner.

    The mirror DB.mirror.duckdb holds all tables and views of the store, in about a quarter of its size.
    `labelstore query --engine duckdb` asks it, and makes it where there is none. It knows what the store held:
    after a load it is made anew, never asked as it was. It holds what the store holds, so share neither.

    \b
    Examples:
      labelstore mirror labels.db
      labelstore query labels.db --engine duckdb "select name, count(*) from objects group by name"
      labelstore mirror labels.db --drop
    """
    from labelstore.mirroring import drop, mirror, mirror_file

    if dropped:
        was_there = drop(db, wait=wait, notify=say)
        if as_json:
            output.write_json({"store": str(db), "file": str(mirror_file(db)), "dropped": was_there})
        else:
            output.write(f"{visible(str(db))}: {'the mirror is removed' if was_there else 'has no mirror'}\n")
        return
    with stopped(lambda _: f"{db} has no new mirror"), progress.shown() as line:
        done = mirror(db, wait=wait, notify=say, progress=None if line is None else line.counted)
    if as_json:
        output.write_json(done.as_json())
        return
    what = f"made, {duration(done.seconds)}" if done.made else "up to date"
    output.write(f"{visible(done.file)}: {what}, {size(done.bytes)}\n")
