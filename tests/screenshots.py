"""Pictures of the pages for the documentation: `python -m tests.screenshots docs/images`.

Makes a store of samples, serves it on loopback and saves PNGs of every kind of page: light, dark and narrow.
"""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

import msgspec
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

from labelstore import samples
from labelstore.browsing.paths import encode
from labelstore.loading import load
from tests.browser import executable

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 120_000
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
    scroll_to: str | None = None


class Form(NamedTuple):
    """A form in which every page is taken."""

    suffix: str
    width: int
    height: int
    scheme: Literal["light", "dark"]


FORMS = (Form("", 1200, 800, "light"), Form("-dark", 1200, 800, "dark"), Form("-narrow", 390, 800, "light"))


def shots(store: Path) -> Iterator[Shot]:
    """Every kind of page of the store."""
    name = encode(store.stem)
    root = f"/-/labelstore/{name}"
    sql = "select label_id, created_by, objects, seconds_to_label from image_labels where objects > 3 limit 20"
    yield Shot("home", root)
    yield Shot("gallery", f"{root}/gallery?asset_type=image&class=Car&sort=-objects")
    yield Shot("gallery-data-rows", f"{root}/gallery?show=data-rows&asset_type=video")
    yield Shot("search", f"{root}/search?q=Person")
    for page in ("labelers", "projects", "reviewers", "disagreement", "queries"):
        yield Shot(page, f"{root}/{page}")
    with closing(sqlite3.connect(store)) as connection:
        for asset_type in _ASSET_TYPES:
            more = "0" if asset_type in ("image", "video", "text") else _OF_CLASSIFICATIONS
            label_id, _ = connection.execute(_FULLEST.format(more=more), (asset_type, "v2")).fetchone()
            yield Shot(asset_type, f"{root}/label/{encode(label_id)}")
        label_id, _ = connection.execute(_FULLEST.format(more="0"), ("image", "v1")).fetchone()
        yield Shot("image-v1", f"{root}/label/{encode(label_id)}")
        (data_row_id,) = connection.execute(_CONSENSUS).fetchone()
        yield Shot("data-row", f"{root}/data-row/{encode(data_row_id)}")
        labels = connection.execute("select label_id from labels where data_row_id = ? limit 3", (data_row_id,))
        yield Shot("compare", f"{root}/compare?" + "&".join(f"label={label_id}" for (label_id,) in labels))
        (label_id,) = connection.execute("select label_id from versions where not removed limit 1").fetchone()
        yield Shot("history", f"{root}/history/{encode(label_id)}")
    yield Shot("missing", f"{root}/label/none")
    yield Shot("store", f"/{name}")
    yield Shot("table", f"/{name}/objects?kind=bounding_box&frame_number__isnull=1", scroll_to="table")
    yield Shot("sql", f"/{name}?sql={sql.replace(' ', '+')}")
    yield Shot("canned-query", f"/{name}/nearest-objects")


@contextmanager
def served(store: Path, *options: str) -> Iterator[str]:
    """The URL of a server of the store."""
    command = [sys.executable, str(ROOT / "cli.py"), "browse", str(store), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().rstrip("/")
        finally:
            process.terminate()


@contextmanager
def store_of_samples() -> Iterator[Path]:
    """A store of samples of all kinds, loaded twice: the second time a box has moved."""
    with TemporaryDirectory() as folder:
        exports, store = Path(folder) / "exports", Path(folder) / "street.db"
        files = samples.write(exports, labels=40)
        load(store, [file.path for file in files], frames=exports / "frames")
        load(store, [_moved(exports / "v2-image.ndjson", exports / "later.ndjson")])
        yield store


def _moved(export: Path, later: Path) -> Path:
    """The first record of an export that has a box, with that box wider."""
    for line in export.read_bytes().splitlines():
        record = msgspec.json.decode(line)
        for label in (label for project in record["projects"].values() for label in project["labels"]):
            for found in label["annotations"]["objects"]:
                if "bounding_box" in found:
                    found["bounding_box"]["width"] += 40
                    label["label_details"]["updated_at"] = "2099-01-01T00:00:00.000+00:00"
                    later.write_bytes(msgspec.json.encode(record) + b"\n")
                    return later
    raise AssertionError("no box in the samples")


def write_assets(store: Path, folder: Path) -> None:
    """Something to draw on: a street for each image, and a small document and film."""
    folder.mkdir()
    with closing(sqlite3.connect(store)) as connection:
        rows = connection.execute("select data_row_id, asset_type, width, height from data_rows")
        for data_row_id, asset_type, width, height in rows:
            if asset_type == "image":
                _street(int(width or 640), int(height or 400)).save(folder / f"{data_row_id}.jpg", quality=80)
                (folder / f"{data_row_id}.jpg").rename(folder / data_row_id)
            elif asset_type in _FILES:
                shutil.copy(ROOT / "tests" / "fixtures" / _FILES[asset_type], folder / data_row_id)


_FILES = {"document": "three_pages.pdf", "video": "steps.webm"}


def _street(width: int, height: int) -> Image.Image:
    """A sky over a street."""
    width, height = min(width, 1280), min(height, 960)
    picture = Image.new("RGB", (width, height), "#9db7c9")
    draw, horizon = ImageDraw.Draw(picture), height * 2 // 5
    for y in range(height):
        shade = y / height
        color = (150 + int(80 * shade), 185 + int(40 * shade), 215) if y < horizon else (125 - int(30 * shade),) * 3
        draw.line((0, y, width, y), fill=color)
    for number in range(9):
        left, top = number * width // 8 - width // 20, horizon - height * (2 + number * 7 % 5) // 16
        draw.rectangle((left, top, left + width // 10, horizon), fill=(120 + number * 5, 112, 104))
    draw.polygon([(width // 2, horizon), (width * 3 // 8, height), (width * 5 // 8, height)], fill="#8d8d90")
    return picture


def take(browser: Browser, url: str, shot: Shot, form: Form) -> bytes:
    """The page as a PNG of few colors."""
    page = browser.new_page(viewport={"width": form.width, "height": form.height}, color_scheme=form.scheme)
    page.goto(url + shot.path)
    if shot.scroll_to is not None:
        page.evaluate("element => document.querySelector(element).scrollIntoView()", shot.scroll_to)
    taken = Image.open(BytesIO(page.screenshot())).convert("RGB")
    page.close()
    png = b""
    for colors in (96, 48, 24):
        written = BytesIO()
        taken.quantize(colors, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        png = written.getvalue()
        if len(png) <= LARGEST:
            break
    return png


def main(folder: Path) -> None:
    """Save them all into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with store_of_samples() as store, sync_playwright() as playwright:
        assets = store.parent / "assets"
        write_assets(store, assets)
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox", "--disable-gpu"])
        with served(store, "--assets", str(assets)) as url:
            for shot in shots(store):
                for form in FORMS:
                    (folder / f"{shot.name}{form.suffix}.png").write_bytes(take(browser, url, shot, form))
                print(shot.name)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
