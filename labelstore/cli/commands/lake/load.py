"""`load`: exports into a lake."""

from collections.abc import Iterator
from typing import Annotated

import typer

from labelstore.cli import load_summary, progress
from labelstore.cli.diagnostics import say, stopped
from labelstore.cli.next_steps import Step, step
from labelstore.cli.options import (
    AsJson,
    Exports,
    Force,
    Frames,
    Jobs,
    Lake,
    MaxRatio,
    MaxRejects,
    OnError,
    OnErrorOption,
)
from labelstore.lake.opening import check_extra


def load(
    lake: Lake,
    files: Exports,
    frames: Frames = None,
    jobs: Jobs = None,
    max_ratio: MaxRatio = 1000.0,
    split_bytes: Annotated[
        int, typer.Option(metavar="BYTES", min=1, help="Read files that are larger in parts of about this size.")
    ] = 1_000_000_000,
    force: Force = False,
    on_error: OnErrorOption = OnError.KEEP,
    max_rejects: MaxRejects = None,
    as_json: AsJson = False,
) -> None:
    """Load exports into a lake, creating it if needed.

    The rows go into the tables of a store, as Delta tables. All of the load is in the lake in the end, or nothing;
    one that was stopped halfway through its commit is completed by the next. Records that the lake holds already
    are skipped, or replaced if they changed. Exits with 0 if everything was stored, with 3 if some records were
    rejected.

    Several loads may run at once, on this computer or others; one that another overtakes is written again. Files
    are read where they are, by --jobs processes. On a cluster, labelstore.spark.load does the same.

    \b
    Examples:
      labelstore lake load lake/ export.ndjson
      labelstore lake load s3://example/lake "s3://example/exports/*.ndjson.gz"
      labelstore lake load lake/ v1-video.json --frames frames/ --jobs 4
    """
    check_extra(lake)
    from labelstore.lake.load import load

    after = f"nothing of this load is in {lake}, or its next load completes it"
    with stopped(lambda _: after), progress.shown() as line:
        report = load(
            lake,
            files,
            frames=frames,
            max_ratio=max_ratio or None,
            jobs=jobs,
            split_bytes=split_bytes,
            force=force,
            max_rejects=0 if on_error is OnError.STOP else max_rejects,
            progress=line,
            notify=say,
        )
    load_summary.show(report, _next_steps(lake, report.total("added") + report.total("changed")), as_json=as_json)


def _next_steps(lake: str, news: int) -> Iterator[Step]:
    if news:
        yield step("lake", "stats", lake, purpose="how much it holds")
        yield step("lake", "query", lake, "class-counts", purpose="objects by class")
    else:
        yield step("lake", "snapshots", lake, purpose="what each load brought")
