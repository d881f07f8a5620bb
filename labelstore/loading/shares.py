"""The parts of files that processes side by side store or verify."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from labelstore.framing.stretches import Stretch, stretches

_BLOCK_RECORDS = 256


class Share(NamedTuple):
    """What one of several processes has to do: of each file a stretch; where there are none each `of`-th block."""

    number: int = 0
    of: int = 1
    stretches: Sequence[Stretch | None] = ()
    """One for each argument of the command, or none at all."""

    @classmethod
    def told(cls, number: int, of: int, stretches: Sequence[Sequence[Any] | None]) -> Self:
        """A share that came as JSON."""
        return cls(number, of, [None if stretch is None else Stretch(*stretch) for stretch in stretches])

    def stretch(self, argument: int) -> Stretch | None:
        return self.stretches[argument] if self.stretches else None

    def owns(self, position: int) -> bool:
        """Whether a record is in the blocks of this share."""
        return position // _BLOCK_RECORDS % self.of == self.number


def shares(arguments: Sequence[str], parts: Sequence[float]) -> list[Share]:
    """The shares of as many processes as there are `parts` of each file to be read."""
    of = len(parts)
    files: list[Sequence[Stretch | None]] = [stretches(argument, parts) or [None] * of for argument in arguments]
    return [Share(number, of, [file[number] for file in files]) for number in range(of)]
