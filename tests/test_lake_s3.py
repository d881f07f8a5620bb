"""A lake in a bucket, of exports in a bucket: a local server of S3, in a process of its own."""

import errno
import gzip
import json
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import labelstore
from labelstore.engines import open_database
from labelstore.errors import StoreError
from labelstore.lake.commits.claims import claim
from labelstore.lake.commits.commit import create
from labelstore.lake.load import load
from labelstore.lake.opening import lake_at, open_snapshot
from labelstore.lake.place import OWN, Place
from labelstore.loading import Report
from labelstore.samples import write
from tests.soaking import amount
from tests.test_cli import failed, run
from tests.test_lake_load import array, counted, labels, rest, with_ranks_of_loads
from tests.test_lake_resolving import content, ranked


class Bucket:
    """A bucket of an S3 server that runs on this computer."""

    def __init__(self) -> None:
        import s3fs

        s3fs.S3FileSystem.clear_instance_cache()
        self.system = s3fs.S3FileSystem()
        self.system.mkdir("bucket")

    def put(self, path: Path, name: str) -> str:
        """Upload a file, or the files of a folder; its URL."""
        for file in path.iterdir() if path.is_dir() else [path]:
            self.system.pipe_file(f"bucket/{name}{file.name if path.is_dir() else ''}", file.read_bytes())
        return f"s3://bucket/{name}"


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(server, port)
        with pytest.MonkeyPatch.context() as patch:
            for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
                patch.setenv(name, "testing")
            patch.setenv("AWS_REGION", "us-east-1")
            patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
            patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
            patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
            found = Bucket()
            yield found
            type(found.system).clear_instance_cache()
    finally:
        server.kill()
        server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(600):
        assert server.poll() is None, "the server of S3 ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError


class Given:
    """Exports on disk and the same in the bucket."""

    def __init__(self, folder: Path, bucket: Bucket) -> None:
        written = write(folder / "in", labels=amount(40, 4), seed=8, asset_types=("image", "text", "video"))
        paths = {file.path.name: file.path for file in written}
        v1, other, video = (paths[f"v1-{kind}.json"] for kind in ("image", "text", "video"))
        v2, last = (paths[f"v2-{kind}.ndjson"] for kind in ("text", "image"))
        (packed := folder / "packed.ndjson.gz").write_bytes(gzip.compress(v2.read_bytes()))
        with zipfile.ZipFile(archive := folder / "archive.zip", "w") as file:
            file.write(other, "other.json")
        pattern = folder / "many"
        pattern.mkdir()
        shutil.copy(v1, pattern / "one.json")
        shutil.copy(last, pattern / "two.json")
        self.frames = folder / "in" / "frames"
        self.files = [packed, archive, pattern / "one.json", pattern / "two.json", video]
        self.urls = [bucket.put(path, f"in/{path.name}") for path in (packed, archive)]
        bucket.put(pattern, "in/many/")
        bucket.put(self.frames, "in/frames/")
        self.urls += ["s3://bucket/in/many/*.json", bucket.put(video, "in/video.json")]
        self.later = folder / "later.json"
        labels = json.loads(v1.read_text())
        self.later.write_text(json.dumps([labels[0] | {"Seconds to Label": 77.5}, *labels[1:2]]))
        self.later_url = bucket.put(self.later, "in/later.json")


