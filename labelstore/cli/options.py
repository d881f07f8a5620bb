"""Arguments and options that several commands share."""

import shlex
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from labelstore.cli import output
from labelstore.errors import LabelstoreError, UsageError


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
    typer.Argument(
        metavar="FILE...", help='JSON or NDJSON, also in gzip, zstd or zip; folders; patterns; "-" is standard input.'
    ),
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
        help="Wait at most so long for another process that holds the store.",
        show_default="as long as it takes; for other programs than labelstore a minute at most",
    ),
]
Project = Annotated[
    str | None, typer.Option(metavar="PROJECT", help="Only this project, by id or name.", show_default="all")
]
RowsFormat = Annotated[
    TextFormat | None,
    typer.Option(
        help="Usual: as the suffix of -o says, else table on a terminal and ndjson elsewhere.", show_default=False
    ),
]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help='Write to a file; "-" is standard output.')]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")]
ShortForJson = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_SUFFIXES = {".txt": "table", ".jsonl": "ndjson", ".md": "markdown", ".feather": "arrow"}


def check_order(db: Path, others: Sequence[str], command: str) -> None:
    """Raise `UsageError` where the store is not the first argument but another one."""
    if is_database(db):
        return
    for other in others:
        if is_database(other) and (db.exists() or command == "query"):
            shown = shlex.join([command, other, str(db)])
            raise UsageError(f"{other} is the store, so it comes first: labelstore {shown}")


def is_database(name: str | Path) -> bool:
    """Whether there is a SQLite or DuckDB file of this name."""
    from labelstore.engines import engine_of

    try:
        return Path(name).is_file() and Path(name).stat().st_size > 0 and bool(engine_of(name))
    except (LabelstoreError, OSError, ValueError):
        return False


def chosen_format(formats: type[StrEnum], format: StrEnum | None, out: str, as_json: bool) -> str:
    """The format that --format, --json, the suffix of -o or the terminal asks for. Raises `UsageError`."""
    from labelstore.files.outputs import is_stream

    if as_json and format not in (None, "json"):
        raise UsageError(f"--json or --format {format}, not both")
    if as_json or format is not None:
        return "json" if as_json else str(format)
    if is_stream(out):
        return "table" if out == "-" and output.is_terminal() else "ndjson"
    known = {suffix: name for suffix, name in _SUFFIXES.items() if name in set(formats)}
    known |= {f".{name}": str(name) for name in formats if name != "table"}
    found = known.get(Path(out).suffix.lower())
    if found is None:
        raise UsageError(f"{out}: no format has this suffix; name it with --format, or use one of {', '.join(known)}")
    return found
