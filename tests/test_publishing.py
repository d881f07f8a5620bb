"""A published store: nothing that was to be removed is anywhere in the file, and all else is."""

import hmac
import json
import os
import re
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from labelstore.cli import app
from labelstore.engines import open_database
from labelstore.errors import LabelstoreError, NotFoundError, StoreError, UsageError
from labelstore.history import label_at, versions_of
from labelstore.json.equality import same
from labelstore.loading import load
from labelstore.publishing import is_published, publish
from labelstore.query.search import index
from labelstore.samples import write
from labelstore.schema.tables import columns
from tests.making import ENGINES, box, feature, store_of, v1
from tests.soaking import amount

ROOT = Path(__file__).resolve().parent.parent
SALT = "pepper"
URL = re.compile(r"((?:https?|gs|s3)://[^\s?#\"]*)[?#][^\s\"]*")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def name(address: str) -> str:
    return f"person-{hmac.digest(SALT.encode(), address.lower().encode(), 'sha256').hex()[:12]}@example.invalid"


def redacted(value: Any) -> Any:
    """The redactions once more, as plainly as they can be said."""
    if isinstance(value, str):
        return ADDRESS.sub(lambda match: name(match[0]), URL.sub(r"\1", value))
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return {redacted(key): redacted(item) for key, item in value.items()} if isinstance(value, dict) else value


def told(store: Path) -> dict[int, str]:
    """Record id → JSON, from the views."""
    with open_database(store, read_only=True) as database:
        return dict(database.query("select record_id, json from record_json").rows)


def all_bytes(store: Path) -> Iterator[bytes]:
    """Every byte of the file, and every value apart: one may lie on several pages, and versions are compressed."""
    yield store.read_bytes()
    connection = sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)
    for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
        for row in connection.execute(f'select * from "{table}"'):
            for value in row:
                if isinstance(value, str):
                    yield value.encode()
                elif isinstance(value, bytes):
                    yield zlib.decompress(value) if table == "versions" else value
    connection.close()


def leftovers(store: Path, secrets: set[str]) -> set[str]:
    """The secrets that are somewhere in the published file."""
    wanted = {form.encode(): secret for secret in secrets for form in (secret, json.dumps(secret)[1:-1])}
    pattern = re.compile(b"|".join(map(re.escape, sorted(wanted, key=len, reverse=True))))
    return {wanted[match] for text in all_bytes(store) for match in pattern.findall(text)}


def secrets_of(files: list[Path]) -> set[str]:
    """The query strings and the addresses in exports."""
    found: set[str] = set()
    for file in files:
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r"https?://[^\s\"?]*\?([^\s\"]{3,})", text)) | set(ADDRESS.findall(text))
    return found


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Path], list[Path]]:
    """A store of each engine with all samples, rejects and earlier versions; and the exports."""
    folder = tmp_path_factory.mktemp("publishing")
    files = [file.path for file in write(folder / "samples", labels=amount(6, 2), seed=5)]
    image = next(file for file in files if file.name == "v1-image.json")
    earlier = folder / "earlier.json"
    changed = [
        {**record, "Skipped": True, "Created By": "before@example.org"} for record in json.loads(image.read_bytes())
    ]
    earlier.write_text(json.dumps(changed))
    broken = folder / "broken.ndjson"
    broken.write_bytes(b'{"ID": "broken@example.org", "Label": {"objects": [' + b"\xff\x00" + b"]}}\n")
    stores = {"sqlite": folder / "samples.db", "duckdb": folder / "samples.duckdb"}
    for store in stores.values():
        load(store, [earlier])
        load(store, [broken])
        load(store, files, frames=folder / "samples" / "frames")
    frames = list((folder / "samples" / "frames").rglob("*"))
    return stores, [*files, earlier, broken, *(path for path in frames if path.is_file())]


@pytest.mark.soak
@ENGINES
def test_samples_without_secrets_are_all_there(
    engine: str, samples: tuple[dict[str, Path], list[Path]], tmp_path: Path
) -> None:
    stores, files = samples
    out = tmp_path / "out.db"
    done = publish(stores[engine], out, salt=SALT)
    broken = next(file for file in files if file.name == "broken.ndjson")
    secrets = secrets_of([file for file in files if file != broken]) | {"broken@example.org"}
    assert len(secrets) > 20
    assert not leftovers(out, secrets | {str(tmp_path.parent)})
    before, after = told(stores[engine]), told(out)
    assert before.keys() == after.keys()
    for record_id, text in before.items():
        assert same(after[record_id].encode(), json.dumps(redacted(json.loads(text))).encode()), text[:200]
    assert done.records == len(before) > 40
    removed = done.removed
    assert removed["rejected records"] == 1
    assert removed["query strings"] > 20
    assert removed["e-mail addresses"] > 40
    assert (
        removed["people behind e-mail addresses"]
        == len({name(word) for word in secrets if ADDRESS.fullmatch(word)}) - 1
    )


