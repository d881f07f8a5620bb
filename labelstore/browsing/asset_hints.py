"""What would show the asset of a label, where a page has only its shapes."""

from labelstore.assets.at_hand import AssetsAtHand
from labelstore.drawing import DrawOptions
from labelstore.drawing.asset_text import text_of
from labelstore.scenes.scene import Scene

_PICTURES = {"image": "picture", "document": "picture of the pages", "video": "video", "audio": "recording"}
_FOUND_BY = "Files are found by external id, global key, data row id or the name in the URL."
_ASKED_BY = "labelstore fetch asks for what the vault lacks; the table assets tells what came of it."
_WORDS = {"text": "text", "conversation": "conversation", "llm": "conversation", "html": "HTML"}


def asset_hint(scene: Scene, options: DrawOptions, assets: AssetsAtHand | None) -> str | None:
    """A sentence about what brings the asset; None where it is there, or cannot be shown."""
    what = _missing(scene, options)
    if what is None:
        return None
    if assets is None:
        remote = ", or --remote-assets to fetch it from the address in the export" if what == "picture" else ""
        return (
            f"The {what} is not shown: start browse with --assets DIR, a folder of downloaded files{remote},"
            " or keep the files with labelstore fetch."
        )
    told = f"The {what} is not shown: {assets.place} has no file of this data row that can be."
    ways = [_FOUND_BY] * (assets.folder is not None) + [_ASKED_BY] * (assets.vault is not None)
    return " ".join([told, *ways])


def _missing(scene: Scene, options: DrawOptions) -> str | None:
    asset_type = scene.asset.asset_type
    if asset_type in _PICTURES:
        is_there = options.asset_href or options.film or options.document
        return None if is_there else _PICTURES[asset_type]
    return _WORDS[asset_type] if asset_type in _WORDS and text_of(scene, options) is None else None
