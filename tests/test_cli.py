"""Every command, where it succeeds and where it fails: what is printed, and the exit code."""

import io
import json
import re
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from labelstore import samples, verifying
from labelstore.cli import app
from labelstore.core.library import told
from labelstore.export import writing
from labelstore.json.equality import same
from labelstore.loading import load

ENGINES = {"sqlite": "labels.db", "duckdb": "labels.duckdb"}
LABEL = {"ID": "l1", "DataRow ID": "d1", "Labeled Data": "https://x/a.jpg", "Label": {}, "Project Name": "P"}


def run(*arguments: object, stdin: str | None = None) -> Result:
    """Run a command; whatever it is given, no traceback comes out."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def failed(*arguments: object, code: int = 1, stdin: str | None = None) -> str:
    """Run a command that fails with one line on standard error; that line."""
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == code, result.output
    line = result.stderr
    assert line.startswith("labelstore: ")
    assert line.count("\n") == 1
    return line


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Sample exports, and a store of each engine with all of them; nobody writes to these."""
    folder = tmp_path_factory.mktemp("cli")
    files = samples.write(folder / "samples", asset_types=("image", "video", "text"), labels=12)
    paths = [file.path for file in files]
    frames = folder / "samples" / "frames"
    stores = {engine: folder / name for engine, name in ENGINES.items()}
    for store in stores.values():
        load(store, paths, frames=frames)
    return SimpleNamespace(files=paths, frames=frames, stores=stores)


@pytest.fixture(params=list(ENGINES))
def store(request: pytest.FixtureRequest, made: SimpleNamespace) -> Path:
    path: Path = made.stores[request.param]
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.json"
    path.write_text(json.dumps([LABEL]))
    return path


class TestLoad:
    @pytest.mark.parametrize("name", ENGINES.values())
    def test_reports_what_was_stored(self, tmp_path: Path, made: SimpleNamespace, name: str) -> None:
        result = run("load", tmp_path / name, *made.files, "--frames", made.frames)
        assert result.exit_code == 0
        assert re.match(rf"{re.escape(str(tmp_path / name))}: \d+ records added\n", result.stdout)
        assert "image " in result.stdout
        assert "frames files" in result.stdout
        assert result.stderr == ""

    def test_the_same_again_changes_nothing(self, tmp_path: Path, export: Path) -> None:
        assert json.loads(run("load", tmp_path / "a.db", export, "--json").stdout)["added"] == 1
        again = json.loads(run("load", tmp_path / "a.db", export, "--json").stdout)
        assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1)

    def test_exits_with_3_for_rejected_records(self, tmp_path: Path, export: Path) -> None:
        export.write_text(json.dumps([LABEL]) + "\n[7]")
        result = run("load", tmp_path / "a.db", export)
        assert result.exit_code == 3
        assert "1 rejected" in result.stdout
        assert "record " in result.stdout
        assert "a number, not an object" in result.stdout
        report = run("load", tmp_path / "b.db", export, "--json")
        assert report.exit_code == 3
        assert json.loads(report.stdout)["rejected"] >= 1

    def test_reads_standard_input(self, tmp_path: Path) -> None:
        result = run("load", tmp_path / "a.db", "-", stdin=json.dumps(LABEL))
        assert result.exit_code == 0
        assert "1 record added" in result.stdout

    def test_says_where_frames_are_missing(self, tmp_path: Path, export: Path) -> None:
        export.write_text(json.dumps({**LABEL, "Label": {"frames": "https://x/f.ndjson"}}))
        assert "1 missing (give their folder with --frames)" in run("load", tmp_path / "a.db", export).stdout

    def test_refuses_what_is_no_export(self, tmp_path: Path) -> None:
        picture = tmp_path / "a.png"
        picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
        assert "is a PNG image" in failed("load", tmp_path / "a.db", picture)
        assert not (tmp_path / "a.db").exists()

    def test_takes_an_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "empty.json").touch()
        result = run("load", tmp_path / "a.db", tmp_path / "empty.json")
        assert result.exit_code == 0
        assert "nothing new: the files hold no records" in result.stdout

    def test_names_a_missing_file(self, tmp_path: Path) -> None:
        assert "nothing.json: no such file" in failed("load", tmp_path / "a.db", tmp_path / "nothing.json")
        assert "no file matches" in failed("load", tmp_path / "a.db", tmp_path / "*.json")
        (tmp_path / "empty").mkdir()
        assert "is a folder without an export" in failed("load", tmp_path / "a.db", tmp_path / "empty")

    def test_refuses_what_is_no_store(self, tmp_path: Path, export: Path) -> None:
        other = sqlite3.connect(tmp_path / "other.db")
        other.execute("create table t (x)")
        other.close()
        assert "not a labelstore" in failed("load", tmp_path / "other.db", export)
        assert "neither a SQLite nor a DuckDB" in failed("load", export, export)
        assert "folder does not exist" in failed("load", tmp_path / "none" / "a.db", export)

    def test_a_text_on_a_line_stays_on_it(self, tmp_path: Path) -> None:
        hostile = tmp_path / "a\n\x1b[2Jb.json"
        assert "a\\n\\x1b[2Jb.json" in failed("load", tmp_path / "a.db", hostile)


