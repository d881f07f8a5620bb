"""Arguments and options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class TextFormat(StrEnum):
    """The formats that `output.FORMATS` writes."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    TSV = "tsv"
    MARKDOWN = "markdown"


Store = Annotated[Path, typer.Argument(metavar="DB", help="The store: a SQLite or DuckDB file.")]
Exports = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help='JSON or NDJSON, also in gzip, zstd or zip; patterns; "-" is standard input.'),
]
Frames = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Frames files of v1 labels, named by label id, by data row id or as in the URL.",
    ),
]
MaxRatio = Annotated[
    float,
    typer.Option(metavar="N", min=0, help="Refuse files that decompress to over N times their size; 0 allows all."),
]
Jobs = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Processes that share large files; the number of cores by default."),
]
Wait = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        min=0,
        help="Wait at most so long for another process that writes the store.",
        show_default="as long as it takes",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
