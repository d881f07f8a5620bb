"""GeoPackage: the objects on maps as one layer, `objects`, for QGIS and other geographic software."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from labelstore.export.choices import WHICH_LABELS
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Chunks, Export, Exporter
from labelstore.export.geo_frames import FATES, frames

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_CHUNK: Final = 1 << 20


def write(export: Export) -> Chunks:
    """The file, which is made elsewhere first: it cannot be written from front to back."""
    reader = Reader(export, together=False)
    with TemporaryDirectory(prefix="labelstore-") as folder:
        path = Path(folder) / "objects.gpkg"
        for frame in frames(reader):
            _append(frame, path)
        if path.exists():
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    yield chunk


def _append(frame: "GeoDataFrame", path: Path) -> None:
    from pyogrio import set_gdal_config_options

    set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})  # the same bytes every time
    frame.to_file(path, layer="objects", driver="GPKG", engine="pyogrio", append=path.exists())


EXPORTER = Exporter(
    "gpkg",
    ".gpkg",
    "geospatial objects as a layer of a GeoPackage, with the extra geo",
    write,
    lambda _: FATES,
    unit="features",
    takes=(*WHICH_LABELS, "classes"),
    defaults={"labels": "all", "class_key": "name"},
)
