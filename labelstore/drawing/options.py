"""How to draw a label, and with what."""

from typing import NamedTuple


class Zoom(NamedTuple):
    """A part of a canvas, in its units; `key` says of which where a drawing has several, such as the page."""

    left: float
    top: float
    width: float
    height: float
    key: str = ""


class DrawView(NamedTuple):
    """What of the canvases is shown, and how."""

    zoom: Zoom | None = None
    zoom_href: str | None = None
    """Address of this page for another zoom, with `{}` for it; without it there are no links that zoom."""
    names: bool = True
    """Whether shapes have names on them."""
    hidden: frozenset[str] = frozenset()
    """Marks of classes and kinds that the page hides (see `labelstore.drawing.legend`): they need no room for names."""
    screen: tuple[float, float] = (900, 720)
    """About how many pixels a drawing is wide and high at most."""


class Film(NamedTuple):
    """The file of a video: its address, its size in pixels and its frames per second, where the file tells them."""

    href: str
    width: float | None = None
    height: float | None = None
    frame_rate: float | None = None


class PageSizes(NamedTuple):
    """How many pages a document has, and the sizes of the first of them in points."""

    total: int
    sizes: tuple[tuple[float, float], ...]

    def of(self, page: int | None) -> tuple[float, float] | None:
        """The size of a page, from 1, where it is known."""
        return self.sizes[page - 1] if page is not None and 1 <= page <= len(self.sizes) else None


class Document(NamedTuple):
    """A file whose pages can be shown: the address of the picture of one, with `{}` for its number, and its sizes."""

    href: str
    pages: PageSizes


class DrawOptions(NamedTuple):
    """How to draw, and the files available for it."""

    asset_href: str | None = None
    """Of the picture to draw on: a path of this server, a data: URI, or a remote address that the user allowed."""
    film: Film | None = None
    """The file of a video, to be shown under the shapes."""
    document: Document | None = None
    """The file of a document, whose pages are shown under the shapes."""
    asset_text: str | None = None
    """The text of a text, HTML or conversation asset."""
    mask_hrefs: dict[int, str] = {}  # noqa: RUF012
    """Object id → where the picture of its mask is, white or colored on transparent, as large as the asset."""
    frame_href: str | None = None
    """Address of this page for another frame, with `{}` for its number; without it frames are no links."""
    group_href: str | None = None
    tile_url: str | None = None
    """Map tiles with {z}, {x} and {y}, if the user configured any."""
    limit: int = 2000
    """At most so many shapes are drawn."""
    view: DrawView = DrawView()
