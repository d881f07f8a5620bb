"""Recognise a file by its first bytes: its compression, or what it is instead of JSON."""

import re

from labelstore.errors import NotAnExport

HEAD_BYTES = 512
"""As many bytes as the signatures look at."""

BOM = b"\xef\xbb\xbf"

_COMPRESSIONS = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)

_PRINTED = "write it with json.dump, a record a line"

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

_TEXTS = (
    (
        rb"\s*(?:<\?xml[^>]*>)?\s*<Error>.*?<Code>(?P<word>\w{1,40})</Code>",
        "the answer of a file storage, {word}",
        "the link to the file has expired: export again, and download soon",
    ),
    (
        rb"\s*<(?:!doctype\s+)?html",
        "an HTML page",
        "a page to sign in, or of an error, perhaps: look at it in a browser, and download the export again",
    ),
    (rb"\s*<\?xml", "an XML document", "a link that has expired answers like this"),
    (rb"\s*[\[(]?\s*<(?:labelbox|class|generator|bound method|module)\b", "Python's print of an object", _PRINTED),
    (rb"\s*<", "an XML or HTML document", ""),
    (
        rb"\s*version https://git-lfs\.github\.com",
        "a Git LFS pointer to the file, which is elsewhere",
        "fetch the file itself with: git lfs pull",
    ),
    (rb"\s*[\[{(\s]*[\[{(]\s*b?'", "Python's print of a list or dict", _PRINTED),
    (rb"\s*\[?\s*[A-Z]\w*\((?:\w+=|\)|<)", "Python's print of an object", _PRINTED),
)
"""Patterns of text that people take for an export → what it is, and the way out."""


def compression_of(head: bytes) -> str:
    """`gzip`, `zstd`, `zip` or `none`, by the magic bytes at the start of `head`."""
    return next((name for magic, name in _COMPRESSIONS if head.startswith(magic)), "none")


def refuse_foreign(name: str, head: bytes) -> None:
    """Raise NotAnExport if the first bytes of `name` are those of a known kind of file, or text, other than JSON."""
    for offset, magic, kind in _SIGNATURES:
        if head.startswith(magic, offset):
            raise foreign(name, kind, _way_out(name, kind))
    for pattern, kind, hint in _TEXTS:
        if found := re.match(pattern, head.removeprefix(BOM), re.IGNORECASE | re.DOTALL):
            raise foreign(name, kind.format_map({key: word.decode() for key, word in found.groupdict().items()}), hint)


def not_json(name: str, head: bytes) -> NotAnExport:
    """The error for a file whose first bytes, `head`, start no JSON value; it shows 40 characters of a text."""
    if b"\0" in head:
        return foreign(name, "binary data")
    text = head.removeprefix(BOM).lstrip()
    return foreign(name, f"text that begins with {text.decode('utf-8', 'replace')[:40]!r}")


def _way_out(name: str, kind: str) -> str:
    if "database" in kind:
        return f"if it is a store, see what it holds with: labelstore stats {name}"
    return "unpack it first" if "archive" in kind or "data" in kind else ""


def foreign(name: str, kind: str, hint: str = "") -> NotAnExport:
    """The error for a readable file of another kind."""
    return NotAnExport(name, f"is {kind}, not a Labelbox export", hint)
