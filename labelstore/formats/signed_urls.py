"""Signed URLs. Each export signs its URLs anew, so the tokens in their query strings are no content.

What else a query string says is content: `?id=5&token=abc` and `?id=6&token=def` are two assets. The names are those of
Amazon S3 and CloudFront, Google Cloud Storage, CDN and Firebase, Azure shared access signatures, Alibaba OSS and CDN,
Tencent COS, Akamai, Cloudflare, Fastly, imgix, Bunny and Discord, and what applications call theirs.
"""

import re
from functools import cache

TOKEN_NAMES = (
    r"x-(?:amz|goog)-[\w-]+",
    r"x-oss-(?!process)[\w-]+",
    r"q-(?:sign-algorithm|ak|sign-time|key-time|header-list|url-param-list)",  # Tencent
    r"sig|auth|auth[_-]?key|authorization|api[_-]?key|access[_-]?key(?:[_-]?id)?|secret|password",
    r"(?:google|aws|oss)access(?:key)?id",
    r"key-pair-id|keyname|urlprefix",  # CloudFront, Cloud CDN
    r"__gda__|hdn(?:ea|ts|tl)",  # Akamai
    r"wssecret|wstime",
    r"expires|expiry",
    r"[\w.-]{0,40}(?:token|signature|jwt|hmac)_{0,2}",  # last, for it takes longest
)
"""Parameters of a query string that are always tokens, or go with one: regular expressions, in any case."""

TOKEN_VALUES = (
    r"verify=\d{8,}-[\w%+/=-]+",  # Cloudflare
    r"s=[0-9a-f]{32}(?![0-9a-z])",  # imgix
    r"hm=[0-9a-f]{64}(?![0-9a-z])",  # Discord
    r"key=AIza[\w-]{35}",  # Google APIs
)
"""Parameters that are tokens if their value looks like one."""

COMPANIONS = {
    "sig": r"sv|st|se|sr|sp|sip|spr|ss|srt|si|sdd|ses|sks|skv|skt|ske|skoid|sktid|saoid|suoid|scid",  # Azure
    "signature": r"policy",
    "token": r"token_path|policy|exp|nonce",
    "expires": r"md5|nonce",
    "hm": r"ex|is",
}
"""Parameters that are tokens beside another one: names by the end of its name."""

_AND = r"(?:(?:&|\\u0026)(?:amp;)?)"
_IS = r"(?:=|\\u003[dD])"
_VALUE = r"[^\"?\s&\\#]*+(?:\\/[^\"?\s&\\#]*+)*+"
_TOKEN = rf"(?:(?:token|signature|expires|{'|'.join(TOKEN_NAMES)}){_IS}{_VALUE}|(?:{'|'.join(TOKEN_VALUES)}))"
_SIGNED = (
    rf"\?(?!\")((?:[^\"?\s&\\]*+{_AND})*?)({_TOKEN}(?:{_AND}{_TOKEN})*+)"
    rf"((?:(?={_AND})(?:[^\"?\s#\\]++|\\(?:u0026|/))*+)?)"
)
_IN_TEXT = re.compile(_SIGNED, re.I | re.A)
_IN_JSON = re.compile(_SIGNED.encode(), re.I)


def without_tokens(text: str) -> str:
    """A text without the tokens in the query strings of its signed URLs."""
    return _IN_TEXT.sub(_content, text) if "?" in text else text


def split_tokens(raw: bytes) -> tuple[list[bytes], list[bytes]]:
    """JSON text without tokens, in pieces between which a `?` stood, and the query strings that had them."""
    first, *parts = _IN_JSON.split(raw)
    if not parts:
        return [first], []
    tokens = parts[1::4]
    if not any(parts[::4]) and not any(parts[2::4]):
        return [first, *parts[3::4]], tokens
    pieces = [first]
    for number, (before, token, after, text) in enumerate(
        zip(parts[::4], tokens, parts[2::4], parts[3::4], strict=True)
    ):
        if before or after:
            tokens[number] = query = before + token + after
            pattern = _tokens_beside(_signs(query.decode("latin-1")))[1]
            pieces.append(pattern.sub(b"", query) + text)
        else:
            pieces.append(text)
    return pieces, tokens


def _content(found: re.Match[str]) -> str:
    query = found[0][1:]
    return "?" + _tokens_beside(_signs(query))[0].sub("", query) if found[1] or found[3] else "?"


def _signs(query: str) -> tuple[str, ...]:
    return tuple(sign for sign, pattern in _SIGNS.items() if pattern.search(query))


_SIGNS = {sign: re.compile(sign + _IS, re.I | re.A) for sign in COMPANIONS}


@cache
def _tokens_beside(signs: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[bytes]]:
    """What to drop of a query string in which these stand, with the sign before it."""
    names = "|".join(COMPANIONS[sign] for sign in signs)
    beside = rf"|(?:{names}){_IS}{_VALUE}" if names else ""
    pattern = rf"(?:^|{_AND})(?:{_TOKEN}{beside})(?=$|{_AND}|#)"
    return re.compile(pattern, re.I | re.A), re.compile(pattern.encode(), re.I)
