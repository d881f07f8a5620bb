"""The size of a picture: as the export has it, else from the header of its file."""

from pathlib import Path

from labelstore.assets.folder import names_of
from labelstore.errors import InputError, UsageError
from labelstore.export.annotations import Label
from labelstore.export.choices import option_of
from labelstore.export.exporter import Export

_ROTATION = 274
"""The EXIF tag of how a picture is to be turned; from 5 on its sides change places."""


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
            return _size_in_file(asset)
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


def _size_in_file(path: Path) -> tuple[int, int]:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise UsageError(
            f"{path}: pillow, which reads its size, is not installed; pip install 'labelstore-db[images]'"
        ) from None
    try:
        with Image.open(path) as picture:
            turned = picture.getexif().get(_ROTATION, 1) in (5, 6, 7, 8)
            return (picture.height, picture.width) if turned else picture.size
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        hint = f"replace it, or leave such out with {option_of('missing_size')} skip"
        raise InputError(str(path), f"is no picture that can be read ({error})", hint) from None
