"""Stretches of a file of which the compiled core makes rows, for a load: with digests, and with what it handed back."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from ctypes import CDLL
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from labelstore.core.shredding import Ids, Place, Shredder
from labelstore.core.shredding import Stretch as Rows
from labelstore.files import Broken, Record
from labelstore.formats.claims import claims
from labelstore.formats.decoding import Decoded, RecordDecoder
from labelstore.formats.shredding import Hashes, hashes
from labelstore.loading.reject_policy import decoded
from labelstore.schema.tables import columns, content_tables, content_widths

_MOST_USELESS = 5
"""After so many stretches in a row of which nothing was made, the others of the file are read by Python."""
_RECORDS = content_tables().index("records")
_LABELS = content_tables().index("labels")
_IDENTITY = list(columns()["records"]).index("identity")
_LABEL_ID, _DATA_ROW_ID, _FRAMES_URL = map(list(columns()["labels"]).index, ("label_id", "data_row_id", "frames_url"))
_CONTENT, _URLS = map(list(columns()["records"]).index, ("content_hash", "url_hash"))


class Unread(NamedTuple):
    """A record of a stretch that was only split: its text stays in there until somebody asks for it."""

    place: Place
    data: bytes
    offset: int
    """That of `data` in the file."""


def whole(record: Record[Any] | Unread) -> Record[Any]:
    """The record; one that is unread is not decoded."""
    if isinstance(record, Record):
        return record
    place, data, offset = record
    return Record(place.position, place.offset, _text(data, offset, place), None)


@dataclass
class Stretch:
    """Records that were read at once: the rows of most, and the others as Python reads them."""

    rows: Rows
    generation: str
    offset: int
    """The byte offset of `rows.data` in the file."""
    back: list[Record[Any] | Broken]
    unread: list[Unread]
    """All of its records, where these were only split."""
    release: Callable[[], None]
    """To be called when the rows are not needed any more."""
    _digests: list[Hashes] | None = None

    @property
    def records(self) -> int:
        """How many records there are."""
        return self.rows.records

    @property
    def consumed(self) -> int:
        """Up to the end of the last one, so many bytes."""
        return self.rows.consumed

    def last(self) -> Place:
        """The last record."""
        return self.rows.last()

    @property
    def digests(self) -> list[Hashes]:
        """Of the records of which rows were made, or of those that are unread; made by the thread that first asks."""
        if self._digests is None:  # no cached_property, whose lock all stretches share
            places = [one.place for one in self.unread] or self.rows.made
            self._digests = [hashes(_text(self.rows.data, self.offset, place)) for place in places]
        return self._digests

    def items(self) -> Iterator[Record[Any] | Broken]:
        """All records in their order; those of which rows were made are not decoded."""
        made = (whole(Unread(place, self.rows.data, self.offset)) for place in self.rows.made)
        yield from heapq.merge(made, self.back, key=lambda item: item.position)

    @cached_property
    def ids(self) -> tuple[list[str], list[str]]:
        """Identities of the records of which rows were made, and ids of their labels."""
        return list(self.rows.column(_RECORDS, _IDENTITY)), list(self.rows.column(_LABELS, _LABEL_ID))

    def frames_addresses(self) -> Iterator[tuple[str, str, str]]:
        """The labels of which rows were made and whose frames are in files: label id, data row id, URL of the file."""
        if self.rows.has(_LABELS, _FRAMES_URL):
            told = (self.rows.column(_LABELS, place) for place in (_LABEL_ID, _DATA_ROW_ID, _FRAMES_URL))
            yield from (address for address in zip(*told, strict=True) if address[2] is not None)


class Shredding:
    """What the compiled core knows during a load, over all of its files."""

    def __init__(self, core: CDLL) -> None:
        self.core, self.ids = core, Ids(core)
        self._shredders: dict[str, Shredder | None] = {}
        self.expects_known = False
        """Whether the store seems to hold most of the records that come next: then these are only split."""

    def note(self, item: Record[Any] | Broken) -> None:
        """Note the ids that a record brings which Python reads."""
        for claim in _claims(item):
            self.ids.claim(claim)

    def shredder(self, generation: str) -> Shredder | None:
        """That of a generation, if the core knows its records."""
        if generation not in self._shredders:
            made = None
            with suppress(ModuleNotFoundError):
                program = import_module(f"labelstore.formats.{generation}.program").program()
                made = Shredder(self.core, program, list(content_widths().values()), self.ids)
            self._shredders[generation] = made
        return self._shredders[generation]


class StretchReader:
    """Reads stretches of one file, as `Take` of labelstore/files/walk.py; in the thread that reads the file."""

    gave_up = False

    def __init__(
        self,
        shredding: Shredding,
        decoder: RecordDecoder,
        decode: Callable[[bytes], Decoded | Exception],
        load_id: int,
        first_number: int,
    ) -> None:
        self._shredding, self._decoder, self._decode = shredding, decoder, decode
        self._load_id, self._first_number = load_id, first_number
        self._useless = 0
        self._free: SimpleQueue[Rows] = SimpleQueue()

    def __call__(
        self, data: bytes, begin: int, *, offset: int, position: int, in_lines: bool, is_last: bool
    ) -> Stretch | None:
        generation = self._decoder.kind
        if generation is None:
            return None
        shredder = self._shredding.shredder(generation)
        if shredder is None:
            self.gave_up = True
            return None
        rows = self._rows(shredder)
        only_splits = self._shredding.expects_known
        back: list[Record[Any] | Broken] = []
        while True:
            shredder.shred(
                rows,
                data,
                (begin, len(data)),
                offset=offset,
                in_lines=in_lines,
                is_last=is_last,
                position=position,
                number=self._first_number + position,
                load_id=self._load_id,
                only_splits=only_splits,
            )
            if only_splits:
                break
            back = [decoded(whole(Unread(place, data, offset)), self._decode) for place in rows.back]
            if not self._are_out_of_order(shredder, rows, back):
                break
        if not rows.records:
            self._free.put(rows)
            return None
        unread = [Unread(place, data, offset) for place in rows.back if only_splits]
        stretch = Stretch(rows, generation, offset, back, unread, lambda: self._free.put(rows))
        if not only_splits:
            self._useless = 0 if rows.made else self._useless + 1
            self.gave_up = self._useless >= _MOST_USELESS
            rows.digest(_RECORDS, _CONTENT, _URLS, b"".join(_packed(stretch.digests)))
        return stretch

    def _rows(self, shredder: Shredder) -> Rows:
        """A stretch that is free, or a new one: as many as may wait, be filled and be written."""
        try:
            return self._free.get_nowait()
        except Empty:
            return shredder.stretch()

    def _are_out_of_order(self, shredder: Shredder, rows: Rows, back: list[Record[Decoded] | Broken]) -> bool:
        """Note the ids that Python's records bring; whether rows were made of a later record with one of them.

        Then the stretch has to be shredded again: the core hands that record back, too.
        """
        later: dict[str, int] | None = None
        for item in back:
            for claim in _claims(item):
                if self._shredding.ids.claim(claim):
                    continue
                if later is None:
                    made = rows.made
                    later = {text: made[record].position for record, text in rows.claims()}
                if later.get(claim, -1) > item.position:
                    shredder.give_back(rows)
                    self._shredding.ids.claim(claim)
                    return True
        return False


def _text(data: bytes, offset: int, place: Place) -> bytes:
    """The text of a record in a part of the file that begins at an offset."""
    begin = place.offset - offset
    return data[begin : begin + place.length]


def _packed(digests: Iterable[Hashes]) -> Iterator[bytes]:
    for content, urls in digests:
        yield content + (urls or bytes(8)) + bytes([urls is not None])


def _claims(item: Record[Any] | Broken) -> Iterator[str]:
    return iter(()) if isinstance(item, Broken) else claims(item.value)
