"""What the vault has for records that came anew: the rows that went with those they replaced."""

from pathlib import Path

from labelstore.assets.linking import link
from labelstore.assets.vault import vault_of
from labelstore.engines import open_database
from labelstore.errors import UsageError
from labelstore.loading.report import Report
from labelstore.loading.store_file import Patience, writing


def link_files(path: Path, report: Report, patience: Patience) -> None:
    """Make the sizes of assets and the pixels of masks that files of the vault tell, where a store has one.

    The load is complete by then: if this is stopped, the next load or `fetch` does it. The caller holds the lock.
    """
    with open_database(path, read_only=True) as database:
        vault = vault_of(database, path)
    if vault is None:
        return
    try:
        with writing(path, patience) as database:
            link(database, vault)
    except UsageError as error:  # pillow or pycocotools is not installed here
        report.notes.append(f"sizes and masks are not read from the vault: {error}")
