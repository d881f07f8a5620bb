"""What a store holds, as text: a few lines, then the largest projects, asset types, classes, questions, model runs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from labelstore.cli.shown_numbers import shown
from labelstore.cli.tables import table
from labelstore.cli.terminal import terminal_width
from labelstore.figures import counted, figure

_LABELED = ("data_rows", "labels", "objects", "classifications")


class _Section(NamedTuple):
    """A section of `labelstore.analyses.stats`: its title, and the columns that are shown."""

    name: str
    title: str
    columns: tuple[str, ...]


_SECTIONS = (
    _Section("projects", "projects", ("name", *_LABELED)),
    _Section("asset_types", "asset types", ("asset_type", *_LABELED)),
    _Section("object_names", "classes", ("name", "kind", "objects", "labels")),
    _Section("classification_names", "questions", ("name", "kind", "classifications", "labels")),
    _Section("model_runs", "model runs, not counted above", ("name", "labels", "predictions", "objects")),
)
_TOTALS = ("objects", "classifications", "answers", "relationships", "frames", "rejects")


def lines(store: str, found: dict[str, Any], limit: int) -> Iterator[str]:
    """The totals, and of each section the `limit` largest rows, 0 for all."""
    total = found["total"]
    nouns = {"labels": "label", "data_rows": "data row", "projects": "project"}
    labels, rows, projects = (counted(total[name], noun) for name, noun in nouns.items())
    yield f"{store}: {labels} of {rows} in {projects}"
    for noun in _TOTALS:
        if total[noun] or noun in ("objects", "classifications"):
            yield f"  {noun:15}  {figure(total[noun])}"
    if total["model_run_labels"] or total["predictions"]:
        apart = f"{counted(total['model_run_labels'], 'label')} and {counted(total['predictions'], 'prediction')}"
        yield f"  in model runs    {apart}, not counted here"
    for section in _SECTIONS:
        if found[section.name]:
            yield from _section(section, found[section.name], limit)


def _section(section: _Section, rows: Sequence[dict[str, Any]], limit: int) -> Iterator[str]:
    ranked = sorted(rows, key=lambda row: -row["labels"]) if section.name == "model_runs" else rows
    listed = ranked[:limit] if limit else ranked
    yield ""
    yield f"{section.title}: {figure(len(rows))}" + (
        f", the largest {figure(limit)}" if len(listed) < len(rows) else ""
    )
    same = Counter(row.get("name") for row in rows)
    cells = [
        tuple(_name(row, same) if column == "name" else shown(row[column]) for column in section.columns)
        for row in listed
    ]
    yield from table([name.replace("_", " ") for name in section.columns], cells, terminal_width())


def _name(row: dict[str, Any], same: Mapping[str | None, int]) -> str:
    """The name; without one the id, and both where several have that name."""
    name, some_id = row["name"], row.get("project_id") or row.get("model_run_id")
    if name is None:
        return some_id or "(no name)"
    return f"{name} ({some_id})" if some_id and some_id != name and same[name] > 1 else str(name)
