"""One decoded record → rows: the pure function that the command line, a worker process or a cluster task calls."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from labelstore.formats.decoding import Decoded, RecordDecoder
from labelstore.formats.lenient_decoding import Misfit
from labelstore.formats.record_kinds import record_kind
from labelstore.formats.signed_urls import split_tokens
from labelstore.schema.tables import Rows

_PART_BYTES = 1 << 20
"""Longer texts are hashed in parts."""


class Hashes(NamedTuple):
    """What tells a record that came before (`content`) from a changed one, and new tokens (`urls`) from the old."""

    content: bytes
    urls: bytes | None


def hashes(raw: bytes) -> Hashes:
    """16 bytes of the record without the tokens of its URLs, 8 of the tokens (None without any)."""
    content, urls, are_tokens = sha256(), sha256(), False
    for part in _parts(raw):
        text, tokens = split_tokens(part)
        content.update(b"?".join(text))
        if tokens:
            urls.update(b"?".join([b"", *tokens] if are_tokens else tokens))
            are_tokens = True
    return Hashes(content.digest()[:16], urls.digest()[:8] if are_tokens else None)


def _parts(raw: bytes) -> Iterator[bytes]:
    """A text that is long in parts, each behind a quote: no URL reaches over one."""
    end = 0
    while end < len(raw):
        begin, end = end, raw.find(b'"', end + _PART_BYTES) + 1 or len(raw)
        yield raw[begin:end]


def generation_of(record: Decoded) -> str:
    """The kind of a record: v1, v2, or frames."""
    return record_kind(type(record)).name


def identity(record: Decoded) -> str:
    """What a later record must tell about to replace this one: its label, or its data row in the same projects."""
    return record_kind(type(record)).identity(record)


def label_ids(record: Decoded) -> list[str]:
    """Ids of the labels that the record brings, as far as Labelbox gave them; model runs excluded."""
    return record_kind(type(record)).label_ids(record)


def project_ids(record: Decoded) -> list[str]:
    """Ids of the projects of which the record tells the labels, be it that there are none."""
    return record_kind(type(record)).project_ids(record)


def gives_ids(record: Decoded) -> str | None:
    """The data row by which labels of the record get ids of ours, which another record about it may give them too."""
    return record_kind(type(record)).gives_ids(record)


def label_times(record: Decoded) -> dict[str, str]:
    """When the labels that the record brings were last updated, as far as it says so."""
    return record_kind(type(record)).label_times(record)


def shred(record: Decoded, raw: bytes, record_id: int, rows: Rows, source: tuple[Any, ...], label_id: str = "") -> None:
    """Add the rows of a record to `rows`; a frame belongs to `label_id`.

    `raw` is the record's text: one that decodes into structs but says what rows cannot hold is fitted from it.
    `source` is (load_id, position, byte_offset, content_hash, url_hash). The last bits of `record_id` are
    the code of the record's generation.
    Raises `TooManyObjects` for a record with more objects than there are numbers for its rows.
    """
    try:
        _shred(record, record_id, rows, source, label_id)
    except Misfit:
        rows.drop_from(record_id)
        _shred(RecordDecoder(bool(label_id)).fitted(raw), record_id, rows, source, label_id)
    except BaseException:
        rows.drop_from(record_id)
        raise


def _shred(record: Decoded, record_id: int, rows: Rows, source: tuple[Any, ...], label_id: str) -> None:
    record_kind(type(record)).shred(record, record_id, rows, source, label_id)
    if record.extra is not None:
        rows.unread += record.extra.unread