@pytest.mark.soak
@ENGINES
def test_the_tables_are_those_of_the_source(
    engine: str, samples: tuple[dict[str, Path], list[Path]], tmp_path: Path
) -> None:
    """But for what was redacted, every table has the same rows; ids of digests are other ones."""
    store, out = samples[0][engine], tmp_path / "out.db"
    publish(store, out, salt=SALT)
    hidden = {"content_hash", "url_hash", "url_load_id", "byte_offset", "sha256", "bytes", "file_name", "json"}
    with open_database(store, read_only=True) as one, open_database(out, read_only=True) as other:
        for table, names in columns().items():
            shown = [column for column in names if column not in hidden]
            sql = f"select {', '.join(map(quoted, shown))} from {table}"
            if table == "rejects":
                assert one.value("select count(*) from rejects") == 1
                assert other.value("select count(*) from rejects") == 0
                continue
            before = sorted(plain(redacted(json.loads(plain(row)))) for row in one.query(sql).rows)
            after = sorted(map(plain, other.query(sql).rows))
            assert before == after, table
        for column in ("content_hash", "url_hash", "byte_offset"):
            assert other.value(f"select count(*) from records where {column} is not null") == 0
        assert other.value("select count(*) from loads where sha256 is not null or bytes is not null") == 0
        files = {row[0] for row in other.query("select file_name from loads").rows}
        assert "v1-image.json" in files
        assert not any("/" in file_name for file_name in names)


def quoted(column: str) -> str:
    return f'"{column}"'


DIGEST = re.compile(r"(asset|unnamed)-[0-9a-f]+")


def plain(row: Any) -> str:
    values = [int(value) if isinstance(value, bool | int) else value for value in row]
    values = [int(value) if isinstance(value, float) and value == int(value) else value for value in values]
    return json.dumps([DIGEST.sub(r"\1-", value) if isinstance(value, str) else value for value in values])


@pytest.mark.soak
@ENGINES
def test_history_is_redacted_or_left_out(
    engine: str, samples: tuple[dict[str, Path], list[Path]], tmp_path: Path
) -> None:
    store, out, bare = samples[0][engine], tmp_path / "out.db", tmp_path / "bare.db"
    publish(store, out, salt=SALT)
    done = publish(store, bare, salt=SALT, history=False)
    with open_database(store, read_only=True) as one, open_database(out, read_only=True) as other:
        label_id, load_id = next(one.query("select label_id, load_id from versions").rows)
        assert len(versions_of(other, label_id)) == len(versions_of(one, label_id)) == 2
        before, after = label_at(one, label_id, load_id), label_at(other, label_id, load_id)
        assert name("before@example.org") in after
        assert same(after.encode(), json.dumps(redacted(json.loads(before))).encode())
        count = one.value("select count(*) from versions")
    with open_database(bare, read_only=True) as database:
        assert database.value("select count(*) from versions") == 0
    assert done.removed["earlier versions of labels"] == count
    assert not leftovers(bare, {name("before@example.org")})


@pytest.mark.soak
@ENGINES
def test_reviews_are_left_out_on_request(
    engine: str, samples: tuple[dict[str, Path], list[Path]], tmp_path: Path
) -> None:
    store, out = samples[0][engine], tmp_path / "out.db"
    done = publish(store, out, salt=SALT, reviews=False, keep_emails=True)
    with open_database(store, read_only=True) as one, open_database(out, read_only=True) as other:
        count = one.value("select count(*) from reviews")
        in_versions = done.removed["reviews"] - count
        assert count > 0
        assert in_versions >= 0
        assert other.value("select count(*) from reviews") == 0
        assert other.value("select coalesce(sum(review_count), 0) from labels") == 0
    assert "e-mail addresses" not in done.removed
    after = told(out)
    for record_id, text in told(store).items():
        expected = without_reviews(json.loads(URL.sub(r"\1", text)))
        assert same(after[record_id].encode(), json.dumps(expected).encode()), text[:200]


