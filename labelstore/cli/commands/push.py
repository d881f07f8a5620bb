"""`push`: labels back to Labelbox, as an annotation import."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.derived_options import choice_options, take
from labelstore.cli.diagnostics import REJECTED, say, stopped
from labelstore.cli.losses import loss_lines
from labelstore.cli.options import AsJson, Endpoint, Overwrite, Store, Wait
from labelstore.cli.progress import shown
from labelstore.cli.sections import Section
from labelstore.cli.tables import table
from labelstore.cli.terminal import terminal_width
from labelstore.displaying.cells import visible
from labelstore.errors import UsageError
from labelstore.export.choices import OF_IMPORTS
from labelstore.figures import counted, figure

if TYPE_CHECKING:
    from labelstore.connected.pushing.push import Push, Pushed
    from labelstore.connected.pushing.target import Target

SECTION = Section.SHARE


class As(StrEnum):
    """What annotations become in a project."""

    LABEL_IMPORT = "label-import"
    PREDICTIONS = "predictions"


def _push(
    db: Store,
    to_project: Annotated[
        str | None, typer.Option("--to-project", metavar="ID", help="The project of Labelbox that gets them.")
    ] = None,
    to_model_run: Annotated[
        str | None,
        typer.Option("--to-model-run", metavar="ID", help="The model run of Labelbox that gets them as predictions."),
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Send them; without it nothing is sent.")] = False,
    become: Annotated[
        As | None,
        typer.Option(
            "--as",
            metavar="KIND",
            help="In a project: labels (ground truth), or predictions to correct.",
            show_default="label-import",
        ),
    ] = None,
    skip_unknown: Annotated[
        bool, typer.Option("--skip-unknown", help="Leave out what the target has no class, question or option for.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Send also what was sent before and has changed since.")
    ] = False,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write what is to be sent, as NDJSON; - for stdout.")
    ] = None,
    overwrite: Overwrite = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask Labelbox nothing.")] = False,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="List what Labelbox rejected, with the reasons, and send nothing.")
    ] = False,
    most: Annotated[
        int, typer.Option("--per-import", metavar="N", min=1, help="Annotations of an import; labels stay whole.")
    ] = 10_000,
    endpoint: Endpoint = None,
    wait: Wait = None,
    as_json: AsJson = False,
    **choices: Any,
) -> None:
    """Send labels to Labelbox, each annotation once.

    The annotations are those of export DB labelbox-import. Without --send it tells what would be sent: each class
    and question against the ontology of the target, what was sent before, and what imports cannot say. What was
    accepted is not sent again, what was rejected is tried again. The key comes from LABELBOX_API_KEY or the
    keyring. Exits with 3 if Labelbox rejects annotations, and with 75 if it is busy: later the same command goes on.

    \b
    Examples:
      labelstore push labels.db --to-project ck2 --project Roads
      labelstore push labels.db --to-project ck2 --project Roads --send
      labelstore push labels.db --to-project ck2 --as predictions --class Car --rename Car=Vehicle --send
      labelstore push labels.db --rejected
    """
    from labelstore.connected.pushing.target import target_of

    if rejected and to_project is to_model_run is None:
        _list_rejected(db, None, as_json)
        return
    target = target_of(to_project, to_model_run, predictions=become is As.PREDICTIONS)
    if rejected:
        _list_rejected(db, target, as_json)
        return
    if to_model_run is not None and become is As.LABEL_IMPORT:
        raise UsageError("a model run takes predictions only: leave out --as label-import")
    if send and offline:
        raise UsageError("--send asks Labelbox: give it without --offline")
    if as_json and out == "-":
        raise UsageError("--json and --out both go to stdout; write the annotations to a file")
    _run(
        db,
        target,
        send,
        out,
        overwrite,
        as_json,
        most=most,
        skip_unknown=skip_unknown,
        again=again,
        offline=offline,
        endpoint=endpoint,
        wait=wait,
        **choices,
    )


def _run(db: Path, target: "Target", send: bool, out: str | None, overwrite: bool, as_json: bool, **given: Any) -> None:
    from labelstore.connected.pushing.push import pushing
    from labelstore.files.outputs import check_output

    if out is not None:
        check_output(out, db, overwrite=overwrite)
    with stopped(lambda _: "the same command goes on"), shown() as line:
        progress = None if line is None else line.items
        with pushing(db, target, send=send, progress=progress, notify=say, **given) as push:
            if line is not None:
                line.clear()
            if not as_json:
                lines = [*_plan_lines(push)]
                print(*lines, sep="\n", file=sys.stderr) if send or out == "-" else output.write_lines(lines)
            try:
                push.check()
                if out is not None:
                    push.write(out, overwrite=overwrite)
                if send:
                    push.send(None if line is None else line.counted)
            finally:
                if as_json:
                    output.write_json(push.result().as_json())
            pushed = push.result()
    if send and not as_json:
        output.write(f"{_outcome(pushed)}\n")
    if pushed.rejected:
        say(f"see why with: labelstore push {db} --rejected")
        raise typer.Exit(REJECTED)


def _plan_lines(push: "Push") -> Iterator[str]:
    """The features against the target, the losses, and what is to be sent."""
    plan = push.plan
    rows = [
        (use.feature, use.name, figure(count), use.state or "not checked")
        for use, count in sorted(plan.uses.items(), key=lambda one: (not one[0].is_wrong, -one[1], one[0]))
    ]
    yield from table(("feature", "name", "in file", "target"), rows, terminal_width())
    assert plan.export is not None
    yield from loss_lines(plan.export)
    if push.why_unchecked:
        yield f"nothing is checked against {visible(push.target.name)}: {visible(push.why_unchecked)}"
    yield _sentence(push)


def _sentence(push: "Push") -> str:
    plan = push.plan
    named = f" ({visible(push.name)})" if push.name else ""
    imports = sum(1 for _ in push.batches())
    what = f"{counted(plan.ready, 'annotation')} of {counted(plan.labels, 'label')}"
    where = f"{visible(push.target.name)}{named} as {push.target.becomes}"
    told = [f"{what} to send to {where}, in {counted(imports, 'import')}"]
    others = (
        (plan.accepted_before, "accepted before"),
        (plan.changed, "accepted before with another content (--again sends them)"),
        (plan.unknown_before, "sent before while nobody knows what became of them (--send asks first)"),
        (plan.refused, "that use what the target lacks"),
        (plan.too_many, "of classes with too many in a data row"),
    )
    return "; ".join([*told, *(f"{figure(count)} {what}" for count, what in others if count)])


def _outcome(pushed: "Pushed") -> str:
    told = f"{figure(pushed.sent)} sent in {counted(pushed.imports, 'import')}: {figure(pushed.accepted)} accepted"
    told += f", {figure(pushed.rejected)} rejected" if pushed.rejected else ""
    return told + (f", {figure(pushed.unknown)} of which Labelbox says nothing" if pushed.unknown else "")


def _list_rejected(db: Path, target: "Target | None", as_json: bool) -> None:
    from labelstore.cli.row_output import write_rows
    from labelstore.connected.pushing.sent import Sent, rejected
    from labelstore.engines import open_database

    with open_database(db, read_only=True) as database:
        found = rejected(database, None if target is None else target.key)
        if as_json:
            write_rows("json", Sent._fields, found)
            return
        listed = 0
        for one in found:
            listed += 1
            named = ", ".join(map(visible, (one.target, f"label {one.label_id}", one.uuid, one.sent_at)))
            output.write_lines([named, f"  {visible(one.reason or '')}"])
    print(f"{counted(listed, 'annotation')} rejected" if listed else "nothing was rejected", file=sys.stderr)


def push(*args: Any, **kwargs: Any) -> None:
    """See `_push`, which Typer reads with an option for each choice and filter of the export."""
    _push(*args, **kwargs)


take(push, _push, choice_options(OF_IMPORTS))
