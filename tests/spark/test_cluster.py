"""A cluster that loses an executor, runs a task twice, or loses its driver: the lake is as a store."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyarrow import ArrowInvalid, parquet

from labelstore.lake.commits.delta import lake_tables
from labelstore.lake.commits.snapshot import open_lake
from labelstore.lake.load import load
from labelstore.lake.opening import lake_at
from labelstore.lake.vacuum import vacuum
from tests.spark.sessions import SETTINGS, environment
from tests.test_lake_crashes import Given, assert_no_other_files, killed
from tests.test_lake_load import array, assert_like_store, labels

pytestmark = [
    pytest.mark.spark,
    pytest.mark.sampled(0),
    pytest.mark.usefixtures("needs_spark"),
    pytest.mark.skipif(sys.platform != "linux", reason="asks /proc, and has two hosts in one"),
]
HOSTS = ("127.0.0.1", "127.0.0.2")  # a twin runs on another


@pytest.fixture(scope="module")
def master(needs_spark: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a cluster of two hosts with an executor each."""
    folder = tmp_path_factory.mktemp("cluster")
    with socket.create_server((HOSTS[0], 0)) as server:
        port = server.getsockname()[1]
    url = f"spark://{HOSTS[0]}:{port}"
    with ExitStack() as stack:
        _start(stack, HOSTS[0], "master.Master", "--port", str(port))
        for host in HOSTS:
            _start(stack, host, "worker.Worker", "-c", "1", "-m", "1g", "-d", str(folder / host), url)
        yield url


def _start(stack: ExitStack, host: str, name: str, *arguments: str) -> None:
    """A part of the cluster, until the stack ends."""
    import pyspark

    home = Path(pyspark.__file__).parent
    command = ["bash", str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}"]
    env = os.environ | environment() | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": host}
    env["SPARK_DAEMON_JAVA_OPTS"] = SETTINGS["spark.driver.extraJavaOptions"]
    process = subprocess.Popen(
        [*command, "--host", host, "--webui-port", "0", *arguments], env=env, stdout=-3, stderr=-3
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)


def lost(loss: str, master: str, lake: Path, file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a driver that loses something says of its load, and what it tells by marks."""
    marks = lake.with_name("marks")
    marks.mkdir()
    command = [sys.executable, "-m", "tests.spark.losing", loss, master, str(lake), str(marks), str(file)]
    done = subprocess.run(
        command, env=os.environ | environment(), capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    told = {mark.name: json.loads(mark.read_text() or "{}") for mark in marks.iterdir()}
    return json.loads(done.stdout.splitlines()[-1]), told


def assert_vacuumed(lake: Path, orphans: set[str]) -> None:
    assert all((lake / orphan).exists() for orphan in orphans)
    opened = lake_at(lake)
    assert orphans <= vacuum(opened, timedelta(0)).files.keys()
    assert not any((lake / orphan).exists() for orphan in orphans)


def test_an_executor_killed_with_a_file_open_leaves_nothing(master: str, tmp_path: Path) -> None:
    lake, file = tmp_path / "lake", array(tmp_path / "export.json", labels(*range(50)))
    said, told = lost("executor", master, lake, file)
    assert said == {"added": 50, "is_executor_gone": True}
    assert any("CoarseGrainedExecutorBackend" in word for word in told["killed"]["command"])
    orphan = told["killed"]["file"]
    with pytest.raises(ArrowInvalid, match="Parquet"):  # no end was written: it was open
        parquet.read_metadata(lake / orphan)
    assert_vacuumed(lake, {orphan})
    assert_like_store(lake, tmp_path, [[file]])


def test_what_a_slower_twin_wrote_is_no_part(master: str, tmp_path: Path) -> None:
    lake, file = tmp_path / "lake", array(tmp_path / "export.json", labels(*range(50)))
    said, told = lost("twin", master, lake, file)
    assert said["added"] == 50
    first, twin = told["first"], told["twin"]
    assert first["jvm"] != twin["jvm"]
    assert {host for one in (first, twin) for host in HOSTS if host in one["command"]} == set(HOSTS)
    by_first, by_twin = ({path for path in one["files"] if not path.startswith("records/")} for one in (first, twin))
    newest = open_lake(lake).newest()  # its records were written once more
    committed = {f"{table}/{path}" for table, files in newest.described.items() for path in files}
    assert len(by_first) == len(by_twin) >= 3
    assert by_twin <= committed
    assert not committed & set(first["files"])
    for one, other in zip(sorted(by_first), sorted(by_twin), strict=True):
        assert parquet.ParquetFile(lake / one).read().equals(parquet.ParquetFile(lake / other).read())
    assert_vacuumed(lake, set(first["files"]))
    assert_like_store(lake, tmp_path, [[file]])


BY_SPARK = """
from labelstore.spark.tasks import on_spark
from tests.spark.sessions import session_of
spark = session_of("local[2]")
load(lake, files, task_bytes=1, runner=on_spark(spark))
"""
POINTS = (
    ("put manifests", "after"),
    ("put commits", "before"),
    ("put snapshots", "before"),
    *((f"table {table}", "after") for table in lake_tables()),
)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return Given(tmp_path_factory.mktemp("drivers"))


@pytest.mark.parametrize(("point", "place"), POINTS, ids=lambda value: value.replace(" ", "-"))
def test_the_next_run_completes_the_load_of_a_killed_driver(
    given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, place: str
) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(given.lake, lake)
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    killed(lake, given.second, point, place, load=BY_SPARK)
    assert open_lake(lake).numbers() == [0, 1]
    assert len({path.name for path in lake.glob("records/load-2-*.parquet")}) > 1  # of several tasks
    is_decided = point.startswith(("table", "put snapshots"))
    assert open_lake(lake).place.numbers("_labelstore/commits") == ([1, 2] if is_decided else [1])
    notes: list[str] = []
    load(lake, list(map(str, given.second)), jobs=1, notify=notes.append)
    assert any("completed the load of" in note for note in notes) == (not is_decided)
    assert open_lake(lake).numbers() == [0, 1, 2]
    vacuum(lake_at(lake), timedelta(0))
    assert_like_store(lake, tmp_path, [given.first, given.second])
    assert_no_other_files(lake)


def test_the_module_is_a_driver_by_itself(tmp_path: Path) -> None:
    lake, file = tmp_path / "lake", array(tmp_path / "export.json", labels(*range(3)))
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK", "PYTHONPATH"))}
    command = [sys.executable, "-m", "labelstore.spark", str(file), "--lake", str(lake)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout)["added"] == 3
    assert_like_store(lake, tmp_path, [[file]])
