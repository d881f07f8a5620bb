"""Text without secrets: URLs without what follows their path, no tokens, other names for e-mail addresses.

Every step is linear in the text, which is hostile. What stands between two of white space, quotes and angle brackets
is a run; a URL, a token and an address each lie within one.
"""

import hmac
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from labelstore.formats.signed_urls import without_tokens
from labelstore.publishing.recognising import (
    ASSIGNED,
    ASSIGNING,
    AT,
    AT_SPELLINGS,
    BLOCKS,
    KEYWORD,
    PARAMETER,
    SCHEMES,
    SPACED_ADDRESS,
    TOKEN_STARTS,
    TOKENS,
    WORD_STARTS,
    is_suspicious,
    looks_secret,
)

REMOVED = "[removed]"
"""What stands in place of a token."""

_RUN = re.compile(r'[^\s"<>]+')
_SLASHES = re.compile(r"(?<!/)(?:\\?/){2}")
_USER = re.compile(r"(?:(?<=//)|(?<=/\\/))[^/?#\\@]*(?:@[^/?#\\@]*)*@")
_ENCODED = re.compile(r"%3[fF]")
_ENDS = ")]},.;:!'`\\"
_SIGNS = re.compile(r"signature|token|x-amz|x-goog|\bsig=|sig%3d|expires|key-pair-id|credential|secret|password", re.I)
_MORE_PARAMETERS = re.compile(r"[^&=]{0,200}&[\w.%-]{1,60}=", re.A)
_DOMAIN = re.compile(rf"(?:{AT})((?:[\w-]+\.)+[^\W\d_][\w-]*|localhost\b|\[[\d.:a-fA-F]+\])")
_BEARER = re.compile(r"[\w.~+/=-]{16,}", re.A)
_AT_WORD = re.compile(r"[aA][tT]\s?[\])}]")
_MEMORY = 20_000
_LOCAL = re.compile(r"[\w.!#$%'*+^~-]{1,200}")


class Edit(NamedTuple):
    """The characters from `start` to `end`, excluded, become `text`."""

    start: int
    end: int
    text: str


