"""Text without secrets: URLs without what follows their path, no tokens, other names for e-mail addresses.

Every step is linear in the text, which is hostile. What stands between two of white space, quotes and angle brackets
is a run; a URL, a token and an address each lie within one.
"""

import hmac
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

REMOVED = "[removed]"
"""What stands in place of a token."""

_SUSPICIOUS = re.compile(r"//|\\/|@|%40|&#|[?=]|eyJ|AKIA|ASIA|AIza|gh[pousr]_|xox[abprs]-|[Bb]earer\s", re.A)
_RUN = re.compile(r'[^\s"<>]+')
_SLASHES = re.compile(r"(?<!/)(?:\\?/){2}")
_USER = re.compile(r"(?:(?<=//)|(?<=/\\/))[^/?#\\@]*(?:@[^/?#\\@]*)*@")
_ENCODED = re.compile(r"%3[fF]")
_ENDS = ")]},.;:!'`\\"
_SIGNS = re.compile(r"signature|token|x-amz|x-goog|\bsig=|sig%3d|expires|key-pair-id|credential|secret|password", re.I)
_MORE_PARAMETERS = re.compile(r"[^&=]{0,200}&[\w.%-]{1,60}=", re.A)
_PARAMETER = re.compile(
    r"(?<![A-Za-z0-9])((?:x-(?:amz|goog)-[\w-]{1,60}|(?:[\w-]{0,30}[_-])?(?:token|secret|password|passwd|signature)"
    r"|(?:access|sas|auth|refresh|session|id)token|(?:client)?secret|sig|api_?key|access_?key(?:_?id)?|key-pair-id"
    r"|awsaccesskeyid|googleaccessid)(?:=|%3d))[^&,;'\s]+",
    re.I | re.A,
)
_TOKENS = re.compile(
    r"(?<![\w-])eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bxox[abprs]-[A-Za-z0-9-]{10,}",
    re.A,
)
_BEARER = re.compile(r"[\w.~+/=-]{16,}", re.A)
_DOMAIN = re.compile(r"(?:@|%40|&#64;|&#[xX]40;)((?:[\w-]+\.)+[^\W\d_][\w-]*|localhost\b|\[[\d.:a-fA-F]+\])")
_LOCAL = re.compile(r"[\w.!#$%'*+^~-]{1,200}")
_SECRET_NAME = re.compile(
    r"(?:token|secret|password|passwd|signature|apikey|accesskey|accesskeyid|privatekey|authorization|cookie)"
)


class Edit(NamedTuple):
    """The characters from `start` to `end`, excluded, become `text`."""

    start: int
    end: int
    text: str


def names_a_secret(name: str) -> bool:
    """Whether a key or a field is named like one that holds a secret: `sasToken`, `api_key`, `Authorization`."""
    found = re.sub(r"[^a-z0-9]", "", name[-40:].lower())
    return any(found.endswith(match) for match in _SECRET_NAME.findall(found))


class Redactor:
    """Makes text fit for others, and counts in `counts` what it took away.

    The same address becomes the same name wherever it stands; which one depends on `salt`, so that nobody without it
    can try addresses. Without `emails` addresses stay.
    """

    def __init__(self, salt: bytes, *, emails: bool = True) -> None:
        self.salt, self.emails = salt, emails
        self.counts: Counter[str] = Counter()
        self.names: set[str] = set()

    def name_of(self, address: str) -> str:
        """The name that stands for an e-mail address, however that is spelled."""
        plain = re.sub(r"(?i)%40|&#64;|&#x40;", "@", address).lower()
        return f"person-{self.digest(plain)}@example.invalid"

    def digest(self, text: str) -> str:
        """12 hex digits that say nothing of the text to who has not the salt."""
        return hmac.digest(self.salt, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:12]

    def text(self, text: str) -> str:
        """The text without secrets."""
        if _SUSPICIOUS.search(text) is None:
            return text
        return applied(text, self.edits(text))

    def edits(self, text: str) -> list[Edit]:
        """What has to be done to the text, from its start to its end."""
        return list(self._edits(text))

    def _edits(self, text: str) -> Iterator[Edit]:
        in_query, before = False, ""
        for run in _RUN.finditer(text):
            old = run[0]
            if in_query and _MORE_PARAMETERS.match(old):  # a query string with a blank or a quote in it
                new = ""
            elif before.endswith(("Bearer", "bearer")) and _BEARER.match(old):
                new = _BEARER.sub(REMOVED, old, count=1)
                self.counts["tokens"] += 1
            else:
                new, in_query = self._without_query(old) if "/" in old or "?" in old else (old, False)
                new = self._without_tokens(new)
                if self.emails:
                    new = self._without_addresses(new)
            if new != old:
                yield _smallest(run.start(), old, new)
            before = old

    def _without_query(self, run: str) -> tuple[str, bool]:
        """The run without what follows the path of a URL in it, and whether that was a query string."""
        plain, users = _USER.subn("", run)
        self.counts["user names in URLs"] += users
        slashes = _SLASHES.search(plain)
        cuts = [asked] if (asked := plain.find("?")) >= 0 and _SIGNS.search(plain, asked) else []
        if slashes is not None:
            cuts += [place for mark in "?#" if (place := plain.find(mark, slashes.end())) >= 0]
            encoded = _ENCODED.search(plain, slashes.end())
            if encoded is not None and _SIGNS.search(plain, encoded.start()):
                cuts.append(encoded.start())
        end = len(plain.rstrip(_ENDS))
        if not cuts or min(cuts) + 1 >= end:
            return plain, False
        cut = min(cuts)
        self.counts["fragments" if plain[cut] == "#" else "query strings"] += 1
        return plain[:cut] + plain[end:], plain[cut] != "#"

    def _without_tokens(self, run: str) -> str:
        run, parameters = _PARAMETER.subn(lambda match: match[1] + REMOVED, run)
        run, tokens = _TOKENS.subn(REMOVED, run)
        self.counts["tokens"] += parameters + tokens
        return run

    def _without_addresses(self, run: str) -> str:
        parts: list[str] = []
        done = 0
        for match in _DOMAIN.finditer(run):
            before = run[max(done, match.start() - 200) : match.start()]
            local = _LOCAL.match(before[::-1])
            if local is None:
                continue
            start = match.start() - len(local[0][::-1].lstrip("'*#!.~"))
            if start == match.start():
                continue
            name = self.name_of(run[start : match.end()])
            parts += (run[done:start], name)
            done = match.end()
            self.counts["e-mail addresses"] += 1
            self.names.add(name)
        return "".join((*parts, run[done:])) if parts else run


def _smallest(start: int, old: str, new: str) -> Edit:
    """The edit without what both begin and end with."""
    first = next((place for place, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), None)
    first = min(len(old), len(new)) if first is None else first
    last, longest = 0, min(len(old), len(new)) - first
    while last < longest and old[-1 - last] == new[-1 - last]:
        last += 1
    return Edit(start + first, start + len(old) - last, new[first : len(new) - last])


def applied(text: str, edits: list[Edit]) -> str:
    """The text after the edits."""
    parts: list[str] = []
    done = 0
    for start, end, new in edits:
        parts += (text[done:start], new)
        done = end
    return "".join((*parts, text[done:]))


def moved(place: int, edits: list[Edit]) -> int:
    """Where a character of the text stands after the edits; one that was replaced is at the start of what is new."""
    shift = 0
    for start, end, new in edits:
        if place < start:
            break
        if place < end:
            return start + shift
        shift += len(new) - (end - start)
    return place + shift
