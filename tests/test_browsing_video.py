"""Videos on their pages: the frame's own picture under the shapes, and another frame without another page."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from labelstore.browsing import track_memory
from labelstore.browsing.paths import encode
from labelstore.browsing.settings import Settings
from labelstore.loading import load
from labelstore.scenes.tracks import Tracks, read_tracks
from tests.browser import Watched, follow
from tests.lines import label, square, v2

pytest.importorskip("datasette")
from tests.test_browsing import Site
from tests.test_browsing_pages import browsing

FILM = Path(__file__).parent / "fixtures" / "steps.webm"
"""20 frames of 96 × 64 pixels, 10 a second, each one shade of grey, brighter from frame to frame; made by ffmpeg:
color=c=black:s=96x64:r=10:d=2,geq=lum='16+10*N':cb=128:cr=128"""
LABELLED = (2, 3, 4, 9, 20)


def line(row_id: str, **media: Any) -> dict[str, Any]:
    """A v2 video of which some frames have a car, further to the right from frame to frame."""
    frames = {
        str(frame): {"objects": {"c1": square("Car", "c1", 2 * frame, 10, 20, 20)}, "classifications": []}
        for frame in LABELLED
    }
    one = label(f"l-{row_id}", label_kind="Video") | {"annotations": {"frames": frames}}
    made = v2(row_id, one, media={"asset_type": "video"} | media)
    made["data_row"]["external_id"] = f"{row_id}.webm"
    return made


def loaded(folder: Path) -> Path:
    """A store of two videos with files; the export tells nothing of the second."""
    lines = [line("v1", width=96, height=64, frame_rate=10, frame_count=20), line("v2")]
    (folder / "export.ndjson").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    load(folder / "labels.db", [folder / "export.ndjson"])
    (folder / "assets").mkdir()
    for name in ("v1", "v2"):
        shutil.copy(FILM, folder / "assets" / f"{name}.webm")
    return folder / "labels.db"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    store = loaded(tmp_path_factory.mktemp("video"))
    return Site(store, Settings(str(store.with_name("assets"))))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = loaded(tmp_path_factory.mktemp("served"))
    with browsing(store, "--assets", str(store.with_name("assets"))) as found:
        yield f"{found}/-/labelstore/{encode(store.stem)}/label"


def test_the_page_has_the_video_stopped_at_the_frame(site: Site) -> None:
    page = site.get(site.paths.label("l-v1", frame=9)).text
    assert f'<video src="{site.paths.asset("v1")}#t=0.8500"' in page
    assert "frame rate" not in page


def test_what_the_export_does_not_tell_is_read_from_the_file(site: Site) -> None:
    page = site.get(site.paths.label("l-v2", frame=9)).text
    assert "#t=0.8500" in page
    assert "The export tells no frame rate; the file has 10 frames a second." in page
    assert 'viewBox="0 0 96 64"' in page


def test_a_frame_is_asked_for_without_the_rest_of_the_page(site: Site) -> None:
    part = site.get(f"{site.paths.frame('l-v1')}?frame=4").text
    assert '<b aria-current="true">Frame 4</b>' in part
    assert "timeline" not in part
    assert "JSON" not in part
    assert site.get(site.paths.frame("nobody"), 404)


def test_the_tracks_are_read_once_for_each_state_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noticed(source: Any, label_id: str, *more: Any) -> Tracks:
        asked.append(label_id)
        return read_tracks(source, label_id, *more)

    monkeypatch.setattr(track_memory, "read_tracks", noticed)
    site = Site(loaded(tmp_path))
    pages = [site.get(site.paths.label("l-v1", frame=frame)).text for frame in LABELLED]
    assert asked == ["l-v1"]
    assert all('class="track"' in page for page in pages)
    (tmp_path / "more.ndjson").write_text(json.dumps(line("v3")), encoding="utf-8")
    load(tmp_path / "labels.db", [tmp_path / "more.ndjson"])
    site.get(site.paths.label("l-v1"))
    assert asked == ["l-v1", "l-v1"]


def test_scripts_may_ask_this_server_only(site: Site) -> None:
    policy = site.get(site.paths.label("l-v1")).headers["content-security-policy"]
    assert re.findall(r"connect-src [^;]*", policy) == ["connect-src 'self'"]


@pytest.mark.parametrize(
    ("wanted", "status", "start", "stop"),
    [
        ("bytes=0-", 206, 0, None),
        ("bytes=100-199", 206, 100, 200),
        ("bytes=100-99999999", 206, 100, None),
        ("bytes=-10", 206, -10, None),
        ("bytes=5-2", 200, 0, None),
        ("bytes=1-2,5-6", 200, 0, None),
        ("lines=1-2", 200, 0, None),
        ("bytes=-", 200, 0, None),
    ],
)
def test_files_are_served_by_byte_ranges(site: Site, wanted: str, status: int, start: int, stop: int | None) -> None:
    data = FILM.read_bytes()
    answer = asked(site, site.paths.asset("v1"), Range=wanted)
    assert (answer.status_code, answer.content) == (status, data[start:stop])
    headers = answer.headers
    assert (headers["content-type"], headers["accept-ranges"]) == ("video/webm", "bytes")
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    if status == 206:
        first = start % len(data)
        assert headers["content-range"] == f"bytes {first}-{(stop or len(data)) - 1}/{len(data)}"


def test_ranges_of_another_state_of_the_file_are_not_mixed(site: Site) -> None:
    path = site.paths.asset("v1")
    tag = asked(site, path).headers["etag"]
    assert asked(site, path, **{"Range": "bytes=1-2", "If-Range": tag}).status_code == 206
    assert asked(site, path, **{"Range": "bytes=1-2", "If-Range": '"other"'}).status_code == 200
    outside = asked(site, path, Range="bytes=99999999-")
    assert outside.status_code == 416
    assert outside.headers["content-range"] == f"bytes */{FILM.stat().st_size}"


def asked(site: Site, path: str, **headers: str) -> Any:
    from tests.test_browsing import awaited

    async def ask() -> Any:
        await site.datasette.invoke_startup()
        return await site.datasette.client.get(path, headers=headers)

    return awaited(ask)


@pytest.mark.parametrize(
    "content",
    [
        FILM.read_bytes()[:3],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"the free text of somebody",
        b"\x1a\x45\xdf\xa3\x42\x82\x88matroska",
        b"%PDF-1.7",
        b"",
    ],
)
def test_other_files_are_no_videos(tmp_path: Path, content: bytes) -> None:
    store = loaded(tmp_path)
    (tmp_path / "assets" / "v1.webm").write_bytes(content)
    site = Site(store, Settings(str(tmp_path / "assets")))
    assert "<video" not in site.get(site.paths.label("l-v1")).text
    site.get(site.paths.asset("v1"), 404)


def test_links_out_of_the_folder_are_no_videos(tmp_path: Path) -> None:
    store = loaded(tmp_path)
    shutil.copy(FILM, tmp_path / "secret.webm")
    (tmp_path / "assets" / "v1.webm").unlink()
    (tmp_path / "assets" / "v1.webm").symlink_to(tmp_path / "secret.webm")
    site = Site(store, Settings(str(tmp_path / "assets")))
    assert "<video" not in site.get(site.paths.label("l-v1")).text
    site.get(site.paths.asset("v1"), 404)


def grey(page: Page) -> float:
    """The brightness in the middle of the video as it is shown, 0 to 255."""
    page.wait_for_function(
        "() => { const film = document.querySelector('.film'); return film.readyState > 1 && !film.seeking; }"
    )
    shade: float = page.evaluate(
        """() => {
            const canvas = document.createElement("canvas"), film = document.querySelector(".film");
            canvas.width = film.videoWidth; canvas.height = film.videoHeight;
            const context = canvas.getContext("2d");
            context.drawImage(film, 0, 0);
            return context.getImageData(48, 32, 1, 1).data[1];
        }"""
    )
    return shade


def shade_of(frame: int) -> float:
    """What `FILM` has in a frame: luma of television as a computer shows it."""
    return 255 / 219 * 10 * (frame - 1)


@pytest.mark.parametrize("frame", [2, 9, 20])
def test_the_picture_is_that_of_the_frame(url: str, watched: Watched, frame: int) -> None:
    page = watched.page
    page.goto(f"{url}/l-v1?frame={frame}")
    assert grey(page) == pytest.approx(shade_of(frame), abs=5)
    film, view = page.locator(".film").bounding_box(), page.locator("svg.drawing").bounding_box()
    assert film is not None
    assert view is not None
    assert all(abs(film[side] - view[side]) < 2 for side in ("x", "y", "width", "height"))
    car = page.locator(".picture .shape .line").bounding_box()
    assert car is not None
    assert (car["x"] - film["x"]) / film["width"] == pytest.approx(2 * frame / 96, abs=0.01)


def test_another_frame_takes_the_place_of_the_one_shown(url: str, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{url}/l-v1?frame=2")
    page.evaluate("document.body.dataset.kept = 'yes'")
    before = page.locator(".picture .shape").get_attribute("id")
    page.locator('.picker a[rel="next"]').click()
    page.wait_for_url("**frame=3")
    assert page.locator(".picker b").inner_text() == "Frame 3"
    after = page.locator(".picture .shape").get_attribute("id")
    assert after != before
    assert page.locator(".objects a").first.get_attribute("href") == f"#{after}"
    assert grey(page) == pytest.approx(shade_of(3), abs=5)
    page.locator(".objects a").first.hover()
    assert page.locator(".picture .shape").evaluate("one => getComputedStyle(one).getPropertyValue('--lit')") == "1"
    page.keyboard.press(".")
    page.wait_for_url("**frame=4")
    page.keyboard.press(",")
    page.wait_for_url("**frame=3")
    page.locator(".picker input[type=number]").fill("15")
    page.locator(".picker button").click()
    page.wait_for_url("**frame=15")
    assert "not labelled" in page.locator(".picker").inner_text()
    assert page.locator(".picture .shape").count() == 0
    assert page.locator("body").get_attribute("data-kept") == "yes"


def test_dragging_along_the_timeline_shows_its_frames(url: str, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{url}/l-v1?frame=2")
    page.evaluate("document.body.dataset.kept = 'yes'")
    line = page.locator(".timeline").bounding_box()
    assert line is not None
    page.mouse.move(line["x"] + 5, line["y"] + 5)
    page.mouse.down()
    for share in (0.2, 0.3, 0.424):
        page.mouse.move(line["x"] + share * line["width"], line["y"] + 5)
    page.mouse.up()
    page.wait_for_url("**frame=9")
    assert page.locator(".picture .shape").count() == 1
    assert grey(page) == pytest.approx(shade_of(9), abs=5)
    assert page.locator("body").get_attribute("data-kept") == "yes"


def test_playing_goes_through_the_labelled_frames(url: str, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{url}/l-v1?frame=2")
    page.locator(".play").click()
    page.wait_for_url("**frame=20")
    page.wait_for_function("() => document.querySelector('.play').textContent.includes('Play')")


def test_all_of_it_works_by_links_and_forms_alone(url: str, chromium: Any) -> None:
    context = chromium.browser.new_context(java_script_enabled=False) if chromium.browser else None
    if context is None:
        pytest.skip("the browser has one context only")
    page = context.new_page()
    page.goto(f"{url}/l-v1?frame=2")
    assert page.locator(".play").count() == 0
    follow(page.locator('.picker a[rel="next"]'))
    assert page.url.endswith("frame=3")
    page.locator(".picker input[type=number]").fill("15")
    follow(page.locator(".picker button"))
    assert page.url.endswith("frame=15")
    follow(page.locator(".timeline .place").nth(8), position={"x": 3, "y": 3})
    assert page.url.endswith("frame=9")
    context.close()
