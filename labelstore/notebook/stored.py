"""Labels of a store, read by their ids or nodes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from labelstore.engines.database import Database
from labelstore.notebook.label import Label
from labelstore.notebook.source import LabelSource
from labelstore.query.label_rows import label_texts


def label_of_text(text: str, source: LabelSource) -> Label:
    """The label with this JSON."""
    return Label(msgspec.json.decode(text), source)


def labels_of(database: Database, nodes: Iterable[int], path: Path, assets: Path | None) -> Iterator[Label]:
    """The labels with these nodes, in their order."""
    for label_id, text in label_texts(database, nodes):
        yield label_of_text(text, LabelSource(path, label_id, None, assets))
