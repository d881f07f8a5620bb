"""Audacity labels: a text file for each recording, a line for each span: start, end and text, in seconds."""

from collections.abc import Mapping

from labelstore.export.choices import WHICH_LABELS, Choices
from labelstore.export.constructs import Fate, fates, kept, left_out
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks
from labelstore.export.recordings import Recordings


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """What was answered in spans of time."""
    return fates(left_out("no span of time"), label=kept("a file"), frame_question=kept("question: answer"))


def write(export: Export) -> FileChunks:
    """The file of each recording."""
    for recording in Recordings(Reader(export)):
        lines = (
            f"{span.start / 1000:.3f}\t{span.end / 1000:.3f}\t{' '.join(span.text.split())}\n"
            for span in recording.spans
        )
        yield FileChunk(f"{recording.stem}.txt", "".join(lines).encode())


EXPORTER = Exporter(
    "audacity",
    "",
    "a folder with a label track of Audacity for each recording",
    write,
    what_becomes,
    unit="spans",
    takes=(*WHICH_LABELS, "empty", "name"),
)
