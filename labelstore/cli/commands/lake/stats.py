"""`stats`: how much a lake holds."""

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible
from labelstore.cli.options import AsJson, AtSnapshot, Lake, TableRows
from labelstore.cli.stats_tables import lines
from labelstore.displaying.cells import visible


def stats(lake: Lake, limit: TableRows = 10, at: AtSnapshot = None, as_json: AsJson = False) -> None:
    """Count data rows, labels, objects and classifications of a lake.

    As `labelstore stats` does of a store: by project, asset type, class and question.

    \b
    Examples:
      labelstore lake stats lake/
      labelstore lake stats s3://example/lake --json
    """
    from labelstore.analyses.stats import stats
    from labelstore.lake.opening import open_snapshot

    with interruptible(), open_snapshot(lake, at) as database:
        found = stats(database)
    if as_json:
        output.write_json(found)
        return
    output.write_lines(lines(visible(lake), found, limit))
