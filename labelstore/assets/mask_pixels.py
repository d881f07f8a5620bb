"""The pixels of masks in a picture: of one instance, or of many that are told apart by their exact colors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from labelstore.assets.run_lengths import RunLengths, compressed
from labelstore.mask_pictures import colors_of, covered

if TYPE_CHECKING:
    from numpy import ndarray

Color = tuple[int, int, int]


class MaskPixels(NamedTuple):
    """A mask in its picture; `bounds` are min_x, min_y, max_x and max_y, None of an empty one."""

    area: int
    bounds: tuple[int, int, int, int] | None
    runs: RunLengths


def pixels_in(data: bytes, colors: Sequence[Color | None]) -> list[MaskPixels]:
    """The mask of each of these colors in a picture; of None, what `labelstore.mask_pictures.covered` says.

    The picture is read once for all its colors. Raises `ValueError`, with the reason, where it cannot be read.
    """
    found: dict[Color | None, MaskPixels] = {}
    if None in colors:
        found[None] = _Runs(_array(covered(data, None)) > 0).of(True)
    wanted = {color for color in colors if color is not None}
    if wanted:
        runs = _Runs(_codes(_array(colors_of(data))))
        found |= {color: runs.of(_code(color)) for color in wanted}
    return [found[color] for color in colors]


class _Runs:
    """A picture as runs of equal pixels, down one column after another."""

    def __init__(self, pixels: "ndarray[Any, Any]") -> None:
        import numpy

        self.height, self.width = pixels.shape
        flat = pixels.T.ravel()
        turns = numpy.flatnonzero(flat[1:] != flat[:-1]) + 1
        self.starts = numpy.concatenate(([0], turns))
        self.ends = numpy.concatenate((turns, [flat.size]))
        self.values = flat[self.starts]

    def of(self, value: int) -> MaskPixels:
        """The pixels that have this value."""
        import numpy

        chosen = self.values == value
        starts, ends = self.starts[chosen], self.ends[chosen]
        sides = numpy.stack((starts, ends), axis=1).ravel()
        size = self.width * self.height
        counts = numpy.diff(sides, prepend=0, append=size).tolist()
        if counts[-1] == 0:
            del counts[-1]
        return MaskPixels(
            int((ends - starts).sum()), self._bounds(starts, ends), compressed(counts, self.width, self.height)
        )

    def _bounds(self, starts: "ndarray[Any, Any]", ends: "ndarray[Any, Any]") -> tuple[int, int, int, int] | None:
        if not len(starts):
            return None
        first, last = starts // self.height, (ends - 1) // self.height
        left, right = int(first[0]), int(last[-1]) + 1
        if (first != last).any():  # which goes on at the top of the next column
            return left, 0, right, self.height
        return left, int((starts % self.height).min()), right, int(((ends - 1) % self.height).max()) + 1


def _array(picture: Any) -> "ndarray[Any, Any]":
    import numpy

    return numpy.asarray(picture)


_UNSEEN = 1 << 24


def _codes(rgba: "ndarray[Any, Any]") -> "ndarray[Any, Any]":
    """One number a pixel: its color, or that it is transparent."""
    import numpy

    numbers = numpy.ascontiguousarray(rgba).view("<u4")[..., 0]
    return numpy.where(numbers >> 24, numbers & (_UNSEEN - 1), numpy.uint32(_UNSEEN))


def _code(color: Color) -> int:
    """The number of a color; of one that no pixel can have, a number that none has."""
    red, green, blue = color
    return red | green << 8 | blue << 16 if all(0 <= channel < 256 for channel in color) else _UNSEEN + 1
