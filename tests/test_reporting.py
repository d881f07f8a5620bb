"""A report is one page that needs nothing else, holds no secret, and says what it leaves out."""

import base64
import json
import os
import re
import sys
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image
from typer.testing import CliRunner

from labelstore.analyses.stats import stats
from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.errors import InputError, LabelstoreError, NotFoundError, StoreError, UsageError
from labelstore.figures import size
from labelstore.loading import load
from labelstore.reporting import gallery, report
from labelstore.reporting import report as report_module
from labelstore.reporting.numbers import label_filter, read_numbers
from labelstore.reporting.pictures import LARGEST_SIDE, picture_of
from labelstore.samples import write
from tests.browser import Watched
from tests.making import ENGINES, box, feature, store_of, v1
from tests.test_publishing import line, secrets_of

VOID = {"meta", "link", "br", "img", "input", "hr"}
ASSET_TYPES = ["audio", "conversation", "dicom", "document", "geospatial", "html", "image", "llm", "text", "video"]


class Balance(HTMLParser):
    """Knows the elements of a page, and fails where a tag is not closed in its place."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}>"
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def page_of(store: Path, **options: Any) -> str:
    out = store.with_suffix(".html")
    done = report(store, out, overwrite=True, **options)
    assert done.bytes == out.stat().st_size
    return out.read_text(encoding="utf-8")


def check_harmless(page: str) -> Balance:
    """No script, no handler, no style in an element, no address that would be asked."""
    balance = Balance(page)
    for tag, attributes in balance.elements:
        assert tag not in {"script", "object", "embed", "link", "base", "form"}, tag
        for name, value in attributes.items():
            assert not name.startswith("on"), name
            assert name != "style"
            if name in {"src", "href", "xlink:href", "poster", "data", "action"}:
                assert (value or "").startswith(("data:image/", "#")), value
    return balance


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Path], list[Path]]:
    folder = tmp_path_factory.mktemp("reporting")
    files = [file.path for file in write(folder / "samples", labels=5, seed=8)]
    stores = {"sqlite": folder / "samples.db", "duckdb": folder / "samples.duckdb"}
    for store in stores.values():
        load(store, files, frames=folder / "samples" / "frames")
    return stores, files


@ENGINES
def test_every_asset_type_is_drawn(engine: str, samples: tuple[dict[str, Path], list[Path]]) -> None:
    stores, files = samples
    page = page_of(stores[engine], labels=40)
    balance = check_harmless(page)
    entries = [attributes for tag, attributes in balance.elements if attributes.get("class") == "entry"]
    assert len(entries) == 40
    kinds = re.findall(r'<span class="kind">(\w+)</span>', page)
    assert sorted(set(kinds)) == ASSET_TYPES
    assert len(kinds) == 40
    left = {secret for secret in secrets_of(files) if secret in page}
    assert not left
    assert "?" not in "".join(re.findall(r"https?://[^\s\"<]*", page))
    with open_database(stores[engine], read_only=True) as database:
        counts = stats(database)["total"]
    for noun in ("projects", "labels", "objects"):
        assert f"<dt>{noun}</dt><dd>{counts[noun]:,}</dd>" in page
    assert '<svg role="img" aria-label="Objects of each class' in page
    assert re.search(r"Labels by (week|month|year)</figcaption>", page)


@ENGINES
def test_scorecards_and_sections(engine: str, tmp_path: Path) -> None:
    rejected = [{"id": "r1", "score": -1, "createdAt": "2024-01-03T10:00:00.000Z", "createdBy": "rev@example.com"}]
    twice = [*rejected, {**rejected[0], "id": "r2"}]
    records = [
        *(v1(f"l{number}", box("car", f"f{number}", 1, 1, 2, 2)) for number in range(6)),
        v1("rejected", Reviews=rejected),
        v1("rejected-twice", Reviews=twice, **{"Created By": "cy@example.com"}),
        *(v1(f"a{number}", Agreement=number / 10, **{"Created By": "Cy"}) for number in (9, 2, 0)),
    ]
    page = page_of(store_of(tmp_path, engine, records), labels=8)
    check_harmless(page)
    assert re.findall(r'<h2 id="labels-\d">([^<]*)<', page) == ["Newest", "Most rejected", "Largest disagreement"]
    titles = re.findall(r'<h4 dir="auto">([^<]*)</h4>', page)
    assert titles[-4:] == ["rejected-twice.jpg", "rejected.jpg", "a0.jpg", "a2.jpg"]
    assert len(titles) == len(set(titles)) == 8
    tables = dict(re.findall(r"<h2>(\w+)</h2>\n(.*?)</section>", page, re.S))
    rows = re.findall(r"<tr><td>([^<]*)</td>(.*?)</tr>", tables["Labelers"], re.S)
    assert [(name.startswith("person-"), re.findall(r">([^<]*)</td>", cells)[0]) for name, cells in rows] == [
        (True, "7"),
        (False, "3"),
        (True, "1"),
    ]
    assert len(re.findall("<tr><td>", tables["Reviewers"])) == 1
    assert "example.com" not in re.sub(r"https?://[^\s<]*", "", page)
    assert "rejected 2 times" in page


def test_a_report_of_nothing(tmp_path: Path) -> None:
    page = page_of(store_of(tmp_path, "sqlite", []))
    check_harmless(page)
    assert "There are no labels." in page


@pytest.mark.sampled(0)
def test_both_engines_give_the_same_page(samples: tuple[dict[str, Path], list[Path]]) -> None:
    pages = [page_of(store, title="Labels", labels=60) for store in samples[0].values()]
    assert pages[0].partition("</header>")[2].replace("\r", "") != ""
    names = re.compile(r"person-[0-9a-f]{12}")
    assert names.sub("person", pages[0]) == names.sub("person", pages[1])


def test_in_a_browser(samples: tuple[dict[str, Path], list[Path]], watched: Watched) -> None:
    text = page_of(samples[0]["sqlite"], labels=60)
    page = watched.page
    page.set_content(text)
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        for width in (1200, 375):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            box = page.locator(".numbers td").first.bounding_box()
            assert box
            assert box["width"] > 100
    assert page.locator(".entry").count() == 60
    shapes = page.locator(".entry .shape")
    assert shapes.count() > 20
    assert page.evaluate("getComputedStyle(document.querySelector('.entry')).borderTopWidth") == "1px"
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 50


def test_the_policy_forbids_what_is_not_of_the_page(samples: tuple[dict[str, Path], list[Path]]) -> None:
    page = page_of(samples[0]["sqlite"], labels=1)
    policies = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert len(policies) == 1
    rules = dict(rule.strip().split(" ", 1) for rule in policies[0].replace("&#39;", "'").split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert rules["style-src"].startswith("'sha256-")
    assert rules.keys() == {"default-src", "style-src", "img-src", "base-uri", "form-action"}


EVIL = "</style></title><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}\x00\"'&"


def evil() -> list[dict[str, Any]]:
    address = "https://a.example/x?token=hunter2"
    return [
        v1(
            "l1" + EVIL,
            box(EVIL, "f1", 1, 2, 30, 40) | {"color": "red;} body{display:none"},
            classifications=[feature(EVIL, "q", answer=f"{EVIL} {address} ada@example.com")],
            **{"Project Name": EVIL, "External ID": EVIL, "Labeled Data": address, "Created At": EVIL},
        ),
        v1(
            "l2",
            **{"Labeled Data": f"A text of ada@example.com {EVIL}", "External ID": f"javascript:alert(3) {address}"},
        ),
        line("r1", "p1", "p2") | {"media_attributes": {"asset_type": "html"}},
        line("r2", "p1") | {"media_attributes": {"asset_type": "text"}},
        v1("l4", box("far", "f", 1e300, -1e300, 1e300, 5e-324), **{"Seconds to Label": 1e300}),
        v1("l5", Label=None, Skipped=True),
    ]


@ENGINES
def test_hostile_text_does_nothing(engine: str, tmp_path: Path, watched: Watched) -> None:
    store = store_of(tmp_path, engine, evil())
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "r1").write_text(
        f"<h1 onclick='alert(4)'>A page</h1><script>alert(5)</script><img src='http://a.example/'>{EVIL}"
    )
    (folder / "r2").write_text(f"{EVIL} text")
    page = page_of(store, assets=folder, title=EVIL)
    balance = Balance(page)
    assert not {"script", "img"} & {tag for tag, _ in balance.elements}
    assert "hunter2" not in page
    assert "ada@example.com" not in page
    assert "7*7" in page
    dialogs: list[str] = []
    watched.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    watched.page.set_content(page)
    assert dialogs == []
    assert watched.page.locator(".entry").count() == 10
    assert watched.page.evaluate("getComputedStyle(document.body).display") == "block"


@ENGINES
def test_a_report_of_some_projects(engine: str, tmp_path: Path) -> None:
    records = [line("r1", "p1", "p2"), line("r2", "p2"), v1("l1", box("car", "f", 1, 1, 2, 2)), v1("l2")]
    store = store_of(tmp_path, engine, records)
    page = page_of(store, projects=["Project p2"])
    for other in ("p1", "l1", "car"):
        assert f">{other}" not in page
        assert f" {other}<" not in page
    assert "<dt>labels</dt><dd>4</dd>" in page
    assert "<dt>data rows</dt><dd>2</dd>" in page
    assert page.count('class="entry"') == 4
    assert page_of(store, projects=["p1", "p2"]).count('class="entry"') == 8
    with pytest.raises(NotFoundError, match="no project"):
        report(store, tmp_path / "no.html", projects=["p3"])
    assert not (tmp_path / "no.html").exists()


@ENGINES
def test_the_numbers_of_all_projects_are_those_of_the_store(
    engine: str, samples: tuple[dict[str, Path], list[Path]]
) -> None:
    with open_database(samples[0][engine], read_only=True) as database:
        ids = [str(row[0]) for row in database.query("select project_id from projects").rows]
        whole, parts = (read_numbers(database, label_filter(database, projects)) for projects in ([], ids))
    assert whole.classes == parts.classes
    assert whole.questions == parts.questions
    for noun in ("projects", "labels", "objects", "classifications"):
        assert whole.total[noun] == parts.total[noun]
    labels = {row["asset_type"]: row["labels"] for row in whole.asset_types}
    assert labels == {row["asset_type"]: row["labels"] for row in parts.asset_types}


# -- pictures ---------------------------------------------------------------------------------------------------------


def decoded(href: str) -> Image.Image:
    head, _, data = href.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(BytesIO(base64.b64decode(data)))


def test_pictures_become_part_of_the_page(tmp_path: Path, watched: Watched) -> None:
    folder = tmp_path / "assets"
    folder.mkdir()
    Image.new("RGB", (2000, 1000), "#ff0000").save(folder / "l1.jpg")
    records = [v1("l1", box("car", "f1", 500, 250, 1000, 500)), v1("l2", box("car", "f2", 1, 1, 2, 2))]
    store = store_of(tmp_path, "sqlite", records)
    page = page_of(store, assets=folder)
    hrefs = re.findall(r'"(data:image/[^"]*)"', page)
    assert len(hrefs) == 1
    assert decoded(hrefs[0]).size == (LARGEST_SIDE, LARGEST_SIDE // 2)
    assert "Assets were not given" not in page
    watched.page.set_content(page)
    drawing = watched.page.locator(".drawing", has=watched.page.locator("image"))
    assert drawing.count() == 1
    frame, shape = drawing.bounding_box(), drawing.locator(".shape").bounding_box()
    assert frame is not None
    assert shape is not None
    scale = min(frame["width"] / 2000, frame["height"] / 1000)
    assert shape["width"] == pytest.approx(1000 * scale, abs=8)
    assert shape["x"] + shape["width"] / 2 == pytest.approx(frame["x"] + frame["width"] / 2, abs=2)


def test_pictures_of_every_kind(tmp_path: Path) -> None:
    Image.new("RGBA", (10, 20), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    picture = picture_of(tmp_path / "clear.png")
    assert picture is not None
    assert (picture.width, picture.height) == (10, 20)
    assert decoded(picture.href).getpixel((5, 5)) == (255, 255, 255)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20), "#00ff00").save(tmp_path / "turned.jpg", exif=exif)
    turned = picture_of(tmp_path / "turned.jpg")
    assert turned is not None
    assert (turned.width, turned.height) == decoded(turned.href).size == (20, 30)
    assert not decoded(turned.href).getexif()
    for mode in ("1", "L", "P", "I;16", "CMYK"):
        Image.new(mode, (4, 4)).save(tmp_path / "mode.tif")
        assert picture_of(tmp_path / "mode.tif") is not None, mode


def test_what_is_no_picture(tmp_path: Path) -> None:
    Image.new("RGB", (100, 100)).save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    huge = whole[:16] + (60_000).to_bytes(4) * 2 + whole[24:]
    for number, content in enumerate((b"", b"no picture", whole[: len(whole) // 2], huge, b"<svg></svg>")):
        (tmp_path / str(number)).write_bytes(content)
        assert picture_of(tmp_path / str(number)) is None, number


def test_a_picture_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "l1.jpg").write_bytes(b"no picture")
    (tmp_path / "l2.txt").write_bytes(b"\xff\xfe\xff")
    records = [
        v1("l1", box("car", "f", 1, 1, 2, 2)),
        v1("l2", **{"Labeled Data": "https://a.example/l2.txt", "External ID": None}),
    ]
    page = page_of(store_of(tmp_path, "sqlite", records), assets=tmp_path)
    assert "The file of the picture cannot be read." in page
    assert "The file of the text cannot be read." in page


# -- texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_hand", [True, False])
def test_entities_stay_on_their_words(at_hand: bool, tmp_path: Path) -> None:
    text = "Write to ada@example.com about Ulm."
    start = text.index("Ulm")
    entity = feature("City", "f", format="text.location", data={"location": {"start": start, "end": start + 2}})
    row_data = "https://a.example/l1.txt?token=x" if at_hand else text
    store = store_of(tmp_path, "sqlite", [v1("l1", entity, **{"Labeled Data": row_data, "External ID": "l1.txt"})])
    (tmp_path / "l1.txt").write_text(text)
    page = page_of(store, assets=tmp_path if at_hand else None)
    assert re.search(r"<mark[^>]*>Ulm</mark>", page)
    assert "@example.invalid about" in page
    assert "ada@example.com" not in page


# -- bounds -----------------------------------------------------------------------------------------------------------


def test_what_is_too_large_is_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [box(f"class {place}", f"f{place}", place, place, 9, 9) for place in range(500)]
    store = store_of(tmp_path, "sqlite", [v1("many", *many), *(v1(f"l{place}", *many[:60]) for place in range(9))])
    page = page_of(store)
    assert page.count('class="entry"') == 10
    assert f"drawn {gallery.LIMIT} of 500 shapes" in page
    monkeypatch.setattr(gallery, "LARGEST_DRAWING", 30_000)
    assert "drawn 40 of 500 shapes" in page_of(store)
    monkeypatch.setattr(gallery, "LARGEST_DRAWING", 1_000)
    assert page_of(store).count("The drawing is left out") == 10
    monkeypatch.undo()
    monkeypatch.setattr(sys.modules["labelstore.reporting.report"], "LARGEST_PAGE", 60_000)
    page = page_of(store)
    assert 0 < page.count('class="entry"') < 10
    assert re.search(r"\d more labels left out", page)


def test_an_empty_store(tmp_path: Path) -> None:
    store = tmp_path / "empty.db"
    open_database(store, create=True).close()
    page = page_of(store)
    check_harmless(page)
    assert "There are no labels." in page


# -- the command ------------------------------------------------------------------------------------------------------


def test_the_command(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1", box("car", "f", 1, 1, 2, 2)), v1("l2")])
    out = tmp_path / "out.html"
    shown = CliRunner().invoke(app, ["report", str(store), str(out), "--labels", "1", "--title", "A <title>"])
    assert shown.exit_code == 0
    assert shown.stdout == f"{out}: 1 labels, {size(out.stat().st_size)}\n"
    assert "<h1>A &lt;title&gt;</h1>" in out.read_text()
    done = CliRunner().invoke(app, ["report", str(store), str(out), "--json", "--overwrite"])
    assert json.loads(done.stdout)["labels"] == 2
    piped = CliRunner().invoke(app, ["report", str(store), "-"])
    assert piped.stdout.startswith("<!doctype html>")
    assert piped.stdout.endswith("</html>")


def test_errors_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1")])
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(UsageError, match="is the store itself"):
        report(store, store)
    with pytest.raises(StoreError, match="does not exist"):
        report(store, tmp_path / "no" / "out.html")
    with pytest.raises(InputError, match="is no folder"):
        report(store, tmp_path / "out.html", assets=tmp_path / "no")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(LabelstoreError, match=r"labelstore-db\[browse\]"):
        report(store, tmp_path / "out.html")
    assert [name for name in sorted(os.listdir(tmp_path)) if not name.endswith(("-wal", "-shm"))] == before
    assert callable(report_module)
