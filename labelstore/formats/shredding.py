"""One decoded record → rows: the pure function that the command line, a worker process or a cluster task calls."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from labelstore.formats.decoding import Decoded, RecordDecoder
from labelstore.formats.lenient_decoding import Misfit, Odd, sound
from labelstore.formats.signed_urls import split_tokens
from labelstore.formats.v1 import record as v1
from labelstore.formats.v1.shred import label_id_of, project_id_of, shred_frame, shred_label, time_text
from labelstore.formats.v2 import record as v2
from labelstore.formats.v2.labels import Label
from labelstore.formats.v2.shred import data_row_id_of, identity_of, shred_line
from labelstore.schema.tables import Rows


class Hashes(NamedTuple):
    """What tells a record that came before (`content`) from a changed one, and new tokens (`urls`) from the old."""

    content: bytes
    urls: bytes | None


def hashes(raw: bytes) -> Hashes:
    """16 bytes of the record without the tokens of its URLs, 8 of the tokens (None without any)."""
    text, tokens = split_tokens(raw)
    content = sha256(b"?".join(text)).digest()[:16]
    return Hashes(content, sha256(b"?".join(tokens)).digest()[:8] if tokens else None)


def generation_of(record: Decoded) -> str:
    """v1, v2, or frames."""
    if isinstance(record, v2.Line):
        return "v2"
    return "v1" if isinstance(record, v1.Element) else "frames"


def identity(record: Decoded) -> str:
    """What a later record must tell about to replace this one: its label, or its data row in the same projects."""
    if isinstance(record, v2.Line):
        return identity_of(record)
    return label_id_of(record) if isinstance(record, v1.Element) else str(record.frame_number)


def label_ids(record: Decoded) -> list[str]:
    """Ids of the labels that the record brings, as far as Labelbox gave them; model runs excluded."""
    if isinstance(record, v1.Element):
        return [label_id_of(record)]
    if isinstance(record, v2.Line):
        return [label.label_id for label in _project_labels(record) if label.label_id is not None]
    return []


def project_ids(record: Decoded) -> list[str]:
    """Ids of the projects of which the record tells the labels, be it that there are none."""
    if isinstance(record, v1.Element):
        project_id = project_id_of(record)
        return [] if project_id is None else [project_id]
    if isinstance(record, v2.Line):
        projects = (record.projects or {}).items()
        return [name for name, project in projects if not isinstance(project, Odd) and project.labels is not None]
    return []


def gives_ids(record: Decoded) -> str | None:
    """The data row by which labels of the record get ids of ours, which another record about it may give them too."""
    if not isinstance(record, v2.Line):
        return None
    if record.experiments or any(label.label_id is None for label in _project_labels(record)):
        return data_row_id_of(record)
    return None


def label_times(record: Decoded) -> dict[str, str]:
    """When the labels that the record brings were last updated, as far as it says so."""
    if isinstance(record, v1.Element):
        updated_at = time_text(record.updated_at)
        return {} if updated_at is None else {label_id_of(record): updated_at}
    if isinstance(record, v2.Line):
        return {
            label.label_id: label.label_details.updated_at
            for label in _project_labels(record)
            if label.label_id is not None
            and label.label_details is not None
            and label.label_details.updated_at is not None
        }
    return {}


def _project_labels(line: v2.Line) -> Iterator[Label]:
    for project in sound((line.projects or {}).values()):
        yield from sound(project.labels or ())


def shred(record: Decoded, raw: bytes, record_id: int, rows: Rows, source: tuple[Any, ...], label_id: str = "") -> None:
    """Add the rows of a record to `rows`; a frame belongs to `label_id`.

    `raw` is the record's text: one that decodes into structs but says what rows cannot hold is fitted from it.
    `source` is (load_id, position, byte_offset, content_hash, url_hash). Record ids of v2 are odd, all others even.
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
    if isinstance(record, v1.Element):
        shred_label(record, record_id, rows, source)
    elif isinstance(record, v2.Line):
        shred_line(record, record_id, rows, source)
    else:
        shred_frame(record, label_id, record_id, rows, source)
    if record.extra is not None:
        rows.unread += record.extra.unread
