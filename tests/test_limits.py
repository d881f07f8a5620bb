"""What SQL of a user may take, and who may ask a server: no question takes all memory, time or disk."""

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from labelstore.cli.app import app
from labelstore.engines import limits, open_database
from labelstore.errors import QueryError
from tests.making import box, store_of, v1

LINUX = sys.platform.startswith("linux")
MIB = 1 << 20
BOX = box("Car", "f1", 1, 2, 3, 4)
COMMAND = (sys.executable, str(Path(__file__).resolve().parent.parent / "cli.py"))


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_of(tmp_path_factory.mktemp("limits"), request.param, [v1("l1", BOX)])


HUGE = {
    "sqlite": [
        "select zeroblob(999999999)",
        "select length(replace(printf('%.*c', 30000000, 'x'), 'x', 'yyyyyyyyyy'))",
        "with recursive n(i) as (select 1 union all select i + 1 from n limit 900)"
        " select length(group_concat(printf('%.*c', 100000, 'x'))) from n",
        "select zeroblob(50000000), zeroblob(50000000)",
    ],
    "duckdb": [
        "select length(repeat('x', 4000000000))",
        "select repeat('x', 10000000) from range(500)",
        "select repeat('x', 50000000), repeat('y', 50000000)",
    ],
}


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("engine", "sql"), [(engine, sql) for engine, asked in HUGE.items() for sql in asked])
def test_no_query_takes_all_memory(engine: str, sql: str, tmp_path: Path) -> None:
    if engine == "duckdb" and not LINUX:
        pytest.skip("the memory of a process is limited on Linux alone")
    store = store_of(tmp_path, engine, [v1("l1", BOX)])
    done, peak = _peak([*COMMAND, "query", str(store), sql])
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.search(r"longer than 64 MiB; allow more with --max-bytes|more memory than it may have", done.stderr)
    assert "Traceback" not in done.stderr
    assert peak < 1700 * MIB