def without_reviews(value: Any) -> Any:
    if isinstance(value, list):
        return [without_reviews(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: [] if key in ("Reviews", "reviews") and isinstance(item, list) else without_reviews(item)
        for key, item in value.items()
    }


def line(data_row_id: str, *projects: str, **members: Any) -> dict[str, Any]:
    """A v2 line of a data row in projects, with two labels in each."""

    def label(project: str, number: int) -> dict[str, Any]:
        return {
            "label_kind": "Default",
            "version": "1.0.0",
            "id": f"{data_row_id}-{project}-{number}",
            "label_details": {"created_by": f"{project}@example.org", "reviews": []},
            "annotations": {
                "objects": [
                    {
                        "feature_id": f"f-{project}",
                        "name": f"class of {project}",
                        "annotation_kind": "ImageBoundingBox",
                        "bounding_box": {"top": 1.0, "left": 2.0, "height": 3.0, "width": 4.0},
                    }
                ],
                "classifications": [],
                "relationships": [],
            },
        }

    event = {"action": "Move", "created_at": "2024-01-01T00:00:00Z", "created_by": "boss@example.org"}
    return {
        "data_row": {"id": data_row_id, "row_data": f"https://a.example/{data_row_id}.jpg?sig=abc", "details": {}},
        "media_attributes": {"asset_type": "image", "width": 10, "height": 10},
        "projects": {
            project: {
                "name": f"Project {project}",
                "labels": [label(project, 1), label(project, 2)],
                "project_details": {"ontology_id": f"o-{project}", "workflow_history": [event]},
            }
            for project in projects
        },
    } | members


RUNS = {"experiments": {"e1": {"name": "Model", "runs": {"run1": {"name": "1", "labels": [], "predictions": []}}}}}


@ENGINES
def test_only_selected_projects(engine: str, tmp_path: Path) -> None:
    frames_url = "https://api.example.com/frames/v"
    records = [
        line("r1", "p1", "p2", **RUNS),
        line("r2", "p2"),
        line("r3", "p3", "p1"),
        v1("l1", box("car of p1", "f1", 1, 1, 2, 2)),
        v1(
            "l2",
            box("car of p2", "f2", 1, 1, 2, 2),
            **{"View Label": "https://editor.example.com?project=p2&label=l2", "Project Name": "Harbours"},
        ),
        v1("v", Label={"frames": frames_url}),
    ]
    export = tmp_path / "export.ndjson"
    export.write_text("".join(json.dumps(record) + "\n" for record in records))
    other = tmp_path / "other.ndjson"
    other.write_text(json.dumps(line("r4", "p2")) + "\n")
    frames = tmp_path / "frames"
    frames.mkdir()
    (frames / "v.json").write_text(
        json.dumps({"frameNumber": 1, "objects": [box("f", "f3", 1, 1, 1, 1)], "classifications": []})
    )
    store = tmp_path / ("store.db" if engine == "sqlite" else "store.duckdb")
    load(store, [export], frames=frames)
    load(store, [other])
    changed = tmp_path / "changed.ndjson"
    changed.write_text("".join(json.dumps(line(f"r{n}", f"p{n}") | {"extra": n}) + "\n" for n in (1, 2)))
    load(store, [changed])
    out = tmp_path / "out.db"
    done = publish(store, out, projects=["p1"], salt=SALT)

    source, found = told(store), told(out)
    expected: dict[int, Any] = {}
    for record_id, text in source.items():
        value = redacted(json.loads(text))
        if "projects" in value:
            value.pop("experiments", None)
            value["projects"] = {key: item for key, item in value["projects"].items() if key == "p1"}
            if not value["projects"]:
                continue
        elif value.get("ID") == "l2":
            continue
        expected[record_id] = value
    assert found.keys() == expected.keys()
    for record_id, value in expected.items():
        assert same(found[record_id].encode(), json.dumps(value).encode()), record_id
    assert not leftovers(out, {"p2", "p3", "run1", "Harbours", "r2", "r4", "other.ndjson"})
    with open_database(out, read_only=True) as database:

        def ids(sql: str) -> list[Any]:
            return sorted(row[0] for row in database.query(sql).rows)

        assert ids("select project_id from projects") == ["p1"]
        assert ids("select data_row_id from data_rows") == ["r1", "r3", "row-l1", "row-v"]
        assert ids("select distinct name from features") == ["car of p1", "class of p1", "f"]
        assert ids("select label_id from labels") == ["l1", "r1-p1-1", "r1-p1-2", "r3-p1-1", "r3-p1-2", "v"]
        assert ids("select distinct project_id from workflow_events") == ["p1"]
        assert ids("select project_count from records where generation = 'v2'") == [1, 1, 1]
        assert ids("select label_id from versions") == ["r1-p1-1", "r1-p1-2"]
        assert database.value("select count(*) from loads") == 3
        assert database.value("select sum(records) from loads") == len(expected)
        assert database.value("select count(*) from frames") == 1
    assert done.labels == 6
    assert done.removed["records of other projects"] == len(source) - len(expected)
    assert done.removed["experiments"] == 1
    both = publish(store, tmp_path / "both.db", projects=["Project p2", "p1"], salt=SALT)
    assert "records of other projects" not in both.removed
    assert not leftovers(tmp_path / "both.db", {"p3", "run1"})
    with pytest.raises(NotFoundError, match="no project"):
        publish(store, tmp_path / "no.db", projects=["p1", "P9"])


HOSTILE_SECRETS = {
    "mallory@evil.example",
    "Eve+tag@evil.example",
    "hunter2",
    "sv=2020-01-01",
    "c2lnbmF0dXJl",
    "tile-token-1",
    "AKIAABCDEFGHIJKLMNOP",
    "unknown-key-token",
    "metadata-token",
    "bearer-token-0123456789",
    "eyJhbGciOiJIUzI1NiJ9",
    "fragment-secret",
}


def hostile() -> list[dict[str, Any]]:
    signed = "https://hunter2:hunter2@a.example/b.jpg?sv=2020-01-01&sig=c2lnbmF0dXJl#fragment-secret"
    layer = {
        "tileLayerUrl": "https://t.example/{z}/{x}/{y}.png?key=tile-token-1",
        "epsg": "EPSG4326",
        "bounds": [[0, 0], [1, 1]],
    }
    answers = [
        feature("Who", "f1", answer="ask mallory@evil.example or MALLORY@EVIL.example"),
        feature("Where", "f2", answers=[feature(f"at {signed}", "f3")]),
    ]
    text = line("h1", "p1") | {
        "attachments": [
            {"type": "IMAGE", "value": signed, "name": "by Eve+tag@evil.example", "sasToken": "unknown-key-token"}
        ],
        "metadata_fields": [
            {
                "schema_id": "m1",
                "schema_name": "api_token",
                "schema_kind": "CustomMetadataString",
                "value": "metadata-token",
            },
            {"schema_id": "m2", "schema_name": "source", "schema_kind": "CustomMetadataString", "value": signed},
            {"schema_id": "m3", "schema_name": "list", "schema_kind": "CustomMetadataEnum", "value": [signed, 1]},
        ],
        "new key of mallory@evil.example": {"deep": [[{"curl": "-H 'Authorization: Bearer bearer-token-0123456789'"}]]},
        "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    }
    text["data_row"] |= {"external_id": "mallory@evil.example/1.txt", "row_data": json.dumps(layer)}
    return [
        v1(
            "h2",
            box(f"class {signed}", "f1", 1, 1, 2, 2, note=signed),
            classifications=answers,
            **{"External ID": signed},
        ),
        v1(
            "h3",
            **{
                "Labeled Data": f"Mail Eve+tag@evil.example <{signed}>\nkey AKIAABCDEFGHIJKLMNOP",
                "Dataset Name": signed,
            },
        ),
        v1(
            "mallory@evil.example",
            **{"Labeled Data": "\n  " + json.dumps(layer), "Project Name": "mallory@evil.example"},
        ),
        v1("h4", **{"View Label": None, "Project Name": "mallory@evil.example", "DataRow ID": "Eve+tag@evil.example"}),
        text,
    ]


@ENGINES
def test_hostile_records(engine: str, tmp_path: Path) -> None:
    store = store_of(tmp_path, engine, hostile())
    later = tmp_path / "later.ndjson"
    later.write_text("".join(json.dumps(record | {"now": "hunter2@evil.example"}) + "\n" for record in hostile()))
    load(store, [later])
    out = tmp_path / "out.db"
    done = publish(store, out, salt=SALT)
    assert not leftovers(out, HOSTILE_SECRETS)
    found = told(out)
    assert len(found) == 5
    texts = [json.loads(text) for text in found.values()]
    by_id = {text.get("ID", "line"): text for text in texts}
    person = name("mallory@evil.example")
    assert by_id.keys() == {"h2", "h3", "h4", person, "line"}
    assert by_id["h2"]["Label"]["classifications"][0]["answer"] == f"ask {person} or {person}"
    assert by_id["h2"]["External ID"].startswith("https://a.example/b.jpg~")
    assert json.loads(by_id[person]["Labeled Data"])["tileLayerUrl"] == "https://t.example/{z}/{x}/{y}.png"
    assert json.loads(by_id["line"]["data_row"]["row_data"])["bounds"] == [[0, 0], [1, 1]]
    assert [field["value"] for field in by_id["line"]["metadata_fields"]] == [
        "[removed]",
        "https://a.example/b.jpg",
        ["https://a.example/b.jpg", 1],
    ]
    with open_database(out, read_only=True) as database:
        assert {row[0] for row in database.query("select project_id from projects").rows} == {"p1", person}
        assert database.value("select count(*) from labels as l join data_rows using (data_row_id)") == done.labels
        assert len(versions_of(database, person)) == 2
        assert {
            row[0] for row in database.query("select asset_type from records where identity = ?", (person,)).rows
        } == {"geospatial"}
    assert done.removed["tokens"] >= 6
    assert publish(store, tmp_path / "only.db", projects=["mallory@evil.example"]).labels == 1


@ENGINES
def test_ids_that_are_digests_are_other_ones(engine: str, tmp_path: Path) -> None:
    """What has no id of Labelbox has one that is a digest of what is to be hidden."""
    unnamed = v1("x", box("car", "f1", 1, 1, 2, 2))
    del unnamed["ID"], unnamed["DataRow ID"]
    old_line = line("x", "p1", **RUNS)
    del old_line["data_row"]["id"]
    old_line["experiments"]["e1"]["runs"]["run1"]["labels"] = [{"annotations": {}}]
    store = store_of(tmp_path, engine, [unnamed, old_line])
    out = tmp_path / "out.db"
    publish(store, out, salt=SALT)
    publish(store, tmp_path / "again.db", salt=SALT)
    with (
        open_database(store, read_only=True) as one,
        open_database(out, read_only=True) as other,
        open_database(tmp_path / "again.db", read_only=True) as again,
    ):
        sql = "select label_id, data_row_id from labels order by node_id"
        before, after = list(one.query(sql).rows), list(other.query(sql).rows)
        assert len(before) == len(after) == 4
        assert after == list(again.query(sql).rows)
        digests = {match[0] for row in before for value in row for match in DIGEST.finditer(value)}
        assert len(digests) == 4
        for table in ("records", "labels", "data_rows", "media_attributes", "model_runs"):
            assert other.value(f"select count(*) from {table}") == one.value(f"select count(*) from {table}")
        missing = "select count(*) from labels where data_row_id not in (select data_row_id from data_rows)"
        assert other.value(missing) == 0
        for row in after:
            assert other.label_json(row[0])
    assert not leftovers(out, digests)


def test_the_file_is_complete_compact_and_read_only(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1"), line("r1", "p1")])
    index(store)
    connection = sqlite3.connect(store)
    connection.execute("create table notes (text)")
    connection.execute("insert into notes values ('call ada@example.com')")
    connection.commit()
    connection.close()
    assert not is_published(store)
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "labels.db"
    done = publish(store, out)
    assert os.listdir(out.parent) == ["labels.db"]
    assert out.stat().st_mode & 0o777 == 0o444
    assert out.stat().st_size == done.bytes
    assert is_published(out)
    assert not is_published(tmp_path / "nothing.db")
    connection = sqlite3.connect(f"{out.as_uri()}?mode=ro", uri=True)
    pragmas = ("application_id", "user_version", "journal_mode", "freelist_count", "integrity_check")
    assert [connection.execute(f"pragma {pragma}").fetchone()[0] for pragma in pragmas] == [
        *(sqlite3.connect(store).execute(f"pragma {pragma}").fetchone()[0] for pragma in pragmas[:2]),
        "delete",
        0,
        "ok",
    ]
    tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
    assert {table for table in tables if not table.startswith("sqlite_")} == {*columns(), "published"}
    published = connection.execute("select * from published").fetchall()
    assert len(published) == 1
    assert json.loads(published[0][2]) == done.removed
    assert connection.execute("select count(*) from sqlite_stat1").fetchone()[0] > 0
    connection.close()
    assert os.listdir(out.parent) == ["labels.db"]


def test_other_people_each_time_but_with_a_salt_the_same(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1")])

    def person(out: str, **options: Any) -> str:
        publish(store, tmp_path / out, **options)
        with open_database(tmp_path / out, read_only=True) as database:
            return str(database.value("select created_by from labels"))

    assert person("a.db") != person("b.db")
    assert person("c.db", salt=SALT) == person("d.db", salt=SALT) == name("ada@example.com")
    assert person("e.db", keep_emails=True) == "ada@example.com"


def test_what_is_published_is_the_store_at_the_start(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1(f"l{number}") for number in range(500)])
    more = tmp_path / "more.ndjson"
    more.write_text("".join(json.dumps(v1(f"l{number}", Skipped=True)) + "\n" for number in range(250, 700)))
    loads: list[int] = []

    def load_meanwhile(done: int, total: int) -> None:
        if not loads:
            code = "import sys; from labelstore.loading import load; load(sys.argv[1], sys.argv[2:])"
            arguments = [sys.executable, "-c", code, str(store), str(more)]
            loads.append(subprocess.run(arguments, cwd=ROOT, timeout=100, check=True).returncode)

    done = publish(store, tmp_path / "out.db", progress=load_meanwhile)
    assert loads == [0]
    assert done.labels == 500
    with open_database(tmp_path / "out.db", read_only=True) as database:
        assert database.value("select count(*) from labels where skipped") == 0
        assert database.value("select count(*) from loads") == 1
        assert database.value("select count(*) from versions") == 0
    assert publish(store, tmp_path / "later.db").labels == 700


def stop(*_: int) -> None:
    raise KeyboardInterrupt


@pytest.mark.sampled(6)
@ENGINES
@pytest.mark.parametrize(
    ("out", "progress", "error"),
    [
        ("export.db", None, LabelstoreError),
        ("there.db", None, StoreError),
        ("out.duckdb", None, UsageError),
        ("out.ddb", None, UsageError),
        ("-", None, UsageError),
        (".", None, StoreError),
        ("no-folder/out.db", None, StoreError),
        ("out.db", stop, KeyboardInterrupt),
    ],
)
def test_after_an_error_nothing_is_left(
    engine: str,
    out: str,
    progress: Callable[[int, int], None] | None,
    error: type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    store = store_of(tmp_path, engine, [v1("l1")])
    (tmp_path / "there.db").write_bytes(b"something else")
    names = sorted(os.listdir(tmp_path))
    with pytest.raises(error):
        publish(store, out if engine == "sqlite" else out.replace("export.db", "export.duckdb"), progress=progress)
    left = [path for path in sorted(os.listdir(tmp_path)) if not path.endswith(("-wal", "-shm"))]
    assert left == names
    assert (tmp_path / "there.db").read_bytes() == b"something else"


def test_a_damaged_store_is_an_error(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1"), v1("l2")])
    connection = sqlite3.connect(store)
    connection.execute("update labels set annotations_extra = 'no JSON' where label_id = 'l2'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="cannot be published, at l2"):
        publish(store, tmp_path / "out.db")
    assert not (tmp_path / "out.db").exists()


def test_a_file_is_replaced_on_request_but_never_the_store(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1")])
    out = tmp_path / "out.db"
    publish(store, out)
    publish(store, out, overwrite=True)
    assert is_published(out)
    link = tmp_path / "link.db"
    link.symlink_to(store)
    for name_of_store in (store, link):
        with pytest.raises(UsageError, match="is the store itself"):
            publish(store, name_of_store, overwrite=True)
    publish(out, tmp_path / "twice.db")
    with open_database(tmp_path / "twice.db", read_only=True) as database:
        assert database.value("select count(*) from labels") == 1


def test_the_command(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1"), line("r1", "p1", "p2")])
    out = tmp_path / "out.db"
    shown = CliRunner().invoke(
        app, ["publish", str(store), str(out), "--project", "p2", "--no-reviews", "--no-history"]
    )
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"{out}: 1 records, 2 labels,")
    assert "  removed: 1 records of other projects\n" in shown.stdout
    again = CliRunner().invoke(app, ["publish", str(store), str(out)])
    assert again.exit_code == 1
    assert "--overwrite" in again.stderr
    done = CliRunner().invoke(app, ["publish", str(store), str(out), "--overwrite", "--json", "--salt", SALT])
    report = json.loads(done.stdout)
    assert report["labels"] == 5
    assert report["removed"]["people behind e-mail addresses"] == 4
    stats = CliRunner().invoke(app, ["stats", str(out)])
    assert stats.exit_code == 0


def test_nothing_is_loaded_into_a_published_store(tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("l1")])
    publish(store, tmp_path / "public.db")
    before = (tmp_path / "public.db").read_bytes()
    with pytest.raises(StoreError, match="is a published copy"):
        load(tmp_path / "public.db", [tmp_path / "export.ndjson"])
    assert (tmp_path / "public.db").read_bytes() == before


PLANTED = {
    "aws": ("x AKIA%016d", rb"AKIA\d{16}"),
    "github": ("x ghp_%036d", rb"ghp_\d{36}"),
    "stripe": ("x sk_live_%024d", rb"sk_live_\d"),
    "url": ("https://h.example/p?sig=SEKRET%08d", rb"SEKRET"),
    "password": ("x password=SEKRET%08d", rb"SEKRET"),
    "address": ("ada.%08d@mail.example", rb"ada\.\d{8}"),
    "encoded": ("x ada.%08d%%40mail.example", rb"ada\.\d{8}"),
}
STRUCTURAL = {"annotation_kind", "media_type", "asset_type", "type", "kind", "status"}
"""Keys whose words tell what a record is; a record with others may be rejected."""


@pytest.mark.sampled(6)
@pytest.mark.parametrize("kind", PLANTED)
def test_a_secret_in_any_string_of_any_sample_is_gone(kind: str, tmp_path: Path) -> None:
    template, pattern = PLANTED[kind]
    number = 0

    def planted(value: Any, key: str = "") -> Any:
        nonlocal number
        if isinstance(value, str) and key not in STRUCTURAL:
            number += 1
            return template % number
        if isinstance(value, list):
            return [planted(item, key) for item in value]
        return {name: planted(item, name) for name, item in value.items()} if isinstance(value, dict) else value

    store, out = tmp_path / "store.db", tmp_path / "out.db"
    exports = []
    files = [file.path for file in write(tmp_path / "samples", labels=1)]
    for file in (file for file in files if file.suffix in (".json", ".ndjson")):
        text = file.read_text(encoding="utf-8")
        records = json.loads(text) if file.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
        exports.append(tmp_path / f"{file.stem}.{kind}.ndjson")
        exports[-1].write_text("".join(json.dumps(planted(record)) + "\n" for record in records), encoding="utf-8")
    load(store, exports)
    assert len(re.findall(pattern, store.read_bytes())) > 1000
    assert publish(store, out).records >= len(exports) - 1
    assert re.findall(pattern, out.read_bytes())[:3] == []


@ENGINES
def test_ids_that_differ_by_their_secrets_stay_apart(engine: str, tmp_path: Path) -> None:
    ids = ["https://h.example/p?sig=aaaa", "https://h.example/p?sig=bbbb", "ada@mail.example", "ADA@mail.example"]
    records = [v1(id, **{"DataRow ID": f"row of {id}", "External ID": f"file of {id}"}) for id in ids]
    out = tmp_path / "out.db"
    done = publish(store_of(tmp_path, engine, records), out)
    assert (done.records, done.labels) == (4, 4)
    with open_database(out, read_only=True) as database:
        for column, table in (("label_id", "labels"), ("data_row_id", "data_rows"), ("external_id", "data_rows")):
            assert database.value(f"select count(distinct {column}) from {table}") == 4
        assert database.value("select count(*) from labels join data_rows using (data_row_id)") == 4
        for label_id, text in database.query("select label_id, json from label_json").rows:
            assert json.loads(text)["ID"] == label_id


@pytest.mark.parametrize("salt", ["", " "])
def test_an_empty_salt_is_refused(salt: str, tmp_path: Path) -> None:
    store = store_of(tmp_path, "sqlite", [v1("a")])
    with pytest.raises(UsageError, match="the salt is empty"):
        publish(store, tmp_path / "out.db", salt=salt)
    assert not (tmp_path / "out.db").exists()
