"""A large record makes the same rows, or is refused for the same reason, when its frames are decoded one by one."""

import json
from typing import Any

import pytest

from labelstore.formats import decoding, frame_by_frame, record_kinds
from labelstore.formats.decoding import RecordDecoder
from labelstore.formats.frame_by_frame import FrameList, FrameMap
from labelstore.formats.shredding import hashes, label_ids, shred
from labelstore.schema.tables import Rows

SOURCE = (1, 0, 0)
BOX = {"top": 1.5, "left": 2, "height": 3, "width": 4}


def v1(*frames: Any, **other: Any) -> dict[str, Any]:
    return {"ID": "l1", "DataRow ID": "d1", "Labeled Data": "https://x/1.mp4", "Label": list(frames), **other}


def v1_frame(number: Any, **other: Any) -> dict[str, Any]:
    feature = {"featureId": f"f{number}", "schemaId": "s1", "title": "Car", "value": "car"}
    answer = {**feature, "classifications": [[{**feature, "answers": [feature, feature]}]]}
    questions = [{**feature, "answer": answer}, {**feature, "answer": "text"}]
    box = {"top": 1.5, "left": 2, "height": 3, "width": 4}
    return {"frameNumber": number, "objects": [{**feature, "bbox": box, "classifications": questions}], **other}


def v2(frames: Any, **other: Any) -> dict[str, Any]:
    labels = [{"id": "l1", "annotations": {"frames": frames, "classifications": []}}, {"id": "l2", "annotations": {}}]
    return {"data_row": {"id": "d1"}, "projects": {"p1": {"name": "Roads", "labels": labels}}, **other}


def v2_frame(**other: Any) -> dict[str, Any]:
    feature = {"feature_id": "f1", "feature_schema_id": "s1", "name": "Car", "value": "car"}
    question = {**feature, "checklist_answers": [feature, {**feature, "name": "Bus"}]}
    box = {"top": 1.5, "left": 2, "height": 3, "width": 4}
    found = {**feature, "annotation_kind": "VideoBoundingBox", "bounding_box": box, "classifications": [question]}
    return {"objects": {"f1": found}, "classifications": [question], **other}


V1 = {
    "v1": v1(v1_frame(1), v1_frame(2)),
    "v1, unknown keys": v1(v1_frame(1, new={"a": 1}), v1_frame(2), new=[1]),
    "v1, two geometries": v1(v1_frame(1), {"frameNumber": 2, "objects": [{"bbox": BOX, "point": {"x": 1, "y": 1}}]}),
}
V2 = {
    "v2": v2({"1": v2_frame(), "2": v2_frame()}),
    "v2, unknown keys": v2({"1": v2_frame(new={"a": 1}), "2": v2_frame()}, new=[1]),
}
UNFIT = {
    "v1, a frame that is none": v1(v1_frame(1), 5, v1_frame(3)),
    "v1, a frame without a number": v1(v1_frame(1), {"objects": []}),
    "v1, a title that is a number": v1(v1_frame(1), {"frameNumber": 2, "objects": [{"title": 5}]}),
    "v1, no id": {key: value for key, value in v1(v1_frame(1)).items() if key != "ID"},
    "v2, a frame that is none": v2({"1": v2_frame(), "2": 5}),
    "v2, a key that is no number": v2({"1": v2_frame(), "x": v2_frame()}),
    "v2, a project that is none": v2({"1": v2_frame()}, projects={"p1": 5}),
}
REFUSED = {
    "half a surrogate pair": b'{"ID":"l1","Label":[{"frameNumber":1},{"frameNumber":2,"new":["\\ud800"]}]}',
    "too large a number": b'{"ID":"l1","Label":[{"frameNumber":1},{"frameNumber":2,"new":1e999}]}',
    "no UTF-8": b'{"ID":"l1","Label":[{"frameNumber":1,"classifications":[{"title":"\xff"}]}]}',
    "not closed": b'{"ID":"l1","Label":[{"frameNumber":1},{"frameNumber":2]}',
    "v2, too large a number": json.dumps(v2({"1": v2_frame(), "2": {"a": 0}})).replace('"a": 0', '"a": 1e999').encode(),
}


def all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (record_kinds, decoding, frame_by_frame):
        monkeypatch.setattr(module, "LARGE", 1)


def rows_of(raw: bytes) -> tuple[list[str], dict[str, Any]]:
    record, rows = RecordDecoder()(raw), Rows()
    shred(record, raw, 1, rows, (*SOURCE, *hashes(raw)))
    return label_ids(record), {**dict(rows), "unread": rows.unread}


@pytest.mark.parametrize("record", [*V1.values(), *V2.values(), *UNFIT.values()], ids=[*V1, *V2, *UNFIT])
def test_the_same_rows(record: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = json.dumps(record).encode()
    whole = rows_of(raw)
    all_large(monkeypatch)
    assert rows_of(raw) == whole
    assert whole[1]["records"]


def test_frames_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    all_large(monkeypatch)
    element: Any = RecordDecoder()(json.dumps(V1["v1"]).encode())
    assert type(element.label) is FrameList
    line: Any = RecordDecoder()(json.dumps(V2["v2"]).encode())
    assert type(line.projects["p1"].labels[0].annotations.frames) is FrameMap


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
def test_the_same_reason(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises((ValueError, RecursionError)) as whole:
        RecordDecoder()(raw)
    all_large(monkeypatch)
    with pytest.raises((ValueError, RecursionError)) as one_by_one:
        RecordDecoder()(raw)
    assert (one_by_one.type, str(one_by_one.value)) == (whole.type, str(whole.value))
