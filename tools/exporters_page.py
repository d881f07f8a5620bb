"""The part of docs/reference/formats.md about exports: what each format holds, from the declarations of the
exporters."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from labelstore.export.choices import FILTERED, Choices, option_of
from labelstore.export.constructs import CONSTRUCTS, Fate
from labelstore.export.exporter import Exporter
from labelstore.export.registry import exporter_of, formats

HEAD = """
## Formats to export to

`labelstore export DB FORMAT OUT` writes them and reports what they cannot hold. In the table, ✓ is kept, ~ is written
as something that says less or something else, and · is left out; below it each format says how. Defaults of choices
hold, unless the column names others. What labels are written at all, choices say: `labelstore export --help`.
"""
_MARKS = {"kept": "✓", "changed": "~", "left out": "·"}


class Column(NamedTuple):
    """A column of the matrix: a format with some choices."""

    name: str
    exporter: Exporter
    choices: Mapping[str, Any]

    @property
    def fates(self) -> Mapping[str, Fate]:
        """What becomes of each construct."""
        return self.exporter.fates(Choices(**{**self.exporter.defaults, **self.choices}))


def columns() -> list[Column]:
    """The columns of the matrix."""
    return [
        Column(name, exporter, choices)
        for exporter in map(exporter_of, formats())
        for name, choices in (exporter.columns or {exporter.name: {}}).items()
    ]


def exporters_page() -> str:
    """The text of this part."""
    return "\n".join((HEAD, *_matrix(), *(line for column in columns() for line in _section(column)))) + "\n"


def _matrix() -> Iterator[str]:
    found = columns()
    yield f"| | {' | '.join(column.name for column in found)} |"
    yield f"|---|{':-:|' * len(found)}"
    for construct, called in CONSTRUCTS.items():
        yield f"| {called} | {' | '.join(_MARKS[column.fates[construct].action] for column in found)} |"
    yield ""


def _section(column: Column) -> Iterator[str]:
    exporter = column.exporter
    yield f"### Export: {column.name}\n"
    yield f"{exporter.description[0].upper()}{exporter.description[1:]}. OUT is {_out(exporter)}.\n"
    if exporter.takes:
        takes = ", ".join(_options(exporter.takes))
        more = ", ".join(f"`{option_of(name)}`" for name in exporter.folder_takes if name not in exporter.takes)
        yield f"It takes {takes}{f'; as a folder also {more}' if more else ''}.\n"
    hows: dict[tuple[str, str], list[str]] = {}
    for construct, fate in column.fates.items():
        hows.setdefault((fate.action, fate.how), []).append(CONSTRUCTS[construct])
    for (action, how), named in sorted(hows.items(), key=lambda item: [*_MARKS].index(item[0][0])):
        yield f"- {_MARKS[action]} {how or 'kept'}: {', '.join(named)}"
    yield ""


def _options(names: Sequence[str]) -> Iterator[str]:
    """The options of choices, those of the filters together."""
    if set(FILTERED) <= set(names):
        yield "the options that [choose labels](../how-to/choosing-labels.md)"
    yield from (f"`{option_of(name)}`" for name in names if name not in FILTERED)


def _out(exporter: Exporter) -> str:
    if not exporter.suffix:
        return "a folder"
    file = f"a file, as in `labels{exporter.suffix}`"
    return f"{file}, or a folder (a name without {exporter.suffix})" if exporter.folder_takes else file
