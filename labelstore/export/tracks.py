"""Objects followed over the frames of their video: where they are in the frames between those that the export lists.

An export without interpolated frames lists the key frames of an object, and the segments in which it is there. Between
two listed frames of one segment it moves in a straight line, as `sql/queries/positions-between-key-frames.sql` has it.
Frames wait only until the next position of the objects in them is known.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import msgspec

from labelstore.engines.database import Database
from labelstore.export.annotations import Annotations, Label, Object

IN_TIME = ("video", "dicom")
"""Types of assets that have frames."""

_SEGMENTS = """
select coalesce(group_name, ''), feature_id, start_frame, end_frame
from segments
where label_id = ? and feature_id is not null and start_frame is not null and end_frame is not null
order by node_id
"""
_OUT_OF_ORDER = """
select count(*)
from (
    select frame_number < lag(frame_number) over (partition by group_name order by frame_id) as back
    from frames
    where label_id = ?
) as f
where back
"""

_LONGEST_GAP = 100_000
"""Frames between two positions of an object: a longer gap stays empty, since all of its frames wait in memory."""
Key = tuple[str, str | None, str]
"""What tells a track in a data row: the group of frames, the feature, and the kind of object."""
Segments = dict[tuple[str, str | None], list[tuple[int, int]]]
"""(group, feature) → the first and the last frame of its segments."""


def segments_of(database: Database, labels: Iterable[Label]) -> Segments:
    """The segments of the objects of some labels; those of audio are none of frames."""
    found: Segments = {}
    for label in labels:
        if label.asset_type in IN_TIME:
            for group, feature_id, first, last in database.query(_SEGMENTS, (label.label_id,)).rows:
                found.setdefault((group, feature_id), []).append((first, last))
    return found


def in_order(database: Database, labels: Sequence[Label], parts: Iterable[Annotations]) -> Iterator[Annotations]:
    """The frames of each group by their numbers. Those that the export has in another order are all read first."""
    if len(labels) == 1 and not next(database.query(_OUT_OF_ORDER, (labels[0].label_id,)).rows)[0]:
        yield from parts
    else:
        yield from sorted(parts, key=lambda part: (part.group_name or "", part.frame_number or 0))


@dataclass
class Filler:
    """Fills the frames between listed ones. `fills` says which objects; `told` hears of those that cannot be."""

    segments: Segments
    fills: Callable[[Object], bool]
    told: Callable[[Object], None]
    _frames: dict[int, list[Annotations]] = field(default_factory=dict)
    """Those that wait, by their numbers."""
    _waiting: dict[Key, tuple[int, Object]] = field(default_factory=dict)
    """Tracks whose segment goes on → the frame and the object where they were last."""

    def filled(self, parts: Iterable[Annotations]) -> Iterator[Annotations]:
        """The parts of a data row, with frames in between; those of each group come in order."""
        for _, some in groupby(parts, key=lambda part: part.group_name):
            for part in some:
                if part.frame_number is None:
                    yield part
                    continue
                self._frames.setdefault(part.frame_number, []).append(part)
                for one in list(part.objects):
                    self._follow(part, part.frame_number, one)
                yield from self._complete(part.group_name or "", part.frame_number)
            self._waiting.clear()
            for number in sorted(self._frames):
                yield from self._frames.pop(number)

    def _follow(self, part: Annotations, number: int, one: Object) -> None:
        """Bring the track of an object to this frame."""
        group = part.group_name or ""
        spans = self.segments.get((group, one.feature_id))
        if spans is None or not self.fills(one):
            return
        key = group, one.feature_id, one.kind
        first, before = self._waiting.pop(key, (number, one))
        if number > first + 1 and any(start <= first and number <= end for start, end in spans):
            moved = movement(before, one) if number - first <= _LONGEST_GAP else None
            if moved is None:
                self.told(before)
            for between in range(first + 1, number if moved else 0):
                frame = self._frames.setdefault(between, [Annotations(part.label, between, part.group_name)])[0]
                frame.objects.append(moved(between - first, number - first))  # type: ignore[misc]
        if any(start <= number < end for start, end in spans):
            self._waiting[key] = number, one

    def _complete(self, group: str, number: int) -> Iterator[Annotations]:
        """The frames up to this one that no track will be added to."""
        for key in list(self._waiting):
            if not any(start <= number < end for start, end in self.segments[group, key[1]]):
                del self._waiting[key]
        upto = min((frame for frame, _ in self._waiting.values()), default=number)
        for done in sorted(frame for frame in self._frames if frame <= upto):
            yield from self._frames.pop(done)


def movement(before: Object, after: Object) -> Callable[[int, int], Object] | None:
    """From one position to another: what gives the object at a step of so many; None if nothing can.

    Boxes and points move; so do lines and polygons, if both have as many points.
    """
    pairs = _pairs(before, after)
    if pairs is None:
        return None

    def at(step: int, steps: int) -> Object:
        found = {name: one + (other - one) * step / steps for name, (one, other) in pairs.items()}
        if before.kind in _LINES:
            points = [{"x": found[f"x{place}"], "y": found[f"y{place}"]} for place in range(len(found) // 2)]
            found = {"coordinates": msgspec.json.encode(points).decode()}  # type: ignore[dict-item]
        return replace(before, keyframe=False, interpolated=True, **found)  # type: ignore[arg-type]

    return at


_LINES = ("polygon", "polyline")
_MOVES = {"bounding_box": ("left", "top", "width", "height"), "point": ("x", "y")}


class _Vertex(msgspec.Struct):
    x: float
    y: float


_vertices = msgspec.json.Decoder(list[_Vertex])


def _pairs(before: Object, after: Object) -> dict[str, tuple[float, float]] | None:
    """The numbers of both positions by their names."""
    if before.kind in _LINES:
        try:
            ends = [_vertices.decode(one.coordinates or "") for one in (before, after)]
        except msgspec.DecodeError:
            return None
        if len(ends[0]) != len(ends[1]):
            return None
        both = enumerate(zip(*ends, strict=True))
        return {f"{axis}{place}": (getattr(a, axis), getattr(b, axis)) for place, (a, b) in both for axis in "xy"}
    names = _MOVES.get(before.kind, ())
    found = {name: (getattr(before, name), getattr(after, name)) for name in names}
    return found if names and all(type(end) in (int, float) for pair in found.values() for end in pair) else None
