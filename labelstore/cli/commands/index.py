"""`index`: the search index of a store."""

from labelstore.cli import output
from labelstore.cli.diagnostics import say, stopped
from labelstore.cli.options import AsJson, Store, Wait
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.figures import duration, figure

SECTION = Section.MAINTAIN


def index(db: Store, wait: Wait = None, as_json: AsJson = False) -> None:
    """Build or rebuild the search index of a SQLite store.

    A load that changes the store outdates the index; search then says so and reads the tables, until this is
    run again.

    \b
    Examples:
      labelstore index labels.db
    """
    from labelstore.query.search import index

    with stopped(lambda _: f"{db} has no new index"):
        done = index(db, wait=wait, notify=say)
    if as_json:
        output.write_json(done.as_json())
    else:
        output.write(f"{visible(done.store)}: {figure(done.texts)} different texts indexed, {duration(done.seconds)}\n")
