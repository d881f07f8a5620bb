"""Where a label was read."""

from pathlib import Path
from typing import NamedTuple


class LabelSource(NamedTuple):
    """Where a label was read: its store, its id, and the load after which it was so; None is as it is now.

    `assets` is a folder with the files of data rows, which drawings show below the annotations.
    """

    path: Path
    label_id: str
    load_id: int | None = None
    assets: Path | None = None
