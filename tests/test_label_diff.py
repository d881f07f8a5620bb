"""What changed inside a label: overlaps computed by hand, names, answers, frames, and shapes that nobody knows."""

import json
import sys
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelstore import geometry
from labelstore.formats.kinds import OBJECT_KINDS
from labelstore.history import LabelDiff, compare
from labelstore.history.compare import MOST_OTHER
from labelstore.history.label_model import COMPARED_AS_JSON
from labelstore.json.equality import same

DOG = {"feature_id": "f1", "feature_schema_id": "s1", "name": "Dog", "value": "dog", "classifications": []}
QUESTION = {"feature_id": "q1", "name": "Seen"}


def box(left: float, top: float, width: float, height: float, **other: Any) -> dict[str, Any]:
    place = {"top": top, "left": left, "height": height, "width": width}
    return {**DOG, "annotation_kind": "ImageBoundingBox", "bounding_box": place, **other}


def polygon(*points: tuple[float, float]) -> dict[str, Any]:
    return {**DOG, "annotation_kind": "ImagePolygon", "polygon": [{"x": x, "y": y} for x, y in points]}


def v2(*objects: Any, classifications: Any = (), **other: Any) -> dict[str, Any]:
    annotations = {"objects": list(objects), "classifications": list(classifications), "relationships": []}
    return {"id": "l1", "label_kind": "Default", "annotations": annotations, **other}


def v1(*objects: Any, classifications: Any = (), **other: Any) -> dict[str, Any]:
    return {"ID": "l1", "Label": {"objects": list(objects), "classifications": list(classifications)}, **other}


