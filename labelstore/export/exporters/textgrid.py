"""Praat TextGrid: a file for each recording, a tier of intervals for each question.

Intervals of a tier follow each other without gaps or overlaps: where a question has several answers at a time, they go
to further tiers. The end is that of the last span, and recordings without a span have no file: exports do not tell how
long a recording is.
"""

from collections.abc import Iterator, Mapping

from labelstore.export.choices import WHICH_LABELS, Choices
from labelstore.export.constructs import Fate, fates, kept, left_out
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks
from labelstore.export.recordings import Recording, Recordings, Span


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """What was answered in spans of time."""
    return fates(left_out("no span of time"), label=kept("a file"), frame_question=kept("an interval"))


def write(export: Export) -> FileChunks:
    """The file of each recording."""
    for recording in Recordings(Reader(export)):
        yield FileChunk(f"{recording.stem}.TextGrid", "".join(_lines(recording)).encode())


def _lines(recording: Recording) -> Iterator[str]:
    end = max((span.end for span in recording.spans), default=0)
    tiers = recording.tiers
    yield f'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = {_seconds(end)}\n'
    yield f"tiers? <exists>\nsize = {len(tiers)}\nitem []:\n"
    for number, (name, spans) in enumerate(tiers.items(), 1):
        intervals = list(_intervals(spans, end))
        yield f'    item [{number}]:\n        class = "IntervalTier"\n        name = {_quoted(name)}\n'
        yield "        xmin = 0\n"
        yield f"        xmax = {_seconds(end)}\n        intervals: size = {len(intervals)}\n"
        for place, (first, last, text) in enumerate(intervals, 1):
            yield f"        intervals [{place}]:\n            xmin = {_seconds(first)}\n"
            yield f"            xmax = {_seconds(last)}\n            text = {_quoted(text)}\n"


def _intervals(spans: list[Span], end: int) -> Iterator[tuple[int, int, str]]:
    """The spans of a tier and the gaps between them."""
    before = 0
    for span in spans:
        if span.start > before:
            yield before, span.start, ""
        yield span.start, span.end, span.answer
        before = span.end
    if before < end:
        yield before, end, ""


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g}" if milliseconds % 1000 == 0 else f"{milliseconds / 1000:.3f}"


def _quoted(text: str) -> str:
    return '"' + " ".join(text.split()).replace('"', '""') + '"'


EXPORTER = Exporter(
    "textgrid",
    "",
    "a folder with a TextGrid of Praat for each recording: a tier for each question",
    write,
    what_becomes,
    unit="spans",
    takes=(*WHICH_LABELS, "name"),
    defaults={"empty": "drop"},
)
