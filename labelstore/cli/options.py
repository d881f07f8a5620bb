"""Arguments and options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from labelstore.cli import completion


class TextFormat(StrEnum):
    """The formats of `row_formats.FORMATS`."""

    TABLE = "table"
    UPRIGHT = "upright"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    TSV = "tsv"
    MARKDOWN = "markdown"


DEFAULT_FORMAT = "Default: from the suffix of -o; else table on a terminal, ndjson in a pipe."

Lake = Annotated[str, typer.Argument(metavar="LAKE", help="The lake: a folder, or a URL such as s3://bucket/lake.")]
Store = Annotated[Path, typer.Argument(metavar="DB", help="The store: a SQLite or DuckDB file.")]
AtSnapshot = Annotated[
    int | None,
    typer.Option("--at", metavar="N", min=0, help="A snapshot by its number.", show_default="the newest"),
]
TableRows = Annotated[int, typer.Option(metavar="N", min=0, help="Rows of each table to show; 0 shows all.")]
Exports = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="JSON, NDJSON or CSV files, also gzip, zstd or zip; folders; glob patterns; URLs; - for stdin.",
    ),
]
Frames = Annotated[
    str | None,
    typer.Option(
        metavar="DIR", help="Frames files of v1 labels, named by label id or data row id, or as in their URL."
    ),
]
MaxRatio = Annotated[
    float,
    typer.Option(metavar="N", min=0, help="Refuse files that decompress to more than N times their size; 0: no limit."),
]


class OnError(StrEnum):
    """What happens to a load at a record that cannot be stored."""

    KEEP = "keep"
    STOP = "stop"


OnErrorOption = Annotated[
    OnError, typer.Option(help="At a record that cannot be stored: keep it in rejects, or stop and store nothing.")
]
MaxRejects = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, help="Stop and store nothing if there are more rejects.", show_default="no limit"),
]
Force = Annotated[bool, typer.Option("--force", help="Accept labels that are older than the stored ones.")]
Jobs = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Processes for large files; by default one per core."),
]
Wait = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        min=0,
        help="How long to wait for another process that has the store open.",
        show_default="until it ends; at most a minute if it is not labelstore",
    ),
]
Project = Annotated[
    str | None,
    typer.Option(
        metavar="PROJECT",
        help="Only this project, by id or name.",
        show_default="all",
        autocompletion=completion.projects,
    ),
]
Projects = Annotated[
    list[str] | None,
    typer.Option(
        "--project",
        metavar="PROJECT",
        help="Only this project, by id or name; repeatable.",
        show_default="all",
        autocompletion=completion.projects,
    ),
]
Classes = Annotated[
    list[str] | None,
    typer.Option(
        "--class",
        metavar="CLASS",
        help="Only objects of this class; repeatable.",
        show_default="all",
        autocompletion=completion.classes,
    ),
]
Labeler = Annotated[
    str | None,
    typer.Option(
        metavar="LABELER", help="Only labels of this labeler.", show_default="all", autocompletion=completion.labelers
    ),
]
Question = Annotated[
    str | None,
    typer.Option(
        metavar="QUESTION",
        help="Only answers to this question, such as a speaker.",
        autocompletion=completion.questions,
    ),
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        envvar="LABELBOX_ENDPOINT",
        help="The GraphQL service of another installation of Labelbox.",
        show_default=False,
    ),
]
RowsFormat = Annotated[TextFormat | None, typer.Option(help=DEFAULT_FORMAT, show_default=False)]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Write to a file; - for stdout.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")]
ShortForJson = Annotated[bool, typer.Option("--json", help="Print JSON; short for --format json.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AllRows = Annotated[
    bool, typer.Option("--all", help="Show all rows on a terminal, not only the first and the last 20.")
]
NoPager = Annotated[bool, typer.Option("--no-pager", help="Never start a pager ($PAGER, else less).")]


def at_most(things: str) -> Any:
    """`--limit N`: how many things to show."""
    return typer.Option(metavar="N", min=0, help=f"At most N {things}; 0: all.")


def downloaded(more: str = "") -> Any:
    """`--assets DIR`: what was downloaded; `more` ends the sentence."""
    return typer.Option(
        metavar="DIR",
        help=f"Downloaded assets, named by external id, global key or data row id, or as in their URL{more}.",
    )