def video(frames: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    found = {
        number: {"objects": {node["feature_id"]: node for node in nodes}, "classifications": []}
        for number, nodes in frames.items()
    }
    return {"id": "l1", "annotations": {"frames": found, "segments": {}, "classifications": []}}


def radio(name: str, *nested: Any, **other: Any) -> dict[str, Any]:
    return {**QUESTION, "radio_answer": {"name": name, "value": name.lower(), "classifications": list(nested)}, **other}


def checklist(*names: str) -> dict[str, Any]:
    return {**QUESTION, "checklist_answers": [{"name": name, "classifications": []} for name in names]}


def between(before: Any, after: Any) -> LabelDiff:
    return compare(json.dumps(before).encode(), json.dumps(after).encode())


def other(found: LabelDiff) -> dict[str, tuple[str | None, str | None]]:
    return {change.pointer: (change.before, change.after) for change in found.other}


class TestObjects:
    def test_nothing_changed(self) -> None:
        label = v2(box(0, 0, 2, 2), classifications=[radio("Cat")])
        assert not between(label, label)
        assert not between(label, dict(reversed(label.items())))
        assert not between(v2(box(0, 0, 2, 2)), v2(box(0.0, 0.0, 2.0, 2.0)))

    def test_added_and_removed(self) -> None:
        found = between(v2(box(0, 0, 2, 2)), v2(box(0, 0, 2, 2, feature_id="f2")))
        assert [(feature.feature_id, feature.kind) for feature in found.added] == [("f2", "bounding_box")]
        assert [(feature.feature_id, feature.pointer) for feature in found.removed] == [
            ("f1", "/annotations/objects/0")
        ]
        assert [found.moved, found.other] == [[], []]

    @pytest.mark.parametrize(
        ("after", "iou"),
        [
            ((5, 0, 10, 10), 50 / 150),
            ((0, 0, 10, 5), 0.5),
            ((5, 5, 10, 10), 25 / 175),
            ((20, 20, 10, 10), 0.0),
            ((0, 0, 0, 0), 0.0),
        ],
    )
    def test_moved_boxes(self, after: tuple[float, float, float, float], iou: float) -> None:
        (move,) = between(v2(box(0, 0, 10, 10)), v2(box(*after))).moved
        assert move.iou == pytest.approx(iou)
        assert move.iou_of == "boxes"

    def test_a_moved_point_has_no_area(self) -> None:
        points = [{**DOG, "point": {"x": x, "y": 1}} for x in (1, 2)]
        (move,) = between(v2(points[0]), v2(points[1])).moved
        assert (move.feature.kind, move.iou, move.iou_of) == ("point", None, None)

    def test_moved_words(self) -> None:
        words = [{**DOG, "location": {"start": 1, "end": end}} for end in (4, 9)]
        (move,) = between(v2(words[0]), v2(words[1])).moved
        assert (move.feature.kind, move.iou) == ("text_entity", None)

    def test_another_page_is_no_overlap(self) -> None:
        found = between(v2(box(0, 0, 10, 10, page_number=1)), v2(box(0, 0, 10, 10, page_number=2)))
        assert [(move.iou, move.iou_of) for move in found.moved] == [(0.0, "boxes")]
        assert other(found) == {"/annotations/objects/0/page_number": ("1", "2")}

    def test_geospatial_boxes(self) -> None:
        def geo(east: float) -> dict[str, Any]:
            ring = [[0, 0], [0, 10], [east, 10], [east, 0], [0, 0]]
            return {**DOG, "type": "rectangle", "geometry": {"coordinates": [ring]}}

        (move,) = between(v1(geo(10)), v1(geo(5))).moved
        assert (move.feature.kind, move.iou, move.iou_of) == ("bounding_box", 0.5, "boxes")

    def test_renamed(self) -> None:
        found = between(v2(box(0, 0, 2, 2)), v2(box(0, 0, 2, 2, name="Hund", value="hund")))
        assert [(rename.field, rename.before, rename.after) for rename in found.renamed] == [
            ("name", "Dog", "Hund"),
            ("value", "dog", "hund"),
        ]
        assert [found.added, found.removed, found.moved, found.other] == [[]] * 4

    def test_a_value_that_exports_did_not_tell_at_first_is_no_rename(self) -> None:
        early = {key: value for key, value in box(0, 0, 2, 2).items() if key != "value"}
        found = between(v2(early, classifications=[radio("Cat")]), v2(box(0, 0, 2, 2), classifications=[radio("Cat")]))
        assert not found.renamed
        assert other(found) == {"/annotations/objects/0/value": (None, '"dog"')}
        found = between(v2(box(0, 0, 2, 2)), v2(early))
        assert not found.renamed
        assert other(found) == {"/annotations/objects/0/value": ('"dog"', None)}

    def test_a_relationship_among_the_objects_is_no_object(self) -> None:
        """As in exports of 2023; later ones have it among the relationships alone."""
        one = {"feature_id": "r", "name": "on", "unidirectional_relationship": {"source": "a", "target": "b"}}
        early, late = v2(box(0, 0, 2, 2), one), v2(box(0, 0, 2, 2))
        late["annotations"]["relationships"] = [one]
        found = between(early, late)
        assert [found.added, found.removed, found.renamed] == [[]] * 3
        early["annotations"]["relationships"] = [one]
        found = between(early, late)
        assert [found.added, found.removed, found.renamed] == [[]] * 3
        assert other(found).keys() == {"/annotations/objects/1"}  # the same twice: told as the JSON that it is
        assert other(between(early, v2(box(0, 0, 2, 2)))).keys() == {"/annotations/relationships/0"}

    def test_without_ids_they_match_by_name_and_order(self) -> None:
        one, two, three = ({"name": "pick", "selected_message": {"message_id": message}} for message in "abc")
        found = between(v2(one, two), v2(one, three))
        assert other(found) == {"/annotations/objects/1/selected_message/message_id": ('"b"', '"c"')}

    def test_a_mask_tells_its_new_url(self) -> None:
        before, after = ({**DOG, "mask": {"url": f"https://x/{name}"}} for name in "ab")
        assert other(between(v2(before), v2(after))) == {
            "/annotations/objects/0/mask/url": ('"https://x/a"', '"https://x/b"')
        }

    def test_another_tool_is_a_move_and_more(self) -> None:
        triangle = {**DOG, "polygon": [{"x": 0, "y": 0}, {"x": 10, "y": 0}, {"x": 10, "y": 10}]}
        found = between(v2({**DOG, "bounding_box": box(0, 0, 10, 10)["bounding_box"]}), v2(triangle))
        assert [move.feature.kind for move in found.moved] == ["polygon"]
        assert set(other(found)) == {"/annotations/objects/0/bounding_box", "/annotations/objects/0/polygon"}

    def test_another_order_is_a_change_of_the_array(self) -> None:
        one, two = box(0, 0, 2, 2), box(0, 0, 2, 2, feature_id="f2", name="Cat")
        assert other(between(v2(one, two), v2(two, one))) == {
            "/annotations/objects": ('["Dog", "Cat"]', '["Cat", "Dog"]')
        }

    def test_a_label_that_was_not_there(self) -> None:
        label = json.dumps(v2(box(0, 0, 2, 2), classifications=[radio("Cat")])).encode()
        added, removed = compare(None, label), compare(label, None)
        assert [feature.name for feature in added.added] == [feature.name for feature in removed.removed] == ["Dog"]
        assert [answer.after for answer in added.answers] == [answer.before for answer in removed.answers] == [["Cat"]]
        assert not added.other


SQUARE = ((0, 0), (10, 0), (10, 10), (0, 10))
TRIANGLE = ((0, 0), (10, 0), (10, 10))


class TestPolygons:
    @pytest.fixture(autouse=True)
    def _fresh(self) -> Iterator[None]:
        geometry._shapely.cache_clear()
        yield
        geometry._shapely.cache_clear()

    @pytest.mark.parametrize(
        ("before", "after", "iou"),
        [
            (SQUARE, TRIANGLE, 0.5),
            (TRIANGLE, ((0, 0), (0, 10), (10, 10)), 0.0),
            (SQUARE, ((5, 0), (15, 0), (15, 10), (5, 10)), 50 / 150),
            (SQUARE, ((0, 0), (10, 10), (10, 0), (0, 10)), 0.5),  # crosses itself: two triangles
        ],
    )
    def test_by_shapely(self, before: Any, after: Any, iou: float) -> None:
        pytest.importorskip("shapely")
        (move,) = between(v2(polygon(*before)), v2(polygon(*after))).moved
        assert move.iou == pytest.approx(iou)
        assert move.iou_of == "polygons"

    def test_a_box_and_a_polygon(self) -> None:
        pytest.importorskip("shapely")
        found = geometry.overlap(geometry.Place("bounding_box", (SQUARE,)), geometry.Place("polygon", (TRIANGLE,)))
        assert found == (0.5, "polygons")

    def test_without_shapely_by_their_bounds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "shapely", None)
        (move,) = between(v2(polygon(*SQUARE)), v2(polygon(*TRIANGLE))).moved
        assert (move.iou, move.iou_of) == (1.0, "bounds")

    @pytest.mark.parametrize("points", [(), ((1, 1),), ((0, 0), (5, 5))])
    def test_what_is_no_polygon_is_measured_by_its_bounds(self, points: Any) -> None:
        (move,) = between(v2(polygon(*SQUARE)), v2(polygon(*points))).moved
        assert move.iou_of == "bounds"

    def test_a_ring_that_was_closed_has_not_moved(self) -> None:
        found = between(v2(polygon(*SQUARE)), v2(polygon(*SQUARE, SQUARE[0])))
        assert not found.moved
        assert other(found) == {"/annotations/objects/0/polygon/4": (None, '{"x": 0, "y": 0}')}


