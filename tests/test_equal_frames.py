"""A large label is compared without the frames that did not change, with the same result as with them."""

import json
from copy import deepcopy
from typing import Any

import pytest

from labelstore.history import compare, equal_frames
from labelstore.history.equal_frames import without_equal_frames

FEATURE = {"featureId": "f1", "schemaId": "s1", "title": "Car", "value": "car"}


def v1(*frames: Any) -> dict[str, Any]:
    return {"ID": "l1", "Label": list(frames), "Agreement": 1}


def v1_frame(number: Any, top: float, **other: Any) -> dict[str, Any]:
    box = {"top": top, "left": 1, "height": 5, "width": 5}
    return {"frameNumber": number, "objects": [{**FEATURE, "bbox": box}], "classifications": [], **other}


def v2(frames: Any, **other: Any) -> dict[str, Any]:
    return {"id": "l1", "label_kind": "Video", "annotations": {"frames": frames, "segments": {}}, **other}


def v2_frame(top: float, **other: Any) -> dict[str, Any]:
    box = {"top": top, "left": 1, "height": 5, "width": 5}
    named = {"feature_id": "f1", "name": "Car", "annotation_kind": "VideoBoundingBox"}
    return {"objects": {"f1": {**named, "bounding_box": box}}, "classifications": [], **other}


ONE = [v1_frame(number, 5.5) for number in range(4)]
MAP = {str(number): v2_frame(5.5) for number in range(4)}
PAIRS = {
    "v1, one changed": (v1(*ONE), v1(*ONE[:2], v1_frame(2, 7.5), ONE[3])),
    "v1, one inserted": (v1(*ONE[1:]), v1(*ONE)),
    "v1, one gone": (v1(*ONE), v1(*ONE[1:])),
    "v1, other order": (v1(*ONE), v1(*ONE[::-1])),
    "v1, a number twice": (v1(*ONE, ONE[0]), v1(*ONE, v1_frame(0, 6.5))),
    "v1, a number that is none": (v1(*ONE, v1_frame("4", 5.5)), v1(*ONE, v1_frame("4", 6.5))),
    "v1, a number that is true": (v1(*ONE[1:], v1_frame(True, 5.5)), v1(*ONE[1:], v1_frame(True, 6.5))),
    "v1, no frame": (v1(*ONE, 5), v1(*ONE, 6)),
    "v1, around the frames": (v1(*ONE), {**v1(*ONE), "Agreement": 0}),
    "v1, no more frames": (v1(*ONE), {"ID": "l1", "Label": {"objects": []}, "Agreement": 1}),
    "v2, one changed": (v2(MAP), v2({**MAP, "2": v2_frame(7.5)})),
    "v2, one inserted": (v2(MAP), v2({"9": v2_frame(7.5), **MAP})),
    "v2, true for 1": (v2({**MAP, "9": {"new": 1}}), v2({**MAP, "9": {"new": True}})),
    "v2, an unknown key": (v2(MAP), v2({**MAP, "2": v2_frame(5.5, new=[{"id": 1}])})),
    "v2, no frame": (v2({**MAP, "x": 5}), v2({**MAP, "x": 6})),
    "v2, beside the frames": (v2(MAP), v2(MAP, label_details={"created_by": "x"})),
    "v1, then v2": (v1(*ONE), v2({**MAP, "2": v2_frame(7.5)})),
    "the same": (v1(*ONE), v1(*deepcopy(ONE))),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_what_changed_is_the_same(pair: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = (json.dumps(side).encode() for side in pair)
    whole = compare(before, after), compare(after, before)
    monkeypatch.setattr(equal_frames, "_LARGE", 0)
    assert (compare(before, after), compare(after, before)) == whole
    assert bool(whole[0]) == (pair[0] != pair[1] or "true" in json.dumps(pair[1]) + json.dumps(pair[0]))


@pytest.mark.parametrize("name", ["v1, one changed", "v2, one changed"])
def test_only_what_changed_is_left(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equal_frames, "_LARGE", 0)
    for text in without_equal_frames(*(json.dumps(side).encode() for side in PAIRS[name])):
        assert text.count(b"Car") == 1
        body = json.loads(text)
        frames = body["Label"] if "Label" in body else list(body["annotations"]["frames"].values())
        assert ["objects" in frame for frame in frames] == [False, False, True, False]


def test_white_space_and_the_order_of_keys_are_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equal_frames, "_LARGE", 0)
    before = json.dumps(v2(MAP), indent=1).encode()
    after = json.dumps(v2({key: dict(reversed(MAP[key].items())) for key in reversed(MAP)})).encode()
    assert all(b"Car" not in text for text in without_equal_frames(before, after))
    assert not compare(before, after)
