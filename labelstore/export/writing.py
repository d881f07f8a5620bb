"""Export a store: complete or not at all, never in place of what is there without being asked, with its losses told."""

import os
import shutil
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import msgspec

from labelstore.assets.vault import vault_of
from labelstore.engines import open_database
from labelstore.errors import InputError, NothingToWriteError, StoreError, UsageError
from labelstore.export.choices import CHOICES, FILTERED, Choices, option_of
from labelstore.export.constructs import CONSTRUCTS, FRAME_QUESTION, LABEL, LABEL_QUESTION
from labelstore.export.exporter import Export, Exporter, FileChunk, FileCopy, Written
from labelstore.export.registry import exporter_of
from labelstore.figures import figure
from labelstore.files.outputs import (
    STANDARD_OUTPUT,
    check_folder,
    check_output,
    is_stream,
    losses_beside,
    output_file,
    output_folder,
)
from labelstore.files.urls import is_url
from labelstore.formats.kinds import KINDS
from labelstore.query.filters import chosen_of as filters_of
from labelstore.schema.suggestions import did_you_mean

T = TypeVar("T")

_OPEN = 16
"""Files of a folder that are open at a time."""


def export(
    store: str | Path,
    format: str,
    out: str | Path,
    *,
    jobs: int | None = None,
    overwrite: bool = False,
    dry_run: bool = False,
    loss: str | Path | None = None,
    progress: Callable[[int], None] | None = None,
    **choices: Any,
) -> Written:
    """Write a store in one of the formats of the registry to `out`, a file or a folder ("-" is standard output).

    `choices` are fields of `Choices`, and keywords of filters. What was left out or changed is returned, and written as
    JSON to `loss`; by default beside `out`, with the suffix .losses.json. With `dry_run` nothing is written. `jobs`
    processes (the number of cores, 8 at most) rebuild a large SQLite store side by side. `progress` is called now and
    then with the number written so far. Raises `UsageError`, `StoreError`, `NotFoundError` and `NothingToWriteError`.
    """
    exporter = exporter_of(format)
    is_folder = exporter.is_folder(out)
    chosen = chosen_of(exporter, is_folder, choices)
    is_remote = exporter.fills and is_url(str(out))
    loss = beside(out) if loss is None and not is_remote else loss
    if not dry_run and not is_remote:
        read = [store, *(path for path in (chosen.assets, chosen.class_file) if path)]
        _check(read, out, is_folder, overwrite, loss)
    with open_database(Path(store), read_only=True) as database, ExitStack() as stack:
        job = Export(exporter, database, out, chosen, jobs, progress)
        if not dry_run and not is_remote and (vault := vault_of(database, Path(store))) is not None:
            _check([store, vault.folder], out, is_folder, overwrite, loss)
        with closing(checked(job, job.exporter.write(job))) as chunks:
            if dry_run:
                for _ in chunks:
                    pass
            elif is_remote:
                job.folder = str(out)
                _fill(Path(), chunks, chosen.images)
            elif is_folder:
                folder = stack.enter_context(output_folder(out, overwrite=overwrite))
                job.folder = str(folder)
                _fill(folder, chunks, chosen.images)
            else:
                file = stack.enter_context(output_file(out, overwrite=overwrite))
                for chunk in chunks:
                    file.write(chunk)  # type: ignore[arg-type]
        done = told(job)
    if loss and not dry_run:
        with output_file(loss, overwrite=True) as file:
            file.write(msgspec.json.format(msgspec.json.encode(report(done))) + b"\n")
    return done


def chosen_of(exporter: Exporter, is_folder: bool, given: dict[str, Any]) -> Choices:
    """The choices of an export. Raises `UsageError` for one that is unknown, or that the format has no use for."""
    given = {name: value if name in FILTERED else _several(name, value) for name, value in given.items()}
    takes = (*exporter.takes, *(exporter.folder_takes if is_folder else ()))
    defaults = {**exporter.defaults, **(exporter.folder_defaults if is_folder else {})}
    for name in given:
        if name not in CHOICES:
            raise UsageError(f"{name}: no choice of exports; {did_you_mean(name, CHOICES) or 'see Choices'}")
    given = {name: value for name, value in given.items() if value is not None and value != ()}
    for name in given:
        if name not in takes:
            only = (
                f"; it does where it writes a folder, so leave {exporter.suffix} away"
                if name in exporter.folder_takes
                else ""
            )
            raise UsageError(f"{exporter.name} does not take {option_of(name)}; leave it out{only}")
    filters = filters_of({name: value for name, value in given.items() if name in FILTERED})
    own = {name: value for name, value in given.items() if name not in FILTERED}
    return Choices(**{**defaults, **own, "filters": filters})


def _several(name: str, value: Any) -> Any:
    """One text, or a list of them, as the tuple that a repeatable choice is."""
    if name not in CHOICES or not isinstance(getattr(Choices(), name), tuple):
        return value
    return (value,) if isinstance(value, str) else tuple(value or ())


