"""The parts of files that processes side by side store."""

from typing import NamedTuple

from labelstore.framing import Source

_BLOCK_RECORDS = 256
_SHORTER = 0.87
"""Each stretch of a file to the one before it: to read a record over costs an eighth of storing it."""
_LATE_BYTES = 1_000_000
"""What a process stores while the next one starts."""


class Share(NamedTuple):
    """The part of every file that one of several processes stores.

    It is the `number`-th of `of` stretches; of a compressed file, where nobody knows the end, each `of`-th block.
    """

    number: int = 0
    of: int = 1

    @property
    def is_last(self) -> bool:
        return self.number == self.of - 1

    def owns(self, source: Source, position: int, byte_offset: int) -> bool:
        if source.size and _tells_offsets(source):
            start, end = (self._end(source.size, stretches) for stretches in (self.number, self.number + 1))
            return start <= byte_offset and (self.is_last or byte_offset < end)
        return position // _BLOCK_RECORDS % self.of == self.number

    def is_over(self, source: Source, byte_offset: int) -> bool:
        """Whether neither the record there nor any after it can belong to this share."""
        if self.is_last or not source.size or not _tells_offsets(source):
            return False
        return byte_offset >= self._end(source.size, self.number + 1)

    def _end(self, size: int, stretches: int) -> float:
        """Where the first `stretches` end: a later one is shorter, for its process starts late and reads all before."""
        late = _LATE_BYTES if size > 8 * self.of * _LATE_BYTES else 0
        weight = (1 - _SHORTER**stretches) / (1 - _SHORTER**self.of)
        return weight * (size + (self.of - 1) * late) - max(stretches - 1, 0) * late


def _tells_offsets(source: Source) -> bool:
    """Whether byte offsets of records tell how far into the file they are."""
    return source.compression == "none"
