"""The pages of `labelstore browse`, asked of Datasette without a port."""

import asyncio
import html
import json
import re
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import pytest

pytest.importorskip("datasette")

from datasette.app import Datasette

from labelstore import samples
from labelstore.browsing import cells, serving
from labelstore.browsing import paths as browsing_paths
from labelstore.browsing.settings import Settings, origin
from labelstore.engines import open_database
from labelstore.errors import LabelstoreError, UsageError
from labelstore.loading import load
from labelstore.query.catalogue import views
from labelstore.schema.canned_queries import queries
from labelstore.schema.catalogue import tables
from tests.making import box, feature, store_of, v1
from tests.soaking import amount

T = TypeVar("T")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
HOSTILE = "a/b ../\"'<script>alert(1)</script>%2e%00~41+&?#é\U0001f600"


def awaited(ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """In a thread of its own: the browser of other tests leaves a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(ask())).result()


class Site:
    """A Datasette of one store."""

    def __init__(self, store: Path, settings: Settings = Settings()) -> None:  # noqa: B008
        self.name = store.stem
        self.datasette = serving.application(store, settings)

    def get(self, path: str, status: int | None = 200) -> Any:
        async def ask() -> Any:
            await self.datasette.invoke_startup()
            return await self.datasette.client.get(path)

        answer = awaited(ask)
        assert status is None or answer.status_code == status, (path, answer.status_code, answer.text[-2000:])
        return answer

    @property
    def paths(self) -> browsing_paths.Paths:
        return browsing_paths.Paths(self.datasette, self.name)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with open_database(self.file, read_only=True) as database:
            return list(database.query(sql))

    @property
    def file(self) -> Path:
        return Path(self.datasette.databases[self.name].path)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Samples of every asset type and both generations."""
    folder = tmp_path_factory.mktemp("browsing")
    files = samples.write(folder / "samples", labels=4)
    load(folder / "labels.db", [file.path for file in files], frames=_frames(folder / "samples"))
    return Site(folder / "labels.db")


def _frames(folder: Path) -> Path | None:
    return folder / "frames" if (folder / "frames").is_dir() else None


def _labels_of_each_kind(site: Site) -> list[dict[str, Any]]:
    return site.rows(
        "select d.asset_type, l.generation, l.label_id, l.data_row_id, l.is_prediction from labels as l"
        " join data_rows as d on d.data_row_id = l.data_row_id order by 1, 2, 3"
    )


@pytest.mark.soak
def test_every_label_and_data_row_has_a_page(site: Site) -> None:
    found = _labels_of_each_kind(site)
    kinds = {(row["asset_type"], row["generation"]) for row in found}
    assert {kind for kind, _ in kinds} >= {
        "image", "video", "text", "geospatial", "audio", "document", "conversation", "dicom", "html", "llm"
    }  # fmt: skip
    assert {generation for _, generation in kinds} == {"v1", "v2"}
    for row in found[:: amount(1, 3)]:
        page = site.get(site.paths.label(row["label_id"]))
        assert html.escape(row["label_id"]) in page.text
        site.get(site.paths.data_row(row["data_row_id"]))


def test_the_answers_of_every_label_are_on_its_page(site: Site) -> None:
    rows = site.rows(
        "select d.asset_type, l.generation, l.label_id, min(c.name) as question from classifications as c"
        " join labels as l using (label_id) join data_rows as d using (data_row_id)"
        " where c.object_id is null and c.frame_id is null group by 1, 2, 3"
    )
    assert len({row["asset_type"] for row in rows}) >= 8
    for row in {(row["asset_type"], row["generation"]): row for row in rows}.values():
        page = site.get(site.paths.label(row["label_id"])).text
        assert f'">{html.escape(row["question"])}' in page, row


def test_the_objects_of_a_label_are_listed_by_the_id_that_is_drawn(site: Site) -> None:
    rows = site.rows(
        "select o.label_id, count(*) as number, min(o.object_id) as first from objects as o join labels as l"
        " on l.label_id = o.label_id join data_rows as d on d.data_row_id = l.data_row_id"
        " where o.frame_id is null and d.asset_type = 'image' group by 1"
    )
    assert rows
    for row in rows:
        page = site.get(site.paths.label(row["label_id"])).text
        assert page.count('<a href="#o') == row["number"]
        assert f'<a href="#o{row["first"]}"' in page


def test_previous_and_next_lead_through_all_labels(site: Site) -> None:
    in_order = [
        row["label_id"] for row in site.rows("select label_id from labels where model_run_id is null order by node_id")
    ]
    first = site.get(site.paths.label(in_order[0])).text
    assert 'rel="prev"' not in first
    assert f'rel="next" href="{site.paths.label(in_order[1])}"' in first
    last = site.get(site.paths.label(in_order[-1])).text
    assert 'rel="next"' not in last
    assert f'rel="prev" href="{site.paths.label(in_order[-2])}"' in last


def test_the_json_of_a_label_is_folded_and_linked(site: Site) -> None:
    label_id = site.rows("select min(label_id) as label_id from labels")[0]["label_id"]
    page = site.get(site.paths.label(label_id)).text
    assert "<details" in page
    assert f'href="{site.paths.json(label_id)}"' in page
    (stored,) = site.rows("select json from label_json where label_id = (select min(label_id) from labels)")
    answer = site.get(site.paths.json(label_id))
    assert answer.text == stored["json"]
    assert answer.headers["content-type"].startswith("application/json")
    site.get(site.paths.json("none"), 404)


def test_the_overview_counts_what_is_there(site: Site) -> None:
    page = site.get(site.paths.overview()).text
    for table in ("labels where model_run_id is null", "data_rows"):
        (counted,) = site.rows(f"select count(*) as number from {table}")
        assert f"<strong>{counted['number']:,}</strong>" in page
    for row in site.rows("select name from projects where name is not null"):
        assert html.escape(row["name"], quote=False).replace("'", "&#39;") in page or row["name"] in page
    assert "v1-image.json" in page or "v2-video" in page


def test_the_overview_is_counted_again_after_a_load(tmp_path: Path) -> None:
    site = Site(store_of(tmp_path, "sqlite", [v1("l1")]))
    assert "<strong>1</strong> labels" in site.get(site.paths.overview()).text
    more = tmp_path / "more.ndjson"
    more.write_text(json.dumps(v1("l2")) + "\n")
    load(tmp_path / "export.db", [more])
    assert "<strong>2</strong> labels" in site.get(site.paths.overview()).text


@pytest.mark.parametrize("what", ["label", "data-row"])
def test_what_the_store_does_not_hold_is_not_found(site: Site, what: str) -> None:
    page = site.get(f"/-/labelstore/{site.name}/{what}/~3Cb~3E", 404)
    assert "&lt;b&gt;" in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize("path", ["/-/labelstore/nothing", "/-/labelstore/_internal", "/-/labelstore/nothing/label/x"])
def test_only_stores_have_pages(site: Site, path: str) -> None:
    site.get(path, 404)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A store in which everything that may be a text is an attack."""
    attacks = [
        box(HOSTILE, "f1", 1, 2, 30, 40) | {"color": "red;background:url(https://evil.example.com)"},
        box("<img src=x onerror=alert(1)>", "f2", 0, 0, 5, 5),
        feature("p", "f3", polygon=[{"x": 1, "y": 1}, {"x": 9, "y": 1}, {"x": 9, "y": 9}]),
    ]
    answers = [feature("<b>q</b>", "f4", answer="</script><script>alert(2)</script>")]
    record = v1(HOSTILE, *attacks, classifications=answers) | {
        "DataRow ID": HOSTILE,
        "External ID": "</title><script>alert(3)</script>",
        "Labeled Data": "javascript:alert(4)",
        "View Label": "javascript:alert(5)",
        "Project Name": "<script>alert(6)</script>",
        "Created By": '"><script>alert(7)</script>',
    }
    return Site(store_of(tmp_path_factory.mktemp("hostile"), "sqlite", [record, v1("plain")]))


def _pages(site: Site) -> Iterator[str]:
    yield site.paths.overview()
    yield site.paths.label(HOSTILE)
    yield site.paths.data_row(HOSTILE)
    yield site.paths.database_page()
    for table in ("labels", "data_rows", "objects", "polygons", "bounding_boxes", "projects", "answers", "label_json"):
        yield site.paths.table(table)
    yield site.paths.query("class-counts")


def test_hostile_text_does_nothing(hostile: Site) -> None:
    for path in _pages(hostile):
        text = hostile.get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
        assert not re.search(r'(href|src)="\s*javascript:', text), path
        assert "evil.example.com)" not in re.sub(r"&[^;]+;|<pre.*?</pre>|<td.*?</td>", "", text, flags=re.S), path


def test_ids_lead_back_to_their_pages(hostile: Site) -> None:
    for table in ("labels", "objects", "data_rows", "classifications"):
        page = hostile.get(hostile.paths.table(table)).text
        links = {html.unescape(link) for link in re.findall(r'href="(/-/labelstore/[^"]*)"', page)}
        links = {link for link in links if "style.css" not in link}
        assert links, table
        for link in links:
            hostile.get(link.partition("#")[0])


@pytest.mark.parametrize("part", ["/", "..", ".", "%2F", "~2F", "a b+c", "", "'\"<>", "\x00", "é\U0001f600", "\udc80"])
def test_ids_survive_the_way_through_an_address(part: str) -> None:
    encoded = browsing_paths.encode(part)
    assert re.fullmatch(r"[A-Za-z0-9_~+-]*", encoded)
    assert browsing_paths.decode(encoded) == part.encode("utf-8", "replace").decode()


def test_our_pages_run_no_script_but_ours(site: Site, hostile: Site) -> None:
    for page in (site.get(site.paths.overview()), hostile.get(hostile.paths.label(HOSTILE))):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert re.search(r"script-src ('nonce-[\w-]+');", policy)
        assert "https:" not in policy
        (script,) = re.findall(r"<script[^>]*>", page.text)
        assert 'src="/-/labelstore-static/browse.js"' in script
        assert " style=" not in page.text
        assert " onload=" not in page.text
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"


def test_scripts_of_datasette_need_the_nonce_of_the_request(site: Site) -> None:
    pages = [site.get(path) for path in ("/", f"/{site.name}", f"/{site.name}/labels", f"/{site.name}/labels")]
    nonces = []
    for page in pages:
        policy = page.headers["content-security-policy"]
        (nonce,) = re.findall(r"script-src 'self' 'nonce-([\w-]+)'", policy)
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert scripts
        assert all(f'nonce="{nonce}"' in script for script in scripts)
        assert page.headers["x-content-type-options"] == "nosniff"
        nonces.append(nonce)
    assert len(set(nonces)) == len(nonces)


def test_a_script_in_a_store_gets_no_nonce(tmp_path: Path) -> None:
    site = Site(store_of(tmp_path, "sqlite", [v1("l1", **{"External ID": "<script>x</script>"})]))
    page = site.get(f"/{site.name}?sql=" + quote("select '<script>' as \"<script>\", external_id from data_rows"), None)
    if page.status_code == 302:
        page = site.get(page.headers["location"])
    assert "&lt;script&gt;" in page.text
    assert all("nonce=" in script for script in re.findall(r"<script[^>]*>", page.text))


def test_other_databases_are_left_alone(tmp_path: Path, site: Site) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("create table labels (label_id text, color text, url text)")
        connection.execute("insert into labels values ('x', '#ff0000', ?)", (json.dumps(list(range(200))),))
    connection.close()
    serving.application(site.file, Settings())  # the plugin is registered
    datasette = Datasette([str(other)])

    async def ask() -> list[Any]:
        await datasette.invoke_startup()
        return [await datasette.client.get(path) for path in ("/", "/other", "/other/labels", "/-/labelstore/other")]

    *pages, ours = awaited(ask)
    for page in pages:
        assert page.status_code == 200
        assert "content-security-policy" not in page.headers
        assert "labelstore" not in page.text
        assert "nonce=" not in page.text
    assert ours.status_code == 404


def test_cells_are_drawn_in_tables_views_and_queries(site: Site) -> None:
    sql = "select label_id from image_labels where objects > 0 limit 3"
    for path in ("labels", "objects", "data_rows", "polygons", "image_labels", "classifications"):
        page = site.get(f"/{site.name}/{path}").text
        assert 'class="labelstore-thumbnail"' in page, path
    asked = site.get(f"/{site.name}?sql={quote(sql)}", None)
    if asked.status_code == 302:  # Datasette 1.0 has another address for SQL
        asked = site.get(asked.headers["location"])
    assert asked.text.count('class="labelstore-thumbnail"') == 3


def test_thumbnails_have_no_ids(site: Site) -> None:
    page = site.get(f"/{site.name}/objects").text
    assert "labelstore-thumbnail" in page
    assert not re.search(r'id="o\d', page)


def test_a_page_draws_a_bounded_number_of_thumbnails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "SECONDS", 60)  # on a busy machine as on an idle one
    site = Site(store_of(tmp_path, "sqlite", [v1(f"l{number}", box("a", "f", 1, 1, 5, 5)) for number in range(120)]))
    page = site.get(f"/{site.name}/labels?_size=120").text
    assert page.count('class="labelstore-thumbnail"') == 50
    assert page.count("/label/l") >= 120


def test_colors_json_and_addresses_in_cells(tmp_path: Path) -> None:
    points = [{"x": number, "y": number} for number in range(50)]
    record = v1("l1", box("a", "f1", 1, 1, 5, 5), feature("p", "f2", polygon=points, color="#00ff00"))
    record["Labeled Data"] = "https://storage.example.com/x.jpg?Signature=secret-token&Expires=1"
    site = Site(store_of(tmp_path, "sqlite", [record]))
    objects = site.get(f"/{site.name}/objects").text
    assert 'class="labelstore-swatch"' in objects
    assert "<summary>JSON" in site.get(f"/{site.name}/polygons").text
    for path in (f"/{site.name}/data_rows", site.paths.label("l1"), site.paths.data_row("row-l1")):
        shown = re.sub(r'href="[^"]*"', "", site.get(path).text)
        assert "x.jpg" in shown
        assert "secret-token" not in shown
    assert "secret-token" not in re.sub(r'href="[^"]*"', "", site.get(f"/{site.name}/label_json").text)


@pytest.fixture
def with_assets(tmp_path: Path) -> Site:
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "picture.jpg").write_bytes(PNG)
    (folder / "page.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (tmp_path / "secret.png").write_bytes(PNG)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    names = {
        "good": "picture.jpg", "svg": "page.svg", "html": "page.html", "up": "../secret.png", "link": "link.png",
        "absolute": str(tmp_path / "secret.png"), "nul": "a\x00b", "missing": "nothing.png",
    }  # fmt: skip
    records = [v1(name, **{"External ID": external}) for name, external in names.items()]
    return Site(store_of(tmp_path, "sqlite", records), Settings(assets=str(folder)))


def test_a_picture_of_the_folder_is_served_and_drawn_on(with_assets: Site) -> None:
    href = with_assets.paths.asset("row-good")
    assert f'href="{href}"' in with_assets.get(with_assets.paths.label("good")).text
    answer = with_assets.get(href)
    assert answer.headers["content-type"] == "image/png"
    assert answer.content == PNG
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", ["svg", "html", "up", "link", "absolute", "nul", "missing"])
def test_nothing_else_is_served(with_assets: Site, name: str) -> None:
    href = with_assets.paths.asset(f"row-{name}")
    with_assets.get(href, 404)
    assert f'href="{href}"' not in with_assets.get(with_assets.paths.label(name)).text


def test_without_a_folder_nothing_is_served(site: Site) -> None:
    data_row_id = site.rows("select min(data_row_id) as id from data_rows")[0]["id"]
    site.get(site.paths.asset(data_row_id), 404)
    site.get(site.paths.mask(1), 404)


def test_remote_pictures_only_when_allowed(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1"), v1("l2", **{"Labeled Data": "javascript://x/alert(1)"})])
    closed, opened = Site(store), Site(store, Settings(remote_assets=True))
    address = "https://storage.example.com/l1.jpg"
    image = re.compile(r"<image[^>]*>")
    page = closed.get(closed.paths.label("l1"))
    assert not image.search(page.text)
    assert "img-src 'self' data:;" in page.headers["content-security-policy"]
    page = opened.get(opened.paths.label("l1"))
    assert address in image.findall(page.text)[0]
    assert "img-src 'self' data: https: http:" in page.headers["content-security-policy"]
    assert not image.search(opened.get(opened.paths.label("l2")).text)


def test_the_editor_is_linked_if_its_address_is_one(tmp_path: Path, hostile: Site) -> None:
    site = Site(store_of(tmp_path, "sqlite", [v1("l1")]))
    assert (
        'href="https://editor.example.com?project=p1&amp;label=l1" rel="noreferrer noopener nofollow">View Label<'
        in site.get(site.paths.label("l1")).text
    )
    assert ">View Label<" not in hostile.get(hostile.paths.label(HOSTILE)).text


def test_metadata_names_only_what_exists(site: Site) -> None:
    from labelstore.browsing import metadata

    columns = {table.name: {column.name for column in table.columns} for table in tables()}
    columns |= {view.name: {name for name, _ in view.columns} for view in views()}
    described = metadata.database_metadata()["tables"]
    assert set(described) == set(columns)
    for table, said in described.items():
        assert set(said["columns"]) <= columns[table]
        assert set(said.get("facets", ())) <= columns[table]
        assert {said[key] for key in ("sort", "sort_desc", "label_column") if key in said} <= columns[table]
    for table in ("loads", "rejects"):
        assert "hidden" not in described[table]


def test_tables_are_described_and_faceted(site: Site) -> None:
    page = site.get(f"/{site.name}/objects").text
    assert "one object annotation" in page
    assert "of the instance; the same in every frame of a track" in page
    assert "_facet=kind" in page or "facet-results" in page


@pytest.mark.soak
def test_every_canned_query_is_listed_and_runs(site: Site) -> None:
    front = site.get(f"/{site.name}").text
    assert site.paths.query("class-counts") in front
    for name in [*queries()][:: amount(1, 3)]:
        assert " ".join(queries()[name].description.split())[:40] in html.unescape(
            site.get(site.paths.query(name)).text
        )
        rows = site.get(f"/{site.name}/{name}.json?_shape=array").json()
        assert isinstance(rows, list), (name, rows)


def test_an_empty_field_of_a_query_is_its_default(tmp_path: Path) -> None:
    objects = [box("a", f"f{number}", 10 * number, 0, 5, 5) for number in range(20)]
    site = Site(store_of(tmp_path, "sqlite", [v1("l1", *objects)]))
    ask = f"/{site.name}/nearest-objects.json?_shape=array"
    assert len(site.get(ask).json()) == 10
    assert len(site.get(ask + "&limit=3&x=0&y=&class=").json()) == 3
    assert site.get(ask + "&class=b").json() == []


def test_tile_addresses() -> None:
    assert origin("https://{s}.tiles.example.com:8443/{z}/{x}/{y}.png") == "https://*.tiles.example.com:8443"
    for bad in ("javascript:alert(1)", "https://", "https://a b/{z}", "https://x; script-src *", None, "https://[bad"):
        assert origin(bad) is None
    serving.check_tile_url("https://tiles.example.com/{z}/{x}/{y}.png")
    for bad in ("https://tiles.example.com/{z}.png", "ftp://x/{z}/{x}/{y}"):
        with pytest.raises(UsageError, match="map tiles"):
            serving.check_tile_url(bad)


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.1.2.3", True), ("0.0.0.0", False), ("::", False),
     ("labels.example.com", False), ("192.0.2.7", False)],
)  # fmt: skip
def test_what_is_loopback(host: str, inside: bool) -> None:
    assert serving.is_loopback(host) is inside


def test_a_request_in_another_name_is_refused() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def status(host: str) -> int:
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await serving.same_host(app)({"type": "http", "headers": [(b"host", host.encode())]}, None, send)
        return int(sent[0]["status"])

    assert awaited(lambda: status("127.0.0.1:8001")) == 200
    assert awaited(lambda: status("localhost")) == 200
    assert awaited(lambda: status("[::1]:8001")) == 200
    assert awaited(lambda: status("evil.example.com:8001")) == 421
    assert awaited(lambda: status("")) == 421


def test_a_port_that_is_taken_is_told() -> None:
    with serving.listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LabelstoreError, match=f"port {port} .*--port"):
            serving.listening("127.0.0.1", port)
    with pytest.raises(LabelstoreError, match="no such host"):
        serving.listening("nowhere.invalid", 0)


def test_a_duckdb_store_is_copied_and_the_copy_is_removed(tmp_path: Path) -> None:
    store = store_of(tmp_path, "duckdb", [v1("l1", box("a", "f", 1, 1, 5, 5))])
    told: list[tuple[int, int]] = []
    with serving.as_sqlite(store, lambda done, total: told.append((done, total))) as copy:
        assert copy.name == "export.db"
        site = Site(copy)
        assert "<strong>1</strong> labels" in site.get(site.paths.overview()).text
        assert '<a href="#o' in site.get(site.paths.label("l1")).text
    assert told
    assert not copy.exists()
    assert not copy.parent.exists()


def test_frames_and_groups_of_a_label(site: Site) -> None:
    rows = site.rows(
        "select f.label_id, f.group_name, f.frame_number, count(*) as objects from frames as f"
        " join objects as o on o.frame_id = f.frame_id group by f.frame_id order by f.frame_id limit 40"
    )
    assert rows
    for row in rows:
        place = {"frame": row["frame_number"], "group": row["group_name"]}
        page = site.get(site.paths.label(row["label_id"], **place)).text
        assert page.count('<a href="#o') >= row["objects"], row
    for odd in ("frame=x", "frame=-1", "frame=99999999999999999999", "group=", "group=%00", "frame=1&frame=2"):
        site.get(site.paths.label(rows[0]["label_id"]) + "?" + odd)


def _mask_png(width: int, height: int) -> bytes:
    from PIL import Image

    written = BytesIO()
    picture = Image.new("RGB", (width, height))
    picture.paste((10, 20, 30), (0, 0, width // 2, height))
    picture.save(written, "PNG")
    return written.getvalue()


def test_masks_at_hand_are_cut_out_and_drawn(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    from PIL import Image

    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "m1.png").write_bytes(_mask_png(20, 10))
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    (tmp_path / "outside.png").write_bytes(_mask_png(20, 10))
    masks = [
        feature("Sky", name, color="#ff0000", instanceURI=f"https://storage.example.com/{name}.png?token=secret")
        for name in ("m1", "broken", "none", "..%2Foutside")
    ]
    site = Site(store_of(tmp_path, "sqlite", [v1("l1", *masks)]), Settings(assets=str(folder)))
    ids = {row["feature_id"]: row["object_id"] for row in site.rows("select object_id, feature_id from objects")}
    page = site.get(site.paths.label("l1")).text
    assert f'href="{site.paths.mask(ids["m1"])}"' in page
    assert f'href="{site.paths.mask(ids["none"])}"' not in page
    assert f'href="{site.paths.mask(ids["..%2Foutside"])}"' not in page
    answer = site.get(site.paths.mask(ids["m1"]))
    assert answer.headers["content-type"] == "image/png"
    assert "sandbox" in answer.headers["content-security-policy"]
    with Image.open(BytesIO(answer.content)) as picture:
        assert picture.size == (20, 10)
        assert picture.convert("RGBA").getpixel((1, 1)) == (255, 0, 0, 255)
        assert picture.convert("RGBA").getchannel("A").getpixel((19, 9)) == 0
    for name in ("broken", "none", "..%2Foutside"):
        site.get(site.paths.mask(ids[name]), 404)


def test_a_recording_can_be_played_and_a_text_file_is_shown(tmp_path: Path) -> None:
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "a.mp3").write_bytes(b"ID3" + bytes(100))
    (folder / "t.txt").write_text("The <b>lamp</b> is red.")
    answers = [feature("Who?", "f1", answer="Ada")]
    records = [
        v1("sound", classifications=answers) | {"External ID": "a.mp3", "Labeled Data": "https://x.example.com/a.mp3",
           "Media Type": "audio", "Asset Type": "audio"},
        v1("words", feature("Lamp", "f2", data={"location": {"start": 7, "end": 10}}, format="text.location"))
        | {"External ID": "t.txt", "Labeled Data": "https://x.example.com/t.txt"},
    ]  # fmt: skip
    site = Site(store_of(tmp_path, "sqlite", records), Settings(assets=str(folder)))
    kinds = {
        row["data_row_id"]: row["asset_type"] for row in site.rows("select data_row_id, asset_type from data_rows")
    }
    assert kinds == {"row-sound": "audio", "row-words": "text"}
    page = site.get(site.paths.label("sound")).text
    assert f'src="{site.paths.asset("row-sound")}"' in page
    assert site.get(site.paths.asset("row-sound")).headers["content-type"] == "audio/mpeg"
    page = site.get(site.paths.label("words")).text
    assert "&lt;b&gt;" in page
    assert "<b>lamp" not in page
    site.get(site.paths.asset("row-words"), 404)
