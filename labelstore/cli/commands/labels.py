"""`labels`: the labels that filters choose, a row each."""

import shlex
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from labelstore.cli.derived_options import filter_options, take
from labelstore.cli.diagnostics import say, stopped
from labelstore.cli.options import DEFAULT_FORMAT, AllRows, NoPager, Output, Overwrite, ShortForJson, Store, at_most
from labelstore.cli.query_output import BINARY, Format, limited, write
from labelstore.cli.row_output import chosen_format, view_of
from labelstore.cli.sections import Section
from labelstore.cli.terminal import is_terminal, json_escaped
from labelstore.errors import UsageError

SECTION = Section.ASK

_T = TypeVar("_T")


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
    from itertools import islice

    from labelstore.engines import open_database
    from labelstore.engines.limits import QUERY
    from labelstore.files.outputs import check_output
    from labelstore.query.filters import check_known, chosen_of
    from labelstore.query.filters.matching import order_of
    from labelstore.query.label_rows import chosen_labels, label_rows, label_texts

    if (ids or exported) and (format is not None or as_json or (ids and exported)):
        raise UsageError("--ids, --labels or a format of rows: use one of them")
    form = Format.NDJSON if ids or exported else Format(chosen_format(Format, format, out, as_json))
    if form in BINARY and out == "-" and is_terminal():
        raise UsageError(f"{form} is not for terminals; write it to a file with -o FILE")
    view, started = view_of(format, all_rows, no_pager, limit), time.perf_counter()
    chosen = chosen_of(filters)
    order_of(sort)
    check_output(out, db, overwrite=overwrite)
    with (
        stopped(lambda _: "the result is not complete" if out == "-" else f"{out} was not written"),
        open_database(db, read_only=True) as database,
        limited(database, QUERY, None, out, overwrite) as part,
    ):
        check_known(database, chosen)
        found = _Counted()
        if exported:
            nodes = chosen_labels(database, chosen, sort, where=where)
            texts = (text for _, text in label_texts(database, found(nodes[: limit or None])))
            _write_lines(map(json_escaped, texts), part)
        else:
            result = label_rows(database, chosen, sort, where=where)
            result.rows = found(islice(result.rows, limit or None))
            if ids:
                _write_lines((label_id for label_id, *_ in result.rows), part)
            else:
                write(result, form, part, out, None, view, started, database.interrupt)
    _tell(db, found.count)


class _Counted:
    """Counts what passes."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, values: Iterable[_T]) -> Iterator[_T]:
        for value in values:
            self.count += 1
            yield value


def _write_lines(lines: Iterable[str], part: Path | None) -> None:
    with nullcontext(sys.stdout.buffer) if part is None else part.open("wb") as file:
        for line in lines:
            file.write(f"{line}\n".encode("utf-8", "backslashreplace"))


def _tell(db: Path, count: int) -> None:
    if not count:
        say("no label matches")
    elif is_terminal():
        say(f"see them drawn: {shlex.join(['labelstore', 'browse', str(db)])}")


def labels(*args: Any, **kwargs: Any) -> None:
    """See `_labels`, which Typer reads with an option for each filter."""
    _labels(*args, **kwargs)


take(labels, _labels, filter_options())
