"""A dataset for Hugging Face `datasets`: a Parquet file for each split, and README.md, which says where they are.

A row is a label with its data row. `objects` and `answers` are nested; coordinates are pixels, or degrees where
`degrees` says so, and `parts` has the polygons of an object, each with its rings (an outline and holes) of [x, y].
Files of `--assets` stand in the columns `image` and `audio`, which `datasets` decodes; texts in `text`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from labelstore.assets.folder import is_address
from labelstore.errors import InputError
from labelstore.export.annotations import Annotations, Answer, Label, Object
from labelstore.export.answers import flat_answers
from labelstore.export.choices import WHICH_CLASSES, WHICH_LABELS
from labelstore.export.constructs import HOLE, LABEL, RELATIONSHIP, changed, fates, kept, left_out
from labelstore.export.data_rows import DataRow, Reader, asked, example_of, questions
from labelstore.export.exporter import Export, Exporter, FileChunk, FileChunks
from labelstore.export.image_sizes import asset_of, name_of
from labelstore.export.shapes import box_of, parts_of, points_of
from labelstore.export.sink import Sink

if TYPE_CHECKING:
    import pyarrow as pa

FATES: Final = fates(
    kept("objects"),
    label=kept("a row"),
    hole=kept("parts"),
    track=kept("objects with one feature_id"),
    key_frame=kept("key_frame of objects"),
    cuboid=kept("geometry, as JSON"),
    other_kind=changed("without its geometry"),
    label_question=changed("flat answers"),
    object_question=changed("flat answers"),
    frame_question=changed("flat answers"),
    relationship=kept("relationships"),
    review=left_out("it is no training data"),
)
_ROWS: Final = 200
_BYTES: Final = 32 << 20
_PLAIN: Final = ("data_row_id", "external_id", "global_key", "asset_type", "label_id", "project_id", "project_name")


def write(export: Export) -> FileChunks:
    """The Parquet files, whose rows of some splits may alternate, then README.md."""
    reader = Reader(export, together=False)
    files: dict[str, _File] = {}
    for row in reader.data_rows():
        split = reader.selection.splits.of(row.node) or "train"
        file = files.setdefault(split, _File(f"data/{split}.parquet"))
        yield from file.add(row_of(reader, row) | _asset(reader, row.labels[0]))
    for file in files.values():
        yield from file.close()
    splits = "".join(f"  - split: {_WORDS[split]}\n    path: {file.path}\n" for split, file in sorted(files.items()))
    card = f"---\nconfigs:\n- config_name: default\n  data_files:\n{splits}---\n\n# Labels\n\nExported by labelstore.\n"
    yield FileChunk("README.md", card.encode())


_WORDS: Final = {"train": "train", "val": "validation", "test": "test"}
"""What `datasets` calls our splits."""


class _File:
    """One Parquet file, written some rows at a time."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._sink = Sink()
        self._rows: list[dict[str, Any]] = []
        self._writer: Any = None
        self._bytes = 0

    def add(self, row: dict[str, Any]) -> Iterator[FileChunk]:
        """Take a row; yields what is written."""
        self._rows.append(row)
        self._bytes += sum(len(row[name]["bytes"]) for name in ("image", "audio") if row[name])
        if len(self._rows) >= _ROWS or self._bytes > _BYTES:
            yield self._written()

    def close(self) -> Iterator[FileChunk]:
        """The rest of the file."""
        if self._rows:
            yield self._written()
        self._writer.close()
        yield FileChunk(self.path, self._sink.taken())

    def _written(self) -> FileChunk:
        import pyarrow as pa
        from pyarrow import parquet

        schema = _schema()
        if self._writer is None:
            self._writer = parquet.ParquetWriter(pa.PythonFile(self._sink, mode="w"), schema, compression="zstd")
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=schema))
        self._rows, self._bytes = [], 0
        return FileChunk(self.path, self._sink.taken())


def _schema() -> "pa.Schema":
    import pyarrow as pa

    text, number, whole = pa.string(), pa.float64(), pa.int64()
    ring = pa.list_(pa.list_(number))
    answer = pa.struct([("question", text), ("answers", pa.list_(text))])
    message = pa.struct(
        [("message_id", text), ("model_config_name", text), ("parent_message_id", text), ("rank", number)]
    )
    one: list[tuple[str, Any]] = [(name, text) for name in ("feature_id", "schema_id", "name", "value", "kind")]
    one += [("confidence", number), ("frame_number", whole), ("group_name", text), ("key_frame", pa.bool_())]
    one += [("page", number), ("unit", text), ("degrees", pa.bool_()), ("box", pa.list_(number))]
    one += [("parts", pa.list_(pa.list_(ring))), ("lines", pa.list_(ring)), ("start", whole), ("end", whole)]
    one += [("token", text), ("message_id", text), ("location", text), ("mask_url", text), ("mask_color", text)]
    one += [("geometry", text), ("messages", pa.list_(message)), ("answers", pa.list_(answer))]
    relationship = pa.struct([(name, text) for name in ("feature_id", "name", "kind", "source", "target")])
    file = pa.struct([("bytes", pa.binary()), ("path", text)])
    columns: list[tuple[str, Any]] = [(name, text) for name in _PLAIN]
    columns += [("created_by", text), ("updated_at", text), ("width", number), ("height", number), ("url", text)]
    columns += [("text", text), ("image", file), ("audio", file), ("objects", pa.list_(pa.struct(one)))]
    columns += [("answers", pa.list_(answer)), ("relationships", pa.list_(relationship))]
    frame = pa.struct([("frame_number", whole), ("group_name", text), ("answers", pa.list_(answer))])
    schema = pa.schema([*columns, ("frames", pa.list_(frame))])
    decoded = {"image": {"_type": "Image"}, "audio": {"_type": "Audio"}}
    features = {field.name: decoded.get(field.name) or _feature(field.type) for field in schema}
    return schema.with_metadata({"huggingface": json.dumps({"info": {"features": features}})})


