"""`sample` and `demo`: synthetic exports, and a tour of what a store can answer."""

from pathlib import Path
from typing import Annotated

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import stopped
from labelstore.errors import UsageError


def sample(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to, new or empty.")],
    generation: Annotated[list[str] | None, typer.Option(help="v1 or v2; repeatable.", show_default="both")] = None,
    asset_type: Annotated[
        list[str] | None, typer.Option(help="image, video, text …; repeatable.", show_default="all")
    ] = None,
    labels: Annotated[int, typer.Option(min=0, help="Records in each file.")] = 100,
    seed: Annotated[int, typer.Option(help="Another seed, other records.")] = 0,
) -> None:
    """Write synthetic exports, true to the formats, of every asset type, kind and oddity; print their names.

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
    for file in files:
        output.write(f"{file.path}\n")


def demo(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", help="The folder to work in, new or empty.", show_default="a new temporary folder"
        ),
    ] = None,
) -> None:
    """Make samples of every asset type, load and verify them, and show what a store can answer.

    \b
    Examples:
      labelstore demo
      labelstore demo demo/
    """
    from labelstore.demo import Answer, demo

    for part in demo(directory):
        if isinstance(part, Answer):
            output.write(f"\n{part.title}\n\n    {part.sql.replace(chr(10), chr(10) + '    ')}\n\n")
            output.write_table(part.columns, part.rows, indent="    ")
        else:
            output.write(f"{part}\n")
