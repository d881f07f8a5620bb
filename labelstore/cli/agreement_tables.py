"""Agreement as text: what was compared, in words, and the lowest rows of each table."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from labelstore.cli.shown_numbers import shown
from labelstore.cli.tables import table
from labelstore.cli.terminal import terminal_width
from labelstore.displaying.cells import visible
from labelstore.figures import figure

if TYPE_CHECKING:
    from labelstore.analyses.agreement import Agreement

_NAMED = 3
_IDENTITY = 3
"""So many columns at the end of a question tell it apart: its name does that here."""


def lines(found: "Agreement", limit: int, *, pairs: bool) -> Iterator[str]:
    """Words, then objects by data row and class, questions, and with `pairs` every two labelers; lowest first."""
    from labelstore.analyses.agreement.names import key_of, project_names, question_names
    from labelstore.analyses.agreement.questions import has_alpha

    projects = project_names([one[:2] for one in found.compared])
    names = question_names(found.questions)
    yield from _compared(found, projects)

    objects = [(projects[row.project_id], *row[1:-1]) for row in found.objects]
    yield from _section("objects of a class in a data row", "F1", found.objects, objects, limit)

    questions = sorted(found.questions, key=lambda row: (row.agreement, -row.units))
    rows = [(projects[row.project_id], names[key_of(row)], *row[2:-_IDENTITY]) for row in questions]
    yield from _section("questions", "agreement", questions, rows, limit)
    if has_alpha():
        yield from _same_answers("alpha", [row.alpha for row in questions[: limit or None]])

    if not pairs:
        if found.pairs:
            yield ""
            yield f"pairs of labelers and questions: {figure(len(found.pairs))} (--pairs shows them)"
        return
    two = sorted(found.pairs, key=lambda row: (row.agreement, -row.units))
    rows = [(projects[row.project_id], names[key_of(row)], *row[2:-_IDENTITY]) for row in two]
    yield from _section("pairs of labelers", "agreement", two, rows, limit)
    yield from _same_answers("kappa", [row.kappa for row in two[: limit or None]])


def _compared(found: "Agreement", projects: dict[str | None, str]) -> Iterator[str]:
    rows, labels = (sum(getattr(one, noun) for one in found.compared) for noun in ("data_rows", "labels"))
    first = ", ".join(f"{visible(projects[one[0]])} ({figure(one.data_rows)})" for one in found.compared[:_NAMED])
    more = " …" if len(found.compared) > _NAMED else ""
    have = "data row has" if rows == 1 else "data rows have"
    yield f"{figure(rows)} {have} several labels in a project, {figure(labels)} in all: {first}{more}"
    yield f"Boxes and polygons of one class match at an intersection over union of {figure(found.iou)} or more."


def _section(
    title: str, measure: str, found: Sequence[Any], rows: Sequence[tuple[Any, ...]], limit: int
) -> Iterator[str]:
    if not rows:
        return
    listed = rows[: limit or None]
    extent = figure(len(rows)) if len(listed) == len(rows) else f"{figure(len(listed))} of {figure(len(rows))}"
    yield ""
    yield f"{title}: {extent}, the lowest {measure} first"
    columns = [name.replace("_", " ") for name in found[0]._fields[: len(rows[0])]]
    yield from table(columns, [tuple(map(shown, row)) for row in listed], terminal_width())


def _same_answers(measure: str, values: Sequence[float | None]) -> Iterator[str]:
    if None in values:
        yield f"{measure} is NULL where all answers are the same, which chance alone would give"
