"""The size of a picture: as the store has it, else from the header of its file."""

from pathlib import Path

from labelstore.assets.sizes import size_of_picture
from labelstore.errors import InputError, UsageError
from labelstore.export.annotations import Label
from labelstore.export.choices import option_of
from labelstore.export.exporter import Export
from labelstore.export.file_names import FileNames


def asset_of(export: Export, label: Label) -> Path | None:
    """The file of a data row, where it is at hand."""
    return None if export.assets is None else export.assets.file(label, suffixes=("", ".jpg", ".jpeg", ".png"))


def name_of(names: FileNames, label: Label, asset: Path) -> str:
    """The name of the file of a data row: its own, but for a file of the vault, whose name says nothing."""
    if asset.stem != label.file_sha256:
        return asset.name
    stem, suffix = names.of(label)
    return stem + (asset.suffix or suffix)


def size_of(export: Export, label: Label, asset: Path | None) -> tuple[int, int] | None:
    """Width and height in pixels; None where nothing tells and such pictures are to be left out.

    Raises `UsageError` where nothing tells, `InputError` for a file that is no picture.
    """
    if (told := size_of_video(label)) != (0, 0):
        return told
    skips = export.choices.missing_size == "skip"
    if asset is not None:
        try:
            return size_of_picture(asset, f"replace it, or leave such out with {option_of('missing_size')} skip")
        except InputError:
            if not skips:
                raise
    if skips:
        return None
    name = label.external_id or label.global_key or label.data_row_id or label.label_id
    raise UsageError(
        f"{name}: the export does not tell how large this picture is; give the folder of the pictures with"
        f" {option_of('assets')} DIR, keep them with labelstore fetch, or leave such out with"
        f" {option_of('missing_size')} skip"
    )


def size_of_video(label: Label) -> tuple[int, int]:
    """Width and height as the export has them, or the file in the vault, else 0 and 0."""
    width, height = int(label.width or 0), int(label.height or 0)
    return (width, height) if min(width, height) > 0 else (0, 0)
