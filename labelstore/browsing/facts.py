"""The facts of a label and of a data row, as pairs of a word and a text."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from labelstore.browsing.local_assets import is_web_address
from labelstore.browsing.paths import Paths
from labelstore.figures import duration, figure, moment, share
from labelstore.formats.signed_urls import without_tokens
from labelstore.json.truncate import truncated
from labelstore.scenes.scene import Asset, Scene

LONGEST = 300


class Fact(NamedTuple):
    """One fact; `href` where it is a link, to another site if `outside`."""

    word: str
    text: str
    href: str | None = None
    outside: bool = False


def facts_of_label(scene: Scene, paths: Paths) -> list[Fact]:
    """Who, when, how long, scores and state of a label."""
    return list(_of_label(scene.facts, paths))


def _of_label(row: dict[str, Any], paths: Paths) -> Iterator[Fact]:
    yield Fact("Label", cut(row["label_id"]))
    if row["data_row_id"] is not None:
        yield Fact("Data row", cut(row["data_row_id"]), paths.data_row(row["data_row_id"]))
    if row["project_name"] or row["project_id"]:
        href = paths.table("labels", project_id__exact=row["project_id"]) if row["project_id"] else None
        yield Fact("Project", cut(row["project_name"] or row["project_id"]), href)
    if row["model_run_id"] is not None:
        yield Fact("Prediction of model run" if row["is_prediction"] else "Model run", cut(row["model_run_id"]))
    if row["created_by"]:
        yield Fact("Labeled by", cut(row["created_by"]))
    for word, column in (("Created", "created_at"), ("Updated", "updated_at")):
        if row[column]:
            yield Fact(word, cut(moment(row[column])))
    if (took := _time_taken(row)) is not None:
        yield Fact("Time", took)
    for word, column in (("Agreement", "agreement"), ("Benchmark agreement", "benchmark_agreement")):
        if row[column] is not None and row[column] != -1:  # -1: not computed
            yield Fact(word, share(row[column]) if 0 <= row[column] <= 1 else figure(row[column]))
    if row["benchmark_id"]:
        yield Fact("Benchmark", cut(row["benchmark_id"]), paths.label(row["benchmark_id"]))
    if row["is_benchmark"]:
        yield Fact("Is the benchmark", "yes")
    if row["skipped"]:
        yield Fact("Skipped", "yes")
    if row["has_open_issues"]:
        yield Fact("Open issues", figure(row["has_open_issues"]))
    if row["workflow_task_name"]:
        yield Fact("Workflow", cut(row["workflow_task_name"]))
    if row["data_split"]:
        yield Fact("Data split", cut(row["data_split"]))
    yield Fact("Export", f"{row['generation']} ({row['shape']})" if row["shape"] != row["generation"] else row["shape"])
    if row["view_label"] and is_web_address(row["view_label"]):
        yield Fact("Editor", "View Label", row["view_label"], outside=True)


def _time_taken(row: dict[str, Any]) -> str | None:
    if row["seconds_to_label"] is None:
        return None
    parts = [
        f"{duration(row[column])} {what}"
        for what, column in (
            ("creating", "seconds_to_create" if row["generation"] == "v1" else "seconds_labeling"),  # v2: all of it
            ("reviewing", "seconds_to_review"),
            ("reworking", "seconds_to_rework"),
        )
        if row[column]
    ]
    return duration(row["seconds_to_label"]) + (f" ({', '.join(parts)})" if parts else "")


def facts_of_asset(asset: Asset) -> list[Fact]:
    """Type, ids, size and address of a data row."""
    return list(_of_asset(asset))


def _of_asset(asset: Asset) -> Iterator[Fact]:
    yield Fact("Asset type", asset.asset_type)
    for word, value in (
        ("External id", asset.external_id),
        ("Global key", asset.global_key),
        ("Type", asset.mime_type),
    ):
        if value:
            yield Fact(word, cut(value))
    origin = " (from its file)" if asset.size_source == "file" else ""
    if asset.width and asset.height:
        yield Fact("Size", f"{figure(asset.width)} × {figure(asset.height)}{origin}")
    if asset.frame_count:
        rate = f", {figure(asset.frame_rate)} a second" if asset.frame_rate else ""
        yield Fact("Frames", f"{figure(asset.frame_count)}{rate}{origin}")
    if asset.duration:
        yield Fact("Duration", duration(asset.duration))
    if asset.row_data:
        href = asset.row_data if is_web_address(asset.row_data) else None
        yield Fact("Asset", cut(without_tokens(asset.row_data)), href, outside=True)


def cut(value: Any) -> str:
    """A value as text, cut at `LONGEST`."""
    return truncated(str(value), LONGEST)
