"""Loading into a lake: the same tables as in a store that one process loads, however the files are split."""

import gzip
import json
import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

import labelstore
from labelstore.engines import open_database
from labelstore.engines.database import Database
from labelstore.errors import InputError, StoreError
from labelstore.files import open_sources
from labelstore.lake import load as loading
from labelstore.lake import reports
from labelstore.lake.commits import commit as commits
from labelstore.lake.commits.snapshot import Snapshot, open_lake
from labelstore.lake.database import LakeDatabase
from labelstore.lake.load import load
from labelstore.lake.tasks.running import Runner, run_task
from labelstore.loading import Report
from labelstore.samples import write
from labelstore.schema.tables import DERIVED, columns
from labelstore.verifying.comparing import Comparer
from labelstore.verifying.report import VerifyReport
from labelstore.verifying.verifier import Verifier
from tests.soaking import amount
from tests.test_lake_resolving import content, ranked
from tests.test_reloading import v1_label, v2_label, v2_line

SMALL = amount(100_000, 15_000)
"""Bytes of a split: most samples have several."""


def database_of(snapshot: Snapshot, *, views: bool = True) -> LakeDatabase:
    files = {table: snapshot.files(table) for table in snapshot.described}
    return LakeDatabase(snapshot.place.url, files, views=views)


def counted(report: Report) -> list[int]:
    names = ("records", "added", "changed", "unchanged", "repeated", "stale", "rejected")
    return [report.total(name) for name in names]


def counters(report: Report) -> dict[str, Any]:
    told = reports.report_json(report)
    names = ("labels", "objects", "classifications", "frames", "model_run_labels", "predictions", "unread", "classes")
    return {name: told[name] for name in names}


def rest(database: Database) -> dict[str, list[Any]]:
    """The derived tables and the rejects; ids of records are ranks."""
    ids = [row[0] for row in database.query("select record_id from records order by 1").rows]
    ranks = {record_id: rank for rank, record_id in enumerate(ids)}

    def plain(name: str, kind: str, value: Any) -> Any:
        if name == "record_id":
            return ranks[value]
        return bool(value) if kind == "boolean" and value is not None else value

    def rows(table: str) -> list[Any]:
        kinds = columns()[table].items()
        found = database.query(f"select * from {table}").rows
        plain_rows = (tuple(plain(*kind, value) for kind, value in zip(kinds, row, strict=True)) for row in found)
        return sorted(plain_rows, key=repr)

    return {table: rows(table) for table in (*DERIVED, "rejects")}


def with_ranks_of_loads(database: Database, rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """An attempt in vain takes ids of loads, too."""
    ids = [row[0] for row in database.query("select load_id from loads order by 1").rows]
    for record in rows["records"]:
        for name in ("load_id", "url_load_id"):
            record[name] = None if record[name] is None else ids.index(record[name])
    return rows


def assert_like_store(lake: Path, folder: Path, loads: Sequence[Sequence[Path]], **options: Any) -> list[Report]:
    """The lake holds what a store holds that loads the same files; the reports of the store."""
    store = folder / f"{lake.name}.db"
    with labelstore.open(store) as opened:
        reports = [opened.load(list(files), **options) for files in loads]
    with (
        closing(database_of(open_lake(lake).newest(), views=False)) as ours,
        open_database(store, read_only=True) as theirs,
    ):
        one, other = (with_ranks_of_loads(one, ranked(content(one))) for one in (ours, theirs))
        for table in other:
            assert one[table] == other[table], table
        assert rest(ours) == rest(theirs)
    return reports


def verified(lake: Path, files: Sequence[Path]) -> VerifyReport:
    report = VerifyReport(str(lake), "delta")
    with closing(database_of(open_lake(lake).newest())) as database:
        verifier = Verifier(database, report, None, None, Comparer(database, 1))
        for source in open_sources(map(str, files)):
            with source:
                verifier.verify_file(source)
    return report


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    written = write(tmp_path_factory.mktemp("samples"), labels=amount(100, 3), seed=5)
    return [file.path for file in written]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("split_bytes", "task_bytes"), [(SMALL, 3 * SMALL), (1 << 30, None)])
