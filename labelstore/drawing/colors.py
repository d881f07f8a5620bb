"""Colors as pages can say them, and what is readable on them."""


def color_class(color: str) -> str:
    """The class of words.css that comes nearest to #rrggbb, such as `k-f30`; its color is `--k` there.

    HTML takes a color from nothing but a style, and the pages allow no style in an element.
    """
    return "k-" + "".join("0369cf"[round(int(color[index : index + 2], 16) / 51)] for index in (1, 3, 5))


def readable_on(color: str) -> str:
    """Black or white, whichever is easier to read on a background of #rrggbb (WCAG relative luminance)."""
    red, green, blue = (_linear(int(color[index : index + 2], 16) / 255) for index in (1, 3, 5))
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
