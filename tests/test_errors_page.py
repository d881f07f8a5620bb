"""docs/reference/errors.md lists messages that the code has, and the exceptions as they are."""

import ast
import re
from pathlib import Path

import pytest

from labelstore import errors

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
ROWS = [row.group() for row in re.finditer(r"^\| .*`.*$", PAGE.partition("\n## Exit codes")[0], re.M)]
LISTED = [message for row in ROWS for message in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


def shown(node: ast.expr) -> str:
    """A text of the code, with `…` for what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(shown(part) for part in node.values)
    return "…"


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """All texts of the package."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "labelstore").rglob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree))
    return [shown(node) for node in nodes if isinstance(node, ast.Constant | ast.JoinedStr)]


def test_the_page_lists_messages() -> None:
    assert len(LISTED) > 50
    assert len(LISTED) == len(set(LISTED))


@pytest.mark.parametrize("message", LISTED)
def test_each_message_is_one_of_the_code(message: str, texts: list[str]) -> None:
    parts = [part for part in message.split("…") if part.strip(" ():,;")]
    wanted = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    assert any(wanted.search(text) for text in texts)


def test_the_exceptions_are_those_of_the_module() -> None:
    tree = re.search(r"```text\n(LabelstoreError.*?)```", PAGE, re.S)
    assert tree
    assert errors.__doc__
    listed = re.findall(r"(\w+Error|NotAnExport) +\d", errors.__doc__)
    assert re.findall(r"^[│├└─ ]*(\w+)", tree[1], re.M) == listed
