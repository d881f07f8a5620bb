"""What came of a run of fetch."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from labelstore.assets.linking import Linked
from labelstore.connected.fetching.frames import FramesLoaded
from labelstore.connected.fetching.results import COMPLETE, EXPIRED, FETCHED, STATUSES, Got
from labelstore.figures import figure

_EXAMPLES: Final = 3
_REASONS: Final = 50
_USER: Final = re.compile(r"//[^/]*@")


@dataclass(repr=False)
class Fetched:
    """Counts of URLs. `had`: fetched or found empty by earlier runs; `left`: not asked for, as `--limit` or so says.

    `reasons` are those of what is not fetched, with their numbers; `examples` are URLs without tokens, by reason.
    `expired`: for how many an option of `labelstore pull`, such as ("--project", id), renews the links. `elsewhere`:
    addresses that are of no web server, by their scheme. `hosts`: how many URLs of each are to be asked for.
    """

    store: str
    vault: str
    is_dry: bool = False
    to_ask: int = 0
    had: int = 0
    asked: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    busy: int = 0
    left: int = 0
    bytes: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    expired: Counter[tuple[str, str]] = field(default_factory=Counter)
    elsewhere: Counter[str] = field(default_factory=Counter)
    hosts: Mapping[str, int] = field(default_factory=dict)
    frames: FramesLoaded | None = None
    linked: Linked | None = None
    seconds: float = 0.0

    def __repr__(self) -> str:
        counts = f"{figure(self.fetched)} fetched, {figure(self.had)} had, {figure(self.not_fetched)} not fetched"
        return f"<Fetched {self.store}: {counts}>"

    def add(self, results: Iterable[Got]) -> None:
        """Count results."""
        for got in results:
            self.asked += got.attempts > 0
            self.statuses[got.status] += 1
            self.busy += got.is_busy
            self.bytes += (got.bytes or 0) if got.status == FETCHED else 0
            if got.status not in COMPLETE:
                self._add_reason(got)

    def _add_reason(self, got: Got) -> None:
        reason = (got.status, str(got.reason))
        if reason not in self.reasons and len(self.reasons) >= _REASONS:
            reason = (got.status, "other reasons")
        self.reasons[reason] += 1
        examples = self.examples.setdefault(reason, [])
        if len(examples) < _EXAMPLES:
            examples.append(_USER.sub("//", got.wanted.url))
        if got.status == EXPIRED and got.wanted.source is not None:
            self.expired[got.wanted.source] += 1

    @property
    def fetched(self) -> int:
        """Files that came."""
        return self.statuses[FETCHED]

    @property
    def not_fetched(self) -> int:
        """URLs that were asked for, or whose links have expired, without a file."""
        return sum(count for status, count in self.statuses.items() if status not in COMPLETE)

    @property
    def is_only_busy(self) -> bool:
        """Whether what is not fetched only needs another run, later."""
        return bool(self.busy) and self.busy == self.not_fetched and not self.unread

    @property
    def unread(self) -> int:
        """Frames files, or records of them, that could not be loaded."""
        return 0 if self.frames is None else len(self.frames.unread) + self.frames.rejected

    def as_json(self) -> dict[str, Any]:
        """What `labelstore fetch --json` prints."""
        frames = None if self.frames is None else self.frames._asdict()
        return {
            "store": self.store,
            "vault": self.vault,
            "dry_run": self.is_dry,
            "to_ask": self.to_ask,
            "had": self.had,
            "asked": self.asked,
            **{status: self.statuses[status] for status in STATUSES},
            "busy": self.busy,
            "left": self.left,
            "bytes": self.bytes,
            "reasons": [
                {"status": status, "reason": reason, "count": count, "examples": self.examples[status, reason]}
                for (status, reason), count in self.reasons.most_common()
            ],
            "renew": [
                {"option": option, "id": id_, "count": count} for (option, id_), count in self.expired.most_common()
            ],
            "not_web": dict(self.elsewhere),
            "hosts": dict(self.hosts),
            "frames": frames,
            "linked": None if self.linked is None else self.linked._asdict(),
            "seconds": round(self.seconds, 3),
        }
