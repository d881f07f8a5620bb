"""The part of words.css that names colors: `python -m tools.palette` writes it again."""

from itertools import product
from pathlib import Path

from labelstore.drawing.colors import color_class

STYLES = Path(__file__).resolve().parent.parent / "labelstore" / "drawing" / "words.css"
HEAD = "/* The colors of objects, to a fifth of each channel; written by tools/palette.py. */\n"


def rules() -> str:
    """A rule for every class that `color_class` gives."""
    colors = ("#" + "".join(2 * digit for digit in digits) for digits in product("0369cf", repeat=3))
    return HEAD + "".join(f".{color_class(color)} {{ --k: {color}; }}\n" for color in colors)


def styled(css: str) -> str:
    """The style sheet with these rules at its end."""
    return css.partition(HEAD)[0] + rules()


if __name__ == "__main__":
    STYLES.write_text(styled(STYLES.read_text(encoding="utf-8")), encoding="utf-8")
