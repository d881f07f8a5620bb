"""The vault: files by the SHA-256 of their content, in a folder that the store remembers.

A file is `ab/abcdef….png`: the digest, and the suffix of the type that its content has. No name comes from outside.
"""

import os
import re
from pathlib import Path
from stat import S_ISREG
from typing import Final, TypeGuard

from labelstore.engines.database import Database
from labelstore.engines.reading import Reading
from labelstore.files.media_types import is_pdf, media_type

_READ_ONLY: Final = 0o444
PDF: Final = "application/pdf"
_SUFFIXES: Final = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "audio/mpeg": ".mp3",
    "audio/aac": ".aac",
    "audio/flac": ".flac",
    "audio/wav": ".wav",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/ogg": ".ogv",
    PDF: ".pdf",
}
"""The suffix of each type that content can tell; other files have none."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Vault:
    """A folder of files by the digests of their content."""

    def __init__(self, folder: str | Path) -> None:
        """The folder is made with its first file."""
        self.folder = Path(folder)

    def path_of(self, sha256: str, media_type: str | None) -> Path:
        """Where the file with this content is, or would be. Raises `ValueError` for what is no SHA-256."""
        if not is_digest(sha256):
            raise ValueError(f"{sha256!r:.80} is no SHA-256")
        return self.folder / sha256[:2] / f"{sha256}{_SUFFIXES.get(media_type or '', '')}"

    def find(self, sha256: str | None, media_type: str | None) -> Path | None:
        """The file with this content; None where it is not in the vault, or behind a link."""
        if not is_digest(sha256):
            return None
        path = self.path_of(sha256, media_type)
        return path if not path.parent.is_symlink() and _is_regular(path) else None

    def take_in(self, scratch: Path, sha256: str) -> str | None:
        """Move a complete file, which is in the vault's folder, to its place; the type of its content.

        A file with the same content that is there already stays. Nobody can write to it then, by the links of exports
        neither. Raises `OSError`.
        """
        kind = content_type(scratch)
        place = self.path_of(sha256, kind)
        if place.is_file() and place.stat().st_size == scratch.stat().st_size:
            scratch.unlink()
            return kind
        place.parent.mkdir(parents=True, exist_ok=True)
        with scratch.open("rb") as file:
            os.fsync(file.fileno())
        scratch.chmod(_READ_ONLY)
        os.replace(scratch, place)
        return kind


def _is_regular(path: Path) -> bool:
    try:
        return S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def is_digest(value: object) -> TypeGuard[str]:
    """Whether this is a SHA-256 as the tables have it; anybody may have written them."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def content_type(path: Path) -> str | None:
    """The type that the content of a file has, such as image/png; None where that does not tell."""
    return media_type(path) or (PDF if is_pdf(path) else None)


def vault_of(database: Reading, store: Path) -> Vault | None:
    """The vault of a store, if `labelstore fetch` made one and its folder is there."""
    folder = next(iter(database.query("select folder from vault limit 1").rows), (None,))[0]
    if not isinstance(folder, str) or not folder:
        return None
    path = store.resolve().parent / folder
    return Vault(path) if path.is_dir() else None


def remember(database: Database, store: Path, folder: Path) -> None:
    """Have the store remember its vault: by a path from the store's own folder if it is in there."""
    parent, place = store.resolve().parent, folder.resolve()
    name = str(place.relative_to(parent)) if place.is_relative_to(parent) else str(place)
    database.execute("delete from vault")
    database.insert_rows("vault", [(name,)])
