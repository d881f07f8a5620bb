"""What the vault has for records that came anew: the rows that went with those they replaced."""

from pathlib import Path

from labelstore.assets.linking import link
from labelstore.assets.vault import Vault
from labelstore.errors import UsageError
from labelstore.loading.report import Report
from labelstore.loading.store_file import Patience, writing


def link_files(path: Path, vault: Vault, report: Report, patience: Patience) -> None:
    """Make the sizes of assets and the pixels of masks that files of the vault tell.

    The load is complete by then: if this is stopped, the next load or `fetch` does it. The caller holds the lock.
    """
    try:
        with writing(path, patience) as database:
            link(database, vault)
    except UsageError as error:  # pillow or pycocotools is not installed here
        report.notes.append(f"sizes and masks are not read from the vault: {error}")
