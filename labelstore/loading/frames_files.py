"""Frames files that were downloaded beforehand: which file holds the frames of which label."""

import os
from urllib.parse import unquote, urlsplit

from labelstore.errors import InputError
from labelstore.files.urls import is_url, remote_entries
from labelstore.formats.decoding import Decoded
from labelstore.formats.v1.record import Annotations, Element


class FramesFolder:
    """Files named by label id, by data row id, or by the last part of the frames URL's path; their folder may be a URL.

    They are tried in that order; a file's name counts with its suffixes and without them
    (`ck1.ndjson.gz`, `ck1.ndjson`, `ck1`), so a suffix never hides a file. Folders in the folder are not looked into.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Raises `InputError` for what is no folder."""
        self._by_name: dict[str, str] = {}
        entries = remote_entries(folder) if isinstance(folder, str) and is_url(folder) else _entries(folder)
        for name, place in sorted(entries):
            while name:
                self._by_name.setdefault(name, place)
                stem, dot, _ = name.rpartition(".")
                if not dot:
                    break
                name = stem  # noqa: PLW2901

    def find(self, label_id: str, data_row_id: str | None, url: str) -> str | None:
        """The path or URL of the file with the frames of a label, None if there is none."""
        last_part = unquote(urlsplit(url).path.rsplit("/", 1)[-1])
        for name in (label_id, data_row_id, last_part, last_part.rpartition(".")[0]):
            if name and name in self._by_name:
                return self._by_name[name]
        return None


def _entries(folder: str | os.PathLike[str]) -> list[tuple[str, str]]:
    """The names of the files in a folder, and their paths."""
    try:
        return [(entry.name, entry.path) for entry in os.scandir(folder) if entry.is_file()]
    except OSError as error:
        raise InputError(str(folder), f"cannot be read as a folder of frames files ({error.strerror})") from error


def frames_address(record: Decoded) -> tuple[str | None, str] | None:
    """The data row of a label whose frames are in a file of their own, and the URL of that; None for other records."""
    body = record.label if isinstance(record, Element) else None
    if isinstance(record, Element) and isinstance(body, Annotations) and body.frames_url is not None:
        return record.data_row_id, body.frames_url
    return None
