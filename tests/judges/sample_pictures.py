"""Labels of images with their pictures, and what SQL says of the boxes and outlines on them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from labelstore.engines import open_database
from labelstore.loading import load
from labelstore.samples import write

_BOUNDS = """
select l.data_row_id, o.name, o.kind, b."left", b."top", b."left" + b.width, b."top" + b.height, d.width, d.height
from objects as o
join bounding_boxes as b on b.object_id = o.object_id
join labels as l on l.label_id = o.label_id
join data_rows as d on d.data_row_id = l.data_row_id
where l.model_run_id is null and not coalesce(l.skipped, false)
union all
select l.data_row_id, o.name, o.kind, g.min_x, g.min_y, g.max_x, g.max_y, d.width, d.height
from objects as o
join polygons as g on g.object_id = o.object_id
join labels as l on l.label_id = o.label_id
join data_rows as d on d.data_row_id = l.data_row_id
where l.model_run_id is null and not coalesce(l.skipped, false) and g.min_x is not null
"""


class Bounds(NamedTuple):
    """The bounds of a box or polygon, as far as they are inside of the picture."""

    data_row_id: str
    name: str
    kind: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def box(self) -> tuple[str, str, float, float, float, float]:
        """Data row, class and corners."""
        return self.data_row_id, self.name, self.left, self.top, self.right, self.bottom


def store_of_pictures(folder: Path, labels: int = 40) -> tuple[Path, Path]:
    """A store with labels of images, and the folder of the images: plain ones, named by their data rows."""
    files = write(folder / "samples", generations=("v2",), asset_types=("image",), labels=labels)
    store, assets = folder / "labels.db", folder / "assets"
    load(store, [file.path for file in files])
    assets.mkdir()
    with open_database(store, read_only=True) as database:
        for data_row_id, width, height in database.query("select data_row_id, width, height from data_rows").rows:
            Image.new("L", (int(width), int(height))).save(assets / f"{data_row_id}.png")
    return store, assets


def bounds_in(store: Path) -> list[Bounds]:
    """What SQL says of all labels of projects that were not skipped; without what is outside of its picture."""
    found = []
    with open_database(store, read_only=True) as database:
        for row_id, name, kind, left, top, right, bottom, width, height in database.query(_BOUNDS).rows:
            one = Bounds(row_id, name, kind, max(left, 0), max(top, 0), min(right, width), min(bottom, height))
            if one.left < one.right and one.top < one.bottom:
                found.append(one)
    return sorted(found)


def boxes(found: Iterable[Sequence[Any]]) -> Counter[tuple[str, ...]]:
    """(data row, class, corners in tenths of pixels), in the precision of the readers: they count in 32 bits."""
    return Counter((stem, name, *(f"{value + 1e-4:.1f}" for value in box)) for stem, name, *box in found)
