"""Pages of docs/ show what their commands print."""

import re
from pathlib import Path

import pytest

from tests.consoles import filled, untimed

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("name", ["start/five-minutes.md", "start/jobs.md", "how-to/reloading.md"])
def test_the_page_shows_what_its_commands_print(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    assert untimed(filled(page)) == untimed(page), f"run: python -m tests.consoles docs/{name}"


def test_there_are_twenty_jobs_each_with_what_it_prints() -> None:
    page = (DOCS / "start" / "jobs.md").read_text(encoding="utf-8")
    jobs = re.split(r"^### (\d+)\. ", page, flags=re.M)
    assert [int(number) for number in jobs[1::2]] == list(range(1, 21))
    assert all(re.search(r"```console\n\$ .*\n.|```python\n(.*\n)+?```\n\n```text\n.", job) for job in jobs[2::2])
