"""What is in a store, at a glance: a line for a prompt, tables for a notebook."""

from collections.abc import Sequence
from html import escape

from labelstore.analyses.listings import object_classes, projects
from labelstore.analyses.stats import total
from labelstore.displaying.cells import visible
from labelstore.displaying.html_table import STYLE, table
from labelstore.engines.database import Database
from labelstore.figures import figure
from labelstore.query.filters import FILTERS, values_of

_MOST = 10
"""Rows of a table."""
_NOUNS = ("data_rows", "labels", "objects", "classifications", "frames", "loads", "rejects")
_STYLE = """
.labelstore-store { color: inherit; }
.labelstore-store > .labelstore-table { display: flex; flex-wrap: wrap; gap: 0.5em 2.5em; align-items: flex-start; }
.labelstore-store p { margin: 0.25em 0; }
"""


def line(database: Database) -> str:
    """`129 labels and 1,365 objects in 2 projects`."""
    found = projects(database)
    count = sum(project.project_id is not None for project in found)
    labels, objects = sum(project.labels for project in found), sum(project.objects for project in found)
    return f"{_number(labels, 'label')} and {_number(objects, 'object')} in {_number(count, 'project')}"


def html(database: Database) -> str:
    """The totals, and the first projects, asset types and classes."""
    counted = total(database)
    totals = ", ".join(
        f"<b>{figure(counted[noun])}</b> {noun.replace('_', ' ')}"
        for noun in _NOUNS
        if counted[noun] or noun in ("labels", "objects")
    )
    in_projects = [
        (name or project_id or "no project", labels, objects)
        for project_id, name, labels, objects, _ in projects(database)
    ]
    types = [(one.title, one.labels) for one in values_of(database, FILTERS["asset_type"])]
    classes = [tuple(one) for one in object_classes(database, None)]
    tables = (
        _some(("project", "labels", "objects"), in_projects)
        + _some(("asset type", "labels"), types)
        + _some(("class", "kind", "objects", "labels"), classes)
    )
    head = f"<p><b>{escape(visible(str(database.path)))}</b> ({database.dialect.title}): {totals}</p>"
    return (
        f'<div class="labelstore-store"><style>{STYLE}{_STYLE}</style>{head}'
        f'<div class="labelstore-table">{tables}</div></div>'
    )


def _some(columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    if not rows:
        return ""
    more = f'<p class="soft">and {figure(len(rows) - _MOST)} more</p>' if len(rows) > _MOST else ""
    return f"<div>{table(columns, rows[:_MOST])}{more}</div>"


def _number(count: int, noun: str) -> str:
    return f"{figure(count)} {noun}{'' if count == 1 else 's'}"
