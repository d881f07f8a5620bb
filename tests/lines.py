"""v2 lines made by hand, for tests of what SQL answers."""

from collections.abc import Sequence
from typing import Any


def v2(row_id: str, *labels: Any, project: Any = "p2", media: Any = None, **members: Any) -> dict[str, Any]:
    """A v2 line of a data row with labels in one project, named Signs; `details` are its project_details."""
    details = members.pop("details", None)
    block: dict[str, Any] = {"name": "Signs", "labels": list(labels)}
    if details is not None:
        block["project_details"] = details
    return {
        "data_row": {"id": row_id, "external_id": f"{row_id}.jpg", "row_data": f"https://storage.example.com/{row_id}"},
        "media_attributes": media or {"asset_type": "image"},
        "projects": {project: block},
    } | members


def label(
    label_id: str, *objects: Any, classifications: Sequence[Any] = (), by: str = "bo@example.com", **more: Any
) -> dict[str, Any]:
    """A v2 label; `at`, `reviews`, `create`, `review` and `skipped` go to its details and performance."""
    at = more.pop("at", "2024-01-02T10:00:00.000+00:00")
    details = {"created_at": at, "updated_at": at, "created_by": by, "reviews": more.pop("reviews", [])}
    performance = {
        "seconds_to_create": more.pop("create", 20),
        "seconds_to_review": more.pop("review", 0),
        "skipped": more.pop("skipped", False),
    } | {key: more.pop(key) for key in ("benchmark_score", "consensus_score") if key in more}
    return {
        "label_kind": "Default",
        "version": "1.0.0",
        "id": label_id,
        "label_details": details,
        "performance_details": performance,
        "annotations": {"objects": list(objects), "classifications": list(classifications), "relationships": []},
    } | more


def thing(name: str, feature_id: str, kind: str, **geometry: Any) -> dict[str, Any]:
    """A v2 object."""
    return {"feature_id": feature_id, "name": name, "value": name.lower(), "annotation_kind": kind} | geometry


def square(name: str, feature_id: str, left: float, top: float, width: float, height: float) -> dict[str, Any]:
    place = {"top": top, "left": left, "height": height, "width": width}
    return thing(name, feature_id, "ImageBoundingBox", classifications=[], bounding_box=place)
