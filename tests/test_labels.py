"""Labels that filters choose: the command `labels`, and `Store.labels`, against the filters themselves."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints

import pyarrow.parquet as pq
import pytest

import labelstore
from labelstore import samples
from labelstore.cli.terminal import Screen
from labelstore.engines import open_database
from labelstore.errors import NotFoundError, QueryError, RefusedError, UsageError
from labelstore.json.equality import same
from labelstore.loading import load
from labelstore.query.filters import FILTERS, choose, chosen_of, labels, values_of
from labelstore.query.filters.keywords import KEYWORDS, LabelFilters
from labelstore.query.label_rows import COLUMNS
from labelstore.query.where import nodes_where
from tests.making import box, store_of, v1
from tests.test_cli import failed, run


@pytest.fixture(scope="module", params=["db", "duckdb"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples of some asset types, of both generations."""
    folder = tmp_path_factory.mktemp("labels")
    files = samples.write(folder / "samples", asset_types=("image", "text"), labels=8)
    path = folder / f"s.{request.param}"
    load(path, [file.path for file in files])
    return path


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    one = v1("a", box("Car", "f1", 0, 0, 9, 9), box("Bus", "f2", 0, 0, 9, 9), box("Car", "f3", 1, 1, 2, 2))
    two = v1("b", box("Car", "f4", 0, 0, 9, 9), **{"Seconds to Label": 90, "Agreement": 0.5})
    review = {"id": "r1", "score": -1, "createdAt": "2024-01-03T10:00:00.000Z", "createdBy": "eve@example.com"}
    other = {"View Label": "https://editor.example.com?project=p2&label=c", "Project Name": "Signs"}
    three = v1("c", **other, Skipped=True, Reviews=[review], **{"Created By": "bob@example.com"})
    return store_of(folder, request.param, [one, two, three])


def listed(store: Path, *arguments: object) -> list[dict[str, Any]]:
    result = run("labels", store, *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def ids(store: Path, *arguments: object) -> list[str]:
    result = run("labels", store, *arguments, "--ids")
    assert result.exit_code == 0, result.output
    return result.stdout.split()


def test_a_row_says_what_a_label_is(small: Path) -> None:
    first, second, third = listed(small)
    assert tuple(first) == COLUMNS
    assert first == {
        "label_id": "a",
        "external_id": "a.jpg",
        "data_row_id": "row-a",
        "project": "Roads",
        "asset_type": "image",
        "labeler": "ada@example.com",
        "created_at": "2024-01-01T10:00:00.000Z",
        "seconds": 30.0,
        "objects": 3,
        "classes": "Bus, Car",
        "review": None,
        "agreement": None,
        "skipped": False,
    }
    assert (second["classes"], second["agreement"], second["seconds"]) == ("Car", 0.5, 90)
    assert (third["project"], third["classes"], third["review"], third["skipped"]) == ("Signs", None, "rejected", True)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--with", "Car"], ["a", "b"]),
        (["--with", "Car", "--without", "Bus"], ["b"]),
        (["--with", "Bus", "--with", "Car"], ["a", "b"]),
        (["--labeler", "bob@example.com"], ["c"]),
        (["--project", "Signs", "--project", "p1"], ["a", "b", "c"]),
        (["--review", "rejected", "--reviewer", "eve@example.com"], ["c"]),
        (["--seconds", "60.."], ["b"]),
        (["--objects", "..1", "--skipped", "no"], ["b"]),
        (["--sort", "-seconds", "--limit", "2"], ["b", "c"]),
        (["--where", "seconds_to_label > 60 or created_by like 'bob%'"], ["b", "c"]),
        (["--where", "l.label_id in (select o.label_id from objects as o where o.name = 'Bus')"], ["a"]),
        (["--where", "select 'c' union select 'nobody'"], ["c"]),
        (["--where", "seconds_to_label > 60 -- long", "--with", "Car"], ["b"]),
        (["--until", "2023-12-31"], []),
    ],
)  # fmt: skip
def test_options_choose(small: Path, options: list[str], found: list[str]) -> None:
    assert sorted(ids(small, *options)) == found


GIVEN = {"agreement": "0.5..", "benchmark_agreement": "0..1", "score": "..0", "seconds": "100..", "objects": "1..3",
         "since": "2023-05-01", "until": "2023-07-01", "updated_since": "2023-05-01", "words": "Car"}  # fmt: skip


