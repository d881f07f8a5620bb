"""Exports at URLs: in a file system of fsspec in memory, and on a web server that behaves badly."""

import gzip
import io
import json
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.registry import _registry
from typer.testing import CliRunner, Result

import labelstore
from labelstore.cli import app
from labelstore.errors import InputError, UsageError
from labelstore.files import open_sources, urls
from labelstore.files.urls import is_url, shown_url
from labelstore.inputs.detection import detect
from labelstore.loading import load
from labelstore.loading.frames_files import FramesFolder
from labelstore.verifying import verify
from tests.making import v1

TOKEN = "X-Amz-Signature=secret"
LINES = b"".join(json.dumps(v1(f"label-{number}")).encode() + b"\n" for number in range(3))
OTHER = json.dumps(v1("other")).encode() + b"\n"


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    system.pipe(
        {
            "/exports/a.ndjson": LINES,
            "/exports/deep/b.ndjson.gz": gzip.compress(OTHER),
            "/exports/readme.txt": b"These are exports.",
            "/exports/.hidden.ndjson": b"no export",
            "/pictures/x.txt": b"hello",
        }
    )
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


@pytest.mark.parametrize("name", ["x.db", "x.duckdb"])
def test_frames_files_in_a_folder(tmp_path: Path, memory: Any, name: str) -> None:
    """Those in folders below it are not meant."""
    labels = [v1(label) | {"Label": {"frames": f"https://example.com/{label}.ndjson?x"}} for label in ("a", "b", "c")]
    frames = json.dumps({"frameNumber": 1, "objects": []}).encode()
    memory.pipe({f"/frames/{path}": frames for path in ("a.ndjson", "b", "deep/c.ndjson", "[d]*.ndjson")})
    memory.pipe("/exports/a.ndjson", b"\n".join(json.dumps(label).encode() for label in labels))
    report = load(tmp_path / name, "memory://exports/a.ndjson", frames="memory://frames")
    assert (report.frames_files, report.frames_missing) == (2, 1)
    assert names(tmp_path / name) == [
        f"memory:///{path}" for path in ("exports/a.ndjson", "frames/a.ndjson", "frames/b")
    ]
    assert verify(tmp_path / name, "memory://exports/a.ndjson", frames="memory://frames/").equal == 5
    assert FramesFolder("memory://frames").find("[d]*", None, "") == "memory://frames/[d]*.ndjson"
    assert [source.name for source in open_sources(["memory://frames/[d]*.ndjson"])] == ["memory:///frames/[d]*.ndjson"]
    assert "memory://none: is no folder" in failed(
        "load", tmp_path / "y.db", "memory://exports/a.ndjson", "--frames", "memory://none"
    )


def test_a_name_that_looks_like_a_pattern(tmp_path: Path, memory: Any) -> None:
    memory.pipe("/exports/[a].ndjson", OTHER)
    assert [file.name for file in load(tmp_path / "x.db", "memory://exports/[a].ndjson").files] == [
        "memory:///exports/[a].ndjson"
    ]
    assert load(tmp_path / "x.db", "memory://exports/?.ndjson").total("added") == 3


