"""A label taken apart: its objects, its questions, and the rest of what it says.

What has a known shape is taken out of the decoded JSON; whatever is left, at any depth, is `rest`. So a shape
that nobody knows yet ends up there and not nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from labelstore.formats.kinds import V1_KEYS, V2_KEYS
from labelstore.geometry import FORMS, Place, kind_of, place_of
from labelstore.json.pointer import token

Node = dict[str, Any]

_NAMES: Final = {
    "feature_id": ("featureId", "feature_id"),
    "schema_id": ("schemaId", "feature_schema_id"),
    "name": ("title", "name"),
    "value": ("value",),
}
LATE: Final = {"value": "value", "schema_id": "feature_schema_id"}
"""Names that exports of v2 did not tell at first, and their keys."""

COMPARED_AS_JSON: Final = ("mask", "cuboid", "message_single_selection", "message_multi_selection", "message_ranking")
"""Kinds without a place: compared key by key."""

_KEYS_WITHOUT_PLACE: Final = {key: kind for key, kind in (V1_KEYS | V2_KEYS).items() if kind in COMPARED_AS_JSON}

_ANSWER_KINDS: Final = {"radio_answer": "radio", "checklist_answers": "checklist", "text_answer": "text"}


MOMENTS: Final = "timestamp"
"""The key of what is asked in the time of audio (v2)."""


class Feature(NamedTuple):
    """Which object (question, answer) a change is about; group and frame are None outside DICOM and video.

    The frame of a question about a moment of audio is that moment in milliseconds.
    """

    feature_id: str | None
    name: str | None
    kind: str | None
    group: str | None
    frame: int | None
    pointer: str

    @property
    def is_at_moment(self) -> bool:
        """Whether `frame` is a time in milliseconds."""
        return self.pointer.startswith(f"/annotations/{MOMENTS}/")


class Answer(NamedTuple):
    """An answer with the questions that it opens; `rest` is what no other field has."""

    feature: Feature
    names: dict[str, str]
    questions: "list[Question]"
    rest: Node


class Question(NamedTuple):
    """A classification; `text` is that of a free-form answer."""

    feature: Feature
    names: dict[str, str]
    message_id: Any
    answers: list[Answer]
    text: str | None
    rest: Node


class Object(NamedTuple):
    """An object in one frame; `form` is the key of its geometry, `place` what that says if its shape is known."""

    feature: Feature
    names: dict[str, str]
    form: str | None
    geometry: Any
    place: Place | None
    questions: list[Question]
    rest: Node
    is_listed: bool


class Where(NamedTuple):
    """Group, frame and JSON pointer of what holds objects and questions."""

    pointer: str
    group: str | None = None
    frame: int | None = None


@dataclass
class Parts:
    """A label; `frames` has what frames say beside objects and questions. `body` is the pointer of annotations."""

    generation: str | None = None
    body: str = ""
    objects: list[Object] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    frames: dict[tuple[str | None, int], tuple[str, Node]] = field(default_factory=dict)
    rest: Any = None


def parts_of(label: Any) -> Parts:
    """Takes a decoded v1 element or v2 label object apart, and thereby empties it."""
    found = Parts(rest=label)
    if not isinstance(label, dict):
        return found
    key = "annotations" if "annotations" in label or ("ID" not in label and "id" in label) else "Label"
    found.generation, found.body = ("v2" if key == "annotations" else "v1"), f"/{key}"
    body = label.get(key)
    if isinstance(body, list):
        _take_frame_list(label, key, found)
    elif isinstance(body, dict):
        _take_content(body, Where(found.body), found)
        _take_frame_map(body, Where(found.body), found)
        _take_frame_map(body, Where(found.body), found, MOMENTS)
        _take_groups(body, Where(found.body), found)
    return found


def _take_content(holder: Node, where: Where, found: Parts) -> None:
    """Objects and questions of a label, a frame or a group. Objects of v2 frames are a map by feature id."""
    objects = holder.get("objects")
    nodes: dict[Any, Any] | None = objects if isinstance(objects, dict) else None
    if isinstance(objects, list):
        nodes = dict(enumerate(objects))
    if nodes is not None and all(isinstance(node, dict) for node in nodes.values()):
        del holder["objects"]
        for key, node in nodes.items():
            if _is_relationship(node):
                _add_relationship(holder, node)
                continue
            inside = where._replace(pointer=f"{where.pointer}/objects/{token(key)}")
            found.objects.append(_object(node, inside, key if isinstance(key, str) else None))
    found.questions += _take_questions(holder, where)


def _is_relationship(node: Node) -> bool:
    """Whether it stands among the objects, as in exports of 2023, and is none."""
    return "unidirectional_relationship" in node or "bidirectional_relationship" in node


def _add_relationship(holder: Node, node: Node) -> None:
    """Put it among the relationships, if it is not there as well."""
    others = holder.setdefault("relationships", [])
    if isinstance(others, list) and not any(
        isinstance(other, dict) and other.get("feature_id") == node.get("feature_id") for other in others
    ):
        others.append(node)


def _take_frame_list(label: Node, key: str, found: Parts) -> None:
    """v1: frames that were put in the place of their URL."""
    frames = label[key]
    if not all(isinstance(frame, dict) and type(frame.get("frameNumber")) is int for frame in frames):
        return
    if len({frame["frameNumber"] for frame in frames}) < len(frames):
        return
    del label[key]
    for place, frame in enumerate(frames):
        _take_frame(frame, Where(f"{found.body}/{place}", None, frame.pop("frameNumber")), found)


def _take_frame_map(holder: Node, where: Where, found: Parts, key: str = "frames") -> None:
    """v2: frame number, as text → frame; milliseconds of audio → moment, where there are no frames beside them."""
    frames = holder.get(key)
    if not isinstance(frames, dict) or not all(map(_is_frame_number, frames)) or (key == MOMENTS and found.frames):
        return
    if all(isinstance(frame, dict) for frame in frames.values()):
        del holder[key]
        for number, frame in frames.items():
            inside = Where(f"{where.pointer}/{key}/{number}", where.group, int(number))
            _take_frame(frame, inside, found)


def _is_frame_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19 and str(int(text)) == text


def _take_frame(frame: Node, where: Where, found: Parts) -> None:
    _take_content(frame, where, found)
    if where.frame is not None:
        found.frames[where.group, where.frame] = (where.pointer, frame)


def _take_groups(body: Node, where: Where, found: Parts) -> None:
    """v2 DICOM: axis → frames. What else an axis says stays in the rest."""
    groups = body.get("groups")
    if not isinstance(groups, dict):
        return
    for name, group in groups.items():
        if isinstance(group, dict):
            inside = Where(f"{where.pointer}/groups/{token(name)}", name)
            _take_content(group, inside, found)
            _take_frame_map(group, inside, found)


def _object(node: Node, where: Where, map_key: str | None) -> Object:
    names = _take_names(node)
    questions = _take_questions(node, where)
    form = next((key for key in FORMS if key in node), None)
    kind, geometry, place = None, None, None
    if form is not None:
        geometry = node.pop(form)
        kind = kind_of(form, node, geometry)
        place = place_of(form, kind, geometry, node.get("page", node.get("page_number")))
    else:
        kind = next((kind for key, kind in _KEYS_WITHOUT_PLACE.items() if key in node), None)
    feature = Feature(
        names.get("feature_id", map_key), names.get("name"), kind, where.group, where.frame, where.pointer
    )
    return Object(feature, names, form, geometry, place, questions, node, map_key is None)


def _take_names(node: Node) -> dict[str, str]:
    found = {}
    for name, keys in _NAMES.items():
        key = next((key for key in keys if isinstance(node.get(key), str)), None)
        if key is not None:
            found[name] = node.pop(key)
    return found


def _feature(names: dict[str, str], kind: str | None, where: Where) -> Feature:
    return Feature(names.get("feature_id"), names.get("name"), kind, where.group, where.frame, where.pointer)


def _take_questions(holder: Node, where: Where) -> list[Question]:
    """The questions asked of `holder`; v1 may have them in double brackets."""
    raw = holder.get("classifications")
    if not isinstance(raw, list):
        return []
    nodes = list(_flat(raw, f"{where.pointer}/classifications"))
    if not all(isinstance(node, dict) for _, node in nodes):
        return []
    del holder["classifications"]
    return [_question(node, where._replace(pointer=pointer)) for pointer, node in nodes]


def _flat(raw: list[Any], pointer: str) -> Iterator[tuple[str, Any]]:
    for place, node in enumerate(raw):
        if isinstance(node, list):
            yield from ((f"{pointer}/{place}/{number}", inner) for number, inner in enumerate(node))
        else:
            yield f"{pointer}/{place}", node


def _question(node: Node, where: Where) -> Question:
    names, message_id = _take_names(node), node.get("message_id", node.get("messageId"))
    kind, text, answers = None, None, []
    for key in list(node):
        bare = key.removeprefix("conversational_")
        if bare not in ("answer", "answers") and not bare.endswith(("_answer", "_answers")):
            continue
        value, pointer = node[key], f"{where.pointer}/{token(key)}"
        kind = _ANSWER_KINDS.get(bare, "checklist" if bare == "answers" else None)
        if isinstance(value, str):
            kind, text = kind or "text", node.pop(key)
        elif isinstance(value, dict) and isinstance(value.get("content"), str):
            kind, text = kind or "text", value.pop("content")
            if not value:
                del node[key]
        elif isinstance(value, dict):
            kind, answers = kind or "radio", [_answer(node.pop(key), where._replace(pointer=pointer))]
        elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
            kind = kind or "dropdown"
            answers = [_answer(item, where._replace(pointer=f"{pointer}/{n}")) for n, item in enumerate(node.pop(key))]
        break
    feature = _feature(names, kind, where)
    return Question(feature, names, message_id, answers, text, node)


def _answer(node: Node, where: Where) -> Answer:
    names, questions = _take_names(node), _take_questions(node, where)
    feature = _feature(names, "answer", where)
    return Answer(feature, names, questions, node)
