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

from collections.abc import Iterable
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, Final

import msgspec

from labelstore.export.annotations import GEOMETRY, Answer, Label, Object, annotations
from labelstore.export.exporter import Chunks, Export, Exporter

KEYS: Final = {
    kind: tuple("points" if name == "coordinates" else name for name in names) for kind, names in GEOMETRY.items()
}
"""Kind → the keys of its geometry."""

_MANY = ("checklist", "dropdown")


class _Vertex(msgspec.Struct):
    x: int | float
    y: int | float


_vertices = msgspec.json.Decoder(list[_Vertex])
_encode = msgspec.json.Encoder().encode


def write(export: Export) -> Chunks:
    """A line for each object, those of a label before those of its frames."""
    class_name, project = export.choices
    found = annotations(export.database, project=project, model_runs=True)
    for label, parts in groupby(found, attrgetter("label")):
        whole = next(parts)
        of_label, asked_of_label, has_objects = _label(label), answers(whole.answers), False
        for part in chain((whole,), parts):
            asked_of_frame = {} if part is whole else answers(part.answers)
            of_part = {"group_name": part.group_name, "frame_number": part.frame_number}
            asked = {"frame_answers": asked_of_frame, "label_answers": asked_of_label}
            objects = [one for one in part.objects if class_name in (None, one.name)]
            yield b"".join(
                _encode(of_label | of_part | _object(one) | {"answers": answers(one.answers)} | asked) + b"\n"
                for one in objects
            )
            export.wrote(len(objects))
            export.changed["of model runs"] += len(objects) * (label.model_run_id is not None)
            export.changed["without a geometry"] += sum(one.kind not in KEYS for one in objects)
            export.left_out["frames with answers and without an object"] += bool(asked_of_frame and not part.objects)
            has_objects |= bool(part.objects)
        export.left_out["labels without an object"] += not has_objects


def answers(found: Iterable[Answer]) -> dict[str, Any]:
    """Question → what was answered, in the order of the label."""
    paths: dict[int | None, str] = {}
    said: dict[str, list[str | None]] = {}
    many = set()
    for one in found:
        path = one.question or ""
        if one.parent_answer_id in paths:
            path = f"{paths[one.parent_answer_id]} / {path}"
        of_question = said.setdefault(path, [])
        if one.kind in _MANY:
            many.add(path)
        if one.answer_id is not None:
            answer = next((text for text in (one.name, one.text, one.value) if text is not None), None)
            of_question.append(answer)
            paths[one.answer_id] = f"{path} / {answer or ''}"
    return {
        path: texts if path in many or len(texts) > 1 else texts[0] if texts else None for path, texts in said.items()
    }


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
            return getattr(one, key)


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
    {kind: ", ".join(keys) for kind, keys in KEYS.items()},
    unit="objects",
    takes=("class_name", "project"),
)
