"""GeoParquet 1.0: the objects on maps, geometries as WKB in the column `geometry`."""

import json

from labelstore.export.choices import WHICH_LABELS
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Chunks, Export, Exporter
from labelstore.export.geo_frames import FATES, frames
from labelstore.export.sink import Sink


def write(export: Export) -> Chunks:
    """The file, a group of rows for each frame of objects."""
    sink = Sink()
    writer = None
    for frame in frames(Reader(export, together=False)):
        import pyarrow as pa
        from pyarrow import parquet

        column = {"encoding": "WKB", "geometry_types": [], "crs": frame.crs.to_json_dict()}
        about = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
        table = pa.table(frame.to_arrow(index=False, geometry_encoding="WKB"))
        table = table.replace_schema_metadata({"geo": json.dumps(about)})
        if writer is None:
            writer = parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), table.schema, compression="zstd")
        writer.write_table(table)
        yield sink.taken()
    if writer is not None:
        writer.close()
        yield sink.taken()


EXPORTER = Exporter(
    "geoparquet",
    ".parquet",
    "geospatial objects as GeoParquet, with the extra geo",
    write,
    lambda _: FATES,
    unit="features",
    takes=(*WHICH_LABELS, "classes"),
    defaults={"labels": "all", "class_key": "name"},
)
