"""What a caller may choose of an export, declared once for Python, the command line and the docs."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, NamedTuple

from labelstore.errors import UsageError
from labelstore.query.filters.chosen import Chosen
from labelstore.query.filters.keywords import KEYWORDS
from labelstore.schema.suggestions import did_you_mean


class Choice(NamedTuple):
    """How a choice is made on the command line: its option, what it takes, and its help."""

    help: str
    values: tuple[str, ...] = ()
    """The words that it takes; () for any."""
    metavar: str = ""
    option: str = ""
    """Where it differs from the name."""


def _choice(default: Any, help: str, *values: str, metavar: str = "", option: str = "") -> Any:
    return field(default=default, metadata={"choice": Choice(help, values, metavar, option)})


@dataclass(frozen=True)
class Choices:
    """The choices of an export, with their defaults. A format heeds those that its exporter names in `takes`."""

    labels: str = _choice(
        "winner",
        "Which labels of a data row and project: the one that the project selected, else its benchmark, else the"
        " newest that is not rejected (winner); or newest, benchmark, approved, all.",
        *("winner", "newest", "benchmark", "approved", "all"),
    )
    filters: Chosen = field(default_factory=Chosen)
    """What all labels have to match; on the command line each filter is an option."""
    model_run: str | None = _choice(None, "The labels of this model run, by id, and its splits.", metavar="ID")
    where: str | None = _choice(
        None,
        "Only labels of which this is true, by columns of `labels`: seconds_to_label > 60; or a query of their ids.",
        metavar="SQL",
    )
    classes: tuple[str, ...] = _choice((), "Only objects of this class; repeatable.", metavar="CLASS", option="--class")
    rename: tuple[str, ...] = _choice((), "Write class A as B; two may become one; repeatable.", metavar="A=B")
    class_file: str | None = _choice(
        None, "A file with a class a line: only these, numbered in this order.", metavar="FILE", option="--classes"
    )
    class_key: str = _choice(
        "unique",
        "Classes of one name in one project: refuse (unique), take them as one (name), or tell them apart by their"
        " schema ids (schema-id).",
        *("unique", "name", "schema-id"),
    )
    task: str = _choice(
        "detect",
        "YOLO: boxes (detect), outlines (segment), or boxes that are turned (obb).",
        "detect",
        "segment",
        "obb",
    )
    split: str = _choice(
        "hash",
        "Training, validation and test sets: by the hash of the data row's id, so that no row moves when others"
        " come; the same in each class (stratified); as a metadata field or the model run says; or none.",
        *("hash", "stratified", "metadata", "model-run", "none"),
    )
    ratios: str = _choice("80,10,10", "The percents of train, val and test.", metavar="A,B,C")
    split_field: str = _choice("split", "The metadata field that names the split.", metavar="NAME")
    empty: str = _choice("keep", "Pictures whose label holds no object.", "keep", "drop")
    boxes: str = _choice(
        "drop", "Boxes where the format wants outlines: leave out, or write as polygons.", "drop", "polygon"
    )
    holes: str = _choice(
        "seam",
        "Holes of polygons: cut open along a seam, written as a bitmap (rle), or filled.",
        *("seam", "rle", "fill"),
    )
    masks: str = _choice(
        "rle", "Masks that were fetched or are in --assets: as bitmaps, as outlines, or not.", "rle", "polygon", "skip"
    )
    frames: str = _choice(
        "all",
        "Frames of videos: all, also those between key frames of a segment; key frames; or every Nth.",
        metavar="all|key|N",
    )
    assets: str | None = _choice(
        None,
        "Downloaded assets, named by external id, global key or data row id, or as in their URL.",
        metavar="DIR",
    )
    images: str = _choice("link", "What to do with files found in --assets.", "link", "copy", "none")
    missing_size: str = _choice("fail", "Pictures whose size nothing tells: stop, or leave out.", "fail", "skip")
    name: str = _choice(
        "auto",
        "File names: from the external id, else the global key, else the URL (auto); two that are the same get"
        " their ids added.",
        *("auto", "external-id", "global-key", "id"),
    )
    digits: int | None = _choice(None, "Round coordinates to so many digits.", metavar="N")
    shard_size: int = _choice(1000, "The data rows of a shard.", metavar="N")
    language: str = _choice("xx", "The tokenizer of DocBin: en, de … as spaCy calls languages.", metavar="CODE")
    data_row: str = _choice(
        "auto",
        "What names the data row of an import: its global key where it has one, else its id (auto); or one of them.",
        *("auto", "global-key", "id"),
    )
    question: str | None = _choice(
        None, "The question about labels whose answers are the classes; the only one by default.", metavar="QUESTION"
    )

    def __post_init__(self) -> None:
        """Raises `UsageError` for a word that a choice does not take."""
        for name, choice in _OWN.items():
            value = getattr(self, name)
            if choice.values and value not in choice.values:
                known = ", ".join(choice.values)
                raise UsageError(
                    f"{option_of(name)} {value}: {did_you_mean(str(value), choice.values) or 'use ' + known}"
                )
        if self.frames not in ("all", "key") and not (self.frames.isdecimal() and int(self.frames) > 0):
            raise UsageError(f"--frames {self.frames}: use all, key, or a number from 1")
        if self.digits is not None and not 0 <= self.digits <= 15:
            raise UsageError(f"--digits {self.digits}: use a number from 0 to 15")
        if self.shard_size < 1:
            raise UsageError(f"--shard-size {self.shard_size}: use a number from 1")
        self.shares()

    def chosen(self) -> list[str]:
        """The names of the choices of `WHICH_RECORDS` that were made."""
        others = ("model_run", "where")
        return [
            *(keyword for keyword, one in FILTERED.items() if self.filters.of(one.name)),
            *(name for name in others if getattr(self, name) is not None),
        ]

    def shares(self) -> tuple[float, float, float]:
        """The ratios of train, val and test, which add up to 1. Raises `UsageError`."""
        try:
            train, val, test = (float(part) for part in self.ratios.split(","))
        except ValueError:
            raise UsageError(f"--ratios {self.ratios}: give three numbers, as in 80,10,10") from None
        total = train + val + test
        if min(train, val, test) < 0 or not 0 < total < float("inf"):
            raise UsageError(f"--ratios {self.ratios}: give three numbers from 0, not all 0")
        return train / total, val / total, test / total


_OWN: Final[dict[str, Choice]] = {
    one.name: one.metadata["choice"] for one in fields(Choices) if "choice" in one.metadata
}
FILTERED: Final = {keyword: one for keyword, one in KEYWORDS.items() if keyword not in _OWN}
"""Keyword → a filter that exports take. The question and the model run of an export mean more than that of a filter."""
CHOICES: Final[dict[str, Choice]] = _OWN | {
    keyword: Choice(one.help, (), one.form.metavar or one.name.upper(), one.option) for keyword, one in FILTERED.items()
}
"""The name of a choice, or the keyword of a filter → how it is made."""


def option_of(name: str) -> str:
    """The option of the command line for a choice."""
    return CHOICES[name].option or f"--{name.replace('_', '-')}"


WHICH_RECORDS: Final = (*FILTERED, "model_run", "where")
"""The choices of formats that write labels, or records of them, as they are."""
WHICH_LABELS: Final = ("labels", *WHICH_RECORDS)
"""Those of formats that are made of labels."""
WHICH_CLASSES: Final = ("classes", "rename", "class_file", "class_key")
OF_PICTURES: Final = (
    *WHICH_LABELS,
    *WHICH_CLASSES,
    *("empty", "frames", "assets", "missing_size", "name", "digits"),
)
"""Those of formats that are made of pictures with objects."""
OF_IMPORTS: Final = (*WHICH_LABELS, "classes", "rename", "data_row", "assets", "digits")
"""Those of annotation imports."""
SPLITTING: Final = ("split", "ratios", "split_field", "images")
"""Those of folders with training, validation and test sets and their files."""


def lines_of(path: str) -> list[str]:
    """The lines of a small text file, without those that are empty. Raises `UsageError`."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"--classes {path}: cannot be read ({error}); name a text file with a class a line") from None
    if found := [line.strip() for line in text.splitlines() if line.strip()]:
        return found
    raise UsageError(f"--classes {path}: names no class; write one a line")
