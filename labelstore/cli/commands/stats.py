"""`stats`: how much a store holds."""

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible
from labelstore.cli.options import AsJson, Store
from labelstore.cli.sections import Section

SECTION = Section.ASK


def stats(db: Store, as_json: AsJson = False) -> None:
    """Count data rows, labels, objects and classifications.

    By project, asset type, kind and name. An object or classification counts once in every frame it is in.
    Labels in model runs, predictions and what they hold are counted separately.

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
            output.write(f"\n{section.replace('_', ' ')}\n")
            output.write_table(list(rows[0]), [tuple(row.values()) for row in rows])