def test_all_samples_are_as_in_a_store(
    samples: list[Path], tmp_path: Path, split_bytes: int, task_bytes: int | None
) -> None:
    lake = tmp_path / "lake"
    report = load(lake, list(map(str, samples)), split_bytes=split_bytes, task_bytes=task_bytes, jobs=1)
    (of_store,) = assert_like_store(lake, tmp_path, [samples])
    assert counted(report) == counted(of_store)
    assert counters(report) == counters(of_store)
    found = verified(lake, samples)
    assert (found.equal, found.missing, found.different) == (report.total("records"), 0, 0)
    again = load(lake, list(map(str, samples)), split_bytes=split_bytes, jobs=1)
    assert again.total("unchanged") == report.total("records")
    assert open_lake(lake).numbers() == [0, 1]


@pytest.mark.sampled(0)
def test_processes_share_the_tasks(samples: list[Path], tmp_path: Path) -> None:
    report = load(tmp_path / "lake", list(map(str, samples[:6])), split_bytes=SMALL, task_bytes=4 * SMALL, jobs=2)
    assert report.total("added") == report.total("records") == 6 * amount(100, 3)
    assert_like_store(tmp_path / "lake", tmp_path, [samples[:6]])


def labels(*numbers: int, **more: Any) -> list[dict[str, Any]]:
    return [v1_label(f"l{number}", **more) for number in numbers]


def array(path: Path, elements: Sequence[Any]) -> Path:
    path.write_text(json.dumps(elements))
    return path


def lines(path: Path, records: Sequence[Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, records)) + "\n")
    return path


