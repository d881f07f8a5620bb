"""Size and frame rate of a video, read from the header of its file: MP4 and QuickTime (ISO 14496-12), WebM (EBML)."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

_MOST = 2000
"""Boxes or elements that are looked at; a file with more before its first video track tells nothing."""
_LARGEST_SIDE = 100_000


class VideoHeader(NamedTuple):
    """Pixels as they are shown, frames per second, and how many frames; None where the file does not tell."""

    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    frame_count: int | None = None


class _Part(NamedTuple):
    """A box or an element: its name, and where its content is."""

    name: bytes
    start: int
    stop: int


def read_video_header(path: Path) -> VideoHeader:
    """What the file tells of its first video track; nothing where it is damaged or of another kind."""
    with suppress(OSError, struct.error, ValueError, ZeroDivisionError), path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        head = file.read(4)
        found = _of_webm(file, size) if head == b"\x1a\x45\xdf\xa3" else _of_mp4(file, size)
        return found if _is_plausible(found) else VideoHeader()
    return VideoHeader()


def _is_plausible(found: VideoHeader) -> bool:
    sides = [side for side in (found.width, found.height) if side is not None]
    return all(0 < side <= _LARGEST_SIDE for side in sides) and 0 < (found.frame_rate or 1) <= 1000


def _boxes(file: BinaryIO, start: int, stop: int) -> Iterator[_Part]:
    """The boxes of a box: 4 bytes of size, 4 of name; size 1 is followed by 8 bytes of size, 0 is the rest."""
    for _ in range(_MOST):
        if start + 8 > stop:
            return
        file.seek(start)
        size, name = struct.unpack(">I4s", file.read(8))
        begin = start + 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            begin += 8
        end = stop if size == 0 else min(start + size, stop)
        if end < begin:
            return
        yield _Part(name, begin, end)
        start = end


def _box(file: BinaryIO, within: _Part, *names: bytes) -> _Part | None:
    """The first box of that path of names."""
    found: _Part | None = within
    for name in names:
        if found is None:
            return None
        found = next((box for box in _boxes(file, found.start, found.stop) if box.name == name), None)
    return found


def _content(file: BinaryIO, box: _Part, most: int) -> bytes:
    file.seek(box.start)
    return file.read(min(most, box.stop - box.start))


def _of_mp4(file: BinaryIO, size: int) -> VideoHeader:
    movie = _box(file, _Part(b"", 0, size), b"moov")
    for track in _boxes(file, movie.start, movie.stop) if movie is not None else ():
        handler = _box(file, track, b"mdia", b"hdlr") if track.name == b"trak" else None
        if handler is not None and _content(file, handler, 12)[8:] == b"vide":
            return VideoHeader(*_size_of_track(file, track), *_frames_of_track(file, track))
    return VideoHeader()


def _size_of_track(file: BinaryIO, track: _Part) -> tuple[int | None, int | None]:
    """Width and height at the end of `tkhd`, in 1/65536; the matrix before them may turn the picture."""
    header = _box(file, track, b"tkhd")
    data = _content(file, header, 104) if header is not None else b""
    if len(data) < 84:
        return None, None
    width, height = (side >> 16 for side in struct.unpack(">II", data[-8:]))
    (a,) = struct.unpack(">i", data[-44:-40])
    if not width or not height:
        return None, None
    return (width, height) if a else (height, width)


_RUNS = 10_000
"""So many runs of equally long frames are read of a track."""


def _frames_of_track(file: BinaryIO, track: _Part) -> tuple[float | None, int | None]:
    """Samples by their time, and how many: `mdhd` has the units of a second, `stts` runs of (samples, units each)."""
    header, times = _box(file, track, b"mdia", b"mdhd"), _box(file, track, b"mdia", b"minf", b"stbl", b"stts")
    if header is None or times is None:
        return None, None
    data = _content(file, header, 32)
    (units,) = struct.unpack(">I", data[20:24] if data[0] == 1 else data[12:16])
    content = _content(file, times, 8 + 8 * _RUNS)
    pairs = list(struct.iter_unpack(">II", content[8:]))
    samples, length = sum(count for count, _ in pairs), sum(count * each for count, each in pairs)
    is_whole = content[4:8] == struct.pack(">I", len(pairs)) and 0 < samples < 1 << 31
    return samples * units / length if length else None, samples if is_whole else None


_SEGMENT, _TRACKS, _TRACK, _KIND, _VIDEO = b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b", b"\xae", b"\x83", b"\xe0"
_WIDTH, _HEIGHT, _SHOWN_WIDTH, _SHOWN_HEIGHT, _NANOSECONDS = b"\xb0", b"\xba", b"\x54\xb0", b"\x54\xba", b"\x23\xe3\x83"


def _elements(file: BinaryIO, start: int, stop: int) -> Iterator[_Part]:
    """The elements of an element: a name, a size, the content; the length of the first two is in their first byte."""
    for _ in range(_MOST):
        if start >= stop:
            return
        file.seek(start)
        head = file.read(12)
        length = _length(head[:1])
        name, rest = head[:length], head[length:]
        sized = _length(rest[:1])
        size = int.from_bytes(rest[:sized]) & ((1 << 7 * sized) - 1)
        begin = start + length + sized
        is_open = size == (1 << 7 * sized) - 1  # its end is not known: it is all that follows
        end = stop if is_open else min(begin + size, stop)
        yield _Part(name, begin, end)
        start = end


def _length(first: bytes) -> int:
    if not first or not first[0]:
        raise ValueError("no number of EBML")
    return 9 - first[0].bit_length()


def _element(file: BinaryIO, within: _Part, name: bytes) -> _Part | None:
    return next((one for one in _elements(file, within.start, within.stop) if one.name == name), None)


def _number(file: BinaryIO, within: _Part, name: bytes) -> int | None:
    found = _element(file, within, name)
    return int.from_bytes(_content(file, found, 8)) if found is not None else None


def _of_webm(file: BinaryIO, size: int) -> VideoHeader:
    segment = _element(file, _Part(b"", 0, size), _SEGMENT)
    tracks = _element(file, segment, _TRACKS) if segment is not None else None
    for track in _elements(file, tracks.start, tracks.stop) if tracks is not None else ():
        video = _element(file, track, _VIDEO) if track.name == _TRACK and _number(file, track, _KIND) == 1 else None
        if video is not None:
            each = _number(file, track, _NANOSECONDS)
            width = _number(file, video, _SHOWN_WIDTH) or _number(file, video, _WIDTH)
            height = _number(file, video, _SHOWN_HEIGHT) or _number(file, video, _HEIGHT)
            return VideoHeader(width, height, 1e9 / each if each else None)
    return VideoHeader()
