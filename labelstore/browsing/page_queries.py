"""Queries for what a page shows next to the drawing: workflow, attachments, the rebuilt JSON."""

import contextlib
import sqlite3
from typing import Any

import msgspec

from labelstore.formats.signed_urls import without_tokens
from labelstore.scenes import Source
from labelstore.scenes.scene import Scene

Row = dict[str, Any]

LONGEST_JSON = 200_000
"""Characters of JSON on a page; longer JSON is a link."""
MOST_LABELS = 12
"""Labels of a data row that are drawn side by side."""

_EVENTS = """
select e.action, e.created_at, e.created_by, e.previous_task_name, e.next_task_name
from workflow_events as e
where e.data_row_id = $data_row_id
    and (e.label_id = $label_id or e.label_id is null and e.project_id is $project_id)
order by e.node_id limit 100
"""
_PROJECTS = """
select j.project_id, coalesce(j.name, p.name) as name, j.workflow_status, j.task_name, j.batch_name, j.priority
from data_row_projects as j
left join projects as p on p.project_id = j.project_id
where j.data_row_id = $data_row_id
order by j.node_id limit 100
"""
_ATTACHMENTS = "select type, name, value from attachments where data_row_id = $data_row_id order by node_id limit 100"
_METADATA = """
select schema_name as name, value from metadata_fields where data_row_id = $data_row_id order by node_id limit 100
"""
_SIZE = """
select (end_id - node_id) as nodes, coalesce(
    (select sum(length(coordinates)) from objects as o join polygons as g on g.object_id = o.object_id
     where o.label_id = $label_id), 0) as characters
from labels where label_id = $label_id
"""
_JSON = "select json from label_json where label_id = $label_id"
_LABELS = """
select l.label_id, l.created_by, l.created_at, l.is_prediction, l.model_run_id, p.name as project_name
from labels as l
left join projects as p on p.project_id = l.project_id
where l.data_row_id = $data_row_id
order by l.model_run_id is not null, l.node_id
limit 1000
"""


def workflow(source: Source, facts: Row) -> list[Row]:
    """The steps of a label's data row through the workflow of its project, as the export orders them."""
    names = ("data_row_id", "label_id", "project_id")
    return list(source.query(_EVENTS, {name: facts[name] for name in names}))


def projects(source: Source, data_row_id: str) -> list[Row]:
    """The projects of a data row, with its state there (v2)."""
    return list(source.query(_PROJECTS, {"data_row_id": data_row_id}))


def attachments(source: Source, data_row_id: str) -> list[Row]:
    """The attachments of a data row (v2)."""
    return list(source.query(_ATTACHMENTS, {"data_row_id": data_row_id}))


def metadata_fields(source: Source, data_row_id: str) -> list[Row]:
    """The metadata fields of a data row (v2)."""
    return list(source.query(_METADATA, {"data_row_id": data_row_id}))


def labels_of(source: Source, data_row_id: str) -> list[Row]:
    """The labels of a data row, those of labelers before those of model runs."""
    return list(source.query(_LABELS, {"data_row_id": data_row_id}))


def relations(scene: Scene) -> list[Row]:
    """The relationships of a label, with the names of the objects they join."""
    names: dict[str | None, str | None] = {shape.feature_id: shape.name for shape in scene.shapes if shape.feature_id}
    return [
        {"name": one.name, "source": names.get(one.source, one.source), "target": names.get(one.target, one.target)}
        for one in scene.relations[:100]
    ]


def json_text(source: Source, label_id: str) -> str | None:
    """The rebuilt JSON, indented and without the tokens of signed URLs; None where it is too long for a page."""
    size = _one(source, _SIZE, label_id=label_id)
    if not size or (size["nodes"] or 0) > 2_000 or size["characters"] > LONGEST_JSON:
        return None
    try:
        text = whole_json(source, label_id)
    except sqlite3.DataError:  # longer than a value may be
        return None
    if text is None or len(text) > LONGEST_JSON:
        return None
    with contextlib.suppress(msgspec.DecodeError, RecursionError):
        text = msgspec.json.format(text, indent=2)
    return without_tokens(text)


def whole_json(source: Source, label_id: str) -> str | None:
    """The rebuilt JSON; None without such a label."""
    text: str | None = _one(source, _JSON, label_id=label_id).get("json")
    return text


def _one(source: Source, sql: str, **values: Any) -> Row:
    return next(iter(source.query(sql, values)), {})
