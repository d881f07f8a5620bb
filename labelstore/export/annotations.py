"""Labels with their objects, geometry and answers, read in the order of the store and in constant memory.

What is in memory at a time is one label without its frames, or one frame. The SQL is in `sql/export/`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from labelstore.assets.run_lengths import RunLengths
from labelstore.engines.database import Database
from labelstore.query.projects import check_project
from labelstore.schema.tables import sql_text

_TOGETHER = 2000


class Label(NamedTuple):
    """A label and its asset: the columns of `sql/export/labels.sql`."""

    node_id: int
    label_id: str
    generation: str
    project_id: str | None
    project_name: str | None
    model_run_id: str | None
    is_prediction: bool | None
    created_by: str | None
    created_at: str | None
    updated_at: str | None
    skipped: bool
    data_row_id: str | None
    asset_type: str
    row_data: str | None
    external_id: str | None
    global_key: str | None
    dataset_id: str | None
    mime_type: str | None
    width: float | None
    height: float | None
    frame_rate: float | None
    frame_count: float | None
    review_count: int
    key_frame_count: int
    """Those that stand beside the frames (v2)."""
    derived_data_row_id: bool
    """Whether the export names no data row, so that its id is ours."""
    file_sha256: str | None
    """Of the asset's file in the vault."""
    file_type: str | None


class Message(NamedTuple):
    """A message that an object picked or ranked, and the one that it replies to."""

    message_id: str | None
    model_config_name: str | None
    parent_message_id: str | None
    rank: float | None


class Answer(NamedTuple):
    """An answer to a question; without an `answer_id` the question has none.

    `parent_answer_id` is the answer that asked the question. `milliseconds` is the start of a span of audio, `axis` the
    group of frames of DICOM that is asked about. `feature_id` is that of the question.
    """

    classification_id: int
    object_id: int | None
    parent_answer_id: int | None
    milliseconds: int | None
    axis: str | None
    message_id: str | None
    feature_id: str | None
    schema_id: str | None
    kind: str | None
    question: str | None
    answer_id: int | None
    name: str | None
    value: str | None
    text: str | None
    confidence: float | None
    answer_feature_id: str | None


class Relationship(NamedTuple):
    """A relationship between two objects of a label or frame, by their feature ids."""

    feature_id: str | None
    schema_id: str | None
    name: str | None
    value: str | None
    kind: str | None
    source: str | None
    target: str | None
    text: str | None


GEOMETRY: Final = {
    "bounding_box": ("left", "top", "width", "height", "coordinates"),
    "polygon": ("coordinates", "form"),
    "polyline": ("coordinates", "form"),
    "point": ("x", "y", "form"),
    "cuboid": ("body",),
    "mask": ("url", "composite_url", "color_rgb"),
    "text_entity": ("start", "end", "token", "message_id", "location"),
    "message_single_selection": ("messages",),
    "message_multi_selection": ("messages",),
    "message_ranking": ("messages",),
}
"""Kind → the attributes of an `Object` that say where it is; those of other kinds are None."""


@dataclass
class Object:
    """An object: the columns of `sql/export/objects.sql`, and what hangs on it.

    `coordinates` are JSON as exported. Geospatial are those of a box, and shapes whose `form` is "geo".
    """

    object_id: int
    feature_id: str | None
    schema_id: str | None
    name: str | None
    value: str | None
    kind: str
    confidence: float | None
    keyframe: bool | None
    page: float | None
    unit: str | None
    page_width: float | None
    page_height: float | None
    left: float | None
    top: float | None
    width: float | None
    height: float | None
    coordinates: str | None
    form: str | None
    x: float | None
    y: float | None
    url: str | None
    composite_url: str | None
    color_rgb: str | None
    start: int | None
    end: int | None
    token: str | None
    message_id: str | None
    location: str | None
    body: str | None
    picture_width: int | None
    picture_height: int | None
    rle: str | None
    answers: list[Answer] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    holes: int = 0
    """Of a polygon, where its coordinates were read."""
    interpolated: bool = False
    """Whether its place was told from frames before and after, where the export does not list it."""

    def __post_init__(self) -> None:
        if self.keyframe is not None:
            self.keyframe = bool(self.keyframe)  # SQLite has 0 and 1

    @property
    def pixels(self) -> RunLengths | None:
        """Those of a mask, where `labelstore fetch` found them."""
        if self.rle is None or self.picture_width is None or self.picture_height is None:
            return None
        return RunLengths(self.picture_width, self.picture_height, self.rle)

    @property
    def geometry(self) -> dict[str, Any]:
        """Where it is: the attributes of `GEOMETRY`; {} for a kind without."""
        return {name: getattr(self, name) for name in GEOMETRY.get(self.kind, ())}


