"""What secrets look like: the keys that services give out, the names that stand before secrets, e-mail addresses.

docs/how-to/publishing.md lists them; that table is made from what is here.
"""

import re
from functools import lru_cache
from typing import NamedTuple


class Token(NamedTuple):
    """Keys of one service. `starts` are how they begin, for people; `pattern` matches one."""

    service: str
    starts: str
    pattern: str


TOKEN_KINDS = (
    Token("JSON Web Tokens, API keys of Labelbox", "eyJ…", r"(?<![\w-])eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?"),
    Token("AWS", "AKIA…, ASIA…", r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16}\b"),
    Token("Google", "AIza…, ya29.…, GOCSPX-…", r"\bAIza[\w-]{35}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}"),
    Token("GitHub", "ghp_…, gho_…, github_pat_…", r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{20,}"),
    Token("GitLab", "glpat-…", r"\bgl(?:pat|ptt|dt|rt|soat|cbt)-[\w-]{16,}"),
    Token(
        "Slack",
        "xoxb-…, xapp-…, hooks.slack.com/…",
        r"\bxox[abceoprs]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{10,}|(?<=hooks\.slack\.com/services/)[\w/]{20,}",
    ),
    Token("Stripe", "sk_live_…, rk_live_…, whsec_…", r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[\w+/=]{16,}"),
    Token("OpenAI, Anthropic", "sk-…", r"\bsk-(?:proj-|ant-|svcacct-|admin-)?[\w-]{20,}"),
    Token("Hugging Face", "hf_…", r"\bhf_[A-Za-z0-9]{20,}"),
    Token("npm, PyPI", "npm_…, pypi-…", r"\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{20,}"),
    Token("SendGrid, Mailgun", "SG.…, key-…", r"\bSG\.[\w-]{16,}\.[\w-]{16,}|\bkey-[0-9a-f]{32}\b"),
    Token("Twilio", "SK…", r"\bSK[0-9a-f]{32}\b"),
    Token(
        "DigitalOcean, Shopify", "dop_v1_…, shpat_…", r"\bdo[opr]_v1_[0-9a-f]{32,}|\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"
    ),
    Token("Databricks, HashiCorp", "dapi…, hvs.…", r"\bdapi[0-9a-f]{32}|\bhv[sb]\.[\w-]{20,}"),
    Token("Grafana, Atlassian", "glsa_…, ATATT3…", r"\bglsa_\w{20,}|\bATATT3[\w=-]{20,}"),
    Token("Telegram", "1234567890:AA…", r"\b\d{8,10}:AA[\w-]{33}"),
    Token("age", "AGE-SECRET-KEY-1…", r"\bAGE-SECRET-KEY-1[0-9A-Z]{40,}"),
)
"""Everything that is known by how it looks, wherever it stands."""

TOKENS = re.compile("|".join(kind.pattern for kind in TOKEN_KINDS), re.A)
WORD_STARTS = frozenset(("A3", "AB", "AC", "AG", "AI", "AK", "AN", "AR", "AS", "AT", "SK", "da", "ey", "ya"))
"""How those of them begin that are letters and digits alone."""

_BLOCK = r"-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|CERTIFICATE)(?: BLOCK)?-----"
BLOCKS = re.compile(rf"{_BLOCK}(?:[^-]|-(?!----END)){{0,20000}}(?:-----END [A-Z0-9 ]{{0,60}}-----)?")

NAMES = (
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "signature",
    "api key",
    "access key",
    "access key id",
    "secret key",
    "private key",
    "account key",
    "shared key",
    "shared access key",
    "shared access signature",
    "signing key",
    "encryption key",
    "master key",
    "subscription key",
    "client secret",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "connection string",
)
"""Names of secrets, in any spelling: `apiKey`, `API-Key`, `api_key`, `X-Api-Key`, `my api key`."""
SHORT_NAMES = ("sig", "auth", "sas", "jwt", "otp", "psk", "cred", "creds")
"""Names of secrets that are a word of their own."""
_STRONG = re.compile(r"passw|passphrase|pwd|key|credential|string|authorization|cookie|clientsecret")
"""Names after which nearly every word is a secret."""
_PLURALS = re.compile(r"(?:access|api|auth|refresh|sas|session|bearer|personal|secret|id)tokens")
_NAME = re.compile(rf"(?:{'|'.join(name.replace(' ', '') for name in sorted(NAMES, key=len, reverse=True))})$")
_NAMES = re.compile(
    r"(?:password|passphrase|(?:api|access|secret|private|account|shared|signing|encryption|master|subscription)key(?:id)?"
    r"|secret|credential|cookie|connectionstring)s$"
)
_GENERIC = re.compile(r"(?:value|hash|string|text|base64|b64|hex|plain|\d+)$")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_SEPARATED = "|".join(name.replace(" ", r"[ _.-]?") + "s?" for name in sorted(NAMES, key=len, reverse=True))
KEYWORD = re.compile(rf"(?:{_SEPARATED})[\"'\]\\]{{0,3}}\s{{0,3}}[:=]", re.I | re.A)
ASSIGNED = re.compile(rf"(?:{_SEPARATED})[\"'\]\\]{{0,3}}\s{{0,3}}(?:[:=]|=>|:=)\s{{0,3}}[\"'\\]{{0,2}}\Z", re.I | re.A)
ASSIGNING = re.compile(r"=|:(?!//)|%3[dD]")
PARAMETER = re.compile(
    rf"(?<![A-Za-z0-9])((?:x-(?:amz|goog)-[\w-]{{1,60}}|[\w.-]{{0,40}}?(?:{_SEPARATED})|sig|googleaccessid|key-pair-id)"
    r"[\"'\]\\]{0,3}(?P<mark>:|=|%3d|%3D)[\"'\\]{0,2})(?P<value>[^&,;'\s]+)",
    re.I | re.A,
)
"""A secret with its name before it, in one word: `accessToken=…`, `AccountKey=…`, `password:…`."""
SCHEMES = ("Bearer", "bearer", "BEARER", "Basic", "basic")

AT = r"@|\uff20|\ufe6b|%40|%2540|&#0{0,5}64;|&#[xX]0{0,4}40;|&commat;|\\u0040|\\x40"
"""The spellings of the @ of an address."""
AT_SPELLINGS = re.compile(rf"{AT}|\s?[\[({{]\s?at\s?[\])}}]\s?", re.I)
AT_EXAMPLES = (
    "ada@example.com",
    "ada%40example.com",
    "ada&#64;example.com",
    "ada&commat;example.com",
    "ada\\u0040example.com",
    "ada＠example.com",
    "ada [at] example.com",
    "ada (at) example (dot) com",
)
SPACED_ADDRESS = re.compile(
    r"\b[\w.+-]{1,64}\s?[\[({]\s?at\s?[\])}]\s?(?:[\w-]{1,63}(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)){1,8}[a-z]{2,24}\b",
    re.I,
)
"""`ada [at] example.com`, `ada (at) example (dot) com`."""

_MARKS = re.compile(rf"//|\\/|[@?=]|{AT}|&[#c]|[\[({{]\s?[aA][tT]\s?[\])}}]|[Bb]earer\s|[Bb]asic\s|-----BEGIN")
TOKEN_STARTS = re.compile(
    r"eyJ|AKIA|ASIA|A3T|AB|AC|AGPA|AI|ARO|AN|ya29|GOCSPX|gh[pousr]_|github_|gl[a-z]+-|xox|xapp|slack|"
    r"[sr]k_|whsec|sk-|hf_|npm_|pypi-|SG\.|key-|SK[0-9a-f]|do[opr]_|shp|dapi|hv[sb]\.|glsa_|ATATT|:AA|AGE-"
)
_NAMED = re.compile(rf"(?:{_SEPARATED})[\"'\]\\]{{0,3}}\s{{0,3}}:", re.I | re.A)
_TIME = re.compile(r"[\d:.TZ+-]*\Z", re.A)


def is_suspicious(text: str) -> bool:
    """Whether there may be something in the text to remove; what has nothing of it is left without another look."""
    if _TIME.match(text):
        return False
    return (
        _MARKS.search(text) is not None
        or TOKEN_STARTS.search(text) is not None
        or (":" in text and _NAMED.search(text) is not None)
    )


def looks_secret(value: str, name: str) -> bool:
    """Whether what stands after the name of a secret is one, not a word of a sentence."""
    if len(value) < 4:
        return False
    if is_strong(name):
        return True
    return (len(value) >= 16 and not value.isalpha()) or any(char.isdigit() for char in value)


def is_strong(name: str) -> bool:
    """Whether nearly every word after that name is a secret."""
    return _STRONG.search(_plain(name)) is not None


@lru_cache(10_000)
def names_a_secret(name: str) -> bool:
    """Whether a key or a field is named like one that holds a secret: `sasToken`, `api_key`, `Authorization`."""
    name = name[-60:]
    words = _WORD.findall(name)
    if words and words[-1].lower() in SHORT_NAMES:
        return True
    found = _plain(name)
    while True:
        if _NAME.search(found) or _NAMES.search(found) or _PLURALS.search(found):
            return True
        shorter = _GENERIC.sub("", found)
        if shorter == found:
            return False
        found = shorter


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
