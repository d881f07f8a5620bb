"""A line of JSON for each object, flat with its asset, label and answers, for pandas and jq.

Each line has these keys, null where there is nothing:

- the asset: `data_row_id`, `external_id`, `global_key`, `asset_type`, `row_data`, `asset_width`, `asset_height`
- the label: `project_id`, `project`, `label_id`, `created_by`, `created_at`, `updated_at`; `model_run_id` and
  `is_prediction` tell those of model runs
- the object: `feature_id`, `schema_id`, `name`, `value`, `kind`, `confidence`, `group_name` and `frame_number` (videos,
  DICOM), `page`, `page_width` and `page_height` (documents), `unit` (documents)
- the answers: `answers` to the questions of the object, `frame_answers` to those of its frame, `label_answers` to those
  of its label. A question leads to the name of its answer or to its text; a checklist or dropdown, and what was asked
  several times, to a list. A question that an answer leads to is called "question / answer / question".

Of the geometry there are the keys of the object's kind only: `left`, `top`, `width`, `height`; `points` of polygons and
polylines, each [x, y] (of polygons and boxes on maps, and of well-known text: rings of them), and their `form`, which
is "geo" for longitude and latitude; `x`, `y`, `form`; `url`, `composite_url`, `color_rgb`; `start`, `end`, `token`,
`message_id`, `location`; `body` of a cuboid; `messages`.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from labelstore.export.annotations import GEOMETRY, Label, Object
from labelstore.export.answers import flat_answers
from labelstore.export.choices import WHICH_LABELS
from labelstore.export.constructs import LABEL, Fate, changed, fates, kept, left_out
from labelstore.export.data_rows import Reader, asked, questions
from labelstore.export.exporter import Chunks, Export, Exporter

KEYS: Final = {
    kind: tuple("points" if name == "coordinates" else name for name in names) for kind, names in GEOMETRY.items()
}
"""Kind → the keys of its geometry."""


class _Vertex(msgspec.Struct):
    x: int | float
    y: int | float


_vertices = msgspec.json.Decoder(list[_Vertex])
_encode = msgspec.json.Encoder().encode


FATES: Final[Mapping[str, Fate]] = fates(
    kept("keys of the object's line"),
    label=kept("keys of its objects' lines"),
    other_kind=changed("without its geometry"),
    key_frame=left_out("a line does not tell it"),
    relationship=left_out("a line is about one object"),
    review=left_out("a line is about one object"),
)


def write(export: Export) -> Chunks:
    """A line for each object, those of a label before those of its frames."""
    reader, account = Reader(export, skipped=True, model_runs=True, together=False), export.account
    for row in reader.data_rows():
        label, of_label, asked_of_label, has_objects = row.labels[0], _label(row.labels[0]), {}, False
        waiting: dict[str, int] = {}
        for part in row.parts:
            asked_of_part = flat_answers(part.answers)
            if part.frame_number is None:
                asked_of_label, asked_of_frame = asked_of_part, {}
            else:
                asked_of_frame = asked_of_part
            of_part = {"group_name": part.group_name, "frame_number": part.frame_number}
            asked_here = {"frame_answers": asked_of_frame, "label_answers": asked_of_label}
            yield b"".join(
                _encode(of_label | of_part | _object(one) | {"answers": flat_answers(one.answers)} | asked_here) + b"\n"
                for one in part.objects
            )
            for one in part.objects:
                reader.wrote(one)
            has_objects |= bool(part.objects)
            for construct, some in asked(part).items():
                if part.objects:
                    account.wrote(construct, label.label_id, questions(some))
                elif part.frame_number is not None:
                    account.leave_out(construct, "of a frame without an object", label.label_id, questions(some))
                else:
                    waiting[construct] = questions(some)
        for construct, count in (waiting | {LABEL: 1}).items():
            if has_objects:
                account.wrote(construct, label.label_id, count)
            else:
                account.leave_out(construct, "of a label without an object", label.label_id, count)


def _label(label: Label) -> dict[str, Any]:
    return {
        "data_row_id": label.data_row_id,
        "external_id": label.external_id,
        "global_key": label.global_key,
        "asset_type": label.asset_type,
        "row_data": label.row_data,
        "asset_width": label.width,
        "asset_height": label.height,
        "project_id": label.project_id,
        "project": label.project_name,
        "label_id": label.label_id,
        "created_by": label.created_by,
        "created_at": label.created_at,
        "updated_at": label.updated_at,
        "model_run_id": label.model_run_id,
        "is_prediction": bool(label.is_prediction),
    }


def _object(one: Object) -> dict[str, Any]:
    return {
        "feature_id": one.feature_id,
        "schema_id": one.schema_id,
        "name": one.name,
        "value": one.value,
        "kind": one.kind,
        "confidence": one.confidence,
        "page": one.page,
        "page_width": one.page_width,
        "page_height": one.page_height,
        "unit": one.unit,
        **{key: _value(one, key) for key in KEYS.get(one.kind, ())},
    }


def _value(one: Object, key: str) -> Any:
    match key:
        case "points":
            return _points(one.coordinates)
        case "messages":
            return [message._asdict() for message in one.messages]
        case "color_rgb" | "location" | "body":
            return _json(getattr(one, key))
        case _:
            value = getattr(one, key)
            return value + 0.0 if isinstance(value, float) else value  # SQLite makes 0.0 of -0.0


def _points(coordinates: str | None) -> Any:
    try:
        return None if coordinates is None else [(one.x, one.y) for one in _vertices.decode(coordinates)]
    except msgspec.ValidationError:
        return _json(coordinates)


def _json(text: str | None) -> msgspec.Raw | None:
    """JSON text, on one line, to be written as it is."""
    return None if text is None else msgspec.Raw(msgspec.json.format(text, indent=-1).encode())


EXPORTER = Exporter(
    "jsonl",
    ".jsonl",
    "a line of JSON for each object, with its asset, label and answers",
    write,
    lambda _: FATES,
    unit="objects",
    takes=(*WHICH_LABELS, "classes"),
    defaults={"labels": "all", "class_key": "name"},
)
