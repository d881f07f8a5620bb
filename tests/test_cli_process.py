"""The command line in a process of its own: what it imports, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from labelstore import samples
from labelstore.core.library import told
from labelstore.loading import load

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("duckdb", "pyarrow", "sqlite_utils", "msgspec", "sqlite3", "rich")


def python(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False, **options)


@pytest.mark.parametrize("arguments", [None, "--help", "load --help", "--version"])
def test_nothing_heavy_is_imported(arguments: str | None) -> None:
    heavy = HEAVY if arguments == "load --help" else (*HEAVY, "pydantic")  # Typer imports it to read arguments
    code = f"""
import sys
from labelstore.cli import app
if {arguments!r}:
    try:
        app({arguments!r}.split())
    except SystemExit as end:
        assert end.code == 0
print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""
    assert python("-c", code).stderr == "[]\n"


def test_a_checkout_runs_without_being_installed(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "--version"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (0, f"labelstore 0.1.0 ({told()})\n")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("process")
    files = samples.write(folder / "samples", generations=("v1",), asset_types=("image",), labels=40)
    load(folder / "labels.db", [file.path for file in files])
    return folder / "labels.db"


def test_to_verify_a_duckdb_store_imports_no_arrow(tmp_path: Path) -> None:
    files = samples.write(tmp_path, generations=("v1",), asset_types=("image",), labels=60)
    load(tmp_path / "labels.duckdb", [file.path for file in files])
    code = f"""
import sys
from labelstore.verifying import verify
assert verify({str(tmp_path / "labels.duckdb")!r}, {[str(file.path) for file in files]!r}).equal == 60
print([name for name in ("pyarrow", "numpy", "pandas") if name in sys.modules])
"""
    assert python("-c", code).stdout == "[]\n"


def test_to_get_a_label_imports_only_what_reads_one(store: Path) -> None:
    code = f"""
import sys
from labelstore.cli import app
try:
    app(["get", {str(store)!r}, "unknown"])
except SystemExit as end:
    assert end.code == 1
print(*{{name.split(".")[1] for name in sys.modules if name.startswith("labelstore.")}})
"""
    rooms = set(python("-c", code).stdout.split())
    assert (
        {"query", "engines"}
        <= rooms
        <= {"cli", "core", "displaying", "engines", "errors", "figures", "json", "query", "schema", "version"}
    )


@pytest.mark.parametrize("name", ["labels.db", "labels.duckdb"])
def test_a_command_ends_in_silence(store: Path, tmp_path: Path, name: str) -> None:
    exported = python("cli.py", "export", str(store), "labelbox-v1", str(tmp_path / "labels.json"))
    assert (exported.returncode, exported.stderr) == (0, "40 records written\n")
    loaded = python("cli.py", "load", str(tmp_path / name), str(tmp_path / "labels.json"), "--json")
    assert (loaded.returncode, loaded.stderr) == (0, "")


def test_a_reader_that_leaves_early_is_no_error(store: Path) -> None:
    sql = "with recursive n(x) as (select 1 union all select x + 1 from n limit 300000) select x from n"
    command = f"{sys.executable} cli.py query {store} '{sql}' | head -n 1"
    result = subprocess.run(command, shell=True, cwd=ROOT, text=True, capture_output=True, check=True)
    assert (result.stdout, result.stderr) == ('{"x":1}\n', "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full")
def test_a_full_disk_is_one_line(store: Path) -> None:
    command = f"{sys.executable} cli.py stats {store} > /dev/full"
    result = subprocess.run(command, shell=True, cwd=ROOT, text=True, capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (1, "labelstore: No space left on device\n")


def test_a_long_query_can_be_interrupted(store: Path) -> None:
    sql = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"
    with subprocess.Popen(
        [sys.executable, "cli.py", "query", str(store), sql], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        time.sleep(1.5)  # it is computing by now, and would never end
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) in (-signal.SIGINT, 130)
        assert process.stderr.read() == "labelstore: stopped; the result is not complete\n"


def test_a_name_that_is_no_text(store: Path, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff.json"
    for arguments in (
        [b"load", os.fsencode(tmp_path / "a.db"), name],
        [b"query", os.fsencode(store), b"select '\xff'"],
    ):
        result = subprocess.run(
            [sys.executable.encode(), b"cli.py", *arguments], cwd=ROOT, capture_output=True, check=False
        )
        assert result.returncode == 1
        assert result.stderr.startswith(b"labelstore: ")
        assert result.stderr.count(b"\n") == 1
