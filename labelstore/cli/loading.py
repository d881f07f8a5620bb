"""`load` and `verify`: exports into a store, and the proof that they are in it."""

from typing import TYPE_CHECKING

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import FAILED, REJECTED
from labelstore.cli.options import AsJson, Exports, Frames, Jobs, MaxRatio, Store
from labelstore.cli.output import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labelstore.loading import Report
    from labelstore.verifying import VerifyReport


def load(
    db: Store,
    files: Exports,
    frames: Frames = None,
    jobs: Jobs = None,
    max_ratio: MaxRatio = 1000.0,
    as_json: AsJson = False,
) -> None:
    """Load exports into a store, which is made if it is not there.

    Records that are in the store already are skipped or, where they changed, replaced. A new file whose name
    ends in .duckdb or .ddb becomes a DuckDB store, any other a SQLite store. Exits with 0 if everything was
    stored, with 3 if some records were rejected.

    \b
    Examples:
      labelstore load labels.db export.json
      labelstore load labels.duckdb "exports/*.ndjson.gz"
      labelstore load labels.db v1-video.json --frames frames/
      curl -s https://example.com/export.ndjson | labelstore load labels.db -
    """
    from labelstore.loading import load

    with progress.shown() as line:
        report = load(db, files, frames=frames, max_ratio=max_ratio or None, jobs=jobs, progress=line)
    if as_json:
        output.write_json(report.as_json())
    else:
        _print(_load_lines(report))
    if report.total("rejected"):
        raise typer.Exit(REJECTED)


def verify(
    db: Store, files: Exports, frames: Frames = None, max_ratio: MaxRatio = 1000.0, as_json: AsJson = False
) -> None:
    """Compare every record of exports with what the store gives back.

    A record that a later load replaced counts as superseded. Exits with 0 only if no record differs or is
    missing.

    \b
    Examples:
      labelstore verify labels.db export.json
      labelstore verify labels.db v1-video.json --frames frames/ --json
    """
    from labelstore.verifying import verify

    with progress.shown() as line:
        report = verify(db, files, frames=frames, max_ratio=max_ratio or None, progress=line)
    if as_json:
        output.write_json(report.as_json())
    else:
        _print(_verify_lines(report))
    if not report.ok:
        raise typer.Exit(FAILED)


def _print(lines: "Iterator[str]") -> None:
    for line in lines:
        output.write(line + "\n")


def _load_lines(report: "Report") -> "Iterator[str]":
    counts = ("added", "changed", "unchanged", "repeated", "rejected")
    yield f"{visible(report.store)} ({report.engine})"
    outcome = ", ".join(f"{report.total(count):,} {count}" for count in counts)
    yield f"  records          {report.total('records'):,}: {outcome}"
    yield f"  labels           {report.labels:,}"
    yield f"  objects          {report.objects:,}"
    yield f"  classifications  {report.classifications:,}"
    yield f"  frames           {report.frames:,}"
    if report.asset_types:
        types = ", ".join(f"{name} {count:,}" for name, count in sorted(report.asset_types.items()))
        yield f"  asset types      {types}"
    if report.frames_files or report.frames_missing:
        hint = " (give their folder with --frames)" if report.frames_missing else ""
        yield f"  frames files     {report.frames_files:,} found, {report.frames_missing:,} missing{hint}"
    yield f"  time             {_speed(report)}"
    for file in report.files:
        for reject in file.first_rejects:
            place = f"record {reject['position']} at byte {reject['byte_offset']}"
            yield f"rejected: {visible(file.name)}, {place}: {visible(reject['reason'])}"
        if file.rejected > len(file.first_rejects):
            yield f"rejected: {visible(file.name)}, {file.rejected - len(file.first_rejects):,} more"
    if report.total("rejected"):
        yield "All of them are kept in the table rejects."


def _verify_lines(report: "VerifyReport") -> "Iterator[str]":
    yield f"{visible(report.store)} ({report.engine})"
    yield f"  records     {report.records:,}"
    yield f"  equal       {report.equal:,}"
    yield f"  different   {report.different:,}"
    yield f"  missing     {report.missing:,}"
    yield f"  superseded  {', '.join([f'{report.superseded.total():,}', *_by_load(report)])}"
    yield f"  rejected    {report.rejected:,}"
    yield f"  time        {_speed(report)}"
    for found in report.first_differences:
        values = f"exported {_short(found['expected'])}, rebuilt {_short(found['found'])}"
        pointer = visible(found["pointer"]) or "the whole record"
        yield f"different: {visible(found['file'])}, record {found['position']}, {pointer}: {values}"
    for found in report.first_missing:
        yield f"missing: {visible(found['file'])}, record {found['position']}"
    for place in report.duplicate_keys:
        yield f"key given twice, the last one counts: {visible(place)}"


def _by_load(report: "VerifyReport") -> "Iterator[str]":
    return (f"{count:,} by load {load_id}" for load_id, count in sorted(report.superseded.items()))


def _speed(report: "Report | VerifyReport") -> str:
    return f"{report.seconds:.2f} s, {report.megabytes_per_second:.1f} MB/s"


def _short(value: object, longest: int = 80) -> str:
    text = visible(value if isinstance(value, str) else repr(value))
    return text if len(text) <= longest else text[: longest - 1] + "…"
