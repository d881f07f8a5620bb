"""docs/how-to/cookbook.md: questions and SQL are written by hand there, the results below them are filled in by this.

python -m tools.cookbook            fills them in, from a SQLite store of the page's sample
python -m tools.cookbook --check    tells whether they are up to date
"""

import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

from labelstore.errors import UsageError

TARGET = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "cookbook.md"
STORE = "labels.db"
"""What the page calls its store."""

_SETUP = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)
_RECIPE = re.compile(
    r"^### (?P<question>.+)\n(?P<told>(?:(?!#|```).*\n)*)"
    r"```(?P<language>sql|console)\n(?P<asked>(?:(?!```).*\n)+)```\n\n"
    r"```text\n(?P<shown>(?:(?!```).*\n)*)```$",
    re.M,
)
_TABLES = ("query", "labels", "answers", "entities", "spans")
"""The commands that print a table only on a terminal, as their readers see it."""


class Recipe(NamedTuple):
    """A question, the SQL or the command that answers it, and the result on the page."""

    question: str
    language: str
    asked: str
    shown: str

    def arguments(self) -> list[str]:
        """Of the `labelstore` command that prints the result."""
        if self.language == "sql":
            return ["query", STORE, self.asked, "--format", "table"]
        prompt, _, command = self.asked.partition(" labelstore ")
        if prompt != "$" or "\n" in command.strip():
            raise UsageError(f"{self.question}: a console block is one line that begins with $ labelstore")
        arguments = shlex.split(command)
        return [*arguments, "--format", "table"] if arguments[0] in _TABLES else arguments


def recipes(page: str) -> list[Recipe]:
    """All recipes of the page. Raises `UsageError` for a heading `###` that does not begin one."""
    found = [_recipe(match) for match in _RECIPE.finditer(page)]
    questions = re.findall(r"^### (.+)$", page, re.M)
    if [recipe.question for recipe in found] != questions:
        odd = set(questions) - {recipe.question for recipe in found}
        raise UsageError(f"not one sql or console block and one text block below it: {', '.join(sorted(odd))}")
    return found


def make_store(page: str, folder: Path, store: str = STORE) -> None:
    """Run the commands at the head of the page in the folder; its store gets the name `store`."""
    setup = _SETUP.search(page)
    if setup is None:
        raise UsageError("the page has no sh block")
    for line in setup[1].replace("\\\n", " ").splitlines():
        program, *arguments = (part for word in shlex.split(line) for part in _expanded(word, folder))
        if program != "labelstore":
            raise UsageError(f"{line}: only labelstore is run")
        printed(arguments, folder, store)


def printed(arguments: list[str], folder: Path, store: str = STORE) -> str:
    """What a command prints on standard output, run in the folder. Raises `UsageError` if it fails."""
    from labelstore.cli import app

    output, talk = TextIOWrapper(BytesIO(), encoding="utf-8"), StringIO()
    with chdir(folder), redirect_stdout(output), redirect_stderr(talk):
        code = app([store if argument == STORE else argument for argument in arguments], standalone_mode=False)
    if code:
        raise UsageError(f"labelstore {shlex.join(arguments)}: {talk.getvalue()}")
    output.flush()
    return output.buffer.getvalue().decode()


def filled(page: str, folder: Path) -> str:
    """The page with the results of the store in the folder."""
    recipes(page)

    def with_result(match: re.Match[str]) -> str:
        start, end = (place - match.start() for place in match.span("shown"))
        return match[0][:start] + printed(_recipe(match).arguments(), folder) + match[0][end:]

    return _RECIPE.sub(with_result, page)


def _recipe(match: re.Match[str]) -> Recipe:
    return Recipe(match["question"], match["language"], match["asked"], match["shown"])


def _expanded(word: str, folder: Path) -> Iterator[str]:
    """The files that a pattern stands for, or the word itself."""
    if "*" in word:
        yield from sorted(path.relative_to(folder).as_posix() for path in folder.glob(word))
    else:
        yield word


def main(arguments: list[str]) -> int:
    """Fill in the results, or with --check tell whether they are up to date."""
    page = TARGET.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="labelstore-cookbook-") as name:
        folder = Path(name)
        make_store(page, folder)
        made = filled(page, folder)
    if "--check" not in arguments:
        TARGET.write_text(made, encoding="utf-8")
    elif made != page:
        print("docs/how-to/cookbook.md is not up to date; run: python -m tools.cookbook", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
