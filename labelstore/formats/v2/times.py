"""`segments` and `key_frame_feature_map` of a v2 label → rows without ids.

The first row of a map or list opens it and the last closes it: the sum of 1 for the innermost, 2, and 4 for the whole.
An odd element of a map is a row of its own: the element, its key, the key of its map in the outer one (None in the
outer one itself), opens and closes.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from labelstore.formats.lenient_decoding import Odd
from labelstore.formats.v2.labels import FRAME_KEY_PATTERN

TIME_KEYS = {"segments": "segments", "key_frames": "key_frame_feature_map"}
"""Table → the key of a label's annotations that its rows are from."""

_FRAME_KEY = re.compile(FRAME_KEY_PATTERN)


def spans_of(segments: Mapping[str, Any]) -> list[list[Any]]:
    """A row for each span: group, feature, ordinal, start, end, opens, closes; an empty map or list has one."""
    spans: list[list[Any]] = []
    for name, value in segments.items():
        first = len(spans)
        if isinstance(value, Odd):
            spans.append([value, name, None, 0, 0])
        elif isinstance(value, dict):
            for feature_id, pairs in value.items():
                if isinstance(pairs, Odd):
                    spans.append([pairs, feature_id, name, 0, 0])
                else:
                    _add_spans(spans, name, feature_id, pairs)
            if not value:
                spans.append([name, None, 0, None, None, 0, 0])
            _bracket(spans, first, 2)
        else:
            _add_spans(spans, None, name, value)
    _bracket(spans, 0, 4)
    return spans


def _add_spans(spans: list[list[Any]], group: str | None, feature_id: str, pairs: Sequence[tuple[int, int]]) -> None:
    first = len(spans)
    spans.extend([group, feature_id, ordinal, *pair, 0, 0] for ordinal, pair in enumerate(pairs))
    if not pairs:
        spans.append([group, feature_id, 0, None, None, 0, 0])
    _bracket(spans, first, 1)


def key_frames_of(features: Mapping[str, Any]) -> list[list[Any]]:
    """A row for each key frame: feature, group, frame, is key frame, form, opens, closes; an empty map has one."""
    keys: list[list[Any]] = []
    for feature_id, value in features.items():
        first = len(keys)
        if isinstance(value, Odd):
            keys.append([value, feature_id, None, 0, 0])
            continue
        if isinstance(value, list):
            keys.extend([feature_id, None, number, None, "list", 0, 0] for number in value)
        else:
            for key, item in value.items():
                if isinstance(item, dict):
                    start = len(keys)
                    keys.extend([feature_id, key, int(number), is_key, "map", 0, 0] for number, is_key in item.items())
                    if not item:
                        keys.append([feature_id, key, None, None, "map", 0, 0])
                    _bracket(keys, start, 1)
                elif isinstance(item, bool) and _FRAME_KEY.search(key):
                    keys.append([feature_id, None, int(key), item, "map", 0, 0])
                else:
                    keys.append([item if isinstance(item, Odd) else Odd(item), key, feature_id, 0, 0])
        if len(keys) == first:
            keys.append([feature_id, None, None, None, "list" if isinstance(value, list) else "map", 0, 0])
        _bracket(keys, first, 2)
    _bracket(keys, 0, 4)
    return keys


def whole_number(key: str) -> int | None:
    """The number in the key of a map, if the key is spelled as the number would be written."""
    return int(key) if _FRAME_KEY.search(key) else None


def _bracket(rows: list[list[Any]], first: int, level: int) -> None:
    """Mark the rows from `first` on as one map or list."""
    if rows:
        rows[first][-2] |= level
        rows[-1][-1] |= level
