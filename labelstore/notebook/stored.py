"""Labels of a store, read by their ids or nodes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from labelstore.engines.database import Database
from labelstore.errors import NotFoundError
from labelstore.history import known_label, label_at
from labelstore.notebook.label import Label
from labelstore.notebook.source import LabelSource
from labelstore.query.find import label_of
from labelstore.query.label_rows import label_texts


def read_label(database: Database, source: LabelSource) -> Label:
    """The label of this id, or that of the data row of this id, external id or global key. Raises `NotFoundError`."""
    name = source.label_id
    if (load_id := source.load_id) is not None:
        source = source._replace(label_id=known_label(database, name))
        return _label(label_at(database, name, load_id), source)
    found = database.label_json(name)
    if not found and (other := label_of(database, name)):
        source, found = source._replace(label_id=other), database.label_json(other)
    if not found:
        raise NotFoundError(f"{name}: no label of {database.name} has this id; {database.way_to_ids}")
    return _label(found[0], source)


def labels_of(database: Database, nodes: Iterable[int], path: Path, assets: Path | None) -> Iterator[Label]:
    """The labels with these nodes, in their order."""
    for label_id, text in label_texts(database, nodes):
        yield _label(text, LabelSource(path, label_id, None, assets))


def _label(text: str, source: LabelSource) -> Label:
    return Label(msgspec.json.decode(text), source)