def test_later_exports_replace_labels_as_in_a_store(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    first = array(tmp_path / "first.json", labels(*range(40)))
    changed = array(
        tmp_path / "second.json", [*labels(*range(20)), *labels(20, 21, **{"Seconds to Label": 9}), *labels(50)]
    )
    moved = lines(
        tmp_path / "third.ndjson",
        [v2_line({"p": {"labels": [v2_label("l3", "a")]}}, "d-l3"), v2_line({"p": {"labels": [v2_label("n1", "b")]}})],
    )
    fewer = lines(tmp_path / "fourth.ndjson", [v2_line({"p": {"labels": [v2_label("n2", "b")]}})])
    loads = [[first], [changed], [moved], [fewer], [first]]
    reports = [load(lake, list(map(str, files)), jobs=1) for files in loads]
    of_store = assert_like_store(lake, tmp_path, loads)
    assert list(map(counted, reports)) == list(map(counted, of_store))
    assert counters(reports[1])["labels"] == 3
    numbers = open_lake(lake).numbers()
    with closing(database_of(open_lake(lake).at(numbers[1]))) as before:
        assert before.value("select count(*) from labels") == 40


def test_what_the_lake_holds_is_not_written_again(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    first = array(tmp_path / "first.json", labels(*range(30)))
    more = array(tmp_path / "more.json", labels(*range(31)))
    for file in (first, more):
        load(lake, str(file), jobs=1)
    written = open_lake(lake).newest().described["labels"].values()
    assert sorted(file.rows for file in written) == [1, 30]
    assert_like_store(lake, tmp_path, [[first], [more]])


def test_what_is_told_in_two_ways_ends_as_the_last_one(tmp_path: Path) -> None:
    """One of them is as the lake holds it: it counts, for the other came before it."""
    lake, other = tmp_path / "lake", {"Seconds to Label": 9}
    first = array(tmp_path / "first.json", labels(1, 2))
    both = array(tmp_path / "both.json", [*labels(1, 2, **other), *labels(1)])
    told: list[str] = []
    reports = [load(lake, str(file), jobs=1, notify=told.append) for file in (first, both)]
    assert any("some records are as the lake holds them, others not" in line for line in told)
    of_store = assert_like_store(lake, tmp_path, [[first], [both]])
    assert list(map(counted, reports)) == list(map(counted, of_store))


def test_archives_tables_and_packed_files(samples: list[Path], tmp_path: Path) -> None:
    packed = tmp_path / "packed.ndjson.gz"
    packed.write_bytes(gzip.compress(samples[-1].read_bytes()))
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("one.json", samples[0].read_bytes())
        file.writestr("readme.txt", "no export")
        file.writestr("two.ndjson", samples[-2].read_bytes())
    (table,) = (path for path in samples if path.suffix == ".csv")
    files = [packed, archive, table]
    report = load(tmp_path / "lake", list(map(str, files)), split_bytes=SMALL, jobs=1)
    assert [file.name.rpartition("/")[2] for file in report.files] == [
        "packed.ndjson.gz",
        "archive.zip!one.json",
        "archive.zip!two.ndjson",
        table.name,
    ]
    assert any("passed over what is no export" in note for note in report.notes)
    assert_like_store(tmp_path / "lake", tmp_path, [files])


def test_rejects_have_the_place_and_the_bytes_as_in_a_store(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ndjson"
    good = [json.dumps(v2_line({"p": {"labels": [v2_label(f"n{n}", "b")]}}, f"d{n}")) for n in range(60)]
    bad = ['{"data_row": ', '{"data_row": {"id": "x"}, "projects": 1e400}', "[1]", '{"neither": 1}']
    broken.write_text("\n".join(line for n in range(60) for line in (good[n], *bad[n % 20 : n % 20 + 1])))
    report = load(tmp_path / "lake", str(broken), split_bytes=2_000, task_bytes=5_000, jobs=1)
    (of_store,) = assert_like_store(tmp_path / "lake", tmp_path, [[broken]])
    assert counted(report) == counted(of_store)
    assert report.total("rejected") == 12
    assert report.files[0].first_rejects == of_store.files[0].first_rejects
    assert report.files[0].sha256 == of_store.files[0].sha256


def test_frames_files_are_joined_to_their_labels(tmp_path: Path) -> None:
    written = write(tmp_path / "samples", labels=4, seed=8)
    (videos,) = (file.path for file in written if file.path.name == "v1-video.json")
    frames = tmp_path / "samples" / "frames"
    report = load(tmp_path / "lake", str(videos), frames=frames, split_bytes=SMALL, jobs=1)
    (of_store,) = assert_like_store(tmp_path / "lake", tmp_path, [[videos]], frames=frames)
    assert (report.frames_files, report.frames_missing) == (of_store.frames_files, of_store.frames_missing)
    assert report.frames_files > 0
    assert counted(report) == counted(of_store)


def test_frames_files_of_any_size_and_packing(tmp_path: Path) -> None:
    """More frames than expected by the bytes, archives, a file that would be divided if it were an export."""
    names = ("tiny", "packed", "archive", "large")
    videos = [v1_label(name, Label={"frames": f"https://example.com/{name}"}) for name in names]
    folder = tmp_path / "frames"
    folder.mkdir()
    empty = [json.dumps({"frameNumber": number, "objects": []}) for number in range(1500)]
    (folder / "tiny.ndjson").write_text("\n".join(empty))
    (folder / "packed.gz").write_bytes(gzip.compress("\n".join(empty).encode()))
    with zipfile.ZipFile(folder / "archive.zip", "w") as file:
        file.writestr("1.ndjson", "\n".join(empty[:5]))
    lines(folder / "large", [{"frameNumber": number, "objects": [], "more": "x" * 500} for number in range(100)])
    export = lines(tmp_path / "export.ndjson", videos)
    report = load(tmp_path / "lake", str(export), frames=folder, split_bytes=SMALL, jobs=1)
    (of_store,) = assert_like_store(tmp_path / "lake", tmp_path, [[export]], frames=folder)
    assert counted(report) == counted(of_store)
    assert (report.frames_files, of_store.frames_files) == (4, 4)
    assert [file.name for file in report.files] == [file.name for file in of_store.files]


def test_a_damaged_file_is_named_and_nothing_is_committed(samples: list[Path], tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.ndjson.gz"
    damaged.write_bytes(gzip.compress(samples[-1].read_bytes())[:-500])
    lake = tmp_path / "lake"
    with pytest.raises(InputError, match=r"damaged\.ndjson\.gz"):
        load(lake, [str(samples[0]), str(damaged), str(samples[1])], jobs=1)
    assert open_lake(lake).numbers() == [0]
    assert not list(lake.glob("*/load-*.parquet"))


def test_a_separator_inside_of_strings_is_planned_again(tmp_path: Path) -> None:
    text = '"},\n{"ID": "no record"' * 40
    elements = labels(*range(30), **{"External ID": text})
    file = tmp_path / "ambiguous.json"
    file.write_text("[" + ",\n".join(json.dumps(element).replace("\\n", "\n") for element in elements) + "]")
    told: list[str] = []
    file.write_text("[" + ",\n".join(json.dumps(element) for element in elements) + "]")
    report = load(tmp_path / "lake", str(file), split_bytes=3_000, jobs=1, notify=told.append)
    assert report.total("added") == 30
    assert_like_store(tmp_path / "lake", tmp_path, [[file]])


@pytest.mark.sampled(0)
def test_more_records_than_numbers_are_planned_again(tmp_path: Path) -> None:
    thin = tmp_path / "thin.ndjson"
    thin.write_text("\n".join(f'{{"data_row":{{"id":"d{n}"}}}}' for n in range(3_000)))
    told: list[str] = []
    report = load(tmp_path / "lake", str(thin), jobs=1, notify=told.append)
    assert report.total("added") == 3_000
    assert [line for line in told if "has more records than expected" in line]


def test_a_load_that_another_overtakes_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = tmp_path / "lake"
    mine, other = array(tmp_path / "mine.json", labels(1, 2)), array(tmp_path / "other.json", labels(2, 3))
    whole = loading._committed

    def overtaken(*arguments: Any) -> Snapshot:
        monkeypatch.undo()
        load(lake, str(other), jobs=1)
        return whole(*arguments)

    monkeypatch.setattr(loading, "_committed", overtaken)
    told: list[str] = []
    report = load(lake, str(mine), jobs=1, notify=told.append)
    assert any("another load was quicker; writing again" in line for line in told)
    assert (report.total("added"), report.total("unchanged")) == (1, 1)
    assert_like_store(lake, tmp_path, [[other], [mine]])


def test_a_load_that_stopped_before_its_commit_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, file = tmp_path / "lake", array(tmp_path / "export.json", labels(1, 2))

    def stops(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "commit", stops)
    with pytest.raises(KeyboardInterrupt):
        load(lake, str(file), jobs=1)
    assert open_lake(lake).numbers() == [0]
    monkeypatch.undo()
    told: list[str] = []
    assert load(lake, str(file), jobs=1, notify=told.append).total("unchanged") == 2
    assert any("completed the load of" in line for line in told)
    assert_like_store(lake, tmp_path, [[file]])


def test_what_an_attempt_wrote_in_vain_is_no_part(tmp_path: Path) -> None:
    """Each task runs twice, as on a cluster whose executors die after writing; the second manifest counts."""
    lake, file = tmp_path / "lake", array(tmp_path / "export.json", labels(*range(50)))

    def run(tasks: Sequence[dict[str, Any]]) -> Any:
        for task in tasks:
            run_task(task)
            yield run_task(task)

    report = load(lake, str(file), split_bytes=3_000, task_bytes=3_000, runner=Runner(run, 1))
    assert report.total("added") == 50
    written = len(list(lake.glob("labels/*.parquet")))
    assert written == 2 * len(open_lake(lake).newest().described["labels"]) > 4
    assert_like_store(lake, tmp_path, [[file]])


def test_tables_that_another_program_made_compact_are_read_and_changed(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    files = [array(tmp_path / f"{number}.json", labels(number, number + 1)) for number in (1, 3)]
    changed = array(tmp_path / "changed.json", labels(3, **{"Seconds to Label": 9}))
    for file in files:
        load(lake, str(file), jobs=1)
    for table in ("labels", "records", "objects"):
        DeltaTable(str(lake / table)).optimize.compact()
    load(lake, str(changed), jobs=1)
    assert_like_store(lake, tmp_path, [*([file] for file in files), [changed]])


@pytest.mark.sampled(0)
def test_a_table_that_changes_in_the_middle_of_a_commit_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = tmp_path / "lake"
    for number in (1, 2):
        load(lake, str(array(tmp_path / "export.json", labels(number))), jobs=1)
    carry_out = commits._carry_out

    def changed_before(*arguments: Any) -> Snapshot:
        DeltaTable(str(lake / "labels")).optimize.compact()
        return carry_out(*arguments)

    monkeypatch.setattr(commits, "_carry_out", changed_before)
    changed = array(tmp_path / "changed.json", labels(1, **{"Seconds to Label": 9}))
    with pytest.raises(StoreError, match=r"changed the table labels in the middle of a commit; restore the version"):
        load(lake, str(changed), jobs=1)
    monkeypatch.undo()
    before = open_lake(lake).newest().versions["labels"]
    assert before is not None
    DeltaTable(str(lake / "labels")).restore(before)
    assert load(lake, str(changed), jobs=1).total("unchanged") == 1
