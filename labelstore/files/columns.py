"""The columns of a CSV export by the type of their cells; a test compares them with the keys of a v1 element."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

import msgspec

MAX_ROW_BYTES = 64 << 20
"""A row longer than this is held for broken: a quote that is not closed would take in the rest of the file."""

TEXT, NUMBER, TIME, YES_NO, JSON = "text", "number", "time", "yes_no", "json"

_COLUMNS = {
    TEXT: (
        "ID",
        "DataRow ID",
        "Labeled Data",
        "Created By",
        "Project Name",
        "External ID",
        "Global Key",
        "Dataset Name",
        "View Label",
        "Data Split",
        "Benchmark ID",
        "Benchmark Reference ID",
    ),
    NUMBER: (
        "Seconds to Label",
        "Seconds to Review",
        "Seconds to Create",
        "Agreement",
        "Is Benchmark",
        "Benchmark Agreement",
        "Has Open Issues",
    ),
    TIME: ("Created At", "Updated At"),  # text, or milliseconds since 1970
    YES_NO: ("Skipped",),
    JSON: ("Label", "Reviews", "Media Attributes", "DataRow Metadata", "DataRow Workflow Info", "Masks"),
}
KINDS = {column: kind for kind, columns in _COLUMNS.items() for column in columns}


class Form(msgspec.Struct, frozen=True):
    """How a table is written: its columns in order, and its dialect."""

    columns: list[str]
    delimiter: str = ","
    line_end: str = "\n"
    quotes_all: bool = False
    mark: bool = False
    """Whether it begins with a byte order mark."""

    def reader(self, lines: Iterator[str]) -> Any:
        """A strict reader of the csv module for rows of this form."""
        csv.field_size_limit(MAX_ROW_BYTES)
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    def row(self, cells: Sequence[str]) -> str:
        """The text of a row, its line end included."""
        text = StringIO()
        write = csv.writer(
            text,
            delimiter=self.delimiter,
            lineterminator=self.line_end,
            quoting=csv.QUOTE_ALL if self.quotes_all else csv.QUOTE_MINIMAL,
        )
        write.writerow(cells)
        return text.getvalue()