def beside(out: str | Path) -> Path | None:
    """Where the report of losses goes; None beside a stream."""
    return None if is_stream(out) else losses_beside(out)


def report(done: Written) -> dict[str, Any]:
    """What an export came to, as plain values: the content of the report."""
    constructs = [name for name in (*CONSTRUCTS, *done.selected) if done.selected.get(name)]
    counts = {
        name: {
            "selected": done.selected[name],
            "written": done.written.get(name, 0),
            "left_out": done.left_out.get(name, 0),
        }
        for name in dict.fromkeys(constructs)
    }
    return {
        "format": done.format,
        "count": done.count,
        "unit": done.unit,
        "interpolated": done.interpolated,
        "lossless": done.lossless,
        "constructs": counts,
        "losses": [vars(loss) for loss in done.losses],
        "not_selected": done.not_selected,
    }


def _check(
    read: Sequence[str | Path], out: str | Path, is_folder: bool, overwrite: bool, loss: str | Path | None
) -> None:
    """Check that the output and the report can be written; `read` is what the export reads, its store first."""
    files = [one for one in read if not Path(one).is_dir()]
    try:
        if not is_folder:
            check_output(out, *files, overwrite=overwrite)
        elif str(out) == STANDARD_OUTPUT:
            raise UsageError("this format writes a folder, which cannot go to stdout; name a folder")
        else:
            check_folder(out, *read, overwrite=overwrite)
        if loss and Path(loss).resolve() == Path(out).resolve():
            raise UsageError(f"{loss}: is the output itself; name another file for the report")
        if loss:
            check_output(loss, *files, out, overwrite=overwrite or _is_report(loss))
    except OSError as error:
        raise StoreError(str(out), f"cannot be written ({error.strerror})", "give it another name") from error


def _is_report(path: str | Path) -> bool:
    """Whether the file is such a report, perhaps of an export that is no longer there."""
    if is_stream(path):
        return False
    try:
        found = msgspec.json.decode(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and {"format", "lossless", "constructs", "losses"} <= found.keys()


def checked(job: Export, chunks: Iterable[T]) -> Generator[T, None, None]:
    """What the exporter yields; at the end its account must be right, and something must have been written."""
    yield from chunks
    job.account.check()
    if not job.count:
        raise NothingToWriteError(job.exporter.name, _why_nothing(job))


def _why_nothing(job: Export) -> str:
    account = job.account
    fates = job.exporter.fates(job.choices)
    names = {kind.name: kind.name for kind in KINDS}
    names |= {name: CONSTRUCTS[name] for name in (LABEL, LABEL_QUESTION, FRAME_QUESTION)}
    takes = ", ".join(names[name] for name in names if name != LABEL and fates[name].action != "left out")
    held = ", ".join(
        f"{figure(loss.count)} {names[loss.construct]} ({loss.reason})"
        for loss in account.losses()
        if loss.action == "left out" and loss.construct in names
    )
    why = ", ".join(f"{figure(count)} {reason}" for reason, count in account.not_selected.items())
    return "; ".join(filter(None, (f"it takes {takes}", held and f"left out: {held}", why and f"not selected: {why}")))


def told(job: Export) -> Written:
    """What an export that is done came to."""
    account = job.account
    selected, written, left_out = (
        {name: count for name, count in counts.items() if count}
        for counts in (account.selected, account.written, account.left_out)
    )
    losses, not_selected = [*account.losses()], dict(+account.not_selected)
    unit = job.exporter.unit
    return Written(
        job.exporter.name, job.count, unit, selected, written, left_out, not_selected, losses, account.interpolated
    )


def _fill(folder: Path, chunks: Iterable[bytes | FileChunk | FileCopy], images: str) -> None:
    """Write the files of a folder; few are open at a time."""
    opened: dict[str, BinaryIO] = {}
    with ExitStack() as stack:
        stack.callback(lambda: [file.close() for file in opened.values()])
        for chunk in chunks:
            match chunk:
                case FileCopy(path, source):
                    target = folder / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    if images == "copy":
                        _copy(source, target)
                    else:
                        _link(source.resolve(), target)
                case FileChunk(path, content):
                    file = opened.pop(path, None)
                    if file is None:
                        if len(opened) >= _OPEN:
                            opened.pop(next(iter(opened))).close()
                        target = folder / path
                        target.parent.mkdir(parents=True, exist_ok=True)
                        file = target.open("ab")
                    opened[path] = file
                    file.write(content)


def _link(source: Path, target: Path) -> None:
    """Link a file: hard where the file system can, as some readers refuse links that lead out of their folder."""
    try:
        os.link(source, target)
    except OSError:
        os.symlink(source, target)


def _copy(source: Path, target: Path) -> None:
    try:
        file = source.open("rb")
    except OSError as error:
        raise InputError(
            str(source), f"cannot be read ({error.strerror})", f"link files instead: {option_of('images')} link"
        ) from error
    with file, target.open("wb") as copy:
        shutil.copyfileobj(file, copy)
