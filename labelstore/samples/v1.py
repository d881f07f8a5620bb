"""Elements of a legacy ("v1") export: one label each, in the shapes of 2020 to 2024."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from typing import Any

from labelstore.samples import moments, v1_answers, v1_frames, v1_objects
from labelstore.samples.assets import Asset, asset, tiles, video_attributes
from labelstore.samples.dice import Dice
from labelstore.samples.ids import LABELERS, REVIEWERS, uuid
from labelstore.samples.ontology import ontologies
from labelstore.samples.v1_answers import Habit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Era:
    """What an export of some year looks like; formats/labelbox-v1.md, section 1."""

    year: int
    relationships: bool = True
    benchmark_reference: bool = False
    color_first: bool = False
    issues: bool = True
    global_key: bool = False
    late: bool = False
    model_run: bool = False
    answers_key: str = "answers"


EARLY_L3 = Era(2020, relationships=False, benchmark_reference=True, issues=False, answers_key="answer")
L3 = Era(2020, relationships=False, issues=False, answers_key="answer")
L4 = Era(2021, color_first=True)
L5 = Era(2022, global_key=True)
LATE_L5 = Era(2023, global_key=True, late=True)
MODEL_RUN = Era(2023, global_key=True, model_run=True)

# An archive of exports: stretches of so many data rows, each from one export.
STRETCHES = (LATE_L5, L4, L5, MODEL_RUN, L3, LATE_L5, EARLY_L3, L4, LATE_L5)
STRETCH = 12

OBJECTS = {"image": (4, 18), "document": (2, 10), "geospatial": (2, 8)}


def elements(asset_type: str, seed: int) -> Iterator[Json]:
    """Endless elements of one asset type."""
    dice = Dice("v1", asset_type, seed)
    numbers = count()
    for era in cycle(STRETCHES):
        for _ in range(STRETCH):
            projects = ontologies(asset_type)
            row = asset(dice, projects[0] if dice.chance(0.7) else projects[1], next(numbers))
            yield from _passes(dice, era, row)


def _passes(dice: Dice, era: Era, row: Asset) -> Iterator[Json]:
    """The labels of one data row: one mostly, more by consensus or against a benchmark."""
    if era.model_run or dice.chance(0.9):
        yield _element(dice, era, row, dice.id(), {})
        return
    if dice.chance(0.4):
        benchmark, other = dice.id(), dice.id()
        yield _element(dice, era, row, benchmark, {"Is Benchmark": 1})
        yield _element(dice, era, row, other, {"Benchmark Agreement": dice.random(), "Benchmark ID": benchmark})
        return
    agreement = dice.random()
    for _ in range(dice.between(2, 3)):
        yield _element(dice, era, row, dice.id(), {"Agreement": agreement})


def _element(dice: Dice, era: Era, row: Asset, label_id: str, scores: Json) -> Json:
    if era.model_run:
        label_id = uuid(dice.random)
    skipped = dice.chance(0.03)
    created = moments.second(dice, era.year)
    seconds = dice.pick((25, dice.random() * 300, dice.between(3, 400) + 0.91400000000002))
    made: Json = {
        "ID": label_id,
        "DataRow ID": row.id,
        "Labeled Data": _labeled_data(dice, era, row),
        "Label": dice.pick(({}, "Skip")) if skipped else _label(dice, era, row, label_id),
        "Created By": dice.pick(LABELERS),
        "Project Name": row.ontology.project_name,
        "Created At": f"{created}.000Z",
        "Updated At": f"{created}.{dice.between(1, 999):03}Z" if era.year > 2020 else f"{created}.000Z",
        "Seconds to Label": seconds,
    }
    if era.late:
        made |= {"Seconds to Review": dice.between(0, 60), "Seconds to Create": seconds}
    made["External ID"] = row.external_id
    if era.global_key:
        made["Global Key"] = row.global_key
    made["Agreement"] = scores.get("Agreement", -1)
    if era.model_run:
        made["Data Split"] = dice.pick(("training", "training", "validation", "test", None))
        made["Media Attributes"] = _media_attributes(dice, row)
        return made
    if era.late:
        made["Is Benchmark"] = scores.get("Is Benchmark", 0)
    made["Benchmark Agreement"] = scores.get("Benchmark Agreement", -1)
    made["Benchmark ID"] = scores.get("Benchmark ID")
    if era.benchmark_reference:
        made["Benchmark Reference ID"] = None
    made["Dataset Name"] = row.ontology.dataset_name
    made["Reviews"] = _reviews(dice, era, label_id, created)
    made["View Label"] = f"https://editor.example.com?project={row.ontology.project_id}&label={label_id}"
    if era.issues:
        made["Has Open Issues"] = 1 if dice.chance(0.05) else 0
        made["Skipped"] = skipped
    if era.late:
        made["DataRow Workflow Info"] = _workflow(dice, created)
        made["Media Attributes"] = _media_attributes(dice, row)
        made["DataRow Metadata"] = _metadata(dice)
        made["Data Split"] = dice.pick((None, None, "training", "validation", "test"))
    return made


def _labeled_data(dice: Dice, era: Era, row: Asset) -> str:
    if row.ontology.tiling:
        return tiles(dice, row)
    if row.asset_type == "text" and dice.chance(0.4):
        return row.text
    if era.year < 2021:
        return row.address
    return f"{row.address}?Expires=1700000000&KeyName=sample&Signature=AbC-_dEf%3D%3D"


def _label(dice: Dice, era: Era, row: Asset, label_id: str) -> Any:
    """The content of `Label` that was not skipped."""
    habit = Habit(
        nested=era.late and dice.chance(0.4),
        answers_key=era.answers_key,
        scope=era.late and dice.chance(0.5),
        messages=row.asset_type == "conversation",
        color_first=era.color_first,
    )
    if row.asset_type in ("video", "dicom"):
        return _framed(dice, era, row, label_id, habit)
    label: Json = {"objects": [], "classifications": v1_answers.of_label(dice, row.ontology.questions, habit)}
    if row.ontology.deck and dice.chance(0.97):
        most = dice.between(*OBJECTS.get(row.asset_type, (1, 6)))
        label["objects"] = v1_objects.objects(dice, row, most, habit)
    if era.relationships:
        label["relationships"] = v1_objects.relationships(dice, row.ontology, label["objects"])
    return label


def _framed(dice: Dice, era: Era, row: Asset, label_id: str, habit: Habit) -> Any:
    """Video and DICOM: the address of a frames file, or for some videos the lines of that file in place."""
    if row.asset_type == "video" and dice.chance(0.2):
        return list(v1_frames.lines(dice, label_id, row.ontology))
    url = f"https://api.example.com/v1/frames/{label_id}"
    if not era.relationships:
        return {"frames": url}
    classifications = v1_answers.of_label(dice, row.ontology.questions, habit)
    return {"objects": [], "classifications": classifications, "relationships": [], "frames": url}


def _reviews(dice: Dice, era: Era, label_id: str, created: str) -> list[Json]:
    if dice.chance(0.7):
        return []
    return [_review(dice, label_id if era.late else "", created) for _ in range(dice.between(1, 3))]


def _review(dice: Dice, label_id: str, created: str) -> Json:
    made: Json = {
        "id": dice.id(),
        "score": -1 if dice.chance(0.25) else 1,
        "createdAt": f"{created}.{dice.between(1, 999):03}Z",
        "createdBy": dice.pick(REVIEWERS),
    }
    if label_id:
        made["labelId"] = label_id
    return made


def _workflow(dice: Dice, created: str) -> Json:
    at = f"{created}.000Z"
    history: list[Json] = [
        {
            "actorId": dice.id(),
            "action": "Move",
            "createdAt": at,
            "nextTaskId": uuid(dice.random),
            "nextTaskName": "Initial review task",
        }
    ]
    done = dice.chance(0.4)
    if done:
        approval = {
            "actorId": dice.id(),
            "action": "Approve",
            "createdAt": at,
            "previousTaskId": history[0]["nextTaskId"],
            "previousTaskName": "Initial review task",
        }
        history.insert(0, approval)
    return {"taskName": "Done" if done else "Initial review task", "Workflow History": history}


def _media_attributes(dice: Dice, row: Asset) -> Json:
    made: Json = {
        "assetType": row.asset_type,
        "superType": row.mime_type.split("/")[0],
        "subType": row.mime_type.split("/")[1],
        "mimeType": row.mime_type,
        "contentLength": dice.between(10_000, 9_000_000),
    }
    if row.asset_type in ("image", "video"):
        made |= {"width": row.canvas[0], "height": row.canvas[1]}
    if row.asset_type == "document":
        made["pageCount"] = 9
    if row.asset_type == "video":
        rate = video_attributes(dice)
        made |= {"frameRate": rate["frame_rate"], "frameCount": rate["frame_count"]}
        made |= {"duration": rate["frame_count"] / rate["frame_rate"], "codec": "h264", "codecName": "H.264"}
        made |= {"codecTag": "avc1", "sampleAspectRatio": "1:1"}
    return made


def _metadata(dice: Dice) -> list[Json]:
    """Nobody has shown an item of this list; the keys are a guess."""
    if dice.chance(0.7):
        return []
    value = dice.pick(("night", 12, 0.25, json.dumps(["a", "b"]), "2023-05-16T11:50:48.000Z"))
    return [{"schemaId": dice.id(), "name": "capture", "value": value}]
