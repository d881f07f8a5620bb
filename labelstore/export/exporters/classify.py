"""Classes by the answers to one question about labels: a folder of pictures for each class, or a table.

The folder is that of torchvision's `ImageFolder` and of Ultralytics: SPLIT/CLASS/picture. A class without a picture in
a split has a folder there all the same, so that all splits number the classes alike.

The table (OUT ends in .csv) has a line for each data row, of all asset types: `data_row_id`, `file_name`, `split`, and
`text` where there are texts. A question with one answer fills the column `class`; one that takes several has a column
for each answer, with 1 where it was given and 0 where not.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import StringIO
from typing import Any

from labelstore.errors import UsageError
from labelstore.export.annotations import Answer, Label
from labelstore.export.answers import answer_of
from labelstore.export.choices import SPLITTING, WHICH_LABELS, Choices, option_of
from labelstore.export.constructs import LABEL, LABEL_QUESTION, Fate, fates, kept, left_out
from labelstore.export.data_rows import DataRow, Reader, asked, questions
from labelstore.export.exporter import Export, Exporter, FileChunk, FileCopy
from labelstore.export.file_names import safe
from labelstore.export.image_sizes import asset_of, name_of
from labelstore.export.pictures import PICTURES
from labelstore.export.question import Question, question_of
from labelstore.export.texts import text_of
from labelstore.export.tracks import IN_TIME

_UNANSWERED = "the question is not answered"


def what_becomes(_: Choices) -> Mapping[str, Fate]:
    """What is asked of labels, and nothing else."""
    return fates(
        left_out("classes are answers about labels"),
        label=kept("a picture in a folder, or a line"),
        label_question=kept("the class"),
    )


def write(export: Export) -> Iterator[bytes | FileChunk | FileCopy]:
    """The pictures in their folders, or the lines of the table."""
    if export.choices.images == "none":
        raise UsageError(f"{option_of('images')} none: the pictures are all that is written; name a table, OUT.csv")
    question = question_of(export.database, export.choices)
    export.choices = replace(export.choices, question=question.name)
    reader = Reader(export)
    yield from (_folders if EXPORTER.is_folder(export.out) else _table)(reader, question)


def _table(reader: Reader, question: Question) -> Iterator[bytes]:
    has_texts = any(reader.export.database.query("select 1 from records where asset_type = 'text' limit 1").rows)
    columns = question.classes if question.takes_many else ("class",)
    yield _line("data_row_id", "file_name", "split", *(["text"] if has_texts else []), *columns)
    for row in reader.data_rows():
        label, answers = row.labels[0], _answers(reader, row, question)
        if not answers and not (question.takes_many and reader.export.choices.empty == "keep"):
            _leave_out(reader, row, answers, _UNANSWERED)
            continue
        split = reader.selection.splits.of(row.node)
        text = text_of(reader.export, label) if label.asset_type == "text" else None
        found = answers if question.takes_many else answers[:1]
        names = {answer_of(one) for one in found}
        cells = [int(name in names) for name in columns] if question.takes_many else names
        yield _line(label.data_row_id, _file_name(reader, label), split, *([text] if has_texts else []), *cells)
        _wrote(reader, row, found, answers)


def _folders(reader: Reader, question: Question) -> Iterator[FileChunk | FileCopy]:
    folders = _folder_names(question.classes)
    held: dict[str, set[str]] = {}
    for row in reader.data_rows():
        label, answers = row.labels[0], _answers(reader, row, question)
        asset = asset_of(reader.export, label)
        reason = None
        if label.asset_type not in PICTURES or label.asset_type in IN_TIME:
            reason = f"{label.asset_type.replace('_', ' ')}: no picture"
        elif not answers:
            reason = _UNANSWERED
        elif question.takes_many and len({answer_of(one) for one in answers}) > 1:
            reason = "several classes; a table (OUT.csv) holds them"
        elif asset is None:
            reason = "its file is not at hand (--assets); a table (OUT.csv) needs none"
        elif (name := answer_of(answers[0])) not in folders:
            reason = "its answer is a text; a table (OUT.csv) holds it"
        if reason is not None or asset is None:
            _leave_out(reader, row, answers, reason or "")
            continue
        split, folder = reader.selection.splits.of(row.node) or "all", folders[name]
        stem, suffix = reader.selection.names.of(label)
        held.setdefault(split, set()).add(folder)
        yield FileCopy(f"{split}/{folder}/{stem}{asset.suffix or suffix or '.jpg'}", asset)
        _wrote(reader, row, answers if question.takes_many else answers[:1], answers)
    for split, some in held.items():
        for folder in sorted(set(folders.values()) - some):
            yield FileChunk(f"{split}/{folder}/.keep", b"")


def _folder_names(classes: tuple[str, ...]) -> dict[str | None, str]:
    """The folder of each class: its name, made safe; no two are the same in any case."""
    found: dict[str | None, str] = {}
    taken: set[str] = set()
    for name in classes:
        folder = safe(name) or "unnamed"
        while folder.casefold() in taken:
            folder += "_"
        taken.add(folder.casefold())
        found[name] = folder
    return found


def _answers(reader: Reader, row: DataRow, question: Question) -> list[Answer]:
    """The answers of a data row to the question; others are not selected."""
    account, found = reader.export.account, []
    for part in row.parts:
        of_label = asked(part).get(LABEL_QUESTION, [])
        about = [one for one in of_label if one.question == question.name and one.message_id is None]
        account.deselect(LABEL_QUESTION, "other questions", questions(of_label) - questions(about))
        given = [one for one in about if one.answer_id is not None]
        account.leave_out(LABEL_QUESTION, "without an answer", part.label.label_id, questions(about) - questions(given))
        found += given
    return found


def _wrote(reader: Reader, row: DataRow, found: list[Answer], answers: list[Answer]) -> None:
    """Count a data row as written, with those of its answers that were found to be its classes."""
    account, label_id = reader.export.account, row.labels[0].label_id
    account.wrote(LABEL_QUESTION, label_id, questions(found))
    rest = questions(answers) - questions(found)
    account.leave_out(LABEL_QUESTION, "answered more than once; the first is taken", label_id, rest)
    for label in row.labels:
        account.wrote(LABEL, label.label_id)
    reader.export.wrote()


def _leave_out(reader: Reader, row: DataRow, answers: list[Answer], reason: str) -> None:
    account = reader.export.account
    account.leave_out(LABEL_QUESTION, reason, row.labels[0].label_id, questions(answers))
    for label in row.labels:
        account.leave_out(LABEL, reason, label.label_id)


def _file_name(reader: Reader, label: Label) -> str:
    asset = asset_of(reader.export, label)
    if asset is not None:
        return name_of(reader.selection.names, label, asset)
    stem, suffix = reader.selection.names.of(label)
    return stem + (suffix or (".jpg" if label.asset_type == "image" else ""))


def _line(*cells: Any) -> bytes:
    csv.writer(line := StringIO(), lineterminator="\n").writerow(cells)
    return line.getvalue().encode()


EXPORTER = Exporter(
    "classify",
    ".csv",
    "classes by a question about labels: a folder of pictures for each class, or a table (OUT ends in .csv)",
    write,
    what_becomes,
    unit="data rows",
    takes=(*WHICH_LABELS, *(name for name in SPLITTING if name != "images"), "question", "empty", "assets", "name"),
    folder_takes=("images",),
)
