"""The parts of files that processes side by side store or verify, each one partition."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple, Self

from labelstore.files.byte_ranges import ByteRange, byte_ranges, plain_size

_BLOCK_RECORDS = 256


class Partition(NamedTuple):
    """What one of several processes does: a byte range of each file, perhaps empty, or where there is none, blocks."""

    number: int = 0
    of: int = 1
    byte_ranges: Sequence[ByteRange | None] = ()
    """One for each argument of the command, or none at all."""

    @classmethod
    def from_json(cls, number: int, of: int, byte_ranges: Sequence[Sequence[Any] | None]) -> Self:
        """A partition that came as JSON."""
        return cls(number, of, [None if byte_range is None else ByteRange(*byte_range) for byte_range in byte_ranges])

    def byte_range(self, argument: int) -> ByteRange | None:
        """The byte range of one of the files; None where the partition is blocks of records."""
        return self.byte_ranges[argument] if self.byte_ranges else None

    def owns(self, position: int) -> bool:
        """Whether a record is in the blocks of this partition, each `of`-th one."""
        return position // _BLOCK_RECORDS % self.of == self.number


def partitions(arguments: Sequence[str], parts: Sequence[float]) -> list[Partition]:
    """The partitions of as many processes as there are `parts`, of all bytes of the plain files one after another.

    So a process gets whole files, but where two of them meet.
    """
    of = len(parts)
    sizes = [plain_size(argument) for argument in arguments]
    ends = [part * sum(size or 0 for size in sizes) for part in accumulate(parts[:-1])]
    files: list[Sequence[ByteRange | None]] = []
    begin = 0
    for argument, size in zip(arguments, sizes, strict=True):
        found = None
        if size:
            found = byte_ranges(argument, size, [min(max(int(end) - begin, 0), size) for end in ends])
            begin += size
        files.append(found or [None] * of)
    return [Partition(number, of, [file[number] for file in files]) for number in range(of)]


def shifts(parts: Sequence[Sequence[tuple[int | None, int]]]) -> list[list[int]]:
    """What the numbers of records lack, by process and file, for the records of the processes before are not counted.

    `parts`: by process and file the number of the first record (None where all are counted) and how many there are.
    """
    before = [0] * len(parts[0])
    found = []
    for files in parts:
        both = list(zip(before, files, strict=True))
        found.append([0 if first is None or not count else seen - first for seen, (first, count) in both])
        before = [seen + count for seen, (_, count) in both]
    return found
