"""Colors of features: the one from the export if it is a color, else one that its name always gets."""

import re
from hashlib import sha256

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
PALETTE = (
    "#e6194b",
    "#3cb44b",
    "#4363d8",
    "#f58231",
    "#911eb4",
    "#008b8b",
    "#d02fb5",
    "#7a8b00",
    "#9a6324",
    "#1e90ff",
    "#b8860b",
    "#800000",
)


def color_of(color: str | None, name: str | None) -> str:
    """#rrggbb; whatever is no hexadecimal color is not passed on."""
    if color is not None and _HEX.fullmatch(color):
        return color.lower() if len(color) == 7 else "#" + "".join(2 * digit for digit in color[1:].lower())
    return PALETTE[sha256((name or "").encode(errors="replace")).digest()[0] % len(PALETTE)]


def color_class(color: str) -> str:
    """The class of words.css that comes nearest to #rrggbb, such as `k-f30`; its color is `--k` there.

    HTML takes a color from nothing but a style, and the pages allow no style in an element.
    """
    return "k-" + "".join("0369cf"[round(int(color[place : place + 2], 16) / 51)] for place in (1, 3, 5))


def readable_on(color: str) -> str:
    """Black or white, whichever is easier to read on a background of #rrggbb (WCAG relative luminance)."""
    red, green, blue = (_linear(int(color[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
