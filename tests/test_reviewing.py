"""The tasks of docs/how-to/reviewing.md take as many clicks as it says, and end where it says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.reviewing import TASKS, Task, counted, row_of, store_to_review

pytest.importorskip("datasette")
DOCUMENT = (Path(__file__).resolve().parent.parent / "docs" / "how-to" / "reviewing.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reviewed() -> Iterator[tuple[str, Path]]:
    with store_to_review() as found:
        yield found


@pytest.mark.sampled(8)
@pytest.mark.parametrize("one", TASKS, ids=lambda one: one.work.__name__)
def test_a_task_takes_the_clicks_it_says(chromium: BrowserContext, reviewed: tuple[str, Path], one: Task) -> None:
    assert row_of(one, *counted(chromium, *reviewed, one)) in DOCUMENT


def test_ten_tasks_of_each() -> None:
    assert [one.role for one in TASKS].count("manager") == 10
    assert [one.role for one in TASKS].count("engineer") == 10
