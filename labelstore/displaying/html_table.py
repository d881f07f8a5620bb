"""A table of HTML for a notebook: escaped, bounded, with a style that touches nothing else on its page."""

from collections.abc import Sequence
from html import escape
from typing import Any

from labelstore.displaying.cells import cell, visible
from labelstore.displaying.text_table import is_number

LONGEST = 120
"""Characters of a value that are shown."""
MOST_COLUMNS = 40
STYLE = """
.labelstore-table { overflow-x: auto; max-width: 100%; color: inherit; font-size: 0.9em; }
.labelstore-table table { border-collapse: collapse; border: 0; margin: 0.25em 0; font-variant-numeric: tabular-nums; }
.labelstore-table tr { background: none; border: 0; }
.labelstore-table :is(th, td) { padding: 0.2em 0.9em 0.2em 0; border: 0; text-align: left; vertical-align: top; }
.labelstore-table :is(th, td) { border-bottom: 1px solid rgb(128 128 128 / 35%); max-width: 24em; }
.labelstore-table :is(th, td) { white-space: pre; overflow: hidden; text-overflow: ellipsis; }
.labelstore-table th { font-weight: 600; }
.labelstore-table :is(th, td).number { text-align: right; }
.labelstore-table .soft { opacity: 0.7; font-style: normal; }
.labelstore-table p { margin: 0.25em 0; }
"""
"""Without colors: those of the notebook show through, light or dark."""


def html_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], note: str = "") -> str:
    """A `<div>` with the table and a note below it; of many columns the first are shown."""
    return f'<div class="labelstore-table"><style>{STYLE}</style>{table(columns, rows)}{_note(columns, note)}</div>'


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """The `<table>` alone."""
    shown = range(min(len(columns), MOST_COLUMNS))
    right = [bool(rows) and all(is_number(row[number]) for row in rows) for number in shown]
    marks = [' class="number"' if is_right else "" for is_right in right]
    head = "".join(f"<th{marks[number]}>{_text(visible(columns[number]))}</th>" for number in shown)
    body = "".join(
        f"<tr>{''.join(f'<td{marks[number]}>{_value(row[number])}</td>' for number in shown)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _value(value: Any) -> str:
    return '<span class="soft">NULL</span>' if value is None else _text(cell(value, LONGEST + 1))


def _text(text: str) -> str:
    return escape(text if len(text) <= LONGEST else text[:LONGEST] + "…")


def _note(columns: Sequence[str], note: str) -> str:
    notes = [note] * bool(note)
    if len(columns) > MOST_COLUMNS:
        notes.append(f"{len(columns) - MOST_COLUMNS} more columns")
    return f'<p class="soft">{escape(visible("; ".join(notes)))}</p>' if notes else ""
