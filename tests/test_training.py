"""docs/how-to/training.md shows what its commands print, on both engines."""

from pathlib import Path

import pytest

from tests.consoles import commands_of, filled

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "how-to" / "training.md").read_text(encoding="utf-8")


def test_the_page_shows_what_its_commands_print() -> None:
    assert filled(PAGE) == PAGE, "run: python -m tests.consoles docs/how-to/training.md"


@pytest.mark.sampled(0)
def test_the_page_prints_the_same_on_duckdb() -> None:
    assert sum(map(len, commands_of(PAGE))) > 4
    assert filled(PAGE, {"labels.db": "labels.duckdb"}) == PAGE
