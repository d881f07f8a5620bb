"""Bad input through a whole load: what is good is stored, what is bad is told with its place, nothing else breaks."""

import contextlib
import gzip
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.json.error_location import located, pointer_at
from labelstore.loading import load
from labelstore.verifying import verify
from tests.soaking import amount
from tests.test_cli import failed, run

ENGINES = ("labels.db", "labels.duckdb")
DEEP = 100_000


def label(label_id: str, **members: Any) -> bytes:
    return json.dumps({"ID": label_id, "Labeled Data": "x", "Label": {"objects": []}, **members}).encode()


def broken(inside: bytes) -> bytes:
    """A label with this text as the third object's bounding box."""
    return b'{"ID":"broken","Label":{"objects":[{"value":"}]"},{},{"bbox":' + inside + b"}]}}"


A, B, C = label("a"), label("b"), label("c")
BBOX = "at /Label/objects/2/bbox (byte 61)"

CASES: dict[str, tuple[bytes, int, list[str]]] = {
    # name: file, labels that are stored, reasons of the rejects
    "malformed": (b"[%b,\n%b,\n%b]" % (A, broken(b"x"), B), 2, [f"JSON is malformed: invalid character {BBOX}"]),
    "missing value": (b"[%b,%b,%b]" % (A, broken(b""), B), 2, [f"JSON is malformed: invalid character {BBOX}"]),
    "line": (b"%b\n%b\n%b\n" % (A, broken(b"[1,"), B), 2, ["invalid character at /Label/objects/2/bbox/1"]),
    "semicolon": (b"[%b;%b]" % (A, B), 2, ["this is no separator of values"]),
    "no comma": (b"[%b %b]" % (A, B), 2, ["a comma is missing before this value"]),
    "two commas": (b"[%b,,%b]" % (A, B), 2, ["a value is missing before this comma"]),
    "trailing comma": (b"[%b,%b,]" % (A, B), 2, ["a value is missing before the end of the array"]),
    "lines with commas": (b"%b,\n%b,\n%b" % (A, B, C), 3, ["invalid character (byte 0)"] * 2),
    "single quotes": (b"[%b,{'ID':'q'},%b]" % (A, B), 2, ["expected '\"' (byte 1)"]),
    "not closed": (b"[%b,%b" % (A, B), 2, ["the array is not closed"]),
    "not opened": (b"%b,%b]" % (A, B), 2, ["invalid character (byte 0)", "invalid character (byte 0)"]),
    "opened twice": (b"[[%b],%b]" % (A, B), 1, ["an array, not an object"]),
    "label not closed": (
        b'[%b,{"ID":"broken","Label":{"objects":[,%b,%b]' % (A, B, C),
        3,
        ["invalid character at /Label/objects/0"],
    ),
    "cut": (b"[%b,%b,%b" % (A, B, C[:-9]), 2, ["the file ends inside this value"]),
    "cut line": (b"%b\n%b\n%b" % (A, B, C[:-9]), 2, ["the file ends inside this value"]),
    "cut in a string": (b"[%b,%b,%b" % (A, B, C[:30]), 2, ["the file ends inside this value"]),
    "NaN": (b"[%b,%b,%b]" % (A, broken(b"NaN"), B), 2, [f"NaN is no JSON value {BBOX}"]),
    "Infinity": (
        b"[%b,%b]" % (A, broken(b"[-Infinity]")),
        1,
        ["-Infinity is no JSON value at /Label/objects/2/bbox/0"],
    ),
    "1e400": (b"[%b,%b,%b]" % (A, broken(b"1e400"), B), 2, [f"a number is out of range {BBOX}"]),
    "9999…": (b"[%b,%b,%b]" % (A, broken(b"9" * 5000), B), 2, [f"a number is out of range {BBOX}"]),
    "high surrogate": (
        b"[%b,%b,%b]" % (A, broken(b'"\\\\\\ud800"'), B),
        2,
        ["half of a surrogate pair at /Label/objects/2/bbox"],
    ),
    "low surrogate": (
        b"[%b,%b,%b]" % (A, broken(b'{"\\udc00":1}'), B),
        2,
        ["half of a surrogate pair at /Label/objects/2/bbox"],
    ),
    "invalid UTF-8": (
        b"[%b,%b,%b]" % (A, broken(b'"\xff"'), B),
        2,
        ["not utf-8: invalid start byte 0xff at /Label/objects/2/bbox"],
    ),
    "UTF-8 of a surrogate": (
        b"%b\n%b\n%b" % (A, broken(b'"\xed\xa0\x80"'), B),
        2,
        ["not utf-8: invalid continuation byte 0xed"],
    ),
    "NUL in a value": (b"[%b,%b,%b]" % (A, broken(b"\0"), B), 2, [f"invalid character {BBOX}"]),
    "NUL in a string": (b"[%b,%b,%b]" % (A, broken(b'"\0"'), B), 2, ["invalid character at /Label/objects/2/bbox"]),
    "NULs between": (b"%b\n\0\0\0\n%b" % (A, B), 2, ["invalid character (byte 0)"]),
    "NULs at the end": (b"[%b,%b]\0\0\0\0" % (A, B), 2, ["there is text after the end of the array"]),
    "BOM between": (b"%b\n\xef\xbb\xbf%b\n%b" % (A, B, C), 2, ["invalid character (byte 0)"]),
    "BOM inside": (b"[%b,%b,%b]" % (A, broken(b"\xef\xbb\xbf1"), B), 2, [f"invalid character {BBOX}"]),
    "arrays": (
        b"[%b,%b,%b]" % (A, broken(b"[" * DEEP + b"]" * DEEP), B),
        2,
        ["nested deeper than 1000 at /Label/objects/2/bbox/0/0"],
    ),
    "objects": (
        b"%b\n%b\n%b" % (A, broken(b'{"a":' * DEEP + b"1" + b"}" * DEEP), B),
        2,
        ["nested deeper than 1000 at /Label/objects/2/bbox/a/a"],
    ),
    "unclosed arrays": (b"[%b,%b" % (A, b"[" * DEEP), 1, ["nested deeper than 1000 at /0/0"]),
    "unclosed objects": (b"%b\n%b\n%b" % (A, b'{"ID":' * DEEP, B), 2, ["nested deeper than 1000 at /ID/ID"]),
    "many": (b"[%b%b]" % (A, b"]" * DEEP), 1, ["there is text after the end of the array"]),
}


