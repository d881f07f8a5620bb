"""Labels compared: objects matched by overlap, distance and characters, also with other classes; answers."""

import time
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelstore.analyses.agreement.comparing import Item, Matched, answered, matched
from labelstore.analyses.agreement.likeness import Rule, shape_with_place
from labelstore.geometry import Place
from labelstore.scenes.comparing import Asked, compared
from labelstore.scenes.scene import Answer, Asset, Box, Dot, Mask, Path, Question, Scene, Shape, Span


def item(place: Place, name: str = "Car", where: object = None) -> Item:
    shape = shape_with_place(place)
    assert shape is not None
    return Item(name, shape, where)


def box(left: float, top: float, width: float, height: float, name: str = "Car", where: object = None) -> Item:
    right, bottom = left + width, top + height
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return item(Place("bounding_box", (corners,)), name, where)


def members(found: Matched) -> list[tuple[int | None, ...]]:
    return sorted((group.members for group in found.groups), key=str)


def test_first_the_same_class_then_another() -> None:
    ours = [box(0, 0, 10, 10, "Car"), box(50, 0, 10, 10, "Bus"), box(90, 0, 10, 10, "Tree")]
    theirs = [box(0, 0, 10, 10, "Bus"), box(0, 0, 10, 8, "Car"), box(50, 0, 10, 9, "Truck")]
    found = matched([ours, theirs], Rule())
    # the car matches the car, though the bus overlaps it wholly; the bus matches the truck, of another class
    assert members(found) == [(0, 1), (1, 2), (2, None), (None, 0)]
    figures = found.figures[0, 1]
    # 1 of 6 objects is in a pair of one class: unmatched 4, F1 = 2 / 6
    assert figures[:3] == (1, 1, 4)
    assert (figures.mean_iou, figures.f1, figures.measured) == (0.8, 0.3333, "boxes")
    assert [group.same_class for group in found.groups if None not in group.members] == [True, False]


def test_objects_match_in_one_frame_or_page_only() -> None:
    found = matched([[box(0, 0, 9, 9, where=1)], [box(0, 0, 9, 9, where=2), box(0, 0, 9, 9, where=1)]], Rule())
    assert members(found) == [(0, 1), (None, 0)]


def test_points_and_lines_by_distance() -> None:
    def points(*places: tuple[float, float]) -> list[Item]:
        return [item(Place("point", ((place,),)), "Nose") for place in places]

    found = matched([points((0, 0), (100, 0)), points((3, 4), (100, 6))], Rule(near=5))
    assert members(found) == [(0, 0), (1, None), (None, 1)]
    (likeness,) = (group.likeness for group in found.groups if group.likeness)
    assert (likeness.distance, likeness.score, likeness.iou) == (5.0, 0.5, None)
    assert found.figures[0, 1].mean_iou is None

    def line(*points: tuple[float, float]) -> list[Item]:
        return [item(Place("polyline", (points,)), "Lane")]

    # a vertex more on the way changes nothing: distances are from the line, not from its vertices
    same = matched([line((0, 0), (10, 0)), line((0, 1), (5, 1), (10, 1))], Rule(near=2))
    assert [group.likeness.distance for group in same.groups if group.likeness] == [1.0]
    apart = matched([line((0, 0), (10, 0)), line((0, 1), (10, 9))], Rule(near=2))
    assert members(apart) == [(0, None), (None, 0)]


def test_spans_by_their_characters() -> None:
    def span(first: int, last: int, message: str | None = None) -> list[Item]:
        return [item(Place("text_entity", span=(message, first, last)), "Name", message)]

    # characters 0 to 9 and 5 to 9: 5 of 10
    (group,) = matched([span(0, 9), span(5, 9)], Rule(0.5)).groups
    assert group.likeness is not None
    assert (group.likeness.score, group.likeness.of) == (0.5, "characters")
    assert len(matched([span(0, 9), span(6, 9)], Rule(0.5)).groups) == 2
    assert len(matched([span(0, 9, "m1"), span(0, 9, "m2")], Rule(0.5)).groups) == 2


def test_three_labels_make_groups() -> None:
    sides = [[box(0, 0, 10, 10)], [box(0, 0, 10, 9)], [box(50, 0, 5, 5), box(0, 0, 10, 8)]]
    found = matched(sides, Rule())
    assert members(found) == [(0, 0, 1), (None, None, 0)]
    complete = next(group for group in found.groups if group.is_complete)
    assert complete.likeness is not None
    assert complete.likeness.score == pytest.approx(72 / 81, abs=0.02)
    assert {ends: figures.matched for ends, figures in found.figures.items()} == {(0, 1): 1, (0, 2): 1, (1, 2): 1}


sizes = st.integers(0, 12)
boxes = st.lists(
    st.builds(box, sizes, sizes, sizes, sizes, st.sampled_from(["Car", "Bus"]), st.sampled_from([1, 2])), max_size=8
)
points = st.lists(
    st.builds(lambda x, y: item(Place("point", (((x, y),),)), "Nose"), sizes, sizes), max_size=6
)  # fmt: skip
objects = st.builds(lambda one, other: one + other, boxes, points)


