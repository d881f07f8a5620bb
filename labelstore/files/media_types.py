"""What a browser may show of a file, by how it begins: pictures, recordings, videos, PDF; nothing that it runs."""

from pathlib import Path

HEAD = 128
"""Bytes that tell the type."""
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
_SOUNDS = (
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"fLaC", "audio/flac"),
)
_BRANDS_OF_PICTURES = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1")
_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""How a QuickTime movie begins that has no `ftyp`."""


def image_type(path: Path) -> str | None:
    """The content type of a picture; None for anything but a raster picture (SVG included)."""
    head = head_of(path)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return next((kind for signature, kind in _PICTURES if head.startswith(signature)), None)


def sound_type(path: Path) -> str | None:
    """The content type of a recording."""
    head = head_of(path)
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:11] == b"ftypM4A":
        return "audio/mp4"
    if head.startswith(b"OggS"):
        return None if _is_theora(head) else "audio/ogg"
    return next((kind for signature, kind in _SOUNDS if head.startswith(signature)), None)


def video_type(path: Path) -> str | None:
    """The content type of a video: MP4, QuickTime, WebM or Ogg."""
    head = head_of(path)
    if head[:2] == b"\0\0" and head[4:8] == b"ftyp" and head[8:12] not in _BRANDS_OF_PICTURES:
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head[:1] < b"\x09" and head[4:8] in _ATOMS:  # the number before it is no text
        return "video/quicktime"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
        return "video/webm"
    return "video/ogg" if head.startswith(b"OggS") and _is_theora(head) else None


def media_type(path: Path) -> str | None:
    """The content type of a picture, recording or video; None for any other file."""
    return image_type(path) or sound_type(path) or video_type(path)


def is_pdf(path: Path) -> bool:
    """Whether the file begins as a PDF does."""
    return b"%PDF-" in head_of(path)


def head_of(path: Path) -> bytes:
    """The first bytes of the file; empty for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def _is_theora(head: bytes) -> bool:
    return b"\x80theora" in head
