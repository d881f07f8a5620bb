"""`sample`: synthetic exports."""

from pathlib import Path
from typing import Annotated

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import stopped
from labelstore.cli.sections import Section
from labelstore.errors import UsageError

SECTION = Section.START


def sample(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to, new or empty.")],
    generation: Annotated[
        list[str] | None, typer.Option(metavar="v1|v2", help="Only this generation; repeatable.", show_default="both")
    ] = None,
    asset_type: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE", help="Only image, video, text …; repeatable.", show_default="all"),
    ] = None,
    labels: Annotated[int, typer.Option(metavar="N", min=0, help="Records per file.")] = 100,
    seed: Annotated[int, typer.Option(metavar="N", help="Another seed gives other records.")] = 0,
) -> None:
    """Write synthetic exports of every asset type; print their names.

    They are true to the formats, with every kind of annotation and every oddity.

    \b
    Examples:
      labelstore sample samples/
      labelstore sample big/ --generation v1 --asset-type image --labels 200000
    """
    from labelstore import samples

    with stopped(lambda _: f"{directory} was not filled"), progress.shown() as line:
        files = samples.write(
            directory,
            generations=tuple(dict.fromkeys(generation or samples.GENERATIONS)),
            asset_types=tuple(asset_type) if asset_type else None,
            labels=labels,
            seed=seed,
            on_bytes=line.wrote if line else None,
        )
    if not files:
        wanted = f"{', '.join(asset_type or ())} in {', '.join(generation or ())}"
        raise UsageError(f"there are no exports of {wanted}; leave out --generation for all that there are")
    output.write_lines(str(file.path) for file in files)
