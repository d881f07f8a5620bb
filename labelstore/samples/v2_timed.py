"""Annotations along time or depth in the current export: video, DICOM, audio."""

from collections.abc import Iterable
from typing import Any

from labelstore.samples import v2_answers, v2_objects
from labelstore.samples.assets import Asset
from labelstore.samples.dice import Dice
from labelstore.samples.ontology import Question
from labelstore.samples.tracks import Track, tracks
from labelstore.samples.v2_answers import Era

Json = dict[str, Any]

KINDS = {
    "bounding_box": ("BoundingBox", "bounding_box"),
    "polygon": ("Polygon", "polygon"),
    "polyline": ("Polyline", "line"),
    "point": ("Point", "point"),
    "mask": ("SegmentationMask", ""),
}
FAMILIES = {"video": "Video", "dicom": "DICOM"}
AXES = ("Axial", "Sagittal", "Coronal")


def video(dice: Dice, era: Era, row: Asset, *, interpolated: bool) -> Json:
    """`frames`, `segments`, `key_frame_feature_map`, `classifications`; 3 % have segments without a frame."""
    found = tracks(dice, row.ontology, dice.between(1, 4), row.canvas)
    frames = _frames(dice, era, row, found, interpolated=interpolated)
    segments = _segments(found)
    if frames and dice.chance(0.4):
        segments |= _frame_question(dice, era, row, frames)
    return {
        "frames": {} if dice.chance(0.03) else frames,
        "segments": segments,
        "key_frame_feature_map": _key_frames(found, as_map=dice.chance(0.25)),
        "classifications": v2_answers.of_label(dice, era, row.ontology.questions, messages=False),
    }


def dicom(dice: Dice, era: Era, row: Asset, *, interpolated: bool) -> Json:
    """`groups` of three axes, `segments` by axis, `key_frame_feature_map` by feature and often missing."""
    by_axis = {axis: tracks(dice, row.ontology, dice.between(0, 2), row.canvas) for axis in AXES}
    groups: Json = {}
    for axis, found in by_axis.items():
        frames = _frames(dice, era, row, found, interpolated=interpolated)
        about = row.ontology.questions[:1] if dice.chance(0.2) else ()
        answers = [v2_answers.classified(dice, era, question) for question in about]
        groups[axis] = {"name": axis, "classifications": answers, "frames": frames}
    made: Json = {
        "groups": groups,
        "segments": {axis: _segments(found) for axis, found in by_axis.items()},
        "classifications": v2_answers.of_label(dice, era, row.ontology.questions, messages=False),
    }
    if dice.chance(0.8):
        made["key_frame_feature_map"] = {
            track.feature_id: {other: _key_map(track) if other == axis else {} for other in AXES}
            for axis, found in by_axis.items()
            for track in found
        }
    return made


def audio(dice: Dice, era: Era, row: Asset) -> Json:
    """Until mid 2024 the containers of an image, then `segments` and `timestamp`, in milliseconds and no order.

    A question stands at both ends of each span: free text with the spans of the question, other answers with their own.
    """
    answers = v2_answers.of_label(dice, era, row.ontology.questions, messages=False)
    if not era.timed_audio:
        return {"objects": [], "classifications": answers, "relationships": []}
    moments: dict[int, list[Json]] = {}
    segments: Json = {}
    for question in dice.some(row.ontology.questions[:4], 3) if dice.chance(0.7) else ():
        _speak(dice, era, question, moments, segments)
    shuffled = sorted(moments, key=lambda _: dice.random())
    timestamp = {str(time): {"classifications": moments[time]} for time in shuffled}
    return {"classifications": answers, "segments": segments, "timestamp": timestamp}


def _speak(dice: Dice, era: Era, question: Question, moments: dict[int, list[Json]], segments: Json) -> None:
    """Answer the question in one to four spans, of which some begin where the last one ended."""
    feature_id, time = dice.id(), dice.between(0, 20_000)
    for _ in range(dice.between(1, 4)):
        made = {**v2_answers.classified(dice, era, question), "feature_id": feature_id}
        start = time + (0 if dice.chance(0.1) else dice.between(1, 9000))
        end = time = start + dice.between(1, 5000)
        at_end = made
        if question.kind == "text" and dice.chance(0.03):
            at_end = {**made, "text_answer": {"content": "(corrected)"}}
        for moment, told in ((start, made), (end, at_end)):
            moments.setdefault(moment, []).append(told)
        if dice.chance(0.01):
            moments.setdefault((start + end) // 2, []).append(made)  # left behind when the span was moved
        for owner in [made] if question.kind == "text" else v2_answers.given(made):
            segments.setdefault(owner["feature_id"], []).append([start, end])


def _frames(dice: Dice, era: Era, row: Asset, found: Iterable[Track], *, interpolated: bool) -> dict[str, Json]:
    """Stringified frame numbers, ascending; objects by feature id. Only key frames unless interpolated."""
    by_frame: dict[int, Json] = {}
    for track in found:
        for frame, _ in track.frames(interpolated=interpolated):
            line = by_frame.setdefault(frame, {"objects": {}, "classifications": []})
            line["objects"][track.feature_id] = _object(dice, era, row, track, frame)
    return {str(frame): by_frame[frame] for frame in sorted(by_frame)}


def _object(dice: Dice, era: Era, row: Asset, track: Track, frame: int) -> Json:
    kind, key = KINDS[track.tool.kind]
    made = {**v2_answers.feature(dice, era, track.tool), "feature_id": track.feature_id}
    made["annotation_kind"] = FAMILIES[row.asset_type] + kind
    made["classifications"] = v2_answers.of_object(dice, era, track.tool) if dice.chance(0.3) else []
    if track.shape is None:
        made |= v2_objects.masks(dice, era, row.ontology.project_id, track.feature_id, frame)
    else:
        made[key] = track.shape_at(frame, float if frame % 2 else None)
    return made


def _frame_question(dice: Dice, era: Era, row: Asset, frames: dict[str, Json]) -> Json:
    """Answer a question in two frames at most; its segments go by the id of the question or of the answer."""
    made = v2_answers.classified(dice, era, row.ontology.questions[0])
    numbers = list(frames)[:2]
    for number in numbers:
        frames[number]["classifications"].append(made)
    owner = made["radio_answer"] if dice.chance(0.5) else made
    return {owner["feature_id"]: [[int(number), int(number)] for number in numbers]}


def _segments(found: Iterable[Track]) -> Json:
    return {track.feature_id: [list(span) for span in track.spans] for track in found}


def _key_map(track: Track) -> dict[str, bool]:
    return {str(frame): is_key for frame, is_key in track.frames(interpolated=True)}


def _key_frames(found: Iterable[Track], *, as_map: bool) -> Json:
    """By feature: a list of frame numbers, or a map that also says which frames are none."""
    if as_map:
        return {track.feature_id: _key_map(track) for track in found}
    return {track.feature_id: [frame for frame, _ in track.frames(interpolated=False)] for track in found}