@given(objects, objects)
@settings(deadline=None)
def test_which_label_comes_first_makes_no_difference(one: list[Item], other: list[Item]) -> None:
    there, back = matched([one, other], Rule(0.3, 3)), matched([other, one], Rule(0.3, 3))
    assert there.figures[0, 1] == back.figures[0, 1]
    assert {group.members for group in there.groups} == {group.members[::-1] for group in back.groups}


@given(st.lists(objects, min_size=2, max_size=3))
@settings(deadline=None)
def test_every_object_is_in_one_group(sides: list[list[Item]]) -> None:
    found = matched(sides, Rule(0.3, 3))
    for side, items in enumerate(sides):
        numbers = [group.members[side] for group in found.groups if group.members[side] is not None]
        assert sorted(number for number in numbers if number is not None) == list(range(len(items)))
    if len(sides) == 2:
        pairs = [group for group in found.groups if None not in group.members]
        assert sum(group.same_class for group in pairs) == found.figures[0, 1].matched
        assert len(pairs) == found.figures[0, 1].matched + found.figures[0, 1].confused


@given(objects)
@settings(deadline=None)
def test_a_label_agrees_with_itself(items: list[Item]) -> None:
    found = matched([items, items], Rule(1.0, 0.0))
    assert found.figures[0, 1].matched == len(items)
    assert all(group.is_complete for group in found.groups)


@pytest.mark.sampled(0)
@pytest.mark.parametrize("step", [0.0, 3.0], ids=["on one spot", "side by side"])
def test_ten_thousand_objects_are_bounded(step: float) -> None:
    sides = [[box(step * (n % 100), step * (n // 100), 4, 4) for n in range(10_000)] for _ in range(2)]
    started = time.process_time()
    found = matched(sides, Rule())
    assert time.process_time() - started < 20
    assert found.all_tried == (step > 0)
    if step:
        assert found.figures[0, 1].matched == 10_000


def scene(label_id: str, shapes: Sequence[Shape], questions: Sequence[Question] = ()) -> Scene:
    asset = Asset("d", "image", None, width=300, height=400)
    return Scene(label_id, {"data_row_id": "d"}, asset, tuple(shapes), len(shapes), tuple(questions))


def test_scenes_are_compared_with_their_answers() -> None:
    red, blue = (Question("Color", "radio", (Answer(text),)) for text in ("red", "blue"))
    why = Question("Why", "text", (Answer("fog"),))
    ours = scene(
        "a",
        [
            Shape(1, "Car", "bounding_box", "#000000", Box(0, 0, 10, 10), questions=(red,)),
            Shape(2, "Nose", "point", "#000000", Dot(5, 5)),
            Shape(3, "Sky", "mask", "#000000", Mask("u", None)),
        ],
        [Question("Seen", "checklist", (Answer("b"), Answer("a"))), Question("Note", "text", (Answer("yes", (why,)),))],
    )
    theirs = scene(
        "b",
        [
            Shape(4, "Car", "bounding_box", "#000000", Box(0, 0, 10, 10), questions=(blue,)),
            Shape(5, "Nose", "point", "#000000", Dot(5, 14)),
        ],
        [Question("Seen", "checklist", (Answer("a"), Answer("b")))],
    )
    found = compared([ours, theirs])
    assert found.near == 10.0  # 2 % of the diagonal of 300 × 400
    assert [[shape and shape.object_id for shape in same.shapes] for same in found.objects] == [[1, 4], [2, 5]]
    assert [same.agrees for same in found.objects] == [False, True]
    assert [shape.object_id for _, shape in found.uncompared] == [3]
    told = {(row.question.path if isinstance(row.question, Asked) else ()): row.differs for row in found.answers}
    assert told == {("Seen",): False, ("Note",): True, ("Note", "yes", "Why"): True}
    assert found.equal_answers(0, 1) == (1, 4)
    assert found.equal_answers(0, 1) == found.equal_answers(1, 0)


def test_what_has_no_place_is_named() -> None:
    shapes = [
        Shape(1, "Talk", "text_entity", "#000000", None),
        Shape(2, "Cube", "cuboid", "#000000", None),
        Shape(3, "Ring", "polygon", "#000000", Path((((0, 0), (4, 0), (0, 4), (0, 0)),), True)),
        Shape(4, "Word", "text_entity", "#000000", Span(3, 1)),
    ]
    found = compared([scene("a", shapes), scene("b", shapes)])
    assert [shape.object_id for number, shape in found.uncompared if number == 0] == [1, 2, 4]
    assert found.figures[0, 1].matched == 1


def test_answers_beside_each_other() -> None:
    rows = answered([{"q": ["x", "y"], "p": ["1"]}, {"q": ["y", "x"]}, {"q": ["x"], "r": []}])
    assert [(row.question, row.differs) for row in rows] == [("q", True), ("p", True), ("r", True)]
    assert rows[0].answers == (("x", "y"), ("x", "y"), ("x",))
    assert not any(row.differs for row in answered([{"q": ["x"]}] * len(list(combinations("ab", 1)))))
