"""Fetching over loopback: each thing once, whole, and what is not to be had with its reason."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import labelstore
from labelstore.connected.fetching.expiry import expires_at
from labelstore.connected.fetching.wanted import Selection
from labelstore.engines import open_database
from labelstore.errors import StoreError
from labelstore.figures import bytes_in
from labelstore.loading import load
from tests.asset_server import Asked, AssetServer, Reply, png, serving, zipped
from tests.fetched import QUICK, fetched, files_in, ledger, line, store_at
from tests.lines import label, thing
from tests.making import ENGINES, store_of, v1
from tests.soaking import amount
from tests.test_cli import failed, run

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def server() -> Any:
    with serving() as running:
        yield running


@ENGINES
def test_each_thing_is_fetched_once_though_ten_urls_lead_to_it(
    tmp_path: Path, engine: str, server: AssetServer
) -> None:
    urls = [f"{server.serve('/a.png')}?token={number}" for number in range(10)]
    store = store_at(tmp_path, [*urls, server.serve("/same.png")], engine)
    outcome = fetched(store, server)
    assert server.requests == {"/a.png": 1, "/same.png": 1}
    assert (outcome.fetched, outcome.had, outcome.not_fetched) == (2, 0, 0)
    digest = sha256(png()).hexdigest()
    assert files_in(tmp_path / "vault") == [f"{digest}.png"]
    row = ("fetched", "asset", digest, len(png()), "image/png", 0)
    assert set(ledger(store, "status", "role", "sha256", "bytes", "media_type", "attempts").values()) == {row}
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from assets where url like '%token%'") == 0
        assert database.value("select count(*) from data_rows where width = 4 and size_source = 'file'") == 11
    again = fetched(store, server)
    assert (again.asked, again.had) == (0, 2)
    assert len(server.asked) == 2


STATUSES = {
    "/empty": (Reply(status=204), "empty", "there is nothing (204)", 1),
    "/none": (Reply(b""), "empty", "has no content", 1),
    "/401": (Reply(status=401), "refused", "not without a login (401)", 1),
    "/403": (Reply(status=403), "refused", "not without a login (403)", 1),
    "/404": (Reply(status=404), "missing", "there is nothing any more, or never was (404)", 1),
    "/410": (Reply(status=410), "missing", "there is nothing any more, or never was (410)", 1),
    "/418": (Reply(status=418), "failed", "answered 418", 1),
    "/400": (Reply(b"<Error><Code>ExpiredToken</Code></Error>", 400), "expired", "the link has expired (400)", 1),
    "/500": (Reply(status=500), "failed", "the server is busy or out of order (500)", 4),
    "/short": (Reply(png(), length=900), "failed", "the answer ends too early, or is no HTTP", 4),
    "/long": (Reply(png(), length=20, sent=20), "failed", "is a picture that is cut", 1),
    "/chunks": (Reply(png(), chunked=True, sent=40), "failed", "the answer ends too early, or is no HTTP", 4),
    "/until-closed": (Reply(png(), length=-1, sent=50), "failed", "is a picture that is cut", 1),
    "/page": (
        Reply(b"<!doctype html><title>Sign in</title>", headers={"Content-Type": "image/png"}),
        "failed",
        "is an HTML or XML page in place of an image",
        1,
    ),
    "/storage": (
        Reply(b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"),
        "failed",
        "is the answer of a file storage, AccessDenied",
        1,
    ),
    "/json": (Reply(b'{"error": "no"}'), "failed", "is JSON in place of an image", 1),
    "/brotli": (
        Reply(png(), headers={"Content-Encoding": "br"}),
        "failed",
        "is encoded as br, which was not asked for",
        1,
    ),
    "/no-gzip": (
        Reply(png(), headers={"Content-Encoding": "gzip"}),
        "failed",
        "is not encoded as it says (Error -3 while decompressing data: incorrect header check)",
        4,
    ),
    "/cut-gzip": (Reply(zipped(png())[:-12], headers={"Content-Encoding": "gzip"}), "failed", "ends too early", 4),
    "/large": (Reply(b"x" * 5000), "failed", "is larger than 4 kB; --max-size allows more", 1),
    "/bomb": (
        Reply(zipped(bytes(9_000_000)), headers={"Content-Encoding": "gzip"}),
        "failed",
        "is larger than 4 kB; --max-size allows more",
        1,
    ),
    "/endless": (
        Reply(b"x" * 100, endless=True, chunked=True),
        "failed",
        "is larger than 4 kB; --max-size allows more",
        1,
    ),
}
GOOD = {
    "/gzip": Reply(zipped(png(1)), headers={"Content-Encoding": "gzip"}),
    "/chunked": Reply(png(2), chunked=True, piece=7),
    "/until-end": Reply(png(3), length=-1),
    "/slow": Reply(png(4), pause=0.01, piece=10),
    "/says-html": Reply(png(5), headers={"Content-Type": "text/html"}),
    "/jpeg": Reply(b"\xff\xd8\xff\xe0 no more than a head"),
}


def test_what_servers_do_is_told_apart(tmp_path: Path, server: AssetServer) -> None:
    replies = {path: reply for path, (reply, *_) in STATUSES.items()} | GOOD
    for path, reply in replies.items():
        server.routes[path] = lambda _, reply=reply: reply  # type: ignore[misc]
    store = store_at(tmp_path, [server.url(path) for path in replies])
    outcome = fetched(store, server, QUICK._replace(max_size=4000))
    told = ledger(store, "status", "reason")
    assert {path: told[path] for path in STATUSES} == {path: row[1:3] for path, row in STATUSES.items()}
    assert {told[path][0] for path in GOOD} == {"fetched"}
    assert server.requests == {path: row[3] for path, row in STATUSES.items()} | dict.fromkeys(GOOD, 1)
    attempts = ledger(store, "attempts")
    assert {path: attempts[path] for path in STATUSES} == {
        path: (0 if row[1] == "empty" else row[3],) for path, row in STATUSES.items()
    }
    assert outcome.fetched == len(GOOD)
    assert {name.partition(".")[2] for name in files_in(tmp_path / "vault")} == {"png", "jpg"}
    before = server.requests
    again = fetched(store, server, QUICK._replace(max_size=4000, attempts=1))
    assert server.requests - before == dict.fromkeys((path for path, row in STATUSES.items() if row[1] != "empty"), 1)
    assert (again.had, again.fetched) == (len(GOOD) + 2, 0)


def test_gzip_of_a_cut_transport_is_not_taken_for_a_file(tmp_path: Path, server: AssetServer) -> None:
    url = server.serve("/a.txt", zipped(b"words " * 1000)[:-9], headers={"Content-Encoding": "gzip"})
    store = store_at(tmp_path, [url], asset_type="text")
    assert fetched(store, server).not_fetched == 1
    assert files_in(tmp_path / "vault") == []


def test_a_server_that_is_busy_is_asked_again(tmp_path: Path, server: AssetServer) -> None:
    def first(status: int, headers: dict[str, str]) -> Any:
        return lambda asked: Reply(png(), 200 if asked.number > 1 else status, headers if asked.number == 1 else {})

    server.routes["/503"] = first(503, {})
    server.routes["/429"] = first(429, {"Retry-After": "1"})
    server.routes["/cut"] = lambda asked: Reply(png(), sent=None if asked.number > 1 else 10)
    store = store_at(tmp_path, [server.url(path) for path in ("/503", "/429", "/cut")])
    started = time.monotonic()
    outcome = fetched(store, server)
    assert time.monotonic() - started >= 1
    assert (outcome.fetched, outcome.not_fetched) == (3, 0)
    assert set(server.requests.values()) == {2}


def test_a_server_that_asks_for_a_long_pause_is_left_alone(tmp_path: Path, server: AssetServer) -> None:
    paths = [f"/{number}" for number in range(20)]
    for path in paths:
        server.serve(path, status=429, headers={"Retry-After": "3600"})
    store = store_at(tmp_path, [server.url(path) for path in paths])
    outcome = fetched(store, server, QUICK._replace(jobs=2))
    assert len(server.asked) <= 2
    assert outcome.is_only_busy
    assert len(ledger(store)) == len(server.asked)
    result = run("fetch", store, "--allow-host", server.place, "--allow-private", "--jobs", "1")
    assert result.exit_code == 75
    assert "asks to come back in 1 h 0 min" in result.stdout or "asks to come back in 59 min" in result.stdout


def test_redirects_are_followed_one_by_one(tmp_path: Path, server: AssetServer) -> None:
    def to(location: str, status: int = 302) -> Reply:
        return Reply(status=status, headers={"Location": location, "Set-Cookie": "a=b"})

    for number in range(1, 6):
        server.routes[f"/hop{number}"] = lambda _, at=number: to(f"hop{at + 1}" if at < 5 else "/end")  # type: ignore[misc]
    server.routes["/hop0"] = lambda _: to("/hop1", 307)
    server.serve("/end")
    targets = {
        "/other": "http://other.example.com/a.png",
        "/metadata": "http://169.254.169.254/latest/meta-data/",
        "/file": "file:///etc/passwd",
        "/name": f"http://localhost:{server.server.server_port}/end",
        "/user": f"http://me:secret@{server.place}/end",
        "/nonsense": "http://[::1",
    }
    for path, target in targets.items():
        server.routes[path] = lambda _, target=target: to(target)  # type: ignore[misc]
    store = store_at(tmp_path, [server.url(path) for path in ("/hop0", "/hop1", *targets)])
    fetched(store, server)
    told = ledger(store)
    assert told["/hop1"] == ("fetched", None)
    assert told["/hop0"] == ("failed", "more than 5 redirects")
    assert told["/other"] == (
        "refused",
        "other.example.com is not allowed; --allow-host other.example.com would",
    )
    assert told["/metadata"][1] == "169.254.169.254 is not allowed; --allow-host 169.254.169.254 would"
    assert told["/file"] == ("refused", "file: only http and https are asked")
    assert str(told["/name"][1]).startswith("localhost:")
    assert told["/user"] == ("refused", "has a user or a password in it")
    assert told["/nonsense"][0] == "refused"
    assert not any("cookie" in asked.headers or "authorization" in asked.headers for asked in server.asked)


@pytest.mark.soak
def test_a_second_run_asks_only_for_what_failed(tmp_path: Path, server: AssetServer) -> None:
    count = amount(5000, 300)
    fails = {f"/{number}.png" for number in range(0, count, 10)}
    for number in range(count):
        path = f"/{number}.png"
        server.routes[path] = lambda asked, number=number, path=path: (  # type: ignore[misc]
            Reply(status=404) if path in fails and asked.number == 1 else Reply(png(number))
        )
    store = store_at(tmp_path, [f"{server.url(f'/{number}.png')}?token=t{number}" for number in range(count)])
    first = fetched(store, server)
    assert (first.fetched, first.statuses["missing"]) == (count - len(fails), len(fails))
    assert len(files_in(tmp_path / "vault")) == count - len(fails)
    before = server.requests
    second = fetched(store, server)
    assert server.requests - before == dict.fromkeys(fails, 1)
    assert (second.fetched, second.had) == (len(fails), count - len(fails))


class Halfway:
    """A process that fetches `count` of `paths` from a server, and then waits for two of them."""

    def __init__(self, folder: Path, server: AssetServer, engine: str = "sqlite", count: int = 30) -> None:
        self.paths = [f"/{number}.png" for number in range(2 * count)]
        self.goes_on = threading.Event()
        self._turns = itertools.count()
        for number, path in enumerate(self.paths):
            server.routes[path] = lambda _, number=number: self._answer(number, count)  # type: ignore[misc]
        self.store, self.vault = store_at(folder, [server.url(path) for path in self.paths], engine), folder / "vault"
        allowed = ["--allow-host", server.place, "--allow-private", "--jobs", "2"]
        command = [sys.executable, str(ROOT / "cli.py"), "fetch", str(self.store), "--into", str(self.vault), *allowed]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        while len(server.asked) < count + 2 and self.process.poll() is None:
            time.sleep(0.01)

    def _answer(self, number: int, count: int) -> Reply:
        if next(self._turns) >= count:
            self.goes_on.wait()
        return Reply(png(number))

    def end(self, number: int) -> str:
        """End the process by this signal; what it said."""
        self.process.send_signal(number)
        _, said = self.process.communicate()
        self.goes_on.set()
        return said


@ENGINES
def test_a_killed_run_goes_on(tmp_path: Path, engine: str, server: AssetServer) -> None:
    run = Halfway(tmp_path, server, engine)
    noted: set[str] = set()
    while len(noted) < 30 and run.process.poll() is None:
        time.sleep(0.05)
        with suppress(StoreError):  # the other process has it open
            noted = set(ledger(run.store))
    run.end(signal.SIGKILL)
    assert len(noted) == 30
    asked = server.requests
    leftover = run.vault / f".fetch-{run.process.pid}-9999.part"
    leftover.write_bytes(b"half")
    outcome = fetched(run.store, server)
    assert (outcome.fetched, outcome.had) == (30, 30)
    assert server.requests - asked == dict.fromkeys(set(run.paths) - noted, 1)
    assert not leftover.exists()
    assert len(files_in(run.vault)) == 60


def test_ctrl_c_keeps_what_came(tmp_path: Path, server: AssetServer) -> None:
    run = Halfway(tmp_path, server)
    said = run.end(signal.SIGINT)
    assert run.process.returncode == 130
    assert said == "labelstore: stopped; what came is kept; the same command goes on\n"
    assert len(files_in(run.vault)) == len(ledger(run.store)) == 30


def test_a_full_disk_ends_the_run_and_keeps_what_came(
    tmp_path: Path, server: AssetServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labelstore.assets.vault import Vault

    store = store_at(tmp_path, [server.serve(f"/{number}.png", png(number)) for number in range(10)])
    taken: list[str] = []
    take_in = Vault.take_in

    def full(self: Vault, scratch: Path, digest: str) -> str | None:
        if len(taken) == 3:
            raise OSError(28, "No space left on device", str(scratch))
        taken.append(digest)
        return take_in(self, scratch, digest)

    monkeypatch.setattr(Vault, "take_in", full)
    with pytest.raises(OSError, match="No space"):
        fetched(store, server, QUICK._replace(jobs=1))
    assert list(ledger(store, "sha256").values()) == [(digest,) for digest in taken]


def test_limits_of_number_and_bytes_leave_the_rest_for_another_run(tmp_path: Path, server: AssetServer) -> None:
    store = store_at(tmp_path, [server.serve(f"/{number}.png", png(number)) for number in range(10)])
    some = fetched(store, server, QUICK._replace(most=3))
    assert (some.fetched, some.left, len(server.asked)) == (3, 7, 3)
    more = fetched(store, server, QUICK._replace(max_total=1, jobs=1))
    assert (more.fetched, more.left, more.had) == (1, 6, 3)
    started = time.monotonic()
    rest = fetched(store, server, QUICK._replace(rate=20))
    assert (rest.fetched, rest.left) == (6, 0)
    assert time.monotonic() - started >= 5 / 20


def test_a_server_that_drips_is_given_up(tmp_path: Path, server: AssetServer) -> None:
    store = store_at(tmp_path, [server.serve("/drip", b"x" * 500, piece=1, pause=0.02)])
    outcome = fetched(store, server, QUICK._replace(timeout=0.1, attempts=1))
    assert [reason for _, reason in outcome.reasons] == ["less than 256 bytes a second"]
    silent = store_of(tmp_path, "sqlite", [line(0, server.serve("/silent", png(), piece=10, pause=3))], "silent")
    assert fetched(silent, server, QUICK._replace(timeout=0.1, attempts=1)).not_fetched == 1
    assert ledger(silent)["/silent"] == ("failed", "nothing came for too long")


@pytest.mark.parametrize(
    ("query", "moment"),
    [
        ("X-Goog-Date=20240301T120000Z&X-Goog-Expires=3600&X-Goog-Signature=a", "2024-03-01T13:00:00Z"),
        ("X-Amz-Signature=a&X-Amz-Date=20240301T120000Z&X-Amz-Expires=60", "2024-03-01T12:01:00Z"),
        ("Expires=1709294400&Signature=a&GoogleAccessId=b", "2024-03-01T12:00:00Z"),
        ("sv=2020&se=2024-03-01T12%3A00%3A00Z&sig=a", "2024-03-01T12:00:00Z"),
        ("se=2024-03-01&sig=a", "2024-03-01T00:00:00Z"),
        ("exp=1709294400&token=a", "2024-03-01T12:00:00Z"),
        ("token=e30.eyJleHAiOjE3MDkyOTQ0MDB9.c2ln", "2024-03-01T12:00:00Z"),
        ("token=abc", None),
        ("token=a.%FF.b", None),
        ("token=a.bnVsbA.b", None),
        ("X-Goog-Date=today&X-Goog-Expires=3600", None),
        ("X-Amz-Date=20240301T120000Z&X-Amz-Expires=99999999999999", None),
        ("Expires=99999999999", None),
        ("page=3", None),
        ("&".join(["a=1"] * 500), None),
    ],
)
def test_links_say_when_they_expire(query: str, moment: str | None) -> None:
    found = expires_at(f"https://storage.example.com/a.png?{query}")
    assert found == moment or (query == "Expires=99999999999" and str(found) > "5000")


def test_expired_links_are_not_asked_and_the_pull_that_renews_them_is_told(tmp_path: Path, server: AssetServer) -> None:
    late, early = "Expires=1500000000&Signature=a", "Expires=4000000000&Signature=b"
    server.serve("/renewed.png")
    lines = [
        line(0, f"{server.serve('/late.png')}?{late}", project="ck-project") | {},
        line(1, f"{server.serve('/403.png', status=403)}?Signature=a"),
        line(2, f"{server.url('/renewed.png')}?{late}"),
        line(3, f"{server.url('/renewed.png')}?{early}"),
    ]
    lines[0]["projects"]["ck-project"]["labels"] = [label("l0")]
    store = store_of(tmp_path, "sqlite", lines)
    outcome = fetched(store, server)
    assert server.requests == {"/403.png": 1, "/renewed.png": 1}
    told = ledger(store, "status", "reason", "expires_at", "attempts", "tried_at is null")
    assert told["/late.png"] == ("expired", "the link has expired (2017-07-14T02:40:00Z)", "2017-07-14T02:40:00Z", 0, 1)
    assert told["/403.png"] == ("expired", "the link is not accepted any more (403)", None, 1, 0)
    assert told["/renewed.png"][:3] == ("fetched", None, "2096-10-02T07:06:40Z")
    assert outcome.expired == {("--project", "ck-project"): 1}
    result = run("fetch", store, "--allow-host", server.place, "--allow-private")
    assert result.exit_code == 3
    assert f"pull {store} --project ck-project --full" in result.stdout
    assert "Signature" not in result.output
    lines[0]["data_row"]["row_data"] = f"{server.url('/late.png')}?{early}"
    (tmp_path / "new.ndjson").write_text(json.dumps(lines[0]))
    load(store, [tmp_path / "new.ndjson"])
    assert fetched(store, server).fetched == 1


def frames_of(count: int) -> bytes:
    return b"".join(b'{"frameNumber": %d, "objects": []}\n' % number for number in range(1, count + 1))


@ENGINES
def test_frames_are_fetched_and_loaded(tmp_path: Path, engine: str, server: AssetServer) -> None:
    bodies = {"/a": frames_of(3), "/b": zipped(frames_of(2)), "/odd": b"no frames", "/empty": None, "/gone": b""}
    for path, body in bodies.items():
        server.serve(path, body or b"", status={"/empty": 204, "/gone": 404}.get(path, 200))
    records = [
        v1(path[1:]) | {"Labeled Data": "none", "Label": {"frames": f"{server.url(path)}?token=t"}} for path in bodies
    ]
    store = store_of(tmp_path, engine, records)
    outcome = fetched(store, server, selection=Selection(("frames",)))
    assert outcome.frames is not None
    assert (outcome.frames.files, outcome.frames.frames, outcome.frames.missing) == (2, 5, 2)
    assert [url.rpartition("/")[2] for url in outcome.frames.unread] == ["odd?"]
    assert ledger(store)["/odd"][0] == "failed"
    sql = "select label_id, count(*) from frames group by 1 order by 1"
    with open_database(store, read_only=True) as database:
        assert list(database.query(sql).rows) == [("a", 3), ("b", 2)]
        assert database.value("select count(*) from loads where file_name like '%token%'") == 0
    loads = "select count(*) from loads"
    server.serve("/odd", frames_of(1))
    again = fetched(store, server, selection=Selection(("frames",)))
    assert again.frames is not None
    assert (again.frames.files, again.frames.frames, again.frames.missing) == (1, 1, 1)
    with open_database(store, read_only=True) as database:
        assert list(database.query(sql).rows) == [("a", 3), ("b", 2), ("odd", 1)]
        count = database.value(loads)
    third = fetched(store, server, selection=Selection(("frames",)))
    assert third.frames is not None
    assert third.frames.files == 0
    with open_database(store, read_only=True) as database:
        assert database.value(loads) == count
    export = tmp_path / "export.ndjson"
    assert load(store, [export]).frames_missing == 0


def masked(number: int, url: str | None, composite: str | None) -> Any:
    where: dict[str, Any] = {} if url is None else {"mask": {"url": url}}
    if composite is not None:
        where["composite_mask"] = {"url": composite, "color_rgb": [1, 1, 1]}
    return thing("Sky", f"f{number}", "ImageSegmentationMask", classifications=[], **where)


def test_a_composite_picture_spares_those_of_single_masks(tmp_path: Path, server: AssetServer) -> None:
    server.serve("/whole")
    server.serve("/lost", status=404)
    for path in ("/0", "/1", "/2", "/3"):
        server.serve(path, png(int(path[1:])))
    objects = [
        masked(0, server.url("/0"), server.url("/whole")),
        masked(1, server.url("/1"), server.url("/whole")),
        masked(2, server.url("/2"), server.url("/lost")),
        masked(3, server.url("/3"), None),
    ]
    row = line(0, "https://never.example.com/a.png", project="p1")
    row["projects"]["p1"]["labels"] = [label("l1", *objects)]
    store = store_of(tmp_path, "sqlite", [row])
    outcome = fetched(store, server, selection=Selection(("masks",)))
    assert server.requests == {"/whole": 1, "/lost": 1, "/2": 1, "/3": 1}
    assert (outcome.fetched, outcome.not_fetched) == (3, 1)
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from mask_pixels") == 4


def test_filters_choose_what_their_labels_need(tmp_path: Path, server: AssetServer) -> None:
    lines = []
    for number in range(4):
        one = line(number, server.serve(f"/{number}.png", png(number)), project=f"p{number % 2}")
        one["projects"][f"p{number % 2}"]["labels"] = [
            label(f"l{number}", masked(number, server.serve(f"/m{number}"), None))
        ]
        lines.append(one)
    store = store_of(tmp_path, "sqlite", lines)
    result = run(
        "fetch", store, "--into", tmp_path / "vault", "--project", "p1", "--allow-host", server.place, "--allow-private"
    )
    assert result.exit_code == 0, result.output
    assert set(server.requests) == {"/1.png", "/3.png", "/m1", "/m3"}
    assert "no project has this id or name" in failed("fetch", store, "--project", "none")


def test_what_is_no_web_address_is_left_out(tmp_path: Path, server: AssetServer) -> None:
    texts = [
        "gs://bucket/a.png",
        "see https://example.com for more",
        '{"tileLayerUrl": "https://tiles.example.com/{z}/{x}/{y}.png", "bounds": []}',
        "https://tiles.example.com/{z}/{x}/{y}.png",
        "only a text",
    ]
    outcome = fetched(store_at(tmp_path, texts), server)
    assert (outcome.asked, outcome.not_fetched, dict(outcome.elsewhere)) == (0, 0, {"gs": 1})


def test_hosts_are_agreed_to_once(tmp_path: Path, server: AssetServer) -> None:
    store = store_at(tmp_path, ["https://pictures.example.com/a.png", "https://other.example.com/b.png"] * 2)
    into = ("--into", tmp_path / "vault")
    said = failed("fetch", store, *into, code=2)
    assert "other.example.com (1), pictures.example.com (1)" in said or "pictures.example.com (1), other" in said
    assert "--yes, or --allow-host HOST" in said
    assert not (tmp_path / "vault").exists()
    dry = run("fetch", store, "--dry-run")
    assert dry.exit_code == 0
    assert "2 URLs to ask for, 0 there already" in dry.stdout
    assert "  pictures.example.com  1\n" in dry.stdout
    assert not (tmp_path / "vault").exists()
    agreed = run("fetch", store, *into, "--yes", "--max-total", "0MB")
    assert "  pictures.example.com  1 URL\n" in agreed.stderr
    assert agreed.exit_code == 0
    assert "2 left for another run" in agreed.stdout
    told: list[Any] = []
    with pytest.raises(Exception, match="nothing was asked"):
        fetched(store, confirm=lambda hosts: told.append(dict(hosts)))
    assert told == [{"pictures.example.com": 1, "other.example.com": 1}]
    asked: list[Any] = []
    outcome = fetched(store, None, QUICK._replace(attempts=1), resolve=lambda *_: ["10.0.0.1"])
    assert outcome.statuses == {"refused": 2}
    fetched(store, None, confirm=asked.append, resolve=lambda *_: ["10.0.0.1"])
    assert asked == []


def test_the_vault_is_remembered_and_can_move(tmp_path: Path, server: AssetServer) -> None:
    store = store_at(tmp_path, [server.serve("/a.png")])
    allowed = ("--allow-host", server.place, "--allow-private")
    assert "--into DIR" in failed("fetch", store, *allowed, code=2)
    first = run("fetch", store, "--into", tmp_path / "vault", *allowed)
    assert first.exit_code == 0
    assert "1 file fetched" in first.stdout
    assert "1 there already" in run("fetch", store, *allowed).stdout
    (tmp_path / "vault").rename(tmp_path / "moved")
    moved = json.loads(run("fetch", store, "--into", tmp_path / "moved", *allowed, "--json").stdout)
    assert (moved["had"], moved["asked"]) == (1, 0)
    next(path for path in (tmp_path / "moved").rglob("*.png")).unlink()
    assert json.loads(run("fetch", store, *allowed, "--json").stdout)["fetched"] == 1
    assert "is no folder" in failed("fetch", store, "--into", store, code=2)
    assert "is no size" in failed("fetch", store, "--max-size", "much", code=2)
    assert "name a host" in failed("fetch", store, "--allow-host", "http://a", code=2)


def test_the_key_goes_to_labelbox_only(tmp_path: Path, server: AssetServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as other:

        def guarded(asked: Asked) -> Reply:
            return Reply(png()) if asked.headers.get("authorization") == "Bearer k3y" else Reply(status=401)

        server.routes["/mask"] = server.routes["/old"] = guarded
        server.routes["/away"] = lambda _: Reply(status=302, headers={"Location": other.url("/stored")})
        other.serve("/stored")
        urls = [server.url("/mask"), f"{server.url('/old')}?token=dead", server.url("/away"), other.serve("/plain")]
        store = store_at(tmp_path, urls)
        command = ["fetch", store, "--into", tmp_path / "vault", "--endpoint", server.url("/graphql")]
        command += ["--allow-host", other.place, "--allow-private", "--json"]
        monkeypatch.delenv("LABELBOX_API_KEY", raising=False)
        monkeypatch.setattr("labelstore.connected.service.keys._of_keyring", lambda: "")
        without = json.loads(run(*command).stdout)
        assert {reason["reason"] for reason in without["reasons"]} == {
            "asks for the API key (401): set LABELBOX_API_KEY",
            "the link is not accepted any more (401)",
        }
        server.asked.clear()
        other.asked.clear()
        monkeypatch.setenv("LABELBOX_API_KEY", "k3y")
        result = run(*command)
        assert result.exit_code == 0, result.output
        assert "k3y" not in result.output
        assert json.loads(result.stdout)["fetched"] == 2
        assert [
            (one.path, "authorization" in one.headers) for one in sorted(server.asked, key=lambda one: one.path)
        ] == [
            ("/mask", True),
            ("/old", True),
            ("/old?token=dead", False),
        ]
        with_key = [one for one in other.asked if "authorization" in one.headers]
        assert with_key == []


def test_control_characters_and_tokens_are_not_shown(tmp_path: Path, server: AssetServer) -> None:
    url = f"{server.url('/a%1b')}\x1b[31m?token=s3cret"
    store = store_at(tmp_path, [url, f"http://me:s3cret@{server.place}/x"])
    result = run("fetch", store, "--into", tmp_path / "vault", "--allow-host", server.place, "--allow-private")
    assert result.exit_code == 3
    assert "\x1b" not in result.output
    assert "s3cret" not in result.output


@pytest.mark.parametrize(
    ("text", "count"), [("500MB", 500_000_000), ("1.5 gb", 1_500_000_000), ("2000", 2000), ("1kB", 1000)]
)
def test_sizes_are_read(text: str, count: int) -> None:
    assert bytes_in(text) == count


def test_two_runs_into_one_vault_wait_for_each_other(tmp_path: Path, server: AssetServer) -> None:
    from labelstore.loading.store_file import locked

    store = store_at(tmp_path, [server.serve("/a.png")])
    (tmp_path / "vault").mkdir()
    with locked(tmp_path / "vault" / "fetch", "fetch"):
        said = failed(
            "fetch",
            store,
            "--into",
            tmp_path / "vault",
            "--allow-host",
            server.place,
            "--allow-private",
            "--wait",
            "0",
            code=1,
        )
    assert f"process {os.getpid()} holds it" in said


def test_fetching_from_python(tmp_path: Path, server: AssetServer) -> None:
    path = store_at(tmp_path, [server.serve("/a.png"), server.serve("/b.png", status=404)])
    with labelstore.open(path) as store:
        with pytest.raises(labelstore.UsageError, match="kinds are assets"):
            store.fetch(tmp_path / "vault", kinds=["pictures"])
        with pytest.raises(labelstore.UsageError, match="no filter has this name"):
            store.fetch(tmp_path / "vault", colour="red")  # type: ignore[call-arg]
        done = store.fetch(tmp_path / "vault", allow_hosts=[server.place], allow_private=True)
        assert (done.fetched, done.not_fetched) == (1, 1)
        assert repr(done) == f"<Fetched {path}: 1 fetched, 0 had, 1 not fetched>"
        assert list(store.query("select status from assets order by status")) == [
            {"status": "fetched"},
            {"status": "missing"},
        ]
    with labelstore.open(path, read_only=True) as store, pytest.raises(labelstore.UsageError, match="read-only"):
        store.fetch()
