"""Fetch what the URLs of a store lead to: planned, agreed to, downloaded, noted, and made into rows."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from httpx import URL

from labelstore.assets.linking import link
from labelstore.assets.vault import Vault, remember
from labelstore.connected.fetching.access import Access
from labelstore.connected.fetching.addresses import Addresses, Resolve
from labelstore.connected.fetching.asking import Api
from labelstore.connected.fetching.contents import MASK
from labelstore.connected.fetching.downloading import Downloads, Limits, remove_scratch_files
from labelstore.connected.fetching.frames import load_frames
from labelstore.connected.fetching.hosts import Allowed, Place, named_place
from labelstore.connected.fetching.ledger import Entry, Ledger, known, urls_asked
from labelstore.connected.fetching.outcome import Fetched
from labelstore.connected.fetching.planning import Plan, hosts_asked, hosts_of, planned
from labelstore.connected.fetching.results import COMPLETE, EXPIRED, Got
from labelstore.connected.fetching.wanted import ROLES, Selection, find_wanted
from labelstore.connected.service.client import endpoint_of
from labelstore.errors import StoreError, UsageError
from labelstore.figures import figure
from labelstore.loading.store_file import Notify, locked
from labelstore.query.filters import check_known

_TOGETHER: Final = 500
_TIMES: Final = 10
_LONGEST: Final = 2.0
"""So many results are written together, or fewer where so many times the time has passed that it takes to write them,
or so many seconds."""

Agree = Callable[[Mapping[str, int]], bool]
"""Asked before hosts are asked for the first time, with how many URLs lead to each."""
Progress = Callable[[int, int, int], None]
"""Told how many URLs are done, of how many, and the bytes that came."""


class Safety(NamedTuple):
    """What may be asked besides the hosts that somebody agreed to.

    `allow_hosts`: hosts, or host:port, that need no agreement. `allow_private`: those of them may be in a private
    network. `endpoint`: another installation of Labelbox; None for the usual one.
    """

    allow_hosts: Sequence[str] = ()
    allow_private: bool = False
    endpoint: str | None = None


class Told(NamedTuple):
    """Whom to ask and tell: about hosts, progress, and waiting for the store."""

    confirm: Agree | None = None
    progress: Progress | None = None
    wait: float | None = None
    notify: Notify | None = None


def fetch(
    store: str | Path,
    into: str | Path | None = None,
    *,
    selection: Selection = Selection(),  # noqa: B008
    safety: Safety = Safety(),  # noqa: B008
    limits: Limits = Limits(),  # noqa: B008
    dry_run: bool = False,
    told: Told = Told(),  # noqa: B008
    resolve: Resolve | None = None,
) -> Fetched:
    """Fetch what a selection of the store's URLs leads to into a folder, and write the ledger `assets`.

    Without `into` the folder of the last time is used. Hosts that were never asked need the agreement of
    `told.confirm`. Raises `UsageError`, `StoreError`, `InUseError` and `OSError`.
    """
    started = time.perf_counter()
    run = _Run(Path(store), into, selection, safety, limits, told, resolve, dry_run=dry_run)
    if dry_run:
        run.rehearse()
    else:
        run.run()
    run.outcome.seconds = time.perf_counter() - started
    return run.outcome


class _Run:
    """One run: the store, its vault, what may be asked, and what came of it so far."""

    def __init__(
        self,
        store: Path,
        into: str | Path | None,
        selection: Selection,
        safety: Safety,
        limits: Limits,
        told: Told,
        resolve: Resolve | None,
        *,
        dry_run: bool,
    ) -> None:
        if unknown := set(selection.kinds) - set(ROLES):
            raise UsageError(f"{sorted(unknown)[0]}: is nothing to fetch; kinds are {', '.join(ROLES)}")
        self._selection, self._limits, self._told = selection, limits, told
        self._access = Access(store, told.wait, told.notify)
        self._api, named = Api(URL(endpoint_of(safety.endpoint))), _named(safety)
        self._private = named if safety.allow_private else set()
        if safety.endpoint is not None:
            named = named | {self._api.place}
            self._private = self._private | {self._api.place}
        self._allowed = Allowed((), named)
        self._addresses = Addresses(lambda place: Allowed((), self._private).is_named(place), resolve)
        self._entries: dict[str, Entry] = {}
        self._done: set[str] = set()
        with self._access.reading() as database:
            check_known(database, selection.chosen)
            stored = database.value("select folder from vault limit 1")
        self._stored = None if stored is None else store.resolve().parent / stored
        self.vault = Vault(_folder(into, self._stored, store if dry_run else None))
        self.outcome = Fetched(str(store), str(self.vault.folder))

    def rehearse(self) -> None:
        """See what there is to do, and do nothing."""
        plan = self._plan()
        outcome = self.outcome
        outcome.is_dry, outcome.to_ask, outcome.hosts = True, len(plan.ask), hosts_of(plan.ask)
        outcome.add(plan.known)

    def run(self) -> None:
        """Do all of it."""
        plan = self._plan()
        self._agree(plan)
        try:
            self.vault.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(str(self.vault.folder), f"cannot be made ({error.strerror})", "name a folder") from error
        place, told = self.vault.folder / "fetch", self._told
        with locked(place, "fetch", [str(self._access.store)], wait=told.wait, notify=told.notify):
            remove_scratch_files(self.vault)
            self._remember()
            while True:
                lost = self._download(plan)
                if not lost or not (plan := self._plan()).ask:
                    break
                self._agree(plan)
            self.outcome.frames = load_frames(self._access, self.vault)
            with self._access.writing() as database:
                self.outcome.linked = link(database, self.vault)

    def _plan(self) -> Plan:
        """What is left to do. The first time, what the ledger says is read, too."""
        with self._access.reading() as database:
            if not self._done:
                self._entries = known(database)
                self._allowed.hosts = hosts_asked(urls_asked(database))
            found = find_wanted(database, self._selection, self._is_lost)
        wanted = [one for url, one in found.wanted.items() if url not in self._done]
        plan = planned(wanted, self._entries, self.vault, self._allowed, self._api)
        if not self._done:
            self.outcome.elsewhere = found.elsewhere
            self.outcome.had = plan.had
        return plan

    def _is_lost(self, url: str) -> bool:
        entry = self._entries.get(url)
        return entry is not None and entry.status not in COMPLETE

    def _agree(self, plan: Plan) -> None:
        """Have somebody agree to the hosts that were never asked. Raises `UsageError`."""
        if not plan.new_hosts:
            return
        confirm = self._told.confirm
        if confirm is None:
            hosts = ", ".join(f"{host} ({figure(count)})" for host, count in plan.new_hosts.most_common())
            raise UsageError(
                f"nobody agreed yet to ask these hosts (URLs): {hosts}; do so with --yes, or --allow-host HOST for each"
            )
        if not confirm(dict(plan.new_hosts.most_common())):
            raise UsageError("nothing was asked; --allow-host HOST names hosts that may be")
        self._allowed.hosts |= plan.new_hosts.keys()

    def _remember(self) -> None:
        """Have the store know its vault."""
        folder = self.vault.folder
        if self._stored is None or self._stored.resolve() != folder.resolve():
            with self._access.writing() as database:
                remember(database, self._access.store, folder)

    def _download(self, plan: Plan) -> bool:
        """Download what is planned, and note what came of it; whether a picture of masks did not come."""
        most = self._limits.most
        ask = plan.ask[: None if most is None else max(0, most - self.outcome.asked)]
        self._done.update(one.url for one in plan.ask)
        self._done.update(got.wanted.url for got in plan.known)
        ledger = Ledger(self._access, self._entries)
        ledger.note(self._news(plan.known))
        lost = self._count(plan.known)
        done, waiting, due = 0, list[Got](), 0.0
        if ask:
            downloads = Downloads(self.vault, self._allowed, self._api, self._limits, self._addresses)
            try:
                with closing(downloads.all_of(ask)) as results:
                    for got in results:
                        waiting += () if got is None else (got,)
                        done += got is not None
                        if self._told.progress is not None:
                            self._told.progress(done, len(ask), downloads.bytes)
                        if len(waiting) >= _TOGETHER or (waiting and time.monotonic() >= due):
                            began = time.monotonic()
                            if ledger.try_note(self._news(waiting)):
                                lost |= self._count(waiting)
                                waiting = []
                            due = time.monotonic() + min(_LONGEST, _TIMES * (time.monotonic() - began))
            finally:
                waiting += downloads.finished()
                ledger.note(self._news(waiting))
            lost |= self._count(waiting)
        self.outcome.left += len(plan.ask) - done
        return lost

    def _count(self, results: Sequence[Got]) -> bool:
        """Count results; whether a picture of masks did not come."""
        self.outcome.add(results)
        return any(got.wanted.role == MASK and got.status not in COMPLETE for got in results)

    def _news(self, results: Sequence[Got]) -> list[Got]:
        """What the ledger has to be told of them."""
        return [got for got in results if self._is_news(got)]

    def _is_news(self, got: Got) -> bool:
        if got.attempts:
            return True
        before = self._entries.get(got.wanted.url)
        return got.status == EXPIRED and (before is None or before.status != EXPIRED)


def _folder(into: str | Path | None, stored: Path | None, rehearsed: Path | None) -> Path:
    """The folder of the vault. To rehearse with a store that has none, one that is not there does."""
    if into is None and stored is None:
        if rehearsed is not None:
            return rehearsed.with_name(f"{rehearsed.name}.vault")
        raise UsageError("name the folder for the files: --into DIR; later runs know it")
    folder = Path(into) if into is not None else stored
    assert folder is not None
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--into {folder}: is no folder; name a new one")
    return folder


def _named(safety: Safety) -> set[Place]:
    found = set()
    for text in safety.allow_hosts:
        try:
            found.add(named_place(text))
        except ValueError:
            raise UsageError(f"--allow-host {text}: name a host, such as example.com or example.com:8443") from None
    return found
