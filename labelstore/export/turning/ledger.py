"""What a conversion keeps, changes and leaves out of one label, as the account of the export counts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from labelstore.export.constructs import LABEL, TRACK
from labelstore.export.losses import Account
from labelstore.formats.lenient_decoding import Odd

DATA_ROW: Final = "data_row"
"""Data rows are counted where they hold more than labels do."""
UNKNOWN_KEYS: Final = "without members that labelstore does not know"
_ODD: Final = "no element of its list"


@dataclass
class Ledger:
    """The counts of one label; while something around it is left out, all that is read is left out too."""

    account: Account
    label_id: str | None
    lost: str = ""
    """Why that is left out."""
    _tracks: dict[str, bool] = field(default_factory=dict)
    """The objects in frames → whether one is written."""

    def kept(self, construct: str, example: object = None, count: int = 1) -> None:
        """Count what is written, if the format holds it."""
        if self.lost:
            self.left_out(construct, self.lost, example, count)
        elif self.account.select(construct, example or self.label_id, count):
            self.account.wrote(construct, example or self.label_id, count)

    def left_out(self, construct: str, why: str, example: object = None, count: int = 1) -> None:
        """Count what is not written."""
        example = example or self.label_id
        if self.account.select(construct, example, count):
            self.account.leave_out(construct, self.lost or why, example, count)

    def changed(self, construct: str, how: str, example: object = None) -> None:
        """Count what is written otherwise than it was."""
        if not self.lost:
            self.account.change(construct, how, example or self.label_id)

    def teller(self, construct: str, example: object = None) -> "partial[None]":
        """A function that counts a change of one thing."""
        return partial(self.changed, construct, example=example)

    def sound(self, items: Any, construct: str = "") -> Iterator[Any]:
        """The elements of a list that belong there; the others are left out, of the `construct` that they stand for."""
        for item in items or ():
            if not isinstance(item, Odd):
                yield item
            elif construct:
                self.left_out(construct, _ODD)
            else:
                self.changed(LABEL, f"without what is {_ODD}")

    def track(self, feature_id: str | None, *, written: bool) -> None:
        """Note an object in a frame."""
        if feature_id is not None:
            self._tracks[feature_id] = self._tracks.get(feature_id, False) or (written and not self.lost)

    def settle(self) -> None:
        """Count the objects that were followed over frames."""
        for feature_id, written in self._tracks.items():
            if written:
                self.kept(TRACK, feature_id)
            else:
                self.left_out(TRACK, "no object of it is written", feature_id)
        self._tracks.clear()

    @contextmanager
    def losing(self, why: str) -> Iterator[None]:
        """While what is around is left out; "" where it is not."""
        before, self.lost = self.lost, self.lost or why
        try:
            yield
        finally:
            self.lost = before
