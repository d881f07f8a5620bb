"""A list of records that shows itself as a table."""

from collections.abc import Iterable
from typing import Any, TypeVar

from labelstore.displaying.html_table import html_table
from labelstore.displaying.text_table import text_table
from labelstore.figures import figure

T = TypeVar("T", bound=tuple[Any, ...])

MOST_OF_TEXT, MOST_OF_HTML = 20, 50


class Records(list[T]):
    """A list of records (named tuples); at a prompt and in a notebook it is a table with their fields as columns."""

    def __init__(self, records: Iterable[T] = (), fields: tuple[str, ...] = (), note: str = "") -> None:
        super().__init__(records)
        self.fields = fields
        """The names of the columns."""
        self.note = note
        """What is said below the table."""

    def __repr__(self) -> str:
        return f"{text_table(self.fields, self[:MOST_OF_TEXT])}\n[{self._told(MOST_OF_TEXT)}]"

    def _repr_html_(self) -> str:
        return html_table(self.fields, self[:MOST_OF_HTML], self._told(MOST_OF_HTML))

    def _told(self, most: int) -> str:
        rows = f"the first {most} of {figure(len(self))}" if len(self) > most else figure(len(self))
        return "; ".join(filter(None, (f"{rows} {'row' if len(self) == 1 else 'rows'}", self.note)))