def _feature(kind: "pa.DataType") -> Any:
    """A type as `datasets` spells it."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_list(kind):
        return {"_type": "List", "feature": _feature(kind.value_type)}
    return {"_type": "Value", "dtype": {"double": "float64"}.get(str(kind), str(kind))}


def row_of(reader: Reader, row: DataRow) -> dict[str, Any]:
    """What a data row holds, without its asset."""
    label = row.labels[0]
    found: dict[str, Any] = {
        name: getattr(label, name) for name in (*_PLAIN, "created_by", "updated_at", "width", "height")
    }
    found |= {"objects": [], "answers": [], "relationships": [], "frames": []}
    for part in row.parts:
        _add(reader, found, part)
    for label in row.labels:
        reader.export.account.wrote(LABEL, label.label_id)
    return found


def _add(reader: Reader, found: dict[str, Any], part: Annotations) -> None:
    """What stands in a label or frame."""
    account = reader.export.account
    for one in part.objects:
        found["objects"].append(_object(reader, part, one))
        reader.wrote(one)
    for construct, answers in asked(part).items():
        account.wrote(construct, part.label.label_id, questions(answers))
    if part.frame_number is None:
        found["answers"] += _answers(part.answers)
    elif part.answers:
        frame = {"frame_number": part.frame_number, "group_name": part.group_name, "answers": _answers(part.answers)}
        found["frames"].append(frame)
    names = ("feature_id", "name", "kind", "source", "target")
    found["relationships"] += [{name: getattr(one, name) for name in names} for one in part.relationships]
    account.wrote(RELATIONSHIP, part.label.label_id, len(part.relationships))


def _object(reader: Reader, part: Annotations, one: Object) -> dict[str, Any]:
    export = reader.export
    parts = parts_of(one) if one.kind == "polygon" or (one.kind == "bounding_box" and one.coordinates) else []
    if holes := sum(len(some.holes) for some in parts):
        one.holes = holes
        export.account.select(HOLE, example_of(one), holes)
    box = box_of(one)
    return {
        "feature_id": one.feature_id,
        "schema_id": one.schema_id,
        "name": reader.category(one).name,
        "value": one.value,
        "kind": one.kind,
        "confidence": one.confidence,
        "frame_number": part.frame_number,
        "group_name": part.group_name,
        "key_frame": one.keyframe or None,
        "page": one.page,
        "unit": one.unit,
        "degrees": one.form == "geo" or (one.kind == "bounding_box" and one.coordinates is not None),
        "box": None if box is None else [float(export.rounded(value)) for value in box],
        "parts": [[_ring(export, ring) for ring in (some.outline, *some.holes)] for some in parts] or None,
        "lines": [_ring(export, line) for line in points_of(one)] if one.kind in ("polyline", "point") else None,
        "start": one.start,
        "end": one.end,
        "token": one.token,
        "message_id": one.message_id,
        "location": one.location,
        "mask_url": one.url or one.composite_url,
        "mask_color": one.color_rgb,
        "geometry": one.body,
        "messages": [message._asdict() for message in one.messages] or None,
        "answers": _answers(one.answers),
    }


def _ring(export: Export, ring: Any) -> list[list[float]]:
    return [[float(export.rounded(value)) for value in point] for point in ring]


def _answers(answers: list[Answer]) -> list[dict[str, Any]]:
    return [
        {"question": question, "answers": said if isinstance(said, list) else [] if said is None else [said]}
        for question, said in flat_answers(answers).items()
    ]


def _asset(reader: Reader, label: Label) -> dict[str, Any]:
    """The asset: its URL or its text, and its file where that is at hand."""
    data = label.row_data or ""
    found: dict[str, Any] = {"url": data if is_address(data) else None, "text": None, "image": None, "audio": None}
    path = asset_of(reader.export, label)
    if label.asset_type in ("text", "html"):
        found["text"] = (
            _bytes(path).decode("utf-8", "replace") if path else data if data and not is_address(data) else None
        )
    elif path is not None and label.asset_type in ("image", "audio", "unknown"):
        name = name_of(reader.selection.names, label, path)
        found["audio" if label.asset_type == "audio" else "image"] = {"bytes": _bytes(path), "path": name}
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})") from error


EXPORTER = Exporter(
    "hf",
    "",
    "a folder that Hugging Face datasets loads: Parquet with nested objects, splits",
    write,
    lambda _: FATES,
    unit="objects",
    takes=(*WHICH_LABELS, *WHICH_CLASSES, "split", "ratios", "split_field", "frames", "assets", "digits"),
)
