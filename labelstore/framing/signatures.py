"""What a file is, told from its first bytes: its compression, or why it is no JSON."""

from labelstore.errors import InputError

HEAD_BYTES = 512
"""As many bytes as the signatures look at."""

_COMPRESSIONS = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)

_SIGNATURES = (
    (0, b"SQLite format 3\0", "a SQLite database"),
    (8, b"DUCK", "a DuckDB database"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"ARROW1", "an Arrow file"),
    (0, b"ORC", "an ORC file"),
    (0, b"Obj\x01", "an Avro file"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF8", "a GIF image"),
    (0, b"II*\0", "a TIFF image"),
    (0, b"MM\0*", "a TIFF image"),
    (4, b"ftyp", "an MP4 video"),
    (0, b"%PDF-", "a PDF document"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x1f\x8b", "gzip data inside compressed data"),
    (0, b"\x28\xb5\x2f\xfd", "zstd data inside compressed data"),
    (0, b"PK\x03\x04", "a zip archive inside compressed data"),
    (0, b"BZh", "bzip2 data"),
    (0, b"\xfd7zXZ\0", "xz data"),
    (0, b"\x04\x22\x4d\x18", "lz4 data"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\x7fELF", "a program"),
)

_MARKUP = ((b"<!doctype html", "an HTML page"), (b"<html", "an HTML page"), (b"<", "an XML or HTML document"))

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def compression_of(head: bytes) -> str:
    """`gzip`, `zstd`, `zip` or `none`, by the magic bytes at the start of `head`."""
    return next((name for magic, name in _COMPRESSIONS if head.startswith(magic)), "none")


def refuse_binary(name: str, head: bytes) -> None:
    """Raises InputError if the first bytes of `name` are of a known kind of file, or not of UTF-8 text."""
    for offset, magic, kind in _SIGNATURES:
        if head.startswith(magic, offset):
            raise _foreign(name, kind, _way_out(name, kind))
    if head.startswith(_UTF16) or _has_utf16_nul(head):
        raise InputError(name, "is UTF-16 or UTF-32 text", "convert it to UTF-8, for example with iconv")


def not_json(name: str, head: bytes) -> InputError:
    """The error for a file whose first bytes, `head`, start no JSON value. Shows 40 characters of a text."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for start, kind in _MARKUP:
        if text[:20].lower().startswith(start):
            return _foreign(name, kind, "a link that has expired answers like this" if b"xml" in text[:20] else "")
    if b"\0" in head:
        return _foreign(name, "binary data")
    return _foreign(name, f"text that begins with {text.decode('utf-8', 'replace')[:40]!r}")


def _way_out(name: str, kind: str) -> str:
    if "database" in kind:
        return f"if it is a store, see what it holds with: labelstore stats {name}"
    return "unpack it first" if "archive" in kind or "data" in kind else ""


def _foreign(name: str, kind: str, hint: str = "") -> InputError:
    return InputError(name, f"is {kind}, not a Labelbox export", hint)


def _has_utf16_nul(head: bytes) -> bool:
    """Whether one of the first two bytes is NUL and the other is the start of a JSON text."""
    return len(head) > 1 and 0 in head[:2] and any(byte in b' \t\r\n[{"' for byte in head[:4] if byte)
