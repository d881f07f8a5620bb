"""Assets to draw labels on: files that are at hand, or remote pictures that the user allowed."""

from pathlib import Path
from typing import Any, NamedTuple

from labelstore.analyses.class_colors import class_colors
from labelstore.assets.at_hand import AssetsAtHand
from labelstore.assets.folder import is_address
from labelstore.browsing import pdf_pages
from labelstore.browsing.paths import Paths
from labelstore.browsing.settings import Settings
from labelstore.drawing import DrawOptions, drawing_of
from labelstore.drawing.options import Document, Film
from labelstore.engines.reading import Reading
from labelstore.errors import InputError
from labelstore.files.media_types import image_type, is_pdf, sound_type, video_type
from labelstore.files.video_header import read_video_header
from labelstore.scenes import Source
from labelstore.scenes.geometry import rgb_of
from labelstore.scenes.scene import Asset, Mask, Scene, Shape

MOST_MASKS = 200
"""Masks of a drawing whose pictures are looked up."""
_MASK = """
select o.object_id, o.feature_id, m.url, m.composite_url, m.color_rgb, o.color, o.name
from objects as o
join masks as m on m.object_id = o.object_id
where o.object_id = $object_id
"""


def draw_options(
    store: Reading, scene: Scene, settings: Settings, paths: Paths, limit: int, *, small: bool = False
) -> DrawOptions:
    """How to draw a scene of the store. Thumbnails get no masks and no text from files."""
    assets = settings.at_hand(store)
    return DrawOptions(
        asset_href=_picture(scene.asset, assets, settings, paths),
        film=None if small else _film(scene.asset, assets, paths),
        document=None if small else _document(scene.asset, assets, paths),
        asset_text=None if small else _text(scene.asset, assets),
        mask_hrefs={} if small or assets is None else _masks(scene.shapes, assets, paths),
        frame_href=paths.label(scene.label_id, group=scene.group_name, frame="{}"),
        group_href=paths.label(scene.label_id, group="{}"),
        tile_url=settings.tile_url,
        limit=limit,
    )


def _picture(asset: Asset, assets: AssetsAtHand | None, settings: Settings, paths: Paths) -> str | None:
    fitting = {"image": image_type, "document": image_type, "audio": _player_type}.get(asset.asset_type)
    if fitting is None or asset.data_row_id is None:
        return None
    if assets is not None and (path := assets.file(asset)) is not None and fitting(path) is not None:
        return paths.asset(asset.data_row_id)
    if asset.asset_type == "document":  # a PDF is no picture
        return None
    if settings.remote_assets and asset.row_data is not None and is_web_address(asset.row_data):
        return asset.row_data
    return None


def _player_type(path: Path) -> str | None:
    return sound_type(path) or video_type(path)


def _film(asset: Asset, assets: AssetsAtHand | None, paths: Paths) -> Film | None:
    """The file of a video with what its header tells; None without one that a browser can play."""
    if assets is None or asset.asset_type != "video" or asset.data_row_id is None:
        return None
    path = assets.file(asset)
    if path is None or video_type(path) is None:
        return None
    return Film(paths.asset(asset.data_row_id), *read_video_header(path)[:3])


def _document(asset: Asset, assets: AssetsAtHand | None, paths: Paths) -> Document | None:
    """The PDF of a data row, if its pages can be drawn here; None without one."""
    if assets is None or asset.asset_type != "document" or asset.data_row_id is None or not pdf_pages.is_installed():
        return None
    path = assets.file(asset)
    sizes = pdf_pages.sizes_of(path) if path is not None and is_pdf(path) else None
    return None if sizes is None else Document(paths.document_page(asset.data_row_id), sizes)


def is_web_address(text: str) -> bool:
    """Whether a text is an http(s) address and nothing else."""
    return text.lower().startswith(("https://", "http://")) and is_address(text) and text.isprintable()


def _text(asset: Asset, assets: AssetsAtHand | None) -> str | None:
    if not drawing_of(asset.asset_type).on_text:
        return None
    try:
        return assets.text(asset) if assets is not None else None
    except InputError:  # no text, or too large a one: the drawing does without
        return None


def _masks(shapes: tuple[Shape, ...], assets: AssetsAtHand, paths: Paths) -> dict[int, str]:
    found: dict[int, str] = {}
    masks = [shape for shape in shapes if isinstance(shape.geometry, Mask) and shape.geometry.pixels is None]
    for shape in masks[:MOST_MASKS]:
        if assets.mask_picture(shape.geometry.url, shape.feature_id) is not None:  # type: ignore[union-attr]
            found[shape.object_id] = paths.mask(shape.object_id)
    return found


class MaskFile(NamedTuple):
    """The picture that holds the mask of an object, and which of its colors is the mask (None: all that is set)."""

    path: Path
    rgb: tuple[int, int, int] | None
    color: str


def mask_file(source: Source, assets: AssetsAtHand, object_id: int) -> MaskFile | None:
    """Where the mask of an object is; None without a picture at hand."""
    row: dict[str, Any] | None = next(iter(source.query(_MASK, {"object_id": object_id})), None)
    if row is None:
        return None
    path = assets.mask_picture(row["url"] or row["composite_url"], row["feature_id"])
    if path is None or image_type(path) is None:
        return None
    rgb = rgb_of(row["color_rgb"]) if row["url"] is None else None  # its own picture has no other instances
    return MaskFile(path, rgb, class_colors(source).of(row["color"], row["name"]))