class TestVideo:
    def test_moved_in_some_frames(self) -> None:
        before = video({"1": [box(0, 0, 10, 10)], "2": [box(0, 0, 10, 10)], "3": [box(0, 0, 10, 10)]})
        after = video({"1": [box(0, 0, 10, 10)], "2": [box(0, 0, 10, 5)], "4": [box(0, 0, 10, 10)]})
        found = between(before, after)
        assert [(move.feature.frame, move.iou) for move in found.moved] == [(2, 0.5)]
        assert [(feature.frame, feature.feature_id) for feature in found.removed] == [(3, "f1")]
        assert [(feature.frame, feature.pointer) for feature in found.added] == [
            (4, "/annotations/frames/4/objects/f1")
        ]
        assert not found.other

    def test_frames_in_place(self) -> None:
        def frame(number: int, left: int, **more: Any) -> dict[str, Any]:
            node = {"featureId": "f1", "title": "Car", "bbox": {"top": 0, "left": left, "height": 10, "width": 10}}
            return {"frameNumber": number, "classifications": [], "objects": [node], **more}

        found = between({"ID": "l1", "Label": [frame(7, 0), frame(9, 0)]}, {"ID": "l1", "Label": [frame(9, 5, x=1)]})
        assert [feature.frame for feature in found.removed] == [7]
        (move,) = found.moved
        assert move.feature.frame == 9
        assert move.iou == pytest.approx(1 / 3)
        assert other(found) == {"/Label/0/x": (None, "1")}

    def test_groups(self) -> None:
        def dicom(left: float) -> dict[str, Any]:
            frames = {"1": {"objects": {"f1": box(left, 0, 10, 10)}, "classifications": []}}
            return {"id": "l1", "annotations": {"groups": {"Axial": {"name": "Axial", "frames": frames}}}}

        (move,) = between(dicom(0), dicom(5)).moved
        assert (move.feature.group, move.feature.frame) == ("Axial", 1)

    def test_answers_of_one_frame(self) -> None:
        before = video({"1": [box(0, 0, 1, 1, classifications=[radio("Near")])]})
        after = video({"1": [box(0, 0, 1, 1, classifications=[radio("Far")])]})
        (answer,) = between(before, after).answers
        assert (answer.before, answer.after) == (["Near"], ["Far"])
        assert answer.on is not None
        assert (answer.on.name, answer.on.frame) == ("Dog", 1)