class Handler(BaseHTTPRequestHandler):
    """A web server without HEAD and without byte ranges, as signed links often are."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        content = {"/a.ndjson": LINES, "/a.ndjson.gz": gzip.compress(LINES)}.get(path, LINES)
        if path == "/moved":
            self.answer(302, location=f"/a.ndjson?{TOKEN}")
        elif path == "/signed" and self.path != f"/signed?a=%2F%2B&{TOKEN}":
            self.answer(403)
        elif path == "/missing":
            self.answer(404)
        elif path == "/broken":
            self.answer(500)
        elif path == "/silent":
            time.sleep(1.5)
        elif path == "/truncated":
            self.answer(200, content[:-100], length=len(content))
        elif path == "/slow":
            self.answer(200, length=len(content))
            for start in range(0, len(content), 300):
                time.sleep(0.01)
                self.wfile.write(content[start : start + 300])
        elif path == "/endless":
            self.answer(200, content)
        else:
            self.answer(200, content, length=len(content))

    def do_HEAD(self) -> None:
        self.answer(403)

    def answer(self, status: int, content: bytes = b"", length: int | None = None, location: str = "") -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def failed(*arguments: object) -> str:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


def names(path: Path) -> list[str]:
    with labelstore.open(path) as store:
        return [name for (name,) in store.query("select file_name from loads order by load_id").rows]


def no_copies(folder: Path) -> bool:
    return not list(folder.glob("labelstore-*"))


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.mark.parametrize("name", ["x.db", "x.duckdb"])
def test_a_file_a_pattern_and_a_folder(tmp_path: Path, memory: Any, temporary: Path, name: str) -> None:
    store = tmp_path / name
    report = load(store, "memory://exports/a.ndjson")
    assert (report.total("added"), names(store)) == (3, ["memory:///exports/a.ndjson"])
    again = load(store, ["memory://exports/*.ndjson"])
    assert (again.total("added"), again.total("unchanged")) == (0, 3)
    whole = load(store, "memory://exports")
    assert (whole.total("added"), whole.total("unchanged")) == (1, 3)
    (note,) = whole.notes
    assert note.startswith("memory:///exports: passed over what is no export in it: readme.txt (text that begins with")
    assert names(store)[-1] == "memory:///exports/deep/b.ndjson.gz"
    checked = verify(store, ["memory://exports"])
    assert (checked.equal, checked.different) == (4, 0)
    assert [found.generation for found in detect("memory://exports")] == ["v1", "v1"]
    assert no_copies(temporary)


def test_a_zip_archive_in_a_folder(tmp_path: Path, memory: Any, temporary: Path) -> None:
    for name, members in {"exports.zip": {"a.ndjson": LINES}, "pictures.zip": {"x.jpg": b"\xff\xd8"}}.items():
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        memory.pipe(f"/zips/{name}", packed.getvalue())
    report = load(tmp_path / "x.db", "memory://zips")
    assert [file.name for file in report.files] == ["memory:///zips/exports.zip!a.ndjson"]
    assert [found.name for found in detect("memory://zips/exports.zip")] == ["memory:///zips/exports.zip!a.ndjson"]
    assert no_copies(temporary)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory://exports/none.ndjson", "memory:///exports/none.ndjson: no such file"),
        ("memory://exports/*.csv", "no file matches this pattern"),
        ("memory://pictures", "is a folder without an export; in it: x.txt"),
        ("memory://pictures/x.txt", "x.txt"),
        ("nothing://bucket/x.ndjson", "is no path and no URL that fsspec knows"),
    ],
)
def test_what_is_not_there(tmp_path: Path, memory: Any, url: str, message: str, temporary: Path) -> None:
    with pytest.raises(InputError) as error:
        load(tmp_path / "x.db", url)
    assert message in str(error.value)
    assert not (tmp_path / "x.db").exists()
    assert no_copies(temporary)


@pytest.mark.parametrize("path", ["a.ndjson", "a.ndjson.gz", "moved", "slow", "endless", f"signed?a=%2F%2B&{TOKEN}"])
def test_a_web_server(tmp_path: Path, web: str, path: str, temporary: Path) -> None:
    store, seen = tmp_path / "x.db", []
    user = web.replace("http://", "http://ann:pw@")
    report = load(store, f"{user}/{path}", progress=lambda reading: seen.append(reading.name))
    assert report.total("added") == 3
    assert names(store) == [f"{web}/{path}".partition("?")[0]]
    assert set(seen) == set(names(store))
    assert verify(store, [f"{web}/{path}"]).equal == 3
    assert [found.records for found in detect(f"{web}/{path}")] == [3]
    assert no_copies(temporary)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing", "no such file"),
        ("signed", "may not be read; a signed link may have expired"),
        ("broken", "the server answered with status 500"),
        ("truncated", "the connection broke before its end; try again"),
        ("silent", "try again"),
    ],
)
def test_a_web_server_that_fails(
    tmp_path: Path, web: str, path: str, message: str, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urls, "SECONDS_OF_SILENCE", 0.5)
    url = f"{web}/{path}?x=1&token=secret"
    store = tmp_path / "x.db"
    text = failed("load", store, url)
    assert message in text
    assert "secret" not in text
    assert f"{web}/{path}: " in text
    assert len(text.splitlines()) == 1
    assert not store.exists()
    assert no_copies(temporary)


def test_a_failing_file_among_others_stores_nothing(tmp_path: Path, web: str) -> None:
    store = tmp_path / "x.db"
    load(store, f"{web}/a.ndjson")
    (tmp_path / "own.ndjson").write_bytes(OTHER)
    with pytest.raises(InputError, match="truncated"):
        load(store, [tmp_path / "own.ndjson", f"{web}/truncated"])
    assert len(names(store)) == 1


def test_nobody_listens(tmp_path: Path) -> None:
    text = failed("detect", "http://127.0.0.1:9/x.ndjson?token=secret")
    assert "http://127.0.0.1:9/x.ndjson: cannot be reached (" in text
    assert "secret" not in text


def test_diff_of_two_urls(web: str, memory: Any) -> None:
    memory.pipe("/exports/more.ndjson", LINES + OTHER)
    shown = run("diff", f"{web}/a.ndjson?{TOKEN}", "memory://exports/more.ndjson", "--totals").stdout
    assert "1 added" in shown
    assert "secret" not in shown


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    text = failed("load", tmp_path / "x.db", "s3://bucket/x.ndjson")
    assert "pip install 'labelstore-db[urls]'" in text
    assert "s3://bucket/x.ndjson" in text


def test_without_the_package_of_a_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(_registry, "s3", raising=False)  # where an earlier test has found it
    text = failed("load", tmp_path / "x.db", "s3://bucket/*.ndjson")
    assert "pip install s3fs" in text


def test_without_the_package_of_the_web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    text = failed("load", tmp_path / "x.db", f"https://example.com/x.ndjson?{TOKEN}")
    assert "pip install 'labelstore-db[urls]'" in text
    assert "secret" not in text


def test_a_url_that_became_a_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give the URL as text"):
        load(tmp_path / "x.db", Path("https://example.com/x.ndjson"))
    folder = tmp_path / "https:"
    folder.mkdir()
    (folder / "x.ndjson").write_bytes(LINES)
    assert load(tmp_path / "x.db", folder / "x.ndjson").total("added") == 3


@pytest.mark.parametrize("name", ["x.json", "./x", "C:\\x.json", "C:/x.json", "a:b.json", "-", "http:/x", "://x"])
def test_paths_are_no_urls(name: str) -> None:
    assert not is_url(name)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ann:pw@example.com:8/a%20b.json?token=x#y", "https://example.com:8/a%20b.json"),
        ("s3://bucket/a/b.ndjson.gz", "s3://bucket/a/b.ndjson.gz"),
        ("http://[broken/x?token=y", "http://[broken/x"),
    ],
)
def test_what_is_shown_of_a_url(url: str, shown: str) -> None:
    assert shown_url(url) == shown
