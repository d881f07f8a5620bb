"""What files of videos tell in their headers, and files that tell nothing, whatever is in them."""

import struct
from pathlib import Path

import pytest

from labelstore.files.media_types import media_type
from labelstore.files.video_header import VideoHeader, read_video_header

WEBM = Path(__file__).parent / "fixtures" / "steps.webm"


def box(name: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I4s", 8 + len(data), name) + data


def movie(*, turned: bool = False, brand: bytes = b"isom") -> bytes:
    """An MP4 of 50 frames in 2 seconds, 160 × 90 pixels, without its frames."""
    matrix = struct.pack(">9i", *((0, 1, 0, -1, 0, 0, 0, 0, 0) if turned else (65536, 0, 0, 0, 65536, 0, 0, 0, 0)))
    track = box(b"tkhd", bytes(40), matrix, struct.pack(">II", 160 << 16, 90 << 16))
    media = box(b"mdhd", bytes(12), struct.pack(">II", 12_800, 25_600), bytes(4))
    handler = box(b"hdlr", bytes(8), b"vide", bytes(12))
    times = box(b"stts", bytes(4), struct.pack(">III", 1, 50, 512))
    inner = box(b"mdia", media, handler, box(b"minf", box(b"stbl", times)))
    return (
        box(b"ftyp", brand, bytes(4)) + box(b"free") + box(b"moov", box(b"mvhd", bytes(8)), box(b"trak", track, inner))
    )


def header(folder: Path, content: bytes) -> VideoHeader:
    (folder / "file").write_bytes(content)
    return read_video_header(folder / "file")


def test_size_and_frames_of_mp4(tmp_path: Path) -> None:
    assert header(tmp_path, movie()) == VideoHeader(160, 90, 25, 50)
    assert header(tmp_path, movie(turned=True)) == VideoHeader(90, 160, 25, 50)
    assert media_type(tmp_path / "file") == "video/mp4"
    assert header(tmp_path, movie(brand=b"qt  ")) == VideoHeader(160, 90, 25, 50)
    assert media_type(tmp_path / "file") == "video/quicktime"


def test_size_and_frame_rate_of_webm() -> None:
    assert read_video_header(WEBM) == VideoHeader(96, 64, 10.0)


@pytest.mark.parametrize("whole", [movie(), WEBM.read_bytes()], ids=["mp4", "webm"])
def test_damaged_headers_tell_nothing_wrong(tmp_path: Path, whole: bytes) -> None:
    right = header(tmp_path, whole)
    for end in range(0, min(len(whole), 500), 7):
        cut = header(tmp_path, whole[:end])
        assert all(one in (None, other) for one, other in zip(cut[:2], right[:2], strict=True))
    for at in range(0, min(len(whole), 500), 3):
        found = header(tmp_path, whole[:at] + b"\xff\xff\xff" + whole[at + 3 :])
        assert all(side is None or 0 < side <= 100_000 for side in found[:2])
        assert found.frame_rate is None or 0 < found.frame_rate <= 1000


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"\0" * 1000, b"\x1a\x45\xdf\xa3", b"RIFF", struct.pack(">I4sQ", 1, b"moov", 0)]
)
def test_other_files_tell_nothing(tmp_path: Path, content: bytes) -> None:
    assert header(tmp_path, content) == VideoHeader()
    assert read_video_header(tmp_path / "gone") == VideoHeader()
