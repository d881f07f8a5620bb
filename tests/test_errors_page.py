"""docs/reference/errors.md lists messages that the code has, and the exceptions as they are."""

import re
from pathlib import Path

import pytest

from labelstore import errors

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
ROWS = [row.group() for row in re.finditer(r"^\| .*`.*$", PAGE.partition("\n## Exit codes")[0], re.M)]
LISTED = [message for row in ROWS for message in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


@pytest.fixture(scope="module")
def code() -> str:
    """The text of the package, with texts that go on in the next line joined."""
    files = (ROOT / "labelstore").rglob("*.py")
    return re.sub(r'"\s*\n\s*f?"', "", "\n".join(file.read_text(encoding="utf-8") for file in files))


def test_the_page_lists_messages() -> None:
    assert len(LISTED) > 50
    assert len(LISTED) == len(set(LISTED))


@pytest.mark.parametrize("message", LISTED)
def test_each_message_is_one_of_the_code(message: str, code: str) -> None:
    parts = [part for part in message.split("…") if part.strip(" ():,;")]
    assert re.search(r"[^\n]*".join(map(re.escape, parts)), code)


def test_the_exceptions_are_those_of_the_module() -> None:
    tree = re.search(r"```text\n(LabelstoreError.*?)```", PAGE, re.S)
    assert tree
    assert errors.__doc__
    listed = re.findall(r"(\w+Error|NotAnExport) +\d", errors.__doc__)
    assert re.findall(r"^[│├└─ ]*(\w+)", tree[1], re.M) == listed
