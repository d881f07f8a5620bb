"""MOTChallenge: a folder for each video, with gt/gt.txt, gt/labels.txt and seqinfo.ini.

A row of gt.txt is a box in a frame: frame, track, left, top, width, height, 1 (it counts), class, 1 (it is visible).
Frames, tracks and classes count from 1, a class is a line of labels.txt; pixels count from 0, as Datumaro and CVAT have
them.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby

from labelstore.export.annotations import Label
from labelstore.export.choices import WHICH_CLASSES, WHICH_LABELS, Choices
from labelstore.export.constructs import LABEL, Fate, fates, kept, left_out
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks
from labelstore.export.pictures import Picture, pictures
from labelstore.export.tracks import IN_TIME


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """Boxes in frames, and their tracks."""
    return fates(
        left_out("MOT has no place for it"),
        label=kept("a folder"),
        bounding_box=kept("a row of gt.txt"),
        track=kept("a number in gt.txt"),
    )


def write(export: Export) -> FileChunks:
    """The files of each video, frame by frame."""
    reader = Reader(export)
    classes = "".join(f"{' '.join(one.name.split())}\n" for one in reader.classes.categories).encode()
    for video, frames in groupby(pictures(reader, types=IN_TIME), key=lambda picture: picture.video):
        yield FileChunk(f"{video}/gt/labels.txt", classes)
        tracks: dict[str | int, int] = {}
        for frame in frames:
            yield FileChunk(f"{video}/gt/gt.txt", "".join(_rows(reader, frame, tracks)).encode())
        if (sequence := _sequence(frame)) is None:
            export.account.change(
                LABEL, "without seqinfo.ini: nothing tells its size and frame rate", frame.label.label_id
            )
        else:
            yield FileChunk(f"{video}/seqinfo.ini", sequence.encode())


def _rows(reader: Reader, frame: Picture, tracks: dict[str | int, int]) -> Iterator[str]:
    for shape in frame.shapes:
        track = tracks.setdefault(shape.object.feature_id or shape.object.object_id, len(tracks) + 1)
        place = ",".join(str(reader.export.rounded(value)) for value in shape.box)
        reader.wrote(shape.object)
        yield f"{frame.frame_number},{track},{place},1,{shape.category.number + 1},1\n"


def _sequence(last: Picture) -> str | None:
    """What seqinfo.ini says of a video with this last frame; all of it has to be known."""
    rate = last.label.frame_rate
    if not (last.width and last.height and rate):
        return None
    members = {
        "name": last.video,
        "imDir": "img1",
        "frameRate": max(1, round(rate)),
        "seqLength": length_of(last.label, last),
        "imWidth": last.width,
        "imHeight": last.height,
        "imExt": ".jpg",
    }
    return "[Sequence]\n" + "".join(f"{name}={value}\n" for name, value in members.items())


def length_of(label: Label, last: Picture) -> int:
    """The number of frames of a video, as far as it is known."""
    return max(int(label.frame_count or 0), last.frame_number or 0)


EXPORTER = Exporter(
    "mot",
    "",
    "a folder with MOTChallenge's gt.txt for each video: boxes and their tracks",
    write,
    what_becomes,
    unit="boxes",
    takes=(*WHICH_LABELS, *WHICH_CLASSES, "frames", "name", "digits"),
)
