"""Documents on their pages: the pages of the PDF under the shapes, the others folded, and what is no PDF harmless."""

import json
import re
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from labelstore.browsing import pdf_pages
from labelstore.browsing.settings import Settings
from labelstore.drawing import DrawOptions, draw
from labelstore.drawing.options import Document, PageSizes
from labelstore.loading import load
from labelstore.scenes.scene import Asset, Box, Scene, Shape
from tests.browser import Watched
from tests.lines import label, thing, v2

pytest.importorskip("datasette")
pytest.importorskip("pypdfium2")
from tests.test_browsing import Site
from tests.test_browsing_pages import browsing

PDF = Path(__file__).parent / "fixtures" / "three_pages.pdf"
"""Three grey pages of 200 × 300, 300 × 200 and 200 × 300 points, each with a red square from (10, 10) to (30, 30)."""


def store_in(folder: Path, *pages: int, content: bytes | None = None) -> Path:
    """A store of one document with the red square labelled on some pages, counted from 1."""
    boxes = [
        thing("Square", f"f{page}", "DocumentBoundingBox", classifications=[], page_number=page)
        | {"bounding_box": {"top": 10, "left": 10, "height": 20, "width": 20}}
        for page in pages
    ]
    line = v2("d1", label("l1", *boxes), media={"asset_type": "document"})
    line["data_row"]["external_id"] = "d1.pdf"
    (folder / "export.ndjson").write_text(json.dumps(line), encoding="utf-8")
    load(folder / "labels.db", [folder / "export.ndjson"])
    (folder / "assets").mkdir()
    (folder / "assets" / "d1.pdf").write_bytes(PDF.read_bytes() if content is None else content)
    return folder / "labels.db"


def site_of(folder: Path, *pages: int, content: bytes | None = None) -> Site:
    return Site(store_in(folder, *pages, content=content), Settings(str(folder / "assets")))


def page_of(site: Site, number: int, status: int = 200) -> Any:
    return site.get(site.paths.document_page("d1").replace("{}", str(number)), status)


def test_pages_are_pictures_of_a_bounded_size(tmp_path: Path) -> None:
    site = site_of(tmp_path, 1)
    answer = page_of(site, 2)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    with Image.open(BytesIO(answer.content)) as picture:
        assert picture.size == (1200, 800)  # at most four times the points, and 1,600 pixels
        assert picture.convert("RGB").getpixel((80, 80)) == (255, 0, 0)
        assert picture.convert("RGB").getpixel((600, 400)) == (179, 179, 179)
    for missing in (0, 4, 100_000, 10**18):
        page_of(site, missing, 404)


def test_a_label_has_its_pages_and_one_line_for_the_others(tmp_path: Path) -> None:
    site = site_of(tmp_path, 2)
    page = site.get(site.paths.label("l1")).text
    assert re.findall(r"<h4>([^<]*)", page) == ["Page 2"]
    assert 'viewBox="0 0 300 200"' in page
    assert re.findall(r"<summary>(Page[^<]*)", page) == ["Page 1: no annotations", "Page 3: no annotations"]
    assert "page 2" in page[page.index('class="objects"') :]
    assert "is not shown" not in page


def test_without_a_file_the_pages_between_are_named(tmp_path: Path) -> None:
    site = site_of(tmp_path, 2, 5, content=b"no PDF")
    page = site.get(site.paths.label("l1")).text
    assert re.findall(r'other-pages">([^<]*)', page) == ["Page 1: no annotations", "Pages 3 to 4: no annotations"]
    assert "<image" not in page
    page_of(site, 1, 404)


def test_long_documents_stay_bounded() -> None:
    asset = Asset("d", "document", None)
    document = Document("/p/{}", PageSizes(100_000, ((612.0, 792.0),) * 2000))
    boxes = tuple(Shape(page, "A", "bounding_box", "#e6194b", Box(1, 1, 9, 9), page=page) for page in (1, 50_000))
    drawing = draw(Scene("l", {}, asset, boxes, 2), DrawOptions(document=document))
    assert drawing.count("<img") == 40
    assert "Pages 2 to 49,999: no annotations" in drawing
    assert "shown 20 of 49,998 pages" in drawing
    assert len(drawing) < 30_000


def _pages_that_are_not_there() -> bytes:
    return PDF.read_bytes().replace(b"/Count 3", b"/Count 100000")


def _encrypted() -> bytes:
    lock = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (" + b"x" * 32 + b") /U (" + b"y" * 32 + b") /P -4 >>"
    return PDF.read_bytes().replace(b"/Root 1 0 R", b"/Root 1 0 R " + lock + b" /ID [(a) (b)]")


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"\xff" * 5000,
        PDF.read_bytes()[:500],
        PDF.read_bytes().replace(b"/MediaBox [0 0 200 300]", b"/MediaBox [0 0 9e9 9e9]"),
        PDF.read_bytes().replace(b"/Kids [3 0 R", b"/Kids [2 0 R"),
        _pages_that_are_not_there(),
        _encrypted(),
    ],
)
def test_damaged_documents_are_harmless(tmp_path: Path, content: bytes) -> None:
    site = site_of(tmp_path, 1, content=content)
    since = time.monotonic()
    page = site.get(site.paths.label("l1")).text
    assert "<h4>Page 1</h4>" in page
    for number in (1, 3, 99_999):
        assert page_of(site, number, None).status_code in (200, 404)  # type: ignore[arg-type]
    assert time.monotonic() - since < 60
    assert len(page) < 100_000


def test_a_process_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_pages, "SECONDS", 0.0)
    (tmp_path / "a.pdf").write_bytes(PDF.read_bytes())
    assert pdf_pages.sizes_of(tmp_path / "a.pdf") is None
    assert pdf_pages.picture_of(tmp_path / "a.pdf", 1) is None


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    site = site_of(tmp_path, 1)
    (tmp_path / "secret.pdf").write_bytes(PDF.read_bytes())
    (tmp_path / "assets" / "d1.pdf").unlink()
    (tmp_path / "assets" / "d1.pdf").symlink_to(tmp_path / "secret.pdf")
    assert "<image" not in site.get(site.paths.label("l1")).text
    page_of(site, 1, 404)


def test_the_shapes_are_on_the_picture(tmp_path: Path, watched: Watched) -> None:
    store = store_in(tmp_path, 2)
    with browsing(store, "--assets", str(tmp_path / "assets")) as url:
        page = watched.page
        page.goto(f"{url}/-/labelstore/labels/label/l1")
        picture, box = page.locator("image.asset").bounding_box(), page.locator(".shape .line").bounding_box()
        assert picture is not None
        assert box is not None
        assert (box["x"] - picture["x"]) / picture["width"] == pytest.approx(10 / 300, abs=0.01)
        with Image.open(BytesIO(page.locator("svg.drawing").screenshot())) as shot:
            inside = (shot.width * 20 // 300, shot.height * 20 // 200)
            red, green, _ = shot.convert("RGB").getpixel(inside)  # type: ignore[misc]
        assert red > green + 30  # the square of the page, through the color of its class
        page.locator("summary", has_text="Page 3").click()
        page.wait_for_function("() => document.querySelector('.other-pages[open] img').naturalWidth === 800")
