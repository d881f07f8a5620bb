"""Metadata for Datasette: titles, descriptions, facets, sorts, names of linked rows, canned queries."""

import re
from functools import cache
from typing import Any

from labelstore.query.catalogue import views
from labelstore.schema.canned_queries import Parameter, queries
from labelstore.schema.catalogue import tables
from labelstore.schema.dialects import SQLITE
from labelstore.schema.generations import GENERATIONS

_PARAMETER = re.compile(r"\$(\w+)")

FACETS = {
    "answers": ("name",),
    "attachments": ("type",),
    "classifications": ("kind", "name"),
    "data_row_projects": ("workflow_status", "project_id"),
    "data_rows": ("asset_type", "dataset_id"),
    "features": ("role", "kind"),
    "labels": ("generation", "project_id", "created_by"),
    "loads": ("generation",),
    "metadata_fields": ("schema_name",),
    "objects": ("kind", "name"),
    "relationships": ("kind",),
    "reviews": ("score", "created_by"),
    "versions": ("removed",),
    "workflow_events": ("action",),
}
FACET_SIZE = 10
"""Values of a facet that are shown; the last one leads to all."""
LABEL_COLUMNS = {
    "answers": "name",
    "classifications": "name",
    "data_rows": "external_id",
    "datasets": "name",
    "frame_groups": "group_name",
    "frames": "frame_number",
    "loads": "file_name",
    "moments": "milliseconds",
    "objects": "name",
    "projects": "name",
}
SORTS = {"datasets": {"sort": "name"}, "features": {"sort": "name"}, "loads": {"sort_desc": "load_id"}}
HIDDEN = ("records", "frame_groups", "media_attributes", "repeated_classifications", "repeated_answers")
"""Tables that only keep the order and completeness of the JSON, or are shown as a part of another."""

ABOUT = (
    "A store of Labelbox exports. Each label, object and data row has a page with its annotations drawn; "
    "their ids lead there."
)


@cache
def _configs() -> dict[str, dict[str, Any]]:
    """Table or view → facets, sort, hidden, label_column, sortable_columns. In any other order, pieces take long."""
    found: dict[str, dict[str, Any]] = {table.name: {} for table in tables()}
    for name, facets in FACETS.items():
        found[name] |= {"facets": list(facets), "facet_size": FACET_SIZE}
    for name, column in LABEL_COLUMNS.items():
        found[name]["label_column"] = column
    for name, sort in SORTS.items():
        found[name] |= sort
    for name in HIDDEN:
        found[name]["hidden"] = True
    for generation in GENERATIONS.values():
        found[generation.pieces_view] = {"sortable_columns": ["node_id"]}
    return found


def table_configs() -> dict[str, dict[str, Any]]:
    """Table or view → its configuration; fresh dicts, since Datasette writes into what it gets."""
    return {name: dict(config) for name, config in _configs().items()}


@cache
def descriptions() -> dict[str, tuple[str, dict[str, str]]]:
    """Table or view → what one row is, and what its columns are."""
    found = {
        table.name: (
            f"One row is {table.description}.",
            {column.name: column.description for column in table.columns if column.description},
        )
        for table in tables()
    }
    of_columns = found["data_rows"][1] | found["labels"][1]
    for view in views():
        known = {name: of_columns[name] for name, _ in view.columns if name in of_columns}
        found[view.name] = (f"One row is {view.description.removesuffix('.')}.", known)
    return found


def database_metadata() -> dict[str, Any]:
    """The metadata of a store as Datasette 0.65 takes it from the hook `get_metadata`."""
    described: dict[str, dict[str, Any]] = table_configs()
    for name, (description, columns) in descriptions().items():
        described.setdefault(name, {}).update(description=description, columns=dict(columns))
    return {"description": ABOUT, "tables": described}


@cache
def _canned() -> dict[str, dict[str, Any]]:
    found = {}
    for name, query in queries().items():
        asked = "; ".join(f"{parameter.name}: {_described(parameter)}" for parameter in query.parameters)
        described = f"{query.description} Parameters: {asked}." if asked else query.description
        given = {parameter.name: parameter for parameter in query.parameters}
        found[name] = {
            "sql": _with_defaults(query.sql[SQLITE.name], given),
            "title": query.title,
            "description": described,
            "params": list(given),
            "hide_sql": True,
        }
    return found


def canned_queries() -> dict[str, dict[str, Any]]:
    """The canned queries by their names: sql, title, description, params."""
    return {name: dict(query) for name, query in _canned().items()}


def _described(parameter: Parameter) -> str:
    return parameter.description + ("" if parameter.default is None else f" (default: {parameter.default})")


def _with_defaults(sql: str, given: dict[str, Parameter]) -> str:
    """SQL for a form: an empty field means the default of the parameter, and numbers are cast."""
    lines = (line for line in sql.splitlines() if not line.startswith(("-- $", "-- group: ")))

    def bound(match: re.Match[str]) -> str:
        default = given[match[1]].default
        if default is None:
            return f"nullif(:{match[1]}, '')"
        if isinstance(default, str):
            return f"coalesce(nullif(:{match[1]}, ''), '{default.replace(chr(39), 2 * chr(39))}')"
        return f"cast(coalesce(nullif(:{match[1]}, ''), {default}) as numeric)"

    return _PARAMETER.sub(bound, "\n".join(lines)).strip()
