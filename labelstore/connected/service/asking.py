"""How often the SDK asks: once, where a second time would make a second thing."""

from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labelbox import Client


def asking_once(client: "Client") -> "Client":
    """The client, without the SDK's own repetition after errors of the server, which may have done what it was asked.

    The SDK repeats everything, what creates something too.
    """
    from lbox.request_client import RequestClient

    once = copy(client)
    once._request_client = copy(client._request_client)
    asked = RequestClient.execute.__wrapped__
    once._request_client.execute = asked.__get__(once._request_client)
    return once
