"""The result of a verification."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from labelstore.figures import figure

SHOWN = 20
"""How many differences and other findings are listed."""


@dataclass(repr=False)
class VerifyReport:
    """The records of the files, by how the store has them.

    `superseded`: load id → records that this load, or a later record of the same file, replaced. `rejected`: records
    of the files that cannot be stored. `duplicate_keys`: places where an object has a key twice; the last one counts.
    """

    store: str
    engine: str
    records: int = 0
    equal: int = 0
    different: int = 0
    superseded: Counter[int] = field(default_factory=Counter)
    missing: int = 0
    rejected: int = 0
    duplicate_keys: list[dict[str, Any]] = field(default_factory=list)
    first_differences: list[dict[str, Any]] = field(default_factory=list)
    first_missing: list[dict[str, Any]] = field(default_factory=list)
    first_rejects: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    bytes: int = 0

    def __repr__(self) -> str:
        counts = (f"{figure(getattr(self, name))} {name}" for name in ("equal", "different", "missing", "rejected"))
        return f"<VerifyReport {self.store}: {figure(self.records)} records, {', '.join(counts)}>"

    @property
    def ok(self) -> bool:
        """Whether the store returns every record that it should have."""
        return self.different == 0 and self.missing == 0

    @property
    def megabytes_per_second(self) -> float:
        """Bytes of the files read per second, in MB; 0.0 before the end."""
        return self.bytes / 1e6 / self.seconds if self.seconds else 0.0

    def add_different(self, count: int, listed: list[dict[str, Any]]) -> None:
        """Count records that came back different; `listed` are the differences to show."""
        self.different += count
        self.first_differences.extend(listed[: SHOWN - len(self.first_differences)])

    def places_of_duplicate_keys(self) -> list[str]:
        """As lines of text."""
        return ["{file}: record {position} at {pointer}".format(**place) for place in self.duplicate_keys]

    def as_json(self) -> dict[str, Any]:
        """What `labelstore verify --json` prints."""
        return {
            **asdict(self),
            "duplicate_keys": self.places_of_duplicate_keys(),
            "superseded": dict(sorted(self.superseded.items())),
            "seconds": round(self.seconds, 3),
            "megabytes_per_second": round(self.megabytes_per_second, 1),
            "ok": self.ok,
        }