@pytest.fixture(scope="module")
def given(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Given:
    return Given(tmp_path_factory.mktemp("s3"), bucket)


LAKE = "s3://bucket/lake"


@pytest.mark.sampled(0)  # some 3,000 requests
def test_a_lake_in_a_bucket_is_as_a_store_on_disk(given: Given, tmp_path: Path) -> None:
    def loads(urls: list[str], frames: str | None = None) -> Report:
        return load(LAKE, urls, frames=frames, split_bytes=20_000, jobs=1)

    reports = [loads(given.urls, "s3://bucket/in/frames/")]
    assert reports[0].frames_files > 0
    reports.append(loads([given.later_url]))
    assert loads([given.later_url]).total("unchanged") == 2
    assert lake_at(LAKE).numbers() == [0, 1, 2]
    store = tmp_path / "store.db"
    with labelstore.open(store) as opened:
        of_store = [
            opened.load(list(given.files), history=False, frames=given.frames),
            opened.load(given.later, history=False),
        ]
    assert list(map(counted, reports)) == list(map(counted, of_store))
    assert counted(reports[1])[1:4] == [0, 1, 1]
    with closing(open_snapshot(LAKE)) as ours, open_database(store, read_only=True) as theirs:
        one, other = (with_ranks_of_loads(one, ranked(content(one))) for one in (ours, theirs))
        for table in other:
            assert one[table] == other[table], table
        assert rest(ours) == rest(theirs)
    _commands(given)


def _commands(given: Given) -> None:
    told = json.loads(run("lake", "verify", LAKE, *given.urls[1:2], given.later_url, "--jobs", 1, "--json").stdout)
    assert (told["equal"], told["missing"], told["different"]) == (told["records"], 0, 0)
    listed = json.loads(run("lake", "snapshots", LAKE, "--json").stdout)
    assert [one["number"] for one in listed] == [0, 1, 2]
    asked = run("lake", "query", LAKE, "select count(*) as n from records")
    assert json.loads(asked.stdout)["n"] == listed[-1]["records"]
    assert run("lake", "stats", LAKE, "--at", 1, "--json").exit_code == 0
    assert "is no lake of labelstore" in failed("lake", "stats", "s3://bucket/none")
    done = json.loads(run("lake", "vacuum", LAKE, "--older-than", 0, "--yes", "--json").stdout)
    assert done["snapshots"] == [0, 1]
    assert done["files"] > 10


def test_claims_of_threads_and_processes_share_no_number(bucket: Bucket) -> None:
    place = Place("s3://bucket/claims")
    assert place.put_new("once.json", 1)
    assert not place.put_new("once.json", 2)
    assert place.get("once.json") == 1
    code = (
        "from labelstore.lake.commits.claims import claim; from labelstore.lake.place import Place\n"
        "place = Place('s3://bucket/claims')\nfor _ in range(4): print(claim(place, 10, 2).first_number)"
    )
    command = [sys.executable, "-c", f"import sys; sys.path = {sys.path!r}\n{code}"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    with ThreadPoolExecutor(4) as pool:
        numbers = [one.first_number for one in pool.map(lambda _: claim(place, 10, 2), range(8))]
    for process in processes:
        out, _ = process.communicate(timeout=60)
        numbers += map(int, out.split())
    assert sorted(numbers) == list(range(0, 160, 10))


def test_who_is_refused_for_no_reason_tries_again(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """As S3 does where several write at once: 409, and the file is not there."""
    pipe, refused = bucket.system.pipe_file, iter([True, True, False])

    def conflicts(path: str, data: bytes, **more: Any) -> Any:
        if next(refused):
            raise OSError(errno.EBUSY, "ConditionalRequestConflict")
        return pipe(path, data, **more)

    place = Place("s3://bucket/conflicts")
    monkeypatch.setattr(place.system, "pipe_file", conflicts)
    assert place.put_new("once.json", 1)
    assert place.get("once.json") == 1


def test_a_server_that_writes_over_files_is_refused(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """As old servers do, which know no If-None-Match."""
    write_over = bucket.system.pipe_file

    def ignores(path: str, data: bytes, **_: Any) -> Any:
        return write_over(path, data)

    monkeypatch.setattr(bucket.system, "pipe_file", ignores)
    with pytest.raises(StoreError, match=r"is no place for a lake \(its server writes over files .* conditional puts"):
        create(Place("s3://bucket/unsafe"))
    assert bucket.system.find("bucket/unsafe") == []


def test_a_bucket_that_is_not_there_is_named(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"s3://nobucket/lake: cannot be read or written"):
        load("s3://nobucket/lake", str(array(tmp_path / "x.json", labels(1))), jobs=1)


def test_a_load_into_a_bucket_is_there_as_a_whole_or_not_at_all(bucket: Bucket, tmp_path: Path) -> None:
    (bad := tmp_path / "bad.ndjson.gz").write_bytes(gzip.compress(b'{"data_row": {"id": "x"}}\n' * 999)[:-9])
    url = bucket.put(bad, "in/bad.ndjson.gz")
    lake = create(Place("s3://bucket/failed"))
    with pytest.raises(labelstore.LabelstoreError, match=r"s3://bucket/in/bad\.ndjson\.gz"):
        load(lake.place.url, url, jobs=1)
    assert bucket.system.glob("bucket/failed/*/*.parquet") == []
    assert lake.place.numbers(f"{OWN}/commits") == []
    good = tmp_path / "good.ndjson.gz"
    good.write_bytes(gzip.compress(b"\n".join(b'{"data_row": {"id": "d%d"}}' % number for number in range(50))))
    assert load(lake.place.url, bucket.put(good, "in/good.ndjson.gz"), jobs=1).total("added") == 50
    with closing(open_snapshot(lake.place.url)) as database:
        assert database.value("select count(*) from records") == 50


@pytest.mark.parametrize("url", ["memory://no-lake", "s3://", "nope://bucket/lake"])
def test_other_places_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(
        StoreError, match=r"is no place for a lake; use a folder or a URL of s3|Protocol not known: nope"
    ):
        load(url, str(array(tmp_path / "x.json", labels(1))), jobs=1)
