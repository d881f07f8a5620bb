"""Lines of a current ("v2") export: one data row each, with the labels of its projects and model runs."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

from labelstore.samples import moments, v2_answers, v2_blocks, v2_objects, v2_timed
from labelstore.samples.assets import Asset, asset
from labelstore.samples.dice import Dice
from labelstore.samples.ids import LABELERS, REVIEWERS, uuid
from labelstore.samples.ontology import Ontology, ontologies
from labelstore.samples.v2_answers import Era
from labelstore.samples.v2_blocks import Export

Json = dict[str, Any]

BETA = Era(
    2023,
    schema_ids=False,
    values=False,
    composite_masks=False,
    line_kind="ImageLine",
    page_dimensions=False,
    asset_types=False,
    tokens=False,
    timed_audio=False,
    related_objects=True,
)
LATE_2023 = replace(BETA, schema_ids=True, line_kind="ImagePolyline", page_dimensions=True)
EARLY_2024 = Era(2024, asset_types=False, tokens=False, timed_audio=False)
LATE_2024 = Era(2024)
SINCE_2025 = Era(2025, exif_rotation=1, detailed=True)

# An archive of exports: stretches of so many data rows, each from one export with its own flags.
ERAS = (SINCE_2025, LATE_2024, BETA, EARLY_2024, LATE_2023)
STRETCH = 12
FLAGS = (
    "data_row_details",
    "metadata_fields",
    "attachments",
    "embeddings",
    "project_details",
    "label_details",
    "performance_details",
    "interpolated_frames",
    "experiments",
)
LABEL_KINDS = {"video": "Video", "dicom": "Dicom", "audio": "Audio"}
OBJECTS = {"image": (4, 18), "document": (2, 10), "geospatial": (2, 8), "llm": (0, 3)}
WORKFLOW = (
    ("TO_LABEL", "Initial labeling task"),
    ("IN_REVIEW", "Initial review task"),
    ("IN_REWORK", "Rework"),
    ("DONE", "Done"),
    ("DONE", "Done"),
)


def data_rows(asset_type: str, seed: int) -> Iterator[Json]:
    """Endless data rows of one asset type."""
    dice = Dice("v2", asset_type, seed)
    numbers = count()
    for stretch in count():
        export = Export(ERAS[stretch % len(ERAS)], _flags(dice, stretch))
        for _ in range(STRETCH):
            yield _data_row(dice, export, asset_type, next(numbers))


def _flags(dice: Dice, stretch: int) -> frozenset[str]:
    """Everything in the first stretch, nothing in the second, then any mixture."""
    if stretch < 2:
        return frozenset(FLAGS if stretch == 0 else ())
    return frozenset([flag for flag in FLAGS if dice.chance(0.2 if flag == "experiments" else 0.5)])


def _data_row(dice: Dice, export: Export, asset_type: str, number: int) -> Json:
    projects = ontologies(asset_type)
    first = 0 if dice.chance(0.7) else 1
    row = asset(dice, projects[first], number)
    made: Json = {
        "data_row": v2_blocks.identity(dice, export, row),
        "media_attributes": v2_blocks.media(dice, export.era, row),
    }
    for flag, block in v2_blocks.BLOCKS.items():
        if flag in export.flags:
            made[flag] = block(dice)
    members = projects if dice.chance(0.1) else projects[first : first + 1]
    made["projects"] = {
        ontology.project_id: _project(dice, export, replace(row, ontology=ontology)) for ontology in members
    }
    if "experiments" in export.flags:
        made["experiments"] = _experiments(dice, export, row) if dice.chance(0.8) else {}
    return made


def _project(dice: Dice, export: Export, row: Asset) -> Json:
    """One project's view of the data row: no label in 8 % of the cases, several by consensus in 10 %."""
    consensus = dice.chance(0.1)
    labels = (
        [] if dice.chance(0.08) else [_label(dice, export, row) for _ in range(dice.between(2, 3) if consensus else 1)]
    )
    if "performance_details" in export.flags:
        _score(dice, labels, consensus=consensus)
    made: Json = {"name": row.ontology.project_name, "labels": labels}
    if export.era.asset_types:
        made["project_tags"] = []
    if "project_details" in export.flags:
        made["project_details"] = _project_details(dice, export.era, row.ontology, labels, consensus=consensus)
    return made


def _score(dice: Dice, labels: list[Json], *, consensus: bool) -> None:
    key = "consensus_score" if consensus else "benchmark_score"
    for label in labels if consensus or dice.chance(0.15) else ():
        label["performance_details"][key] = dice.random()
        if not consensus:
            label["performance_details"]["benchmark_reference_label"] = Dice("benchmark", label["id"]).id()
        elif "performance_details_v2" in label:
            label["performance_details_v2"][key] = label["performance_details"][key]


def _project_details(dice: Dice, era: Era, ontology: Ontology, labels: list[Json], *, consensus: bool) -> Json:
    status, task = dice.pick(WORKFLOW) if labels else WORKFLOW[0]
    made: Json = {"ontology_id": ontology.ontology_id, "task_name": task}
    if era.year > 2023:
        made["task_id"] = uuid(Dice("task", ontology.project_id, task).random)
    if dice.chance(0.7):
        made |= {"batch_id": uuid(dice.random), "batch_name": f"Batch {dice.between(1, 9)}"}
    made |= {
        "workflow_status": status,
        "priority": dice.between(1, 5),
        "consensus_expected_label_count": 3 if consensus else 1,
        "workflow_history": _workflow_history(dice, era.year, status),
    }
    if consensus and labels:
        made["selected_label_id"] = labels[0]["id"]
    return made


