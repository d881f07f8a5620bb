"""`report`: one page about a store."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import stopped
from labelstore.cli.options import AsJson, Overwrite, Projects, Store, downloaded
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.figures import size

SECTION = Section.SHARE


def report(
    db: Store,
    out: Annotated[str, typer.Argument(metavar="OUT", help="The HTML file to write; - for stdout.")],
    labels: Annotated[int, typer.Option(metavar="N", min=0, max=500, help="Draw at most N labels.")] = 24,
    projects: Projects = None,
    assets: Annotated[Path | None, downloaded()] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The heading.", show_default="the name of the store")
    ] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Write one HTML page with figures and a gallery of drawn labels.

    The page is self-contained, without scripts or requests; pictures from --assets are scaled down and
    embedded. Query strings, tokens and e-mail addresses are left out.

    \b
    Examples:
      labelstore report labels.db labels.html
      labelstore report labels.db roads.html --project Roads --assets images/ --labels 50 --title "Roads in May"
    """
    from labelstore.reporting import report

    with stopped(lambda _: f"{out} was not written"), progress.shown() as line:
        done = report(
            db,
            out,
            labels=labels,
            projects=projects or (),
            assets=assets,
            title=title,
            overwrite=overwrite,
            progress=line.counted if line else None,
        )
    if as_json and out != "-":
        output.write_json(done.as_json())
        return
    more = f", {done.left_out} left out" if done.left_out else ""
    told = f"{visible(done.out)}: {done.labels} labels{more}, {size(done.bytes)}"
    print(told, file=sys.stderr if out == "-" else sys.stdout)
