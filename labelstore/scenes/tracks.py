"""The features of a label in time: in which runs of frames each of them is there, and where its key frames are.

A label of 10,000 frames has hundreds of thousands of objects. SQL puts 32 frames of a feature into the bits of one
number, without sorting the objects; the runs are read off those. Where the export says in which segments a feature is
there, these count: without interpolated frames only the key frames have objects.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from labelstore.analyses.class_colors import ClassColors
from labelstore.scenes.frames import in_group
from labelstore.scenes.scene import Track
from labelstore.scenes.source import Source

Row = dict[str, Any]

LIMIT = 500
"""Tracks that are read."""
_MAX_ROWS = 200_000
_BITS = "sum(distinct cast(1 as bigint) << cast({number} & 31 as integer))"
_KEY_BITS = "sum(distinct case when o.keyframe then cast(1 as bigint) << cast(f.frame_number & 31 as integer) end)"
_OBJECTS = f"""
select o.feature_id, f.frame_number - (f.frame_number & 31) as block, min(o.object_id) as object_id,
    {_BITS.format(number="f.frame_number")} as present, {_KEY_BITS} as keys
from frames as f
join objects as o on o.frame_id = f.frame_id
where f.label_id = $label_id and {{group}} and f.frame_number is not null
group by o.feature_id, f.frame_number - (f.frame_number & 31)
limit $limit
"""
_ANSWERS = f"""
select coalesce(c.name, c.value, 'question') as question, coalesce(a.text, a.name, a.value, '') as answer,
    c.feature_id as question_id, a.feature_id as answer_id, min(c.kind) as kind,
    f.frame_number - (f.frame_number & 31) as block, {_BITS.format(number="f.frame_number")} as present,
    min(c.classification_id) as classification_id
from frames as f
join classifications as c on c.frame_id = f.frame_id and c.object_id is null and c.parent_answer_id is null
left join answers as a on a.classification_id = c.classification_id
where f.label_id = $label_id and {{group}} and f.frame_number is not null
group by coalesce(c.name, c.value, 'question'), coalesce(a.text, a.name, a.value, ''), c.feature_id, a.feature_id,
    f.frame_number - (f.frame_number & 31)
limit $limit
"""
_SEGMENTS = """
select f.feature_id, f.start_frame, f.end_frame
from segments as f
where f.label_id = $label_id and {group} and f.start_frame is not null and f.end_frame is not null
order by f.node_id
limit $limit
"""
_KEY_FRAMES = f"""
select f.feature_id, f.frame_number - (f.frame_number & 31) as block, {_BITS.format(number="f.frame_number")} as present
from key_frames as f
where f.label_id = $label_id and {{group}} and f.frame_number is not null
    and (f.is_key_frame is null or f.is_key_frame)
