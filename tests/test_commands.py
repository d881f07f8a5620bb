"""Each module of `labelstore.cli.commands` is one command: listed, documented and tested."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from labelstore.cli import commands
from labelstore.cli.app import help_texts
from labelstore.cli.groups import LazyCommands
from labelstore.cli.sections import Section
from tests.test_cli import run

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = tuple(LazyCommands(commands))
GROUPS = tuple(name for name in COMMANDS if hasattr(LazyCommands(commands).module(name), "__path__"))
MODULES = tuple(
    module
    for name in COMMANDS
    for module in (
        [name, *(f"{name}.{inner}" for inner in LazyCommands(commands)[name].commands)] if name in GROUPS else [name]
    )
    if module not in GROUPS
)
"""The modules of all commands, those of groups too."""
DOCS = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").glob("test_*.py")))


def test_there_is_a_command_for_each_file() -> None:
    folder = Path(str(commands.__file__)).parent
    files = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    assert tuple(sorted(files - {"__init__"})) == COMMANDS
    assert "load" in COMMANDS


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_one_command(name: str) -> None:
    module = import_module(f"labelstore.cli.commands.{name}")
    group, _, command = name.rpartition(".")
    tree = ast.parse(inspect.getsource(module))
    public = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    assert public == [command]
    assert str(module.__doc__).startswith(f"`{command}`: ")
    assert isinstance((LazyCommands(commands).module(group) if group else module).SECTION, Section)


@pytest.mark.parametrize("name", [*GROUPS, *MODULES])
def test_help_begins_with_a_sentence_that_fits_and_has_an_example(name: str) -> None:
    *group, command = name.split(".")
    result = run(*group, command, "--help")
    assert result.exit_code == 0
    assert f"Examples:\n    labelstore {' '.join([*group, command])}" in result.stdout
    first = re.search(r"^  ([A-Z].*)$", result.stdout, re.M)
    assert first
    assert re.search(rf"^  {command} +{re.escape(first[1])}$", run(*group, "--help").stdout, re.M)
    assert first[1].endswith(".")


@pytest.mark.parametrize("name", [*GROUPS, *MODULES])
def test_a_command_is_documented_and_called_by_a_test(name: str) -> None:
    command, called = name.replace(".", " "), name.replace(".", '", "')
    assert f"\n## labelstore {command}\n\n```text\nUsage: labelstore {command} [OPTIONS] " in DOCS
    assert re.search(rf'(run|failed|invoke)\((app, )?\[?"{called}"|(cli\.py"\)?|COMMAND), "{called}"', TESTS)


def test_every_section_has_commands() -> None:
    shown = run("--help").stdout
    assert all(f"\n{section}:\n  " in shown for section in Section)
    assert all(shown.count(f"\n  {command} ") == 1 for command in COMMANDS)


def test_arguments_of_help_are_named_as_in_the_usage() -> None:
    for text in help_texts().values():
        usage, _, rest = text.partition("\n")
        arguments = re.findall(r"^  (\S+)", rest.partition("\nArguments:\n")[2].partition("\n\n")[0], re.M)
        assert [name.strip("[]") for name in usage.partition("[OPTIONS]")[2].split() if "[ARGS]" not in usage] == (
            arguments
        )


NEW = '''
"""`hello`: a greeting."""
from labelstore.cli.sections import Section
SECTION = Section.START
def hello() -> None:
    """Say hello."""
    print("hello")
'''


def test_a_new_file_is_a_new_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hello.py").write_text(NEW)
    assert run("hello").exit_code == 2
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    assert run("hello").stdout == "hello\n"
    assert re.search(r"^Start:\n(  .*\n)*  hello      Say hello\.$", run("--help").stdout, re.M)
