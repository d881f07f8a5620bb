"""The size of a picture: as the export has it, else from the header of its file."""

from pathlib import Path

from labelstore.assets.folder import names_of
from labelstore.assets.sizes import size_of_picture
from labelstore.errors import InputError, UsageError
from labelstore.export.annotations import Label
from labelstore.export.choices import option_of
from labelstore.export.exporter import Export


def asset_of(export: Export, label: Label) -> Path | None:
    """The file of a data row in the folder of assets."""
    if export.assets is None:
        return None
    names = names_of(
        external_id=label.external_id,
        global_key=label.global_key,
        data_row_id=label.data_row_id,
        row_data=label.row_data,
    )
    return export.assets.find(names, suffixes=("", ".jpg", ".jpeg", ".png"))


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
        f" {option_of('assets')} DIR, or leave such out with {option_of('missing_size')} skip"
    )


def size_of_video(label: Label) -> tuple[int, int]:
    """Width and height as the export has them, else 0 and 0."""
    width, height = int(label.width or 0), int(label.height or 0)
    return (width, height) if min(width, height) > 0 else (0, 0)
