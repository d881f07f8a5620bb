"""`publish`: a copy of a store that others may see."""

from pathlib import Path
from typing import Annotated

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import stopped
from labelstore.cli.options import AsJson, Overwrite, Projects, Store
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.figures import duration, figure, size

SECTION = Section.SHARE


def publish(
    db: Store,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The SQLite store to write.")],
    projects: Projects = None,
    no_reviews: Annotated[bool, typer.Option("--no-reviews", help="Leave reviews out.")] = False,
    no_history: Annotated[bool, typer.Option("--no-history", help="Leave earlier versions of labels out.")] = False,
    keep_emails: Annotated[bool, typer.Option("--keep-emails", help="Keep e-mail addresses.")] = False,
    salt: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="A secret from which pseudonyms are made; the same salt gives the same ones.",
            show_default="a new one each time",
        ),
    ] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Write a copy of a store that others may see.

    URLs lose their query strings, fragments and user names, tokens are removed, e-mail addresses become
    pseudonyms, and rejected records are left out. The copy is read-only. The command prints what was removed;
    docs/how-to/publishing.md says what it cannot know: look before you publish.

    \b
    Examples:
      labelstore publish labels.db public.db
      labelstore publish labels.duckdb public.db --project Roads --no-reviews --no-history
    """
    from labelstore.publishing import publish

    with stopped(lambda _: f"{out} was not written"), progress.shown() as line:
        done = publish(
            db,
            out,
            projects=projects or (),
            reviews=not no_reviews,
            history=not no_history,
            keep_emails=keep_emails,
            salt=salt,
            overwrite=overwrite,
            progress=line.counted if line else None,
        )
    if as_json:
        output.write_json(done.as_json())
        return
    written = (
        f"{figure(done.records)} records, {figure(done.labels)} labels, {size(done.bytes)}, {duration(done.seconds)}"
    )
    output.write(f"{visible(done.out)}: {written}\n")
    output.write_lines(f"  removed: {figure(count)} {what}" for what, count in done.removed.items())
