"""What one task reads of the input: a file, a file of an archive, or a byte range of a plain file."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from labelstore.errors import InputError, WrongSplitError
from labelstore.files import Broken, Record, Source, open_sources, split
from labelstore.files.opening import File, located, open_at_random, open_stream
from labelstore.files.sources import MAX_RATIO, files_of, open_archive, open_member
from labelstore.files.urls import RemoteFile
from labelstore.inputs import gathering
from labelstore.inputs.gathering import Files, Notify
from labelstore.lake.tasks.byte_ranges import ByteRange, byte_ranges, split_range

T = TypeVar("T")

SPLIT_BYTES = 1_000_000_000
"""A plain file is divided into splits of about so many bytes."""
_BYTES_PER_NUMBER, _PACKED_BYTES_PER_NUMBER = 512, 128
_SPARE_NUMBERS, _TIMES_MORE = 1000, 16
_UNTOLD_BYTES = 16 << 30
"""What a file is taken for if its server does not tell its size."""


class Split(NamedTuple):
    """What one task reads.

    source       the path or URL that opens it; a URL may hold what may be neither stored nor shown
    name         its name as shown and stored, `archive.zip!member` for a file of an archive
    member       the name in the archive, "" for a file that is in none
    byte_range   the part of a plain file, None for the whole of it
    file_number  which file of the load it is of; those of an archive count one by one
    size         its bytes: as they are on disk, so of what is compressed the compressed ones; 0 if nobody tells
    numbers      how many record numbers are reserved for it
    place        the place of the member in the archive
    """

    source: str
    name: str
    member: str
    byte_range: ByteRange | None
    file_number: int
    size: int
    numbers: int
    place: int = 0

    @classmethod
    def from_json(cls, told: Sequence[Any]) -> Self:
        """A split that came as JSON, an array of its fields."""
        found = cls(*told)
        byte_range = found.byte_range
        return found if byte_range is None else found._replace(byte_range=ByteRange(*byte_range))

    def with_more_numbers(self) -> Self:
        """The same with numbers for many more records, where they are smaller than expected."""
        return self._replace(numbers=self.numbers * _TIMES_MORE)

    def is_before(self, other: "Split") -> bool:
        """Whether the other follows it in the same file."""
        ends = self.file_number, self.byte_range and self.byte_range.end
        return self.byte_range is not None and ends == (other.file_number, other.byte_range and other.byte_range.start)

    def joined(self, other: "Split") -> Self:
        """One split of this and the other that follows it."""
        assert self.byte_range is not None
        assert other.byte_range is not None
        byte_range = self.byte_range._replace(end=other.byte_range.end)
        is_whole = byte_range.start == 0 and byte_range.end == byte_range.size
        size, numbers = self.size + other.size, self.numbers + other.numbers
        return self._replace(byte_range=None if is_whole else byte_range, size=size, numbers=numbers)


def plan_splits(
    files: Files,
    *,
    split_bytes: int = SPLIT_BYTES,
    max_ratio: float | None = MAX_RATIO,
    notify: Notify | None = None,
) -> list[Split]:
    """The splits of all files that are named, in their order: paths, patterns, folders, zip archives, URLs.

    Of a folder or an archive those that are exports; `notify` is told what was passed over. Only a plain file of UTF-8
    that holds an array or lines is divided, at records that are guessed: who reads them finds a wrong guess. About 1 MB
    is read for each split. Raises `InputError` for what cannot be read, or not by several processes.
    """
    arguments = gathering.located(files, max_ratio=max_ratio, notify=notify)
    all_files = [file for argument in arguments for file in files_of(argument)]
    found: list[Split] = []
    numbers = count()
    for exports, notes in gathering.at_once(partial(_planned, split_bytes, max_ratio), all_files):
        if notify is not None:
            for note in notes:
                notify(note)
        for splits in exports:
            number = next(numbers)
            found += [part._replace(file_number=number) for part in splits]
    return found


def plan_frames_files(files: Sequence[str], *, max_ratio: float | None = MAX_RATIO) -> list[list[Split]]:
    """The splits of each of some frames files, by their paths or URLs: one, or one for each file in an archive.

    None is divided, since the frames of a file take the place of all that its label had. Raises `InputError`.
    """
    places = [located(file) for file in files]
    return list(gathering.at_once(partial(_wholes, max_ratio), places))


def replanned(splits: Sequence[Split], wrong: Collection[int]) -> list[Split]:
    """A plan in place of one where, as `records_of` said of the splits at some places, no record begins at their end.

    Each of them is joined with those after it in its file, so that it gets twice as large; the others stay as they are.
    A new plan may be wrong again, but soon the file is read as a whole.
    """
    found: list[Split] = []
    wanted = 0
    for place, part in enumerate(splits):
        if found and found[-1].size < wanted and found[-1].is_before(part):
            found[-1] = found[-1].joined(part)
        else:
            found.append(part)
            wanted = 0
        if place in wrong:
            wanted = max(wanted, found[-1].size + 1, 2 * part.size)
    return found


@contextmanager
def open_split(split: Split, *, max_ratio: float | None = MAX_RATIO) -> Iterator[Source]:
    """The source of a split, for `records_of`. Raises `InputError`."""
    file = located(split.source)
    member_name = f"!{split.member}"
    if isinstance(file, RemoteFile):
        file = file._replace(name=split.name.removesuffix(member_name) if split.member else split.name)
    if split.member:
        with open_archive(file) as archive:
            members = archive.infolist()[split.place : split.place + 1]
            if [member.filename for member in members] != [split.member]:
                raise InputError(split.name, "is not where it was in its archive", "it has changed: start again")
            with open_member(split.name.removesuffix(member_name), archive, split.place, max_ratio) as source:
                yield source
        return
    byte_range = split.byte_range
    stream, size = open_stream(file) if byte_range is None else (open_at_random(file), byte_range.size)
    try:
        yield Source(split.name, stream, size=size, max_ratio=max_ratio)
    finally:
        stream.close()


def records_of(source: Source, part: Split, decode: Callable[[bytes], T]) -> Iterator[Record[T] | Broken]:
    """The records of a split, as `labelstore.files.split` yields those of a file; positions count from 0.

    Raises `InputError`, and `WrongSplitError` where the split has another end than was guessed (see `replanned`) or,
    after as many records as it has numbers, for one more (see `Split.with_more_numbers`).
    """
    if part.byte_range is not None:
        yield from split_range(source, decode, part.byte_range, part.numbers)
        return
    for item in split(source, decode):
        if item.position >= part.numbers:
            raise WrongSplitError(f"{part.name}: more records than the {part.numbers} numbers reserved for them")
        yield item


def _planned(split_bytes: int, max_ratio: float | None, file: File) -> tuple[list[list[Split]], list[str]]:
    """The splits of a file, or of each export in an archive, and what is to be told of it."""
    if file == "-":
        raise InputError("-", "standard input cannot be read by several processes", "save it to a file first")
    notes: list[str] = []
    exports: list[list[Split]] = []
    for source in gathering.exports([file], max_ratio=max_ratio, notify=notes.append):
        with source:
            exports.append(_splits_of(file, source, split_bytes))
    return exports, notes


def _splits_of(file: File, source: Source, split_bytes: int) -> list[Split]:
    """The splits of an export that is open, `file` or a member of it."""
    whole = _whole(file, source)
    if not source.is_plain or whole.size <= split_bytes:
        return [whole]
    parts = -(-whole.size // split_bytes)
    ranges = byte_ranges(file, whole.size, [whole.size * number // parts for number in range(1, parts)]) or []
    found = [_part(whole, one) for one in ranges if one.start < one.end]
    return found if len(found) > 1 else [whole]


def _wholes(max_ratio: float | None, file: File) -> list[Split]:
    """The splits of a frames file."""
    found = []
    for source in open_sources([file], max_ratio=max_ratio):
        with source:
            found.append(_whole(file, source))
    return found


def _whole(file: File, source: Source) -> Split:
    """The split of all of an open file."""
    if source.size is None and not isinstance(file, RemoteFile):
        raise InputError(source.name, "is no regular file", "save it to a file first")
    opens = file.url if isinstance(file, RemoteFile) else str(Path(file).absolute())
    place, member = source.member or (0, "")
    bytes_per_number = _BYTES_PER_NUMBER if source.compression == "none" else _PACKED_BYTES_PER_NUMBER
    numbers = _numbers_for(_UNTOLD_BYTES if source.size is None else source.size, bytes_per_number)
    return Split(opens, source.name, member, None, 0, source.size or 0, numbers, place)


def _part(whole: Split, byte_range: ByteRange) -> Split:
    size = byte_range.end - byte_range.start
    return whole._replace(byte_range=byte_range, size=size, numbers=_numbers_for(size, _BYTES_PER_NUMBER))


def _numbers_for(size: int, bytes_per_number: int) -> int:
    return size // bytes_per_number + _SPARE_NUMBERS