class TestVerify:
    def test_all_is_equal(self, store: Path, made: SimpleNamespace) -> None:
        result = run("verify", store, *made.files, "--frames", made.frames)
        assert result.exit_code == 0, result.output
        report = json.loads(run("verify", store, *made.files, "--frames", made.frames, "--json").stdout)
        assert report["ok"]
        assert report["records"] == report["equal"] > 0

    def test_tells_what_is_missing(self, store: Path, export: Path) -> None:
        result = run("verify", store, export)
        assert result.exit_code == 1
        assert "missing: " in result.stdout
        assert "record 0" in result.stdout

    def test_shows_the_first_differences(self, tmp_path: Path, export: Path) -> None:
        run("load", tmp_path / "a.db", export)
        database = sqlite3.connect(tmp_path / "a.db")
        database.execute("update labels set created_by = 'nobody'")
        database.commit()
        database.close()
        result = run("verify", tmp_path / "a.db", export)
        assert result.exit_code == 1
        assert '/Created By: exported absent, rebuilt "nobody"' in result.stdout

    def test_needs_a_store(self, tmp_path: Path, export: Path) -> None:
        assert "does not exist" in failed("verify", tmp_path / "none.db", export)


class TestGet:
    def test_prints_labels_and_data_rows(self, store: Path, made: SimpleNamespace) -> None:
        line = (made.files[0].parent / "v2-image.ndjson").read_text().splitlines()[0]
        data_row = json.loads(line)["data_row"]["id"]
        label = json.loads((made.files[0].parent / "v1-text.json").read_text())[0]
        result = run("get", store, label["ID"], data_row)
        assert [json.loads(text) for text in result.stdout.splitlines()] == [label, json.loads(line)]

    def test_can_be_pretty(self, store: Path, made: SimpleNamespace) -> None:
        label = json.loads((made.files[0].parent / "v1-text.json").read_text())[0]
        assert json.loads(run("get", store, label["ID"], "--pretty").stdout) == label
        assert run("get", store, label["ID"], "--pretty").stdout.startswith('{\n  "')

    def test_a_missing_id_comes_after_those_found(self, store: Path, made: SimpleNamespace) -> None:
        label = json.loads((made.files[0].parent / "v1-text.json").read_text())[0]
        result = run("get", store, "none", label["ID"], "nothing")
        assert result.exit_code == 1
        assert json.loads(result.stdout) == label
        assert "none: no label or data row" in result.stderr
        assert "1 more" in result.stderr


class TestExport:
    def test_writes_what_was_loaded(self, tmp_path: Path, store: Path, made: SimpleNamespace) -> None:
        out = tmp_path / "out.ndjson"
        assert run("export", store, "labelbox-v2", out).exit_code == 0
        files = [path for path in made.files if path.name.startswith("v2")]
        loaded = [line for path in files for line in path.read_bytes().splitlines()]
        written = out.read_bytes().splitlines()
        assert len(written) > len(loaded) > 12  # those that came as v1 follow
        assert all(map(same, loaded, written))

    def test_writes_to_standard_output(self, store: Path) -> None:
        result = run("export", store, "labelbox-v1", "-")
        assert len(json.loads(result.stdout)) > 12
        assert re.search(r"^\d+ records of \d+ labels written", result.stderr, re.M)

    def test_knows_its_formats(self, store: Path) -> None:
        result = run("export", store, "coko", "-")
        assert result.exit_code == 2
        assert "did you mean coco?" in result.stderr
        assert "labelbox-v1" in run("export", store, "excel", "-").stderr

    def test_cannot_write_everywhere(self, store: Path, tmp_path: Path) -> None:
        assert "out.json" in failed("export", store, "labelbox-v1", tmp_path / "none" / "out.json")


