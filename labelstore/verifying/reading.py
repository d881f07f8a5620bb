"""The records of a file, not decoded: the compiled core finds most of them."""

from collections.abc import Iterator
from typing import Any

from labelstore.core.library import library
from labelstore.core.splitting import Split, Splitter
from labelstore.files import Broken, Record, Source, split_taking
from labelstore.formats.decoding import skim


def only_split(source: Source) -> Iterator[Record[Any] | Broken]:
    """What `split` gives with `skim`; the values of the records are None."""
    core = library()
    for item in split_taking(source, skim, None if core is None else Splitter(core)):
        if isinstance(item, Split):
            for place in item.places:
                yield Record(place.position, place.offset, item.text(place), None)
        else:
            yield item  # type: ignore[misc]
