"""Addresses to which a key, or what only its owner may see, can go: nobody in between reads it."""

from typing import Final
from urllib.parse import urlsplit

from labelstore.errors import ServiceError

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def is_private_way(address: str) -> bool:
    """Whether an address is https://, or http:// to this computer itself, and has no user in it."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    return bool(host) and is_safe and parts.username is None


def check_address(address: str) -> None:
    """Raise `ServiceError` for an address of the service to which there is no private way."""
    if not is_private_way(address):
        raise ServiceError("names an address that is not https://")
