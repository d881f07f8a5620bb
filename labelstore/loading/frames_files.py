"""Frames files that were downloaded beforehand: which file holds the frames of which label."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from labelstore.errors import InputError
from labelstore.formats.decoding import Decoded
from labelstore.formats.v1.record import Annotations, Element


class FramesFolder:
    """Files named by label id, by data row id, or by the last part of the frames URL's path.

    They are tried in that order; a file's name counts with its suffixes and without them
    (`ck1.ndjson.gz`, `ck1.ndjson`, `ck1`), so a suffix never hides a file.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._by_name: dict[str, Path] = {}
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            raise InputError(str(folder), f"cannot be read as a folder of frames files ({error.strerror})") from error
        for entry in entries:
            name = entry.name
            while name and entry.is_file():
                self._by_name.setdefault(name, Path(entry.path))
                stem, dot, _ = name.rpartition(".")
                if not dot:
                    break
                name = stem

    def find(self, label_id: str, data_row_id: str | None, url: str) -> Path | None:
        """The file with the frames of a label, None if there is none."""
        last_part = unquote(urlsplit(url).path.rsplit("/", 1)[-1])
        for name in (label_id, data_row_id, last_part, last_part.rpartition(".")[0]):
            if name and name in self._by_name:
                return self._by_name[name]
        return None


def frames_address(record: Decoded) -> tuple[str | None, str] | None:
    """The data row of a label whose frames are in a file of their own, and the URL of that; None for other records."""
    body = record.label if isinstance(record, Element) else None
    if isinstance(record, Element) and isinstance(body, Annotations) and body.frames_url is not None:
        return record.data_row_id, body.frames_url
    return None