def _workflow_history(dice: Dice, year: int, status: str) -> list[Json]:
    """Newest first: the oldest entry has no previous task, an approval no next one."""
    if status == "TO_LABEL":
        return []
    moved, judged = sorted([moments.rounded(dice, year), moments.rounded(dice, year)])
    review, review_task = uuid(dice.random), "Initial review task"
    by = dice.pick(LABELERS)
    move = {"action": "Move", "created_at": moved, "created_by": by}
    move |= {"next_task_id": review, "next_task_name": review_task}
    if status == "IN_REVIEW":
        return [move]
    verdict = {"action": "Approve", "created_at": judged, "created_by": dice.pick(REVIEWERS)}
    verdict |= {"previous_task_id": review, "previous_task_name": review_task}
    if status == "IN_REWORK":
        verdict |= {"action": "Reject", "next_task_id": uuid(dice.random), "next_task_name": "Rework"}
    return [verdict, move]


def _label(dice: Dice, export: Export, row: Asset) -> Json:
    skipped = dice.chance(0.03)
    annotations = _annotations(dice, export, row)
    made: Json = {
        "label_kind": LABEL_KINDS.get(row.asset_type, "Default"),
        "version": "1.0.0",
        "id": dice.id(),
    }
    if "label_details" in export.flags:
        made["label_details"] = _label_details(dice, export.era)
    if "performance_details" in export.flags:
        made |= _performance(dice, export.era, skipped=skipped)
    made["annotations"] = {key: type(found)() for key, found in annotations.items()} if skipped else annotations
    if export.era.detailed and made["annotations"].get("objects"):
        drawn = (*made["annotations"]["relationships"], *made["annotations"]["objects"])
        made["z_order"] = [item["feature_id"] for item in reversed(drawn)]
    return made


def _performance(dice: Dice, era: Era, *, skipped: bool) -> Json:
    """The time on a label; `seconds_to_create` is all of it."""
    labeling, review = dice.between(3, 400), dice.between(0, 60)
    rework = min(review // 3, labeling)
    total = {"seconds_to_create": labeling + review, "seconds_to_review": review, "skipped": skipped}
    if not era.detailed:
        return {"performance_details": total}
    parts = {"seconds_to_label": labeling - rework, "seconds_to_review": review, "seconds_to_rework": rework}
    parts |= {"seconds_total": labeling + review, "skipped": skipped}
    return {"performance_details": total, "performance_details_v2": parts}


def _label_details(dice: Dice, era: Era) -> Json:
    year = era.year
    created, updated = moments.created_and_updated(dice, year)
    made: Json = {"created_at": created, "updated_at": updated, "created_by": dice.pick(LABELERS)}
    if year > 2023:
        made["content_last_updated_at"] = updated
    score = -1 if dice.chance(0.25) else 1
    review = {"reviewed_at": updated, "reviewed_by": dice.pick(REVIEWERS), "score": score}
    made["reviews"] = [review] if dice.chance(0.25) else []
    if era.detailed:
        made["scores"] = {"quality_score": 100.0 if score == 1 else 62.5, "violation_count": 0.0 if score == 1 else 3.0}
    return made


def _annotations(dice: Dice, export: Export, row: Asset) -> Json:
    """The containers that an asset of its type has."""
    era, interpolated = export.era, "interpolated_frames" in export.flags
    if row.asset_type == "video":
        return v2_timed.video(dice, era, row, interpolated=interpolated)
    if row.asset_type == "dicom":
        return v2_timed.dicom(dice, era, row, interpolated=interpolated)
    if row.asset_type == "audio":
        return v2_timed.audio(dice, era, row)
    most = dice.between(*OBJECTS.get(row.asset_type, (1, 6))) if row.ontology.deck else 0
    objects = v2_objects.objects(dice, era, row, most)
    messages = row.asset_type in ("conversation", "llm") and bool(row.ontology.deck)
    classifications = v2_answers.of_label(dice, era, row.ontology.questions, messages=messages)
    relationships = v2_objects.relationships(dice, era, row, objects)
    return {
        "objects": [*objects, *relationships] if era.related_objects else objects,
        "classifications": classifications,
        "relationships": relationships,
    }


def _experiments(dice: Dice, export: Export, row: Asset) -> Json:
    """One model with one or two runs, each with a label and a prediction."""
    model = Dice("model", row.ontology.project_id)
    predicting = replace(export, era=replace(export.era, confidence=True))
    runs: Json = {}
    for number in range(dice.between(1, 2)):
        runs[uuid(model.random)] = {
            "name": f"run {number + 1}",
            "run_data_row_id": uuid(dice.random),
            "split": dice.pick(("training", "validation", "test")),
            "labels": [_label(dice, export, row)],
            "predictions": [_label(dice, predicting, row)] if dice.chance(0.9) else [],
        }
    return {uuid(model.random): {"name": "Sample model", "runs": runs}}
