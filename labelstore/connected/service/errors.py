"""What Labelbox's service refuses, as errors of labelstore, and what of it is worth another attempt."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from labelstore.errors import BusyError, ServiceError

T = TypeVar("T")

_ATTEMPTS: Final = 6
_LONGEST_PAUSE: Final = 60.0
_NO_JSON: Final = "Failed to parse response as JSON"
_LONGEST: Final = 300
_SPACE: Final = re.compile(r"\s+")


class KeyMissingError(ServiceError):
    """There is no API key."""

    def __init__(self, variable: str, keyring: str) -> None:
        hint = f"set {variable}, or keep it in the keyring of the system with: keyring set {keyring}"
        super().__init__("no API key is known here", hint)


class KeyRefusedError(ServiceError):
    """The API key is wrong, or has expired."""


class ForbiddenError(ServiceError):
    """The API key may not do this."""


class UnknownThingError(ServiceError):
    """There is no such project, dataset, model run or task, or this key does not see it."""


class LostExportError(ServiceError):
    """An export that cannot be read to its end; another one has to be made."""


def patient(ask: Callable[[], T]) -> T:
    """What `ask` gives; asked again, with growing pauses, while it raises `BusyError`: some minutes at most."""
    import stamina

    return stamina.retry(on=BusyError, attempts=_ATTEMPTS, timeout=None, wait_initial=1.0, wait_max=_LONGEST_PAUSE)(
        ask
    )()


@contextmanager
def told(what: str) -> Iterator[None]:
    """What the SDK raises, as a `ServiceError`; `what` is what was asked for, such as "project ck1"."""
    from google.api_core.exceptions import RetryError
    from lbox import exceptions as sdk
    from requests import RequestException

    try:
        yield
    except sdk.AuthenticationError:
        hint = "it may have expired: make a new one in the settings of the workspace"
        raise KeyRefusedError("the API key is not accepted", hint) from None
    except (sdk.AuthorizationError, sdk.OperationNotAllowedException) as error:
        raise ForbiddenError(f"{what}: this key may not do that ({_said(error)})") from None
    except sdk.ResourceNotFoundError:
        hint = "check the id, and that the key is of the right workspace"
        raise UnknownThingError(f"{what}: there is none with this id", hint) from None
    except sdk.ApiLimitError as error:
        raise BusyError(f"limits how much may be asked ({_said(error)})", "try again in some minutes") from None
    except (sdk.InternalServerError, sdk.TimeoutError, sdk.NetworkError, RetryError, RequestException) as error:
        raise BusyError(f"cannot be reached, or is out of order ({_said(error)})", "try again later") from None
    except sdk.LabelboxError as error:
        if _NO_JSON in _said(error):
            raise BusyError(
                "answers no JSON", "if a proxy is in between, it may want something; else try later"
            ) from None
        raise ServiceError(f"{what}: {_said(error)}") from None
    except sdk.MalformedQueryException as error:
        raise ServiceError(f"{what}: {_said(error)}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # an answer of another shape than the SDK knows
        raise ServiceError(f"{what}: answered something unknown ({type(error).__name__}: {_said(error)})") from None


def _said(error: Exception) -> str:
    """What an error says, in one short line."""
    text = _SPACE.sub(" ", str(getattr(error, "message", None) or error)).strip() or type(error).__name__
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
