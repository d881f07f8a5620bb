"""Pictures of masks: linked by the export, cut out and tinted. Needs pillow, the extra browse."""

from io import BytesIO

from labelstore.mask_pictures import covered


def mask_png(data: bytes, rgb: tuple[int, int, int] | None, color: str) -> bytes:
    """A PNG in one color, #rrggbb, and transparent where the mask is not; as large as the picture.

    Which pixels belong to the mask, and what raises `ValueError`, `labelstore.mask_pictures.covered` says.
    """
    mask = covered(data, rgb)
    from PIL import Image

    tinted = Image.new("RGBA", mask.size, color)
    tinted.putalpha(mask)
    written = BytesIO()
    tinted.save(written, "PNG", optimize=False)
    return written.getvalue()
