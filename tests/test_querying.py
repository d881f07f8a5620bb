"""Questions of users: what is refused, what is explained, and what comes out."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import labelstore
from labelstore.engines import arrow, open_database
from labelstore.engines.database import Database
from labelstore.engines.result import Result
from labelstore.errors import LabelstoreError, NotFoundError, QueryError, RefusedError, TooSlowError, UsageError
from labelstore.query import ask, ask_named
from labelstore.query.parameters import given
from labelstore.query.timeout import watched
from labelstore.schema.canned_queries import Parameter, Query
from tests.making import ENGINES, box, feature, store_of, v1
from tests.test_cli import failed, run

ROOT = Path(__file__).resolve().parent.parent
ENDLESS = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"
ROWS = "with recursive n(x) as (select 1 union all select x + 1 from n where x < {0}) select x from n order by x"


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    engine: str = request.param
    folder = tmp_path_factory.mktemp(engine)
    tree = feature("Tree", "t1", point={"x": 1, "y": 2})
    early = {"Updated At": "2024-01-01T10:05:00.000Z"}
    late = {"Updated At": "2024-03-01T00:00:00.000Z", "Created By": "bob@example.com", "Project Name": "2024"}
    late["View Label"] = "https://editor.example.com?project=p2&label=b"
    return store_of(
        folder,
        engine,
        [v1("a", box("Car", "c1", 1, 2, 30, 4.5), tree, **early), v1("b", box("Bus", "c2", 5, 6, 7, 8), **late)],
    )


@pytest.fixture
def database(store: Path) -> Iterator[Database]:
    with open_database(store, read_only=True) as opened:
        yield opened


SHARED = [
    "insert into labels (label_id) values ('x')",
    "update labels set label_id = 'x'",
    "delete from labels",
    "with gone as (select 1) delete from labels",
    "create table t (x integer)",
    "create temp table t (x integer)",
    "create temporary view t as select 1",
    "create view t as select 1",
    "create index i on labels (label_id)",
    "drop table labels",
    "drop view label_json",
    "alter table labels add column x integer",
    "attach 'other.db' as other",
    "attach ':memory:' as other",
    "detach main",
    "begin",
    "commit",
    "rollback",
    "vacuum",
    "analyze",
    "select 1; delete from labels",
    "explain delete from labels",
    "/* select */ delete from labels",
]
ONLY = {
    "sqlite": [
        "replace into labels (label_id) values ('x')",
        "insert into sqlite_master (name) values ('x')",
        "update sqlite_master set name = 'x'",
        "create virtual table v using fts5(x)",
        "create temp trigger t after insert on labels begin select 1; end",
        "vacuum into 'copy.db'",
        "reindex",
        "savepoint s",
        "pragma writable_schema = on",
        "pragma query_only = off",
        "pragma journal_mode = delete",
        "pragma user_version = 9",
        "pragma application_id(9)",
        "pragma wal_checkpoint",
        "pragma optimize",
        "pragma temp_store_directory = '.'",
        "select load_extension('x.so')",
        "select fts3_tokenizer('simple', x'00')",
        "select writefile('x', 'y')",
    ],
    "duckdb": [
        "copy labels to 'out.csv'",
        "copy labels from 'in.csv'",
        "copy (select 1) to 'out.parquet'",
        "export database 'out'",
        "import database 'out'",
        "install httpfs",
        "load httpfs",
        "update extensions",
        "set memory_limit = '9GB'",
        "set enable_external_access = true",
        "reset memory_limit",
        "set variable x = 1",
        "use memory",
        "pragma enable_profiling",
        "pragma memory_limit = '9GB'",
        "call enable_logging()",
        "call range(3)",
        "checkpoint",
        "prepare p as select 1",
        "create macro m(x) as x",
        "create sequence s",
        "create secret s (type http)",
        "comment on table labels is 'x'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_csv_auto('/etc/passwd')",
        "select * from read_json('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from read_blob('/etc/passwd')",
        "select * from \"read_text\"('/etc/passwd')",
        "select * from read_text /* now */ ('/etc/passwd')",
        "select E'\\'', x from read_text('/etc/passwd') as t(x)",
        "select * from read_parquet('https://example.com/x.parquet')",
        "select * from parquet_metadata('x.parquet')",
        "select * from sniff_csv('/etc/passwd')",
        "select * from glob('/*')",
        "select * from '/etc/passwd.csv'",
        'select * from "x.parquet"',
        "from 'https://example.com/x.csv'",
        "select * from query('select 1')",
        "select * from query_table('labels')",
        "select * from checkpoint()",
        "select * from enable_logging()",
        "select * from arrow_scan(1, 2, 3)",
        "select nextval('s')",
        "select write_log('x')",
        "explain analyze create temp table t as select 1",
    ],
}


def test_there_are_enough_attempts() -> None:
    assert all(len(SHARED) + len(more) >= 25 for more in ONLY.values())


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    ("engine", "sql"), [(engine, sql) for engine, more in ONLY.items() for sql in (*SHARED, *more)]
)
def test_what_is_more_than_reading_is_refused(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, engine: str, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shared_store(tmp_path_factory, engine)
    monkeypatch.chdir(tmp_path)
    before = sha256(path.read_bytes()).digest()
    with labelstore.open(path) as store:
        with pytest.raises(QueryError) as caught:
            list(store.query(sql))
        known = isinstance(caught.value, RefusedError) or "no such function writefile" in str(caught.value)
        assert known or "syntax error" in str(caught.value) or "may not be modified" in str(caught.value), caught.value
        assert next(iter(store.query("select count(*) as n from labels"))) == {"n": 1}
    assert sha256(path.read_bytes()).digest() == before
    assert list(tmp_path.iterdir()) == []
    assert [file.name for file in path.parent.iterdir() if "-" not in file.name] == ["export.ndjson", path.name]


_STORES: dict[str, Path] = {}


def shared_store(factory: pytest.TempPathFactory, engine: str) -> Path:
    if engine not in _STORES:
        _STORES[engine] = store_of(factory.mktemp("guarded"), engine, [v1("a")])
    return _STORES[engine]


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) from labels",
        "with x as (select 1 as a) select a from x",
        "values (1)",
        "explain select * from labels",
        "select * from pragma_table_info('labels')",
        "pragma table_info('labels')",
        "select 'delete from labels', ';' -- drop",
        "/* attach */ select 1;",
        'select "label_id" from image_labels',
    ],
)
def test_reading_is_allowed(database: Database, sql: str) -> None:
    assert list(ask(database, sql).rows)


def test_the_command_refuses_too(store: Path) -> None:
    assert "DELETE is refused; queries only read the store" in failed("query", store, "delete from labels")
    dropping = "a change of the schema" if store.suffix == ".db" else "DROP"
    assert f"{dropping} is refused" in failed("query", store, "drop table labels")
    assert "more than one statement is refused" in failed("query", store, "select 1; select 2")


def test_search_and_space_tables_can_be_read(tmp_path: Path) -> None:
    import sqlite3

    path = store_of(tmp_path, "sqlite", [v1("a")])
    connection = sqlite3.connect(path)
    connection.execute("create virtual table words using fts5(word)")
    connection.execute("create virtual table places using rtree(id, x0, x1)")
    connection.execute("insert into words values ('tree')")
    connection.execute("insert into places values (1, 2, 3)")
    connection.commit()
    connection.close()
    with labelstore.open(path) as store:
        assert list(store.query("select word from words where words match 'tree'")) == [{"word": "tree"}]
        assert [row["id"] for row in store.query("select id from places where x0 > 1")] == [1]
        for sql in ("delete from places", "insert into words values ('x')", "delete from places_node"):
            with pytest.raises(RefusedError):
                store.query(sql)


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    ("sql", "message", "excerpt"),
    [
        (
            "select labeler from labels",
            "no such column labeler; did you mean created_by?",
            "select labeler from labels\n       ^^^^^^^",
        ),
        (
            "select 1,\n  o.class from objects as o",
            "no such column o.class; did you mean name?",
            "  o.class from objects as o\n  ^^^^^^^",
        ),
        ("select crated_by from labels", "no such column crated_by; did you mean created_by or created_at?", None),
        (
            "select name from objects where skipped",
            "no such column skipped; it is a column of labels, ",
            "select name from objects where skipped\n                               ^^^^^^^",
        ),
        ("select * from annotations", "no such table annotations; did you mean objects?", None),
        (
            "select * from object",
            "no such table object; did you mean objects",
            "select * from object\n              ^^^^^^",
        ),
        ("select lenght(name) from objects", "no such function lenght; did you mean length", None),
        ("selec 1", "syntax error near 'selec'", "selec 1\n^^^^^"),
        ("select 1 fromm labels x", "syntax error near 'labels'", "select 1 fromm labels x\n               ^^^^^^"),
    ],
)
def test_a_mistake_shows_its_place_and_near_names(
    database: Database, sql: str, message: str, excerpt: str | None
) -> None:
    with pytest.raises(QueryError) as caught:
        list(ask(database, sql).rows)
    assert str(caught.value).startswith(message)
    assert excerpt is None or caught.value.excerpt == excerpt
    assert caught.value.excerpt.endswith("^")
    assert caught.value.__notes__ == [caught.value.excerpt]


def test_the_command_shows_the_line_with_a_caret(store: Path) -> None:
    result = run("query", store, "select labeler from labels")
    assert result.exit_code == 1
    assert result.stderr == (
        "labelstore: no such column labeler; did you mean created_by?\n  select labeler from labels\n         ^^^^^^^\n"
    )


def test_parameters(store: Path) -> None:
    def asked(sql: str, *parameters: str) -> list[Any]:
        values = [part for parameter in parameters for part in ("-p", parameter)]
        return [list(json.loads(line).values()) for line in run("query", store, sql, *values).stdout.splitlines()]

    assert asked("select $a + 1, $b", "a=2", "b=x=y") == [[3, "x=y"]]
    assert asked("select label_id from labels where $p is null or project_id = $p order by 1", "p") == [["a"], ["b"]]
    assert asked("select label_id from labels where $p is null or project_id = $p", "p=p2") == [["b"]]
    assert asked("select label_id from labels where project_name = $p", 'p="2024"') == [["b"]]
    assert asked("select name from objects as o join bounding_boxes using (object_id) where width > $w", "w=7.5") == [
        ["Car"]
    ]
    assert "asks for $b" in failed("query", store, "select $a, $b", "-p", "a=1", code=2)
    assert "has no parameter $c; it has $a" in failed("query", store, "select $a", "-p", "a=1", "-p", "c=1", code=2)
    assert "written as NAME=VALUE" in failed("query", store, "select 1", "-p", "=1", code=2)


def test_values_that_look_like_numbers_are_numbers() -> None:
    texts = ["a=5", "b=-0.5", "c=1e3", "d=007", "e=", "f", 'g="5"', "h=99999999999999999999", "i=nan", "$j=1", "k=true"]
    assert given(texts) == {
        "a": 5, "b": -0.5, "c": 1000.0, "d": "007", "e": "", "f": None, "g": "5",
        "h": "99999999999999999999", "i": "nan", "j": 1, "k": "true",
    }  # fmt: skip
    query = Query("q", "", (Parameter("text", "x", ""), Parameter("number", 1, "")), {})
    assert given(["text=5", "number=2"], query) == {"text": "5", "number": 2}
    with pytest.raises(UsageError, match=r"\$number is a number"):
        given(["number=many"], query)


def test_canned_queries(store: Path, database: Database) -> None:
    result = run("query", store, "--named", "class-counts", "-p", "project=p1", "--json")
    assert [row["name"] for row in json.loads(result.stdout)] == ["Car", "Tree"]
    assert "did you mean class-counts" in failed("query", store, "--named", "class-count")
    assert "has no parameter colour" in failed("query", store, "--named", "class-counts", "-p", "colour=red")
    assert "give either a statement of SQL or the name of a canned query" in failed("query", store, code=2)
    assert "either a statement of SQL or" in failed("query", store, "select 1", "--named", "class-counts", code=2)
    assert any(line.startswith("class-counts  ") for line in run("query", store, "--list").stdout.splitlines())
    (listed,) = (
        query for query in json.loads(run("query", store, "--list", "--json").stdout) if query["name"] == "class-counts"
    )
    assert [parameter["name"] for parameter in listed["parameters"]] == ["project"]
    told = run("query", store, "--list", "--named", "class-counts").stdout
    assert "-p project=" in told
    assert "from feature_counts" in told
    assert len(list(ask_named(database, "class-counts", {}).rows)) == 3


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        ("tsv", 'a\tb\n7\tx|y\n\t"l\tm"\n'),
        ("markdown", "| a | b |\n|---|---|\n| 7 | x\\|y |\n|  | l\\tm |\n"),
    ],
)
def test_text_formats(store: Path, format: str, expected: str, tmp_path: Path) -> None:
    sql = "select 7 as a, 'x|y' as b union all select null, 'l\tm' order by 1 desc"
    if format == "markdown":
        expected = expected.replace("l\\tm", "l\\\\tm")
    assert run("query", store, sql, "--format", format).stdout == expected
    out = tmp_path / f"x.{ {'tsv': 'tsv', 'markdown': 'md'}[format] }"
    assert run("query", store, sql, "-o", out).stdout == ""
    assert out.read_text() == expected
    assert [file.name for file in tmp_path.iterdir()] == [out.name]


def test_a_file_that_cannot_be_finished_is_not_left(store: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("before")
    result = run("query", store, ENDLESS, "-o", tmp_path / "x.csv", "--overwrite", "--timeout", "0.2")
    assert result.exit_code == 1
    assert "stopped after 0.2 seconds" in result.stderr
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("x.csv", "before")]
    assert "no format has this suffix" in failed("query", store, "select 1", "-o", tmp_path / "x.xyz", code=2)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("format", ["parquet", "arrow"])
def test_arrow_formats(store: Path, format: str, tmp_path: Path) -> None:
    out = tmp_path / f"x.{format}"
    sql = "select label_id, 7 as n, 1.5e0 as x, sum(1) as s, null as e from labels group by 1 order by 1"
    run("query", store, sql, "-o", out, "--limit", "1")
    table = pq.read_table(out) if format == "parquet" else pa.ipc.open_file(out).read_all()
    assert table.to_pylist() == [{"label_id": "a", "n": 7, "x": 1.5, "s": 1, "e": None}]
    assert [file.name for file in tmp_path.iterdir()] == [out.name]
    command = [sys.executable, "cli.py", "query", str(store), sql, "--format", format]
    piped = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    source = pa.BufferReader(piped)
    table = pq.read_table(source) if format == "parquet" else pa.ipc.open_stream(source).read_all()
    assert table.column("label_id").to_pylist() == ["a", "b"]


def result_of(*rows: Any) -> Result:
    return Result(["u", "u"], ((row, None) for row in rows))


@pytest.mark.parametrize(
    ("values", "type_", "expected"),
    [
        ([1, None, 2], pa.int64(), [1, None, 2]),
        ([1, 2.5], pa.float64(), [1.0, 2.5]),
        ([2**53 + 1, 2.5], pa.string(), ["9007199254740993", "2.5"]),
        ([1, "a", b"\xff"], pa.string(), ["1", "a", "ff"]),
        ([None, b"\xff"], pa.binary(), [None, b"\xff"]),
        ([None, None], pa.string(), [None, None]),
        ([], pa.string(), []),
    ],
)
@pytest.mark.parametrize("size", [1, 100])
def test_types_of_columns_without_types(
    values: list[Any],
    type_: pa.DataType,
    expected: list[Any],
    size: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = arrow.table(result_of(*values).batches(size))
    assert table.schema.names == ["u", "u_2"]
    assert table.schema.field("u").type == type_
    assert table.column("u").to_pylist() == expected
    for format in ("parquet", "arrow", "arrows"):
        arrow.write(result_of(*values).batches(size), tmp_path / "file", format)
        (tmp_path / "file").rename(tmp_path / "done")
        found = pa.concat_tables(
            [pa.Table.from_batches([batch]) for batch in arrow._read(tmp_path / "done", format)] or [table]
        )
        assert found.column("u").to_pylist() == expected
        assert found.schema.field("u").type == type_
        assert [file.name for file in tmp_path.iterdir()] == ["done"]
        (tmp_path / "done").unlink()


def test_limit(store: Path) -> None:
    assert run("query", store, ROWS.format(100), "--limit", "2", "--format", "csv").stdout == "x\n1\n2\n"
    assert run("query", store, ROWS.format(100), "--limit", "0", "--format", "csv").stdout.count("\n") == 101


@pytest.mark.sampled(6)
@pytest.mark.parametrize("seconds", ["1e300", "inf"])
def test_a_timeout_beyond_all_time(store: Path, seconds: str) -> None:
    done = subprocess.run(
        [sys.executable, "cli.py", "query", str(store), "select 1 as a", "--timeout", seconds],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '{"a":1}\n', "")


def test_timeout(store: Path, database: Database) -> None:
    assert "stopped after 0.2 seconds" in failed("query", store, ENDLESS, "--timeout", "0.2")
    with pytest.raises(TooSlowError), watched(database, 0.2, lambda: None, 130):
        list(ask(database, ENDLESS).rows)
    assert list(ask(database, "select 1 as a").rows) == [(1,)]


def test_ctrl_c_stops_at_once(store: Path, tmp_path: Path) -> None:
    command = [sys.executable, "cli.py", "query", str(store), ENDLESS, "-o", str(tmp_path / "x.parquet")]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(1.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=10) == 130
        finally:
            process.kill()  # else a failure would wait for the end of an endless query
        assert process.stderr
        assert process.stderr.read() == f"labelstore: stopped; {tmp_path / 'x.parquet'} was not written\n"
    assert list(tmp_path.iterdir()) == []


def test_schema(store: Path) -> None:
    listed = {entry["name"]: entry for entry in json.loads(run("schema", store, "--json").stdout)}
    assert list(listed)[:2] == ["loads", "rejects"]
    assert (listed["labels"]["rows"], listed["labels"]["kind"]) == (2, "table")
    assert (listed["label_json"]["rows"], listed["image_labels"]["kind"]) == (2, "view")
    assert listed["v1_pieces"]["rows"] is None
    assert listed["objects"]["description"] == "one object annotation (in one frame)"
    about = json.loads(run("schema", store, "Bounding_Boxes", "--json").stdout)
    columns = {column["name"]: column for column in about["columns"]}
    assert (columns["width"]["example"], columns["left"]["description"]) == (30.0, "geospatial: lowest longitude")
    text = run("schema", store, "image_labels").stdout
    assert text.startswith("image_labels (view, 2 rows): one row is one label of an image\n")
    assert "…" in text
    assert all(len(line) < 200 for line in text.splitlines())
    assert "did you mean objects?" in failed("schema", store, "annotations")
    assert "objects" in run("schema", store).stdout


def test_shell_opens_another_program(store: Path, tmp_path: Path) -> None:
    name = "litecli" if store.suffix == ".db" else "duckdb"
    environment = {**os.environ, "PATH": str(tmp_path)}
    command = [sys.executable, "cli.py", "shell", str(store), "--program", name]
    none = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert none.returncode == 1
    assert "not installed; run: pip install" in none.stderr
    program = tmp_path / name
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    shown = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    assert shown == (f"{store.as_uri()}?mode=ro\n" if name == "litecli" else f"-readonly {store}\n")
    wrong = "duckdb" if store.suffix == ".db" else "sqlite3"
    assert f"{wrong} does not open this store" in failed("shell", store, "--program", wrong)


def test_shell_answers_what_comes_from_a_pipe(store: Path) -> None:
    asked = "select name\n from objects -- all;\n where name = 'Car;';\nclass-counts project=p2\n.quit\nselect 1;"
    answered = run("shell", store, stdin=asked)
    assert answered.exit_code == 0
    assert answered.stdout.startswith("name\n────\nproject")
    assert "Bus" in answered.stdout
    assert "Car" not in answered.stdout


def test_an_error_ends_no_session(store: Path) -> None:
    asked = "select nam from objects;\n.nothing\ndelete from objects;\nclass-counts 'x\n.upright select 7 as seven"
    answered = run("shell", store, stdin=asked)
    assert answered.exit_code == 1
    assert "did you mean name" in answered.stderr
    assert ".nothing: no such command; .help lists them" in answered.stderr
    assert "No closing quotation" in answered.stderr
    assert answered.stderr.count("labelstore:") == 4
    assert answered.stdout.endswith("seven  7\n")


def test_the_commands_of_the_prompt(store: Path) -> None:
    said = run("shell", store, stdin=".help\n.tables\n.tables objects\n.queries\n.queries class-counts\n\n").stdout
    for line in (".quit  ", "one row is", "objects (table", "class-overlap", "-p project="):
        assert line in said
    assert run("shell", store, stdin=".chart select name, count(*) as n from objects group by name;").stdout.startswith(
        "n"
    )


def test_python_frames(store: Path) -> None:
    sql = "select name, count(*) as n from objects where $p is null or name = $p group by name order by name"
    with labelstore.open(store) as opened:
        assert list(opened.query(sql, p="Car")) == [{"name": "Car", "n": 1}]
        assert list(opened.query(sql, {"p": "Car"})) == [{"name": "Car", "n": 1}]
        assert list(opened.query("select ? as a", (3,))) == [{"a": 3}]
        assert opened.query(sql, p=None).arrow().to_pydict() == {"name": ["Bus", "Car", "Tree"], "n": [1, 1, 1]}
        assert opened.query(sql, p="Car").df().to_dict("records") == [{"name": "Car", "n": 1}]
        assert opened.query(sql, p="Car").pl().rows() == [("Car", 1)]
        assert [row["name"] for row in opened.ask("class-counts", project="p2")] == ["Bus"]
        with pytest.raises(NotFoundError, match="class-counts"):
            opened.ask("class-count")
        with pytest.raises(UsageError, match="either"):
            opened.query("select ?, $a", (1,), a=1)


@pytest.mark.parametrize(("extra", "method"), [("pandas", "df"), ("polars", "pl")])
def test_a_missing_extra_says_how_to_get_it(
    store: Path, extra: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, extra, None)
    with labelstore.open(store) as opened, pytest.raises(LabelstoreError, match=rf"labelstore-db\[{extra}\]"):
        getattr(opened.query("select 1 as a"), method)()


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["a", "b"]),
        ({"name": "Car"}, ["a"]),
        ({"created_by": "bob@example.com"}, ["b"]),
        ({"project": "2024"}, ["b"]),
        ({"updated_since": "2024-03-01"}, ["b"]),
        ({"updated_since": date(2024, 1, 1)}, ["a", "b"]),
        ({"updated_since": datetime(2024, 1, 1, 10, 5, tzinfo=UTC)}, ["a", "b"]),
        ({"updated_since": datetime(2024, 1, 1, 10, 5, 1, tzinfo=UTC)}, ["b"]),
        ({"updated_since": datetime(2024, 1, 1, 12, 5, tzinfo=timezone(timedelta(hours=2)))}, ["a", "b"]),
        ({"updated_since": "2024-01-01T11:05:00+00:00"}, ["b"]),
    ],
)
def test_labels_by_what_is_wanted(store: Path, wanted: dict[str, Any], found: list[str]) -> None:
    with labelstore.open(store) as opened:
        assert [label["ID"] for label in opened.labels(**wanted)] == found


def test_since_must_be_a_time(store: Path) -> None:
    with labelstore.open(store) as opened, pytest.raises(UsageError, match="'yesterday' is no time"):
        opened.labels(since="yesterday")


def test_objects_with_their_geometry(store: Path) -> None:
    with labelstore.open(store) as opened:
        boxes = opened.objects(kind="bounding_box")
        assert [(row["label_id"], row["name"], row["left"], row["width"]) for row in boxes] == [
            ("a", "Car", 1.0, 30.0),
            ("b", "Bus", 5.0, 7.0),
        ]
        assert "x" not in boxes.columns
        assert [(row["name"], row["left"], row["x"]) for row in opened.objects(project="p1")] == [
            ("Car", 1.0, None),
            ("Tree", None, 1.0),
        ]
        assert [row["name"] for row in opened.objects(name="Tree").df().to_dict("records")] == ["Tree"]
        with pytest.raises(UsageError, match="did you mean bounding_box"):
            opened.objects(kind="box")


@ENGINES
def test_null_sorts_first_on_both(tmp_path: Path, engine: str) -> None:
    with labelstore.open(store_of(tmp_path, engine, [v1("a")])) as opened:
        rows = opened.query("select x from (select 1 as x union all select null as x) as t order by x")
        assert [row["x"] for row in rows] == [None, 1]
