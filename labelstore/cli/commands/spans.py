"""`spans`: what was answered along recordings."""

from labelstore.cli.diagnostics import say
from labelstore.cli.options import (
    AllRows,
    NoPager,
    Output,
    Overwrite,
    Project,
    Question,
    RowsFormat,
    ShortForJson,
    Store,
    TextFormat,
)
from labelstore.cli.row_output import asked, chosen_format, view_of
from labelstore.cli.sections import Section

SECTION = Section.ASK


def spans(
    db: Store,
    project: Project = None,
    question: Question = None,
    format: RowsFormat = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    as_json: ShortForJson = False,
    all_rows: AllRows = False,
    no_pager: NoPager = False,
) -> None:
    """Print the answers along recordings, with start and end.

    A row is one answer over one span, such as a transcript of a speaker; start and end are milliseconds. An
    export has each answer at both ends of its span: it is printed once, with the text at the end beside it if
    that differs. Same as the canned query audio-spans.

    \b
    Examples:
      labelstore spans labels.db
      labelstore spans labels.db --question "Speaker 1" -o spans.csv
    """
    from labelstore.query import ask_named

    chosen = chosen_format(TextFormat, format, out, as_json)
    view = view_of(format, all_rows, no_pager)
    with asked(db, out=out, overwrite=overwrite, format=chosen, view=view) as (database, write):
        found = ask_named(database, "audio-spans", {"project": project, "question": question})
        count = write(found.columns, found.rows)
    if not count:
        say("no answers along recordings found")
