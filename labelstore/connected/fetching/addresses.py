"""Which addresses may be connected to. The address that is checked is the one that the connection goes to."""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpcore

from labelstore.connected.fetching.hosts import Place
from labelstore.connected.fetching.results import REFUSED, NotFetchedError

Resolve = Callable[[str, int], list[str]]
"""The addresses of a host."""
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_TRANSLATED: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
"""In their last four bytes they have the IPv4 address that a gateway connects to (RFC 6052, RFC 8215)."""


class Addresses:
    """The addresses of hosts, as far as they may be connected to.

    `is_private_allowed` says of a host and port whether they may be in a private network, or this computer.
    """

    def __init__(
        self, is_private_allowed: Callable[[Place], bool] = lambda _: False, resolve: Resolve | None = None
    ) -> None:
        self._is_private_allowed = is_private_allowed
        self._resolve = resolve or resolved

    def of(self, host: str, port: int) -> list[str]:
        """Those of a host. Raises `NotFetchedError` if any of them may not be connected to, and `OSError`."""
        found = self._resolve(host, port)
        allows_private = self._is_private_allowed(Place(host, port))
        for text in found:
            if (why := refusal(text, allows_private=allows_private)) is not None:
                raise NotFetchedError(REFUSED, f"{host} is at {text}, {why}")
        return found


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system. Raises `OSError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a part of the name is too long
        raise OSError(f"no name of a host ({error})") from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def refusal(text: str, *, allows_private: bool = False) -> str | None:
    """Why an address is not connected to; None for one that is."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "no address"
    return next((why for one in _meant(address) if (why := _why_not(one, allows_private)) is not None), None)


def _meant(address: _Address) -> Iterable[_Address]:
    """An address, and the IPv4 addresses that it stands for."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            yield address.ipv4_mapped
        if address.sixtofour is not None:
            yield address.sixtofour
        yield from address.teredo or ()
        if any(address in network for network in _TRANSLATED) or int(address) >> 32 == 0:
            yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _why_not(address: _Address, allows_private: bool) -> str | None:
    if address.is_link_local:
        return "a link-local address, where clouds keep their secrets"
    if address.is_multicast:
        return "a multicast address"
    if address.is_unspecified:
        return "no address of a host"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return None  # what it stands for is judged, as below
    if any(address in network for network in _TRANSLATED):
        return None
    if address.is_loopback:
        return None if allows_private else "this computer"
    if address.is_reserved:
        return "a reserved address"
    is_site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    if is_site_local or not address.is_global:
        return None if allows_private else "no address of the public network"
    return None


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to addresses that were checked, and never asks for the name again in between."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that answers."""
        try:
            found = self._addresses.of(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is not known here ({error})") from error
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in found:
            try:
                return self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """There are none."""
        raise httpcore.ConnectError("no sockets of files are asked")

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._sockets.sleep(seconds)
