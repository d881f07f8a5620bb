"""`history` and `diff`: what labels were, and what changed between two loads or two files."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelstore.cli import output, progress
from labelstore.cli.diagnostics import interruptible, say
from labelstore.cli.options import AsJson, MaxRatio, Store
from labelstore.cli.output import visible
from labelstore.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sized

    from labelstore.history import AnswerChange, Feature, LabelChange, LabelDiff, Move, Version
    from labelstore.loading import Report

_SHOWN_FRAMES = 3
_SHOWN_LINES = 10


def history(
    db: Store,
    label_id: Annotated[
        str, typer.Argument(metavar="LABEL_ID", help="The label, or its data row by id, external id or global key.")
    ],
    as_json: AsJson = False,
) -> None:
    """List the versions of a label: the loads that brought, changed or removed it.

    `get DB LABEL_ID --at LOAD` prints one of them.

    \b
    Examples:
      labelstore history labels.db LABEL_ID
      labelstore history labels.db LABEL_ID --json
    """
    from labelstore.engines import open_database
    from labelstore.history import versions_of

    with open_database(db, read_only=True) as database:
        versions = versions_of(database, label_id)
    if as_json:
        output.write_json([{**version._asdict(), "current": version.is_current} for version in versions])
        return
    names = ("load", "file", "position", "when", "updated_at", "generation", "what happened")
    output.write_table(names, map(_version_row, versions))


def _version_row(version: "Version") -> tuple[Any, ...]:
    until = "removed" if version.removed else "replaced"
    happened = "current" if version.is_current else f"{until} by load {version.replaced_by}"
    cells = (version.file_name, version.position, version.finished_at, version.updated_at, version.generation)
    return version.load_id, *("" if cell is None else cell for cell in cells), f"{version.change}, {happened}"


def diff(
    a: Annotated[str, typer.Argument(metavar="DB|FILE", help="A store, or an export file.")],
    b: Annotated[str, typer.Argument(metavar="LOAD|FILE", help="The earlier load, or the other export file.")],
    c: Annotated[str | None, typer.Argument(metavar="LOAD", help="The later load.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Labels to show; 0 shows all.")] = 20,
    max_ratio: MaxRatio = 1000.0,
    as_json: AsJson = False,
) -> None:
    """Tell which labels differ between two loads of a store, or between two export files, and how.

    Lists the objects that were added, removed, moved (with the intersection over union of boxes and polygons) and
    renamed, the answers that changed, and every other place by its JSON pointer. New tokens in URLs are no change.
    With --json each label is a line with all of it. Polygons are measured exactly if shapely is installed (the extra
    "geometry"), else by their bounds.

    \b
    Examples:
      labelstore diff labels.db 1 2
      labelstore diff labels.db 1 2 --json
      labelstore diff monday.ndjson friday.ndjson --limit 0
    """
    if c is not None:
        _diff_loads(a, (b, c), limit, as_json)
    else:
        _diff_files(a, b, max_ratio, limit, as_json)


def _diff_loads(store: str, loads: tuple[str, str], limit: int, as_json: bool) -> None:
    from labelstore.engines import open_database
    from labelstore.history import diff_loads

    if not all(load.isascii() and load.isdigit() and len(load) < 19 for load in loads):
        raise UsageError(f"{' '.join(loads)}: loads are numbers; list them with: {_list_loads(store)}")
    if Path(store).is_file() and not _is_store(store):
        raise UsageError(f"{store}: is no store; to compare two export files: labelstore diff FILE FILE")
    with interruptible(), open_database(store, read_only=True) as database:
        first, last = map(int, loads)
        _print(diff_loads(database, first, last), f"{store}, load {first} to load {last}", limit, as_json)


def _diff_files(one: str, other: str, max_ratio: float, limit: int, as_json: bool) -> None:
    from labelstore.history import diff_files

    for file in (one, other):
        if _is_store(file):
            raise UsageError(f"{file}: is a store, so name two of its loads; list them with: {_list_loads(file)}")
    with progress.shown() as line:
        changes = diff_files(one, other, max_ratio=max_ratio or None, progress=line, loaded=_tell_rejects)
        _print(changes, f"{one} to {other}", limit, as_json)


def _list_loads(store: str) -> str:
    return f'labelstore query {store} "select load_id, file_name from loads"'


def _is_store(name: str) -> bool:
    from labelstore.engines import engine_of

    try:
        return Path(name).is_file() and Path(name).stat().st_size > 0 and bool(engine_of(name))
    except StoreError:
        return False


def _tell_rejects(report: "Report") -> None:
    count = report.total("rejected")
    if count:
        names = ", ".join(file.name for file in report.files)
        records = "record is" if count == 1 else "records are"
        say(f"{names}: {count:,} {records} left out, unreadable; see: labelstore detect FILE")


def _print(changes: "Iterator[LabelChange]", title: str, limit: int, as_json: bool) -> None:
    if as_json:
        import msgspec

        for change in changes:
            output.write(output.json_escaped(msgspec.json.encode(change.as_json()).decode()) + "\n")
        return
    counts: Counter[str] = Counter()
    shown: list[str] = []
    for change in changes:
        counts[change.change] += 1
        if not limit or counts.total() <= limit:
            shown += _lines(change)
    output.write(f"{visible(title)}\n")
    for kind in ("added", "removed", "changed"):
        output.write(f"  {kind:8} {counts[kind]:,}\n")
    output.write("".join(f"{line}\n" for line in shown))
    if limit and counts.total() > limit:
        output.write(f"\n{counts.total() - limit:,} more labels (--limit 0 shows all)\n")


def _lines(change: "LabelChange") -> "Iterator[str]":
    found = change.diff()
    yield ""
    data_row = f"  data row {visible(change.state.data_row_id)}" if change.state.data_row_id else ""
    yield f"{change.change:8} {visible(change.label_id)}{data_row}"
    if change.before is None or change.after is None:
        yield f"  {_counted(found.added or found.removed, 'object')}, {_counted(found.answers, 'answer')}"
        return
    if change.before.generation != change.after.generation:
        yield f"  came as {change.before.generation}, now as {change.after.generation}"
    lines = list(_details(found))
    yield from lines[:_SHOWN_LINES]
    more = len(lines) - _SHOWN_LINES + found.other_left_out
    if more > 0:
        yield f"  {more:,} more differences (--json lists them)"


def _counted(found: "Sized", noun: str) -> str:
    return f"{len(found):,} {noun}{'' if len(found) == 1 else 's'}"


def _details(found: "LabelDiff") -> "Iterator[str]":
    for word, features in (("added", found.added), ("removed", found.removed)):
        for track in _tracks(features):
            yield f"  {word:8} {_named(track)}"
    for moves in _moved_tracks(found.moved):
        yield f"  moved    {_named([move.feature for move in moves])}{_overlap(moves)}"
    for rename in found.renamed:
        yield f"  renamed  {_named([rename.feature])}: {rename.field} {_value(rename.before)} → {_value(rename.after)}"
    for answer in found.answers:
        yield f"  answer   {_question(answer)}: {_value(answer.before)} → {_value(answer.after)}"
    for other in found.other:
        values = (visible("absent" if value is None else value) for value in (other.before, other.after))
        yield f"  other    {visible(other.pointer) or 'the whole label'}: {' → '.join(values)}"


def _tracks(features: "Iterable[Feature]") -> "Iterator[list[Feature]]":
    """Features by their id: in video one is in many frames."""
    tracks: dict[Any, list[Feature]] = {}
    for feature in features:
        tracks.setdefault(_track(feature), []).append(feature)
    return iter(tracks.values())


def _moved_tracks(moves: "Iterable[Move]") -> "Iterator[list[Move]]":
    tracks: dict[Any, list[Move]] = {}
    for move in moves:
        tracks.setdefault(_track(move.feature), []).append(move)
    return iter(tracks.values())


def _track(feature: "Feature") -> tuple[Any, ...]:
    return feature.group, feature.feature_id or feature.pointer


def _named(track: "list[Feature]") -> str:
    first, frames = track[0], [feature.frame for feature in track if feature.frame is not None]
    words = (first.kind, first.name, first.feature_id, first.group)
    text = " ".join(visible(word) for word in words if word) or visible(first.pointer)
    if len(frames) > _SHOWN_FRAMES:
        return f"{text} in {len(frames):,} frames ({', '.join(map(str, frames[:_SHOWN_FRAMES]))} …)"
    return f"{text} in frame {', '.join(map(str, frames))}" if frames else text


def _overlap(moves: "list[Move]") -> str:
    overlaps = [move.iou for move in moves if move.iou is not None]
    if not overlaps:
        return ""
    lowest, highest = f"{min(overlaps):.2f}", f"{max(overlaps):.2f}"
    of = ", ".join(sorted({str(move.iou_of) for move in moves if move.iou is not None}))
    return f": IoU {lowest}{f' to {highest}' if lowest != highest else ''} of {of}"


def _question(answer: "AnswerChange") -> str:
    path = visible(" / ".join(answer.path))
    frame = answer.question.frame
    if answer.on is not None:
        return f"{path} of {_named([answer.on])}"
    if answer.question.is_at_moment:
        return f"{path} at {frame} ms"
    return f"{path} in frame {frame}" if frame is not None else path


def _value(value: list[str] | str | None) -> str:
    text = "absent" if value is None else ", ".join(value) or "none" if isinstance(value, list) else value
    return text if len(text := visible(text)) <= 60 else text[:59] + "…"
