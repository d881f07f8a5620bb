"""The files of a store that are on this computer: those of the folder of `--assets`, else those of the vault."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from labelstore.assets.folder import AssetFolder, Named, names_of, read_text
from labelstore.assets.vault import Vault, vault_of
from labelstore.engines.reading import Reading
from labelstore.formats.signed_urls import without_tokens

NEWEST_FILE = """
left join asset_files as f
    on f.node_id = (select max(g.node_id) from asset_files as g where g.data_row_id = {}.data_row_id)
"""
"""Joins the newest file of a data row as `f`; `{}` is the alias of what has its id."""
_MASK = "select sha256, media_type from assets where url = $url and status = 'fetched'"
_PICTURES = ("", ".png")


class Kept(Named, Protocol):
    """What tells the file of a data row: its names, and what `asset_files` says of it."""

    @property
    def file_sha256(self) -> str | None: ...
    @property
    def file_type(self) -> str | None: ...


class AssetsAtHand:
    """The files of a store: of a folder, of its vault, or of both. Nothing outside of these is ever found."""

    def __init__(self, store: Reading, folder: AssetFolder | None, vault: Vault | None) -> None:
        self._store, self.folder, self.vault = store, folder, vault

    @property
    def place(self) -> str:
        """Where files were looked for, in words."""
        places = ["the folder of assets"] * (self.folder is not None) + ["the vault"] * (self.vault is not None)
        return " or ".join(places)

    def file(self, row: Kept, *, suffixes: Sequence[str] = ("",)) -> Path | None:
        """The file of a data row; in the folder its name may end in one of the suffixes."""
        found = self.folder.find(_names(row), suffixes=suffixes) if self.folder is not None else None
        return found or self._in_vault(row.file_sha256, row.file_type)

    def text(self, row: Kept) -> str | None:
        """The text of a data row; None without a file. Raises `InputError` for a file that is no UTF-8 text."""
        path = self.file(row, suffixes=("", ".txt"))
        return None if path is None else read_text(path)

    def mask_picture(self, url: str | None, feature_id: str | None) -> Path | None:
        """The picture of a mask, by its URL and the feature id of its object."""
        names = names_of(external_id=feature_id, row_data=url)
        found = self.folder.find(names, suffixes=_PICTURES) if self.folder is not None else None
        if found is not None or self.vault is None or url is None:
            return found
        row = next(iter(self._store.query(_MASK, {"url": without_tokens(url)}).rows), None)
        return None if row is None else self._in_vault(*row)

    def _in_vault(self, sha256: str | None, media_type: str | None) -> Path | None:
        return None if self.vault is None else self.vault.find(sha256, media_type)


def at_hand(store: Reading, folder: AssetFolder | str | Path | None) -> AssetsAtHand | None:
    """The files of a store, where there is a folder or a vault. Raises `InputError` for what is no folder."""
    given = AssetFolder(folder) if isinstance(folder, str | Path) else folder
    vault = vault_of(store, store.path)
    return AssetsAtHand(store, given, vault) if given is not None or vault is not None else None


def _names(row: Named) -> tuple[str, ...]:
    return names_of(
        external_id=row.external_id,
        global_key=row.global_key,
        data_row_id=row.data_row_id,
        row_data=row.row_data,
    )
