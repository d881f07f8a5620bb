"""Which task reads which splits, under which numbers."""

from collections.abc import Iterator, Mapping, Sequence

from labelstore.lake.claims import Claim
from labelstore.lake.splits import SPLIT_BYTES, Split, replanned
from labelstore.lake.task import Part, WriteTask

_TASKS_A_WORKER = 2
_LEAST = 16_000_000


class Replanned(Exception):
    """What was planned proves wrong: `splits` are the next plan, the message says why."""

    def __init__(self, reason: str, splits: Sequence[Split]) -> None:
        super().__init__(reason)
        self.splits = splits


def check_plan(splits: Sequence[Split], wrong: Mapping[int, bool]) -> None:
    """Raise `Replanned` if some splits are wrong: by their places, whether they have more records than numbers.

    The others end elsewhere than was guessed.
    """
    if not wrong:
        return
    place, has_more_records = next(iter(wrong.items()))
    what = "more records than expected" if has_more_records else "no record that begins where it was divided"
    more = [split.with_more_numbers() if wrong.get(at) else split for at, split in enumerate(splits)]
    raise Replanned(f"{splits[place].name} has {what}", replanned(more, [at for at, more in wrong.items() if not more]))


def task_bytes(splits: Sequence[Split], workers: int) -> int:
    """How many bytes a task has: few enough that all workers have some, and not so few that files get tiny."""
    return min(max(sum(split.size for split in splits) // (_TASKS_A_WORKER * workers), _LEAST), SPLIT_BYTES)


def write_tasks(
    lake: str,
    claim: Claim,
    splits: Sequence[Split],
    size: int,
    max_ratio: float | None,
    known: str = "",
    frames_of: Sequence[str] = (),
) -> list[WriteTask]:
    """The tasks for splits, each of `size` bytes or of one split. Their records are numbered in the order of splits.

    `known` is the file of what the lake holds, `frames_of` are the labels whose frames the splits have.
    """
    labels = frames_of or [""] * len(splits)
    groups = list(_groups(list(_parts(claim, splits, labels)), size))
    return [WriteTask(lake, claim.number, number, group, max_ratio, known) for number, group in enumerate(groups)]


def _parts(claim: Claim, splits: Sequence[Split], labels: Sequence[str]) -> Iterator[Part]:
    number = claim.first_number
    for split, label in zip(splits, labels, strict=True):
        yield Part(split, number, claim.first_load + split.file_number, label)
        number += split.numbers


def _groups(parts: Sequence[Part], most: int) -> Iterator[list[Part]]:
    group: list[Part] = []
    size = 0
    for part in parts:
        if group and size + part.split.size > most:
            yield group
            group, size = [], 0
        group.append(part)
        size += part.split.size
    if group:
        yield group