class TestQuery:
    SQL = "select label_id, 1.5e0 as x, null as n from labels order by label_id limit 2"

    def test_is_ndjson_in_a_pipe(self, store: Path) -> None:
        rows = [json.loads(line) for line in run("query", store, self.SQL).stdout.splitlines()]
        assert [list(row) for row in rows] == [["label_id", "x", "n"]] * 2
        assert rows[0]["x"] == 1.5
        assert rows[0]["n"] is None

    @pytest.mark.parametrize("format", ["json", "ndjson", "csv", "table"])
    def test_prints_each_format(self, store: Path, format: str) -> None:
        result = run("query", store, "select 7 as a, 'x' as b", "--format", format)
        expected = {
            "json": '[\n{"a":7,"b":"x"}\n]\n',
            "ndjson": '{"a":7,"b":"x"}\n',
            "csv": "a,b\n7,x\n",
            "table": "a  b\n─  ─\n7  x\n",
        }
        assert result.stdout == expected[format]

    def test_reads_a_file_or_standard_input(self, store: Path, tmp_path: Path) -> None:
        (tmp_path / "q.sql").write_text("select 7 as a")
        assert run("query", store, f"@{tmp_path / 'q.sql'}").stdout == '{"a":7}\n'
        assert run("query", store, "-", stdin="select 7 as a").stdout == '{"a":7}\n'
        assert "no.sql: cannot be read (No such file" in failed("query", store, f"@{tmp_path / 'no.sql'}")
        (tmp_path / "q.sql").write_bytes(b"\xff\xfe")
        assert "is not UTF-8 text" in failed("query", store, f"@{tmp_path / 'q.sql'}")

    @pytest.mark.parametrize(
        "sql",
        ["select * from nowhere", "selec 1", "select (", "select ?", "select :a", "\0", "select '\ud800'"],
    )
    def test_explains_what_is_wrong_with_the_sql(self, store: Path, sql: str) -> None:
        result = run("query", store, sql)
        assert result.exit_code in (1, 2)
        assert result.stderr.startswith("labelstore: ")
        assert result.stderr.count("\n") in (1, 3)  # the line of the SQL and its caret

    @pytest.mark.parametrize("sql", ["", ";", "-- nothing"])
    def test_nothing_asked_is_no_traceback(self, store: Path, sql: str) -> None:
        assert run("query", store, sql).stdout == ""

    @pytest.mark.parametrize("sql", ["delete from labels", "create table t (x integer)", "drop table labels"])
    def test_only_reads(self, store: Path, sql: str) -> None:
        assert "queries only read the store" in failed("query", store, sql)

    def test_values_that_python_has_not(self, made: SimpleNamespace) -> None:
        duckdb = made.stores["duckdb"]
        row = "select 1.10 as d, map {1: 'x'} as m, 'inf'::double as f, '\\xAB'::blob as b, [1, 2] as l"
        result = run("query", duckdb, row)
        assert result.stdout.startswith('{"d":1.10,"m":{"1":"x"},"f":"inf","b":"ab","l":[1,2]}')
        assert run("query", duckdb, "select interval 1 year as i, date '290000-01-01' as d").exit_code == 0
        run("query", duckdb, "select interval 1000000000 year, now(), time '12:00:00', uuid()")

    def test_a_store_that_is_none(self, tmp_path: Path, export: Path) -> None:
        assert "does not exist" in failed("query", tmp_path / "none.db", "select 1")
        assert "neither" in failed("query", export, "select 1")
        assert "is a folder" in failed("query", tmp_path, "select 1")
        (tmp_path / "empty.db").touch()
        failed("query", tmp_path / "empty.db", "select 1")


class TestStats:
    def test_counts_what_is_there(self, store: Path) -> None:
        found = json.loads(run("stats", store, "--json").stdout)
        assert found["total"]["labels"] > 12
        text = run("stats", store).stdout
        assert "asset types" in text
        assert "bounding_box" in text

    def test_both_engines_agree(self, made: SimpleNamespace) -> None:
        outputs = {run("stats", path, "--json").stdout for path in made.stores.values()}
        assert len(outputs) == 1

    def test_needs_a_store(self, tmp_path: Path) -> None:
        assert "does not exist" in failed("stats", tmp_path / "none.db")