group by f.feature_id, f.frame_number - (f.frame_number & 31)
limit $limit
"""
_NAMES = """
select o.object_id, coalesce(o.name, o.value, o.kind, 'object') as name, coalesce(o.kind, 'unknown') as kind, o.color
from objects as o
where o.object_id in ({ids})
"""


class Tracks(NamedTuple):
    """The first tracks, in the order in which they begin, and how many there are."""

    tracks: tuple[Track, ...]
    total: int


class ReadTracks(Protocol):
    """What reads the tracks of a label, as `read_tracks` does."""

    def __call__(self, source: Source, label_id: str, colors: ClassColors, group: str | None = None, /) -> Tracks:
        """The tracks of a group of a label."""


class _Found:
    """One feature, collected while rows are read."""

    def __init__(self, order: int) -> None:
        self.order = order
        self.object_id: int | None = None
        self.blocks: list[tuple[int, int]] = []
        self.keys: list[tuple[int, int]] = []
        self.segments: list[tuple[int, int]] = []
        self.feature_id: str | None = None
        self.title: tuple[str, str] | None = None

    def runs(self) -> tuple[tuple[int, int], ...]:
        return tuple(self.segments) or runs_of(bits_set(self.blocks))


def read_tracks(
    source: Source, label_id: str, colors: ClassColors, group: str | None = None, *, limit: int = LIMIT
) -> Tracks:
    """The objects of a group (or of all frames, without groups), the answers about its frames, and its segments."""
    condition, more = in_group(group)

    def rows(sql: str) -> Iterable[Row]:
        return source.query(sql.format(group=condition), {"label_id": label_id, **more, "limit": _MAX_ROWS})

    features: dict[str | None, _Found] = {}
    for row in rows(_OBJECTS):
        found = features.setdefault(row["feature_id"], _Found(row["object_id"]))
        found.object_id = found.order = min(found.order, row["object_id"])
        found.feature_id = row["feature_id"]
        found.blocks.append((row["block"], int(row["present"] or 0)))
        found.keys.append((row["block"], int(row["keys"] or 0)))
    answers, by_feature = _answers(rows(_ANSWERS))
    for row in rows(_SEGMENTS):
        for found in _meant(row["feature_id"], features, by_feature):
            found.segments.append((row["start_frame"], row["end_frame"]))
    for row in rows(_KEY_FRAMES):
        for found in _meant(row["feature_id"], features, by_feature):
            found.keys.append((row["block"], int(row["present"] or 0)))
    all_found = [found for found in (*features.values(), *answers) if found.segments or found.blocks]
    first = sorted(all_found, key=lambda found: (found.title is not None, found.order))[:limit]
    names = _names(source, [found.object_id for found in first if found.object_id is not None])
    return Tracks(tuple(_track(found, names, colors, group) for found in first), len(all_found))


def _answers(rows: Iterable[Row]) -> tuple[list[_Found], dict[str, list[_Found]]]:
    """The answers about frames as tracks, one for each question and answer, and those by their feature ids."""
    found: dict[tuple[str, str], _Found] = {}
    by_feature: dict[str, list[_Found]] = {}
    for row in rows:
        one = found.setdefault((row["question"], row["answer"]), _Found(row["classification_id"]))
        one.title = (
            f"{row['question']}: {row['answer']}" if row["answer"] else row["question"],
            row["kind"] or "unknown",
        )
        if one.feature_id is None or row["classification_id"] < one.order:
            one.feature_id = row["answer_id"] or row["question_id"]
        one.order = min(one.order, row["classification_id"])
        one.blocks.append((row["block"], int(row["present"] or 0)))
        for feature_id in (row["answer_id"], row["question_id"]):
            if feature_id is not None and one not in by_feature.setdefault(feature_id, []):
                by_feature[feature_id].append(one)
    return list(found.values()), by_feature


def _meant(
    feature_id: str | None, features: dict[str | None, _Found], by_feature: dict[str, list[_Found]]
) -> Sequence[_Found]:
    """The tracks that a segment or key frame is about; a new one where no object or answer has the feature."""
    if feature_id is not None and feature_id in by_feature:
        return by_feature[feature_id]
    if feature_id not in features:
        features[feature_id] = unknown = _Found(2**62 + len(features))
        unknown.feature_id = feature_id
    return (features[feature_id],)


def _names(source: Source, object_ids: Sequence[int]) -> dict[int, Row]:
    if not object_ids:
        return {}
    ids = {f"id{index}": object_id for index, object_id in enumerate(object_ids)}
    sql = _NAMES.format(ids=", ".join(f"${name}" for name in ids))
    return {row["object_id"]: row for row in source.query(sql, ids)}


def _track(found: _Found, names: dict[int, Row], colors: ClassColors, group: str | None) -> Track:
    row = names.get(found.object_id) if found.object_id is not None else None
    if row is not None:
        name, kind, color = row["name"], row["kind"], colors.of(row["color"], row["name"])
    else:
        name, kind = found.title or (found.feature_id or "segment", "segment")
        color = colors.of(None, name)
    return Track(found.feature_id, name, kind, color, found.runs(), tuple(sorted(set(bits_set(found.keys)))), group)


def bits_set(blocks: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The numbers of (first number, bits) pairs, in order: (32, 0b101) is 32 and 34."""
    for first, bits in sorted(blocks):
        yield from (first + index for index in range(32) if bits >> index & 1)


def runs_of(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Runs of numbers that follow each other, both ends included; the numbers come in order."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number <= runs[-1][1] + 1:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    return tuple(runs)
