"""Reading the records of one file."""

from collections.abc import Iterator
from typing import Any

from labelstore.files import Broken, Record, Source, split, split_taking
from labelstore.formats.decoding import RecordDecoder, skim, tolerant
from labelstore.loading.reject_policy import recognized
from labelstore.loading.stretches import Shredding, Stretch, StretchReader


def records_in(
    source: Source,
    *,
    is_frames_file: bool,
    only_split: bool = False,
    shredding: Shredding | None = None,
    load_id: int = 0,
    first_number: int = 0,
) -> Iterator[Record[Any] | Broken | Stretch]:
    """The records of a file, with `only_split` not decoded.

    With `shredding`, stretches are read at once, into rows of a load, numbered in the store from a number on.
    """
    decoder = RecordDecoder(is_frames_file)
    decode = tolerant(decoder)
    if shredding is None:
        yield from map(recognized, split(source, skim if only_split else decode))
        return
    for item in split_taking(source, decode, StretchReader(shredding, decoder, decode, load_id, first_number)):
        if isinstance(item, Stretch):
            yield item
            continue
        found = recognized(item)  # type: ignore[arg-type]
        shredding.note(found)
        yield found
