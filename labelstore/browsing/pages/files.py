"""Files: those of assets, pages of PDFs, masks cut out of them, and the style sheet and script of all pages."""

import asyncio
from pathlib import Path
from typing import Any

from datasette.utils.asgi import NotFound, Response

from labelstore.browsing import pdf_pages
from labelstore.browsing.headers import PLAYED
from labelstore.browsing.local_assets import mask_file
from labelstore.browsing.pages.page import ROUTES, database_of, headers_of_files, page, whole
from labelstore.browsing.paths import STATIC, decode
from labelstore.browsing.ranges import RangedFile
from labelstore.browsing.settings import settings_of
from labelstore.browsing.static import script, style_sheet
from labelstore.browsing.stores import read
from labelstore.drawing.masks import mask_png
from labelstore.files.media_types import is_pdf, media_type
from labelstore.scenes import ConnectionSource
from labelstore.scenes.assets import read_asset


@page("/asset/(?P<data_row_id>[^/]*)")
async def asset(request: Any, datasette: Any) -> Any:
    """The file of a data row, if it is a raster picture, recording or video: nothing that a browser could run."""
    database, data_row_id = database_of(request, datasette), decode(request.url_vars["data_row_id"])
    path = await _file_of(datasette, database, data_row_id)
    if path is None:
        raise NotFound("no file of this data row is at hand")
    kind = media_type(path)
    if kind is None:
        raise NotFound("the file is not a picture, recording or video")
    policy = {} if kind.startswith("image/") else {"Content-Security-Policy": PLAYED}
    return RangedFile(request, path, kind, headers_of_files() | policy)


@page(r"/mask/(?P<object_id>\d+)")
async def mask(request: Any, datasette: Any) -> Any:
    """The mask of one object as a PNG, cut out of its picture."""
    database, object_id = database_of(request, datasette), whole(request.url_vars["object_id"])
    if object_id is None:
        raise NotFound("no mask is available")

    def work(source: ConnectionSource) -> bytes | None:
        assets = settings_of(datasette).at_hand(source)
        found = None if assets is None else mask_file(source, assets, object_id)
        try:
            return None if found is None else mask_png(found.path.read_bytes(), found.rgb, found.color)
        except (OSError, ValueError):  # no picture after all
            return None

    png = await read(datasette, database, work)
    if png is None:
        raise NotFound("no picture of this mask is at hand")
    return Response(png, content_type="image/png", headers=headers_of_files())


@page(r"/document-page/(?P<data_row_id>[^/]*)/(?P<number>\d+)")
async def document_page(request: Any, datasette: Any) -> Any:
    """One page as PNG; the PDF itself is never served."""
    database, data_row_id = database_of(request, datasette), decode(request.url_vars["data_row_id"])
    number = whole(request.url_vars["number"])
    if not number or not pdf_pages.is_installed():
        raise NotFound("no page is available")
    path = await _file_of(datasette, database, data_row_id)
    if path is None or not is_pdf(path):
        raise NotFound("no PDF of this data row is at hand")
    loop = asyncio.get_running_loop()
    png = await loop.run_in_executor(pdf_pages.RENDERING, pdf_pages.picture_of, path, number)
    if png is None:
        raise NotFound("the page cannot be drawn")
    return Response(png, content_type="image/png", headers=headers_of_files())


async def _file_of(datasette: Any, database: str, data_row_id: str) -> Path | None:
    """The file of a data row, where it is at hand."""

    def work(source: ConnectionSource) -> Path | None:
        assets = settings_of(datasette).at_hand(source)
        return None if assets is None else assets.file(read_asset(source, data_row_id))

    return await read(datasette, database, work)


async def _style(request: Any, datasette: Any) -> Any:
    """The style sheet of all pages."""
    return Response(style_sheet(), content_type="text/css; charset=utf-8", headers=_BRIEFLY)


async def _script(request: Any, datasette: Any) -> Any:
    """The script of all pages; none of them needs it."""
    return Response(script(), content_type="text/javascript; charset=utf-8", headers=_BRIEFLY)


_BRIEFLY = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
ROUTES += [(rf"^{STATIC}/style\.css$", _style), (rf"^{STATIC}/browse\.js$", _script)]