@pytest.mark.parametrize("name", ENGINES)
def test_what_is_good_is_stored_and_what_is_bad_is_told(tmp_path: Path, name: str) -> None:
    """All of them at once, each with ids of its own; every byte of a reject is that of its file."""
    files = []
    for number, (data, _, _) in enumerate(CASES.values()):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_bytes(re.sub(rb'\{"ID": "([abc])"', rb'{"ID": "\g<1>%d"' % number, data))
    result = run("load", tmp_path / name, *files, "--json")
    assert result.exit_code == 3
    reports = json.loads(result.stdout)["files"]
    listed = json.loads(run("rejects", tmp_path / name, "--json").stdout)
    for (case, (_, added, reasons)), file, report in zip(CASES.items(), files, reports, strict=True):
        rejects = [reject for reject in listed if reject["load_id"] == report["load_id"]]
        assert (case, report["added"], len(rejects)) == (case, added, report["rejected"]), rejects
        assert len(rejects) == len(reasons) or case in ("not opened", "lines with commas"), (case, rejects)
        for reject, reason in zip(rejects, reasons, strict=False):
            assert reason in reject["reason"], case
            assert len(reject["reason"]) < 300
            assert reject["excerpt"].isprintable() or "\0" in reject["excerpt"] or "\ufeff" in reject["excerpt"], case
        assert file.stat().st_size >= sum(reject["size"] for reject in rejects)
    with open_database(tmp_path / name, read_only=True) as database:
        sql = "select file_name, byte_offset, raw from rejects join loads using (load_id)"
        for file_name, offset, raw in database.query(sql).rows:
            assert Path(file_name).read_bytes()[offset : offset + len(raw or b"")] == bytes(raw or b"")
    assert verify(tmp_path / name, files).ok


