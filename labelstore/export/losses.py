"""What an export selected, wrote, changed and left out, by construct, with the reasons and some ids."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labelstore.export.constructs import CONSTRUCTS, Fate

_EXAMPLES = 3


@dataclass(frozen=True)
class Loss:
    """One reason why so many of a construct were changed or left out; `examples` are ids of labels or objects."""

    construct: str
    action: str
    reason: str
    count: int
    examples: tuple[str, ...]


@dataclass
class Account:
    """Counts of one export. For every construct, what was selected is what was written and what was left out."""

    fates: Mapping[str, Fate]
    selected: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    not_selected: Counter[str] = field(default_factory=Counter)
    """Why labels, objects and frames were not selected → how many: the choices of the caller, no losses."""
    interpolated: int = 0
    """Positions written that the export does not list; they are in no other count."""
    _reasons: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)

    def select(self, construct: str, example: object = None, count: int = 1) -> bool:
        """Count what is selected; says whether the format can hold it, and counts it as left out where not."""
        self.selected[construct] += count
        if self.holds(construct):
            return True
        self.leave_out(construct, self.fates[construct].how, example, count)
        return False

    def holds(self, construct: str) -> bool:
        """Whether the format can hold it."""
        return self.fates[construct].action != "left out"

    def deselect(self, construct: str, reason: str, count: int = 1) -> None:
        """Take back what was selected, by a choice of the caller that only shows when it is read."""
        self.selected[construct] -= count
        self.not_selected[reason] += count

    def wrote(self, construct: str, example: object = None, count: int = 1) -> None:
        """Count what was written; as changed, where the format changes all of it."""
        self.written[construct] += count
        fate = self.fates[construct]
        if fate.action == "changed":
            self.change(construct, fate.how, example, count)

    def change(self, construct: str, reason: str, example: object = None, count: int = 1) -> None:
        """Count what was or will be written in another way."""
        self._note(construct, "changed", reason, example, count)

    def leave_out(self, construct: str, reason: str, example: object = None, count: int = 1) -> None:
        """Count what was selected and is not written."""
        self.left_out[construct] += count
        self._note(construct, "left out", reason, example, count)

    def _note(self, construct: str, action: str, reason: str, example: object, count: int) -> None:
        if not count:
            return
        noted = self._reasons.setdefault((construct, action, reason), [0])
        noted[0] += count
        if example is not None and len(noted) <= _EXAMPLES and (shown := str(example)) not in noted:
            noted.append(shown)

    def losses(self) -> Iterator[Loss]:
        """The reasons, in the order of `CONSTRUCTS`, those of what was left out first."""
        order = {construct: number for number, construct in enumerate(CONSTRUCTS)}
        for key in sorted(self._reasons, key=lambda key: (order.get(key[0], -1), key[1] != "left out", key[2])):
            count, *examples = self._reasons[key]
            yield Loss(*key, count, tuple(examples))

    def check(self) -> None:
        """Raise `AssertionError` where something that was selected was neither written nor left out, or twice."""
        for construct in self.selected | self.written | self.left_out:
            selected, written = self.selected[construct], self.written[construct]
            if selected != written + self.left_out[construct]:
                raise AssertionError(
                    f"{construct}: {selected} selected, {written} written, {self.left_out[construct]} left out"
                )
