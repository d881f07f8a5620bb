"""The style sheet of all pages: that of the drawings, and that of what is around them."""

from functools import cache
from pathlib import Path

import labelstore.drawing

_OF_PAGES = Path(__file__).parent / "plugin" / "static" / "browse.css"


@cache
def style_sheet() -> str:
    """CSS, that of the pages after that of the drawings."""
    drawings = sorted(Path(labelstore.drawing.__file__).parent.glob("*.css"))
    return "\n".join(path.read_text(encoding="utf-8") for path in (*drawings, _OF_PAGES))
