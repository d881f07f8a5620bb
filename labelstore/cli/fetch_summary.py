"""What a run of fetch did, in words: what came, what did not and why, what to do about it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import BUSY, REJECTED
from labelstore.cli.next_steps import Step, next_lines, step
from labelstore.displaying.cells import visible
from labelstore.figures import counted, duration, figure, size

if TYPE_CHECKING:
    from labelstore.connected.fetching.outcome import Fetched

_NAMED = 5
_REASONS = 10


def show(outcome: "Fetched", *, as_json: bool) -> None:
    """Print it; raises `typer.Exit` with 3 if something was not fetched, with 75 if servers were only busy."""
    if as_json:
        output.write_json(outcome.as_json())
    else:
        output.write_lines(_rehearsed(outcome) if outcome.is_dry else _done(outcome))
        output.write_lines(_not_fetched(outcome))
        output.write_lines(next_lines(_steps(outcome)))
    if outcome.is_dry:
        return
    if outcome.is_only_busy:
        raise typer.Exit(BUSY)
    if outcome.not_fetched or outcome.unread:
        raise typer.Exit(REJECTED)


def _rehearsed(outcome: "Fetched") -> Iterator[str]:
    yield f"{visible(outcome.store)}: {counted(outcome.to_ask, 'URL')} to ask for, {figure(outcome.had)} there already"
    for host, count in outcome.hosts.items():
        yield f"  {visible(host)}  {figure(count)}"


def _done(outcome: "Fetched") -> Iterator[str]:
    parts = [f"{counted(outcome.fetched, 'file')} fetched ({size(outcome.bytes)})"]
    parts += [f"{figure(outcome.had)} there already"] if outcome.had else []
    parts += [f"{figure(outcome.statuses['empty'])} without content"] if outcome.statuses["empty"] else []
    parts += [f"{figure(outcome.left)} left for another run"] if outcome.left else []
    yield f"{visible(outcome.store)}: {', '.join(parts)}, {duration(outcome.seconds)}"
    yield f"  vault   {visible(outcome.vault)}"
    if (frames := outcome.frames) is not None and (frames.files or frames.missing):
        lacking = f", {counted(frames.missing, 'label')} without theirs" if frames.missing else ""
        rejected = f", {figure(frames.rejected)} rejected" if frames.rejected else ""
        yield f"  frames  {figure(frames.frames)} loaded from {counted(frames.files, 'file')}{rejected}{lacking}"
        for url, reason in list(frames.unread.items())[:_NAMED]:
            yield f"    {visible(url)}: {visible(reason)}"
    if (linked := outcome.linked) is not None and (linked.files or linked.masks or linked.unread):
        yield f"  made    {counted(linked.masks, 'mask')} of pixels, {counted(linked.files, 'asset')} with a file"
        for reason, count in linked.unread.most_common(_NAMED):
            yield f"    {counted(count, 'mask')}: {visible(reason)}"


def _not_fetched(outcome: "Fetched") -> Iterator[str]:
    for scheme, count in outcome.elsewhere.most_common(_NAMED):
        yield f"  {counted(count, 'URL')} at {visible(scheme)}:// not asked for: only http and https are"
    for (status, reason), count in outcome.reasons.most_common(_REASONS):
        yield f"  {figure(count)} {status}: {visible(reason)}"
        yield f"    {visible(outcome.examples[status, reason][0])}"
    if (more := len(outcome.reasons) - _REASONS) > 0:
        yield f"  {counted(more, 'more reason')}: --json has them"


def _steps(outcome: "Fetched") -> Iterator[Step]:
    """The pulls that renew links which have expired."""
    for (option, id_), count in outcome.expired.most_common(_NAMED):
        purpose = f"fresh links for {counted(count, 'URL')}"
        yield step("pull", outcome.store, option, id_, "--full", purpose=purpose)