class Redactor:
    """Removes secrets from text; `counts` has the number of each kind.

    The same address becomes the same name wherever it stands; which one depends on `salt`, so that nobody without it
    can try addresses. Without `emails` addresses stay.
    """

    def __init__(self, salt: bytes, *, emails: bool = True) -> None:
        self.salt, self.emails = salt, emails
        self.counts: Counter[str] = Counter()
        self.names: set[str] = set()
        self._known: dict[str, tuple[str, bool]] = {}
        self.losses = 0
        """Grows with each change after which two texts may be equal that were not."""

    def name_of(self, address: str) -> str:
        """The name that stands for an e-mail address, however that is spelled."""
        known = self._known.get(address)
        if known is not None:
            self.losses += known[1]
            return known[0]
        plain = AT_SPELLINGS.sub("@", address).lower()
        self.losses += plain != address
        name = f"person-{self.digest(plain)}@example.invalid"
        if len(self._known) > _MEMORY:
            self._known.clear()
        self._known[address] = name, plain != address
        return name

    def digest(self, text: str) -> str:
        """12 hex digits that say nothing of the text to who has not the salt."""
        return hmac.digest(self.salt, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:12]

    def text(self, text: str) -> str:
        """The text without secrets."""
        if text.isalnum() and text[:2] not in WORD_STARTS:
            return text
        if not is_suspicious(text):
            return text
        return applied(text, list(self._edits(text, are_smallest=False)))

    def edits(self, text: str) -> list[Edit]:
        """What has to be done to the text, from its start to its end."""
        return list(self._edits(text))

    def _edits(self, text: str, *, are_smallest: bool = True) -> Iterator[Edit]:
        in_query, before = False, ""
        blocks = list(self._blocks(text))
        has_keyword = _RUN.fullmatch(text) is None and KEYWORD.search(text) is not None
        for run in _RUN.finditer(text):
            old = run[0]
            while blocks and blocks[0].end <= run.start():
                yield blocks.pop(0)
            if blocks and run.end() > blocks[0].start:  # within a block
                continue
            if in_query and _MORE_PARAMETERS.match(old):  # a query string with a blank or a quote in it
                new = ""
            elif before.endswith(SCHEMES) and _BEARER.match(old) and (before[-1] == "r" or not old.isalpha()):
                new = _BEARER.sub(REMOVED, old, count=1)
                self._lost("tokens")
            elif has_keyword and self._is_assigned(text, run.start(), old):
                end = len(old.rstrip(_ENDS))
                new = REMOVED + old[end:]
                self._lost("tokens")
            else:
                new, in_query = self._without_query(old) if "/" in old or "?" in old else (old, False)
                new = self._without_tokens(new)
                if self.emails:
                    new = self._without_addresses(new)
            if new != old:
                yield _smallest(run.start(), old, new) if are_smallest else Edit(run.start(), run.end(), new)
            before = old
        yield from blocks

    def _blocks(self, text: str) -> Iterator[Edit]:
        """What reaches over white space: private keys, and addresses with `[at]`; in their order."""
        found = []
        if "-----BEGIN" in text:
            for match in BLOCKS.finditer(text):
                self._lost("tokens")
                found.append(Edit(match.start(), match.end(), REMOVED))
        if self.emails and _AT_WORD.search(text):
            for match in SPACED_ADDRESS.finditer(text):
                self.counts["e-mail addresses"] += 1
                name = self.name_of(re.sub(r"(?i)\s?[\[({]\s?dot\s?[\])}]\s?", ".", match[0]))
                self.names.add(name)
                found.append(Edit(match.start(), match.end(), name))
        done = 0
        for edit in sorted(found):
            if edit.start >= done:
                yield edit
                done = edit.end

    @staticmethod
    def _is_assigned(text: str, start: int, run: str) -> bool:
        """Whether the run stands after the name of a secret and a colon or equals sign, and is no plain word."""
        if run.startswith((*SCHEMES, REMOVED)):
            return False
        name = ASSIGNED.search(text, max(0, start - 60), start)
        return name is not None and looks_secret(run.rstrip(_ENDS), name[0])

    def _lost(self, what: str, count: int = 1) -> None:
        self.counts[what] += count
        self.losses += count

    def _without_query(self, run: str) -> tuple[str, bool]:
        """The run without what follows the path of a URL in it, and whether that was a query string."""
        plain, users = _USER.subn("", run)
        self._lost("user names in URLs", users)
        slashes = _SLASHES.search(plain)
        cuts = [asked] if (asked := plain.find("?")) >= 0 and _is_signed(plain, asked) else []
        if slashes is not None:
            cuts += [place for mark in "?#" if (place := plain.find(mark, slashes.end())) >= 0]
            encoded = _ENCODED.search(plain, slashes.end())
            if encoded is not None and _SIGNS.search(plain, encoded.start()):
                cuts.append(encoded.start())
        end = len(plain.rstrip(_ENDS))
        if not cuts or min(cuts) + 1 >= end:
            return plain, False
        cut = min(cuts)
        self._lost("fragments" if plain[cut] == "#" else "query strings")
        return plain[:cut] + plain[end:], plain[cut] != "#"

    def _without_tokens(self, run: str) -> str:
        found = 0

        def without_value(match: re.Match[str]) -> str:
            nonlocal found
            if match["mark"] in ":" and not looks_secret(match["value"], match[1]):
                return match[0]
            found += 1
            return match[1] + REMOVED

        if ASSIGNING.search(run):
            run = PARAMETER.sub(without_value, run)
        run, tokens = TOKENS.subn(REMOVED, run) if TOKEN_STARTS.search(run) else (run, 0)
        self._lost("tokens", found + tokens)
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


def _is_signed(text: str, asked: int) -> bool:
    return _SIGNS.search(text, asked) is not None or without_tokens(text) != text


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
