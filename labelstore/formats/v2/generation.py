"""What a record of v2 is: a line about a data row."""

from collections.abc import Iterator

from labelstore.formats.frame_by_frame import EACH, FrameMap, taken_out
from labelstore.formats.lenient_decoding import Odd, sound
from labelstore.formats.record_kinds import Json, RecordKind, Source, decoder_of
from labelstore.formats.v2.labels import Frame, FrameKey, Label
from labelstore.formats.v2.record import Line
from labelstore.formats.v2.shred import data_row_id_of, identity_of, shred_line
from labelstore.schema.tables import Rows


def _is_line(value: Json, _: bool) -> bool:
    return isinstance(value.get("data_row"), dict)


def _is_nameless(line: Line) -> bool:
    asset = line.data_row
    names = (asset.data_row_id, asset.row_data, asset.global_key, asset.external_id)
    return names.count(None) == len(names)


def _project_labels(line: Line) -> Iterator[Label]:
    for project in sound((line.projects or {}).values()):
        yield from sound(project.labels or ())


def _label_ids(line: Line) -> list[str]:
    return [label.label_id for label in _project_labels(line) if label.label_id is not None]


def _project_ids(line: Line) -> list[str]:
    projects = (line.projects or {}).items()
    return [name for name, project in projects if not isinstance(project, Odd) and project.labels is not None]


def _gives_ids(line: Line) -> str | None:
    if line.experiments or any(label.label_id is None for label in _project_labels(line)):
        return data_row_id_of(line)
    return None


def _label_times(line: Line) -> dict[str, str]:
    times = {}
    for label in _project_labels(line):
        details = label.label_details
        if label.label_id is not None and details is not None and details.updated_at is not None:
            times[label.label_id] = details.updated_at
    return times


def _shred(line: Line, record_id: int, rows: Rows, source: Source, _: str) -> None:
    shred_line(line, record_id, rows, source)


_FRAMES = ("projects", EACH, "labels", EACH, "annotations", "frames")


def _frame_by_frame(raw: bytes) -> Line | None:
    try:
        text, texts = taken_out(raw, _FRAMES)
        if not texts:
            return None
        line: Line = decoder_of(Line).decode(text)
        for (_, project_id, _, number, *_), frames in texts.items():
            line.projects[project_id].labels[number].annotations.frames = FrameMap.of(frames, FrameKey, Frame)
    except (ValueError, RecursionError):
        return None
    return line


RECORDS = (
    RecordKind(
        "v2",
        Line,
        is_one=_is_line,
        is_nameless=_is_nameless,
        identity=identity_of,
        shred=_shred,
        label_ids=_label_ids,
        project_ids=_project_ids,
        gives_ids=_gives_ids,
        label_times=_label_times,
        frame_by_frame=_frame_by_frame,
    ),
)
