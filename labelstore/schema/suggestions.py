"""Names that people try, and the names that the tables have."""

from collections.abc import Iterable

SYNONYMS = {
    "annotation": "objects",
    "annotation_id": "feature_id",
    "annotations": "objects",
    "annotator": "created_by",
    "area": "width height",
    "asset": "data_rows",
    "asset_id": "data_row_id",
    "assets": "data_rows",
    "author": "created_by",
    "bbox": "bounding_boxes",
    "bboxes": "bounding_boxes",
    "box": "bounding_box bounding_boxes",
    "boxes": "bounding_boxes",
    "category": "name",
    "class": "name",
    "class_name": "name",
    "classes": "objects",
    "date": "created_at",
    "datarow": "data_row_id",
    "datarow_id": "data_row_id",
    "datarows": "data_rows",
    "duration": "seconds_to_label",
    "email": "created_by",
    "entities": "text_entities",
    "feature": "feature_id",
    "file": "file_name",
    "file_name": "external_id",
    "filename": "external_id",
    "frame": "frame_number",
    "h": "height",
    "id": "label_id object_id data_row_id project_id",
    "image": "data_rows",
    "image_url": "row_data",
    "images": "data_rows image_labels",
    "json": "label_json",
    "label": "labels",
    "label_time": "seconds_to_label",
    "labeled_at": "created_at",
    "labeled_by": "created_by",
    "labeler": "created_by",
    "labeller": "created_by",
    "label_name": "name",
    "lat": "y",
    "lng": "x",
    "lon": "x",
    "ontology": "features",
    "options": "answers",
    "project": "project_id project_name projects",
    "questions": "classifications",
    "relations": "relationships",
    "reviewer": "created_by",
    "rows": "data_rows",
    "score": "agreement score",
    "segmentation": "masks",
    "segmentations": "masks",
    "status": "workflow_status",
    "spans": "audio_spans segments text_entities",
    "start_time": "start_ms",
    "end_time": "end_ms",
    "text": "row_data token",
    "time": "created_at seconds_to_label",
    "timestamp": "created_at",
    "title": "name",
    "type": "kind asset_type",
    "url": "row_data url",
    "user": "created_by",
    "user_id": "created_by",
    "users": "labels",
    "w": "width",
    "workflow": "workflow_events",
}
"""What other tools and people call it → our names for it, the likeliest first."""


def did_you_mean(wanted: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """The end of an error about an unknown name: at most three of the known ones that are probably meant, else ""."""
    from difflib import get_close_matches  # here, for commands that know their names to start sooner

    names = {name.lower(): name for name in known}
    meant = [names[name] for name in SYNONYMS.get(wanted.lower(), "").split() if name in names]
    close = [names[name] for name in get_close_matches(wanted.lower(), names, 3, likeness)]
    listed = " or ".join(dict.fromkeys(meant[:1] or close))
    return f"did you mean {listed}?" if listed else ""