class TestDetect:
    def test_tells_what_files_are(self, made: SimpleNamespace) -> None:
        result = run("detect", *made.files)
        assert result.exit_code == 0
        assert "generation          v2" in result.stdout
        listed = json.loads(run("detect", *made.files, "--json").stdout)
        assert [entry["generation"] for entry in listed] == ["v1"] * 3 + ["v2"] * 3

    def test_exits_with_1_for_json_that_is_no_export(self, export: Path) -> None:
        export.write_text('[{"a": 1}, 7]')
        result = run("detect", export)
        assert result.exit_code == 1
        assert "not a Labelbox export" in result.stdout
        assert "an object with the keys 'a'" in result.stdout

    def test_goes_on_after_a_bad_file(self, tmp_path: Path, export: Path) -> None:
        result = run("detect", export, tmp_path / "none.json", export)
        assert result.exit_code == 1
        assert result.stdout.count("generation          v1") == 2
        assert "none.json: no such file" in result.stderr

    def test_names_what_it_cannot_read(self, tmp_path: Path) -> None:
        assert "no such file" in failed("detect", tmp_path / "none.json")
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and more")
        assert "is a PDF document" in failed("detect", tmp_path / "a.pdf")


class TestSample:
    def test_writes_files_and_names_them(self, tmp_path: Path) -> None:
        chosen = ("--generation", "v1", "--asset-type", "image", "--asset-type", "text", "--labels", "3")
        result = run("sample", tmp_path / "s", *chosen)
        names = [tmp_path / "s" / "v1-image.json", tmp_path / "s" / "v1-text.json"]
        assert result.stdout.splitlines() == list(map(str, names))
        assert len(json.loads(names[0].read_text())) == 3

    def test_knows_its_words(self, tmp_path: Path) -> None:
        assert "no generation is called 'v3'" in failed("sample", tmp_path, "--generation", "v3", code=2)
        assert "no asset type" in failed("sample", tmp_path, "--asset-type", "smell", code=2)
        assert run("sample", tmp_path, "--labels", "-1").exit_code == 2

    def test_the_folder_may_be_a_file(self, export: Path) -> None:
        assert "is no folder; name a new one" in failed("sample", export)


@pytest.mark.parametrize(
    "arguments",
    [
        "nonsense",
        "load",
        "load a.db",
        "load a.db b --max-ratio x",
        "get a.db",
        "query a.db select --format xml",
        "stats",
        "stats --what",
    ],
)
def test_wrong_usage_exits_with_2(arguments: str) -> None:
    result = run(*arguments.split())
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert result.stdout == ""


def test_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("--version").stdout == f"labelstore 0.1.0 ({told()})\n"
    monkeypatch.setenv("LABELSTORE_PURE", "1")
    assert run("--version").stdout == "labelstore 0.1.0 (pure Python: LABELSTORE_PURE is set)\n"


def test_a_full_disk_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(samples, "write", full)
    assert "No space left on device" in failed("sample", tmp_path)


@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyboardInterrupt(), 130), (RuntimeError("Query interrupted"), 130), (BrokenPipeError(), 1)],
)
def test_ends_quietly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: BaseException, code: int) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(samples, "write", interrupted)
    result = run("sample", tmp_path)
    told = f"labelstore: stopped; {tmp_path} was not filled\n" if code == 130 else ""
    assert (result.exit_code, result.stderr) == (code, told)


@pytest.mark.parametrize(
    ("command", "module", "told"),
    [
        (["verify", "a.db", "a.json"], verifying, "not all was compared; verify changes nothing"),
        (["export", "a.db", "coco", "-"], writing, "the export is not complete"),
        (["export", "a.db", "coco", "out.json"], writing, "out.json was not written"),
    ],
)
def test_says_what_ctrl_c_left(monkeypatch: pytest.MonkeyPatch, command: list[str], module: Any, told: str) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, command[0], interrupted)
    result = run(*command)
    assert (result.exit_code, result.stderr) == (130, f"labelstore: stopped; {told}\n")


def test_memory_runs_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def too_much(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(samples, "write", too_much)
    assert "not enough memory" in failed("sample", tmp_path)


def test_a_defect_is_not_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object, **__: object) -> None:
        raise TypeError("a defect")

    monkeypatch.setattr(samples, "write", broken)
    result = CliRunner().invoke(app, ["sample", str(tmp_path)])
    assert isinstance(result.exception, TypeError)


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    from labelstore.cli import progress

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    with progress.shown() as line:
        assert line is None
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with progress.shown() as line:
        assert line is not None
        line(SimpleNamespace(name="a\x1b.json", size=2_000_000, bytes_read=1_000_000))
    assert "50% of 2.0 MB  a\\x1b.json" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
