"""`labelstore browse` as a command: what it refuses, warns of and says."""

import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.making import ENGINES, store_of, v1

pytest.importorskip("datasette")
ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "cli.py"), "browse", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_of(tmp_path_factory.mktemp("browse"), "sqlite", [v1("l1")])


def _error(*arguments: str) -> str:
    done = run(*arguments)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_what_cannot_be_shown_is_told(store: Path, tmp_path: Path) -> None:
    assert "does not exist" in _error(str(tmp_path / "none.db"))
    (tmp_path / "text.db").write_text("no store at all, but a text that is long enough")
    assert "neither a SQLite nor a DuckDB file" in _error(str(tmp_path / "text.db"))
    assert "is no folder" in _error(str(store), "--assets", str(tmp_path / "none"))
    assert "map tiles" in _error(str(store), "--tile-url", "javascript:alert(1)")
    assert "no such host" in _error(str(store), "--host", "nowhere.invalid")


def test_a_port_that_is_in_use_is_told(store: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = _error(str(store), "--port", str(port))
    assert f"port {port}" in said
    assert "--port" in said


def test_the_extra_to_install_is_named(store: Path) -> None:
    code = (
        "import sys; sys.modules['datasette'] = None\n"
        "from labelstore.cli import main\n"
        f"sys.argv = ['labelstore', 'browse', {str(store)!r}]\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert "pip install 'labelstore-db[browse]'" in done.stderr
    assert "Traceback" not in done.stderr


def _first_words(store: Path, *options: str) -> tuple[str, str]:
    command = [sys.executable, str(ROOT / "cli.py"), "browse", str(store), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline()
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert process.returncode == 143
    return url, said


def test_it_warns_of_others_who_can_see_the_store(store: Path) -> None:
    url, said = _first_words(store, "--host", "0.0.0.0")
    assert url.startswith("http://0.0.0.0:")
    assert "not published" in said
    assert "labelstore publish" in said
    _, said = _first_words(store)
    assert "published" not in said


def test_a_published_store_may_be_shown_to_others(store: Path, tmp_path: Path) -> None:
    from labelstore.publishing import publish

    publish(store, tmp_path / "public.db")
    url, said = _first_words(tmp_path / "public.db", "--host", "0.0.0.0")
    assert url.startswith("http://")
    assert "published" not in said


def test_a_copy_of_a_duckdb_store_is_announced_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of(tmp_path, "duckdb", [v1("l1")])
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    _, said = _first_words(store)
    assert "copied to a temporary file" in said
    assert list(scratch.iterdir()) == []


ODD = "a/b ../?#%é"


def _known(engine: str, folder: Path) -> Path:
    """A label with all kinds of names, one with an odd id, and an external id that two data rows have."""
    named = v1("l1") | {"DataRow ID": "d1", "External ID": "street.jpg", "Global Key": "key-1"}
    odd = v1(ODD) | {"DataRow ID": "d2", "External ID": "twin.jpg"}
    twin = v1("l3") | {"DataRow ID": "d3", "External ID": "twin.jpg"}
    return store_of(folder, engine, [named, odd, twin])


@pytest.mark.sampled(4)
@ENGINES
def test_ids_print_the_addresses_of_their_pages(engine: str, tmp_path: Path) -> None:
    store = _known(engine, tmp_path)
    names = ["l1", "d1", "street.jpg", "key-1", ODD]
    command = [sys.executable, str(ROOT / "cli.py"), "browse", str(store), *names, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        urls = [process.stdout.readline().strip() for _ in names]
        try:
            pages = [urlopen(url).read().decode() for url in urls]
        finally:
            process.terminate()
            process.communicate(timeout=30)
    kinds = [url.split("/-/labelstore/")[1].split("/")[1] for url in urls]
    assert kinds == ["label", "data-row", "data-row", "data-row", "label"]
    assert all("street.jpg" in page for page in pages[:4])
    assert "a/b ../?#%é" in pages[4]


@ENGINES
def test_unknown_and_ambiguous_ids_are_told_before_anything_is_served(engine: str, tmp_path: Path) -> None:
    store = _known(engine, tmp_path)
    said = _error(str(store), "l1", "nothing.jpg", "--port", "0")
    assert "nothing.jpg: no label or data row" in said
    assert "labelstore search" in said
    said = _error(str(store), "twin.jpg", "--port", "0")
    assert "2 data rows" in said
    assert "d2, d3" in said


def test_the_first_id_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from labelstore.browsing import serving
    from labelstore.cli.commands.browse import browse

    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr(serving, "serve", lambda datasette, listener, host, ready: ready())
    browse(_known("sqlite", tmp_path), ["street.jpg", "l1"], port=0, open_browser=True)
    (url,) = opened
    assert url.endswith("/-/labelstore/export/data-row/d1")
