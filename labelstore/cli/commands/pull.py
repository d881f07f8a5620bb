"""`pull`: exports from Labelbox into a store."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labelstore.cli import load_summary, output, progress
from labelstore.cli.command import Command
from labelstore.cli.diagnostics import FAILED, REJECTED, say, stopped
from labelstore.cli.next_steps import Step, next_lines, step
from labelstore.cli.options import AsJson, Endpoint, Store, Wait
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.figures import figure

if TYPE_CHECKING:
    from labelstore.connected.pulling import Pull, Pulled
    from labelstore.connected.service.exports import Target
    from labelstore.errors import LabelstoreError

SECTION = Section.LOAD
COMMAND = Command


def pull(
    db: Store,
    project: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="The project to pull; repeatable.", show_default=False)
    ] = None,
    dataset: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="The dataset to pull; repeatable.", show_default=False)
    ] = None,
    model_run: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="The model run to pull; repeatable.", show_default=False)
    ] = None,
    catalog: Annotated[bool, typer.Option("--catalog", help="Pull everything that the key sees.")] = False,
    all_known: Annotated[
        bool, typer.Option("--all", help="Pull all projects that the store knows, and what was pulled before.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Pull all data rows, not only those with new activity.")] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Only data rows with activity from then on, such as 2026-11-30T08:00+01:00.",
            show_default="the last pull",
        ),
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove labels of the project that are gone; all of them only with --full.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them without asking.")] = False,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the export there, as .ndjson.gz.", show_default=False)
    ] = None,
    history: Annotated[
        bool, typer.Option(help="Keep earlier versions of labels; with --no-history they are lost.")
    ] = True,
    attachments: Annotated[bool, typer.Option(help="Attachments of data rows.")] = True,
    data_row_details: Annotated[bool, typer.Option(help="Dataset, author and times of data rows.")] = True,
    embeddings: Annotated[bool, typer.Option(help="Embeddings of data rows.")] = True,
    metadata: Annotated[bool, typer.Option(help="Metadata of data rows.")] = True,
    label_details: Annotated[bool, typer.Option(help="Author, times and reviews of labels.")] = True,
    performance_details: Annotated[bool, typer.Option(help="Seconds and scores of labels.")] = True,
    project_details: Annotated[bool, typer.Option(help="Batch, priority and workflow of data rows.")] = True,
    interpolated_frames: Annotated[
        bool, typer.Option(help="Frames between key frames of videos; labelstore can compute them.")
    ] = False,
    all_projects: Annotated[bool, typer.Option(help="Labels of all projects, of datasets and the catalog.")] = True,
    all_model_runs: Annotated[bool, typer.Option(help="All model runs, of datasets and the catalog.")] = True,
    model_run_details: Annotated[bool, typer.Option(help="Split and ids of data rows in a model run.")] = True,
    predictions: Annotated[bool, typer.Option(help="Predictions of model runs.")] = True,
    media_type: Annotated[
        str | None, typer.Option(metavar="TYPE", help="Export as this type of media.", show_default=False)
    ] = None,
    batch: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this batch; repeatable.")] = None,
    data_row: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this data row; repeatable, at most 2,000.")
    ] = None,
    global_key: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Only the data row with this key; repeatable.")
    ] = None,
    workflow_status: Annotated[
        str | None, typer.Option(metavar="STATUS", help="Only ToLabel, InReview, InRework or Done.")
    ] = None,
    labeled_since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only data rows with a label made from then on.")
    ] = None,
    labeled_until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only data rows with a label made before.")
    ] = None,
    endpoint: Endpoint = None,
    wait: Wait = None,
    as_json: AsJson = False,
) -> None:
    """Pull exports from Labelbox into a store, creating it if needed.

    The API key is in LABELBOX_API_KEY, or in the keyring of the system (keyring set labelbox api-key). Needs the
    extra "labelbox".

    The first pull takes all data rows, later ones those with activity since; --full takes all again. Labels
    that their data rows lack are counted as missing and kept; --prune removes them. Only --full finds data rows
    that were deleted. By default exports hold all there is but interpolated frames. A pull with other parameters
    takes all data rows once more.

    Nothing or all of an export is stored. A pull that was stopped goes on where it was when it is run again.

    Exits with 0 if all was stored, with 3 if records were rejected or Labelbox could not export some, with 75 if
    the service was busy or out of reach and later works, with 1 after other errors.

    \b
    Examples:
      labelstore pull labels.db --project cl8szabc12345678abcdefghi
      labelstore pull labels.db --all
      labelstore pull labels.db --project cl8szabc12345678abcdefghi --full --prune --yes
      labelstore pull labels.db --dataset cl8szdef12345678abcdefghi --keep exports/ --no-embeddings
    """
    from labelstore.connected.pulling import Pull
    from labelstore.connected.pulling.parameters import Filters, Parameters
    from labelstore.connected.service.client import connect
    from labelstore.errors import UsageError

    if prune and not yes and not sys.stdin.isatty():
        raise UsageError("--prune asks before it removes labels: run it on a terminal, or give --yes")
    targets = _targets(db, project, dataset, model_run, catalog=catalog, all_known=all_known)
    parameters = Parameters(
        attachments=attachments,
        data_row_details=data_row_details,
        embeddings=embeddings,
        interpolated_frames=interpolated_frames,
        label_details=label_details,
        metadata_fields=metadata,
        performance_details=performance_details,
        project_details=project_details,
        all_projects=all_projects,
        all_model_runs=all_model_runs,
        model_run_details=model_run_details,
        predictions=predictions,
        media_type_override=media_type,
    )
    filters = Filters(
        since,
        labeled_since,
        labeled_until,
        tuple(batch or ()),
        tuple(data_row or ()),
        tuple(global_key or ()),
        workflow_status,
    )
    asks = load_summary.ask_before_pruning if prune and not yes else prune
    wanted = [Pull(target, parameters, filters, full, asks, keep) for target in targets]
    _check(wanted)
    with stopped(lambda _: "what came is kept; the same command goes on with it"):
        client = connect(endpoint)
        done = list(_each(db, wanted, client, history, wait, goes_on=all_known or len(targets) > 1))
    _show(db, done, as_json=as_json)


def _targets(
    db: Path,
    project: Sequence[str] | None,
    dataset: Sequence[str] | None,
    model_run: Sequence[str] | None,
    *,
    catalog: bool,
    all_known: bool,
) -> "list[Target]":
    """What the options name. Raises `UsageError` where that is nothing."""
    from labelstore.connected.pulling.ledger import known_targets
    from labelstore.connected.service.exports import Target
    from labelstore.errors import UsageError

    named = {"project": project, "dataset": dataset, "model_run": model_run}
    targets = [Target.of(source, id) for source, ids in named.items() for id in ids or ()]
    targets += [Target("catalog")] * catalog
    if all_known:
        known = known_targets(db)
        if not known and not targets:
            raise UsageError(f"{db}: knows no project of Labelbox yet; pull one with --project ID")
        targets += [target for target in known if target not in targets]
    if not targets:
        raise UsageError("name what to pull: --project, --dataset or --model-run with an id, --catalog, or --all")
    return list(dict.fromkeys(targets))


def _check(wanted: "Sequence[Pull]") -> None:
    """Raise `UsageError` for what one of them cannot have, before the first begins."""
    for one in wanted:
        one.asked  # noqa: B018
        one.filters.of(one.target, None)


def _each(
    db: Path, wanted: "Sequence[Pull]", client: object, history: bool, wait: float | None, *, goes_on: bool
) -> "Iterator[Pulled | LabelstoreError]":
    """What came of each pull; an error only where others are pulled, too, which go on unless the key is no good."""
    from labelstore.connected.pulling import pull as pull_one
    from labelstore.connected.service.errors import KeyRefusedError
    from labelstore.errors import ServiceError

    for one in wanted:
        try:
            with progress.shown() as line:
                heard = None if line is None else _Line(line)
                yield pull_one(db, one, client, history=history, wait=wait, notify=say, heard=heard)
        except ServiceError as error:
            if not goes_on:
                raise
            say(str(error))
            yield error
            if isinstance(error, KeyRefusedError):
                return


class _Line:
    """The progress of a pull as a line."""

    def __init__(self, line: progress.ProgressLine) -> None:
        self._line = line

    def preparing(self, target: "Target", percent: float | None) -> None:
        share = "" if percent is None else f", {percent:.0f} %"
        self._line.said(f"Labelbox prepares the export of {target}{share}")

    def fetched(self, target: "Target", done: int, total: int) -> None:
        from labelstore.files.urls import Fetching

        self._line(Fetching(str(target), total, done))


def _show(db: Path, done: "Sequence[Pulled | LabelstoreError]", *, as_json: bool) -> None:
    from labelstore.errors import LabelstoreError

    pulled = [one for one in done if not isinstance(one, LabelstoreError)]
    failed = [one for one in done if isinstance(one, LabelstoreError)]
    if as_json:
        output.write_json({"pulled": [one.as_json() for one in pulled], "failed": [str(one) for one in failed]})
    else:
        for one in pulled:
            output.write_lines(_lines(one))
        if pulled:
            output.write_lines(next_lines(_next_steps(db, pulled)))
    if failed:
        raise typer.Exit(min(error.exit_code for error in failed) if not pulled else FAILED)
    if any(one.rejected for one in pulled):
        raise typer.Exit(REJECTED)


def _lines(pulled: "Pulled") -> Iterator[str]:
    name = f" ({visible(pulled.name)})" if pulled.name else ""
    what = "all data rows" if pulled.since is None else f"activity since {pulled.since}"
    yield f"{pulled.target}{name}: {what}"
    yield from load_summary.summary(pulled.report)
    if pulled.errors:
        yield f"  not exported     {figure(pulled.errors)} data rows, by Labelbox; they are asked for again"
    if pulled.kept is not None:
        yield f"  kept             {visible(str(pulled.kept))}"


def _next_steps(db: Path, pulled: "Sequence[Pulled]") -> Iterator[Step]:
    if any(one.rejected for one in pulled):
        yield step("rejects", str(db), purpose="what was rejected or not exported, and why")
    if any(one.report.total("changed") for one in pulled):
        yield step("diff", str(db), purpose="what changed, by class and label")
    elif any(one.report.total("added") for one in pulled):
        yield load_summary.look(str(db))
        yield step("fetch", str(db), "--into", "DIR", purpose="the files behind its links, before these expire")
    yield step("pull", str(db), "--all", purpose="what is new, the next time")
