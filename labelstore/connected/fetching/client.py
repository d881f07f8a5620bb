"""The HTTP client of fetch: no proxies, no cookies, no redirects by itself, no address that was not checked."""

import logging
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Final

import httpcore
import httpx

from labelstore.connected.fetching.addresses import Addresses, PinnedBackend
from labelstore.version import __version__

_HEADERS: Final = {"User-Agent": f"labelstore/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}


class PinnedTransport(httpx.HTTPTransport):
    """Connects by `PinnedBackend`; names in certificates and requests stay those of the URL."""

    def __init__(self, addresses: Addresses, connections: int) -> None:
        certificates = _certificates()
        super().__init__(verify=certificates)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=certificates,
            max_connections=connections,
            max_keepalive_connections=connections,
            network_backend=PinnedBackend(addresses),
        )


@cache
def _certificates() -> ssl.SSLContext:
    """Those that are trusted, read once."""
    return httpx.create_ssl_context(trust_env=False)


class Client:
    """Sends requests one by one: it follows no redirect, and keeps no cookie.

    For so many connections; waits `timeout` seconds for an answer or the next bytes.
    """

    def __init__(self, addresses: Addresses, *, connections: int, timeout: float) -> None:
        for name in ("httpx", "httpcore", "stamina"):  # they would log URLs with their tokens
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._transport = PinnedTransport(addresses, connections)
        self._extensions = {"timeout": httpx.Timeout(timeout).as_dict()}

    def get(self, url: httpx.URL, headers: Mapping[str, str]) -> httpx.Response:
        """The answer, its body not yet read; close it. Raises the errors of httpx."""
        request = httpx.Request("GET", url, headers={**_HEADERS, **headers}, extensions=self._extensions)
        response = self._transport.handle_request(request)
        response.request = request
        return response

    def close(self) -> None:
        """End the connections."""
        self._transport.close()
