"""The places of texts that are searched: which texts stand there, and in which labels."""

from typing import Final

from labelstore.query.search.condition import Condition
from labelstore.schema.tables import sql_text

OF_LABELS: Final = ("object", "question", "answer", "entity")
OF_DATA_ROWS: Final = ("external_id", "global_key")
PLACES: Final = {
    "names": ("object", "question"),
    "answers": ("answer",),
    "entities": ("entity",),
    "ids": OF_DATA_ROWS,
}
"""Where to search → the places of texts."""


def texts_in(place: str, condition: Condition) -> tuple[str, dict[str, str]]:
    """SQL, with its parameters: the texts of a place that meet the condition. A text may come several times."""
    return condition.within(_parts(place)[0])


def labels_with(place: str, condition: Condition, texts: str) -> tuple[str, dict[str, str]]:
    """SQL, with its parameters: the labels in which texts stand that meet the condition.

    A row is text, label_id, data_row_id, node_id. `texts` is SQL for the texts, with parameters of its own.
    """
    return condition.within(f"with texts (text) as ({texts})\n{_parts(place)[1]}")


def _parts(place: str) -> list[str]:
    return sql_text(f"analyses/search/{place}.sql").split(";\n")
