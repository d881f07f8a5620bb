"""The text of an asset: what a drawing of words is drawn on."""

import re

from labelstore.assets.folder import is_address
from labelstore.drawing.options import DrawOptions
from labelstore.scenes.scene import Scene

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def text_of(scene: Scene, options: DrawOptions) -> str | None:
    """The text of the asset: from its file, else the one that the export has in place of an address."""
    if options.asset_text is not None:
        return options.asset_text
    row_data = scene.asset.row_data
    return row_data if row_data is not None and not is_address(row_data) else None


def visible(text: str, start: int = 0, stop: int | None = None) -> str:
    """The characters from `start` to before `stop` as a page can show them.

    Line ends are LF, control characters their pictures (NUL becomes ␀), lone surrogates U+FFFD.
    """
    part = text[start:stop]
    if stop is not None and part.endswith("\r") and text[stop : stop + 1] == "\n":
        part = part[:-1]
    return _UNREADABLE.sub(_picture, part.replace("\r\n", "\n").replace("\r", "\n"))


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return "\ufffd" if code > 0xFF else "\u2421" if code == 0x7F else chr(0x2400 + code)
