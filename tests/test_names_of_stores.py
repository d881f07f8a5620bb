"""A path is a path: no name of a store is special, and one that an engine cannot open is refused before it is made."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from labelstore.browsing.serving import application, as_sqlite
from labelstore.browsing.settings import Settings
from labelstore.engines import SQLITE, engine_at, open_database
from labelstore.errors import StoreError
from labelstore.loading import load
from labelstore.publishing import publish
from labelstore.query.search import index
from labelstore.upgrading import upgrade
from labelstore.verifying import verify
from tests.making import box, v1
from tests.test_cli import failed, run

STEMS = ["file:x", "a#b", "a%20b", "a'b\"", "-x", " a b ", "new\nline", "[a]*", "md:x", "s3:x", "sqlite:x", "~x", "é"]
NAMES = [
    ":memory:",
    "file:x.db?mode=memory",
    "a?b.db",
    *(stem + suffix for stem in STEMS for suffix in (".db", ".duckdb")),
]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "stores").mkdir()
    monkeypatch.chdir(tmp_path / "stores")
    path = tmp_path / "export.json"
    path.write_text(json.dumps([v1("a", box("Car", "c1", 1, 2, 3, 4))]))
    return path


@pytest.mark.sampled(10)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_file(name: str, export: Path) -> None:
    assert load(name, export).total("added") == 1
    assert load(name, export).total("unchanged") == 1
    assert verify(name, export).ok
    assert run("query", "--", name, "select label_id from labels").stdout == '{"label_id":"a"}\n'
    assert upgrade(name).from_version == upgrade(name).to_version
    if engine_at(name) is SQLITE:
        assert index(name).texts
        assert run("search", "--", name, "Car").exit_code == 0
        with as_sqlite(Path(name)) as store:
            application(store, Settings())
            with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:  # as Datasette does
                assert connection.execute("select count(*) from labels").fetchone() == (1,)
    publish(name, export.with_name("copy.db"))
    made = {path.name.removesuffix("-wal").removesuffix("-shm") for path in Path().iterdir()}
    assert made == {name}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a?b.duckdb", "DuckDB opens no path with a ?; rename the file or its folder"),
        ("b\udcff.db", "is no UTF-8 text, which both engines ask of a path; rename it"),
        ("b\udcff.duckdb", "is no UTF-8 text, which both engines ask of a path; rename it"),
        ("x" * 230 + ".db", "has too long a name"),
        ("x" * 230 + ".duckdb", "has too long a name"),
        ("loop.db", "is a link that leads nowhere; name a file"),
    ],
)
def test_a_name_that_cannot_be_opened_is_refused_before_anything_is_written(
    name: str, reason: str, export: Path
) -> None:
    os.symlink("loop.db", "loop.db")
    assert reason in failed("load", name, export)
    assert os.listdir() == ["loop.db"]
    assert "Traceback" not in failed("stats", name)


def test_a_folder_with_a_question_mark(export: Path) -> None:
    os.mkdir("what?")
    with pytest.raises(StoreError, match="rename the file or its folder"):
        load("what?/labels.duckdb", export)
    assert os.listdir("what?") == []
    assert load("what?/labels.db", export).total("added") == 1


@pytest.mark.parametrize("suffix", [".db", ".duckdb"])
def test_a_link_stays_a_link(suffix: str, export: Path) -> None:
    os.mkdir("real")
    link, target = Path(f"link{suffix}"), Path("real") / f"store{suffix}"
    for content in (None, b""):
        link.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        if content is not None:
            target.write_bytes(content)
        link.symlink_to(target)
        assert load(link, export).total("added") == 1
        assert link.is_symlink()
        assert load(target, export).total("unchanged") == 1
        with open_database(link, read_only=True) as database:
            assert database.value("select count(*) from labels") == 1
    assert {path.name for path in Path().iterdir()} == {link.name, "real"}
    lost = Path(f"lost{suffix}")
    lost.symlink_to(Path("none") / "store")
    with pytest.raises(StoreError, match="its folder does not exist"):
        load(lost, export)
    assert lost.is_symlink()


@pytest.mark.parametrize("suffix", [".db", ".duckdb"])
def test_an_upgrade_through_a_link(suffix: str, export: Path) -> None:
    fixture = Path(__file__).parent / "fixtures" / "stores" / f"version-3{suffix}"
    os.mkdir("real")
    target, link = Path("real") / f"store{suffix}", Path(f"link{suffix}")
    target.write_bytes(fixture.read_bytes())
    link.symlink_to(target)
    done = upgrade(link, keep=True)
    assert done.from_version == 3
    assert link.is_symlink()
    with open_database(target, read_only=True):
        pass
    assert done.kept is not None
    kept = Path(done.kept)
    assert not kept.is_symlink()
    with pytest.raises(StoreError, match="version 3"):
        open_database(kept, read_only=True)
