"""The plan of files that are read without a lake, with the numbers that a load into a new one gives."""

from collections.abc import Iterator

from labelstore.files import Broken
from labelstore.formats.decoding import RecordDecoder, bounded_depth, tolerant
from labelstore.formats.shredding import label_ids
from labelstore.inputs.gathering import Files
from labelstore.lake.commits.claims import NONE
from labelstore.lake.tasks.planning import needed, numbered, plan_frames
from labelstore.lake.tasks.splits import Split, open_split, plan_splits, records_of
from labelstore.lake.tasks.writing import Part
from labelstore.loading.frames_files import FramesFolder, frames_address
from labelstore.loading.reject_policy import recognized


def plan_parts(
    files: Files, frames: str | None, split_bytes: int, max_ratio: float | None, many_records: bool
) -> list[Part]:
    """The parts that are read of files, and then of the frames files of their labels in the folder `frames`.

    With a folder all records are read once, to learn which labels have frames. `many_records` gives each part more
    numbers, if those that its size lets expect do not suffice. Raises `InputError`.
    """
    splits = plan_splits(files, split_bytes=split_bytes, max_ratio=max_ratio)
    if many_records:
        splits = [split.with_more_numbers() for split in splits]
    first = NONE.next(*needed(splits))
    parts = list(numbered(first, splits))
    if frames is not None:
        wanted = [one for split in splits for one in _frames_of(split, max_ratio)]
        of_frames = plan_frames(FramesFolder(frames), wanted, max_ratio)
        parts += numbered(first.next(*needed(of_frames.splits)), of_frames.splits, of_frames.labels)
    return parts


def _frames_of(split: Split, max_ratio: float | None) -> Iterator[tuple[str, str | None, str]]:
    """The labels of a split whose frames are in files of their own: id, data row, URL."""
    decode = tolerant(RecordDecoder(False))
    with bounded_depth(), open_split(split, max_ratio=max_ratio) as source:
        for item in map(recognized, records_of(source, split, decode)):
            if not isinstance(item, Broken) and (found := frames_address(item.value)) is not None:
                yield from ((label_id, *found) for label_id in label_ids(item.value))
