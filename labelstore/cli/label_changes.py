"""What changed in labels, as lines of text."""

from collections.abc import Iterator, Sized
from typing import TYPE_CHECKING

from labelstore.cli.terminal import visible
from labelstore.figures import figure

if TYPE_CHECKING:
    from labelstore.history import LabelChange

_SHOWN_LINES = 10


def lines_of(change: "LabelChange") -> Iterator[str]:
    """What changed in a label; an empty line leads."""
    from labelstore.history.words import changes

    found = change.diff()
    yield ""
    data_row = f"  data row {visible(change.state.data_row_id)}" if change.state.data_row_id else ""
    yield f"{change.change:8} {visible(change.label_id)}{data_row}"
    if change.before is None or change.after is None:
        yield f"  {_counted(found.added or found.removed, 'object')}, {_counted(found.answers, 'answer')}"
        return
    if change.before.generation != change.after.generation:
        yield f"  came as {change.before.generation}, now as {change.after.generation}"
    lines = [f"  {one.word:8} {one.text}" for one in changes(found, visible)]
    yield from lines[:_SHOWN_LINES]
    more = len(lines) - _SHOWN_LINES + found.other_left_out
    if more > 0:
        yield f"  {figure(more)} more differences (--json lists them)"


def _counted(found: Sized, noun: str) -> str:
    return f"{figure(len(found))} {noun}{'' if len(found) == 1 else 's'}"