class TestAnswers:
    def between(self, before: Any, after: Any) -> list[tuple[Any, Any]]:
        found = between(v2(classifications=before), v2(classifications=after))
        return [(answer.before, answer.after) for answer in found.answers]

    def test_radio(self) -> None:
        assert self.between([radio("Cat")], [radio("Dog")]) == [(["Cat"], ["Dog"])]

    def test_checklist(self) -> None:
        assert self.between([checklist("Cat", "Dog")], [checklist("Dog", "Cow")]) == [(["Cat", "Dog"], ["Dog", "Cow"])]

    def test_a_checklist_in_another_order_has_the_same_answers(self) -> None:
        found = between(v2(classifications=[checklist("Cat", "Dog")]), v2(classifications=[checklist("Dog", "Cat")]))
        assert not found.answers
        assert list(other(found)) == ["/annotations/classifications/0/checklist_answers"]

    def test_text(self) -> None:
        before, after = ({**QUESTION, "text_answer": {"content": text}} for text in ("a", "b"))
        assert self.between([before], [after]) == [("a", "b")]

    def test_the_forms_of_v1(self) -> None:
        def asked(**answer: Any) -> dict[str, Any]:
            return v1(classifications=[{"featureId": "q1", "title": "Seen", **answer}])

        cat, dog = {"title": "Cat"}, {"title": "Dog"}
        for before, after, expected in (
            (asked(answer=cat), asked(answer=dog), (["Cat"], ["Dog"])),
            (asked(answer=[cat]), asked(answer=[cat, dog]), (["Cat"], ["Cat", "Dog"])),
            (asked(answers=[cat]), asked(answers=[]), (["Cat"], [])),
            (asked(answer="x"), asked(answer="y"), ("x", "y")),
        ):
            (answer,) = between(before, after).answers
            assert (answer.before, answer.after) == expected

    def test_asked_for_the_first_time_or_no_longer(self) -> None:
        assert self.between([], [radio("Cat")]) == [(None, ["Cat"])]
        assert self.between([radio("Cat")], []) == [(["Cat"], None)]

    def test_a_question_with_a_new_id_is_the_same_question(self) -> None:
        found = between(v2(classifications=[radio("Cat")]), v2(classifications=[radio("Dog", feature_id="q9")]))
        assert len(found.answers) == 1
        assert other(found) == {"/annotations/classifications/0/feature_id": ('"q1"', '"q9"')}

    def test_nested(self) -> None:
        def asked(colour: str) -> dict[str, Any]:
            return radio("Cat", {"name": "Colour", "text_answer": {"content": colour}})

        found = between(v2(classifications=[asked("red")]), v2(classifications=[asked("blue")]))
        assert [(answer.path, answer.before, answer.after) for answer in found.answers] == [
            (("Seen", "Cat", "Colour"), "red", "blue")
        ]
        found = between(v2(classifications=[radio("Dog")]), v2(classifications=[asked("red")]))
        assert [answer.path[-1] for answer in found.answers] == ["Seen", "Colour"]

    def test_a_renamed_question(self) -> None:
        found = between(v2(classifications=[radio("Cat")]), v2(classifications=[{**radio("Cat"), "name": "Animal"}]))
        assert not found.answers
        assert [(rename.feature.kind, rename.before, rename.after) for rename in found.renamed] == [
            ("radio", "Seen", "Animal")
        ]

    def test_double_brackets_are_looked_into(self) -> None:
        before, after = (v1({"featureId": "f1", "classifications": [[radio(name)]]}) for name in ("Cat", "Dog"))
        (answer,) = between(before, after).answers
        assert answer.question.pointer == "/Label/objects/0/classifications/0/0"


