"""The home page of a store: its overview."""

from typing import Any

from labelstore.browsing.overview import Overview, Remembered
from labelstore.browsing.pages.page import database_of, page, rendered
from labelstore.browsing.stores import read
from labelstore.drawing.captions import in_words
from labelstore.drawing.charts import bars, columns_over_time

_remembered = Remembered()


@page()
async def overview(request: Any, datasette: Any) -> Any:
    """The overview of the store."""
    database = database_of(request, datasette)
    path = str(datasette.databases[database].path)
    found: Overview = await read(datasette, database, lambda source: _remembered.read(path, source))
    charts = [
        bars([(_class(row), row["objects"]) for row in found.classes], title="Objects by class", most=15),
        columns_over_time(found.months, title="Labels by month"),
    ]
    return await rendered(request, datasette, database, "labelstore_overview.html", overview=found, charts=charts)


def _class(row: dict[str, Any]) -> str:
    """A class by its name and kind, since classes of several kinds may share a name."""
    return f"{row['name'] or 'no name'}, {in_words(row['kind'] or 'unknown')}"
