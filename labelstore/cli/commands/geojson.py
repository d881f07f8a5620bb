"""`geojson`: objects on maps as GeoJSON."""

import sys
from typing import Any

from labelstore.cli.diagnostics import stopped
from labelstore.cli.losses import loss_lines
from labelstore.cli.options import Classes, Output, Overwrite, Projects, Store
from labelstore.cli.sections import Section

SECTION = Section.SHARE


def geojson(
    db: Store,
    out: Output = "-",
    classes: Classes = None,
    projects: Projects = None,
    overwrite: Overwrite = False,
) -> None:
    """Write geospatial objects as a GeoJSON FeatureCollection.

    Points, lines, polygons and boxes, with label_id, object_id, name and data_row_id. Open rings are closed.
    Objects in pixel coordinates have no place on earth: they are left out and counted.

    \b
    Examples:
      labelstore geojson labels.db -o objects.geojson
      labelstore geojson labels.db --class Building | gzip > buildings.geojson.gz
    """
    from labelstore.export.writing import export

    chosen: dict[str, Any] = {"classes": tuple(classes or ()), "project": tuple(projects or ())}
    with stopped(lambda _: "the result is not complete" if out == "-" else f"{out} was not written"):
        done = export(db, "geojson", out, overwrite=overwrite, loss="", **chosen)
    for text in (*loss_lines(done), str(done)):
        print(text, file=sys.stderr)
