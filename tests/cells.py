"""Pages with cells: ```python blocks that run one after the other, each with its output in a ```text block below.

`python -m tests.cells docs/start/tutorial.md` runs the cells of a page and writes their outputs into it; a test
compares them. As in a notebook, a cell prints what it prints and then the value of its last expression.
"""

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CELL = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n.*?^```\n)?", re.M | re.S)


def code_of(page: str) -> list[str]:
    """The code of the cells, in their order."""
    return [match["code"] for match in CELL.finditer(page)]


def filled(page: str, cells: list[str] | None = None) -> str:
    """The page with the outputs that its cells have now, or those of other cells in their places."""
    return with_outputs(page, outputs_of(code_of(page) if cells is None else cells))


def with_outputs(page: str, texts: list[str]) -> str:
    """The page with these outputs of its cells."""
    outputs = iter(texts)
    return CELL.sub(lambda match: f"```python\n{match['code']}```\n{_block(next(outputs))}", page)


def outputs_of(cells: list[str]) -> list[str]:
    """What the cells print, run in a new interpreter, in an empty folder, for 80 columns and with warnings as errors.

    Raises `subprocess.CalledProcessError` for a cell that fails; its traceback is on standard error.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "TZ": "UTC"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "tests.cells"],
            input=json.dumps(cells),
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=True,
            cwd=folder,
            env=environment,
        )
    outputs: list[str] = json.loads(done.stdout)
    return outputs


def _block(output: str) -> str:
    return f"\n```text\n{output}```\n" if output else ""


def run(cells: list[str]) -> list[str]:
    """What the cells print, run here."""
    names: dict[str, Any] = {"__name__": "__main__"}
    outputs = []
    for number, cell in enumerate(cells, 1):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            _run_one(cell, f"<cell {number}>", names)
        text = "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())
        outputs.append(text)
    return outputs


def _run_one(cell: str, title: str, names: dict[str, Any]) -> None:
    tree = ast.parse(cell)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, title, "exec"), names)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), title, "eval"), names)
        if value is not None:
            print(repr(value))


def main(arguments: list[str]) -> None:
    if not arguments:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        print(json.dumps(run(json.load(sys.stdin))))
    for name in arguments:
        path = Path(name)
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
