"""docs/start/tutorial.md shows what its cells print, on both engines."""

import subprocess
from pathlib import Path

import pytest

from tests.cells import code_of, filled, outputs_of, run

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "start" / "tutorial.md").read_text(encoding="utf-8")


def test_the_tutorial_shows_what_its_cells_print() -> None:
    assert filled(PAGE) == PAGE, "run: python -m tests.cells docs/start/tutorial.md"


@pytest.mark.sampled(0)
def test_the_tutorial_prints_the_same_on_duckdb() -> None:
    cells = code_of(PAGE)
    on_duckdb = [cell.replace('"labels.db"', '"labels.duckdb"') for cell in cells]
    assert on_duckdb != cells
    assert filled(PAGE, on_duckdb).replace("labels.duckdb", "labels.db") == PAGE


def test_every_block_of_python_is_a_cell() -> None:
    assert len(code_of(PAGE)) == PAGE.count("```python") > 20


def test_an_output_that_drifted_is_noticed() -> None:
    page = "A.\n\n```python\n1 + 1\n```\n\n```text\n3\n```\n\nB.\n\n```python\nx = 1\n```\n\n```text\nold\n```\n\nC.\n"
    assert filled(page) == "A.\n\n```python\n1 + 1\n```\n\n```text\n2\n```\n\nB.\n\n```python\nx = 1\n```\n\nC.\n"


def test_a_cell_shows_what_it_prints_and_its_last_value() -> None:
    assert run(["x = 1\nprint('a  ')\nx", "None", "x + 1"]) == ["a\n1\n", "", "2\n"]


@pytest.mark.parametrize("cell", ["1 / 0", "import warnings; warnings.warn('old')"])
def test_a_cell_that_fails_fails_the_page(cell: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        outputs_of([cell])
    assert "<cell 1>" in capfd.readouterr().err
