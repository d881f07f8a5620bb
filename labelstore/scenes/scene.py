"""One label with its asset, as plain values: what a drawing is made from."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from labelstore.assets.run_lengths import RunLengths, patch_of
from labelstore.export.outlines import outlines_of

_MOST_EDGES: Final = 20_000
"""Of one mask; finer than that nobody sees it."""


class Box(NamedTuple):
    """A rectangle; `top` and `left` are its smallest y and x on a canvas whose y grows downwards."""

    left: float
    top: float
    width: float
    height: float


class Path(NamedTuple):
    """Rings of a polygon (the first is the outline, the others are holes) or the one line of a polyline."""

    rings: tuple[tuple[tuple[float, float], ...], ...]
    closed: bool


class Dot(NamedTuple):
    """A point."""

    x: float
    y: float


@dataclass(frozen=True)
class Pixels:
    """The pixels of a mask, and their bounds: min_x, min_y, max_x, max_y."""

    runs: RunLengths
    bounds: tuple[int, int, int, int]

    @cached_property
    def rings(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """Outlines along the edges of its pixels, holes too; () without numpy."""
        return self.rings_of(1)

    def rings_of(self, step: int) -> tuple[tuple[tuple[float, float], ...], ...]:
        """The same of each `step` rows and columns one, or of fewer where the edges are too many to draw."""
        try:
            bitmap = patch_of(self.runs, *self.bounds, step)
        except (ImportError, ValueError):
            return ()
        parts = outlines_of(bitmap, _MOST_EDGES)
        if isinstance(parts, str):
            return self.rings_of(2 * step)
        left, top = self.bounds[:2]
        return tuple(
            tuple((left + x * step, top + y * step) for x, y in ring)
            for part in parts
            for ring in (part.outline, *part.holes)
        )


class Mask(NamedTuple):
    """A segmentation mask: where its picture is, and the color of this instance in a picture of several.

    `pixels` where `labelstore fetch` found some in the picture.
    """

    url: str | None
    rgb: tuple[int, int, int] | None
    pixels: Pixels | None = None


class Span(NamedTuple):
    """Characters `start` to `end` of a text, both included; in a conversation of one message."""

    start: int
    end: int
    message_id: str | None = None
    token: str | None = None


class Messages(NamedTuple):
    """Messages of a chat that were picked or ranked: (message id, model, rank)."""

    form: str
    chosen: tuple[tuple[str | None, str | None, float | None], ...]
    parent: str | None = None
    """The message that they answer."""


Geometry = Box | Path | Dot | Mask | Span | Messages | None


class Answer(NamedTuple):
    """One answer, as text, with the questions nested in it."""

    text: str
    questions: "tuple[Question, ...]" = ()


class Question(NamedTuple):
    """One question with its answers; `frame_number` and `message_id` where it is about a frame or message."""

    name: str
    kind: str
    answers: tuple[Answer, ...]
    frame_number: int | None = None
    message_id: str | None = None
    group_name: str | None = None
    end_frame: int | None = None
    """The last frame (audio: millisecond) of the span that starts at `frame_number`, where the export has one."""


class Shape(NamedTuple):
    """One object annotation to be drawn; coordinates as exported."""

    object_id: int
    name: str
    kind: str
    color: str
    """#rrggbb; see `labelstore.analyses.class_colors`."""
    geometry: Geometry
    feature_id: str | None = None
    frame_number: int | None = None
    group_name: str | None = None
    page: int | None = None
    unit: str | None = None
    page_size: tuple[float, float] | None = None
    blocks: tuple[tuple[int | None, Box], ...] = ()
    """Documents: the tokens or boxes of a text entity, each (page, box)."""
    questions: tuple[Question, ...] = ()
    texts: tuple[tuple[int | None, str], ...] = ()
    """Documents: the groups of tokens of a text entity that has no boxes, each (page, text)."""
    geo: bool = False
    """Whether x is a longitude and y a latitude."""


class Relation(NamedTuple):
    """A relationship between two objects, by their feature ids."""

    name: str
    kind: str
    source: str | None
    target: str | None


class Track(NamedTuple):
    """A feature in time: the runs of frames (or milliseconds) in which it is there, both ends included."""

    feature_id: str | None
    name: str
    kind: str
    color: str
    runs: tuple[tuple[int, int], ...]
    key_frames: tuple[int, ...] = ()
    group_name: str | None = None


class Asset(NamedTuple):
    """The data row; `width` and `height` in pixels, `frame_rate` per second, `duration` in seconds."""

    data_row_id: str | None
    asset_type: str
    row_data: str | None
    external_id: str | None = None
    global_key: str | None = None
    mime_type: str | None = None
    width: float | None = None
    height: float | None = None
    frame_rate: float | None = None
    frame_count: float | None = None
    duration: float | None = None
    page_count: float | None = None
    size_source: str | None = None
    """Where `width`, `height`, `frame_rate` and `frame_count` are from: export or file."""
    file_sha256: str | None = None
    """Of its file in the vault."""
    file_type: str | None = None


class Scene(NamedTuple):
    """A label to be drawn: `shapes` of the selected frame or slice up to a limit, and how many there are."""

    label_id: str
    facts: dict[str, Any]
    """The row of `labels`, with `project_name` that of the project; its reviews are `reviews`, rows of that table."""
    asset: Asset
    shapes: tuple[Shape, ...] = ()
    shape_count: int = 0
    questions: tuple[Question, ...] = ()
    relations: tuple[Relation, ...] = ()
    tracks: tuple[Track, ...] = ()
    track_count: int = 0
    frames: tuple[int, ...] = ()
    """Numbers of the labelled frames (of the selected group)."""
    groups: tuple[str, ...] = ()
    frame_number: int | None = None
    group_name: str | None = None
