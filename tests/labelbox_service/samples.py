"""Data rows with everything in them, as an export has them that asks for everything."""

from collections.abc import Iterator

from labelstore.samples import v2
from labelstore.samples.dice import Dice
from labelstore.samples.v2_blocks import Export
from tests import lines
from tests.labelbox_service.workspace import Json

PROJECT = "project-1"


def sample_lines(rows: int, asset_type: str, seed: int = 0) -> Iterator[Json]:
    """That many v2 lines of the samples, all with every block; about a thousand in a second."""
    dice, export = Dice("v2", asset_type, seed), Export(v2.SINCE_2025, frozenset(v2.FLAGS))
    return (v2._data_row(dice, export, asset_type, number) for number in range(rows))


def small_line(number: int, project: str = PROJECT, **members: object) -> Json:
    """Data row `row-<number>` of a project, with a box named Straßenschild in its label, made quickly."""
    box = lines.square("Straßenschild", f"feature-{number}", number, 2, 30, 40) | {"feature_schema_id": "schema-box"}
    made = lines.v2(
        f"row-{number}",
        lines.label(f"label-{number}", box),
        project=project,
        details={"workflow_status": "DONE", "batch_id": f"batch-{number % 3}", "ontology_id": f"ontology-{project}"},
        media={"asset_type": "image", "width": 640, "height": 480},
        attachments=[],
        metadata_fields=[{"schema_name": "camera", "value": "left"}],
    )
    made["data_row"] |= {"global_key": f"key-{number}", "details": {"dataset_id": "dataset-1"}}
    return made | members


def small_lines(rows: int, project: str = PROJECT) -> Iterator[Json]:
    return (small_line(number, project) for number in range(rows))
