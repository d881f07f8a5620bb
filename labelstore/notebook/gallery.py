"""Labels that filters chose, as a sequence that a notebook shows as thumbnails."""

import time
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import overload

from labelstore.assets.at_hand import at_hand
from labelstore.displaying.cells import visible
from labelstore.engines.database import MARKS, Database
from labelstore.figures import figure
from labelstore.json.truncate import truncated
from labelstore.notebook.label import Label
from labelstore.notebook.stored import labels_of

SHOWN = 24
"""Labels that a notebook shows."""
SECONDS = 5.0
"""No drawing is begun after them."""
_SHAPES = 150
_LONGEST = 30
_PIXELS = 240
_STYLE = """
.labelstore-gallery { color: inherit; font-size: 0.85em; }
.labelstore-gallery ul { display: flex; flex-wrap: wrap; gap: 0.75em; list-style: none; margin: 0.25em 0; padding: 0; }
.labelstore-gallery li { width: 128px; margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.labelstore-gallery svg { display: block; max-width: 100%; margin-bottom: 0.25em; }
.labelstore-gallery .soft { opacity: 0.7; }
.labelstore-gallery p { margin: 0.25em 0; }
"""


class Gallery(Sequence[Label]):
    """The labels that filters chose: iterate it for the labels, take `gallery[24:48]` for some of them.

    A notebook shows the first 24 as thumbnails, which needs the extra browse.
    """

    def __init__(
        self, database: Callable[[], Database], nodes: Sequence[int], path: Path, assets: Path | None = None
    ) -> None:
        self._database, self._nodes, self._path, self._assets = database, nodes, path, assets
        self._file = path.absolute()

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Label]:
        return labels_of(self._database(), self._nodes, self._file, self._assets)

    @overload
    def __getitem__(self, index: int) -> Label: ...
    @overload
    def __getitem__(self, index: slice) -> "Gallery": ...
    def __getitem__(self, index: int | slice) -> "Label | Gallery":
        if isinstance(index, slice):
            return Gallery(self._database, self._nodes[index], self._path, self._assets)
        return next(labels_of(self._database(), [self._nodes[index]], self._file, self._assets))

    @property
    def label_ids(self) -> list[str]:
        """The ids of the labels, in their order."""
        sql = f"select node_id, label_id from labels where node_id in ({MARKS})"
        found = dict(self._database().select_in(sql, self._nodes))
        return [found[node] for node in self._nodes]

    def __repr__(self) -> str:
        count = f"{figure(len(self))} {'label' if len(self) == 1 else 'labels'}"
        return f"<Gallery of {count}; a notebook shows them, and in a browser: labelstore browse {self._path}>"

    def _repr_html_(self) -> str:
        try:
            items = "".join(f"<li>{item}</li>" for item in self._items())
        except ImportError:
            return f"<p>{escape(repr(self))}; thumbnails take: pip install 'labelstore-db[browse]'</p>"
        shown = min(len(self), SHOWN)
        note = f"{figure(shown)} of {figure(len(self))} labels" if shown < len(self) else f"{figure(shown)} labels"
        return (
            f'<div class="labelstore-gallery"><style>{_STYLE}</style><ul>{items}</ul><p class="soft">{note}</p></div>'
        )

    def _items(self) -> Iterator[str]:
        from labelstore.drawing import DrawOptions, thumbnail
        from labelstore.reporting.pictures import picture_of
        from labelstore.scenes import read_scene

        until = time.monotonic() + SECONDS
        database = self._database()
        assets = at_hand(database, self._assets)
        for label_id in self[:SHOWN].label_ids:
            picture, name = "not drawn: it took too long", label_id
            if time.monotonic() < until and (scene := read_scene(database, label_id, limit=_SHAPES, tracks=False)):
                found = None if assets is None else assets.file(scene.asset)
                photo = None if found is None else picture_of(found, _PIXELS)
                picture = thumbnail(scene, DrawOptions(asset_href=None if photo is None else photo.href))
                name = scene.asset.external_id or scene.asset.global_key or label_id
            shown = truncated(visible(name), _LONGEST)
            yield f'{picture}<span title="{escape(visible(label_id))}">{escape(shown)}</span>'
