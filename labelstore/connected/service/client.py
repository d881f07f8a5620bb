"""The vendor's client: logged in with the key of whoever asks, at the service or another installation of it."""

import logging
import os
from typing import TYPE_CHECKING, Final

from labelstore.connected.service.addresses import is_private_way
from labelstore.connected.service.errors import told
from labelstore.connected.service.keys import api_key
from labelstore.errors import UsageError

if TYPE_CHECKING:
    from labelbox import Client

ENDPOINT: Final = "https://api.labelbox.com/graphql"
ENDPOINT_VARIABLE: Final = "LABELBOX_ENDPOINT"


def connect(endpoint: str | None = None) -> "Client":
    """The client of the vendor's SDK for the GraphQL service at `endpoint`.

    Nothing is asked yet. Raises `UsageError` without the SDK and for an endpoint that is none, and `KeyMissingError`.
    """
    try:
        from labelbox import Client
    except ImportError:
        raise UsageError("Labelbox's SDK is not installed; pip install 'labelstore-db[labelbox]'") from None
    address = endpoint_of(endpoint)
    key = api_key()
    for name in ("labelbox", "lbox"):  # it logs what it sends, and answers
        logging.getLogger(name).setLevel(logging.CRITICAL)
    base = address.removesuffix("/graphql")
    with told("the SDK"):
        return Client(api_key=key, endpoint=address, rest_endpoint=f"{base}/api/v1")


def endpoint_of(given: str | None) -> str:
    """The address of the service, where the key goes. Raises `UsageError` for one that somebody in between can read."""
    address = given or os.environ.get(ENDPOINT_VARIABLE) or ENDPOINT
    if not is_private_way(address):
        raise UsageError(f"--endpoint {address}: give the https:// address of the GraphQL service, such as {ENDPOINT}")
    return address
