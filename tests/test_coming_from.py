"""The pages for those who come from other tools show what their cells print, and name what exists."""

import re
from pathlib import Path

import pytest

from labelstore.schema.canned_queries import queries
from tests.cells import code_of, run, with_outputs

PAGES = sorted((Path(__file__).resolve().parent.parent / "docs" / "how-to").glob("coming-from-*.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_page_shows_what_its_cells_print(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = path.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert with_outputs(page, run(code_of(page))) == page, f"run: python -m tests.cells docs/how-to/{path.name}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_queries_that_it_names_exist(path: Path) -> None:
    named = re.findall(r"store\.ask\(\"([\w-]+)\"", path.read_text(encoding="utf-8"))
    assert named
    assert set(named) <= set(queries())


def test_there_is_a_page_for_each_tool() -> None:
    assert [path.stem for path in PAGES] == ["coming-from-fiftyone", "coming-from-pandas", "coming-from-the-sdk"]
