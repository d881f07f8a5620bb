"""What a load did, in words: first what changed in the store, last what to do next."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import REJECTED, say
from labelstore.cli.next_steps import Step, next_lines, step
from labelstore.displaying.cells import visible
from labelstore.figures import counted, duration, figure
from labelstore.json.truncate import truncated

if TYPE_CHECKING:
    from labelstore.loading import Report

_NAMED = 3
_NAMED_TYPES = 5
_LONGEST_NAME = 24
_SHOWN_FILES = 3


def show(report: "Report", steps: Iterable[Step], *, as_json: bool) -> None:
    """Print what a load did, its notes on standard error; raises `typer.Exit` with 3 if records were rejected."""
    for note in (*report.notes, *notes_on_empty_files(report)):
        say(note)
    if as_json:
        output.write_json(report.as_json())
    else:
        output.write_lines(summary(report))
        output.write_lines(next_lines(steps))
    if report.total("rejected"):
        raise typer.Exit(REJECTED)


def summary(report: "Report") -> Iterator[str]:
    """The lines: the outcome, what came, what is missing or was rejected, the time."""
    yield f"{visible(report.store)}: {headline(report)}"
    yield from _what_came(report)
    yield from _what_lacks(report)
    yield f"  time             {duration(report.seconds)}, {report.megabytes_per_second:.1f} MB/s"
    yield from _rejects(report)


def headline(report: "Report") -> str:
    """What became of the records; of frames files only where nothing else is new."""
    from labelstore.loading.outcome import Counted, outcome

    of_exports = Counted.of(report.exports)
    text = outcome(of_exports._replace(rejected=report.total("rejected")))
    frames = sum(file.added + file.changed for file in report.files) - of_exports.added - of_exports.changed
    if not (of_exports.added or of_exports.changed) and frames:
        text += f"; {counted(frames, 'frame')} new or changed"
    return text


def _what_came(report: "Report") -> Iterator[str]:
    if report.labels:
        names = Counter[str]()
        for project_id, count in report.projects.items():
            names[report.project_names.get(project_id, project_id)] += count
        yield f"  labels           {_among(report.labels, names, 'project')}"
    if report.model_run_labels or report.predictions:
        apart = f"{counted(report.model_run_labels, 'label')} and {counted(report.predictions, 'prediction')}"
        yield f"  in model runs    {apart}, not counted here"
    if report.asset_types:
        kinds = "" if len(report.asset_types) <= _NAMED_TYPES else f"{len(report.asset_types)}: "
        yield f"  asset types      {kinds}{_first(report.asset_types, _NAMED_TYPES)}"
    if report.objects:
        yield f"  objects          {_among(report.objects, report.classes, 'class')}"
    if report.classifications:
        yield f"  classifications  {_among(report.classifications, report.questions, 'question')}"
    if report.frames:
        yield f"  frames           {figure(report.frames)}"


def _what_lacks(report: "Report") -> Iterator[str]:
    if report.unread:
        unread = f"{figure(report.unread)} values without a column"
        yield f"  unread           {unread}, kept as JSON; see: labelstore detect"
    if missing := report.total("missing"):
        yield f"  missing labels   {figure(missing)}, {_fate_of_missing(report)}"
    if report.frames_files or report.frames_missing:
        hint = " (give their folder with --frames)" if report.frames_missing else ""
        yield f"  frames files     {figure(report.frames_files)} found, {figure(report.frames_missing)} missing{hint}"


def _fate_of_missing(report: "Report") -> str:
    if report.total("pruned"):
        return "removed"
    if unheard := report.total("unheard"):
        return f"kept: rejected records may hold them ({figure(unheard)} rejected); see: labelstore rejects"
    return "in the store, not in the files; kept (--prune removes them)"


def _rejects(report: "Report") -> Iterator[str]:
    for file in report.files:
        for reject in file.first_rejects:
            position = f"record {reject['position']} at byte {reject['byte_offset']}"
            yield f"rejected: {visible(file.name)}, {position}: {visible(reject['reason'])}"
        if file.rejected > len(file.first_rejects):
            yield f"rejected: {visible(file.name)}, {figure(file.rejected - len(file.first_rejects))} more"


def next_steps(report: "Report", files: Sequence[str]) -> Iterator[Step]:
    """What makes sense after a load of these files."""
    from labelstore.files.urls import shown_name

    db = report.store
    if report.total("rejected"):
        yield step("rejects", db, purpose="the records that were rejected, and why")
    if report.total("missing") > report.total("pruned") and not report.total("unheard"):
        can_be_shown = "-" not in files and [*files] == [*map(shown_name, files)]
        again = files if len(files) <= _SHOWN_FILES and can_be_shown else ["FILE..."]
        yield step("load", db, *again, "--prune", purpose="removes the missing labels")
    if sum(file.changed for file in report.exports) or report.total("pruned"):
        yield step("diff", db, purpose="what changed, by class and label")
    elif sum(file.added for file in report.files):
        yield look(db)
        yield step("query", db, "class-counts", purpose="objects by class")
    elif report.total("records") and not report.total("rejected"):
        yield step("loads", db, purpose="what each load brought")


def look(db: str) -> Step:
    """How to see what a store holds."""
    if find_spec("datasette") is None:
        return step("stats", db, purpose="how much it holds")
    return step("browse", db, "--open", purpose="look at the labels")


def _among(total: int, counts: Counter[str], noun: str) -> str:
    """`1,737 of 20 classes: Car (994), Person (702), Tree (41) …`; the total alone without names, or with too many."""
    from labelstore.loading.report import MOST_NAMED

    if not counts or len(counts) >= MOST_NAMED:
        return figure(total)
    if len(counts) == 1 and counts.total() == total:  # else some have no name
        return f"{figure(total)} of the {noun} {_name(next(iter(counts)))}"
    return f"{figure(total)} of {counted(len(counts), noun)}: {_first(counts, _NAMED)}"


def _first(counts: Counter[str], most: int) -> str:
    listed = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
    names = ", ".join(f"{_name(name)} ({figure(count)})" for name, count in listed)
    return f"{names} …" if len(counts) > most else names


def _name(name: str) -> str:
    return truncated(visible(name), _LONGEST_NAME)


def notes_on_empty_files(report: "Report") -> Iterable[str]:
    """What to think of files without records."""
    for file in report.files:
        if not file.records and not file.bytes:
            yield f"{file.name}: is empty; did its download fail?"
        elif not file.records:
            yield f"{file.name}: holds no records; an export that failed or found nothing looks like this"


def ask_before_pruning(missing: Mapping[str, int]) -> bool:
    """Ask whether labels are to be removed, by project."""
    for project, count in missing.items():
        print(f"{visible(project)}: {figure(count)} labels are not in the files", file=sys.stderr)
    return typer.confirm("Remove them?", err=True)
