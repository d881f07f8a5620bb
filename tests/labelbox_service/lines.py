"""The line of a data row as an export with its parameters has it, cut out of the whole."""

from collections.abc import Collection, Mapping
from typing import Any

from tests.labelbox_service.workspace import Json, Row, stamp

ROW_BLOCKS = {
    "includeAttachments": ("attachments",),
    "includeMetadata": ("metadata_fields",),
    "includeEmbeddings": ("embeddings",),
}
PROJECT_BLOCKS = {"includeProjectDetails": ("project_details",)}
LABEL_BLOCKS = {
    "includeLabelDetails": ("label_details",),
    "includePerformanceDetails": ("performance_details", "performance_details_v2"),
}
RUN_BLOCKS = {"includePredictions": ("predictions",)}


def exported(row: Row, parameters: Json, projects: Collection[str] | None, runs: Collection[str] | None) -> Json:
    """The line with the blocks that the parameters ask for, of those projects and model runs, None for all."""
    line = _without(row.line, parameters, ROW_BLOCKS)
    line["data_row"] = _data_row(row, parameters)
    line["projects"] = {
        project_id: _labeled(_without(block, parameters, PROJECT_BLOCKS), parameters)
        for project_id, block in line.get("projects", {}).items()
        if projects is None or project_id in projects
    }
    experiments = _experiments(line.pop("experiments", {}), parameters, runs)
    return line | {"experiments": experiments} if experiments else line


def _data_row(row: Row, parameters: Json) -> Json:
    data_row: Json = {name: value for name, value in row.line["data_row"].items() if name != "details"}
    if not parameters.get("includeDataRowDetails"):
        return data_row
    details = {"dataset_id": row.dataset} | (row.line["data_row"].get("details") or {})
    return data_row | {"details": details | {"last_activity_at": stamp(row.last_activity_at)}}


def _experiments(models: Json, parameters: Json, runs: Collection[str] | None) -> Json:
    """The models that have one of the runs."""
    found = {}
    for model_id, model in models.items():
        chosen = {
            run_id: _labeled(_without(run, parameters, RUN_BLOCKS), parameters)
            for run_id, run in model.get("runs", {}).items()
            if runs is None or run_id in runs
        }
        if chosen:
            found[model_id] = model | {"runs": chosen}
    return found


def _labeled(block: Json, parameters: Json) -> Json:
    """A project's or run's block with no more of its labels and predictions than was asked for."""
    for name in ("labels", "predictions"):
        if name in block:
            block[name] = [_without(label, parameters, LABEL_BLOCKS) for label in block[name]]
    return block


def _without(found: Json, parameters: Json, blocks: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """A copy without the blocks that were not asked for."""
    dropped = {name for parameter, names in blocks.items() if not parameters.get(parameter) for name in names}
    return {name: value for name, value in found.items() if name not in dropped}
