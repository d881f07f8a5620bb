"""Whole numbers in tables as people read them: right-aligned as numbers, printed as `1,234` or `1.3 MB`."""

from collections.abc import Callable
from typing import Any, Self

from labelstore.figures import figure


class ShownNumber(int):
    """A number with the text that stands for it."""

    text: str

    @classmethod
    def of(cls, value: int, form: Callable[[int], str] = figure) -> Self:
        """The number in one of the forms of `labelstore.figures`."""
        shown = cls(value)
        shown.text = form(value)
        return shown

    def __str__(self) -> str:
        return self.text


def shown(value: Any) -> Any:
    """Whole numbers as people read them; any other value as it is."""
    return ShownNumber.of(value) if type(value) is int else value
