"""The losses of an export as a table on standard error."""

import sys
from typing import TYPE_CHECKING

from labelstore.cli.tables import table
from labelstore.cli.terminal import terminal_width

if TYPE_CHECKING:
    from labelstore.export.exporter import Written


def show_losses(done: "Written") -> None:
    """Print what was changed or left out, and why labels were not selected; nothing where all is written as it is."""
    from labelstore.export.constructs import CONSTRUCTS

    rows = [
        (
            CONSTRUCTS.get(loss.construct, loss.construct),
            loss.action,
            f"{loss.count:,}",
            loss.reason,
            " ".join(loss.examples[:1]),
        )
        for loss in done.losses
    ]
    rows += [("", "not selected", f"{count:,}", reason, "") for reason, count in done.not_selected.items()]
    if rows:
        for line in table(("what", "became", "how many", "as or because", "such as"), rows, terminal_width()):
            print(line, file=sys.stderr)
