"""The style sheet and the script of all pages."""

from functools import cache
from pathlib import Path

import labelstore.drawing

_FOLDER = Path(__file__).parent / "plugin" / "static"


@cache
def style_sheet() -> str:
    """CSS, that of the pages after that of the drawings."""
    drawings = sorted(Path(labelstore.drawing.__file__).parent.glob("*.css"))
    return "\n".join(path.read_text(encoding="utf-8") for path in (*drawings, *sorted(_FOLDER.glob("*.css"))))


@cache
def script() -> str:
    """JavaScript: comfort, which nothing needs."""
    return (_FOLDER / "browse.js").read_text(encoding="utf-8")