def test_every_filter_is_an_option_and_a_keyword(store: Path) -> None:
    with open_database(store, read_only=True) as database:
        for name, one in FILTERS.items():
            value = GIVEN.get(name) or next((each.value for each in values_of(database, one)), None)
            if name == "answer":
                value = database.value("select name from answers where name is not null order by 1 limit 1")
            assert value is not None
            assert chosen_of({one.keyword: value}) == choose([(name, value)])
            found = labels(database, choose([(name, value)]))
            known = dict(database.query("select node_id, label_id from labels").rows)
            assert found
            assert ids(store, one.option, value) == [known[node] for node in found]


def test_keywords_are_typed() -> None:
    assert set(get_type_hints(LabelFilters)) == set(KEYWORDS) == {one.keyword for one in FILTERS.values()}
    assert list(KEYWORDS.values()) == list(FILTERS.values())


def test_labels_as_exported(store: Path, tmp_path: Path) -> None:
    result = run("labels", store, "--exported", "--asset-type", "image", "--sort", "-created")
    names = ids(store, "--asset-type", "image", "--sort", "-created")
    with open_database(store, read_only=True) as database:
        texts = [*database.labels_json(names).values()]
    lines = result.stdout.splitlines()
    assert len(lines) == len(texts) > 5
    assert all(same(line.encode(), text.encode()) for line, text in zip(lines, texts, strict=True))
    run("labels", store, "--exported", "--limit", 2, "-o", tmp_path / "some.json")
    assert len((tmp_path / "some.json").read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet", "md"])
def test_formats(small: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out.{suffix}"
    assert run("labels", small, "--with", "Car", "-o", out).exit_code == 0
    if suffix == "parquet":
        table = pq.read_table(out)
        assert table.column("label_id").to_pylist() == ["a", "b"]
        types = {field.name: str(field.type) for field in table.schema}
        assert [types[name] for name in ("seconds", "objects", "skipped")] == ["double", "int64", "bool"]
    else:
        text = out.read_text(encoding="utf-8")
        assert text.count("\n") == {"csv": 3, "ndjson": 2, "md": 4}[suffix]
        assert "Bus, Car" in text
    assert "is there already" in failed("labels", small, "-o", out, code=1)


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--project", "Road"], 1, "Road: no project has this id or name; did you mean Roads?"),
        (["--with", "Carr"], 1, "Carr: no label has this class; did you mean Car?"),
        (["--without", "Carr"], 1, "Carr: no label has this class; did you mean Car?"),
        (["--labeler", "ada@exmple.com"], 1, "no label has this labeler; did you mean ada@example.com"),
        (["--model-run", "m1"], 1, "m1: no label has this model run; the store has none"),
        (["--asset-type", "video"], 1, "video: no label has this asset type; there are: image"),
        (["--review", "fine"], 2, "review: 'fine' is none of its values; use approved, rejected, none"),
        (["--seconds", "9..1"], 2, "seconds: '9..1' ends before it begins"),
        (["--since", "monday"], 2, "since: 'monday' is no time"),
        (["--labeler", ""], 2, "is empty"),
        (["--answer", "Left"], 1, "Left: no label has this answer; the store has none"),
        (["--where", "count(*) > 1"], 1, "--where: "),
        (["--sort", "size"], 2, "sort: 'size' is no order; "),
        (["--where", " "], 2, "--where: is empty"),
        (["--where", "seconds_to_label > $x"], 2, "--where: takes no parameters"),
        (["--where", "select 1"], 2, "--where: returns the id of no label; begin it with: select label_id"),
        (["--ids", "--json"], 2, "--ids, --exported or a format of rows"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(small: Path, options: list[str], code: int, told: str) -> None:
    assert told in failed("labels", small, *options, code=code)


@pytest.mark.parametrize(
    ("condition", "line", "shown", "told"),
    [
        ("seconds_to_lable > 1", 1, "seconds_to_lable > 1\n^^^^^^^^^^^^^^^^", "did you mean seconds_to_label"),
        ("skipped or\nsecond > 1", 2, "second > 1\n^^^^^^", "no such column second"),
        ("seconds_to_label >", 1, "seconds_to_label >\n                  ^", "the condition is not complete"),
        ("(skipped", 1, "(skipped\n        ^", "the condition is not complete"),
        ("true) or (true", 1, "true) or (true\n    ^", "a bracket closes that none opened"),
        ("seconds_to_label 60", 1, "seconds_to_label 60\n                 ^^", "syntax error near '60'"),
    ],
)
def test_errors_point_into_the_condition(small: Path, condition: str, line: int, shown: str, told: str) -> None:
    with open_database(small, read_only=True) as database, pytest.raises(QueryError, match=told) as error:
        nodes_where(database, condition)
    assert (error.value.line, error.value.excerpt) == (line, shown)


def test_a_condition_only_reads(small: Path) -> None:
    with open_database(small, read_only=True) as database:
        with pytest.raises(QueryError, match="syntax error"):
            nodes_where(database, "1; drop table labels")
        read = "load_extension('x')" if database.engine == "sqlite" else "exists (from read_text('/etc/hostname'))"
        for text in ("drop table labels", "delete from labels", "select 1; select 2", read):
            with pytest.raises(RefusedError):
                nodes_where(database, text)


def test_nothing_found_is_said(small: Path) -> None:
    result = run("labels", small, "--since", "2030-01-01", "--format", "csv")
    assert (result.exit_code, result.stderr) == (0, "labelstore: no label matches\n")
    assert result.stdout == ",".join(COLUMNS) + "\n"


@pytest.fixture
def opened(small: Path) -> Iterator[labelstore.Store]:
    with labelstore.open(small) as found:
        yield found


def test_python_takes_values_of_python(opened: labelstore.Store) -> None:
    def found(**wanted: Any) -> list[str]:
        return [label["ID"] for label in opened.labels(**wanted)]

    assert found(skipped=True) == ["c"]
    assert found(skipped=False) == found(seconds=(None, 90), with_class=["Car", "Bus"]) == ["a", "b"]
    assert found(seconds=(60, None)) == found(agreement=0.5) == found(where="seconds_to_label > 60") == ["b"]
    assert found(since=date(2024, 1, 1), sort="-objects", limit=2) == ["a", "b"]
    assert found(name="Car", without_class="Bus", project=None) == ["b"]
    assert found(created_by="bob@example.com") == found(labeler="bob@example.com") == ["c"]


def test_many_values_of_a_filter(opened: labelstore.Store) -> None:
    assert [one["ID"] for one in opened.labels(project=["Signs", *["Roads", "p1"] * 600])] == ["a", "b", "c"]
    with pytest.raises(UsageError, match=r"score: more than 1000 values$"):
        opened.labels(score=[f"{number}.." for number in range(1001)])  # type: ignore[arg-type]


def test_an_answer_that_is_not_there_gets_near_ones(store: Path) -> None:
    with open_database(store, read_only=True) as database:
        answer = database.value("select name from answers where length(name) > 5 order by 1 limit 1")
    assert f"did you mean {answer}" in failed("labels", store, "--answer", answer[:-1] + "?")


def test_python_refuses_what_is_unknown(opened: labelstore.Store) -> None:
    for wrong in ({"project": "Raods"}, {"name": "Carr"}):
        with pytest.raises(NotFoundError, match="did you mean"):
            opened.labels(**wrong)  # type: ignore[arg-type]
        with pytest.raises(NotFoundError, match="did you mean"):
            opened.objects(**wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="labeller: no filter has this name; did you mean labeler"):
        opened.labels(labeller="ada@example.com")  # type: ignore[call-arg]
    with pytest.raises(UsageError, match="given twice"):
        opened.labels(name="Car", with_class="Bus")


def test_a_terminal_gets_a_table_and_the_page_of_the_gallery(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labelstore.cli.commands.labels.is_terminal", lambda: True)
    for options, page in (
        (["--with", "Car", "--sort", "-created"], " (page /-/labelstore/export/gallery?class=Car&sort=-created)"),
        (["--where", "true", "--with", "Car"], ""),
    ):
        result = run("labels", small, *options, "--format", "csv")
        assert result.stderr == f"labelstore: see them drawn: labelstore browse {small}{page}\n"
    monkeypatch.setattr("labelstore.cli.query_output.terminal_for", lambda *_: Screen(100, 40, colored=False))
    text = run("labels", small, "--no-pager", "--labeler", "ada@example.com").stdout
    assert "2 rows · 13 columns" in text
    assert "label_id" in text
