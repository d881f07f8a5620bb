"""RTTM (NIST Rich Transcription): a SPEAKER line for each span, with recording, start and length in seconds, and who.

Who speaks is the answer that was picked, or the question where the answer is free text.
"""

import re
from collections.abc import Mapping

from labelstore.export.choices import WHICH_LABELS, Choices
from labelstore.export.constructs import Fate, changed, fates, kept, left_out
from labelstore.export.data_rows import Reader
from labelstore.export.exporter import Chunks, Export, Exporter
from labelstore.export.recordings import Recordings, Span


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """Who was answered in spans of time."""
    return fates(
        left_out("no span of time"),
        label=kept("lines of its recording"),
        frame_question=changed("one name: what was picked, or the question of a text"),
    )


def write(export: Export) -> Chunks:
    """The lines of all recordings."""
    for recording in Recordings(Reader(export)):
        name = _word(recording.stem)
        yield "".join(_line(name, span) for span in recording.spans).encode()


def _line(name: str, span: Span) -> str:
    start, length = span.start / 1000, (span.end - span.start) / 1000
    who = span.question if span.is_text else span.answer
    return f"SPEAKER {name} 1 {start:.3f} {length:.3f} <NA> <NA> {_word(who)} <NA> <NA>\n"


def _word(text: str) -> str:
    return re.sub(r"\s+", "_", text.strip()) or "<NA>"


EXPORTER = Exporter(
    "rttm",
    ".rttm",
    "spans of recordings as RTTM, with who speaks",
    write,
    what_becomes,
    unit="spans",
    takes=(*WHICH_LABELS, "name"),
    defaults={"empty": "drop"},
)
