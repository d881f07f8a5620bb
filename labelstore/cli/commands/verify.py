"""`verify`: the proof that a store holds what exports hold."""

from labelstore.cli import progress
from labelstore.cli.diagnostics import stopped
from labelstore.cli.options import AsJson, Exports, Frames, Jobs, MaxRatio, Store
from labelstore.cli.sections import Section
from labelstore.cli.verified import not_all, show

SECTION = Section.CHECK


def verify(
    db: Store,
    files: Exports,
    frames: Frames = None,
    jobs: Jobs = None,
    max_ratio: MaxRatio = 1000.0,
    as_json: AsJson = False,
) -> None:
    """Prove that a store returns every record of exports.

    Each record is rebuilt from the store and compared. A record that a later load replaced counts as
    superseded. Exits with 0 only if no record differs or is missing.

    \b
    Examples:
      labelstore verify labels.db export.json
      labelstore verify labels.db v1-video.json --frames frames/ --json
    """
    from labelstore.verifying import verify

    with stopped(not_all), progress.shown() as line:
        report = verify(db, files, frames=frames, max_ratio=max_ratio or None, jobs=jobs, progress=line, alone=True)
    show(report, as_json)
