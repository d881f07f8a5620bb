"""The tracks of the labels looked at last: from frame to frame of a long video they stay the same."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

from labelstore.analyses.class_colors import ClassColors
from labelstore.files.file_state import file_state
from labelstore.scenes import ConnectionSource, Source
from labelstore.scenes.tracks import Tracks, read_tracks

MOST = 20
"""Labels, or groups of labels, that are remembered."""
_known: OrderedDict[Any, Tracks] = OrderedDict()
_lock = Lock()


def remembered_tracks(source: Source, label_id: str, colors: ClassColors, group: str | None = None, /) -> Tracks:
    """The tracks of a group of a label, read once for each state of the file of the store."""
    path = _path_of(source)
    if not path:
        return read_tracks(source, label_id, colors, group)
    key = path, file_state(Path(path)), label_id, group
    with _lock:
        found = _known.get(key)
        if found is not None:
            _known.move_to_end(key)
            return found
    found = read_tracks(source, label_id, colors, group)
    with _lock:
        _known[key] = found
        while len(_known) > MOST:
            _known.popitem(last=False)
    return found


def _path_of(source: Source) -> str:
    """The file that a connection of Datasette reads; empty for another source."""
    if not isinstance(source, ConnectionSource):
        return ""
    return str(next(iter(source.query("pragma database_list")), {}).get("file") or "")
