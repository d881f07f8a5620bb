"""The versions of a label in a browser."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labelstore.drawing.changes import Changed, layers_of_versions
from labelstore.history import compare
from labelstore.history.words import changes, summary
from labelstore.loading import load
from labelstore.scenes.scene import Asset, Box, Scene, Shape
from tests.browser import Watched, follow
from tests.disagreeing import HOSTILE, box, label, line, radio
from tests.making import box as v1_box
from tests.making import v1
from tests.test_browsing_pages import Served, browsing
from tests.test_pages_accessible import check

pytest.importorskip("datasette")


def versions() -> list[dict[str, Any]]:
    """A label of v2: something moves, goes and comes; then it is renamed."""
    first = [
        box("Car", "c1", 10, 10, 100, 100),
        box("Tree", "t1", 200, 200, 50, 50),
        box("Sign", "s1", 300, 20, 30, 30),
    ]
    second = [
        box("Car", "c1", 60, 10, 100, 100),
        box("Sign", "s1", 300, 20, 30, 30),
        box("Bus", "b1", 220, 100, 80, 60),
    ]
    third = [box(HOSTILE, "c1", 60, 10, 100, 100), *second[1:]]
    answers = ([radio("Weather", "w", "Sunny")], [radio("Weather", "v", "Rain")], [radio("Weather", "v", "Rain")])
    return [
        line("d1", label("a", "ada@example.com", *objects, answers=told))
        for objects, told in zip((first, second, third), answers, strict=True)
    ]


def stored(folder: Path, store: Path, records: list[Any]) -> None:
    """Each record by a load of its own."""
    for number, record in enumerate(records):
        file = folder / f"{store.stem}-{number}.ndjson"
        file.write_text(json.dumps(record) + "\n", encoding="utf-8")
        assert load(store, [file]).total("rejected") == 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("history")
    store = folder / "labels.db"
    stored(folder, store, versions())
    old = v1("old", v1_box("Car", "o1", 0, 0, 10, 10), v1_box("Car", "o2", 50, 50, 10, 10))
    new = v1("old", v1_box("Car", "o1", 20, 0, 10, 10), v1_box("Car", "o2", 50, 50, 10, 10))
    new["Updated At"] = "2024-02-01T10:00:00.000Z"
    frames = {str(n): {"objects": {"f1": box("Car", "f1", n, 10, 50, 50)}, "classifications": []} for n in (1, 2, 3)}
    moved = {**frames, "2": {"objects": {"f1": box("Car", "f1", 90, 10, 50, 50)}, "classifications": []}}
    videos = []
    for told in (frames, moved):
        video = line("v1", label("video", "ada@example.com"))
        video["media_attributes"] |= {"asset_type": "video", "frame_count": 10}
        video["projects"]["p1"]["labels"][0]["annotations"] = {"frames": told, "segments": {"f1": [[1, 3]]}}
        videos.append(video)
    for number, more in enumerate(([old, new], videos)):
        stored(folder, store, more if number else [*more])
    stored(folder, store, [line("alone", label("l", "ada@example.com"))])
    with browsing(store) as url:
        yield Served(store, url)


def test_the_strip_and_two_versions_on_one_canvas(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "a"))
    follow(page.get_by_role("link", name="History: 3 versions"))
    steps = page.locator(".strip li")
    assert steps.count() == 3
    assert [step.locator("svg.thumbnail").count() for step in steps.all()] == [1, 1, 1]
    words = [step.inner_text().split("\n")[-1] for step in steps.all()]
    assert words[0] == "first version"
    assert words[1].startswith("1 added, 1 removed, 1 moved, 1 answer")
    follow(steps.nth(1).locator("a"))
    assert page.url.endswith("before=0&after=1")
    canvas = page.locator(".layers")
    counts = {style: canvas.locator(f".{style} .shape").count() for style in ("added", "removed", "was", "now", "kept")}
    assert counts == {"added": 1, "removed": 1, "was": 1, "now": 1, "kept": 1}
    assert canvas.locator(".join.arrow").count() == 1
    dashes = "element => getComputedStyle(element).strokeDasharray"
    assert canvas.locator(".was .line").evaluate(dashes) != "none"
    assert canvas.locator(".now .line").evaluate(dashes) == "none"
    assert sorted(canvas.locator(".names .name").all_text_contents()) == ["+ Bus", "→ Car", "− Tree"]
    told = page.locator(".changes li").all_inner_texts()
    assert "moved bounding_box Car c1: IoU 0.33 of boxes" in told
    assert "answer Weather: Sunny → Rain" in told


def test_versions_of_choice(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("history", "a"))
    page.locator("select[name=before]").select_option("0")
    page.locator("select[name=after]").select_option("2")
    follow(page.get_by_role("button", name="Compare"))
    assert page.locator("h2").first.inner_text() == "Version 1 to version 3"
    assert page.locator(".strip .chosen").count() == 2
    page.goto(served.address("history", "a") + "?before=1&after=1")
    assert "Both versions say the same." in page.inner_text("main")
    page.goto(served.address("history", "a") + "?before=77&after=99999999999999999999&frame=x")
    assert page.locator("h2").first.inner_text() == "Version 2 to version 3"


def test_v1_and_video(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("history", "old"))
    assert page.locator(".layers .was .shape").count() == 1
    assert page.locator(".layers .kept .shape").count() == 1
    page.goto(served.address("history", "video"))
    assert page.locator("section:has(#h-frames) [aria-current]").inner_text() == "2"
    assert page.locator(".layers .now .shape").count() == 1
    page.goto(served.address("history", "video") + "?frame=3")
    assert page.locator(".layers .now .shape").count() == 0
    assert page.locator(".layers .kept .shape").count() == 1


def test_labels_without_history(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(served.address("label", "l"))
    assert page.get_by_role("link", name="History").count() == 0
    page.goto(served.address("history", "l"))
    assert "The label has one version" in page.inner_text("main")
    answer = page.goto(served.address("history", "nothing"))
    assert answer is not None
    assert answer.status == 404
    watched.errors.clear()


def test_hostile_names_and_all_screens(served: Served, watched: Watched) -> None:
    check(watched, served.address("history", "a"), [("light", 1200), ("dark", 390)])
    check(watched, served.address("history", "a") + "?before=0&after=1", [("dark", 1200), ("light", 390)])
    watched.page.goto(served.address("history", "a"))
    assert watched.page.locator("main script, main img").count() == 0
    assert HOSTILE[:30] in watched.page.inner_text(".changes")


def test_a_label_that_a_load_removed(tmp_path: Path, watched: Watched) -> None:
    store = tmp_path / "labels.db"
    stored(tmp_path, store, [line("d1", label("a", "ada@example.com"), label("b", "bob@example.com"))])
    file = tmp_path / "less.ndjson"
    file.write_text(json.dumps(line("d1", label("b", "bob@example.com"))) + "\n")
    load(store, [file], prune=True)
    with browsing(store) as url:
        watched.page.goto(Served(store, url).address("history", "a"))
        assert "A load removed this label" in watched.page.inner_text("main")


def test_versions_too_many_for_a_page(tmp_path: Path, watched: Watched) -> None:
    store = tmp_path / "labels.db"
    stored(tmp_path, store, [line("d1", label("a", "ada@example.com", box("Car", "c", n, 0, 9, 9))) for n in range(32)])
    with browsing(store) as url:
        watched.page.goto(Served(store, url).address("history", "a"))
        assert "too many or too large" in watched.page.inner_text("main")


def test_layers_of_versions() -> None:
    def scene(*shapes: tuple[int, str]) -> Scene:
        asset = Asset("d", "image", None, width=100, height=100)
        drawn = tuple(Shape(n, "Car", "bounding_box", "#000000", Box(0, 0, 9, 9), name) for n, name in shapes)
        return Scene("a", {}, asset, drawn, len(drawn))

    before, after = scene((1, "m"), (2, "g"), (3, "k"), (4, "r")), scene((5, "m"), (6, "n"), (7, "k"), (8, "r"))
    changed = Changed(*(frozenset(name) for name in "ngmr"))
    found = layers_of_versions(before, after, changed)
    assert {(layer.shape.object_id, layer.style) for layer in found.layers} == {
        (1, "was"), (5, "now"), (2, "removed"), (6, "added"), (7, "kept"), (8, "now"),
    }  # fmt: skip
    assert [(join.one, join.other, join.arrow) for join in found.joins] == [(1, 5, True)]
    same = layers_of_versions(before, before, Changed())
    assert {layer.style for layer in same.layers} == {"kept"}


def test_changes_in_words() -> None:
    before, after = (
        json.dumps(record["projects"]["p1"]["labels"][0]).encode() for record in versions()[:2]
    )  # fmt: skip
    found = compare(before, after)
    assert summary(found) == "1 added, 1 removed, 1 moved, 1 answer" + (
        f", {len(found.other)} other" if found.other else ""
    )
    assert [one.word for one in changes(found)][:4] == ["added", "removed", "moved", "answer"]
    assert summary(compare(before, before)) == ""
