"""What changed in labels, as lines of text: the totals by class and question, and label by label."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labelstore.cli.terminal import terminal_width
from labelstore.displaying.cells import visible
from labelstore.figures import counted, figure

if TYPE_CHECKING:
    from labelstore.history import LabelChange, LabelDiff, Totals

_SHOWN_LINES = 10


def lines_of(change: "LabelChange", found: "LabelDiff") -> Iterator[str]:
    """What changed in a label; an empty line leads."""
    from labelstore.history.words import changes

    yield ""
    data_row = f"  data row {visible(change.state.data_row_id)}" if change.state.data_row_id else ""
    yield f"{change.change:8} {visible(change.label_id)}{data_row}"
    if change.before is None or change.after is None:
        yield f"  {counted(len(found.added or found.removed), 'object')}, {counted(len(found.answers), 'answer')}"
        return
    if change.before.generation != change.after.generation:
        yield f"  came as {change.before.generation}, now as {change.after.generation}"
    lines = [f"  {one.word:8} {one.text}" for one in changes(found, visible)]
    yield from lines[:_SHOWN_LINES]
    more = len(lines) - _SHOWN_LINES + found.other_left_out
    if more > 0:
        yield f"  {figure(more)} more differences (--json lists them)"


def total_lines(totals: "Totals", limit: int) -> Iterator[str]:
    """How many labels, objects by class and answers by question changed; of each `limit` rows, 0 for all."""
    from labelstore.cli.shown_numbers import shown
    from labelstore.cli.tables import table

    counts = [
        f"{figure(totals.labels[word])} {word}" for word in ("changed", "added", "removed") if totals.labels[word]
    ]
    yield f"labels: {', '.join(counts) or 'none of them differ'}"
    if totals.in_model_runs:
        yield f"in model runs: {counted(totals.in_model_runs, 'label')}, not counted here"
    for noun, rows in (("class", totals.classes), ("question", totals.questions)):
        if not rows:
            continue
        listed = rows[:limit] if limit else rows
        yield ""
        yield from table((noun, *rows[0]._fields[1:]), [tuple(map(shown, row)) for row in listed], terminal_width())
        if len(listed) < len(rows):
            yield f"{figure(len(rows) - len(listed))} more (--limit 0 shows all)"
    if totals.other:
        yield ""
        yield f"other differences: {figure(totals.other)}"
