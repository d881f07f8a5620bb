"""Frames files of the legacy export: one line per labelled frame of a video or DICOM label."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from labelstore.samples import v1_answers, v1_objects
from labelstore.samples.dice import Dice
from labelstore.samples.ontology import Ontology
from labelstore.samples.tracks import Track, tracks
from labelstore.samples.v1_answers import Habit

Json = dict[str, Any]

GEOMETRY_KEYS = {"bounding_box": "bbox", "polygon": "polygon", "polyline": "line", "point": "point"}
CANVAS = (1920, 1080)


def lines(dice: Dice, label_id: str, ontology: Ontology) -> Iterator[Json]:
    """The lines of one label, by frame number; frames where nothing was drawn are left out."""
    by_frame: dict[int, list[tuple[Track, bool]]] = defaultdict(list)
    for track in tracks(dice, ontology, dice.between(1, 4), CANVAS):
        for frame, is_key in track.frames(interpolated=True):
            by_frame[frame].append((track, is_key))
    for frame in sorted(by_frame):
        objects = [_object(dice, label_id, track, frame, is_key) for track, is_key in by_frame[frame]]
        line: Json = {
            "frameNumber": frame,
            "classifications": _classifications(dice, ontology),
            "objects": objects,
        }
        if ontology.asset_type == "dicom":
            line["relationships"] = v1_objects.relationships(dice, ontology, objects)
        yield line


def _object(dice: Dice, label_id: str, track: Track, frame: int, is_key: bool) -> Json:
    tool = track.tool
    made: Json = {
        "featureId": track.feature_id,
        "schemaId": tool.schema_id,
        "title": tool.name,
        "value": tool.value,
        "color": tool.color,
        "keyframe": is_key,
    }
    if track.shape is None:
        made["instanceURI"] = (
            f"https://api.example.com/masks/feature/{track.feature_id}?label={label_id}&frame={frame}&token=sample"
        )
    else:
        made[GEOMETRY_KEYS[tool.kind]] = track.shape_at(frame, int if is_key else None)
    answer = bool(tool.questions) and dice.chance(0.2)
    made["classifications"] = v1_answers.of_object(dice, tool, Habit(keyframe=is_key)) if answer else []
    return made


def _classifications(dice: Dice, ontology: Ontology) -> list[Json]:
    if dice.chance(0.85):
        return []
    return v1_answers.answered(dice, ontology.questions[:1], Habit(keyframe=dice.chance(0.5)))
