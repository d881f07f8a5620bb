"""Standard output: text, reports as JSON, and tables that fit the terminal."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from labelstore.cli.terminal import json_escaped, screen


def write(text: str) -> None:
    """Text as UTF-8, whatever the locale; a byte of a file name that is no text comes out as `\\udc..`."""
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))


def write_lines(lines: Iterable[str]) -> None:
    """Each text as a line."""
    for line in lines:
        write(f"{line}\n")


def write_json(report: Any) -> None:
    """A report as one JSON document."""
    import json

    write(json_escaped(json.dumps(report, indent=2, ensure_ascii=False)) + "\n")


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], indent: str = "") -> None:
    """The rows as a table that fits the terminal."""
    from labelstore.cli.tables import table

    terminal = screen()
    width = None if terminal is None else terminal.width - len(indent)
    write_lines(f"{indent}{line}" for line in table(columns, rows, width, terminal is not None and terminal.colored))
