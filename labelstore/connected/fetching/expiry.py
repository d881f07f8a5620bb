"""When a signed URL stops to work, by its own parameters."""

import base64
import binascii
import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlsplit

_LONGEST: Final = 16_384
_MOST: Final = 100
_COMPACT: Final = "%Y%m%dT%H%M%SZ"
_SECONDS: Final = re.compile(r"\d{9,11}")
_EPOCHS: Final = ("expires", "expiry", "exp", "e")
_TOKENS: Final = ("token", "jwt", "access_token")


def expires_at(url: str) -> str | None:
    """UTC, ISO 8601; None where the URL does not say.

    Knows Google Cloud Storage (X-Goog-Date and X-Goog-Expires), Amazon S3 (X-Amz-…), CloudFront and older ones
    (Expires), Azure (se), and tokens that are JSON web tokens with `exp`.
    """
    if "?" not in url or len(url) > _LONGEST:
        return None
    with suppress(ValueError, OverflowError):
        pairs = parse_qsl(urlsplit(url).query, max_num_fields=_MOST)
        moment = _moment({name.lower(): value for name, value in pairs})
        if moment is not None:
            return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return None


def _moment(given: dict[str, str]) -> datetime | None:
    for vendor in ("x-goog", "x-amz"):
        if f"{vendor}-date" in given and f"{vendor}-expires" in given:
            signed = datetime.strptime(given[f"{vendor}-date"], _COMPACT).replace(tzinfo=UTC)
            return signed + timedelta(seconds=int(given[f"{vendor}-expires"]))
    if "se" in given and "sig" in given:
        ends = datetime.fromisoformat(given["se"])
        return ends if ends.tzinfo is not None else ends.replace(tzinfo=UTC)
    for name in _EPOCHS:
        if _SECONDS.fullmatch(given.get(name, "")):
            return datetime.fromtimestamp(int(given[name]), UTC)
    for name in _TOKENS:
        if (seconds := _of_web_token(given.get(name, ""))) is not None:
            return datetime.fromtimestamp(seconds, UTC)
    return None


def _of_web_token(token: str) -> float | None:
    """`exp` of a JSON web token."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    with suppress(ValueError, binascii.Error, RecursionError):
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        if isinstance(claims, dict) and isinstance(claims.get("exp"), int | float):
            return float(claims["exp"])
    return None
