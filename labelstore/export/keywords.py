"""The keywords of an export in Python with the types of their values: those of `export`, the fields of `Choices`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from labelstore.query.filters.keywords import CommonFilters

Names = str | Sequence[str]
"""One text, or several."""


class ExportChoices(CommonFilters, total=False):
    """What may be chosen of an export; what a choice or filter means, `labelstore export --help` tells.

    `jobs`: so many processes at most. `overwrite`: replace what is there. `dry_run`: write nothing, and report what
    would be lost. `loss`: where the report goes, beside the output by default. `progress` is called with the number
    written so far.
    """

    jobs: int | None
    overwrite: bool
    dry_run: bool
    loss: str | Path | None
    progress: Callable[[int], None] | None
    labels: Literal["winner", "newest", "benchmark", "approved", "all"]
    model_run: str | None
    where: str | None
    classes: Names
    rename: Names
    class_file: str | Path | None
    class_key: Literal["unique", "name", "schema-id"]
    task: Literal["detect", "segment", "obb"]
    split: Literal["hash", "stratified", "metadata", "model-run", "none"]
    ratios: str
    split_field: str
    empty: Literal["keep", "drop"]
    boxes: Literal["drop", "polygon"]
    holes: Literal["seam", "rle", "fill"]
    masks: Literal["rle", "polygon", "skip"]
    frames: str
    assets: str | Path | None
    images: Literal["link", "copy", "none"]
    missing_size: Literal["fail", "skip"]
    name: Literal["auto", "external-id", "global-key", "id"]
    digits: int | None
    shard_size: int
    language: str
    data_row: Literal["auto", "global-key", "id"]
    question: str | None
