"""Recode UTF-16 and UTF-32, as PowerShell and Excel write them, to UTF-8 piece by piece."""

import codecs
from collections.abc import Iterable, Iterator

from labelstore.files.compression import DamagedError

LONGEST_MARK = 4
"""As many bytes as `encoding_of` looks at."""

UTF_8 = "utf-8"

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STARTS = b' \t\r\n[{"'
_ZEROS: dict[tuple[bool, ...], str] = {
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}
"""Where the first bytes of JSON are zero, since its first two characters are ASCII."""


def encoding_of(head: bytes) -> str:
    """The encoding of a text, by its byte order mark or else by the NULs around the first character of JSON."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    zeros = tuple(not byte for byte in head[:LONGEST_MARK])
    encoding = _ZEROS.get(zeros, UTF_8)
    return encoding if encoding == UTF_8 or head[zeros.index(False)] in _STARTS else UTF_8


def as_utf8(encoding: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The text in UTF-8. Half of a surrogate pair becomes invalid UTF-8, so its record is refused, with the position.

    Raises `DamagedError` for a text that is invalid or ends inside a character.
    """
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    try:
        for piece in pieces:
            yield decoder.decode(piece).encode(errors="surrogatepass")
        yield decoder.decode(b"", final=True).encode(errors="surrogatepass")
    except UnicodeDecodeError as error:
        raise DamagedError(f"the {encoding[:6].upper()} text is damaged ({error.reason})") from None
