"""What is made of the files in the vault: `asset_files`, `mask_pixels`, and the sizes of data rows. No network."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from labelstore.assets.mask_files import NOT_FETCHED, MaskRow, Picture, read_masks
from labelstore.assets.mask_pixels import MaskPixels
from labelstore.assets.sizes import MediaSize, size_of_file
from labelstore.assets.vault import Vault
from labelstore.engines.database import MARKS, Database
from labelstore.errors import InputError
from labelstore.formats.signed_urls import without_tokens

_TOGETHER: Final = 5000
"""So many data rows or masks are held at once."""
_RECORDS = """
select r.node_id, r.record_id, r.data_row_id, r.row_data
from records as r
where r.node_id > ? and r.generation <> 'frames' and r.row_data like '%://%'
    and not exists (select 1 from asset_files as f where f.node_id = r.node_id)
order by r.node_id
limit ?
"""
_MASKS = """
select m.object_id, m.url, m.composite_url, m.color_rgb
from masks as m
where m.object_id > ?
    and not exists (select 1 from mask_pixels as p where p.object_id = m.object_id)
order by m.object_id
limit ?
"""
_MISSING = "select count(*) from masks where object_id not in (select object_id from mask_pixels)"
_FETCHED = f"""
select url, sha256, media_type, reason, width, height, frame_rate, frame_count
from assets
where status = 'fetched' and url in ({MARKS})
"""
_ANY = "select 1 from assets where status = 'fetched' and coalesce(role, $role) = $role limit 1"

Progress = Callable[[int, int], None]
"""Called with how many masks are done, and of how many."""


class Linked(NamedTuple):
    """Rows of `asset_files` and of `mask_pixels` that were made, and why masks with a fetched picture got none."""

    files: int
    masks: int
    unread: Counter[str]


class _File(NamedTuple):
    """A fetched file, as the ledger has it."""

    url: str
    sha256: str
    media_type: str | None
    reason: str | None
    width: float | None
    height: float | None
    frame_rate: float | None
    frame_count: float | None


def link(database: Database, vault: Vault, *, progress: Progress | None = None) -> Linked:
    """Make the rows that fetched files can give and the store lacks, inside a transaction of the caller.

    A file that cannot be read is counted with a reason, which the ledger keeps beside its URL: it is not tried again
    until it is fetched again. Raises `UsageError` without pillow or pycocotools where there is something for them.
    """
    files = _link_files(database, vault)
    masks, unread = _link_masks(database, vault, progress or (lambda done, total: None))
    database.derive_sizes(0)
    return Linked(files, masks, unread)


def _link_files(database: Database, vault: Vault) -> int:
    made = 0
    if database.value(_ANY, {"role": "asset"}) is None:
        return made
    for records in _pages(database, _RECORDS):
        urls = {node_id: without_tokens(row_data) for node_id, _, _, row_data in records}
        files = _fetched(database, urls.values())
        sizes = _sizes(database, vault, files)
        rows = [
            (data_row_id, file.sha256, file.media_type, *sizes[file.url], node_id, record_id)
            for node_id, record_id, data_row_id, _ in records
            if (file := files.get(urls[node_id])) is not None
        ]
        database.insert_rows("asset_files", rows)
        made += len(rows)
    return made


def _sizes(database: Database, vault: Vault, files: dict[str, _File]) -> dict[str, MediaSize]:
    """The sizes of files by their URLs: as the ledger has them, else as the files tell, which the ledger then has."""
    sizes = {}
    learned = []
    for url, file in files.items():
        size = sizes[url] = MediaSize(file.width, file.height, file.frame_rate, file.frame_count)
        path = vault.find(file.sha256, file.media_type) if size == MediaSize() and file.reason is None else None
        if path is None:
            continue
        try:
            size, reason = size_of_file(path, file.media_type), None
        except InputError as error:
            reason = error.reason
        if size != MediaSize() or reason is not None:
            sizes[url] = size
            learned.append((url, *size, reason))
    database.update_rows("assets", ["url"], [*MediaSize._fields, "reason"], learned)
    return sizes


def _link_masks(database: Database, vault: Vault, progress: Progress) -> tuple[int, Counter[str]]:
    made = done = 0
    unread = Counter[str]()
    if database.value(_ANY, {"role": "mask"}) is None:
        return made, unread
    total = database.value(_MISSING)
    for page in _pages(database, _MASKS):
        masks = [MaskRow.of(*row) for row in page]
        files = _fetched(database, (url for mask in masks for url, _ in mask.pictures))
        pictures = {
            url: Picture(file.sha256, vault.find(file.sha256, file.media_type), file.reason)
            for url, file in files.items()
        }
        rows = []
        reasons: dict[str, str] = {}
        for mask, found in read_masks(masks, pictures, reasons):
            done += 1
            progress(done, total)
            if isinstance(found, str):
                unread.update([found] if found != NOT_FETCHED else [])
            else:
                rows.append(_row(mask, *found))
        database.insert_rows("mask_pixels", rows)
        news = [(url, reason) for url, reason in reasons.items() if files[url].reason is None]
        database.update_rows("assets", ["url"], ["reason"], news)
        made += len(rows)
    return made, unread


def _row(mask: MaskRow, sha256: str, pixels: MaskPixels) -> tuple[Any, ...]:
    runs = pixels.runs
    bounds = pixels.bounds or (None,) * 4
    return (mask.object_id, runs.width, runs.height, pixels.area, *bounds, runs.counts, sha256)


def _pages(database: Database, sql: str) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The rows of SQL by their first column, some at a time: others are written meanwhile."""
    last = -1
    while page := list(database.query(sql, (last, _TOGETHER)).rows):
        yield page
        last = page[-1][0]


def _fetched(database: Database, urls: "Iterator[str] | Any") -> dict[str, _File]:
    """What the ledger has of these URLs, which have no tokens."""
    return {row[0]: _File(*row) for row in database.select_in(_FETCHED, list(dict.fromkeys(urls)))}
