"""docs/images/tables.svg: the tables as a tree, each beside the table that it belongs to most closely."""

from collections.abc import Iterator
from typing import NamedTuple

from labelstore.schema.catalogue import Table, tables

CLOSEST = ("label_id", "object_id", "classification_id", "data_row_id", "dataset_id", "load_id")
"""Of several references of a table the first of these is its place in the tree."""
MAIN = {"data_rows", "labels", "objects", "classifications", "answers", "projects", "frames"}

_WIDTH, _STEP, _HEIGHT, _LINE = 162, 196, 20, 26
_STYLE = (
    "text { font: 12px system-ui, sans-serif; fill: #1f2937; } .main { font-weight: 700; } "
    "rect { fill: #f8fafc; stroke: #64748b; rx: 4px; } rect.main { fill: #dbeafe; stroke: #1d4ed8; } "
    "path { fill: none; stroke: #94a3b8; stroke-width: 1.5; } path.other { stroke-dasharray: 4 3; }"
)


class Box(NamedTuple):
    """A table in the picture: its column from the left, and its line, which is a half where it stands between two."""

    name: str
    column: int
    line: float
    parent: str


def picture() -> str:
    """The SVG."""
    boxes = {box.name: box for box in _boxes()}
    width = _STEP * max(box.column for box in boxes.values()) + _WIDTH + 2
    height = int(_LINE * max(box.line for box in boxes.values())) + _HEIGHT + 2
    drawn = [_edge(boxes[box.parent], box) for box in boxes.values() if box.parent]
    drawn += [_edge(boxes["projects"], boxes["labels"], ' class="other"')]
    drawn += [_drawn(box) for box in boxes.values()]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 {width} {height}" width="{width}" height="{height}">'
    )
    return "\n".join((head, f"<style>{_STYLE}</style>", *drawn, "</svg>")) + "\n"


def _boxes() -> Iterator[Box]:
    """Parents in the middle of their children, the trees below each other."""
    children: dict[str, list[str]] = {}
    for table in tables():
        children.setdefault(_parent(table), []).append(table.name)
    line = 0.0

    def placed(name: str, column: int, parent: str) -> Iterator[Box]:
        nonlocal line
        below: list[Box] = []
        lines = []
        for child in children.get(name, ()):
            found = list(placed(child, column + 1, name))
            lines.append(found[0].line)
            below += found
        if not lines:
            lines = [line]
            line += 1
        yield Box(name, column, (lines[0] + lines[-1]) / 2, parent)
        yield from below

    alone = [name for name in children[""] if name not in children]
    for root in children[""]:
        if root not in alone:
            yield from placed(root, 0, "")
    line -= len(alone)  # at the left there is room
    for root in alone:
        yield from placed(root, 0, "")


def _parent(table: Table) -> str:
    references = {column.name: column.references[0] for column in table.columns if column.references}
    return next((references[name] for name in CLOSEST if name in references), "")


def _drawn(box: Box) -> str:
    main = ' class="main"' if box.name in MAIN else ""
    x, y = box.column * _STEP, box.line * _LINE
    return (
        f'<rect{main} x="{x}" y="{y:g}" width="{_WIDTH}" height="{_HEIGHT}"/>'
        f'<text{main} x="{x + 8}" y="{y + 14:g}">{box.name}</text>'
    )


def _edge(parent: Box, child: Box, style: str = "") -> str:
    x, y = parent.column * _STEP + _WIDTH, parent.line * _LINE + _HEIGHT / 2
    to, end = child.column * _STEP, child.line * _LINE + _HEIGHT / 2
    middle = to - (_STEP - _WIDTH) // 2
    return f'<path{style} d="M{x} {y:g}H{middle}V{end:g}H{to}"/>'
