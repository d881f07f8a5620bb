"""Axes of charts: round numbers that span the values, and names that do not touch."""

from collections.abc import Sequence
from math import ceil, floor, log10

LETTER = 7.0
"""Width of a letter, in the units of a chart."""
_STEPS = (1, 2, 5, 10)


def ticks(largest: float, most: int = 5, *, whole: bool = True) -> list[float]:
    """Round numbers from 0 to the first that is not below the largest value; at most so many steps.

    Steps are 1, 2 or 5 times a power of ten, and no part of 1 where values are `whole`.
    """
    if largest <= 0:
        return [0.0, 1.0]
    power = 10.0 ** floor(log10(largest / most))
    step = next(factor * power for factor in _STEPS if factor * power * most >= largest * (1 - 1e-9))
    step = max(step, 1.0) if whole else step
    return [step * number for number in range(max(ceil(largest / step - 1e-9), 1) + 1)]


def apart(names: Sequence[str], step: float, room: float, margin: float = 0) -> list[int]:
    """Which of the names to write below columns that are `step` wide, so that they do not touch; the first one always.

    `room` is the width of the axis: the last name may not end beyond it. Left of it is a `margin`, which the first name
    may use; it is moved to the right where that is not enough.
    """
    if not names:
        return []
    widest = max(len(name) for name in names) * LETTER
    moved = max(widest / 2 - margin - step / 2, 0)
    every = max(ceil((widest + LETTER + moved) / step), 1)
    return [index for index in range(0, len(names), every) if index == 0 or (index + 0.5) * step + widest / 2 <= room]
