"""What a notebook shows of stores, labels and galleries: escaped, bounded, and nothing else of its page changes."""

import copy
import json
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

import labelstore
from labelstore.errors import NotFoundError, UsageError
from labelstore.store import Store
from tests.browser import Watched
from tests.making import box, feature, store_of, v1

HOSTILE = "<script>document.title='run'</script><img src=https://evil.example.com/x>\x00"
RADIO = feature("Weather", "q1") | {"answer": feature("night rain", "a1")}
RECORDS = [
    v1(f"l{number:02}", box("Car", f"c{number}", 10, 20, 30, 40), classifications=[RADIO]) for number in range(30)
] + [v1("hostile", box(HOSTILE, "h1", 1, 2, 30, 40), **{"External ID": HOSTILE, "Created By": HOSTILE})]


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_of(tmp_path_factory.mktemp("notebook"), request.param, RECORDS)


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labelstore.notebook.gallery.SECONDS", 300)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with labelstore.open(path) as opened:
        yield opened


def test_a_store_says_what_is_in_it(store: Store, path: Path, tmp_path: Path) -> None:
    assert repr(store) == f"<Store {path}: 31 labels and 31 objects in 1 project>"
    html = store._repr_html_()
    assert html is not None
    assert "<td>Roads</td>" in html
    assert "<td>Car</td><td>bounding_box</td>" in html
    assert HOSTILE not in html
    store.close()
    assert repr(store) == f"<Store {path}, closed until it is asked>"
    new = labelstore.open(tmp_path / "new.db")
    assert (repr(new), new._repr_html_()) == (f"<Store {new.path}, empty until the first load>", None)


def test_a_label_is_a_dict_that_is_drawn(store: Store, path: Path) -> None:
    label = store.label("l00")
    assert label == RECORDS[0]
    assert json.loads(json.dumps(label)) == RECORDS[0]
    html = label._repr_html_()
    assert html is not None
    assert "<svg" in html
    assert "Weather" in html
    assert "night rain" in html
    assert store.label("l00.jpg")._repr_html_() == html
    for copied in (copy.copy(label), copy.deepcopy(label), pickle.loads(pickle.dumps(label))):
        assert copied == label
        assert copied._repr_html_() == html
    assert next(store.labels(limit=1))._repr_html_() == html
    assert labelstore.Label({"a": 1})._repr_html_() is None


def test_a_label_that_cannot_be_drawn_is_shown_as_its_json(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    label = store.label("l00")
    assert label.source is not None
    label.source = label.source._replace(path=Path("gone.db"))
    assert label._repr_html_() is None
    label.source = store.label("l01").source
    for name in [name for name in sys.modules if name.startswith(("labelstore.reporting", "labelstore.drawing"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "markupsafe", None)
    assert label._repr_html_() is None
    assert "pip install 'labelstore-db[browse]'" in store.gallery()._repr_html_()


def test_an_earlier_version_is_drawn_as_it_was(tmp_path: Path) -> None:
    path = store_of(tmp_path, "sqlite", [v1("a", box("Car", "c1", 1, 2, 3, 4))])
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps([v1("a", box("Bus", "c2", 1, 2, 3, 4), **{"Updated At": "2025-01-01T00:00:00Z"})]))
    with labelstore.open(path) as store:
        store.load(changed)
        now, before = store.label("a")._repr_html_(), store.label("a", at=1)._repr_html_()
        history = store.history("a")
        assert [version.change for version in history] == ["added", "changed"]
        assert "changed.json" in history._repr_html_()
    assert now is not None
    assert before is not None
    assert ("Bus" in now, "Car" in now) == (True, False)
    assert ("Bus" in before, "Car" in before) == (False, True)


def test_a_gallery_is_a_sequence_of_labels(store: Store, path: Path) -> None:
    gallery = store.gallery(with_class="Car")
    assert len(gallery) == 30
    assert repr(gallery).startswith("<Gallery of 30 labels; a notebook shows them")
    assert [label["ID"] for label in gallery] == gallery.label_ids == [f"l{number:02}" for number in range(30)]
    assert gallery[3] == gallery[3:5][0] == RECORDS[3]
    assert gallery[24:].label_ids == [f"l{number}" for number in range(24, 30)]
    assert repr(gallery[:1]).startswith("<Gallery of 1 label;")
    html = gallery._repr_html_()
    assert html.count("<svg") == 24
    assert "24 of 30 labels" in html
    assert "6 labels" in gallery[24:]._repr_html_()
    assert store.gallery(sort="-created", where="label_id = 'l07'").label_ids == ["l07"]
    with pytest.raises(NotFoundError, match="did you mean Car"):
        store.gallery(with_class="Cat")
    with pytest.raises(UsageError, match="with_class"):
        store.gallery(with_clas="Car")  # type: ignore[call-arg]
    with pytest.raises(IndexError):
        gallery[30]


def test_a_gallery_takes_no_longer_than_its_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labelstore.notebook.gallery.SECONDS", 0)
    html = store.gallery()._repr_html_()
    assert html.count("not drawn: it took too long") == 24
    assert "<svg" not in html


def test_drawings_stand_on_pictures_of_a_folder(path: Path, tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "#336699").save(tmp_path / "l00.jpg")
    with labelstore.open(path, assets=tmp_path) as store:
        for html in (store.label("l00")._repr_html_(), store.gallery()._repr_html_()):
            assert html is not None
            assert html.count("data:image/jpeg") == 1


def test_a_browser_shows_it_and_the_page_stays_as_it_was(path: Path, watched: Watched) -> None:
    with labelstore.open(path) as store:
        shown = [
            store._repr_html_(),
            store.query("select * from labels")._repr_html_(),
            store.label("hostile")._repr_html_(),
            store.label("l00")._repr_html_(),
            store.gallery(where="label_id >= 'hostile'")._repr_html_(),
            store.projects()._repr_html_(),
        ]
    page = watched.page
    around = (
        '<!doctype html><meta charset="utf-8"><div class="drawing note entry legend answers"><h4>A</h4>'
        "<table><tr><td>1</td></tr></table><dl><dd>x</dd></dl><svg><text>t</text></svg><p>p</p></div>"
    )
    styles = """() => [...document.querySelectorAll("body, body > div:first-of-type, body > div:first-of-type *")].map(
        element => [...getComputedStyle(element)]
            .filter(name => /^(color|background|display|font|margin|padding|border|opacity|list|text|max)/.test(name))
            .map(name => name + ":" + getComputedStyle(element).getPropertyValue(name)))"""
    page.set_content(around)
    before = page.evaluate(styles)
    page.set_content(around + "".join(html or "" for html in shown))
    assert page.evaluate(styles) == before
    assert page.title() != "run"
    assert page.locator("script, img").count() == 0
    box = page.locator(".labelstore-label .drawing").first.bounding_box()
    assert box is not None
    assert box["width"] > 100
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (
        page.locator(".labelstore-label .shape").first.evaluate("e => getComputedStyle(e).getPropertyValue('--lit')")
        == "0"
    )
