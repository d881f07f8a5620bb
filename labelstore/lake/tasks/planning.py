"""Which task reads which splits, under which numbers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from labelstore.lake.commits.claims import Claim
from labelstore.lake.tasks.splits import SPLIT_BYTES, Split, plan_frames_files, replanned
from labelstore.lake.tasks.writing import Part, WriteTask
from labelstore.loading.frames_files import FramesFolder

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


class FramesPlan(NamedTuple):
    """The splits of frames files, the label of each, and how many labels have no file."""

    splits: Sequence[Split]
    labels: Sequence[str]
    missing: int


def plan_frames(
    folder: FramesFolder | None, wanted: Sequence[tuple[str, str | None, str]], max_ratio: float | None
) -> FramesPlan:
    """The files in a folder that have the frames of labels, which are told by id, data row and URL."""
    places = [(one[0], folder.find(*one) if folder else None) for one in wanted]
    found = [(label_id, place) for label_id, place in places if place is not None]
    planned = plan_frames_files([place for _, place in found], max_ratio=max_ratio)
    labels = [label_id for (label_id, _), parts in zip(found, planned, strict=True) for _ in parts]
    splits = [part for parts in planned for part in parts]
    splits = [split._replace(file_number=number) for number, split in enumerate(splits)]
    return FramesPlan(splits, labels, len(places) - len(found))


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
    groups = list(_groups(list(numbered(claim, splits, frames_of)), size))
    return [WriteTask(lake, claim.number, number, group, max_ratio, known) for number, group in enumerate(groups)]


def needed(splits: Sequence[Split]) -> tuple[int, int]:
    """How many record numbers and load ids splits need."""
    return sum(split.numbers for split in splits), 1 + max((split.file_number for split in splits), default=-1)


def numbered(claim: Claim, splits: Sequence[Split], frames_of: Sequence[str] = ()) -> Iterator[Part]:
    """Splits with numbers of a claim, in their order; `frames_of` as in `write_tasks`."""
    number = claim.first_number
    labels = frames_of or [""] * len(splits)
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
