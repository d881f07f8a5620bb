"""Loads by Spark: the lake has the tables of a store, whatever happens to the tasks."""

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from labelstore.errors import InputError, StoreError
from labelstore.lake.commits.snapshot import open_lake
from labelstore.lake.load import load as load_by
from labelstore.samples import write
from labelstore.spark import load, tasks
from labelstore.spark.tasks import on_spark
from tests.soaking import amount
from tests.test_lake_load import array, assert_like_store, counted, counters, labels, verified

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

SPLIT_BYTES = amount(100_000, 15_000)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [file.path for file in write(tmp_path_factory.mktemp("samples"), labels=amount(100, 3), seed=5)]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("split_bytes", [SPLIT_BYTES, 1 << 30])
def test_all_samples_are_as_in_a_store(
    spark: "SparkSession", samples: list[Path], tmp_path: Path, split_bytes: int
) -> None:
    lake = tmp_path / "lake"
    report = load(spark, list(map(str, samples)), lake, split_bytes=split_bytes)
    (of_store,) = assert_like_store(lake, tmp_path, [samples])
    assert counted(report) == counted(of_store)
    assert counters(report) == counters(of_store)
    found = verified(lake, samples)
    assert (found.equal, found.missing, found.different) == (report.total("records"), 0, 0)
    assert load(spark, list(map(str, samples)), lake).total("unchanged") == found.equal


class _Dying(tasks._Work):
    """Its first attempt at each task writes all, and then its process is gone."""

    marks = ""

    def __call__(self, number: int) -> str:
        told = super().__call__(number)
        try:
            os.close(os.open(f"{self.marks}/{hash(self._texts[number])}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return told
        os._exit(1)


def test_what_a_process_wrote_before_it_died_is_no_part(
    spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, marks, file = tmp_path / "lake", tmp_path / "marks", array(tmp_path / "export.json", labels(*range(50)))
    marks.mkdir()

    class Dying(_Dying):
        pass

    Dying.marks = str(marks)
    monkeypatch.setattr(tasks, "_Work", Dying)
    report = load_by(lake, str(file), split_bytes=9_000, task_bytes=9_000, runner=on_spark(spark))
    assert report.total("added") == 50
    written = len(list(lake.glob("labels/*.parquet")))
    assert written == 2 * len(open_lake(lake).newest().described["labels"]) > 4
    assert_like_store(lake, tmp_path, [[file]])


def test_a_damaged_file_is_named_and_nothing_is_committed(
    spark: "SparkSession", samples: list[Path], tmp_path: Path
) -> None:
    damaged, lake = tmp_path / "damaged.ndjson.gz", tmp_path / "lake"
    damaged.write_bytes(gzip.compress(samples[-1].read_bytes())[:-500])
    with pytest.raises(InputError, match=r"damaged\.ndjson\.gz: ") as caught:
        load(spark, [str(samples[0]), str(damaged), str(samples[1])], lake)
    assert "\n" not in str(caught.value)
    assert open_lake(lake).numbers() == [0]
    assert not list(lake.glob("*/load-*.parquet"))


class _Failing(tasks._Work):
    def __call__(self, number: int) -> str:
        raise ModuleNotFoundError("No module named 'labelstore'")


class _Crashing(tasks._Work):
    def __call__(self, number: int) -> str:
        os._exit(1)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (_Failing, r"No module named 'labelstore'.*install labelstore-db with its extra lake"),
        (_Crashing, r"Python worker exited unexpectedly.*load again: nothing was committed"),
    ],
)
def test_errors_of_spark_are_one_line(
    spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: type, reason: str
) -> None:
    monkeypatch.setattr(tasks, "_Work", work)
    file = array(tmp_path / "export.json", labels(1))
    with pytest.raises(StoreError, match=f"lake: was not loaded, for Spark ended the tasks .*{reason}") as caught:
        load(spark, str(file), tmp_path / "lake")
    assert "\n" not in str(caught.value)
    assert open_lake(tmp_path / "lake").numbers() == [0]
