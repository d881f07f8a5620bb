"""WebDataset: tar archives ("shards") of some data rows each, for training that reads them as streams.

A data row is a file key.json, beside the file of its asset (key.jpg, key.mp3 …) where that is in `--assets`, or its
text (key.txt). The JSON has the columns of the format `hf`, without files. Names of shards begin with the split. Times
and owners of the files in them are none, so the same labels give the same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tarfile import BLOCKSIZE, PAX_FORMAT, RECORDSIZE, TarInfo

import msgspec

from labelstore.assets.folder import is_address
from labelstore.errors import InputError
from labelstore.export.annotations import Label
from labelstore.export.choices import WHICH_CLASSES, WHICH_LABELS
from labelstore.export.data_rows import DataRow, Reader
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks
from labelstore.export.exporters.hf import FATES, row_of
from labelstore.export.image_sizes import asset_of
from labelstore.export.texts import text_of

_CHUNK = 1 << 20
_TEXTS = ("text", "html")
_encode = msgspec.json.Encoder().encode


def write(export: Export) -> FileChunks:
    """The shards; those of several splits may alternate."""
    reader = Reader(export)
    shards: dict[str, _Shard] = {}
    for row in reader.data_rows():
        split = reader.selection.splits.of(row.node) or "all"
        shard = shards.setdefault(split, _Shard(split))
        if shard.count == export.choices.shard_size:
            yield shard.end()
            shard = shards[split] = _Shard(split, shard.number + 1)
        shard.count += 1
        yield from _sample(reader, row, shard)
    for shard in shards.values():
        yield shard.end()


@dataclass
class _Shard:
    """An archive that is being written."""

    split: str
    number: int = 0
    count: int = 0
    size: int = 0

    def file(self, name: str, size: int, content: Iterator[bytes]) -> Iterator[FileChunk]:
        """The chunks of a file in it."""
        info = TarInfo(name)
        info.size = size
        yield self._chunk(info.tobuf(PAX_FORMAT))
        for chunk in content:
            yield self._chunk(chunk)
        yield self._chunk(bytes(-size % BLOCKSIZE))

    def end(self) -> FileChunk:
        """What closes it."""
        end = 2 * BLOCKSIZE
        return self._chunk(bytes(end + -(self.size + end) % RECORDSIZE))

    def _chunk(self, content: bytes) -> FileChunk:
        self.size += len(content)
        return FileChunk(f"{self.split}-{self.number:06d}.tar", content)


def _sample(reader: Reader, row: DataRow, shard: _Shard) -> Iterator[FileChunk]:
    label = row.labels[0]
    stem, suffix = reader.selection.names.of(label)
    key = stem.replace(".", "%2E")  # a key ends at its first dot
    found = row_of(reader, row)
    found["url"] = label.row_data if label.row_data and is_address(label.row_data) else None
    about = _encode(found)
    yield from _asset(reader.export, label, key, suffix, shard)
    yield from shard.file(f"{key}.json", len(about), iter([about]))


def _asset(export: Export, label: Label, key: str, suffix: str, shard: _Shard) -> Iterator[FileChunk]:
    """The asset, if it is at hand."""
    if label.asset_type in _TEXTS:
        if (text := text_of(export, label)) is not None:
            content = text.encode()
            yield from shard.file(f"{key}.txt", len(content), iter([content]))
    elif (path := asset_of(export, label)) is not None:
        name = f"{key}{path.suffix.lower() or suffix or '.jpg'}"
        yield from shard.file(name, path.stat().st_size, _content(path))


def _content(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})") from error


EXPORTER = Exporter(
    "webdataset",
    "",
    "a folder of WebDataset shards: tar archives with a JSON and the asset of each data row",
    write,
    lambda _: FATES,
    unit="objects",
    takes=(
        *(*WHICH_LABELS, *WHICH_CLASSES, "split", "ratios", "split_field"),
        *("frames", "assets", "name", "digits", "shard_size"),
    ),
)
