"""Pages of docs/ show what their commands print."""

from pathlib import Path

import pytest

from tests.consoles import filled, untimed

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("name", ["start/five-minutes.md", "how-to/reloading.md"])
def test_the_page_shows_what_its_commands_print(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    assert untimed(filled(page)) == untimed(page), f"run: python -m tests.consoles docs/{name}"