def test_a_record_does_not_depend_on_those_before_it(tmp_path: Path) -> None:
    """What is no label is none, behind labels too."""
    file = tmp_path / "a.json"
    file.write_bytes(b'[%b,{},{"Agreement":1},{"Label":{}},%b]' % (A, B))
    report = load(tmp_path / "labels.db", [file])
    assert [reject["position"] for reject in report.files[0].first_rejects] == [1, 2]
    assert report.total("added") == 3


# -- files that break off, bombs, archives ----------------------------------------------------------------------------


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("kind", ["gzip", "zip", "gzip in zip"])
def test_a_compressed_file_that_breaks_off_is_not_loaded(tmp_path: Path, name: str, kind: str) -> None:
    """Nobody can tell what was in the rest, so nothing of it is stored, and what the store had is as it was."""
    store, good, cut = tmp_path / name, tmp_path / "good.json", tmp_path / "cut"
    noise = random.Random(1).randbytes(100_000).hex().encode()
    data = b"[%b,%b]" % (B, b'{"ID":"c","Label":{"new":"%b"}}' % noise)
    whole = {
        "gzip": gzip.compress(data),
        "zip": zipped({"m.json": data}),
        "gzip in zip": zipped({"m": gzip.compress(data)}),
    }
    good.write_bytes(A)
    load(store, [good])
    for length in (1, 10, 1000, len(whole[kind]) // 2, len(whole[kind]) - 5):
        cut.write_bytes(whole[kind][:length])
        message = failed("load", store, cut)
        assert str(cut) in message
        assert length < 1000 or "damaged" in message or "too early" in message
    with open_database(store, read_only=True) as database:
        assert database.value("select count(*) from labels") == database.value("select count(*) from loads") == 1
        assert database.value("select count(*) from rejects") == 0
    cut.write_bytes(whole[kind])
    assert load(store, [cut]).total("added") == 2


MEASURE = """
import json, sys, time
from labelstore.errors import LabelstoreError
from labelstore.loading import load

started = time.perf_counter()
try:
    report = load(sys.argv[1], ["-"], max_ratio=float(sys.argv[2])).as_json()
    found = {"added": report["added"], "rejected": report["rejected"], "reasons": report["files"][0]["first_rejects"]}
except LabelstoreError as error:
    found = {"error": str(error)}
peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
json.dump({**found, "seconds": time.perf_counter() - started, "mib": int(peak[0]) / 1024}, sys.stdout)
"""


def piped(store: Path, pieces: Iterable[bytes], max_ratio: float = 1000) -> dict[str, Any]:
    """Load from a pipe in a process of its own; what came of it, and its peak memory."""
    command = [sys.executable, "-c", MEASURE, str(store), str(max_ratio)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        with contextlib.suppress(BrokenPipeError):
            for piece in pieces:
                process.stdin.write(piece)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        found: dict[str, Any] = json.load(process.stdout)
    assert process.returncode == 0
    return found


linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc for the peak memory")


@linux
@pytest.mark.soak
def test_a_large_record(tmp_path: Path) -> None:
    point = b'{"x":1.25,"y":2.5},'
    large = b'{"ID":"l","Label":{"objects":[{"polygon":[%b{}]}]}}' % (
        point * (amount(20_000_000, 2_000_000) // len(point))
    )
    found = piped(tmp_path / "a.db", [b"[%b," % A, large, b",%b]" % B])
    assert (found["added"], found["rejected"]) == (3, 0)
    assert found["mib"] < 700
    malformed = piped(tmp_path / "b.db", [b"[%b," % A, large[:-5], b"x]}},%b]" % B])
    assert (malformed["added"], malformed["rejected"]) == (2, 1)
    assert "expected ',' or ']' at /Label/objects/0/polygon" in malformed["reasons"][0]["reason"]
    assert malformed["mib"] < 400


@linux
@pytest.mark.soak
def test_a_huge_string_of_spaces(tmp_path: Path) -> None:
    spaces = [b" " * (1 << 20)] * amount(64, 16)
    found = piped(tmp_path / "a.db", [b'[%b,{"ID":"s","Labeled Data":"' % A, *spaces, b'"},%b]' % B])
    assert (found["added"], found["rejected"]) == (3, 0)
    assert found["mib"] < amount(800, 400)
    cut = piped(tmp_path / "b.db", [b'%b\n{"ID":"s","Labeled Data":"' % A, *spaces[:-4]])
    assert (cut["added"], cut["reasons"][0]["reason"]) == (1, "the file ends inside this value")
    assert cut["mib"] < amount(600, 300)


@linux
def test_many_empty_records(tmp_path: Path) -> None:
    found = piped(tmp_path / "a.db", [A + b"\n", b"{}\n" * 100_000, B])
    assert (found["added"], found["rejected"]) == (2, 100_000)
    assert found["mib"] < 120


@linux
@pytest.mark.soak
@pytest.mark.parametrize("bad", amount([b'"\xff"', b'"\\ud800"', b"1e400", b"x", b"[" * 1500], [b"1e400"]))
def test_rejects_leave_memory(tmp_path: Path, bad: bytes) -> None:
    """The error of a record must not keep it: nothing looks for cycles during a load."""
    line = b'{"ID":"a","Labeled Data":"%b","Label":%b}\n' % (b"x" * 8000, bad)
    found = piped(tmp_path / "a.db", [A + b"\n", *[line] * 10_000])
    assert (found["added"], found["rejected"]) == (1, 10_000)
    assert found["mib"] < 110


@linux
@pytest.mark.soak
@pytest.mark.parametrize("inside", amount([b" ", b"[", b"0", b'"' + b"x" * 1000 + b'",'], [b"["]))
def test_a_gzip_bomb(tmp_path: Path, inside: bytes) -> None:
    """Refused as soon as it is known for one, whatever is in it."""
    packer = zlib.compressobj(9, wbits=31)
    block = inside * ((1 << 20) // len(inside))
    bomb = b"".join([packer.compress(A + b"\n"), *(packer.compress(block) for _ in range(150)), packer.flush()])
    assert len(bomb) < 1 << 20
    found = piped(tmp_path / "a.db", [bomb], max_ratio=100)
    assert "decompresses to more than 100 times its size; if that is right, allow it with --max-ratio" in found["error"]
    assert not (tmp_path / "a.db").exists()
    assert found["mib"] < 700


def test_a_zip_bomb_and_how_to_allow_it(tmp_path: Path) -> None:
    file = tmp_path / "bomb.zip"
    file.write_bytes(zipped({"a.json": A, "b.json": b"[" + b" " * (70 << 20) + B + b"]"}))
    message = failed("load", tmp_path / "a.db", file, "--max-ratio", 900)
    assert "bomb.zip!b.json: decompresses to more than 900 times its size" in message
    assert not (tmp_path / "a.db").exists()
    assert run("load", tmp_path / "a.db", file, "--max-ratio", 2000).exit_code == 0
    assert run("load", tmp_path / "b.db", file, "--max-ratio", 0).exit_code == 0


def test_names_of_zip_members_lead_nowhere(tmp_path: Path) -> None:
    names = ["../../evil.json", "/etc/evil.json", "C:\\evil.json", "a/../../../evil.json", "\x1b[2J.json"]
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "evil.zip").write_bytes(zipped({name: label(f"l{number}") for number, name in enumerate(names)}))
    result = run("load", folder / "a.db", folder / "evil.zip", "--json")
    assert (result.exit_code, json.loads(result.stdout)["added"]) == (0, len(names))
    assert "\x1b" not in result.stdout
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a.db", "evil.zip"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
@pytest.mark.parametrize("name", ENGINES)
def test_a_fifo_is_read_once(tmp_path: Path, name: str) -> None:
    """Into a new store and again into the old one."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for counts in ((2, 0), (0, 2)):
        writer = threading.Thread(target=fifo.write_bytes, args=(b"[%b,%b]" % (A, B),))
        writer.start()
        report = load(tmp_path / name, [fifo])
        writer.join()
        assert (report.total("added"), report.total("unchanged")) == counts


# -- what cannot be read or written -----------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that fails when it is read")
def test_a_file_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    good = tmp_path / "good.json"
    good.write_bytes(A)
    assert "cannot be read (Input/output error, EIO)" in failed("load", tmp_path / "a.db", good, "/proc/self/mem")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.json"]


@pytest.mark.parametrize("name", ENGINES)
def test_a_store_of_a_newer_schema_is_left_alone(tmp_path: Path, name: str) -> None:
    good, store = tmp_path / "good.json", tmp_path / name
    good.write_bytes(A)
    load(store, [good])
    with open_database(store) as database:
        newer = (
            "pragma user_version = 99" if store.suffix == ".db" else "comment on table loads is 'labelstore schema 99'"
        )
        database.execute(newer)
    before = store.read_bytes()
    for command in (("load", store, good), ("query", store, "select 1"), ("rejects", store)):
        assert "has schema version 99, newer than" in failed(*command)
    assert store.read_bytes() == before


READ_ONLY = """
import os, sys
from typer.testing import CliRunner
from labelstore.cli import app

def run(*arguments):
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result

command, store, copy, file = sys.argv[1:]
rest = {"load": [file], "retry": ["--retry"]}.get(command, [])
name = "load" if command == "load" else "rejects"
run(name, copy, *rest)  # imports what the command needs, while that may be read
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
result = run(name, store, *rest)
print(result.exit_code, result.output, end="")
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs users")
@pytest.mark.parametrize("name", ENGINES)
def test_a_store_that_may_only_be_read(name: str) -> None:
    """Also by root, which is somebody else here: the folder is in nobody's way."""
    with tempfile.TemporaryDirectory() as folder:
        file, copy, store = (Path(folder) / part for part in ("file.json", f"copy-{name}", name))
        file.write_bytes(b"[%b,%b]" % (A, broken(b"x")))
        for path in (copy, store):
            load(path, [file])
        before = store.read_bytes()
        store.chmod(0o444)
        Path(folder).chmod(0o555)
        try:
            for command, code in (("load", 1), ("retry", 1), ("rejects", 0)):
                arguments = [sys.executable, "-c", READ_ONLY, command, *map(str, (store, copy, file))]
                done = subprocess.run(arguments, capture_output=True, text=True, check=False)
                assert (done.returncode, done.stdout[:1]) == (0, str(code)), (done.stdout, done.stderr)
                assert code == 0 or done.stdout.count("\n") == 1, done.stdout
        finally:
            Path(folder).chmod(0o755)
        assert store.read_bytes() == before


@pytest.mark.parametrize("name", ENGINES)
def test_extreme_values_where_columns_are_computed(tmp_path: Path, name: str) -> None:
    """Seconds beyond doubles or that are none, points that are none: stored as they came."""
    seconds: tuple[Any, ...] = (10**400, -(10**400), 10**23, "1e400", "nan", "-inf", "", [1], {}, True)
    points = ("POINT (1e999 2)", "POINT ((1 2),(3 4))", "POINT ()", "POINT (1 2 3)", "POINT (1", "POLYGON ((1e999 1))")
    labels = [label(f"s{number}", **{"Seconds to Label": value}) for number, value in enumerate(seconds)]
    labels += [label(f"p{number}", Label={"Car": point, "Cars": [point]}) for number, point in enumerate(points)]
    file = tmp_path / "a.json"
    file.write_bytes(b"\n".join(labels))
    assert load(tmp_path / name, [file]).total("added") == len(labels)
    assert verify(tmp_path / name, [file]).equal == len(labels)


# -- rejects, again ---------------------------------------------------------------------------------------------------


def rejects(store: Path, *arguments: object) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(run("rejects", store, "--json", *arguments).stdout)
    return listed


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A store that refused five records of two files, one of them a gap."""
    first, second = tmp_path / "first.json", tmp_path / "second.ndjson"
    secret = b'{"ID":"s","Labeled Data":"https:\\/\\/x\\/y.jpg?token=SECRET&a=1","Label":{"objects":[tru]}}'
    first.write_bytes(b"[%b,\n%b,,%b,\n%b]" % (A, broken(b"x"), secret, B))
    second.write_bytes(b'%b\n{"ID":"n","Agreement":NaN}\n{"ID":"\xff\x1b[2J","Labeled Data":"\\ud800"}\n' % C)
    path: Path = tmp_path / request.param
    assert run("load", path, first, second).exit_code == 3
    return path


def test_rejects_are_listed(store: Path) -> None:
    listed = rejects(store)
    assert [(reject["load_id"], reject["position"]) for reject in listed] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]
    assert [reject["size"] for reject in listed] == [len(broken(b"x")), 0, 89, 26, 38]
    assert rejects(store, "--load", 2) == listed[3:]
    shown = run("rejects", store)
    assert (shown.exit_code, shown.stderr) == (0, "5 rejects\n")
    assert f"record 1 at byte {len(A) + 3}, {len(broken(b'x'))} bytes\n" in shown.stdout
    assert f"\n  JSON is malformed: invalid character {BBOX}\n" in shown.stdout
    assert "SECRET" not in shown.stdout
    assert "SECRET" not in json.dumps(listed)
    assert "\x1b" not in shown.stdout
    assert "no load 7" in failed("rejects", store, "--load", 7)


def test_rejects_that_are_loaded_again_are_the_same(tmp_path: Path, store: Path) -> None:
    out, again = tmp_path / "rejects.ndjson", tmp_path / f"again{store.suffix}"
    assert run("rejects", store, "--write", out).stderr == "4 records written\n"
    assert run("rejects", store, "--write", "-").stdout_bytes == out.read_bytes()
    assert run("load", again, out).exit_code == 3
    first = [(reject["reason"], reject["size"], reject["excerpt"]) for reject in rejects(store) if reject["size"]]
    assert [(reject["reason"], reject["size"], reject["excerpt"]) for reject in rejects(again)] == first
    assert run("rejects", again, "--write", "-").stdout_bytes == out.read_bytes()


def test_rejects_are_tried_again(store: Path) -> None:
    before = rejects(store)
    result = run("rejects", store, "--retry")
    assert (result.exit_code, result.stdout) == (3, "0 of 5 rejects stored, 5 remain\n")
    assert rejects(store) == before
    with open_database(store) as database:  # as if this version understood more than that which refused them
        database.execute("update rejects set raw = ? where load_id = 2 and position = 1", (b'{"ID":"n"}',))
    result = run("rejects", store, "--retry", "--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["added"], report["retried"], report["remaining"]) == (3, 1, 5, 4)
    assert json.loads(run("get", store, "n").stdout) == {"ID": "n"}


def test_no_rejects(tmp_path: Path, store: Path) -> None:
    file, good = tmp_path / "good.json", tmp_path / f"good{store.suffix}"
    file.write_bytes(A)
    load(good, [file])
    assert (run("rejects", good).stderr, rejects(good)) == ("no rejects\n", [])
    assert run("rejects", good, "--retry").exit_code == 0
    assert run("rejects", good, "--write", tmp_path / "none").exit_code == 0
    assert (tmp_path / "none").read_bytes() == b""


def test_what_rejects_cannot_do(tmp_path: Path, store: Path) -> None:
    assert "is the store itself" in failed("rejects", store, "--write", store, code=2)
    assert "without -o" in failed("rejects", store, "--retry", "--write", "x", code=2)
    assert "without --json" in failed("rejects", store, "--json", "--write", "x", code=2)
    assert "mkdir -p" in failed("rejects", store, "--write", tmp_path / "none" / "x")
    assert "does not exist" in failed("rejects", tmp_path / "none.db")


# -- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        # the text, and the pointer at each byte
        (b"12", ["", "", ""]),
        (b'{"a":1}', ["", "", "", "", "", "/a", "", ""]),
        (b'{"a":}', ["", "", "", "", "", "/a", ""]),
        (b"[1,2]", ["", "/0", "/0", "/1", "", ""]),
        (b'["]",[]]', ["", "/0", "/0", "/0", "/0", "/1", "/1", "", ""]),
        (
            b'{"a/b":{"~":[1]}}',
            [*[""] * 7, "/a~1b", *["/a~1b"] * 4, "/a~1b/~0", "/a~1b/~0/0", "/a~1b/~0", "/a~1b", "", ""],
        ),
    ],
)
def test_pointers(text: bytes, pointers: list[str]) -> None:
    assert [pointer_at(text, byte) for byte in range(len(text) + 1)] == pointers


@pytest.mark.parametrize("padding", [b"", b" \n", b"x" * 20])
def test_the_pointer_of_every_value(padding: bytes) -> None:
    """Of a text with all kinds of nesting: the value at a pointer is where the pointer was found."""
    value = {
        "a": [1, {"b": [[], {}, "]}", {'c"\\': [True, None, [[2.5]]]}]}, "x"],
        "": {"é": {"k": ["\\"]}},
        "z/~": '\\"',
    }
    text = json.dumps(value, indent=len(padding) or None, ensure_ascii=padding == b"").encode()
    places: list[tuple[str, Any]] = [("", value)]
    for pointer, holder in places:
        members = holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ()
        places += [(f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}", item) for key, item in members]
    found = {pointer_at(text, byte) for byte in range(len(text))}
    assert found >= {pointer for pointer, item in places if item not in ([], {}) or pointer in found}
    assert found - {pointer for pointer, _ in places} <= {"/a/1/b/0/0"}
    for byte in range(len(text)):  # the same of a text that ends there
        assert text[byte : byte + 1] in (b"]", b"}") or pointer_at(text[:byte], byte) == pointer_at(text, byte)


@pytest.mark.parametrize(
    ("raw", "error", "reason"),
    [
        (b'{"a":[1]}', ValueError("no reason"), "no reason"),
        (b"{}", ValueError(), "ValueError"),
        (
            b'{"a":"\xff"}',
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
            "not utf-8: invalid start byte 0xff at /a (byte 6)",
        ),
        (
            b'{"a":["\\udfff"]}',
            UnicodeEncodeError("utf-8", "\udfff", 0, 1, "bad"),
            "a \\u escape is half of a surrogate pair at /a/0 (byte 7)",
        ),
        (
            b'{"\\ud800":[tru]}',
            ValueError("JSON is malformed: bad (byte 13)"),
            r"JSON is malformed: bad at /\ud800/0 (byte 13)",
        ),
        (
            b"{}",
            ValueError("Expected `str`, got `int` - at `$.a.DataRow ID[0][...].b`"),
            "Expected `str`, got `int` at /a/DataRow ID/0/*/b",
        ),
        (b'{"k\\n\\u0000":x}', ValueError("bad (byte 13)"), r"bad at /k\n\x00 (byte 13)"),
        (b'{"' + b"k" * 900 + b'":x}', ValueError("bad (byte 904)"), f"bad at /{'k' * 140}…{'k' * 40} (byte 904)"),
        (b"[1]", RecursionError(), "nested deeper than 1000"),
        (b'{"a":1}', ValueError("bad (byte 99)"), "bad (byte 99)"),
    ],
)
def test_reasons_have_their_place(raw: bytes, error: Exception, reason: str) -> None:
    assert located(raw, error) == reason
