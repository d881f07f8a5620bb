"""spaCy: texts with spans and categories, as a line of JSON each or as DocBin.

A line has `text`; `spans`, each with `start`, `end` (the first character after it, in code points), `label` and `id`;
`cats`, "question / answer" → 1 or 0; and `meta`, the ids of the data row, the label and the message. DocBin has all
spans in `spans["sc"]`, those that overlap no longer one in `ents`. A folder has DocBins of some documents each, since a
DocBin is made in memory: give `spacy train` the folder of a set.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from labelstore.errors import UsageError
from labelstore.export.choices import WHICH_CLASSES, WHICH_LABELS, Choices, option_of
from labelstore.export.constructs import Fate, fates, kept, left_out
from labelstore.export.data_rows import Reader, example_of
from labelstore.export.documents import Document, Documents, Span, longest
from labelstore.export.exporter import Export, Exporter, FileChunk

_TOGETHER = 1000
"""Documents of a DocBin in a folder."""
_encode = msgspec.json.Encoder().encode


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """Entities, and what was picked about a text."""
    return fates(
        left_out("spaCy has no place for it"),
        label=kept("a document"),
        text_entity=kept("a span"),
        label_question=kept("cats"),
    )


def write(export: Export) -> Iterator[bytes | FileChunk]:
    """Lines, a DocBin, or a folder with DocBins of each split."""
    reader = Reader(export)
    if export.out and EXPORTER.is_folder(export.out):
        yield from _folder(reader)
    elif str(export.out).endswith(EXPORTER.more_suffixes):
        bins = _Bins(reader)
        for document in Documents(reader):
            bins.add(document, _trimmed(reader, document))
        yield bins.taken("all")
    else:
        for document in Documents(reader):
            yield _line(document, _trimmed(reader, document))


def _folder(reader: Reader) -> Iterator[FileChunk]:
    bins = _Bins(reader)
    numbers: dict[str, int] = {}

    def file(name: str) -> FileChunk:
        numbers[name] = numbers.get(name, 0) + 1
        return FileChunk(f"{name}/{numbers[name]:04d}.spacy", bins.taken(name))

    for document in Documents(reader):
        bins.add(document, _trimmed(reader, document), document.set_name)
        if bins.size(document.set_name) == _TOGETHER:
            yield file(document.set_name)
    for name in list(bins.bins):
        yield file(name)


def _trimmed(reader: Reader, document: Document) -> list[Span]:
    """The spans without white space at their ends, with which spaCy refuses to train."""
    found = []
    for span in document.spans:
        said = document.text[span.start : span.end]
        start = span.start + len(said) - len(said.lstrip())
        if not said.strip():
            reader.leave_out(span.object, "white space only")
            continue
        trimmed = span._replace(start=start, end=start + len(said.strip()))
        if trimmed != span:
            reader.export.account.change("text_entity", "without the white space at its ends", example_of(span.object))
        reader.wrote(span.object)
        found.append(trimmed)
    return found


def _line(document: Document, spans: list[Span]) -> bytes:
    label = document.label
    meta = {
        "data_row_id": label.data_row_id,
        "label_id": label.label_id,
        "external_id": label.external_id,
        "global_key": label.global_key,
        "message_id": document.message_id,
        "set": None if document.set_name == "all" else document.set_name,
    }
    found: dict[str, Any] = {
        "text": document.text,
        "spans": [
            {"start": span.start, "end": span.end, "label": span.category.name, "id": span.object.feature_id}
            for span in spans
        ],
        "cats": document.cats,
        "meta": {name: value for name, value in meta.items() if value is not None},
    }
    return _encode(found) + b"\n"


@dataclass
class _Bins:
    """DocBins under way, by the names of their sets."""

    reader: Reader
    bins: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises `UsageError` where spaCy is not installed, or knows no such language."""
        try:
            import spacy
        except ImportError:
            raise UsageError(
                "DocBin needs spaCy, which is not installed; pip install 'labelstore-db[spacy]', or name a file that"
                f" ends in {EXPORTER.suffix}"
            ) from None
        language = self.reader.export.choices.language
        try:
            self._tokenizer = spacy.blank(language).tokenizer
        except ImportError:
            raise UsageError(
                f"{option_of('language')} {language}: spaCy knows no such language; xx is for any"
            ) from None

    def add(self, document: Document, spans: list[Span], name: str = "all") -> None:
        """Put a document into a DocBin."""
        from spacy.tokens import DocBin

        doc = self._tokenizer(document.text)
        found = []
        for span in spans:
            one = doc.char_span(span.start, span.end, label=span.category.name, alignment_mode="expand")
            if (one.start_char, one.end_char) != (span.start, span.end):
                self._change(span, "widened to whole tokens")
            found.append((span._replace(start=one.start, end=one.end), one))
        inside, others = longest([span for span, _ in found])
        for span in others:
            self._change(span, 'overlaps a longer one: in spans["sc"] only')
        by_object = {span.object.object_id: one for span, one in found}
        doc.set_ents([by_object[span.object.object_id] for span in inside])
        doc.spans["sc"] = [one for _, one in found]
        doc.cats = document.cats
        self.bins.setdefault(name, DocBin(attrs=["ENT_IOB", "ENT_TYPE"])).add(doc)

    def size(self, name: str) -> int:
        """How many documents a DocBin holds."""
        return len(self.bins[name])

    def taken(self, name: str) -> bytes:
        """A DocBin as bytes, after which the next begins."""
        from spacy.tokens import DocBin

        return self.bins.pop(name, DocBin(attrs=["ENT_IOB", "ENT_TYPE"])).to_bytes()  # type: ignore[no-any-return]

    def _change(self, span: Span, reason: str) -> None:
        self.reader.export.account.change("text_entity", reason, example_of(span.object))


EXPORTER = Exporter(
    "spacy",
    ".jsonl",
    "texts with spans and categories: lines of JSON (OUT ends in .jsonl), DocBin (.spacy), or a folder of DocBins",
    write,
    what_becomes,
    unit="spans and categories",
    takes=(*WHICH_LABELS, *WHICH_CLASSES, "empty", "assets", "language", "split", "ratios", "split_field"),
    defaults={"split": "none"},
    folder_takes=("split",),
    folder_defaults={"split": "hash"},
    more_suffixes=(".spacy",),
)
