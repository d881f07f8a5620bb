"""Names of files for data rows: those that people know, safe on every system, and each only once."""

import re
from collections import Counter
from typing import Final, Protocol

from labelstore.assets.folder import Named, names_of

_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\s]+')
_LONGEST: Final = 120
"""Bytes of a name, of which file systems take 255: it may be followed by two parts of one and by a frame number."""
_LONGEST_PART: Final = 40
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for itself."""


class Labeled(Named, Protocol):
    """What a name is made from: the ids of a data row. A label and a candidate have them."""

    @property
    def label_id(self) -> str: ...


class FileNames:
    """The names of data rows; all have to be noted before the first is asked for."""

    def __init__(self, by: str = "auto") -> None:
        """`by` is a word of the choice `name`."""
        self._by = by
        self._stems: Counter[str] = Counter()
        self._owners: dict[str, tuple[str, str | None]] = {}

    def note(self, row: Labeled) -> None:
        """Count the name that a data row asks for."""
        self._stems[self._parts(row)[0].casefold()] += 1

    def of(self, row: Labeled) -> tuple[str, str]:
        """The stem and the suffix (".jpg", or "") of its file. No other data row has this stem in any case."""
        stem, suffix = self._parts(row)
        if self._stems[stem.casefold()] > 1:
            id = row.data_row_id or row.label_id
            stem = self._own(f"{stem}_{safe(id, _LONGEST_PART)}", (id, None))
        return stem, suffix

    def of_video(self, stem: str, group: str | None) -> str:
        """The name of a video with this stem, or of a group of its frames; nothing else has it in any case."""
        return stem if group is None else self._own(f"{stem}_{safe(group, _LONGEST_PART)}", (stem, group))

    def of_frame(self, video: str, number: int) -> str:
        """The stem of a frame of what `of_video` named so."""
        stem = f"{video}_{number:06d}"
        while self._stems[stem.casefold()]:
            stem += "_"
        return stem

    def _own(self, name: str, owner: tuple[str, str | None]) -> str:
        """The name, with _ where that of a data row or of another owner is the same."""
        while self._stems[name.casefold()] or self._owners.setdefault(name.casefold(), owner) != owner:
            name += "_"
        return name

    def _parts(self, row: Labeled) -> tuple[str, str]:
        wanted = {
            "auto": names_of(external_id=row.external_id, global_key=row.global_key, row_data=row.row_data),
            "external-id": (row.external_id,),
            "global-key": (row.global_key,),
            "id": (),
        }[self._by]
        stem, suffix = parts_of(next((name for name in wanted if name), ""))
        if self._by != "auto" or not suffix:
            suffix = suffix or parts_of(next(iter(names_of(row_data=row.row_data)), ""))[1]
        return stem or safe(row.data_row_id or row.label_id) or "unnamed", suffix


def parts_of(name: str) -> tuple[str, str]:
    """The stem of the last part of a path, made safe, and its suffix of letters and digits, lower case."""
    last = re.split(r"[/\\]", name)[-1]
    found = re.fullmatch(r"(.+)(\.[A-Za-z0-9]{1,5})", last)
    stem, suffix = (found[1], found[2].lower()) if found else (last, "")
    return safe(stem), suffix


def safe(name: str, longest: int = _LONGEST) -> str:
    """The name without what a file system or a list of names refuses; "" where nothing is left."""
    name = _UNSAFE.sub("_", name).strip(". ").encode()[:longest].decode(errors="ignore").rstrip(". ")
    return f"_{name}" if _RESERVED.fullmatch(name) else name
