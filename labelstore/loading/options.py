"""What a caller may choose about a load."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Confirm = Callable[[Mapping[str, int]], bool]
"""Asked before labels are removed, with their number by project."""


@dataclass(frozen=True)
class Options:
    """`force`: take labels that are older than the stored ones, too. `history`: keep what is replaced in `versions`.

    `max_rejects`: how many records may be refused before the load is given up; None for any number.
    """

    force: bool = False
    history: bool = True
    max_rejects: int | None = None
