"""The versions of a label as scenes: their JSON is loaded into a store of its own, which is read like any other.

That store is in memory, and all versions are in it under ids of our own: so each is drawn by what draws labels.
"""

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from labelstore.analyses.class_colors import class_colors
from labelstore.engines import open_database
from labelstore.history import LabelDiff, Version, compare, label_at, versions_of
from labelstore.loading import load
from labelstore.scenes import ConnectionSource, Source, read_scene
from labelstore.scenes.assets import read_asset
from labelstore.scenes.scene import Scene

MOST_VERSIONS: Final = 30
MOST_BYTES: Final = 2_000_000
"""Of the versions of a label as the store keeps them, compressed."""
MOST_NODES: Final = 50_000
"""JSON objects of the current version."""

_SIZE = """
select count(*) as versions, coalesce(sum(length(json)), 0) as bytes,
    (select end_id - node_id from labels where label_id = $label_id) as nodes,
    (select project_id from labels where label_id = $label_id) as project_id,
    max(data_row_id) as data_row_id
from versions where label_id = $label_id
"""
_MEDIA = "select asset_type from media_attributes where data_row_id = $data_row_id limit 1"


class Versions(NamedTuple):
    """The versions of a label, oldest first, with their JSON; `source` has them as labels of the ids `version-<n>`."""

    label_id: str
    versions: tuple[Version, ...]
    texts: tuple[bytes, ...]
    data_row_id: str | None
    source: ConnectionSource

    @property
    def size(self) -> int:
        """Bytes of what it keeps."""
        return 20 * sum(map(len, self.texts))

    def scene(self, source: Source, number: int, limit: int, frame: int | None, group: str | None) -> Scene | None:
        """A version as a scene, with the asset and colors of the store that `source` reads; None without a label."""
        found = read_scene(self.source, _name(number), limit=limit, frame=frame, group=group, tracks=False)
        if found is None:
            return None
        asset, colors = read_asset(source, self.data_row_id), class_colors(source)
        shapes = tuple(shape._replace(color=colors.of(None, shape.name)) for shape in found.shapes)
        known = asset if asset.asset_type != "unknown" else found.asset
        return found._replace(label_id=self.label_id, asset=known, shapes=shapes)

    def diff(self, before: int, after: int) -> LabelDiff:
        """What changed between two versions."""
        return compare(self.texts[before], self.texts[after])


class TooLarge(NamedTuple):
    """A label with so many or so large versions that no page shows them."""

    versions: int


def read_versions(source: Source, path: Path, label_id: str) -> Versions | TooLarge | None:
    """The versions of a label of the store at `path`, which `source` reads; None where it never had such a label."""
    row = next(iter(source.query(_SIZE, {"label_id": label_id})))
    if not row["versions"] and row["nodes"] is None:
        return None
    if row["versions"] > MOST_VERSIONS or row["bytes"] > MOST_BYTES or (row["nodes"] or 0) > MOST_NODES:
        return TooLarge(row["versions"])
    with open_database(path, read_only=True) as database:
        versions = versions_of(database, label_id)
        texts = [label_at(database, label_id, version.load_id).encode() for version in versions]
    here = "select data_row_id from labels where label_id = $label_id"
    current = next(iter(source.query(here, {"label_id": label_id})), None)
    data_row_id = current["data_row_id"] if current else row["data_row_id"]
    media = next(iter(source.query(_MEDIA, {"data_row_id": data_row_id})), None)
    asset_type = media["asset_type"] if media else read_asset(source, data_row_id).asset_type
    temporary = _loaded(versions, texts, data_row_id, asset_type)
    return Versions(label_id, tuple(versions), tuple(texts), data_row_id, temporary)


def _name(number: int) -> str:
    return f"version-{number}"


def _loaded(
    versions: Sequence[Version], texts: Sequence[bytes], data_row_id: str | None, asset_type: str | None
) -> ConnectionSource:
    """A store in memory with the versions, loaded as any export is."""
    elements: list[Any] = []
    labels: list[Any] = []
    for number, (version, text) in enumerate(zip(versions, texts, strict=True)):
        label = msgspec.json.decode(text)
        if isinstance(label, dict):
            is_v1 = version.generation == "v1"
            label["ID" if is_v1 else "id"] = _name(number)
            (elements if is_v1 else labels).append(label)
    with tempfile.TemporaryDirectory(prefix="labelstore-versions-") as name:
        folder = Path(name)
        files = []
        if elements:
            files.append(folder / "elements.json")
            files[-1].write_bytes(msgspec.json.encode(elements))
        if labels:
            line = {
                "data_row": {"id": data_row_id or "unknown"},
                "media_attributes": {"asset_type": asset_type},
                "projects": {"versions": {"labels": labels}},
            }
            files.append(folder / "labels.ndjson")
            files[-1].write_bytes(msgspec.json.encode(line) + b"\n")
        load(folder / "versions.db", files, history=False)
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(folder / "versions.db")) as stored:
            stored.backup(memory)
    return ConnectionSource(memory)
