"""What there is to send: every line of the import, told apart by what the target has and what was sent before.

The lines that are to be sent are written down in a file of the system's own, so that memory does not grow with them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from tempfile import TemporaryFile
from typing import IO, Any, Final

import msgspec

from labelstore.connected.pushing.known import Ontology, Use
from labelstore.connected.pushing.sent import Before, has_sent, sent_before
from labelstore.connected.pushing.target import UNNAMED
from labelstore.export.exporter import Export, Written
from labelstore.export.exporters.labelbox_import import lines_by_label
from labelstore.export.writing import checked, told

MOST_OF_A_CLASS: Final = 5000
"""Annotations of one class in a data row that Labelbox's SDK takes in an import."""

_TOGETHER: Final = 500
"""Lines that are looked up in `sent` at once, with what is left of a label."""


class Ready(msgspec.Struct, array_like=True, frozen=True):
    """A line that is to be sent."""

    label_id: str
    uuid: str
    content_hash: str
    data_row: str
    name: str
    last: str
    """When it was tried last."""
    line: msgspec.Raw


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Ready).decode
_any = msgspec.json.Decoder().decode


@dataclass
class Plan:
    """The counts of all lines, and those that are to be sent."""

    annotations: int = 0
    uses: Counter[Use] = field(default_factory=Counter)
    wrong: Counter[Use] = field(default_factory=Counter)
    """Of `uses`, those that keep a line from being sent."""
    accepted_before: int = 0
    changed: int = 0
    """Lines whose uuid was accepted with another content."""
    unknown_before: int = 0
    """Lines of which nobody knows whether they arrived."""
    refused: int = 0
    """Lines that use what the target lacks."""
    too_many: int = 0
    """Lines of a label that has more than `MOST_OF_A_CLASS` of their class."""
    ready: int = 0
    labels: int = 0
    """Labels of which something is to be sent."""
    export: Written | None = None
    """What the format made of the labels, with its losses."""
    _file: IO[bytes] = field(default_factory=TemporaryFile)

    def lines(self) -> Iterator[list[Ready]]:
        """The lines of each label that are to be sent."""
        self._file.seek(0)
        for _, lines in groupby(map(_decode, self._file), key=lambda one: one.label_id):
            yield [*lines]

    def add(self, lines: list[Ready]) -> None:
        """Add lines of a label that are to be sent."""
        self._file.writelines(_encode(line) + b"\n" for line in lines)
        self.ready += len(lines)
        self.labels += bool(lines)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def planned(export: Export, target: str, ontology: Ontology, *, again: bool) -> Plan:
    """What of an export is to be sent; `again`: also what was sent with another content, or may have arrived."""
    plan = Plan()
    try:
        known = has_sent(export.database, target)
        for labels in _together(checked(export, lines_by_label(export))):
            uuids = [line.uuid for lines in labels for line in lines] if known else []
            before = sent_before(export.database, target, uuids) if uuids else {}
            for lines in labels:
                _sort(plan, lines, ontology, before, again)
    except BaseException:
        plan.close()
        raise
    plan.export = told(export)
    return plan


def _together(chunks: Iterator[tuple[str, bytes]]) -> Iterator[list[list[Ready]]]:
    """The lines of some labels at a time."""
    some: list[list[Ready]] = []
    size = 0
    for label_id, parts in groupby(chunks, key=itemgetter(0)):
        some.append(_named(_ready(label_id, line) for _, part in parts for line in part.splitlines()))
        size += len(some[-1])
        if size >= _TOGETHER:
            yield some
            some, size = [], 0
    yield some


def _ready(label_id: str, line: bytes) -> Ready:
    said: dict[str, Any] = _any(line)
    (data_row,) = said["dataRow"].values()
    name = str(said.get("name"))
    uuid = said.get("uuid") or UNNAMED.join((data_row, name, label_id))  # answers over time have none
    return Ready(label_id, uuid, sha256(line).hexdigest(), data_row, name, "", msgspec.Raw(line))


def _named(lines: Iterable[Ready]) -> list[Ready]:
    """The lines of a label, those without uuid told apart by number where nothing else does."""
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        seen[line.uuid] += 1
        number = seen[line.uuid]
        found.append(line if number == 1 else msgspec.structs.replace(line, uuid=f"{line.uuid}{UNNAMED}{number}"))
    return found


def _sort(plan: Plan, lines: list[Ready], ontology: Ontology, before: dict[str, Before], again: bool) -> None:
    """Count the lines of a label, and keep those that are to be sent."""
    left_out: set[str] = set()
    ready: list[Ready] = []
    for line in lines:
        plan.annotations += 1
        said = _any(line.line)
        uses = [*ontology.uses(said)]
        plan.uses.update(uses)
        earlier = before.get(line.uuid, Before())
        ends = said.get("relationship") or {}
        wrong = [use for use in uses if use.is_wrong]
        if earlier.is_unknown and not again:
            plan.unknown_before += 1
        elif earlier.accepted == line.content_hash:
            plan.accepted_before += 1
        elif wrong or left_out & {ends.get("source"), ends.get("target")}:
            plan.wrong.update(wrong)
            plan.refused += 1
            left_out.add(line.uuid)
        elif earlier.accepted and not again:
            plan.changed += 1
        else:
            ready.append(msgspec.structs.replace(line, last=earlier.last))
    crowded = {name for name, count in Counter(line.name for line in ready).items() if count > MOST_OF_A_CLASS}
    kept = [line for line in ready if line.name not in crowded]
    plan.too_many += len(ready) - len(kept)
    plan.add(kept)
