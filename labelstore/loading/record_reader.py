"""Reading the records of one file, or this process's part of them."""

from collections.abc import Callable, Iterator
from typing import Any

from labelstore.files import Broken, Record, Source, split
from labelstore.files.byte_ranges import ByteRange, split_range
from labelstore.formats.decoding import Decoded, RecordDecoder, skim, tolerant
from labelstore.json.error_location import located
from labelstore.loading.partitions import Partition
from labelstore.loading.reject_policy import recognized


class RecordReader:
    """Splits and decodes records: those of `byte_range`, where other processes read the others of the file."""

    def __init__(self, partition: Partition, byte_range: ByteRange | None, *, is_frames_file: bool) -> None:
        self.byte_range = byte_range
        self.numbers = 0 if byte_range is None else byte_range.numbers
        """How many numbers the items of the file take, so far."""
        self._partition = partition
        self._decode = tolerant(RecordDecoder(is_frames_file))

    def read(self, source: Source, *, only_split: bool) -> Iterator[Record[Any] | Broken]:
        """The records of this process's part, with `only_split` not decoded; the others are split, or not even read."""
        decode, partition = self._decode, self._partition
        if self.byte_range is not None:
            yield from map(recognized, split_range(source, decode, self.byte_range))
        elif partition.of == 1:
            for item in split(source, skim if only_split else decode):
                self.numbers = item.position + 1
                yield recognized(item)
        else:
            for item in split(source, lambda raw: decode(raw) if partition.owns(self.numbers) else skim(raw)):
                is_decoded = partition.owns(self.numbers)
                self.numbers = item.position + 1
                if partition.owns(item.position):
                    yield recognized(item) if is_decoded else decoded(item, decode)


def decoded(item: Record[Any] | Broken, decode: Callable[[bytes], Decoded | Exception]) -> Record[Decoded] | Broken:
    """A record that was only split until now."""
    if isinstance(item, Broken):
        return item
    try:
        return recognized(Record(item.position, item.byte_offset, item.raw, decode(item.raw)))
    except (ValueError, RecursionError) as error:
        return Broken(item.position, item.byte_offset, item.raw, located(item.raw, error))