class TestOtherKeys:
    def test_of_the_label(self) -> None:
        found = between(v1(Skipped=False, **{"Created By": "a"}), v1(Skipped=True, **{"a/b": None}))
        assert other(found) == {
            "/Skipped": ("false", "true"),
            "/Created By": ('"a"', None),
            "/a~1b": (None, "null"),
        }

    def test_reviews_match_by_id(self) -> None:
        one, two = ({"id": name, "score": 1} for name in "ab")
        found = between(v1(Reviews=[one, two]), v1(Reviews=[{**two, "score": -1}]))
        assert other(found) == {"/Reviews/0/score": ("1", "-1"), "/Reviews/0": ('{"id": "a", "score": 1}', None)}

    def test_a_long_value_shows_where_it_differs(self) -> None:
        found = between(v1(note="x" * 500 + "a"), v1(note="x" * 500 + "b"))
        ((before, after),) = other(found).values()
        assert before is not None
        assert after is not None
        assert (before[-2:], after[-2:]) == ('a"', 'b"')
        assert len(before) <= 60

    def test_there_is_an_end_to_it(self) -> None:
        found = between(v1(new={}), v1(new={str(number): 1 for number in range(70)}))
        assert (len(found.other), found.other_left_out) == (MOST_OTHER, 70 - MOST_OTHER)

    def test_only_an_empty_array_more(self) -> None:
        before, after = v2(), v2()
        del before["annotations"]["classifications"]
        assert other(between(before, after)) == {"/annotations/classifications": (None, "[]")}


V1_DOG = {"featureId": "f1", "schemaId": "s1", "title": "Dog", "value": "dog", "color": "#fff"}
V1_BOX = {**V1_DOG, "bbox": {"top": 0, "left": 0, "height": 10, "width": 10}}


class TestGenerations:
    def test_the_same_in_other_words(self) -> None:
        nested = [{"title": "Seen", "answer": {"title": "Cat"}}, {"title": "Colour", "answer": "red"}]
        before = v1(
            {**V1_BOX, "instanceURI": "https://x"},
            classifications=nested,
            **{"Created At": "2024-01-02T03:04:05.000Z", "Created By": "me", "Project Name": "P"},
        )
        details = {"created_at": "2024-01-02T03:04:05.000+00:00", "created_by": "me"}
        colour = {"name": "Colour", "text_answer": {"content": "red"}}
        after = v2(box(0.0, 0.0, 10.0, 10.0), classifications=[radio("Cat", colour)], label_details=details)
        assert not between(before, after)
        assert not between(after, before)

    def test_what_differs(self) -> None:
        before = v1(V1_BOX, **{"Created By": "me", "Skipped": False, "unheard of": 1})
        after = v2(
            box(5, 0, 10, 10, name="Hund"),
            label_details={"created_by": "you"},
            performance_details={"skipped": False},
        )
        found = between(before, after)
        assert [move.iou for move in found.moved] == [pytest.approx(1 / 3)]
        assert [rename.after for rename in found.renamed] == ["Hund"]
        assert other(found) == {"/label_details/created_by": ('"me"', '"you"'), "/unheard of": ("1", None)}

    def test_polygons_closed_or_not(self) -> None:
        before = v1({**V1_DOG, "polygon": [{"x": x, "y": y} for x, y in SQUARE]})
        assert not between(before, v2(polygon(*SQUARE, SQUARE[0])))


