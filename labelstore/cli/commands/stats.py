"""`stats`: how much a store holds."""

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible
from labelstore.cli.options import AsJson, Store, TableRows
from labelstore.cli.sections import Section
from labelstore.cli.stats_tables import lines
from labelstore.displaying.cells import visible

SECTION = Section.ASK


def stats(db: Store, limit: TableRows = 10, as_json: AsJson = False) -> None:
    """Count data rows, labels, objects and classifications.

    By project, asset type, class and question. An object or classification counts once in every frame it is in.
    Labels in model runs, predictions and what they hold are counted separately. --json has all rows, with ids.

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
    output.write_lines(lines(visible(str(db)), found, limit))
