"""Classes have the color of the export, else one each, the same wherever they are drawn."""

from pathlib import Path
from typing import Any

import pytest

from labelstore.analyses.class_colors import PALETTE, ClassColors, class_colors
from labelstore.analyses.ontology import normalized, ontology
from labelstore.drawing.colors import color_class
from labelstore.engines import open_database
from labelstore.scenes import read_scene
from tests.making import ENGINES, box, store_of, v1


def uncolored(name: str, feature_id: str) -> dict[str, Any]:
    return {key: value for key, value in box(name, feature_id, 0, 0, 5, 5).items() if key != "color"}


def test_as_many_classes_as_the_palette_has_get_a_color_each() -> None:
    for size in range(1, len(PALETTE) + 1):
        names = [f"class {number} of {size}" for number in range(size)]
        colors = ClassColors(names)
        assert len({colors.of(None, name) for name in names}) == size
    more = ClassColors(map(str, range(3 * len(PALETTE))))
    assert {more.of(None, str(number)) for number in range(3 * len(PALETTE))} == set(PALETTE)


def test_colors_are_as_distinct_in_words_as_in_drawings() -> None:
    assert len({color_class(color) for color in PALETTE}) == len(set(PALETTE)) == len(PALETTE)


@pytest.mark.parametrize(
    ("given", "drawn"), [("#ABC", "#aabbcc"), ("#A1B2C3", "#a1b2c3"), ("red", None), ("url(x)", None), (None, None)]
)
def test_only_hexadecimal_colors_are_passed_on(given: str | None, drawn: str | None) -> None:
    found = ClassColors().of(given, "Car")
    assert found == drawn if drawn else found in PALETTE


@ENGINES
def test_a_class_has_one_color_everywhere(tmp_path: Path, engine: str) -> None:
    """Also where only one export of it gives a color, and no other class gets that one."""
    names = [f"class {number}" for number in range(len(PALETTE) - 1)]
    labels = [v1(f"label-{name}", uncolored(name, "a"), uncolored("Car", "b")) for name in names]
    store = store_of(tmp_path, engine, [*labels, v1("colored", box("Car", "c", 0, 0, 5, 5) | {"color": PALETTE[3]})])
    with open_database(store, read_only=True) as database:
        drawn: dict[str, set[str]] = {}
        for name in names:
            scene = read_scene(database, f"label-{name}")
            assert scene is not None
            for shape in scene.shapes:
                drawn.setdefault(shape.name, set()).add(shape.color)
        tools = normalized(ontology(database), class_colors(database))["tools"]
    assert drawn.pop("Car") == {PALETTE[3]}
    assert {len(colors) for colors in drawn.values()} == {1}
    assert len(set.union(*drawn.values()) | {PALETTE[3]}) == len(names) + 1
    assert {tool["name"]: {tool["color"]} for tool in tools if tool["name"] != "Car"} == drawn
