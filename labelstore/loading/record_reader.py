"""Reading the records of one file."""

from collections.abc import Iterator
from typing import Any

from labelstore.files import Broken, Record, Source, split, split_taking
from labelstore.formats.decoding import RecordDecoder, skim, tolerant
from labelstore.loading.reject_policy import recognized
from labelstore.loading.stretches import Shredding, Stretch, StretchReader


class RecordReader:
    """Splits and decodes records."""

    def __init__(
        self,
        *,
        is_frames_file: bool,
        shredding: Shredding | None = None,
        load_id: int = 0,
        first_number: int = 0,
    ) -> None:
        """With `shredding`, stretches are read at once, into rows of a load, numbered in the store from a number on."""
        self.numbers = 0
        """How many numbers the items of the file take, so far."""
        decoder = RecordDecoder(is_frames_file)
        self._decode = decode = tolerant(decoder)
        self._shredding, self._take = shredding, None
        if shredding is not None:
            self._take = StretchReader(shredding, decoder, decode, load_id, first_number)

    def read(self, source: Source, *, only_split: bool) -> Iterator[Record[Any] | Broken | Stretch]:
        """The records, with `only_split` not decoded, or stretches of them."""
        if self._take is not None:
            yield from self._taking(source, self._take)
            return
        for item in split(source, skim if only_split else self._decode):
            self.numbers = item.position + 1
            yield recognized(item)

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