@dataclass
class Annotations:
    """What stands in a label, or in one of its frames: objects, and answers to what is asked of it as a whole."""

    label: Label
    frame_number: int | None = None
    group_name: str | None = None
    objects: list[Object] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)


class _Picked(NamedTuple):
    object_id: int
    message_id: str | None
    model_config_name: str | None
    parent_message_id: str | None
    rank: float | None


class _Row(NamedTuple):
    """A label or a part of one, and what it stands in; `frame_id` is -1 outside of frames."""

    node_id: int
    frame_id: int
    frame_number: int | None
    group_name: str | None
    value: Label | Object | Answer | Relationship | _Picked

    @property
    def holder(self) -> tuple[int, int]:
        """What has the same holder is read together."""
        return self[:2]


_HOLDER = attrgetter("holder")


def annotations(
    database: Database,
    *,
    project: str | None = None,
    model_runs: bool = False,
    nodes: Sequence[int] | None = None,
    scattered: bool = False,
) -> Iterator[Annotations]:
    """Each label once as a whole, empty ones too, followed by its frames that hold something.

    `project` is an id or a name; `nodes` are those of the labels that are wanted, in order; `scattered` says that few
    of those between them are. Raises `NotFoundError` for an unknown project.
    """
    check_project(database, project)
    for first, last, wanted in _ranges(database, nodes):
        listed = wanted if scattered else None
        limits = {"first": first, "last": last} if listed is None else {}
        more = {**limits, "project": project, "model_runs": model_runs}
        labels = {row[0]: Label(*row) for row in database.query(_sql("labels", listed), more).rows}
        if wanted is not None:
            labels = {node: label for node, label in labels.items() if node in wanted}
        yield from _read(database, labels, limits, listed)


def _ranges(database: Database, nodes: Sequence[int] | None) -> Iterator[tuple[int, int, set[int] | None]]:
    """The first and the last node of some labels at a time, and which of them are wanted; None: all."""
    if nodes is not None:
        for start in range(0, len(nodes), _TOGETHER):
            some = nodes[start : start + _TOGETHER]
            yield some[0], some[-1], set(some)
        return
    after = -1
    sql = (
        "select min(node_id), max(node_id) from (select node_id from labels where node_id > ? order by node_id limit ?)"
    )
    while (found := next(database.query(sql, (after, _TOGETHER)).rows))[0] is not None:
        yield *found, None
        after = found[-1]


def _sql(name: str, listed: set[int] | None) -> str:
    """What is read of the labels between two nodes, or of those that are listed."""
    text = sql_text(f"export/{name}.sql")
    if listed is None:
        return text
    between, inside = "between $first and $last", f"in ({', '.join(map(str, sorted(listed)))})"
    assert between in text
    return text.replace(between, inside)


def _read(
    database: Database, labels: dict[int, Label], limits: dict[str, int], listed: set[int] | None
) -> Iterator[Annotations]:
    whole = (_Row(node, -1, None, None, label) for node, label in labels.items())
    kinds = {"objects": Object, "messages": _Picked, "answers": Answer, "relationships": Relationship}
    read = [_rows(database.query(_sql(name, listed), limits).rows, kind) for name, kind in kinds.items()]
    parts = merge(whole, *read, key=_HOLDER)
    for (node, _), rows in groupby(parts, key=_HOLDER):
        if node in labels:
            yield _together(labels[node], rows)


def _rows(rows: Iterator[tuple[Any, ...]], kind: Callable[..., Any]) -> Iterator[_Row]:
    for node, frame_id, number, group, *values in rows:
        yield _Row(node, -1 if frame_id is None else frame_id, number, group, kind(*values))


def _together(label: Label, rows: Iterator[_Row]) -> Annotations:
    """The rows of one holder; objects come before what hangs on them."""
    found = Annotations(label)
    objects: dict[int | None, Object] = {}
    for _, _, found.frame_number, found.group_name, value in rows:
        match value:
            case Object():
                objects[value.object_id] = value
            case _Picked():
                objects[value.object_id].messages.append(Message(*value[1:]))
            case Answer():
                holder = objects.get(value.object_id)
                (found.answers if holder is None else holder.answers).append(value)
            case Relationship():
                found.relationships.append(value)
    found.objects = list(objects.values())
    return found
