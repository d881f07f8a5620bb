"""`fetch`: the files that URLs of a store lead to, into its vault."""

import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelstore.cli import progress
from labelstore.cli.derived_options import filter_options, take
from labelstore.cli.diagnostics import say, stopped
from labelstore.cli.options import AsJson, Endpoint, Store, Wait
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.errors import UsageError
from labelstore.figures import bytes_in, counted

if TYPE_CHECKING:
    from labelstore.connected.fetching.fetch import Agree

SECTION = Section.LOAD
_MOST_SHOWN = 30
_EXTRA = ("httpx", "stamina")


def _fetch(
    db: Store,
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="The folder for the files, made if needed.", show_default="that of the last time"
        ),
    ] = None,
    masks: Annotated[bool, typer.Option("--masks", help="Fetch pictures of masks.")] = False,
    frames: Annotated[bool, typer.Option("--frames", help="Fetch frames files of v1 labels, and load them.")] = False,
    assets: Annotated[bool, typer.Option("--assets", help="Fetch assets: pictures, videos, texts …")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="New hosts: agree to them without asking.")] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="Allow this host or host:port, for redirects too; repeatable.",
            show_default=False,
        ),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Hosts of --allow-host may be in a private network.")
    ] = False,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Files to fetch at once.")] = 8,
    rate: Annotated[
        float | None,
        typer.Option(metavar="N", min=0.001, help="Requests a second at most.", show_default="no limit"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Ask for at most N URLs.", show_default="all")
    ] = None,
    max_size: Annotated[str, typer.Option(metavar="SIZE", help="The largest file: 500MB, 2GB …")] = "1GB",
    max_total: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Begin no file after so many bytes.", show_default="no limit"),
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Give a request up after this time without a byte.")
    ] = 60.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be asked, and ask nothing.")] = False,
    endpoint: Endpoint = None,
    wait: Wait = None,
    as_json: AsJson = False,
    **filters: Any,
) -> None:
    """Fetch assets, masks and frames of a store into a folder.

    Without --masks, --frames or --assets all of them. Each URL is asked for once, whatever its tokens; what is
    in the folder already is not asked for again, so that a run that was stopped goes on where it was. Files are
    named by the SHA-256 of their content. Filters take what labels that match them need.

    Hosts are shown and have to be agreed to before they are asked for the first time. Addresses in private
    networks are refused. The API key goes to Labelbox's API only.

    Exits with 0 if everything is there, with 3 if something could not be fetched, with 75 if servers were only
    busy.

    \b
    Examples:
      labelstore fetch labels.db --into vault
      labelstore fetch labels.db --masks --project "Street scenes" --yes
      labelstore fetch labels.db --dry-run
    """
    from labelstore.cli import fetch_summary

    _check_extra()
    from labelstore.connected.fetching.downloading import Limits
    from labelstore.connected.fetching.fetch import Safety, Told, fetch
    from labelstore.connected.fetching.wanted import ROLES, Selection
    from labelstore.query.filters import chosen_of

    given = {"assets": assets, "masks": masks, "frames": frames}
    kinds = [role for role in ROLES if given[role]] or ROLES
    with stopped(lambda _: "what came is kept; the same command goes on"), progress.shown() as line:
        outcome = fetch(
            db,
            into,
            selection=Selection(kinds, chosen_of(filters)),
            safety=Safety(allow_host or (), allow_private, endpoint),
            limits=Limits(
                jobs=jobs,
                most=limit,
                rate=rate,
                max_size=_bytes("--max-size", max_size),
                max_total=None if max_total is None else _bytes("--max-total", max_total),
                timeout=timeout,
            ),
            dry_run=dry_run,
            told=Told(_confirm(yes=yes), None if line is None else line.fetched, wait, say),
        )
    fetch_summary.show(outcome, as_json=as_json)


def _bytes(option: str, text: str) -> int:
    try:
        return bytes_in(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _check_extra() -> None:
    from importlib.util import find_spec

    if missing := [name for name in _EXTRA if find_spec(name) is None]:
        raise UsageError(f"{missing[0]}, which fetches, is not installed; pip install 'labelstore-db[fetch]'")


def _confirm(*, yes: bool) -> "Agree | None":
    """Who agrees to hosts: whoever sits at the terminal, or gave --yes."""
    if not yes and not sys.stdin.isatty():
        return None

    def agreed(hosts: Mapping[str, int]) -> bool:
        say("to be asked for the first time:")
        for host, count in islice(hosts.items(), _MOST_SHOWN):
            print(f"  {visible(host)}  {counted(count, 'URL')}", file=sys.stderr)
        if len(hosts) > _MOST_SHOWN:
            print(f"  and {counted(len(hosts) - _MOST_SHOWN, 'more host')}: --dry-run lists all", file=sys.stderr)
        return yes or typer.confirm("Ask them? Nobody knows yet how much comes.", err=True)

    return agreed


def fetch(*args: Any, **kwargs: Any) -> None:
    """See `_fetch`, which Typer reads with an option for each filter."""
    _fetch(*args, **kwargs)


take(fetch, _fetch, filter_options())
