"""The user's settings, from the configuration of the plugin."""

from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from labelstore.assets.at_hand import AssetsAtHand, at_hand
from labelstore.assets.folder import AssetFolder
from labelstore.engines.reading import Reading

PLUGIN = "labelstore"


class Settings(NamedTuple):
    """`assets` is a folder of downloaded assets; `remote_assets` allows pictures from the stored URLs; `tile_url` are
    map tiles with {z}, {x} and {y}; `notice` is shown on the first pages; `views` is the file of saved views, or a
    folder with one for each store; `views_refused` says why they can only be read."""

    assets: str | None = None
    remote_assets: bool = False
    tile_url: str | None = None
    notice: str | None = None
    views: str | None = None
    views_refused: str | None = None

    def at_hand(self, store: Reading) -> AssetsAtHand | None:
        """The files of a store: in the folder of assets, or in its vault. Raises `InputError` for what is no folder."""
        return at_hand(store, None if self.assets is None else _folder(self.assets))

    def image_sources(self) -> str:
        """Allowed origins of pictures, as a Content-Security-Policy writes them."""
        sources = "'self' data:"
        if self.remote_assets:
            return f"{sources} https: http:"
        tiles = origin(self.tile_url)
        return f"{sources} {tiles}" if tiles else sources


def settings_of(datasette: Any) -> Settings:
    """The settings of a Datasette; unknown ones are ignored."""
    given = datasette.plugin_config(PLUGIN) or {}
    return Settings(**{name: given[name] for name in Settings._fields if given.get(name) is not None})


def origin(url: str | None) -> str | None:
    """`https://host:port` of an http(s) address, if it is one and its host is plain; a `{s}` in it becomes `*`."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2].replace("{s}", "*")
    plain = host and all(char.isascii() and (char.isalnum() or char in ".-:*") for char in host)
    return f"{parts.scheme}://{host}" if parts.scheme in ("http", "https") and plain else None


@cache
def _folder(path: str) -> AssetFolder:
    return AssetFolder(path)
