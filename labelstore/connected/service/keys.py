"""The API key of Labelbox: from the environment, else from the keyring of the system; it is never shown or stored."""

import os
from typing import Final

from labelstore.connected.service.errors import KeyMissingError

VARIABLE: Final = "LABELBOX_API_KEY"
KEYRING: Final = ("labelbox", "api-key")
"""Service and user under which a keyring has the key."""


def api_key() -> str:
    """The key. Raises `KeyMissingError` where there is none."""
    key = os.environ.get(VARIABLE, "").strip() or _of_keyring()
    if not key:
        raise KeyMissingError(VARIABLE, " ".join(KEYRING))
    return key


def _of_keyring() -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return (keyring.get_password(*KEYRING) or "").strip()
    except (KeyringError, OSError, RuntimeError):  # locked, or a system without one
        return ""
