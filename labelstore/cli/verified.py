"""What a verification found, in words, and the exit code that tells it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import FAILED, say
from labelstore.displaying.cells import visible
from labelstore.figures import duration, figure
from labelstore.json.truncate import truncated

if TYPE_CHECKING:
    from labelstore.verifying import VerifyReport

_LONGEST_VALUE = 80


def not_all(_: str) -> str:
    """What Ctrl-C leaves."""
    return "not all was compared; verify changes nothing"


def show(report: "VerifyReport", as_json: bool) -> None:
    """Print a report. Raises `typer.Exit` if a record differs or is missing."""
    for note in report.notes:
        say(note)
    if as_json:
        output.write_json(report.as_json())
    else:
        output.write_lines(_lines(report))
    if not report.ok:
        raise typer.Exit(FAILED)


def _lines(report: "VerifyReport") -> Iterator[str]:
    by_load = (f"{figure(count)} by load {load_id}" for load_id, count in sorted(report.superseded.items()))
    yield f"{visible(report.store)} ({report.engine})"
    yield f"  records     {figure(report.records)}"
    yield f"  equal       {figure(report.equal)}"
    yield f"  different   {figure(report.different)}"
    yield f"  missing     {figure(report.missing)}"
    yield f"  superseded  {', '.join([f'{figure(report.superseded.total())}', *by_load])}"
    yield f"  rejected    {figure(report.rejected)}"
    yield f"  time        {duration(report.seconds)}, {report.megabytes_per_second:.1f} MB/s"
    for found in report.first_differences:
        values = f"exported {_value(found['expected'])}, rebuilt {_value(found['found'])}"
        pointer = visible(found["pointer"]) or "the whole record"
        yield f"different: {visible(found['file'])}, record {found['position']}, {pointer}: {values}"
    for found in report.first_missing:
        yield f"missing: {visible(found['file'])}, record {found['position']}"
    for found in report.first_rejects:
        yield f"rejected: {visible(found['file'])}, record {found['position']}: {visible(found['reason'])}"
    for place in report.places_of_duplicate_keys():
        yield f"key given twice, the last one counts: {visible(place)}"


def _value(value: object) -> str:
    return truncated(visible(value if isinstance(value, str) else repr(value)), _LONGEST_VALUE)
