"""Frames files in the vault become the frames of their labels, as `labelstore load --frames` does it."""

from typing import Final, NamedTuple

from labelstore.assets.vault import Vault
from labelstore.connected.fetching.access import Access
from labelstore.connected.fetching.results import FAILED
from labelstore.engines.database import Database
from labelstore.errors import InputError
from labelstore.formats.signed_urls import without_tokens
from labelstore.loading.loader import Loader
from labelstore.loading.report import Options, Report
from labelstore.loading.settling import settle_restored

_LABELS: Final = "select label_id, frames_url from labels where frames_url is not null order by node_id"
_FILES: Final = "select url, sha256, media_type from assets where role = 'frames' and status = 'fetched'"
_EMPTY: Final = "select url from assets where role = 'frames' and status = 'empty'"
_LOADED: Final = """
select file_name, sha256, max(records - rejected) from loads where generation = 'frames' group by file_name, sha256
"""
_READ_EMPTY: Final = "select file_name, sha256 from loads where generation is null"
_HAVE: Final = "select distinct label_id from frames where label_id is not null"


_File = tuple[str, str, str]
"""The label that frames are of, the path of their file, and its URL."""


class FramesLoaded(NamedTuple):
    """`files` of frames that were loaded, `frames` added or changed by them, records of them that were `rejected`.

    `unread`: the URLs of files that are no frames, and why. `missing`: labels whose frames the store lacks.
    """

    files: int
    frames: int
    rejected: int
    unread: dict[str, str]
    missing: int


def load_frames(access: Access, vault: Vault) -> FramesLoaded:
    """Load the frames files that the vault has and the store does not; the ledger keeps why one cannot be read.

    All in one transaction; each in its own where one of them cannot be read.
    """
    with access.reading() as database:
        files, missing = _to_load(database, vault)
    reports: list[Report] = []
    unread: dict[str, str] = {}
    try:
        if files:
            reports.append(_load(access, files))
    except InputError:
        for file in files:
            try:
                reports.append(_load(access, [file]))
            except InputError as error:
                unread[file[-1]] = error.reason
    if unread:
        with access.writing() as database:
            rows = [(url, FAILED, reason) for url, reason in unread.items()]
            database.update_rows("assets", ["url"], ["status", "reason"], rows)
    frames, rejected = (sum(counts) for counts in zip((0, 0), *map(_counts, reports), strict=True))
    return FramesLoaded(len(files) - len(unread), frames, rejected, unread, missing + len(unread))


def _counts(report: Report) -> tuple[int, int]:
    return report.frames, report.total("rejected")


def _load(access: Access, files: list[_File]) -> Report:
    with access.writing() as database:
        report = Report(str(access.store), database.engine)
        loader = Loader(database, report, options=Options())
        loader.load_frames_files(files)
        settle_restored(database, report, loader.state.own_replaced)
        loader.state.finish()
    return report


def _to_load(database: Database, vault: Vault) -> tuple[list[_File], int]:
    """The files to load, and how many labels lack theirs."""
    fetched = {url: (sha256, media_type) for url, sha256, media_type in database.query(_FILES).rows}
    empty = {url for (url,) in database.query(_EMPTY).rows}
    have = {label_id for (label_id,) in database.query(_HAVE).rows}
    loaded = {(name, sha256): records for name, sha256, records in database.query(_LOADED).rows}
    loaded |= dict.fromkeys(database.query(_READ_EMPTY).rows, 0)
    files: list[_File] = []
    missing = 0
    for label_id, frames_url in database.query(_LABELS).rows:
        url = without_tokens(frames_url)
        sha256, media_type = fetched.get(url, (None, None))
        path = vault.find(sha256, media_type)
        if path is None:
            missing += label_id not in have and url not in empty
            continue
        records = loaded.get((url, str(sha256)))
        if records is None or (records and label_id not in have):
            files.append((label_id, str(path), url))
    return files, missing
