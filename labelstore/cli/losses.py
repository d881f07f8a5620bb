"""The losses of an export as the lines of a table."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labelstore.cli.tables import table
from labelstore.cli.terminal import terminal_width
from labelstore.figures import figure

if TYPE_CHECKING:
    from labelstore.export.exporter import Written


def loss_lines(done: "Written") -> Iterator[str]:
    """What was changed or left out, and why labels were not selected; nothing where all is written as it is."""
    from labelstore.export.constructs import CONSTRUCTS

    rows = [
        (
            CONSTRUCTS.get(one.construct, one.construct),
            one.action,
            figure(one.count),
            one.reason,
            *one.examples[:1],
        )
        for one in done.losses
    ]
    rows += [("", "not selected", figure(count), reason) for reason, count in done.not_selected.items()]
    if rows:
        names = ("what", "became", "how many", "as or because", "such as")
        yield from table(names, [(*row, "")[:5] for row in rows], terminal_width())
