"""Reading the records of one file, or this process's part of them."""

from collections.abc import Iterator
from typing import Any

from labelstore.files import Broken, Record, Source, split, split_taking
from labelstore.files.byte_ranges import ByteRange, split_range
from labelstore.formats.decoding import RecordDecoder, skim, tolerant
from labelstore.loading.partitions import Partition
from labelstore.loading.reject_policy import decoded, recognized
from labelstore.loading.stretches import Shredding, Stretch, StretchReader


class RecordReader:
    """Splits and decodes records: those of `byte_range`, where other processes read the others of the file."""

    def __init__(
        self,
        partition: Partition,
        byte_range: ByteRange | None,
        *,
        is_frames_file: bool,
        shredding: Shredding | None = None,
        load_id: int = 0,
        first_number: int = 0,
    ) -> None:
        """With `shredding`, stretches are read at once, into rows of a load, numbered in the store from a number on."""
        self.byte_range = byte_range
        self.numbers = 0 if byte_range is None else byte_range.numbers
        """How many numbers the items of the file take, so far."""
        self._partition = partition
        decoder = RecordDecoder(is_frames_file)
        self._decode = decode = tolerant(decoder)
        self._shredding, self._take = shredding, None
        if shredding is not None:
            self._take = StretchReader(shredding, decoder, decode, load_id, first_number)

    def read(self, source: Source, *, only_split: bool) -> Iterator[Record[Any] | Broken | Stretch]:
        """The records of this process's part, with `only_split` not decoded; the others are split, or not even read."""
        decode, partition = self._decode, self._partition
        if self.byte_range is not None:
            yield from map(recognized, split_range(source, decode, self.byte_range))
        elif self._take is not None:
            yield from self._taking(source, self._take)
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

    def _taking(self, source: Source, take: StretchReader) -> Iterator[Record[Any] | Broken | Stretch]:
        assert self._shredding is not None
        for item in split_taking(source, self._decode, take):
            if isinstance(item, Stretch):
                self.numbers += item.records
                yield item
                continue
            found = recognized(item)  # type: ignore[arg-type]
            self._shredding.note(found)
            self.numbers += 1
            yield found
