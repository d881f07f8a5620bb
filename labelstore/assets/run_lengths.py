"""The pixels of masks as run lengths, column by column, in the text that COCO has for them (`mask_pixels.rle`)."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from labelstore.errors import UsageError
from labelstore.mask_pictures import MAX_PIXELS

if TYPE_CHECKING:
    from numpy import ndarray


class RunLengths(NamedTuple):
    """A mask in a picture of `width` × `height` pixels, by the compressed `counts` of COCO."""

    width: int
    height: int
    counts: str

    @property
    def for_coco(self) -> dict[str, Any]:
        """As COCO's files have it, and pycocotools takes it."""
        return {"size": [self.height, self.width], "counts": self.counts}


def coco_masks() -> Any:
    """The module of run lengths. Raises `UsageError` where it is not installed."""
    try:
        from pycocotools import mask
    except ImportError:
        raise UsageError(
            "bitmaps need pycocotools, which is not installed; pip install 'labelstore-db[masks]'"
        ) from None
    return mask


def compressed(counts: Sequence[int], width: int, height: int) -> RunLengths:
    """Run lengths from how many pixels in a row are 0, then 1, then 0, …, down one column after another."""
    given = {"size": [height, width], "counts": counts}
    return RunLengths(width, height, coco_masks().frPyObjects(given, height, width)["counts"].decode("ascii"))


def counts_of(runs: RunLengths) -> list[int]:
    """How many pixels in a row are 0, then 1, then 0, … (`rleFrString` of COCO's maskApi.c).

    A number is its bits by five, the lowest first; from the fourth on it is the difference from the one two before it.
    """
    found: list[int] = []
    number = shift = 0
    for letter in runs.counts.encode("ascii"):
        bits = letter - 48
        number |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            number -= 1 << shift
        found.append(number + found[-2] if len(found) > 2 else number)
        number = shift = 0
    return found


def _checked(runs: RunLengths) -> list[int]:
    """The counts of a mask, whoever wrote them into the store."""
    size = runs.width * runs.height
    counts = counts_of(runs) if 0 < size <= MAX_PIXELS else []
    if not counts or min(counts) < 0 or sum(counts) != size:
        raise ValueError("its run lengths are damaged")
    return counts


def bitmap_of(runs: RunLengths) -> "ndarray[Any, Any]":
    """A mask as a bitmap, (height, width) of 0 and 1.

    Raises `UsageError` without pycocotools, which brings numpy, and `ValueError` for runs that do not fill the picture.
    """
    _checked(runs)
    return coco_masks().decode(runs.for_coco)  # type: ignore[no-any-return]


def patch_of(runs: RunLengths, left: int, top: int, right: int, bottom: int, step: int = 1) -> "ndarray[Any, Any]":
    """A part of a mask as a bitmap of booleans, of each `step` rows and columns one. It takes numpy and nothing else.

    Raises `ValueError` for runs that do not fill the picture.
    """
    import numpy

    counts = _checked(runs)
    first, last = left * runs.height, right * runs.height  # only the columns that are wanted
    lengths = numpy.diff(numpy.clip(numpy.cumsum(counts), first, last), prepend=first)
    flat = numpy.repeat(numpy.arange(len(counts)) % 2 == 1, lengths)
    return flat.reshape(right - left, runs.height)[::step, top:bottom:step].T


def iou(one: RunLengths, other: RunLengths) -> float:
    """Intersection over union of two masks in pictures of one size; 0 where both are empty."""
    try:
        masks = coco_masks()
    except UsageError:
        return _iou(counts_of(one), counts_of(other))
    return float(masks.iou([one.for_coco], [other.for_coco], [0])[0][0])


def _iou(one: Sequence[int], other: Sequence[int]) -> float:
    ours, theirs = list(_runs(one)), list(_runs(other))
    common = at = 0
    for start, end in ours:
        while at < len(theirs) and theirs[at][1] <= start:
            at += 1
        later = at
        while later < len(theirs) and theirs[later][0] < end:
            common += min(end, theirs[later][1]) - max(start, theirs[later][0])
            later += 1
    union = sum(one[1::2]) + sum(other[1::2]) - common
    return common / union if union else 0.0


def _runs(counts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where each run of 1 starts, and where it has ended."""
    ends = list(accumulate(counts))
    yield from zip(ends[::2], ends[1::2], strict=False)
