"""CoNLL: a token a line with its tag, as BIO: B-Person begins an entity, I-Person goes on, O is outside of entities.

Tokens are words and single punctuation marks. Each document begins with -DOCSTART-, and an empty line stands where the
text has a line end outside of entities.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from labelstore.export.choices import WHICH_CLASSES, WHICH_LABELS, Choices
from labelstore.export.constructs import Fate, fates, kept, left_out
from labelstore.export.data_rows import Reader, example_of
from labelstore.export.documents import Document, Documents, Span, longest
from labelstore.export.exporter import Export, Exporter, FileChunk

_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
_START: Final = "-DOCSTART- -X- O O\n\n"


class _Token(NamedTuple):
    start: int
    end: int
    text: str


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """Entities, and nothing else."""
    return fates(left_out("CoNLL has no place for it"), label=kept("a document"), text_entity=kept("tagged tokens"))


def write(export: Export) -> Iterator[bytes | FileChunk]:
    """One file, or one for each split."""
    reader = Reader(export)
    is_folder = EXPORTER.is_folder(export.out)
    for document in Documents(reader):
        content = "".join(_lines(reader, document)).encode()
        yield FileChunk(f"{document.set_name}.conll", content) if is_folder else content


def _lines(reader: Reader, document: Document) -> Iterator[str]:
    text = document.text
    tokens = [_Token(found.start(), found.end(), found[0]) for found in _TOKEN.finditer(text)]
    tags = _tags(reader, document.spans, tokens)
    yield _START
    before = 0
    for place, token in enumerate(tokens):
        tag = tags.get(place, "O")
        if place and not tag.startswith("I-") and "\n" in text[before : token.start]:
            yield "\n"
        before = token.end
        yield f"{token.text} {tag}\n"
    yield "\n"


def _tags(reader: Reader, spans: list[Span], tokens: list[_Token]) -> dict[int, str]:
    """The place of a token → its tag. Of spans that overlap the longest is kept."""
    account, wide = reader.export.account, []
    for span in spans:
        first = bisect_right(tokens, span.start, key=lambda token: token.end)
        last = bisect_left(tokens, span.end, key=lambda token: token.start)
        if first < last:
            wide.append(span._replace(start=first, end=last))
        else:
            reader.leave_out(span.object, "holds no token")
    inside, others = longest(wide)
    for span in others:
        reader.leave_out(span.object, "overlaps a longer one")
    of_text = {span.object.object_id: span for span in spans}
    tags: dict[int, str] = {}
    for span in inside:
        said = of_text[span.object.object_id]
        if (said.start, said.end) != (tokens[span.start].start, tokens[span.end - 1].end):
            account.change("text_entity", "widened to whole tokens", example_of(span.object))
        name = re.sub(r"\s+", "_", span.category.name)
        if name != span.category.name:
            account.change("text_entity", "a class without spaces", example_of(span.object))
        tags |= {place: f"{'B' if place == span.start else 'I'}-{name}" for place in range(span.start, span.end)}
        reader.wrote(span.object)
    return tags


EXPORTER = Exporter(
    "conll",
    ".conll",
    "text entities as BIO tags, a token a line: one file (OUT ends in .conll), or a folder with splits",
    write,
    what_becomes,
    unit="entities",
    takes=(*WHICH_LABELS, *WHICH_CLASSES, "empty", "assets"),
    defaults={"split": "none"},
    folder_takes=("split", "ratios", "split_field"),
    folder_defaults={"split": "hash"},
)
