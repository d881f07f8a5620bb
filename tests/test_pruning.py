"""What `--prune` removes, beside a model of what should remain: random exports of few labels, rows and projects."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from labelstore.engines import open_database
from labelstore.loading import load
from tests.soaking import amount

PROJECTS = ("pa", "pb", "pc")


class Told(NamedTuple):
    """What a record tells: its labels with project and moment, and all its projects."""

    labels: dict[str, tuple[str, int]]
    projects: set[str]


def at(moment: int) -> str:
    return f"2024-01-{moment:02d}T00:00:00.000Z"


def v1_record(label_id: str, project: str, moment: int) -> dict[str, Any]:
    return {
        "ID": label_id,
        "DataRow ID": f"row-{label_id}",
        "Label": {"objects": [], "classifications": []},
        "Project Name": f"Project {project}",
        "View Label": f"https://editor.example.com?project={project}&label={label_id}",
        "Updated At": at(moment),
    }


def v2_record(row: str, projects: dict[str, dict[str, int]]) -> dict[str, Any]:
    return {
        "data_row": {"id": row},
        "projects": {
            project: {
                "name": f"Project {project}",
                "labels": [
                    {"id": label_id, "label_details": {"updated_at": at(moment)}, "annotations": {"objects": []}}
                    for label_id, moment in labels.items()
                ],
            }
            for project, labels in projects.items()
        },
    }


def v1_export(dice: random.Random) -> Iterator[tuple[dict[str, Any], Told]]:
    for label_id in dice.sample([f"l{number}" for number in range(6)], dice.randint(1, 4)):
        project, moment = dice.choice(PROJECTS), dice.randint(1, 9)
        yield v1_record(label_id, project, moment), Told({label_id: (project, moment)}, {project})


def v2_export(dice: random.Random) -> Iterator[tuple[dict[str, Any], Told]]:
    for row in dice.sample(["r0", "r1", "r2"], dice.randint(1, 3)):
        projects: dict[str, dict[str, int]] = {}
        for project in dice.sample(PROJECTS, dice.randint(1, 3)):
            ids = [f"{row}-{project}-{number}" for number in range(2)]
            projects[project] = {label_id: dice.randint(1, 9) for label_id in ids if dice.random() < 0.6}
        labels = {
            label_id: (project, moment) for project, held in projects.items() for label_id, moment in held.items()
        }
        yield v2_record(row, projects), Told(labels, set(projects))


def loaded(labels: dict[str, tuple[str, int]], records: list[Told], *, force: bool) -> dict[str, tuple[str, int]]:
    """The model: what a load with `--prune` leaves of the labels."""
    labels = dict(labels)
    for record in records:
        stored = [(moment, labels.get(label_id)) for label_id, (_, moment) in record.labels.items()]
        ages = [None if before is None else moment - before[1] for moment, before in stored]
        is_stale = any(age is not None and age < 0 for age in ages) and all(
            age is not None and age <= 0 for age in ages
        )
        if force or not is_stale:
            labels.update(record.labels)
    projects = {project for record in records for project in record.projects}
    told = {label_id for record in records for label_id in record.labels}
    return {label_id: place for label_id, place in labels.items() if label_id in told or place[0] not in projects}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", ["labels.db", "labels.duckdb"])
@pytest.mark.parametrize("generation", ["v1", "v2"])
@pytest.mark.parametrize("force", [False, True])
def test_as_the_model_says(tmp_path: Path, name: str, generation: str, force: bool) -> None:
    dice = random.Random(f"{generation} {force}")
    for round_number in range(amount(4, 1) if name.endswith(".duckdb") else amount(32, 2)):
        store = tmp_path / f"{round_number}-{name}"
        model: dict[str, tuple[str, int]] = {}
        exports = []
        for _ in range(5):
            export = list((v1_export if generation == "v1" else v2_export)(dice))
            exports.append("".join(json.dumps(record) + "\n" for record, _ in export))
            file = tmp_path / "export.ndjson"
            file.write_text(exports[-1])
            before = model
            model = loaded(before, [told for _, told in export], force=force)
            report = load(store, [file], force=force, prune=True)
            with open_database(store, read_only=True) as database:
                found = {
                    label_id: (project, int(moment[8:10]))
                    for label_id, project, moment in database.query(
                        "select label_id, project_id, updated_at from labels"
                    ).rows
                }
                assert found == model, exports
                removed = set(before) - set(model)
                assert report.total("pruned") == report.total("missing") == len(removed), exports
                sql = "select label_id from versions where removed and replaced_by = (select max(load_id) from loads)"
                assert {row[0] for row in database.query(sql).rows} == removed, exports
