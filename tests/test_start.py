"""Pages of docs/start/ show what their commands print."""

from pathlib import Path

import pytest

from tests.consoles import filled, untimed

START = Path(__file__).resolve().parent.parent / "docs" / "start"


@pytest.mark.parametrize("name", ["five-minutes.md"])
def test_the_page_shows_what_its_commands_print(name: str) -> None:
    page = (START / name).read_text(encoding="utf-8")
    assert untimed(filled(page)) == untimed(page), f"run: python -m tests.consoles docs/start/{name}"
