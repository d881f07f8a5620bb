"""In a process of its own: the sizes of a PDF's pages, and a picture of one. PDFium may crash, and knows no threads."""

import base64
from io import BytesIO
from typing import Any

LARGEST_SIDE = 1600
"""Pixels of the longer side of a picture."""
MOST_SIZES = 2000
"""Pages whose sizes are read."""
SECONDS = 10
"""Of the processor that one task may take."""


def work(task: dict[str, Any]) -> dict[str, Any]:
    """Of the file `path`: how many pages it has, and the sizes of the first; with `page`, from 1, its picture as PNG.

    Sizes are in points, as the page is shown. Raises what PDFium does for a damaged or encrypted file.
    """
    import pypdfium2

    _limit()
    document = pypdfium2.PdfDocument(task["path"])
    if task["page"] is None:
        count = len(document)
        return {"count": count, "sizes": [document.get_page_size(page) for page in range(min(count, MOST_SIZES))]}
    page = document[task["page"] - 1]
    scale = min(LARGEST_SIDE / max(*page.get_size(), 1), 4)
    written = BytesIO()
    page.render(scale=scale).to_pil().save(written, "PNG")
    return {"png": base64.b64encode(written.getvalue()).decode()}


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, hard))
