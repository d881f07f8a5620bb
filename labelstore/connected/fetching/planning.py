"""What a run has to do: which URLs are to be asked for, and whose hosts somebody has to agree to before."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from labelstore.assets.vault import Vault
from labelstore.connected.fetching.asking import Api
from labelstore.connected.fetching.downloading import needs_no_request
from labelstore.connected.fetching.hosts import Allowed, Place, place_of
from labelstore.connected.fetching.ledger import Entry
from labelstore.connected.fetching.results import EMPTY, FETCHED, REFUSED, Got, NotFetchedError, Wanted


class Plan(NamedTuple):
    """What is to be asked for, what is known of others without asking, how many are there; new hosts with counts."""

    ask: list[Wanted]
    known: list[Got]
    had: int
    new_hosts: Counter[str]


def planned(wanted: Iterable[Wanted], entries: dict[str, Entry], vault: Vault, allowed: Allowed, api: Api) -> Plan:
    """Sort what is wanted by what has to be done for it."""
    plan = Plan([], [], 0, Counter())
    had = 0
    for one in wanted:
        entry = entries.get(one.url)
        if entry is not None and _is_there(entry, vault):
            had += 1
        elif (got := needs_no_request(one, api) or _without_name(one, allowed)) is not None:
            plan.known.append(got)
        else:
            plan.ask.append(one)
            place = place_in(one.signed)
            if not allowed.allows(place):
                plan.new_hosts[place.host] += 1
    return plan._replace(had=had)


def hosts_of(wanted: Iterable[Wanted]) -> Counter[str]:
    """How many URLs lead to each host."""
    return Counter(str(place_in(one.signed)) for one in wanted)


def hosts_asked(urls: Iterable[str]) -> set[str]:
    """The hosts that URLs of the ledger lead to."""
    found = set()
    for start in {_start(url) for url in urls}:
        try:
            found.add(_place_at(start).host)
        except NotFetchedError:
            continue
    return found


def place_in(url: str) -> Place:
    """Where a URL leads, read once for all that begin like it. Raises `NotFetchedError`."""
    return _place_at(_start(url))


def _start(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


@cache
def _place_at(start: str) -> Place:
    return place_of(start)


def _is_there(entry: Entry, vault: Vault) -> bool:
    return entry.status == EMPTY or (entry.status == FETCHED and vault.find(entry.sha256, entry.media_type) is not None)


def _without_name(wanted: Wanted, allowed: Allowed) -> Got | None:
    """A port that is none of the usual two has to be named."""
    place = place_in(wanted.signed)
    if place.port in (80, 443) or allowed.is_named(place):
        return None
    return Got(wanted, REFUSED, f"at an unusual port: --allow-host {place} allows it")
