"""Pictures of the pages for the documentation: `python -m tests.screenshots docs/images`.

Makes a store of samples, serves it on loopback and saves a PNG of every kind of page.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from labelstore import samples
from labelstore.browsing.paths import encode
from labelstore.loading import load
from tests.browser import executable

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 150_000
"""Bytes of a picture; more colors than it takes are given up."""
_FULLEST = """
select l.label_id, d.data_row_id
from labels as l
join data_rows as d on d.data_row_id = l.data_row_id
where d.asset_type = ? and l.generation = ? and l.model_run_id is null
order by (select count(*) from objects as o where o.label_id = l.label_id) + {more} desc, l.label_id
limit 1
"""
_OF_CLASSIFICATIONS = "(select count(*) from classifications as c where c.label_id = l.label_id)"
_CONSENSUS = """
select data_row_id from labels join data_rows using (data_row_id)
where asset_type = 'image' and object_count > 0
group by data_row_id
order by count(*) desc, sum(object_count) desc
limit 1
"""
_ASSET_TYPES = (
    "image",
    "video",
    "text",
    "geospatial",
    "document",
    "conversation",
    "llm",
    "audio",
    "dicom",
    "html",
)


class Shot(NamedTuple):
    """A page to be taken; `scroll_to` is an element to begin with."""

    name: str
    path: str
    scheme: Literal["light", "dark"] = "light"
    width: int = 1200
    height: int = 800
    scroll_to: str | None = None


def shots(store: Path) -> Iterator[Shot]:
    """Every kind of page of the store, and a few in the dark or on a narrow screen."""
    root = f"/-/labelstore/{encode(store.stem)}"
    sql = "select label_id, created_by, objects, seconds_to_label from image_labels where objects > 3 limit 20"
    yield Shot("overview", root)
    yield Shot("overview-dark", root, "dark")
    yield Shot("overview-narrow", root, width=390)
    with closing(sqlite3.connect(store)) as connection:
        for asset_type in _ASSET_TYPES:
            more = "0" if asset_type in ("image", "video", "text") else _OF_CLASSIFICATIONS
            label_id, _ = connection.execute(_FULLEST.format(more=more), (asset_type, "v2")).fetchone()
            path = f"{root}/label/{encode(label_id)}"
            yield Shot(asset_type, path)
            if asset_type in ("image", "text"):
                yield Shot(f"{asset_type}-dark", path, "dark")
                yield Shot(f"{asset_type}-narrow", path, width=390)
        label_id, _ = connection.execute(_FULLEST.format(more="0"), ("image", "v1")).fetchone()
        yield Shot("image-v1", f"{root}/label/{encode(label_id)}")
        (data_row_id,) = connection.execute(_CONSENSUS).fetchone()
        yield Shot("data-row", f"{root}/data-row/{encode(data_row_id)}")
    yield Shot("store", f"/{encode(store.stem)}")
    yield Shot("objects", f"/{encode(store.stem)}/objects?kind=bounding_box&frame_number__isnull=1", scroll_to="table")
    yield Shot("query", f"/{encode(store.stem)}?sql={sql.replace(' ', '+')}")
    yield Shot("canned-query-dark", f"/{encode(store.stem)}/class-counts", "dark")


@contextmanager
def served(store: Path) -> Iterator[str]:
    """The URL of a server of the store."""
    command = [sys.executable, str(ROOT / "cli.py"), "browse", str(store), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().rstrip("/")
        finally:
            process.terminate()


def take(browser: Browser, url: str, shot: Shot) -> bytes:
    """The page as a PNG of few colors."""
    page = browser.new_page(viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme)
    page.goto(url + shot.path)
    if shot.scroll_to is not None:
        page.locator(shot.scroll_to).first.scroll_into_view_if_needed()
        page.evaluate("element => document.querySelector(element).scrollIntoView()", shot.scroll_to)
    taken = Image.open(BytesIO(page.screenshot())).convert("RGB")
    page.close()
    png = b""
    for colors in (128, 64, 32):
        written = BytesIO()
        taken.quantize(colors, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        png = written.getvalue()
        if len(png) <= LARGEST:
            break
    return png


def main(folder: Path) -> None:
    """Save them all into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        store = Path(scratch) / "labels.db"
        files = samples.write(Path(scratch) / "exports", labels=40)
        load(store, [file.path for file in files], frames=Path(scratch) / "exports" / "frames")
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox", "--disable-gpu"])
        with served(store) as url:
            for shot in shots(store):
                png = take(browser, url, shot)
                (folder / f"{shot.name}.png").write_bytes(png)
                print(f"{shot.name}.png", len(png))
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