class TestUnknownShapes:
    @pytest.mark.parametrize(
        ("before", "after", "pointer"),
        [
            (v2(box(0, 0, 1, 1)), v2(box(0, 0, 1, 1), 7), "/annotations/objects"),
            (v2(), v2(classifications=["x"]), "/annotations/classifications"),
            (v2({**DOG, "cuboid": [1]}), v2({**DOG, "cuboid": [2]}), "/annotations/objects/0/cuboid/0"),
            (
                v2({**DOG, "bounding_box": {"top": 1}}),
                v2({**DOG, "bounding_box": {"top": True}}),
                "/annotations/objects/0/bounding_box/top",
            ),
            (
                v2(classifications=[{**QUESTION, "slider_answer": 1}]),
                v2(classifications=[{**QUESTION, "slider_answer": 2}]),
                "/annotations/classifications/0/slider_answer",
            ),
            ({"ID": "l1", "Label": "Skip"}, {"ID": "l1", "Label": {}}, "/Label"),
            (
                {"ID": "l1", "Label": {"Car": "POINT (1 2)"}},
                {"ID": "l1", "Label": {"Car": "POINT (1 3)"}},
                "/Label/Car",
            ),
            ({"ID": "l1", "Label": [{"frameNumber": 1}]}, {"ID": "l1", "Label": [{"frameNumber": "1"}]}, "/Label"),
            (
                {"id": "l1", "annotations": {"frames": {"x": 1}}},
                {"id": "l1", "annotations": {"frames": {"x": 2}}},
                "/annotations/frames/x",
            ),
            ([1], [2], "/0"),
            (1, True, ""),
        ],
    )
    def test_is_reported_at_its_pointer(self, before: Any, after: Any, pointer: str) -> None:
        assert pointer in other(between(before, after))

    def test_numbers_and_depths_beyond_a_quick_reader(self) -> None:
        for inner in ("1" * 5000, "1e400", "[" * 5000 + "]" * 5000):
            found = compare(b'{"ID": "l", "Label": {"a": %s}}' % inner.encode(), b'{"ID": "l", "Label": {"a": 1}}')
            assert [change.pointer for change in found.other] == ["/Label/a"]

    def test_what_is_no_json_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="expected a key"):
            compare(b"{", b"{}")

    @given(st.data())
    def test_no_change_is_lost(self, data: st.DataObject) -> None:
        """Anything in any place of a label: the changes are empty exactly where both say the same."""
        start = data.draw(st.sampled_from(LABELS))
        changed = deepcopy(start)
        for _ in range(data.draw(st.integers(1, 3))):
            holder, key = data.draw(st.sampled_from(list(_members(changed))))
            holder[key] = deepcopy(data.draw(st.sampled_from(JUNK)))
        before, after = (json.dumps(label).encode() for label in (start, changed))
        assert bool(compare(before, after)) == bool(compare(after, before)) == (not same(before, after))
        json.dumps(compare(before, after).as_json())


JUNK: list[Any] = [
    None, True, 1, 0.0, -1e300, 10**40, "x", "", [], {}, [[1]], [{}], {"a": {}}, [{"name": "Dog"}], {"1": {}},
]  # fmt: skip
LABELS = [
    v2(box(0, 0, 1, 1, classifications=[radio("Cat", checklist("A", "B"))]), polygon(*SQUARE), Reviews=[{"id": "r"}]),
    v1({"featureId": "f1", "data": {"location": {"start": 1, "end": 2}}}, classifications=[[{"answer": [{}]}]]),
    v1({"featureId": "f1", "type": "polygon", "geometry": {"coordinates": [[[0, 0], [1, 1], [0, 1]]]}}),
    video({"1": [box(0, 0, 1, 1)], "2": [{**DOG, "line": [{"x": 1, "y": 2}]}]}),
    {"ID": "l1", "Label": [{"frameNumber": 1, "objects": [], "classifications": [radio("Cat")]}]},
]


def _members(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) in a value."""
    places: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    for key in places:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _members(value[key])


def test_as_json() -> None:
    before, after = v2(box(0, 0, 10, 10), classifications=[radio("Cat")]), v2(box(5, 0, 10, 10, name="Hund"), x=1)
    report = between(before, after).as_json()
    assert list(report) == ["added", "removed", "moved", "renamed", "answers", "other", "other_left_out"]
    feature = {"feature_id": "f1", "name": "Hund", "kind": "bounding_box", "group": None, "frame": None}
    feature["pointer"] = "/annotations/objects/0"
    assert report["moved"] == [{**feature, "iou": pytest.approx(1 / 3), "iou_of": "boxes"}]
    assert report["renamed"] == [{**feature, "field": "name", "before": "Dog", "after": "Hund"}]
    assert report["other"] == [{"pointer": "/x", "before": None, "after": "1"}]
    (answer,) = report["answers"]
    assert (answer["path"], answer["object"], answer["before"], answer["after"]) == (["Seen"], None, ["Cat"], None)
    json.dumps(report)


def test_every_kind_is_compared() -> None:
    """Either by its place, or key by key."""
    assert sorted((*geometry.READERS, *COMPARED_AS_JSON)) == sorted(OBJECT_KINDS)


def test_messages_are_called_by_their_kind() -> None:
    one = {"name": "pick", "ranked_messages": [{"message_id": "a", "rank": 1}]}
    assert [feature.kind for feature in between(v2(), v2(one)).added] == ["message_ranking"]
