"""The tour: it runs on both engines, and answers something everywhere."""

from pathlib import Path

import pytest

from labelstore import demo as module
from labelstore.demo import TOUR, Answer, demo
from labelstore.engines import open_database
from labelstore.errors import StoreError
from tests.test_cli import run


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str | Answer]]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, list(demo(folder, records=3))


def test_every_question_has_an_answer(parts: tuple[Path, list[str | Answer]]) -> None:
    answers = [part for part in parts[1] if isinstance(part, Answer)]
    assert [answer.title for answer in answers] == [title for title, _ in TOUR]
    assert all(answer.rows for answer in answers)


def test_the_command_prints_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Answer("What is there?", "select 1 as a", ["a"], [(1,)])
    monkeypatch.setattr(module, "demo", lambda folder: iter([str(folder), answer]))
    text = run("demo", tmp_path).stdout
    assert text.startswith(f"{tmp_path}\n\nWhat is there?\n\n    select 1 as a\n\n    a\n    ─\n    1\n\nNext:\n")
    assert f"\n  labelstore stats {tmp_path / 'labels.db'}  # count all\n" in text
    assert text.endswith("  # your own labels\n")


def test_answers_have_names_and_no_ids(parts: tuple[Path, list[str | Answer]]) -> None:
    answers = [part for part in parts[1] if isinstance(part, Answer)]
    assert not [column for answer in answers for column in answer.columns if column.endswith("_id")]
    assert {"labeler", "question"} < {column for answer in answers for column in answer.columns}


def test_says_what_it_does(parts: tuple[Path, list[str | Answer]]) -> None:
    text = "\n".join(part for part in parts[1] if isinstance(part, str))
    assert text.count("equal to what came") == 2
    assert str(parts[0] / "labels.db") in text


def test_the_questions_run_on_duckdb(parts: tuple[Path, list[str | Answer]]) -> None:
    answers = [part for part in parts[1] if isinstance(part, Answer)]
    with open_database(parts[0] / "labels.duckdb", read_only=True) as database:
        for answer in answers:
            assert len(list(database.query(answer.sql).rows)) == len(answer.rows)


def test_fills_no_folder_that_is_not_empty(parts: tuple[Path, list[str | Answer]]) -> None:
    with pytest.raises(StoreError, match="is a folder that is not empty"):
        next(demo(parts[0], records=3))


def test_makes_a_folder_that_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    steps = demo(records=1)
    assert str(tmp_path / "labelstore-demo-") in str(next(steps))
    steps.close()  # type: ignore[attr-defined]
    assert len(list(tmp_path.iterdir())) == 1


def test_tells_if_a_store_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def differs(*_: object, **__: object) -> object:
        from labelstore.verifying import VerifyReport

        return VerifyReport("labels.db", "sqlite", different=1)

    monkeypatch.setattr(module, "verify", differs)
    with pytest.raises(StoreError, match="does not give back"):
        list(demo(tmp_path, records=1))
