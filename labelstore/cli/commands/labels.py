"""`labels`: the labels that filters choose, a row each."""

import re
import shlex
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from labelstore.cli.derived_options import filter_options, take
from labelstore.cli.diagnostics import say, stopped
from labelstore.cli.options import DEFAULT_FORMAT, AllRows, NoPager, Output, Overwrite, ShortForJson, Store, at_most
from labelstore.cli.query_output import BINARY, Format, limited, write
from labelstore.cli.row_output import chosen_format, view_of
from labelstore.cli.sections import Section
from labelstore.cli.terminal import is_terminal, json_escaped
from labelstore.errors import UsageError

if TYPE_CHECKING:
    from labelstore.cli.results import View
    from labelstore.engines.database import Database
    from labelstore.query.filters import Chosen

SECTION = Section.ASK


def _labels(
    db: Store,
    where: Annotated[
        str | None,
        typer.Option(
            metavar="SQL",
            help="Only labels of which this is true, by columns of `labels`: seconds_to_label > 60.",
            show_default=False,
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            metavar="[-]created|objects|agreement|seconds",
            help="The order, with a minus downwards.",
            show_default="that of the store",
        ),
    ] = None,
    limit: Annotated[int, at_most("labels")] = 0,
    ids: Annotated[bool, typer.Option("--ids", help="Print the ids only, one a line.")] = False,
    exported: Annotated[
        bool, typer.Option("--exported", help="Print the labels as exported, one JSON a line.")
    ] = False,
    format: Annotated[Format | None, typer.Option(help=DEFAULT_FORMAT, show_default=False)] = None,
    out: Output = "-",
    overwrite: Overwrite = False,
    as_json: ShortForJson = False,
    all_rows: AllRows = False,
    no_pager: NoPager = False,
    **filters: Any,
) -> None:
    """List labels: those that match all filters.

    An option given several times takes labels that match one of its values. Ranges include both ends: 0.5..0.9,
    60.., ..10, or a number alone. A name that no label has is an error.

    \b
    Examples:
      labelstore labels labels.db --with Car --without Person -o cars.csv
      labelstore labels labels.db --review rejected --since 2024-01-01 --sort -created --limit 20
      labelstore labels labels.db --labeler ada@example.com --seconds 300..
      labelstore labels labels.db --where "seconds_to_label > 600" --ids | xargs labelstore get labels.db
    """
    from labelstore.engines import open_database
    from labelstore.engines.limits import QUERY
    from labelstore.files.outputs import check_output
    from labelstore.query.filters import check_known, chosen_of
    from labelstore.query.filters.matching import order_of

    if (ids or exported) and (format is not None or as_json or (ids and exported)):
        raise UsageError("--ids, --exported or a format of rows: use one of them")
    form = Format.NDJSON if ids or exported else Format(chosen_format(Format, format, out, as_json))
    if form in BINARY and out == "-" and is_terminal():
        raise UsageError(f"{form} is not for terminals; write it to a file with -o FILE")
    wanted = _Wanted(chosen_of(filters), sort, where, min(limit, sys.maxsize) or None)
    order_of(sort)
    check_output(out, db, overwrite=overwrite)
    with (
        stopped(lambda _: "the result is not complete" if out == "-" else f"{out} was not written"),
        open_database(db, read_only=True) as database,
        limited(database, QUERY, None, out, overwrite) as part,
    ):
        check_known(database, wanted.chosen)
        if ids or exported:
            count = _write_lines(_ids(database, wanted) if ids else _texts(database, wanted), part)
        else:
            count = _write_rows(database, wanted, form, view_of(format, all_rows, no_pager, limit), part, out)
    if not count:
        say("no label matches")
    elif is_terminal():
        say(f"see them drawn: {shlex.join(['labelstore', 'browse', str(db)])}{_page(db, wanted)}")


class _Wanted(NamedTuple):
    """Which labels, in which order, and how many of them."""

    chosen: "Chosen"
    sort: str | None
    where: str | None
    limit: int | None


def _page(db: Path, wanted: _Wanted) -> str:
    """Where a browser shows the same labels, as far as an address can say that."""
    from urllib.parse import urlencode

    pairs = [*wanted.chosen.arguments(), *([("sort", wanted.sort)] if wanted.sort else [])]
    if wanted.where is not None or not pairs or not re.fullmatch(r"[A-Za-z0-9_-]+", db.stem):
        return ""
    return f" (page /-/labelstore/{db.stem}/gallery?{urlencode(pairs)})"


def _ids(database: "Database", wanted: _Wanted) -> Iterator[str]:
    from labelstore.query.label_rows import chosen_labels, label_ids

    nodes = chosen_labels(database, wanted.chosen, wanted.sort, where=wanted.where)
    return label_ids(database, nodes[: wanted.limit])


def _texts(database: "Database", wanted: _Wanted) -> Iterator[str]:
    from labelstore.query.label_rows import chosen_labels, label_texts

    nodes = chosen_labels(database, wanted.chosen, wanted.sort, where=wanted.where)
    return (json_escaped(text) for _, text in label_texts(database, nodes[: wanted.limit]))


def _write_lines(lines: Iterable[str], part: Path | None) -> int:
    """Write the lines; how many there are."""
    from labelstore.cli.results import Counted

    counted = Counted(lines)
    with nullcontext(sys.stdout.buffer) if part is None else part.open("wb") as file:
        for line in counted:
            file.write(f"{line}\n".encode("utf-8", "backslashreplace"))
    return counted.count


def _write_rows(database: "Database", wanted: _Wanted, form: Format, view: "View", part: Path | None, out: str) -> int:
    """Write the rows; how many were read."""
    from labelstore.cli.results import Counted
    from labelstore.query.label_rows import label_rows

    started = time.perf_counter()
    result = label_rows(database, wanted.chosen, wanted.sort, where=wanted.where)
    counted = Counted(islice(result.rows, wanted.limit))
    result.rows = iter(counted)
    write(result, form, part, out, None, view, started, database.interrupt)
    return counted.count


def labels(*args: Any, **kwargs: Any) -> None:
    """See `_labels`, which Typer reads with an option for each filter."""
    _labels(*args, **kwargs)


take(labels, _labels, filter_options())
