"""A label of a store → the scene to be drawn."""

from labelstore.analyses.class_colors import ClassColors, class_colors
from labelstore.scenes.assets import read_asset
from labelstore.scenes.audio_timeline import read_moments
from labelstore.scenes.documents import blocks_of, in_pages, page_number, texts_of
from labelstore.scenes.frames import Frames, in_group, read_frames
from labelstore.scenes.geometry import COLUMNS, JOINS, geometry_of, is_on_map
from labelstore.scenes.messages import with_messages
from labelstore.scenes.questions import Questions, read_questions
from labelstore.scenes.relations import read_relations
from labelstore.scenes.scene import Scene, Shape
from labelstore.scenes.source import Row, Source
from labelstore.scenes.tracks import ReadTracks, Tracks, read_tracks

LIMIT = 2000
"""Objects that are read for a drawing by default."""

_LABEL = """
select l.*, p.name as project_of_label
from labels as l
left join projects as p on p.project_id = l.project_id
where l.label_id = $label_id
"""
_REVIEWS = "select * from reviews where label_id = $label_id order by ordinal"
_OBJECTS = f"""
select o.*, {COLUMNS}
from {{objects}}
{JOINS}
where {{condition}}
order by o.object_id
limit $limit
"""
_COUNT = "select count(*) as number from {objects} where {condition}"


def read_scene(
    source: Source,
    label_id: str,
    *,
    limit: int = LIMIT,
    frame: int | None = None,
    group: str | None = None,
    tracks: bool = True,
    tracks_by: ReadTracks = read_tracks,
) -> Scene | None:
    """The scene of a label, or None if the store does not hold it.

    Of a label with frames the objects and questions of one frame are read, besides those of the label itself: of
    `frame` in `group`, else of the first that has objects. `tracks_by` reads the tracks, or remembers those that were
    read before. Without `tracks` the scene has none: they take most of
    the time for a long video.
    """
    facts = next(iter(source.query(_LABEL, {"label_id": label_id})), None)
    if facts is None:
        return None
    facts["project_name"] = facts.pop("project_of_label") or facts["project_name"]
    facts["reviews"] = list(source.query(_REVIEWS, {"label_id": label_id}))
    frames = read_frames(source, label_id, frame, group)
    questions = read_questions(source, label_id, frames=frames)
    colors = class_colors(source)
    shapes, count = _shapes(source, facts, frames, questions, colors, limit)
    asset = read_asset(source, facts["data_row_id"])
    timed = tracks and (frames is not None or facts["segment_count"])
    found = tracks_by(source, label_id, colors, frames.group if frames else None) if timed else Tracks((), 0)
    asked = questions.of_label
    if asset.asset_type == "audio":
        moments = read_moments(source, label_id, colors)
        asked = (*(one for one in asked if one.frame_number is None), *moments.questions)
        found = Tracks(moments.tracks, moments.track_count)
    relations = read_relations(source, label_id, frames)
    frames = frames or Frames((), None, (), None)
    return Scene(
        label_id,
        facts,
        asset,
        with_messages(source, label_id, shapes),
        count,
        asked,
        relations,
        tracks=found.tracks,
        track_count=found.total,
        frames=frames.numbers,
        groups=frames.groups,
        frame_number=frames.number,
        group_name=frames.group,
    )


def _shapes(
    source: Source, facts: Row, frames: Frames | None, questions: Questions, colors: ClassColors, limit: int
) -> tuple[tuple[Shape, ...], int]:
    """The objects of the label itself and of the frame, and how many there are."""
    sources: list[tuple[str, str, Row]] = []
    if frames is None or facts["object_count"]:
        sources.append(("objects as o", "o.label_id = $label_id and o.frame_id is null", {}))
    if frames is not None and frames.number is not None:
        condition, values = in_group(frames.group)
        condition = f"f.label_id = $label_id and {condition} and f.frame_number = $frame_number"
        joined = "frames as f join objects as o on o.frame_id = f.frame_id"
        sources.append((joined, condition, {**values, "frame_number": frames.number}))
    shapes: list[Shape] = []
    count = 0
    for objects, condition, more in sources:
        values = {"label_id": facts["label_id"], **more}
        sql = _OBJECTS.format(objects=objects, condition=condition)
        rows = source.query(sql, {**values, "limit": max(limit - len(shapes), 0)})
        shapes += (_shape(row, questions, colors, frames.group if frames else None) for row in rows)
        sql = _COUNT.format(objects=objects, condition=condition)
        count += next(iter(source.query(sql, values)))["number"]
    return in_pages(shapes, facts["generation"]), count


def _shape(row: Row, questions: Questions, colors: ClassColors, group: str | None) -> Shape:
    return Shape(
        row["object_id"],
        row["name"] or row["value"] or row["kind"] or "object",
        row["kind"] or "unknown",
        colors.of(row["color"], row["name"]),
        geometry_of(row),
        row["feature_id"],
        row["frame_number"],
        None if row["frame_id"] is None else group,
        page=page_number(row["page"]),
        unit=row["unit"] or row["text_entities_unit"],
        page_size=(row["page_width"], row["page_height"]) if row["page_width"] and row["page_height"] else None,
        blocks=blocks_of(row["text_entities_location"]),
        questions=questions.of_objects.get(row["object_id"], ()),
        texts=texts_of(row["text_entities_location"]),
        geo=is_on_map(row),
    )
