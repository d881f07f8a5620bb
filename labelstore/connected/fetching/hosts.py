"""Which hosts may be asked: those of the store that somebody confirmed, and those that the command names."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from labelstore.connected.fetching.results import REFUSED, NotFetchedError

if TYPE_CHECKING:
    import httpx

_HOST: Final = re.compile(r"[a-z0-9._-]{1,255}|[0-9a-f:.]{2,45}")
_LABELBOX: Final = ".labelbox.com"
_PORTS: Final = {"http": 80, "https": 443}


class Place(NamedTuple):
    """Where a URL leads: a host in lower case, as ASCII, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in _PORTS.values() else f"{host}:{self.port}"


def place_of(url: "str | httpx.URL") -> Place:
    """Where a URL leads. Raises `NotFetchedError` for one that is no address of the web, or has a user in it."""
    import httpx

    try:
        parsed = httpx.URL(url) if isinstance(url, str) else url
        scheme, host, port = parsed.scheme, parsed.raw_host.decode("ascii").lower().rstrip("."), parsed.port
        userinfo, _ = parsed.userinfo, parsed.host  # which is decoded when it is asked for
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise NotFetchedError(REFUSED, "is no address of the web") from None
    if scheme not in _PORTS:
        raise NotFetchedError(REFUSED, f"{scheme[:20] or 'no scheme'}: only http and https are asked")
    if not host:
        raise NotFetchedError(REFUSED, "names no host")
    if not _HOST.fullmatch(host) or not 0 < (port or 80) < 65536:
        raise NotFetchedError(REFUSED, "is no address of the web")
    if userinfo:
        raise NotFetchedError(REFUSED, "has a user or a password in it")
    return Place(host, port or _PORTS[scheme])


def named_place(text: str) -> Place:
    """`host` or `host:port` as an option says it; port 0 stands for the usual two. Raises `ValueError`."""
    import httpx

    if "://" in text or "/" in text or "@" in text:
        raise ValueError(text)
    try:
        url = httpx.URL(f"http://[{text}]" if text.count(":") > 1 and text[:1] != "[" else f"http://{text}")
        host = url.raw_host.decode("ascii").lower().rstrip(".")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ValueError(text) from error
    if not _HOST.fullmatch(host):
        raise ValueError(text)
    has_port = text.rpartition("]")[2].count(":") == 1
    return Place(host, (url.port or 80) if has_port else 0)


class Allowed:
    """The hosts that may be asked: `hosts` at the usual ports, `named` by somebody who also says at which port."""

    def __init__(self, hosts: Iterable[str] = (), named: Iterable[Place] = ()) -> None:
        self.hosts = set(hosts)
        self.named = set(named)

    def allows(self, place: Place) -> bool:
        """Whether this place may be asked."""
        return self.is_named(place) or (place.port in _PORTS.values() and place.host in self.hosts)

    def is_named(self, place: Place) -> bool:
        """Whether the command names it."""
        usual = Place(place.host, 0)
        return place in self.named or (place.port in _PORTS.values() and usual in self.named)

    def check(self, url: "str | httpx.URL") -> Place:
        """Where a URL leads. Raises `NotFetchedError` unless that may be asked; hosts of Labelbox itself may."""
        place = place_of(url)
        if not self.allows(place) and not _is_labelbox(place):
            raise NotFetchedError(REFUSED, f"{place} is not allowed; --allow-host {place} would")
        return place


def _is_labelbox(place: Place) -> bool:
    return place.port == _PORTS["https"] and f".{place.host}".endswith(_LABELBOX)
