"""The vault of `labelstore fetch`: what is found in it, and that all who show or write files of assets use it."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

import labelstore
from labelstore.assets.at_hand import AssetsAtHand, at_hand
from labelstore.assets.folder import AssetFolder
from labelstore.assets.vault import Vault, remember, vault_of
from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.export.annotations import annotations
from labelstore.export.writing import export
from labelstore.mirroring import open_mirror
from labelstore.publishing import publish
from labelstore.reporting import report
from labelstore.scenes.assets import _ASSET, read_asset
from labelstore.schema.tables import CONNECTED, FOUND_IN_FILES
from tests.exporting import exported, files_of, reasons
from tests.making import ENGINES, box, feature, store_of, v1
from tests.test_queries_text import TEXT, entity, v1_text
from tests.vaulted import linked

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
MASK_URL = "https://api.example.com/masks/m1.png?token={}"


def picture(width: int = 40, height: int = 30, color: Any = (255, 0, 0), mode: str = "RGB") -> bytes:
    Image.new(mode, (width, height), color).save(written := BytesIO(), "PNG")
    return written.getvalue()


def taken(folder: Path, content: bytes) -> tuple[str, str | None]:
    """The digest and the type of content that is now in the vault."""
    folder.mkdir(exist_ok=True)
    (scratch := folder / "scratch").write_bytes(content)
    digest = sha256(content).hexdigest()
    return digest, Vault(folder).take_in(scratch, digest)


def fetched(store: Path, contents: Mapping[str, bytes]) -> Vault:
    """What `fetch` leaves: a vault beside the store with the contents of URLs, those of assets by their names."""
    linked(store, {url if "/" in url else f"https://storage.example.com/{url}": one for url, one in contents.items()})
    return Vault(store.parent / "vault")


def execute(store: Path, *statements: str) -> None:
    with open_database(store) as database:
        for statement in statements:
            database.execute(statement)


# -- what is found ----------------------------------------------------------------------------------------------------


def test_nobody_can_write_to_what_is_in_the_vault(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    found = vault.find(*taken(vault.folder, b"text"))
    assert found is not None
    assert found.stat().st_mode & 0o777 == 0o444
    assert vault.find(*taken(vault.folder, b"text")) == found


def test_a_name_that_is_no_digest_is_refused(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    (tmp_path / "secret").write_text("secret")
    digest = taken(vault.folder, b"text")[0]
    odd = (
        "../secret",
        "../../secret",
        str(tmp_path / "secret"),
        "",
        "x\0y",
        digest.upper(),
        digest[:63],
        f"{digest}\n",
    )
    for name in odd:
        assert vault.find(name, None) is None, name
        with pytest.raises(ValueError, match="is no SHA-256"):
            vault.path_of(name, None)
    for other in (b"x" * 64, 5, None, 1.5):
        assert vault.find(other, None) is None  # type: ignore[arg-type]
    found = vault.find(digest, None)
    assert found is not None
    assert found.read_bytes() == b"text"
    assert vault.find(digest, "image/png") is None
    assert vault.find(digest, "/../../secret") == found  # an unknown type has no suffix


def test_links_lead_to_nothing_outside(tmp_path: Path) -> None:
    vault, digest = Vault(tmp_path / "vault"), "ab" * 32
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / digest).write_text("secret")
    place = vault.path_of(digest, None)
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "secret")
    assert place.read_text() == "secret"
    assert vault.find(digest, None) is None
    place.unlink()
    place.symlink_to(place)
    assert vault.find(digest, None) is None
    place.unlink()
    place.parent.rmdir()
    place.parent.symlink_to(tmp_path / "ab")
    assert place.read_text() == "secret"
    assert vault.find(digest, None) is None
    (tmp_path / "other").symlink_to(vault.folder)  # of the vault itself that is the user's choice
    content = taken(vault.folder, b"text")
    assert Vault(tmp_path / "other").find(*content) is not None


@ENGINES
def test_the_store_knows_where_its_vault_is(tmp_path: Path, engine: str) -> None:
    (home := tmp_path / "home").mkdir()
    store = store_of(home, engine, [v1("a")])
    with open_database(store, read_only=True) as database:
        assert vault_of(database, store) is None
        assert at_hand(database, None) is None
    fetched(store, {})
    (tmp_path / "elsewhere").mkdir()
    moved = home.rename(tmp_path / "moved") / store.name
    with open_database(moved, read_only=True) as database:
        vault = vault_of(database, moved)
        assert vault is not None
        assert vault.folder == tmp_path / "moved" / "vault"
    with open_database(moved) as database:
        remember(database, moved, tmp_path / "elsewhere")
        vault = vault_of(database, moved)
        assert vault is not None
        assert vault.folder == tmp_path / "elsewhere"
        (tmp_path / "elsewhere").rmdir()
        assert vault_of(database, moved) is None
        for odd in (None, "", "x\0y", "missing"):
            database.execute("delete from vault")
            database.insert_rows("vault", [(odd,)])
            assert vault_of(database, moved) is None, odd


def test_a_mirror_has_the_vault_of_its_store(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a")])
    vault = fetched(store, {"a.jpg": picture()})
    with open_mirror(store) as mirror:
        assets = at_hand(mirror, None)
        assert assets is not None
        assert assets.vault is not None
        assert assets.vault.folder == vault.folder
        found = assets.file(read_asset(mirror, "row-a"))
        assert found is not None
        assert found.read_bytes() == picture()


@ENGINES
def test_the_folder_comes_first_and_the_newest_file_of_the_vault_next(tmp_path: Path, engine: str) -> None:
    """Two labels of one data row: each has its record, and that its file."""
    store = store_of(tmp_path, engine, [v1("a"), v1("b", **{"DataRow ID": "row-a", "External ID": "a.jpg"}), v1("c")])
    fetched(store, {"a.jpg": b"old", "b.jpg": b"newer", "c.jpg": b"other"})
    newer = sha256(b"newer").hexdigest()
    (folder := tmp_path / "downloaded").mkdir()
    (folder / "c.jpg").write_bytes(b"of the folder")
    with open_database(store, read_only=True) as database:
        labels = [found.label for found in annotations(database)]
        assert [(one.label_id, one.file_sha256 == newer) for one in labels] == [("a", True), ("b", True), ("c", False)]
        both, alone = (at_hand(database, given) for given in (folder, None))
        assert both is not None
        assert alone is not None
        for row in (read_asset(database, "row-a"), labels[0]):
            assert (both.text(row), alone.text(row)) == ("newer", "newer")
        row = read_asset(database, "row-c")
        assert (both.text(row), alone.text(row)) == ("of the folder", "other")
        without = AssetsAtHand(database, AssetFolder(folder), None)
        assert (without.text(labels[0]), without.text(row)) == (None, "of the folder")
        assert both.place == "the folder of assets or the vault"
        assert alone.file(read_asset(database, "unknown")) is None


def test_the_file_of_a_data_row_is_found_by_an_index(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a")])
    with open_database(store, read_only=True) as database:
        plan = [row["detail"] for row in database.query(f"explain query plan {_ASSET}", {"data_row_id": "row-a"})]
    assert any("g USING COVERING INDEX asset_files_data_row" in step for step in plan), plan
    assert any("f USING INTEGER PRIMARY KEY" in step for step in plan), plan


# -- converters -------------------------------------------------------------------------------------------------------


@ENGINES
def test_converters_take_files_and_sizes_without_options(tmp_path: Path, engine: str) -> None:
    """A v1 export tells no sizes: those of the files stand in `data_rows`."""
    records = [v1("a", box("Car", "c1", 1, 2, 3, 4)), v1("b", box("Car", "c2", 1, 2, 3, 4), **{"External ID": "b"})]
    store = store_of(tmp_path, engine, records)
    with pytest.raises(labelstore.UsageError, match="does not tell how large"):
        exported(store, "coco", "before.json")
    one, other = picture(), picture(50, 60)
    fetched(store, {"a.jpg": one, "b.jpg": other})
    out, done = exported(store, "coco", "coco.json")
    images = json.loads(out.read_bytes())["images"]
    assert [(image["width"], image["height"]) for image in images] == [(40, 30), (50, 60)]
    assert done.lossless
    out, _ = exported(store, "yolo", "yolo", split="none")
    found = files_of(out)
    assert {name: found[name] for name in found if name.startswith("images/")} == {
        "images/all/a.png": one,
        "images/all/b.png": other,
    }
    out, _ = exported(store, "voc", "voc", split="none", images="copy")
    assert files_of(out)["JPEGImages/a.png"] == one


def test_no_export_replaces_the_folder_that_the_vault_is_in(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a", box("Car", "c1", 1, 2, 3, 4))])
    vault = fetched(store, {"a.jpg": picture()})
    out, _ = exported(store, "yolo", "out", split="none")
    moved = vault.folder.rename(out / "vault")
    with open_database(store) as database:
        remember(database, store, moved)
    with pytest.raises(labelstore.UsageError, match="which is read; name another folder"):
        export(store, "yolo", out, overwrite=True, split="none")
    assert len(files_of(moved)) == 1


@ENGINES
def test_tables_name_files_as_people_do(tmp_path: Path, engine: str) -> None:
    import pyarrow.parquet as pq

    store = store_of(
        tmp_path, engine, [v1("a", box("Car", "c1", 1, 2, 3, 4)), v1_text("t", "https://storage.example.com/t.txt")]
    )
    fetched(store, {"a.jpg": picture(), "t.txt": "Grüße\r\n".encode()})
    out, _ = exported(store, "hf", "hf", split="none")
    (file,) = out.rglob("*.parquet")
    rows = {row["data_row_id"]: row for row in pq.read_table(file).to_pylist()}
    assert rows["row-a"]["image"] == {"bytes": picture(), "path": "a.png"}
    assert rows["row-t"]["text"] == "Grüße\r\n"
    out, _ = exported(store, "webdataset", "shards", split="none")
    content = b"".join(files_of(out).values())
    assert picture() in content
    assert "Grüße\r\n".encode() in content
    assert b"a.png" in content


@ENGINES
def test_texts_are_read_as_those_of_a_folder(tmp_path: Path, engine: str) -> None:
    away = "https://storage.example.com/{}.txt"
    records = [
        v1_text("a", away.format("a"), entity("Place", "e1", 15, 19)),
        v1_text("b", away.format("b"), entity("Broken", "e2", 0, 1)),
        v1_text("c", away.format("c"), entity("Away", "e3", 0, 1)),
    ]
    store = store_of(tmp_path, engine, records)
    fetched(store, {"a.txt": TEXT.encode(), "b.txt": b"\xff\xff"})
    done = CliRunner().invoke(app, ["entities", str(store), "--json"], catch_exceptions=False)
    rows = [(row["name"], row["text"], row["source"], row["problem"]) for row in json.loads(done.stdout)]
    assert rows == [
        ("Place", "Paris", "assets", None),
        ("Broken", None, None, "the file of the asset is not UTF-8 text (invalid start byte)"),
        ("Away", None, None, None),
    ]
    out, _ = exported(store, "conll", "texts.conll")
    assert "Paris" in out.read_text(encoding="utf-8")


def masked() -> list[dict[str, Any]]:
    mask = feature("Road", "m1", color="#00ff00", instanceURI=MASK_URL.format("first"))
    lost = feature("Road", "m2", color="#00ff00", instanceURI="https://api.example.com/masks/m2.png")
    return [v1("a", mask, lost)]


@ENGINES
def test_pictures_of_masks_are_found_by_their_url_without_tokens(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, masked())
    fetched(store, {"a.jpg": picture(), MASK_URL.partition("token")[0]: picture(color=255, mode="L")})
    execute(store, "delete from mask_pixels")
    out, done = exported(store, "coco", "coco.json")
    (found,) = json.loads(out.read_bytes())["annotations"]
    assert found["area"] == 40 * 30
    assert reasons(done) == {("mask", "left out", "its picture is not in the vault"): 1}


# -- pages, reports, notebooks ----------------------------------------------------------------------------------------


def served(store: Path, **settings: Any) -> Any:
    pytest.importorskip("datasette")
    from labelstore.browsing.settings import Settings
    from tests.test_browsing import Site

    return Site(store, Settings(**settings))


def test_pages_draw_on_files_of_the_vault(tmp_path: Path) -> None:
    records = [
        v1("a", box("Car", "c1", 1, 2, 3, 4)),
        v1_text("t", "https://storage.example.com/t.txt"),
    ]
    store = store_of(tmp_path, "sqlite", records)
    fetched(store, {"a.jpg": picture(), "t.txt": b"A text of the vault"})
    site = served(store)
    href = site.paths.asset("row-a")
    page = site.get(site.paths.label("a")).text
    assert f'href="{href}"' in page
    assert "40 × 30 (from its file)" in page
    assert "is not shown" not in page
    answer = site.get(href)
    assert (answer.headers["content-type"], answer.content) == ("image/png", picture())
    assert "A text of the vault" in site.get(site.paths.label("t")).text
    assert f'href="{href}"' in site.get(site.paths.gallery()).text
    site.get(site.paths.asset("row-t"), 404)  # read for its drawing, and never served


def test_pages_tell_how_much_is_fetched_and_how_to(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a", box("Car", "c1", 1, 2, 3, 4)), v1("b")])
    site = served(store)
    assert "or keep the files with labelstore fetch" in site.get(site.paths.label("a")).text
    assert "<code>labelstore fetch export.db --into DIR</code>" in site.get(site.paths.overview()).text
    fetched(store, {"a.jpg": picture()})
    with open_database(store) as database:
        database.insert_rows("assets", [("https://x", "asset", "failed", "404", *(None,) * 10)])
    page = served(store).get(site.paths.overview()).text
    assert "Labels are drawn on the files that <code>labelstore fetch</code> keeps" in page
    assert "--into DIR" not in page
    for status in ("fetched", "failed"):
        assert f'<a href="{site.paths.table("assets", status__exact=status)}">1 {status}</a>' in page
    assert "the vault has no file of this data row that can be" in site.get(site.paths.label("b")).text


def test_masks_are_cut_out_of_pictures_of_the_vault(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", masked())
    fetched(store, {"a.jpg": picture(), MASK_URL.partition("token")[0]: picture(color=255, mode="L")})
    execute(store, "delete from mask_pixels")
    site = served(store)
    ids = {row["feature_id"]: row["object_id"] for row in site.rows("select feature_id, object_id from objects")}
    assert Image.open(BytesIO(site.get(site.paths.mask(ids["m1"])).content)).size == (40, 30)
    execute(store, "update masks set color_rgb = '[1, 2, 3]', composite_url = 'https://example.com/all.png'")
    alone = Image.open(BytesIO(site.get(site.paths.mask(ids["m1"])).content))
    assert alone.getchannel("A").getextrema() == (255, 255)  # its own picture has no other instances
    site.get(site.paths.mask(ids["m2"]), 404)
    page = site.get(site.paths.label("a")).text
    assert site.paths.mask(ids["m1"]) in page
    assert site.paths.mask(ids["m2"]) not in page


def test_what_is_no_picture_or_not_in_the_vault_is_never_served(tmp_path: Path) -> None:
    names = ("svg", "html", "pdf", "up", "absolute", "link", "blob", "typed", "gone")
    store = store_of(tmp_path, "sqlite", [v1(name) for name in names])
    (tmp_path / "secret").write_bytes(picture(7, 7))
    contents = {"svg": SVG, "html": b"<html><script>alert(1)</script>", "pdf": b"%PDF-1.7\n", "typed": SVG + b" "}
    contents |= {name: name.encode() for name in names[3:] if name != "typed"}
    vault = fetched(store, {f"{name}.jpg": content for name, content in contents.items()})

    def tampered(name: str, value: str, column: str = "sha256") -> str:
        return f"update asset_files set {column} = {value} where data_row_id = 'row-{name}'"

    digest = "cd" * 32
    (link := vault.path_of(digest, "image/png")).parent.mkdir()
    link.symlink_to(tmp_path / "secret")
    execute(
        store,
        tampered("up", "'../../secret'"),
        tampered("absolute", f"'{tmp_path / 'secret'}'"),
        tampered("link", f"'{digest}'"),
        tampered("link", "'image/png'", "media_type"),
        tampered("blob", "x'00'"),
        tampered("typed", "'../../../secret'", "media_type"),
        tampered("gone", f"'{'ef' * 32}'"),
    )
    site = served(store)
    for name in names:
        site.get(site.paths.asset(f"row-{name}"), 404)
        assert "vault has no file of this data row that can be" in site.get(site.paths.label(name)).text, name


def test_the_copy_of_a_duckdb_store_knows_the_vault(tmp_path: Path) -> None:
    pytest.importorskip("datasette")
    from labelstore.browsing.serving import as_sqlite

    store = store_of(tmp_path, "duckdb", [v1("a")])
    fetched(store, {"a.jpg": picture()})
    with as_sqlite(store) as copy:
        assert copy.parent != tmp_path
        site = served(copy)
        assert site.get(site.paths.asset("row-a")).content == picture()


@ENGINES
def test_reports_and_notebooks_show_pictures_of_the_vault(tmp_path: Path, engine: str) -> None:
    store = store_of(tmp_path, engine, [v1("a", box("Car", "c1", 1, 2, 3, 4))])
    report(store, tmp_path / "before.html")
    assert "Assets were not given" in (tmp_path / "before.html").read_text(encoding="utf-8")
    fetched(store, {"a.jpg": picture()})
    report(store, tmp_path / "after.html")
    page = (tmp_path / "after.html").read_text(encoding="utf-8")
    assert "data:image/jpeg;base64," in page
    assert "Assets were not given" not in page
    with labelstore.open(store) as opened:
        shown: Iterable[str | None] = (opened.gallery()._repr_html_(), opened.label("a")._repr_html_())
        for html in shown:
            assert html is not None
            assert "data:image/jpeg;base64," in html


# -- copies for others ------------------------------------------------------------------------------------------------


@ENGINES
def test_published_copies_tell_nothing_of_what_was_exchanged(tmp_path: Path, engine: str) -> None:
    """Neither where the vault is, nor URLs, ids and files; sizes that only files tell are gone with them."""
    store = store_of(tmp_path, engine, masked())
    vault = fetched(store, {"a.jpg": picture(), MASK_URL.partition("token")[0]: picture(color=255, mode="L")})
    with open_database(store) as database:
        database.insert_rows("pulls", [(1, *(None,) * 13)])
        database.insert_rows("sent", [("project/p1", "uuid-1", *(None,) * 6)])
        for table in (*CONNECTED, *FOUND_IN_FILES):
            assert database.value(f"select count(*) from {table}"), table
    publish(store, tmp_path / "public.db")
    with open_database(tmp_path / "public.db", read_only=True) as database:
        for table in (*CONNECTED, *FOUND_IN_FILES):
            assert database.value(f"select count(*) from {table}") == 0, table
        assert list(database.query("select width, size_source from data_rows").rows) == [(None, None)]
    content = (tmp_path / "public.db").read_bytes()
    for word in (str(vault.folder), "uuid-1", sha256(picture()).hexdigest()):
        assert word.encode() not in content
