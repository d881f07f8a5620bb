"""`verify`: the proof that a lake holds what exports hold."""

from labelstore.cli import progress
from labelstore.cli.diagnostics import stopped
from labelstore.cli.options import AsJson, AtSnapshot, Exports, Frames, Jobs, Lake, MaxRatio
from labelstore.cli.verified import not_all, show


def verify(
    lake: Lake,
    files: Exports,
    frames: Frames = None,
    at: AtSnapshot = None,
    jobs: Jobs = None,
    max_ratio: MaxRatio = 1000.0,
    as_json: AsJson = False,
) -> None:
    """Prove that a lake returns every record of exports.

    Each record is rebuilt from the Parquet files and compared, as `labelstore verify` does with a store. Exits
    with 0 only if no record differs or is missing.

    \b
    Examples:
      labelstore lake verify lake/ export.ndjson
      labelstore lake verify s3://example/lake exports/ --json
    """
    from labelstore.verifying import verify_lake

    with stopped(not_all), progress.shown() as line:
        report = verify_lake(lake, files, frames=frames, at=at, max_ratio=max_ratio or None, jobs=jobs, progress=line)
    show(report, as_json)