def _peak(command: list[str]) -> tuple["subprocess.CompletedProcess[str]", int]:
    """The command done, and the most memory that it had in bytes."""
    code = (
        "import resource, subprocess, sys\n"
        "code = subprocess.run(sys.argv[1:]).returncode\n"
        "print('PEAK', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=False)
    error, _, peak = done.stderr.rpartition("PEAK ")
    done.stderr = error
    return done, int(peak) * (1024 if LINUX else 1)


def test_a_long_value_is_given_on_request(store: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    sql = "select replace(hex(zeroblob(50)), '0', '123456789a') as x"
    if store.suffix == ".duckdb":
        sql = "select repeat('x', 1000) as x"
    refused = CliRunner().invoke(app, ["query", str(store), sql, "--max-bytes", "900"])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "is longer than 900 bytes; allow more with --max-bytes" in refused.stderr
    given = CliRunner().invoke(app, ["query", str(store), sql, "--max-bytes", "1000"])
    assert given.exit_code == 0
    assert len(json.loads(given.stdout)["x"]) == 1000


def test_sql_in_a_file_without_end(store: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    long = tmp_path / "long.sql"
    long.write_text("select 1 -- " + "x" * MIB, encoding="utf-8")
    for given in (f"@{long}", *(["@/dev/zero"] if LINUX else [])):
        done = CliRunner().invoke(app, ["query", str(store), given])
        assert done.exit_code == 1
        assert "is longer than 1 MiB, which no SQL may be" in done.stderr
    done = CliRunner().invoke(app, ["query", str(store), "-"], input="select 1 -- " + "x" * MIB)
    assert done.exit_code == 1


def test_a_timeout_ends_one_instruction(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1", BOX)])
    sql = "select instr(printf('%.*c', 50000000, 'a'), printf('%.*c', 25000000, 'a') || 'b')"  # takes hours
    out = tmp_path / "out.csv"
    command = [*COMMAND, "query", str(store), sql, "--timeout", "0.5", "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert "stopped after 0.5 seconds" in done.stderr
    assert list(tmp_path.glob("*out*")) == []


def test_python_has_no_limits_but_those_of_the_engine(store: Path) -> None:
    import labelstore

    with labelstore.open(store) as opened:
        sql = "select length(zeroblob(70000000)) as n" if store.suffix == ".db" else "select 70000000 as n"
        assert [row["n"] for row in opened.query(sql)] == [70_000_000]


def test_labels_longer_than_a_value_may_be_are_rebuilt(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_database(store, read_only=True) as database:
        database.limits = limits.QUERY._replace(value=200)
        assert len(database.label_json("l1")[0]) > 200
        with pytest.raises(QueryError, match="longer than 200 bytes"):
            list(_asked(database, "select json from label_json"))
        assert len(database.label_json("l1")[0]) > 200


def _asked(database: Any, sql: str) -> Any:
    from labelstore.query import ask

    return ask(database, sql).rows


def test_what_is_sorted_goes_to_files(tmp_path: Path) -> None:
    """200 MB are sorted in less memory than that, and files that grow too large end the query."""
    store = store_of(tmp_path, "sqlite", [v1("l1", BOX)])
    sql = (
        "with recursive n(i) as (select 1 union all select i + 1 from n limit 200)"
        " select count(*) from (select hex(randomblob(500000)) as x from n order by x limit -1 offset 1)"
    )
    done, peak = _peak([*COMMAND, "query", str(store), sql])
    assert done.returncode == 0, done.stderr
    assert peak < 150 * MIB
    if LINUX:
        code = (
            "import sys\nfrom labelstore.engines import limits\n"
            "limits.QUERY = limits.QUERY._replace(temporary=50 << 20)\n"
            "from labelstore.cli.app import main\nmain()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, "query", str(store), sql], capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert "would be larger than 50 MiB" in done.stderr
        assert "TMPDIR" in done.stderr


# -- a server ----------------------------------------------------------------------------------------------------------


class Server:
    """A server on this machine, in a process of its own."""

    def __init__(self, store: Path) -> None:
        self.store = store
        command = [*COMMAND, "browse", str(store), "--port", "0"]
        self.errors = store.with_suffix(".stderr").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        connection.putrequest("GET", path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def told(self) -> str:
        self.errors.flush()
        return Path(self.errors.name).read_text(encoding="utf-8")

    def peak(self) -> int:
        """The most memory that the process had, in bytes."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.findall(r"VmHWM:\s+(\d+)", text)[0]) * 1024

    def end(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=30)
        self.errors.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pytest.importorskip("datasette")
    store = store_of(tmp_path_factory.mktemp("served"), "sqlite", [v1(f"l{n}", BOX) for n in range(3)], "served")
    running = Server(store)
    yield running
    running.end()


MANY = "with recursive n(i) as (select 1 union all select i + 1 from n limit 1000) select "
PAGES = [
    "select zeroblob(999999999)",
    "select hex(randomblob(100000000))",
    "select replace(printf('%.*c', 3000000, 'x'), 'x', 'yyyyyyyyyyyyyyyy')",
    MANY + "group_concat(printf('%.*c', 100000, 'x')) from n",
    MANY + "json_group_array(printf('%.*c', 100000, 'x')) from n",
    MANY + "zeroblob(10000000) from n",
    MANY + "printf('%.*c', 10000000, 'x') from n",
    MANY + "printf('%.*c', 200000, char(1)) from n",
    "select " + ", ".join(f"zeroblob(30000000) as z{n}" for n in range(100)),
    MANY + ", ".join(f"i as z{n}" for n in range(250)) + " from n a join n b using (i)",
]


@pytest.mark.sampled(6)
@pytest.mark.skipif(not LINUX, reason="the most memory of a process is in /proc")
@pytest.mark.parametrize("format", ["", ".json", ".csv"])
def test_no_page_takes_gigabytes(server: Server, format: str) -> None:
    for sql in PAGES:
        status, body = server.get(f"/served{format}?_size=max&sql={quote(sql)}")
        assert status in (200, 400), sql
        assert len(body) < 200 * MIB
    assert server.peak() < 1000 * MIB
    assert server.get("/served/labels.json")[0] == 200
    assert "Traceback" not in server.told()


def test_a_page_says_what_is_too_long_and_the_way_out(server: Server) -> None:
    for sql, said in (
        ("select zeroblob(99999999)", "too big"),
        (MANY + "zeroblob(1000000) from n", "may have (64 MiB); ask for fewer rows"),
    ):
        status, body = server.get(f"/served.json?sql={quote(sql)}")
        assert status == 400
        assert said in json.loads(body)["error"]


READING = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"}
LEADING = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}, 200),
        ({"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"}, 200),
        (LEADING, 200),
        (LEADING | {"Sec_Fetch_Site": "same-site"}, 200),
        (READING, 403),
        (READING | {"Sec_Fetch_Site": "same-site"}, 403),
        (READING | {"Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"}, 403),
        (LEADING | {"Sec_Fetch_Dest": "iframe"}, 403),
        (LEADING | {"Sec_Fetch_Dest": "embed"}, 403),
        (LEADING | {"Sec_Purpose": "prefetch"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "Cross-Site", "Sec_Fetch_Mode": "no-cors"}, 403),
    ],
)
def test_pages_of_elsewhere_may_lead_here_but_not_read(server: Server, headers: dict[str, str], status: int) -> None:
    for path in ("/served", "/-/labelstore/served", "/served.json?sql=select+1", "/-/labelstore/served/json/l1"):
        assert server.get(path, **headers)[0] == status, path


@pytest.mark.parametrize(
    "line",
    [
        b"GET /served/\xff\xfe HTTP/1.1",
        b"GET /\xc3\xa9?sql=\xff HTTP/1.1",
        b"GET /served?sql=" + b"x" * 40_000 + b" HTTP/1.1",
        b"GET /served?sql=" + b"x" * 400_000 + b" HTTP/1.1",
        b"GET /-/labelstore/served/label/" + b"%F0%9F%98%80" * 4000 + b" HTTP/1.1",
        b"GET http://[ HTTP/1.1",
        b"GET //127.0.0.1//served HTTP/1.1",
        b"GET * HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"DELETE /served HTTP/1.1",
        b"POST /served?sql=select+1 HTTP/1.1",
        b"NONSENSE",
        b"GET /%00 HTTP/1.1\r\nCookie: ds_actor=\xff; ds_messages=x",
    ],
    ids=lambda line: line[:24].decode("latin-1"),
)
def test_malformed_requests_leave_no_traceback(server: Server, line: bytes) -> None:
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        with contextlib.suppress(OSError):  # it may hang up before all is said
            connection.sendall(line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        with contextlib.suppress(OSError):
            while part := connection.recv(65536):
                answer += part
    assert not re.match(rb"HTTP/1.1 5", answer), answer[:300]
    assert "Traceback" not in server.told()
    assert server.get("/served/labels.json")[0] == 200
