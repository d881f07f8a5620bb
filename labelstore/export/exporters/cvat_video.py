"""CVAT for video 1.1: a folder for each video, with annotations.xml, which has a track for each object.

Frames count from 0. A track has a shape in every frame: those that are no key frames have keyframe="0", and a shape
with outside="1" follows where the object is gone. A track has one shape a frame, so the parts of a polygon are several
tracks.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from labelstore.export.choices import WHICH_CLASSES, WHICH_LABELS, Choices
from labelstore.export.constructs import Fate, changed, fates, kept, left_out
from labelstore.export.cvat import (
    TAGS,
    Attributes,
    attribute_lines,
    attributes_of,
    content,
    label_lines,
    places,
    quoted,
)
from labelstore.export.data_rows import Reader, example_of
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks
from labelstore.export.exporters.mot import length_of
from labelstore.export.pictures import Picture, pictures
from labelstore.export.tracks import IN_TIME


def what_becomes(choices: Choices) -> Mapping[str, Fate]:
    """Boxes, outlines, lines and points in frames, with what was answered about them."""
    return fates(
        left_out("CVAT for video has no place for it"),
        label=kept("an XML file"),
        track=kept("a track"),
        key_frame=kept("keyframe"),
        object_question=changed("flat attributes of text"),
        hole=changed("filled" if choices.holes == "fill" else "cut open along a seam"),
        **{kind: kept(tag) for kind, tag in TAGS.items()},
    )


class _Track:
    """A track while its frames are read: the XML of its shapes, and what its last one is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines = bytearray()
        self._last = -2
        self._shape = ("", "")

    def add(self, frame: int, tag: str, place: str, attributes: Attributes, *, is_key: bool) -> None:
        """The shape in a frame; frames come in order."""
        if frame > self._last + 1:
            self.leave()
        self._last, self._shape = frame, (tag, place)
        inner = attribute_lines(attributes)
        self.lines += _shape(frame, tag, place, inner, outside=0, keyframe=int(is_key))

    def leave(self, length: int | None = None) -> None:
        """After its last shape the object is gone, unless the video ends there."""
        if self._last >= 0 and (length is None or self._last + 1 < length):
            self.lines += _shape(self._last + 1, *self._shape, "", outside=1, keyframe=1)


def write(export: Export) -> FileChunks:
    """The file of each video, when all its frames are read."""
    reader = Reader(export)
    for video, frames in groupby(pictures(reader, types=IN_TIME), key=lambda picture: picture.video):
        tracks: dict[tuple[str, int], _Track] = {}
        asked: dict[str, dict[str, None]] = {}
        for frame in frames:
            _add(reader, frame, tracks, asked)
        length = length_of(frame.label, frame)
        path = f"{video}/annotations.xml"
        yield FileChunk(path, "".join(_head(reader, frame, length, asked)).encode())
        for number, track in enumerate(tracks.values()):
            track.leave(length)
            opening = f'  <track id="{number}" label={quoted(track.name)} source="manual">\n'
            yield FileChunk(path, opening.encode() + track.lines + b"  </track>\n")
        yield FileChunk(path, b"</annotations>\n")


def _add(
    reader: Reader, frame: Picture, tracks: dict[tuple[str, int], _Track], asked: dict[str, dict[str, None]]
) -> None:
    """Add the shapes of a frame to their tracks."""
    seen: Counter[str] = Counter()
    for shape in frame.shapes:
        one, name = shape.object, shape.category.name
        attributes = attributes_of(one.answers)
        asked.setdefault(name, {}).update(dict.fromkeys(attributes))
        found = list(places(reader.export, shape))
        if len(found) > 1 and not one.interpolated:
            reader.export.account.change(one.kind, "its parts are several tracks", example_of(one))
        for place in found:
            key = example_of(one), seen[example_of(one)]
            seen[example_of(one)] += 1
            track = tracks.get(key) or tracks.setdefault(key, _Track(name))
            is_key = one.keyframe is not False and not one.interpolated
            track.add((frame.frame_number or 1) - 1, TAGS[one.kind], place, attributes, is_key=is_key)
        reader.wrote(one)


def _shape(frame: int, tag: str, place: str, inner: str, *, outside: int, keyframe: int) -> bytes:
    told = f'frame="{frame}" outside="{outside}" occluded="0" keyframe="{keyframe}" {place} z_order="0"'
    return (f"    <{tag} {told}>\n{inner}    </{tag}>\n" if inner else f"    <{tag} {told}/>\n").encode()


def _head(reader: Reader, last: Picture, length: int, asked: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """What precedes the tracks: the classes, the questions about them, and the size of the video."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n'
    yield f"      <name>{content(last.video or '')}</name>\n      <size>{length}</size>\n"
    yield "      <mode>interpolation</mode>\n      <overlap>0</overlap>\n      <start_frame>0</start_frame>\n"
    yield f"      <stop_frame>{max(length - 1, 0)}</stop_frame>\n      <labels>\n"
    for category in reader.classes.categories:
        yield label_lines(category.name, asked.get(category.name, ()))
    yield "      </labels>\n"
    if last.width and last.height:
        yield f"      <original_size>\n        <width>{last.width}</width>\n        <height>{last.height}</height>\n"
        yield "      </original_size>\n"
    yield "    </task>\n  </meta>\n"


EXPORTER = Exporter(
    "cvat-video",
    "",
    "a folder with annotations.xml of CVAT for video 1.1 for each video: tracks, key frames, attributes",
    write,
    what_becomes,
    unit="shapes",
    takes=(*WHICH_LABELS, *WHICH_CLASSES, "holes", "name", "digits"),
)
